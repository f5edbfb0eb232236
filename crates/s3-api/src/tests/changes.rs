//! Copies, deletes, tags, ACLs, attributes.

use crate::testing::{Ask, Got, World};

fn put(world: &World, path: &str, body: &str) -> Got {
    world.send(Ask::new("PUT", path).body(body)).ok()
}

fn copy(source: &str, to: &str) -> Ask {
    Ask::new("PUT", to).header("x-amz-copy-source", source)
}

#[test]
fn copies() {
    let world = World::with_bucket("photos");
    world.bucket("other");
    let ask = Ask::new("PUT", "/photos/a%20b").header("x-amz-meta-m", "1").body("hello");
    world.send(ask.header("content-type", "text/x").header("x-amz-tagging", "t=1")).ok();
    let got = world.send(copy("/photos/a%20b", "/other/c")).ok();
    let result = got.text();
    assert!(
        result.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CopyObjectResult \
         xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ETag>&quot;5d41402abc4b2a76b9719d911017\
         c592&quot;</ETag><LastModified>"
        ),
        "{result}"
    );
    assert_eq!(got.header("content-type"), Some("application/xml"));
    let head = world.send(Ask::new("HEAD", "/other/c")).ok();
    assert_eq!(head.header("x-amz-meta-m"), Some("1"));
    assert_eq!(head.header("content-type"), Some("text/x"));
    assert_eq!(head.header("x-amz-tagging-count"), Some("1"));
    let replace = copy("photos/a%20b", "/other/c")
        .header("x-amz-metadata-directive", "REPLACE")
        .header("x-amz-tagging-directive", "REPLACE")
        .header("x-amz-meta-n", "2");
    world.send(replace).ok();
    let head = world.send(Ask::new("HEAD", "/other/c")).ok();
    assert_eq!((head.header("x-amz-meta-m"), head.header("x-amz-meta-n")), (None, Some("2")));
    assert_eq!(head.header("x-amz-tagging-count"), None);
    world.send(copy("other/c", "/other/c")).refused(400, "InvalidRequest");
    let class = copy("other/c", "/other/c").header("x-amz-storage-class", "STANDARD_IA");
    world.send(class).ok();
}

#[test]
fn copies_that_are_refused() {
    let world = World::with_bucket("photos");
    let etag = put(&world, "/photos/a", "hello").header("etag").unwrap().to_owned();
    let got = world.send(copy("photos/none", "/photos/b")).refused(404, "NoSuchKey");
    assert_eq!(got.element("Key"), Some("none"));
    let got = world.send(copy("nowhere/a", "/photos/b")).refused(404, "NoSuchBucket");
    assert_eq!(got.element("BucketName"), Some("nowhere"));
    world.send(copy("photos", "/photos/b")).refused(400, "InvalidArgument");
    let if_match = copy("photos/a", "/photos/b").header("x-amz-copy-source-if-match", "\"x\"");
    let got = world.send(if_match).refused(412, "PreconditionFailed");
    assert_eq!(got.element("Condition"), Some("x-amz-copy-source-If-Match"));
    let none = copy("photos/a", "/photos/b").header("x-amz-copy-source-if-none-match", &etag);
    world.send(none).refused(412, "PreconditionFailed");
    let owner = |id| copy("photos/a", "/photos/b").header("x-amz-source-expected-bucket-owner", id);
    world.send(owner("222222222222")).refused(403, "AccessDenied");
    world.send(owner("111111111111")).ok();
    // The copy has its source's ETag.
    for taken in ["*", &etag] {
        let unless = copy("photos/a", "/photos/b").header("if-none-match", taken);
        let got = world.send(unless).refused(412, "PreconditionFailed");
        assert_eq!(got.element("Condition"), Some("If-None-Match"));
    }
    world.send(copy("photos/a", "/photos/b").header("if-none-match", "\"x\"")).ok();
    // Bob may not read alice's object, even into a bucket of his own.
    let create = larder_objects::CreateBucket {
        owner: crate::testing::owner("bob"),
        region: None,
        tags: Vec::new(),
        documents: Vec::new(),
    };
    let name = larder_types::BucketName::new("bobs").unwrap();
    world.sim.block_on(world.objects.create_bucket(&name, create)).unwrap();
    world.send(copy("photos/a", "/bobs/a").by(Some("bob"))).refused(403, "AccessDenied");
    world.send(Ask::new("HEAD", "/bobs/a").by(Some("bob"))).refused(404, "NoSuchKey");
}

#[test]
fn a_copy_names_its_versions() {
    let world = World::with_bucket("photos");
    world.versioning("photos", true);
    let version = put(&world, "/photos/a", "one").header("x-amz-version-id").unwrap().to_owned();
    put(&world, "/photos/a", "two");
    let got = world.send(copy(&format!("photos/a?versionId={version}"), "/photos/b")).ok();
    assert_eq!(got.header("x-amz-copy-source-version-id"), Some(version.as_str()));
    assert!(got.header("x-amz-version-id").is_some());
    assert_eq!(world.send(Ask::new("GET", "/photos/b")).ok().text(), "one");
    let marker = world.send(Ask::new("DELETE", "/photos/a"));
    let marker = marker.header("x-amz-version-id").unwrap();
    let got = world.send(copy(&format!("photos/a?versionId={marker}"), "/photos/b"));
    got.refused(400, "InvalidRequest");
    world.send(copy("photos/a", "/photos/b")).refused(404, "NoSuchKey");
}

#[test]
fn deletes() {
    let world = World::with_bucket("photos");
    let etag = put(&world, "/photos/a", "hello").header("etag").unwrap().to_owned();
    let wrong = Ask::new("DELETE", "/photos/a").header("if-match", "\"x\"");
    world.send(wrong).refused(412, "PreconditionFailed");
    let got = world.send(Ask::new("DELETE", "/photos/a").header("if-match", &etag)).ok();
    assert_eq!((got.status.as_u16(), got.header("x-amz-delete-marker")), (204, None));
    assert_eq!(world.send(Ask::new("DELETE", "/photos/a")).status.as_u16(), 204);
    world.send(Ask::new("GET", "/photos/a")).refused(404, "NoSuchKey");
}

fn delete_many(body: &str) -> Ask {
    Ask::new("POST", "/photos?delete").body(body).md5()
}

#[test]
fn many_deletes() {
    let world = World::with_bucket("photos");
    put(&world, "/photos/a", "1");
    put(&world, "/photos/b", "2");
    let long = "k".repeat(1025);
    let body = format!(
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object>\
         <Object><Key>{long}</Key></Object><Object><Key>b</Key><ETag>\"x\"</ETag></Object>\
         <Object><Key>none</Key><VersionId>null</VersionId></Object></Delete>"
    );
    let got = world.send(delete_many(&body)).ok();
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult \
         xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Deleted><Key>a</Key></Deleted>\
         <Deleted><Key>none</Key><VersionId>null</VersionId></Deleted>\
         <Error><Key>{long}</Key><Code>KeyTooLongError</Code><Message>Your key is too long\
         </Message></Error><Error><Key>b</Key><Code>PreconditionFailed</Code>\
         <Message>At least one of the pre-conditions you specified did not hold</Message></Error>\
         </DeleteResult>"
    );
    assert_eq!(got.text(), expected);
    let quiet = "<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>";
    let got = world.send(delete_many(quiet)).ok();
    assert!(!got.text().contains("<Deleted>"), "{}", got.text());
    world.send(Ask::new("GET", "/photos/b")).refused(404, "NoSuchKey");
    world.versioning("photos", true);
    put(&world, "/photos/c", "3");
    let got = world.send(delete_many("<Delete><Object><Key>c</Key></Object></Delete>")).ok();
    assert_eq!(got.element("DeleteMarker"), Some("true"));
    assert_eq!(got.element("DeleteMarkerVersionId").map(str::len), Some(32));
    let thrice = "<Object><Key>c</Key></Object>".repeat(3);
    let got = world.send(delete_many(&format!("<Delete>{thrice}</Delete>"))).ok();
    let text = got.text();
    let markers = text.split("<DeleteMarkerVersionId>").skip(1);
    let markers: std::collections::BTreeSet<_> = markers.map(|rest| &rest[..32]).collect();
    assert_eq!((text.matches("<Deleted>").count(), markers.len()), (3, 1), "{text}");
    let long = "<Object><Key>c</Key><ETag>\"x\"</ETag></Object>".repeat(2);
    let got = world.send(delete_many(&format!("<Delete>{long}{thrice}</Delete>"))).ok();
    let text = got.text();
    assert_eq!(text.matches("PreconditionFailed").count(), 2, "{text}");
    assert_eq!(text.matches("<Deleted>").count(), 3, "{text}");
    let quiet = format!("<Delete><Quiet>true</Quiet>{thrice}</Delete>");
    assert!(!world.send(delete_many(&quiet)).ok().text().contains("<Deleted>"));
    world.send(delete_many("<Delete></Delete>")).refused(400, "MalformedXML");
    let many: String = (0..1001).map(|n| format!("<Object><Key>{n}</Key></Object>")).collect();
    world.send(delete_many(&format!("<Delete>{many}</Delete>"))).refused(400, "MalformedXML");
}

#[test]
fn tags() {
    let world = World::with_bucket("photos");
    let tagging = |body: &str| Ask::new("PUT", "/photos/a?tagging").body(body).md5();
    let two = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key>\
               <Value></Value></Tag></TagSet></Tagging>";
    world.send(tagging(two)).refused(404, "NoSuchKey");
    put(&world, "/photos/a", "hello");
    let read = || world.send(Ask::new("GET", "/photos/a?tagging")).ok();
    assert!(read().text().ends_with("><TagSet></TagSet></Tagging>"), "{}", read().text());
    world.send(tagging(two)).ok();
    assert!(read().text().contains(
        "<TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value></Value></Tag>"
    ));
    let twice = two.replace("<Key>b", "<Key>a");
    world.send(tagging(&twice)).refused(400, "InvalidTag");
    assert_eq!(world.send(Ask::new("DELETE", "/photos/a?tagging")).status.as_u16(), 204);
    assert!(read().text().ends_with("><TagSet></TagSet></Tagging>"));
}

#[test]
fn acls_are_the_owners_alone() {
    let world = World::with_bucket("photos");
    put(&world, "/photos/a", "hello");
    let got = world.send(Ask::new("GET", "/photos/a?acl")).ok();
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy \
        xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><DisplayName>alice</DisplayName>\
        <ID>alice-id</ID></Owner><AccessControlList><Grant><Grantee \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">\
        <DisplayName>alice</DisplayName><ID>alice-id</ID></Grantee>\
        <Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";
    assert_eq!(got.text(), expected);
    let acl = |ask: Ask| world.send(ask.md5());
    acl(Ask::new("PUT", "/photos/a?acl").body(got.text())).ok();
    let bobs = got.text().replace("alice-id</ID></Grantee>", "bob-id</ID></Grantee>");
    acl(Ask::new("PUT", "/photos/a?acl").body(bobs)).refused(400, "AccessControlListNotSupported");
    acl(Ask::new("PUT", "/photos/a?acl").header("x-amz-acl", "private")).ok();
    acl(Ask::new("PUT", "/photos/a?acl").header("x-amz-acl", "public-read"))
        .refused(400, "AccessControlListNotSupported");
    acl(Ask::new("PUT", "/photos/a?acl")).refused(400, "MissingSecurityHeader");
    world.send(Ask::new("GET", "/photos/none?acl")).refused(404, "NoSuchKey");
}

#[test]
fn attributes() {
    let world = World::with_bucket("photos");
    put(&world, "/photos/a", "hello");
    let ask = |names: &str| {
        let ask = Ask::new("GET", "/photos/a?attributes").header("x-amz-object-attributes", names);
        world.send(ask)
    };
    let got = ask("ETag,ObjectSize , StorageClass,ObjectParts").ok();
    assert!(
        got.text().ends_with(
            "><ETag>5d41402abc4b2a76b9719d911017c592</ETag><StorageClass>STANDARD</StorageClass>\
         <ObjectSize>5</ObjectSize></GetObjectAttributesResponse>"
        ),
        "{}",
        got.text()
    );
    assert!(got.header("last-modified").is_some());
    let got = ask("Checksum").ok();
    assert_eq!(got.element("ChecksumType"), Some("FULL_OBJECT"));
    assert!(got.element("ChecksumCRC64NVME").is_some());
    ask("Colour").refused(400, "InvalidArgument");
    world.send(Ask::new("GET", "/photos/a?attributes")).refused(400, "InvalidArgument");
}
