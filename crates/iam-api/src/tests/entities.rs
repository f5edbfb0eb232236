//! Users, groups, roles, policies and providers, each as Terraform's provider goes through it:
//! create, read, change, read, remove.

use super::{Got, World};
use larder_s3_wire::percent::{Plus, decode};

const POLICY: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","#,
    r#""Resource":"arn:aws:s3:::b/*"}]}"#
);
const TRUST: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#,
    r#""Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}"#
);
const ARN: &str = "arn:aws:iam::111111111111:policy/team/read";

fn decoded(got: &Got, element: &str) -> String {
    decode(got.element(element).unwrap(), Plus::Literal).unwrap().into_owned()
}

fn create_policy(world: &World) -> Got {
    let parameters = [
        ("PolicyName", "read"),
        ("Path", "/team/"),
        ("PolicyDocument", POLICY),
        ("Description", "reads"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "a b"),
    ];
    world.iam("CreatePolicy", &parameters)
}

#[test]
fn aws_iam_user() {
    let world = World::new();
    let user = ("UserName", "ada");
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "x")];
    let got = world.iam("CreateUser", &[user, tag[0], tag[1]]).ok();
    assert_eq!(got.element("Arn"), Some("arn:aws:iam::111111111111:user/ada"));
    assert!(got.element("UserId").unwrap().starts_with("AIDA"));
    world.iam("CreateUser", &[("UserName", "ADA")]).refused(409, "EntityAlreadyExists");
    let got = world.iam("GetUser", &[user]).ok();
    assert_eq!((got.element("Path"), got.element("Value")), (Some("/"), Some("x")));
    world.iam("TagUser", &[user, ("Tags.member.1.Key", "b"), ("Tags.member.1.Value", "")]).ok();
    world.iam("UntagUser", &[user, ("TagKeys.member.1", "team")]).ok();
    assert_eq!(world.iam("ListUserTags", &[user]).ok().elements("Key"), ["b"]);
    world.iam("UpdateUser", &[user, ("NewUserName", "bea"), ("NewPath", "/a/")]).ok();
    world.iam("GetUser", &[user]).refused(404, "NoSuchEntity");
    let user = ("UserName", "bea");
    let got = world.iam("GetUser", &[user]).ok();
    assert_eq!(got.element("Arn"), Some("arn:aws:iam::111111111111:user/a/bea"));
    for (list, members) in [
        ("ListGroupsForUser", "Groups"),
        ("ListUserPolicies", "PolicyNames"),
        ("ListAttachedUserPolicies", "AttachedPolicies"),
        ("ListAccessKeys", "AccessKeyMetadata"),
        ("ListSSHPublicKeys", "SSHPublicKeys"),
        ("ListMFADevices", "MFADevices"),
        ("ListSigningCertificates", "Certificates"),
        ("ListServiceSpecificCredentials", "ServiceSpecificCredentials"),
    ] {
        let got = world.iam(list, &[user]).ok();
        assert_eq!(got.element(members), Some(""), "{list}: {}", got.body);
        world.iam(list, &[("UserName", "nobody")]).refused(404, "NoSuchEntity");
    }
    assert_eq!(world.iam("ListVirtualMFADevices", &[]).ok().element("VirtualMFADevices"), Some(""));
    world.iam("DeleteLoginProfile", &[user]).refused(404, "NoSuchEntity");
    world.iam("GetLoginProfile", &[user]).refused(404, "NoSuchEntity");
    world.iam("DeleteUser", &[user]).ok();
    world.iam("DeleteUser", &[user]).refused(404, "NoSuchEntity");
}

#[test]
fn users_are_listed_by_page_and_path() {
    let world = World::new();
    for (name, path) in [("a", "/x/"), ("b", "/x/"), ("c", "/y/"), ("d", "/x/")] {
        world.iam("CreateUser", &[("UserName", name), ("Path", path)]).ok();
    }
    let (mut names, mut marker) = (Vec::new(), String::new());
    loop {
        let mut parameters = vec![("PathPrefix", "/x/"), ("MaxItems", "2")];
        if !marker.is_empty() {
            parameters.push(("Marker", &marker));
        }
        let page = world.iam("ListUsers", &parameters).ok();
        names.extend(page.elements("UserName").into_iter().map(str::to_owned));
        match page.element("Marker") {
            Some(next) => marker = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["a", "b", "d"]);
    world.iam("ListUsers", &[("Marker", "not one")]).refused(400, "ValidationError");
    let root = world.iam("GetUser", &[]).ok();
    assert_eq!(root.element("Arn"), Some("arn:aws:iam::111111111111:root"));
}

#[test]
fn aws_iam_policy() {
    let world = World::new();
    let arn = ("PolicyArn", ARN);
    let got = create_policy(&world).ok();
    assert_eq!((got.element("Arn"), got.element("DefaultVersionId")), (Some(ARN), Some("v1")));
    create_policy(&world).refused(409, "EntityAlreadyExists");
    let got = world.iam("GetPolicy", &[arn]).ok();
    assert_eq!((got.element("Description"), got.element("Value")), (Some("reads"), Some("a b")));
    let got = world.iam("GetPolicyVersion", &[arn, ("VersionId", "v1")]).ok();
    assert_eq!(decoded(&got, "Document"), POLICY);
    assert!(got.element("Document").unwrap().starts_with("%7B%22Version%22"));
    assert_eq!(got.element("IsDefaultVersion"), Some("true"));
    let document = ("PolicyDocument", POLICY);
    world
        .iam("CreatePolicyVersion", &[arn, ("PolicyDocument", "{}")])
        .refused(400, "MalformedPolicyDocument");
    let got = world.iam("CreatePolicyVersion", &[arn, document, ("SetAsDefault", "true")]).ok();
    assert_eq!(
        (got.element("VersionId"), got.element("IsDefaultVersion")),
        (Some("v2"), Some("true"))
    );
    assert_eq!(world.iam("ListPolicyVersions", &[arn]).ok().elements("VersionId"), ["v2", "v1"]);
    world.iam("DeletePolicyVersion", &[arn, ("VersionId", "v2")]).refused(409, "DeleteConflict");
    world.iam("DeletePolicy", &[arn]).refused(409, "DeleteConflict");
    world.iam("SetDefaultPolicyVersion", &[arn, ("VersionId", "v1")]).ok();
    world.iam("DeletePolicyVersion", &[arn, ("VersionId", "v2")]).ok();
    world.iam("GetPolicyVersion", &[arn, ("VersionId", "v2")]).refused(404, "NoSuchEntity");
    let listed = world.iam("ListPolicies", &[("Scope", "Local")]).ok();
    assert_eq!(listed.elements("PolicyName"), ["read"]);
    let all = world.iam("ListPolicies", &[("MaxItems", "2")]).ok();
    assert_eq!(all.elements("PolicyName")[0], "read");
    let rest = world.iam("ListPolicies", &[("Marker", all.element("Marker").unwrap())]).ok();
    assert_eq!(rest.elements("PolicyName").iter().filter(|name| **name == "read").count(), 0);
    assert!(rest.body.contains("arn:aws:iam::aws:policy/"), "{}", rest.body);
    world.iam("DeletePolicy", &[arn]).ok();
    world.iam("GetPolicy", &[arn]).refused(404, "NoSuchEntity");
}

#[test]
fn policies_are_attached_written_in_and_bound() {
    let world = World::new();
    create_policy(&world).ok();
    let arn = ("PolicyArn", ARN);
    world.iam("CreateUser", &[("UserName", "n")]).ok();
    world.iam("CreateGroup", &[("GroupName", "n")]).ok();
    world.iam("CreateRole", &[("RoleName", "n"), ("AssumeRolePolicyDocument", TRUST)]).ok();
    for (kind, name) in [("User", "UserName"), ("Group", "GroupName"), ("Role", "RoleName")] {
        let who = (name, "n");
        world.iam(&format!("Attach{kind}Policy"), &[who, arn]).ok();
        let list = format!("ListAttached{kind}Policies");
        let listed = world.iam(&list, &[who]).ok();
        assert_eq!(
            (listed.element("PolicyName"), listed.element("PolicyArn")),
            (Some("read"), Some(ARN))
        );
        let none = world.iam(&list, &[who, ("PathPrefix", "/other/")]).ok();
        assert_eq!(none.element("AttachedPolicies"), Some(""));
        let inline = ("PolicyName", "own");
        world.iam(&format!("Put{kind}Policy"), &[who, inline, ("PolicyDocument", POLICY)]).ok();
        let got = world.iam(&format!("Get{kind}Policy"), &[who, inline]).ok();
        assert_eq!(decoded(&got, "PolicyDocument"), POLICY);
        let names = world.iam(&format!("List{kind}Policies"), &[who]).ok();
        assert_eq!(names.elements("member"), ["own"]);
        if kind != "Group" {
            let boundary = format!("Put{kind}PermissionsBoundary");
            world.iam(&boundary, &[who, ("PermissionsBoundary", ARN)]).ok();
            let got = world.iam(&format!("Get{kind}"), &[who]).ok();
            assert_eq!(got.element("PermissionsBoundaryArn"), Some(ARN));
        }
    }
    let entities = world.iam("ListEntitiesForPolicy", &[arn]).ok();
    assert_eq!(entities.elements("UserName").len(), 2, "attached and boundary: {}", entities.body);
    let groups = world.iam("ListEntitiesForPolicy", &[arn, ("EntityFilter", "Group")]).ok();
    assert_eq!((groups.elements("GroupName").len(), groups.elements("UserName").len()), (1, 0));
    world.iam("DeletePolicy", &[arn]).refused(409, "DeleteConflict");
    for (kind, name) in [("User", "UserName"), ("Group", "GroupName"), ("Role", "RoleName")] {
        let who = (name, "n");
        world.iam(&format!("Delete{kind}"), &[who]).refused(409, "DeleteConflict");
        world.iam(&format!("Delete{kind}Policy"), &[who, ("PolicyName", "own")]).ok();
        world.iam(&format!("Detach{kind}Policy"), &[who, arn]).ok();
        if kind != "Group" {
            world.iam(&format!("Delete{kind}PermissionsBoundary"), &[who]).ok();
        }
        world.iam(&format!("Delete{kind}"), &[who]).ok();
    }
    world.iam("DeletePolicy", &[arn]).ok();
}

#[test]
fn aws_iam_group_and_its_members() {
    let world = World::new();
    let (group, user) = (("GroupName", "devs"), ("UserName", "ada"));
    world.iam("CreateUser", &[user]).ok();
    let got = world.iam("CreateGroup", &[group, ("Path", "/g/")]).ok();
    assert_eq!(got.element("Arn"), Some("arn:aws:iam::111111111111:group/g/devs"));
    world.iam("AddUserToGroup", &[group, user]).ok();
    let got = world.iam("GetGroup", &[group]).ok();
    assert_eq!((got.element("GroupName"), got.elements("UserName")), (Some("devs"), vec!["ada"]));
    let got = world.iam("ListGroupsForUser", &[user]).ok();
    assert_eq!(got.elements("GroupName"), ["devs"]);
    world.iam("UpdateGroup", &[group, ("NewGroupName", "team")]).ok();
    let group = ("GroupName", "team");
    assert_eq!(world.iam("ListGroups", &[]).ok().elements("GroupName"), ["team"]);
    world.iam("DeleteGroup", &[group]).refused(409, "DeleteConflict");
    world.iam("RemoveUserFromGroup", &[group, user]).ok();
    world.iam("DeleteGroup", &[group]).ok();
}

#[test]
fn aws_iam_role() {
    let world = World::new();
    let (role, trust) = (("RoleName", "app"), ("AssumeRolePolicyDocument", TRUST));
    world
        .iam("CreateRole", &[role, ("AssumeRolePolicyDocument", POLICY)])
        .refused(400, "MalformedPolicyDocument");
    let got = world.iam("CreateRole", &[role, trust, ("Description", "d")]).ok();
    assert_eq!(got.element("MaxSessionDuration"), Some("3600"));
    let got = world.iam("GetRole", &[role]).ok();
    assert_eq!(decoded(&got, "AssumeRolePolicyDocument"), TRUST);
    world.iam("UpdateRole", &[role, ("MaxSessionDuration", "7200")]).ok();
    world.iam("UpdateRoleDescription", &[role, ("Description", "other")]).ok();
    let got = world.iam("GetRole", &[role]).ok();
    assert_eq!(
        (got.element("MaxSessionDuration"), got.element("Description")),
        (Some("7200"), Some("other"))
    );
    world.iam("UpdateAssumeRolePolicy", &[role, ("PolicyDocument", TRUST)]).ok();
    world.iam("TagRole", &[role, ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]).ok();
    assert_eq!(world.iam("ListRoleTags", &[role]).ok().elements("Key"), ["k"]);
    world.iam("UntagRole", &[role, ("TagKeys.member.1", "k")]).ok();
    assert_eq!(world.iam("ListRoles", &[]).ok().elements("RoleName"), ["app"]);
    let profiles = world.iam("ListInstanceProfilesForRole", &[role]).ok();
    assert_eq!(profiles.element("InstanceProfiles"), Some(""));
    assert_eq!(world.iam("ListRolePolicies", &[role]).ok().element("PolicyNames"), Some(""));
    world.iam("DeleteRole", &[role]).ok();
    world.iam("GetRole", &[role]).refused(404, "NoSuchEntity");
}

#[test]
fn aws_iam_openid_connect_provider_and_account() {
    let world = World::new();
    let thumbprint = "a".repeat(40);
    let got = world.iam(
        "CreateOpenIDConnectProvider",
        &[
            ("Url", "https://issuer.test/a"),
            ("ClientIDList.member.1", "one"),
            ("ThumbprintList.member.1", &thumbprint),
        ],
    );
    let got = got.ok();
    let arn = got.element("OpenIDConnectProviderArn").unwrap();
    assert_eq!(arn, "arn:aws:iam::111111111111:oidc-provider/issuer.test/a");
    let arn = ("OpenIDConnectProviderArn", arn);
    world.iam("AddClientIDToOpenIDConnectProvider", &[arn, ("ClientID", "two")]).ok();
    world.iam("RemoveClientIDFromOpenIDConnectProvider", &[arn, ("ClientID", "one")]).ok();
    let got = world.iam("GetOpenIDConnectProvider", &[arn]).ok();
    assert_eq!(got.element("ClientIDList"), Some("<member>two</member>"));
    assert_eq!(world.iam("ListOpenIDConnectProviders", &[]).ok().elements("Arn"), [arn.1]);
    world.iam("DeleteOpenIDConnectProvider", &[arn]).ok();
    world.iam("GetOpenIDConnectProvider", &[arn]).refused(404, "NoSuchEntity");
    world.iam("CreateAccountAlias", &[("AccountAlias", "acme")]).ok();
    assert_eq!(world.iam("ListAccountAliases", &[]).ok().elements("member"), ["acme"]);
    world.iam("DeleteAccountAlias", &[("AccountAlias", "acme")]).ok();
    world.iam("CreateUser", &[("UserName", "ada")]).ok();
    let summary = world.iam("GetAccountSummary", &[]).ok();
    assert!(summary.body.contains("<key>Users</key><value>1</value>"), "{}", summary.body);
}
