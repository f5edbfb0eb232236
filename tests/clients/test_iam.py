"""IAM and STS through boto3: the first use of a shared server, and what Terraform calls."""

import json
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import pytest

from conftest import REGION, boto_client


class Signer:
    """Whose keys sign at a server."""

    def __init__(self, server, access_key, secret_key):
        self.endpoint, self.access_key, self.secret_key = server.endpoint, access_key, secret_key


def client(signer, service):
    return boto3.client(
        service,
        endpoint_url=signer.endpoint,
        region_name=REGION,
        aws_access_key_id=signer.access_key,
        aws_secret_access_key=signer.secret_key,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def iam(server):
    return client(server, "iam")


@pytest.fixture
def sts(server):
    return client(server, "sts")


def refused(call, **args):
    """The status and code with which a call fails."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**args)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["RequestId"], "every answer has a request id"
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, *resources):
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


TRUST = policy(
    {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}
)


def test_a_developer_gets_a_key_of_their_own(server, s3, bucket, iam):
    name = f"dev-{bucket[-12:]}"
    iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "a b"}])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = Signer(server, key["AccessKeyId"], key["SecretAccessKey"])
    who = client(own, "sts").get_caller_identity()
    assert who["Arn"] == f"arn:aws:iam::000000000000:user/{name}"
    objects = boto_client(own)
    assert refused(objects.list_objects_v2, Bucket=bucket) == (403, "AccessDenied")
    document = policy(
        allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/own/*"),
    )
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    objects.put_object(Bucket=bucket, Key="own/a", Body=b"hello")
    assert objects.get_object(Bucket=bucket, Key="own/a")["Body"].read() == b"hello"
    other = {"Bucket": bucket, "Key": "other", "Body": b""}
    assert refused(objects.put_object, **other) == (403, "AccessDenied")
    (listed,) = objects.list_objects_v2(Bucket=bucket)["Contents"]
    assert listed["Key"] == "own/a"
    assert refused(client(own, "iam").list_users) == (403, "AccessDenied")
    iam.delete_user_policy(UserName=name, PolicyName="own")
    assert refused(objects.get_object, Bucket=bucket, Key="own/a") == (403, "AccessDenied")
    iam.delete_access_key(UserName=name, AccessKeyId=own.access_key)
    assert refused(objects.list_buckets) == (403, "InvalidAccessKeyId")
    assert refused(client(own, "sts").get_caller_identity) == (403, "InvalidClientTokenId")
    iam.delete_user(UserName=name)
    s3.delete_object(Bucket=bucket, Key="own/a")


def test_who_asks(server, sts):
    who = sts.get_caller_identity()
    assert who["Account"] == "000000000000" and who["Arn"] == "arn:aws:iam::000000000000:root"
    assert sts.get_access_key_info(AccessKeyId=server.access_key)["Account"] == "000000000000"
    url = sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert b"<Account>000000000000</Account>" in answer.read()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"))
    assert caught.value.code == 403 and b"SignatureDoesNotMatch" in caught.value.read()
    wrong = Signer(server, server.access_key, "wrong")
    assert refused(client(wrong, "sts").get_caller_identity) == (403, "SignatureDoesNotMatch")


def test_errors_have_the_names_of_aws(iam):
    assert refused(iam.get_user, UserName="nobody") == (404, "NoSuchEntity")
    assert refused(iam.create_user, UserName="a b") == (400, "ValidationError")
    assert refused(iam.create_policy, PolicyName="p", PolicyDocument="{}") == (
        400,
        "MalformedPolicyDocument",
    )
    assert refused(iam.get_credential_report) == (501, "NotImplemented")


def test_terraform_aws_iam_user(iam):
    name = {"UserName": "tf-user"}
    iam.create_user(**name, Path="/tf/", Tags=[{"Key": "k", "Value": "v"}])
    user = iam.get_user(**name)["User"]
    assert (user["Path"], user["Tags"]) == ("/tf/", [{"Key": "k", "Value": "v"}])
    iam.update_user(**name, NewUserName="tf-user-2", NewPath="/tf2/")
    name = {"UserName": "tf-user-2"}
    iam.tag_user(**name, Tags=[{"Key": "l", "Value": ""}])
    iam.untag_user(**name, TagKeys=["k"])
    assert iam.list_user_tags(**name)["Tags"] == [{"Key": "l", "Value": ""}]
    assert iam.get_user(**name)["User"]["Arn"] == "arn:aws:iam::000000000000:user/tf2/tf-user-2"
    # With force_destroy; an error of any of these would end it.
    assert iam.list_groups_for_user(**name)["Groups"] == []
    assert iam.list_user_policies(**name)["PolicyNames"] == []
    assert iam.list_attached_user_policies(**name)["AttachedPolicies"] == []
    assert iam.list_access_keys(**name)["AccessKeyMetadata"] == []
    assert iam.list_ssh_public_keys(**name)["SSHPublicKeys"] == []
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"] == []
    assert iam.list_mfa_devices(**name)["MFADevices"] == []
    assert iam.list_signing_certificates(**name)["Certificates"] == []
    assert iam.list_service_specific_credentials(**name)["ServiceSpecificCredentials"] == []
    assert refused(iam.delete_login_profile, **name) == (404, "NoSuchEntity")
    iam.delete_user(**name)
    assert refused(iam.get_user, **name) == (404, "NoSuchEntity")


def test_terraform_aws_iam_access_key(iam):
    name = {"UserName": "tf-keys"}
    iam.create_user(**name)
    key = iam.create_access_key(**name)["AccessKey"]
    (listed,) = iam.list_access_keys(**name)["AccessKeyMetadata"]
    assert (listed["AccessKeyId"], listed["Status"]) == (key["AccessKeyId"], "Active")
    iam.update_access_key(**name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert iam.list_access_keys(**name)["AccessKeyMetadata"][0]["Status"] == "Inactive"
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert used["UserName"] == "tf-keys"
    iam.delete_access_key(**name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(**name)


def test_terraform_aws_iam_policy(iam):
    first, second = policy(allow("s3:GetObject", "*")), policy(allow("s3:PutObject", "*"))
    arn = iam.create_policy(PolicyName="tf-policy", PolicyDocument=first)["Policy"]["Arn"]
    arn = {"PolicyArn": arn}
    assert iam.get_policy(**arn)["Policy"]["DefaultVersionId"] == "v1"
    version = iam.get_policy_version(**arn, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(first), "documents are percent-encoded"
    iam.create_policy_version(**arn, PolicyDocument=second, SetAsDefault=True)
    versions = iam.list_policy_versions(**arn)["Versions"]
    versions = [(version["VersionId"], version["IsDefaultVersion"]) for version in versions]
    assert versions == [("v2", True), ("v1", False)]
    iam.tag_policy(**arn, Tags=[{"Key": "k", "Value": "v"}])
    assert iam.get_policy(**arn)["Policy"]["Tags"] == [{"Key": "k", "Value": "v"}]
    pages = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 1})
    names = [entry["PolicyName"] for page in pages for entry in page["Policies"]]
    assert "tf-policy" in names and "AdministratorAccess" in names and len(set(names)) == len(names)
    assert refused(iam.delete_policy, **arn) == (409, "DeleteConflict")
    iam.delete_policy_version(**arn, VersionId="v1")
    iam.delete_policy(**arn)
    assert refused(iam.get_policy, **arn) == (404, "NoSuchEntity")


def test_terraform_aws_iam_role(iam):
    name = {"RoleName": "tf-role"}
    detail = {"Description": "d", "MaxSessionDuration": 7200}
    iam.create_role(**name, AssumeRolePolicyDocument=TRUST, **detail)
    role = iam.get_role(**name)["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (role["Description"], role["MaxSessionDuration"]) == ("d", 7200)
    iam.update_assume_role_policy(**name, PolicyDocument=TRUST)
    iam.update_role(**name, Description="e", MaxSessionDuration=3600)
    iam.attach_role_policy(**name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.put_role_policy(**name, PolicyName="p", PolicyDocument=policy(allow("s3:*", "*")))
    assert iam.list_role_policies(**name)["PolicyNames"] == ["p"]
    (attached,) = iam.list_attached_role_policies(**name)["AttachedPolicies"]
    assert attached["PolicyName"] == "AmazonS3ReadOnlyAccess"
    assert iam.list_instance_profiles_for_role(**name)["InstanceProfiles"] == []
    assert refused(iam.delete_role, **name) == (409, "DeleteConflict")
    iam.delete_role_policy(**name, PolicyName="p")
    iam.detach_role_policy(**name, PolicyArn=attached["PolicyArn"])
    iam.delete_role(**name)
    assert refused(iam.get_role, **name) == (404, "NoSuchEntity")


def test_keys_outlive_the_server(own_server):
    iam = client(own_server, "iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    own_server.kill()
    own_server.start()
    own = Signer(own_server, key["AccessKeyId"], key["SecretAccessKey"])
    assert client(own, "sts").get_caller_identity()["Arn"].endswith(":user/ada")
    assert key["SecretAccessKey"] not in own_server.log()


def key_of(iam, name, *statements):
    """A user with an access key and these rights."""
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(
            UserName=name, PolicyName="own", PolicyDocument=policy(*statements)
        )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def session_client(server, service, credentials):
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name=REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def test_users_do_in_s3_what_their_policies_say(server, iam):
    root = client(server, "s3")
    root.create_bucket(Bucket="rights")
    root.put_object(Bucket="rights", Key="in/a", Body=b"a")
    root.put_object(Bucket="rights", Key="out/a", Body=b"a")
    reads = allow(["s3:GetObject"], "arn:aws:s3:::rights/in/*")
    id, secret = key_of(iam, "reader", reads)
    s3 = client(Signer(server, id, secret), "s3")
    assert s3.get_object(Bucket="rights", Key="in/a")["Body"].read() == b"a"
    used = iam.get_access_key_last_used(AccessKeyId=id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("s3", REGION)
    denied = (403, "AccessDenied")
    assert refused(s3.get_object, Bucket="rights", Key="out/a") == denied
    assert refused(s3.put_object, Bucket="rights", Key="in/a", Body=b"b") == denied
    assert refused(s3.list_objects_v2, Bucket="rights") == denied
    assert refused(s3.list_buckets) == denied
    # A change acts at once, and so does a key that is switched off.
    iam.put_user_policy(
        UserName="reader",
        PolicyName="no",
        PolicyDocument=policy({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}),
    )
    assert refused(s3.get_object, Bucket="rights", Key="in/a") == denied
    iam.delete_user_policy(UserName="reader", PolicyName="no")
    s3.get_object(Bucket="rights", Key="in/a")
    iam.update_access_key(UserName="reader", AccessKeyId=id, Status="Inactive")
    assert refused(s3.get_object, Bucket="rights", Key="in/a") == (403, "InvalidAccessKeyId")


def test_a_role_s_session_signs_at_s3(server, iam, sts):
    root = client(server, "s3")
    root.create_bucket(Bucket="sessions")
    root.put_object(Bucket="sessions", Key="a", Body=b"a")
    account = sts.get_caller_identity()["Account"]
    id, secret = key_of(iam, "assumer", allow(["sts:AssumeRole"], "*"))
    trust = policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{account}:user/assumer"},
        }
    )
    role = iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    rights = policy(allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::sessions/*"))
    iam.put_role_policy(RoleName="keeper", PolicyName="own", PolicyDocument=rights)
    own_sts = client(Signer(server, id, secret), "sts")
    given = own_sts.assume_role(RoleArn=role, RoleSessionName="nightly")["Credentials"]
    s3 = session_client(server, "s3", given)
    s3.put_object(Bucket="sessions", Key="b", Body=b"b")
    assert s3.get_object(Bucket="sessions", Key="b")["Body"].read() == b"b"
    denied = (403, "AccessDenied")
    assert refused(s3.delete_object, Bucket="sessions", Key="b") == denied
    who = session_client(server, "sts", given).get_caller_identity()["Arn"]
    assert who == f"arn:aws:sts::{account}:assumed-role/keeper/nightly"
    # A presigned URL carries the token.
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "sessions", "Key": "b"})
    assert urllib.request.urlopen(url).read() == b"b"
    # A session with a policy may do less than its role.
    less = own_sts.assume_role(
        RoleArn=role,
        RoleSessionName="less",
        Policy=policy(allow(["s3:GetObject"], "arn:aws:s3:::sessions/a")),
    )["Credentials"]
    s3 = session_client(server, "s3", less)
    s3.get_object(Bucket="sessions", Key="a")
    assert refused(s3.get_object, Bucket="sessions", Key="b") == denied
    # A token of another key, and one that was changed, open nothing.
    mixed = {**less, "SessionToken": given["SessionToken"]}
    broken = {**less, "SessionToken": less["SessionToken"][:-8] + "AAAAAAA="}
    for wrong in (mixed, broken):
        code = refused(session_client(server, "s3", wrong).get_object, Bucket="sessions", Key="a")
        assert code == (400, "InvalidToken")
    # Without its role no session acts.
    iam.delete_role_policy(RoleName="keeper", PolicyName="own")
    assert refused(s3.get_object, Bucket="sessions", Key="a") == denied
    iam.delete_role(RoleName="keeper")
    assert refused(s3.get_object, Bucket="sessions", Key="a") == (400, "InvalidToken")
