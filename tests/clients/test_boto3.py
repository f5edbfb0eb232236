"""boto3: every kind of call an application makes, through its own transfer manager as well."""

import base64
import concurrent.futures
import hashlib
import io
import urllib.error
import urllib.request
import zlib

import botocore.exceptions
import pytest

import real_tree
from conftest import boto_client


def code_of(call, **args):
    """The error code with which a call fails."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**args)
    error = caught.value.response
    assert error["ResponseMetadata"]["RequestId"], "every answer has a request id"
    return error["Error"]["Code"]


def test_put_get_head_delete(s3, bucket):
    put = s3.put_object(
        Bucket=bucket,
        Key="käse/größe 1.txt",
        Body=b"hello",
        ContentType="text/plain",
        CacheControl="no-store",
        Metadata={"origin": "test", "name": "plain"},
    )
    assert put["ETag"] == '"' + hashlib.md5(b"hello").hexdigest() + '"'
    head = s3.head_object(Bucket=bucket, Key="käse/größe 1.txt")
    assert (head["ContentLength"], head["ContentType"]) == (5, "text/plain")
    assert head["CacheControl"] == "no-store"
    assert head["Metadata"] == {"origin": "test", "name": "plain"}
    assert s3.get_object(Bucket=bucket, Key="käse/größe 1.txt")["Body"].read() == b"hello"
    s3.delete_object(Bucket=bucket, Key="käse/größe 1.txt")
    assert code_of(s3.get_object, Bucket=bucket, Key="käse/größe 1.txt") == "NoSuchKey"
    assert code_of(s3.head_object, Bucket=bucket, Key="käse/größe 1.txt") == "404"


def test_errors_have_the_names_of_aws(s3, bucket):
    assert code_of(s3.get_object, Bucket="no-such-bucket-here", Key="a") == "NoSuchBucket"
    assert code_of(s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"") == "KeyTooLongError"
    wrong = {"Bucket": bucket, "Key": "a", "UploadId": "no-such-upload"}
    assert code_of(s3.list_parts, **wrong) == "NoSuchUpload"


def test_wrong_secret_and_unknown_key(server, bucket):
    class Wrong:
        endpoint, access_key, secret_key = server.endpoint, server.access_key, "wrong"

    assert code_of(boto_client(Wrong).list_objects_v2, Bucket=bucket) == "SignatureDoesNotMatch"
    Wrong.access_key = "NOSUCHKEY00000000000"
    assert code_of(boto_client(Wrong).list_objects_v2, Bucket=bucket) == "InvalidAccessKeyId"


def test_ranges(s3, bucket):
    body = bytes(range(256)) * 40
    s3.put_object(Bucket=bucket, Key="r", Body=body)

    def get(wanted):
        answer = s3.get_object(Bucket=bucket, Key="r", Range=wanted)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
        return answer["ContentRange"], answer["Body"].read()

    assert get("bytes=0-9") == ("bytes 0-9/10240", body[:10])
    assert get("bytes=10230-") == ("bytes 10230-10239/10240", body[-10:])
    assert get("bytes=-7") == ("bytes 10233-10239/10240", body[-7:])
    assert get("bytes=100-99999") == ("bytes 100-10239/10240", body[100:])
    assert code_of(s3.get_object, Bucket=bucket, Key="r", Range="bytes=10240-") == "InvalidRange"


def test_listing_pages_and_prefixes(s3, bucket):
    names = [f"a/{n:02}" for n in range(12)] + [f"b/{n}/x" for n in range(5)] + ["c", "d e+f"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 5}
    )
    assert [row["Key"] for page in pages for row in page.get("Contents", [])] == sorted(names)
    top = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [row["Prefix"] for row in top["CommonPrefixes"]] == ["a/", "b/"]
    assert [row["Key"] for row in top["Contents"]] == ["c", "d e+f"]
    after = s3.list_objects(Bucket=bucket, Marker="b/3/x")
    assert [row["Key"] for row in after["Contents"]] == ["b/4/x", "c", "d e+f"]


def test_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="v", Body=b"one")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="v", Body=b"two")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="v")
    assert marker["DeleteMarker"] is True
    assert code_of(s3.get_object, Bucket=bucket, Key="v") == "NoSuchKey"
    old = s3.get_object(Bucket=bucket, Key="v", VersionId=first)
    assert old["Body"].read() == b"one"
    listed = s3.list_object_versions(Bucket=bucket)
    assert [row["VersionId"] for row in listed["Versions"]] == [second, first]
    assert listed["DeleteMarkers"][0]["IsLatest"] is True
    s3.delete_object(Bucket=bucket, Key="v", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="v")["Body"].read() == b"two"


def test_multipart_by_hand(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    target = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    bodies = [b"a" * (5 << 20), b"b" * (5 << 20), b"c"]
    parts = [
        {"PartNumber": n, "ETag": s3.upload_part(**target, PartNumber=n, Body=body)["ETag"]}
        for n, body in enumerate(bodies, 1)
    ]
    listed = s3.list_parts(**target)["Parts"]
    assert [part["Size"] for part in listed] == [len(body) for body in bodies]
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["UploadId"] == upload
    done = s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    inner = b"".join(hashlib.md5(body).digest() for body in bodies)
    assert done["ETag"] == f'"{hashlib.md5(inner).hexdigest()}-3"'
    again = s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    assert again["ETag"] == done["ETag"], "a retried completion answers identically"
    whole = s3.get_object(Bucket=bucket, Key="m")["Body"].read()
    assert whole == b"".join(bodies)
    second = s3.get_object(Bucket=bucket, Key="m", PartNumber=2)
    assert second["Body"].read() == bodies[1]


def test_part_that_is_too_small(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    target = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    parts = [
        {"PartNumber": n, "ETag": s3.upload_part(**target, PartNumber=n, Body=b"x")["ETag"]}
        for n in (1, 2)
    ]
    wrong = {**target, "MultipartUpload": {"Parts": parts}}
    assert code_of(s3.complete_multipart_upload, **wrong) == "EntityTooSmall"
    wrong = {**target, "MultipartUpload": {"Parts": parts[::-1]}}
    assert code_of(s3.complete_multipart_upload, **wrong) == "InvalidPartOrder"
    s3.abort_multipart_upload(**target)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_large_object_through_the_transfer_manager(s3, bucket, large_file, directory):
    s3.upload_file(str(large_file), bucket, "large")
    s3.download_file(bucket, "large", str(directory / "large.bin"))
    real_tree.assert_same(large_file.parent, directory)


def test_ranged_download_in_parallel(s3, bucket, large_file):
    s3.upload_file(str(large_file), bucket, "large")
    step = 5_000_011

    def check(start):
        wanted = f"bytes={start}-{start + step - 1}"
        piece = s3.get_object(Bucket=bucket, Key="large", Range=wanted)["Body"].read()
        with open(large_file, "rb") as file:
            file.seek(start)
            assert piece == file.read(step)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(check, range(0, large_file.stat().st_size, step)))


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums(s3, bucket, algorithm):
    import importlib.util

    body = b"123456789"
    known = {
        "CRC32": zlib.crc32(body).to_bytes(4, "big"),
        "CRC32C": bytes.fromhex("e3069283"),
        "CRC64NVME": bytes.fromhex("ae8b14860a799888"),
        "SHA1": hashlib.sha1(body).digest(),
        "SHA256": hashlib.sha256(body).digest(),
    }
    field = f"Checksum{algorithm}"
    value = base64.b64encode(known[algorithm]).decode()
    s3.put_object(Bucket=bucket, Key="c", Body=body, **{field: value})
    head = s3.head_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")
    assert head[field] == value
    wrong = base64.b64encode(bytes(len(known[algorithm]))).decode()
    refused = {"Bucket": bucket, "Key": "wrong", "Body": body, field: wrong}
    assert code_of(s3.put_object, **refused) == "BadDigest"
    assert code_of(s3.head_object, Bucket=bucket, Key="wrong") == "404", "nothing was stored"
    if algorithm in ("CRC32", "SHA1", "SHA256") or importlib.util.find_spec("awscrt"):
        s3.put_object(Bucket=bucket, Key="auto", Body=body, ChecksumAlgorithm=algorithm)
        head = s3.head_object(Bucket=bucket, Key="auto", ChecksumMode="ENABLED")
        assert head[field] == value


def test_body_of_unknown_length_is_chunked_with_a_trailer(s3, bucket):
    """A stream goes up as aws-chunked with a trailing checksum."""
    body = bytes(range(256)) * 5000
    s3.put_object(Bucket=bucket, Key="s", Body=io.BytesIO(body), ChecksumAlgorithm="SHA256")
    assert s3.get_object(Bucket=bucket, Key="s")["Body"].read() == body


@pytest.mark.parametrize("version", [None, "s3v4"])
def test_presigned_get_put_and_post(server, bucket, version):
    """Told nothing, boto3 presigns for us-east-1 with signature version 2."""
    s3 = boto_client(server, signature_version=version)

    def open_url(url, data=None, method="GET", headers=None):
        # Version 2 signs the content type, which urllib would add.
        headers = {"Content-Type": "", **(headers or {})}
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()

    target = {"Bucket": bucket, "Key": "p/ä"}
    put = s3.generate_presigned_url("put_object", Params=target, ExpiresIn=60)
    assert ("AWSAccessKeyId" in put) == (version is None)
    assert open_url(put, b"by url", "PUT")[0] == 200
    described = {**target, "Metadata": {"a": "1 2"}, "ACL": "private"}
    put = s3.generate_presigned_url("put_object", Params=described, ExpiresIn=60)
    sent = {} if version is None else {"x-amz-meta-a": "1 2", "x-amz-acl": "private"}
    assert open_url(put, b"by url", "PUT", sent)[0] == 200
    assert s3.head_object(**target)["Metadata"] == {"a": "1 2"}
    get = s3.generate_presigned_url("get_object", Params=target, ExpiresIn=60)
    assert open_url(get) == (200, b"by url")
    with pytest.raises(urllib.error.HTTPError) as refused:
        open_url(get.replace("p/%C3%A4", "other"))
    assert refused.value.code == 403
    form = s3.generate_presigned_post(bucket, "form/${filename}", ExpiresIn=60)
    boundary = "larderboundary"
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    )
    file = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.bin"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\nby form\r\n--{boundary}--\r\n"
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    assert open_url(form["url"], (fields + file).encode(), "POST", kind)[0] == 204
    assert s3.get_object(Bucket=bucket, Key="form/x.bin")["Body"].read() == b"by form"


def test_conditional_writes_have_one_winner(s3, bucket):
    def create(number):
        try:
            body = str(number).encode()
            s3.put_object(Bucket=bucket, Key="race", Body=body, IfNoneMatch="*")
            return number
        except botocore.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            assert code in ("PreconditionFailed", "ConditionalRequestConflict"), code
            return None

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        winners = [number for number in pool.map(create, range(48)) if number is not None]
    assert len(winners) == 1
    current = s3.get_object(Bucket=bucket, Key="race")
    assert current["Body"].read() == str(winners[0]).encode()
    s3.put_object(Bucket=bucket, Key="race", Body=b"next", IfMatch=current["ETag"])
    stale = {"Bucket": bucket, "Key": "race", "Body": b"lost", "IfMatch": current["ETag"]}
    assert code_of(s3.put_object, **stale) == "PreconditionFailed"


def test_counter_with_if_match_loses_no_update(s3, bucket):
    s3.put_object(Bucket=bucket, Key="counter", Body=b"0")

    def increment(_):
        while True:
            now = s3.get_object(Bucket=bucket, Key="counter")
            value = str(int(now["Body"].read()) + 1).encode()
            try:
                s3.put_object(Bucket=bucket, Key="counter", Body=value, IfMatch=now["ETag"])
                return
            except botocore.exceptions.ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, range(60)))
    assert s3.get_object(Bucket=bucket, Key="counter")["Body"].read() == b"60"


def test_copy_and_tags(s3, bucket):
    tags = {"TagSet": [{"Key": "colour", "Value": "blue"}]}
    s3.put_object(Bucket=bucket, Key="from", Body=b"x", Metadata={"a": "b"}, Tagging="colour=blue")
    source = {"Bucket": bucket, "Key": "from"}
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"a": "b"}
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == tags["TagSet"]
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {}
    s3.delete_object_tagging(Bucket=bucket, Key="to")
    assert s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"] == []


def test_delete_objects_in_one_request(s3, bucket):
    names = [f"{n} & <{n}>" for n in range(100)]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    targets = {"Objects": [{"Key": name} for name in [*names, "never was"]]}
    done = s3.delete_objects(Bucket=bucket, Delete=targets)
    assert len(done["Deleted"]) == 101
    assert "Errors" not in done
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
