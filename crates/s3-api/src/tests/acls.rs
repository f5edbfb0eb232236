//! Access control lists: what is written, what is refused, what is answered.

use crate::testing::{Ask, Got, World};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const XSI: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

fn open() -> World {
    let world = World::open();
    world.bucket("photos");
    world
}

fn canned(world: &World, path: &str, name: &str) -> Got {
    world.send(Ask::new("PUT", path).header("x-amz-acl", name).md5())
}

fn body(world: &World, path: &str, owner: &str, grants: &str) -> Got {
    let body = format!(
        "<AccessControlPolicy><Owner><ID>{owner}</ID></Owner><AccessControlList>{grants}\
         </AccessControlList></AccessControlPolicy>"
    );
    world.send(Ask::new("PUT", path).body(body).md5())
}

fn grant(kind: &str, inner: &str, permission: &str) -> String {
    format!(
        "<Grant><Grantee {XSI} xsi:type=\"{kind}\">{inner}</Grantee>\
         <Permission>{permission}</Permission></Grant>"
    )
}

/// The grants of an answer, each `who:what`, those of accounts first.
fn grants(world: &World, path: &str) -> Vec<String> {
    let got = world.send(Ask::new("GET", path)).ok();
    let between = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once('<').map(|(value, _)| value.to_owned())
    };
    let all = got.text().split("<Grant>").skip(1);
    let show = |text: &str| {
        let group = between(text, "URI").map(|uri| uri.rsplit('/').next().unwrap().to_owned());
        let who = between(text, "ID").or(group).unwrap();
        format!("{who}:{}", between(text, "Permission").unwrap())
    };
    let is_group = |grant: &String| {
        let groups = ["AllUsers", "AuthenticatedUsers", "LogDelivery"];
        groups.iter().any(|name| grant.starts_with(&format!("{name}:")))
    };
    let (groups, mut accounts): (Vec<String>, Vec<String>) = all.map(show).partition(is_group);
    accounts.extend(groups);
    accounts
}

/// As suites for S3 expect.
#[test]
fn groups_are_shown_first() {
    let world = open();
    canned(&world, "/photos?acl", "public-read").ok();
    let got = world.send(Ask::new("GET", "/photos?acl")).ok();
    let (group, full) = (got.text().find("AllUsers"), got.text().find("FULL_CONTROL"));
    assert!(group.unwrap() < full.unwrap(), "{}", got.text());
}

fn ownership(world: &World, setting: &str) -> Got {
    let body = format!(
        "<OwnershipControls><Rule><ObjectOwnership>{setting}</ObjectOwnership></Rule>\
         </OwnershipControls>"
    );
    world.send(Ask::new("PUT", "/photos?ownershipControls").body(body).md5())
}

#[test]
fn a_bucket_s_list_is_written_in_three_ways() {
    let world = open();
    let path = "/photos?acl";
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL"]);
    for (name, more) in [
        ("public-read", &["AllUsers:READ"][..]),
        ("public-read-write", &["AllUsers:READ", "AllUsers:WRITE"]),
        ("authenticated-read", &["AuthenticatedUsers:READ"]),
        ("log-delivery-write", &["LogDelivery:WRITE", "LogDelivery:READ_ACP"]),
        ("private", &[]),
    ] {
        canned(&world, path, name).ok();
        let found = grants(&world, path);
        assert_eq!(found[0], "alice-id:FULL_CONTROL", "{name}");
        assert_eq!(found[1..], *more, "{name}");
    }
    let ask = Ask::new("PUT", path).header("x-amz-grant-read", "id=\"bob-id\", id=alice-id");
    let uri = format!("uri=\"{ALL_USERS}\"");
    world.send(ask.header("x-amz-grant-write-acp", &uri).md5()).ok();
    let expected = ["bob-id:READ", "alice-id:READ", "AllUsers:WRITE_ACP"];
    assert_eq!(grants(&world, path), expected, "the owner's right is not added");
    let all = [
        grant("CanonicalUser", "<ID>bob-id</ID>", "FULL_CONTROL"),
        grant("Group", &format!("<URI>{ALL_USERS}</URI>"), "READ"),
        grant("AmazonCustomerByEmail", "<EmailAddress>BOB@mail.example</EmailAddress>", "WRITE"),
    ];
    body(&world, path, "alice-id", &all.concat()).ok();
    assert_eq!(grants(&world, path), ["bob-id:FULL_CONTROL", "bob-id:WRITE", "AllUsers:READ"]);
    body(&world, path, "alice-id", "").ok();
    assert_eq!(grants(&world, path), [""; 0]);
}

#[test]
fn what_is_no_list_is_refused_and_changes_nothing() {
    let world = open();
    let path = "/photos?acl";
    canned(&world, path, "public-read").ok();
    let before = grants(&world, path);
    let ask = || Ask::new("PUT", path);
    world.send(ask().md5()).refused(400, "MissingSecurityHeader");
    canned(&world, path, "shared").refused(400, "InvalidArgument");
    let both = ask().header("x-amz-acl", "private").header("x-amz-grant-read", "id=bob-id");
    let got = world.send(both.md5()).refused(400, "InvalidRequest");
    assert!(got.text().contains("Specifying both Canned ACLs and Header Grants is not allowed"));
    let with_body = ask().header("x-amz-acl", "private").body("<AccessControlPolicy/>").md5();
    world.send(with_body).refused(400, "UnexpectedContent");
    let header = |value: &str| world.send(ask().header("x-amz-grant-read", value).md5());
    header("bob").refused(400, "InvalidArgument");
    let got = header("id=nobody").refused(400, "InvalidArgument");
    assert_eq!(got.element("Message"), Some("Invalid id"));
    let got = header("uri=\"http://x\"").refused(400, "InvalidArgument");
    assert_eq!(got.element("Message"), Some("Invalid group uri"));
    header("emailAddress=\"nobody@mail.example\"").refused(400, "UnresolvableGrantByEmailAddress");
    let bob = grant("CanonicalUser", "<ID>bob-id</ID>", "READ");
    body(&world, path, "bob-id", &bob).refused(403, "AccessDenied");
    body(&world, path, "alice-id", &bob.repeat(101)).refused(400, "InvalidRequest");
    for malformed in [
        grant("CanonicalUser", "<ID>bob-id</ID>", "EVERYTHING"),
        grant("CanonicalUser", "", "READ"),
        grant("Somebody", "<ID>bob-id</ID>", "READ"),
        "<Grant/>".to_owned(),
    ] {
        body(&world, path, "alice-id", &malformed).refused(400, "MalformedACLError");
    }
    let without_owner = "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>";
    world.send(ask().body(without_owner).md5()).refused(400, "MalformedACLError");
    assert_eq!(grants(&world, path), before);
    body(&world, path, "alice-id", &bob.repeat(100)).ok();
    assert_eq!(grants(&world, path).len(), 100);
}

#[test]
fn a_bucket_is_made_with_its_list() {
    let world = World::open();
    let create = |name: &str| Ask::new("PUT", format!("/{name}"));
    world.send(create("one").header("x-amz-acl", "public-read")).ok();
    assert_eq!(grants(&world, "/one?acl"), ["alice-id:FULL_CONTROL", "AllUsers:READ"]);
    world.send(create("two").header("x-amz-grant-write", "id=bob-id")).ok();
    assert_eq!(grants(&world, "/two?acl"), ["bob-id:WRITE"]);
    world
        .send(create("three").header("x-amz-grant-write", "id=nobody"))
        .refused(400, "InvalidArgument");
    world.send(Ask::new("HEAD", "/three")).refused(404, "NoSuchBucket");
    let enforced = create("three").header("x-amz-object-ownership", "BucketOwnerEnforced");
    let code = "InvalidBucketAclWithObjectOwnership";
    world.send(enforced.clone().header("x-amz-acl", "public-read")).refused(400, code);
    world.send(enforced.header("x-amz-acl", "private")).ok();
    // New buckets of AWS block public lists.
    let world = World::new();
    let writer = create("four").header("x-amz-object-ownership", "ObjectWriter");
    let code = "InvalidBucketAclWithBlockPublicAccessError";
    world.send(writer.clone().header("x-amz-acl", "public-read")).refused(400, code);
    world.send(writer.header("x-amz-grant-read", "id=bob-id")).ok();
    assert_eq!(grants(&world, "/four?acl"), ["bob-id:READ"]);
}

/// User guide, "Controlling ownership of objects and disabling ACLs for your bucket".
#[test]
fn enforced_ownership_puts_lists_out_of_force_and_keeps_them() {
    let world = open();
    let path = "/photos?acl";
    canned(&world, path, "public-read").ok();
    ownership(&world, "BucketOwnerEnforced").refused(400, "InvalidBucketAclWithObjectOwnership");
    let own = grant("CanonicalUser", "<ID>alice-id</ID>", "READ");
    body(&world, path, "alice-id", &own).ok();
    ownership(&world, "BucketOwnerEnforced").ok();
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL"]);
    for name in ["private", "public-read", "authenticated-read"] {
        let got = canned(&world, path, name).refused(400, "AccessControlListNotSupported");
        assert_eq!(got.element("Message"), Some("The bucket does not allow ACLs"));
    }
    body(&world, path, "alice-id", &own).refused(400, "AccessControlListNotSupported");
    let full = grant("CanonicalUser", "<ID>alice-id</ID>", "FULL_CONTROL");
    body(&world, path, "alice-id", &full).ok();
    canned(&world, path, "bucket-owner-full-control").ok();
    // Switched off, the list of before is back.
    ownership(&world, "ObjectWriter").ok();
    assert_eq!(grants(&world, path), ["alice-id:READ"]);
}

/// User guide, "Block public access settings".
#[test]
fn public_lists_are_blocked_or_ignored() {
    let world = open();
    let path = "/photos?acl";
    let block = |switch: &str| {
        let body = format!(
            "<PublicAccessBlockConfiguration><{switch}>true</{switch}>\
             </PublicAccessBlockConfiguration>"
        );
        world.send(Ask::new("PUT", "/photos?publicAccessBlock").body(body).md5()).ok();
    };
    canned(&world, path, "public-read").ok();
    block("BlockPublicAcls");
    let public = ["alice-id:FULL_CONTROL", "AllUsers:READ"];
    assert_eq!(grants(&world, path), public, "what is there stays in force");
    for name in ["public-read", "public-read-write", "authenticated-read"] {
        canned(&world, path, name).refused(403, "AccessDenied");
    }
    let header = Ask::new("PUT", path).header("x-amz-grant-read", &format!("uri={ALL_USERS}"));
    world.send(header.md5()).refused(403, "AccessDenied");
    canned(&world, path, "log-delivery-write").ok();
    block("BlockPublicPolicy");
    canned(&world, path, "public-read").ok();
    block("IgnorePublicAcls");
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL"], "the effective list");
    canned(&world, path, "public-read-write").ok();
    world.send(Ask::new("DELETE", "/photos?publicAccessBlock")).ok();
    assert_eq!(grants(&world, path).len(), 3);
}

#[test]
fn an_object_s_list_is_written_with_it_or_later() {
    let world = open();
    world.versioning("photos", true);
    let put = || Ask::new("PUT", "/photos/a").body("x");
    let version = world.send(put()).ok().header("x-amz-version-id").unwrap().to_owned();
    let path = "/photos/a?acl";
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL"]);
    world.send(put().header("x-amz-acl", "public-read")).ok();
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL", "AllUsers:READ"]);
    let old = format!("{path}&versionId={version}");
    assert_eq!(grants(&world, &old), ["alice-id:FULL_CONTROL"], "each version has its own");
    canned(&world, &old, "authenticated-read").ok();
    assert_eq!(grants(&world, &old), ["alice-id:FULL_CONTROL", "AuthenticatedUsers:READ"]);
    world.send(put().header("x-amz-grant-read", "emailAddress=bob@mail.example")).ok();
    assert_eq!(grants(&world, path), ["bob-id:READ"]);
    // A copy has the list that it asks for, not its source's.
    let copy =
        |to: &str| Ask::new("PUT", format!("/photos/{to}")).header("x-amz-copy-source", "photos/a");
    world.send(copy("b")).ok();
    assert_eq!(grants(&world, "/photos/b?acl"), ["alice-id:FULL_CONTROL"]);
    world.send(copy("b").header("x-amz-acl", "public-read")).ok();
    assert_eq!(grants(&world, "/photos/b?acl").len(), 2);
    // An upload keeps it until it is completed.
    let create = Ask::new("POST", "/photos/c?uploads").header("x-amz-acl", "public-read");
    let id = world.send(create).ok().element("UploadId").unwrap().to_owned();
    let part = Ask::new("PUT", format!("/photos/c?partNumber=1&uploadId={id}")).body("part");
    let etag = world.send(part).ok().header("etag").unwrap().to_owned();
    let complete = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    world.send(Ask::new("POST", format!("/photos/c?uploadId={id}")).body(complete)).ok();
    assert_eq!(grants(&world, "/photos/c?acl"), ["alice-id:FULL_CONTROL", "AllUsers:READ"]);
    // A hundred grants have room.
    let bob = grant("CanonicalUser", "<ID>bob-id</ID>", "READ");
    body(&world, path, "alice-id", &bob.repeat(100)).ok();
    assert_eq!(grants(&world, path).len(), 100);
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "x");
    world.send(Ask::new("PUT", path).md5()).refused(400, "MissingSecurityHeader");
    let both = put().header("x-amz-acl", "private").header("x-amz-grant-read", "id=bob-id");
    world.send(both).refused(400, "InvalidRequest");
    body(&world, path, "bob-id", &bob).refused(403, "AccessDenied");
}

#[test]
fn ownership_and_blocks_count_for_objects_too() {
    let world = open();
    let path = "/photos/a?acl";
    let put =
        |name: &str| world.send(Ask::new("PUT", "/photos/a").header("x-amz-acl", name).body("x"));
    put("public-read").ok();
    ownership(&world, "BucketOwnerEnforced").ok();
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL"]);
    put("public-read").refused(400, "AccessControlListNotSupported");
    canned(&world, path, "public-read").refused(400, "AccessControlListNotSupported");
    canned(&world, path, "bucket-owner-full-control").ok();
    ownership(&world, "BucketOwnerPreferred").ok();
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL", "AllUsers:READ"], "it is back");
    let block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                 <IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>";
    world.send(Ask::new("PUT", "/photos?publicAccessBlock").body(block).md5()).ok();
    put("public-read").refused(403, "AccessDenied");
    canned(&world, path, "authenticated-read").refused(403, "AccessDenied");
    assert_eq!(grants(&world, path), ["alice-id:FULL_CONTROL"]);
}
