//! Buckets and their settings.

use crate::ApiSettings;
use crate::testing::{Ask, World};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn constraint(region: &str) -> String {
    format!(
        "<CreateBucketConfiguration {NS}><LocationConstraint>{region}</LocationConstraint>\
         </CreateBucketConfiguration>"
    )
}

fn create(name: &str, region: &str) -> Ask {
    let ask = Ask::new("PUT", format!("/{name}"));
    if region.is_empty() { ask } else { ask.body(constraint(region)) }
}

fn in_region(region: &str) -> World {
    World::with(ApiSettings { region: Some(region.into()), ..ApiSettings::default() })
}

#[test]
fn create_head_delete() {
    let world = World::new();
    let got = world.send(Ask::new("PUT", "/photos")).ok();
    assert_eq!((got.text(), got.header("location")), ("", Some("/photos")));
    let got = world.send(Ask::new("HEAD", "/photos")).ok();
    assert_eq!(got.header("x-amz-bucket-region"), Some("us-east-1"));
    assert_eq!(got.header("x-amz-access-point-alias"), Some("false"));
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    let got = world.send(Ask::new("DELETE", "/photos")).refused(409, "BucketNotEmpty");
    assert_eq!(got.element("BucketName"), Some("photos"));
    world.send(Ask::new("DELETE", "/photos/a")).ok();
    let got = world.send(Ask::new("DELETE", "/photos")).ok();
    assert_eq!((got.status.as_u16(), got.text()), (204, ""));
    world.send(Ask::new("DELETE", "/photos")).refused(404, "NoSuchBucket");
    world.send(Ask::new("HEAD", "/photos")).refused(404, "NoSuchBucket");
}

#[test]
fn names_are_taken() {
    let world = World::new();
    world.send(create("photos", "")).ok();
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    world.send(create("photos", "")).ok();
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "x");
    let got = world.send(create("photos", "").by(Some("bob")));
    let got = got.refused(409, "BucketAlreadyExists");
    assert_eq!(got.element("BucketName"), Some("photos"));
    world.send(create("Photos", "")).refused(400, "InvalidBucketName");
    world.send(create("elsewhere", "").by(None)).refused(403, "AccessDenied");
}

#[test]
fn without_a_region_any_is_stored() {
    let world = World::new();
    for (name, region, shown) in [
        ("one", "", "us-east-1"),
        ("two", "eu-west-1", "eu-west-1"),
        ("three", "EU", "eu-west-1"),
        ("four", "my-cellar", "my-cellar"),
        ("five", "us-east-1", "us-east-1"),
    ] {
        world.send(create(name, region)).ok();
        let got = world.send(Ask::new("HEAD", format!("/{name}"))).ok();
        assert_eq!(got.header("x-amz-bucket-region"), Some(shown));
        let got = world.send(Ask::new("GET", format!("/{name}?location"))).ok();
        let inside = if matches!(region, "us-east-1") { "" } else { region };
        let expected = format!("{XML}<LocationConstraint {NS}>{inside}</LocationConstraint>");
        assert_eq!(got.text(), expected, "{name}");
    }
    let got = world.send(create("six", "not a region"));
    let got = got.refused(400, "InvalidLocationConstraint");
    assert_eq!(got.element("LocationConstraint"), Some("not a region"));
    world.send(Ask::new("PUT", "/six").body("<What/>")).refused(400, "MalformedXML");
}

#[test]
fn location_constraints_of_a_set_region() {
    let check = |region: &'static str, constraint: &str, refusal: Option<&str>| {
        let world = in_region(region);
        let bucket = larder_types::BucketName::new("photos").unwrap();
        let got = world.send(create("photos", constraint).region(region));
        match refusal {
            None => drop(got.ok()),
            Some(code) => drop(got.refused(400, code)),
        }
        let made = world.sim.block_on(world.objects.bucket(&bucket)).is_ok();
        assert_eq!(made, refusal.is_none());
    };
    check("us-east-1", "", None);
    check("us-east-1", "us-east-1", Some("InvalidLocationConstraint"));
    check("us-east-1", "eu-west-1", Some("IllegalLocationConstraintException"));
    check("eu-west-1", "", Some("IllegalLocationConstraintException"));
    check("eu-west-1", "eu-west-1", None);
    check("eu-west-1", "EU", None);
    check("eu-west-1", "eu-central-1", Some("IllegalLocationConstraintException"));
}

#[test]
fn outside_us_east_1_a_bucket_is_created_once() {
    let world = in_region("eu-west-1");
    let ask = || create("photos", "eu-west-1").region("eu-west-1");
    world.send(ask()).ok();
    world.send(ask()).refused(409, "BucketAlreadyOwnedByYou");
}

#[test]
fn what_buckets_cannot_be_is_refused() {
    let world = World::new();
    let with = |name, value| Ask::new("PUT", "/photos").header(name, value);
    let code = "InvalidBucketAclWithObjectOwnership";
    world.send(with("x-amz-acl", "public-read")).refused(400, code);
    world.send(with("x-amz-grant-read", "id=bob-id")).refused(400, code);
    world.send(with("x-amz-acl", "open")).refused(400, "InvalidArgument");
    world.send(with("x-amz-object-ownership", "Nobody")).refused(400, "InvalidArgument");
    let lock = "x-amz-bucket-object-lock-enabled";
    world.send(with(lock, "true")).refused(501, "NotImplemented");
    world.send(Ask::new("HEAD", "/photos")).refused(404, "NoSuchBucket");
    world.send(with("x-amz-acl", "private").header(lock, "false")).ok();
    world.send(with("x-amz-object-ownership", "BucketOwnerEnforced")).ok();
}

#[test]
fn list_buckets() {
    let world = World::new();
    let list = |query: &str| world.send(Ask::new("GET", format!("/{query}"))).ok();
    let names = |text: &str| -> Vec<String> {
        let found = text.split("<Name>").skip(1);
        found.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    };
    let owner = "<Owner><ID>alice-id</ID><DisplayName>alice</DisplayName></Owner>";
    let empty = format!(
        "{XML}<ListAllMyBucketsResult {NS}>{owner}<Buckets></Buckets></ListAllMyBucketsResult>"
    );
    assert_eq!(list("").text(), empty);
    let now = larder_types::Timestamp::from_seconds(world.now().seconds()).to_iso8601();
    for (name, region) in [("b-one", ""), ("a-two", "eu-west-1"), ("b-three", "eu-west-1")] {
        world.send(create(name, region)).ok();
    }
    world.send(create("b-bobs", "").by(Some("bob"))).ok();
    let got = list("");
    assert_eq!(names(got.text()), ["a-two", "b-one", "b-three"]);
    assert!(got.text().contains(&format!(
        "<Bucket><Name>a-two</Name><CreationDate>{now}</CreationDate></Bucket>"
    )));
    assert_eq!(names(list("?prefix=b-").text()), ["b-one", "b-three"]);
    let got = list("?bucket-region=eu-west-1");
    assert_eq!(names(got.text()), ["a-two", "b-three"]);
    assert_eq!(got.element("BucketRegion"), Some("eu-west-1"));
    let got = list("?max-buckets=2");
    assert_eq!(names(got.text()), ["a-two", "b-one"]);
    let token = got.element("ContinuationToken").unwrap().to_owned();
    let got = list(&format!("?max-buckets=2&continuation-token={token}"));
    assert_eq!(
        (names(got.text()), got.element("ContinuationToken")),
        (vec!["b-three".into()], None)
    );
    for query in ["?max-buckets=0", "?max-buckets=10001", "?max-buckets=x", "?continuation-token=x"]
    {
        world.send(Ask::new("GET", format!("/{query}"))).refused(400, "InvalidArgument");
    }
    world.send(Ask::new("GET", "/").by(None)).refused(403, "AccessDenied");
}

#[test]
fn versioning() {
    let world = World::with_bucket("photos");
    let read = || world.send(Ask::new("GET", "/photos?versioning")).ok().text().to_owned();
    let write = |inside: &str| {
        let body = format!("<VersioningConfiguration {NS}>{inside}</VersioningConfiguration>");
        world.send(Ask::new("PUT", "/photos?versioning").body(body).md5())
    };
    let shown = |inside: &str| {
        format!("{XML}<VersioningConfiguration {NS}>{inside}</VersioningConfiguration>")
    };
    assert_eq!(read(), shown(""));
    for status in ["<Status>Enabled</Status>", "<Status>Suspended</Status>"] {
        assert_eq!(write(status).ok().text(), "");
        assert_eq!(read(), shown(status));
    }
    write("").refused(400, "IllegalVersioningConfigurationException");
    write("<Status>Off</Status>").refused(400, "MalformedXML");
    write("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>").refused(501, "NotImplemented");
    assert_eq!(read(), shown("<Status>Suspended</Status>"));
}

#[test]
fn tagging() {
    let world = World::with_bucket("photos");
    let read = || world.send(Ask::new("GET", "/photos?tagging"));
    let write = |tags: &str| {
        let body = format!("<Tagging><TagSet>{tags}</TagSet></Tagging>");
        world.send(Ask::new("PUT", "/photos?tagging").body(body).md5())
    };
    let tag = |key: &str| format!("<Tag><Key>{key}</Key><Value>v = w</Value></Tag>");
    let got = read().refused(404, "NoSuchTagSet");
    assert_eq!(got.element("BucketName"), Some("photos"));
    write(&tag("a")).ok();
    let shown = format!("{XML}<Tagging {NS}><TagSet>{}</TagSet></Tagging>", tag("a"));
    assert_eq!(read().ok().text(), shown);
    write(&format!("{}{}", tag("a"), tag("a"))).refused(400, "InvalidTag");
    write(&tag("aws:a")).refused(400, "InvalidTag");
    write(&tag("")).refused(400, "InvalidTag");
    let many: String = (0..51).map(|n| tag(&format!("k{n}"))).collect();
    write(&many).refused(400, "InvalidTag");
    assert_eq!(read().ok().text(), shown);
    let got = world.send(Ask::new("DELETE", "/photos?tagging")).ok();
    assert_eq!(got.status.as_u16(), 204);
    read().refused(404, "NoSuchTagSet");
}

#[test]
fn the_acl_is_the_owners() {
    let world = World::with_bucket("photos");
    let owner = "<Owner><DisplayName>alice</DisplayName><ID>alice-id</ID></Owner>";
    let grant = |id: &str, permission: &str| {
        format!(
            "<AccessControlList><Grant>\
             <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:type=\"CanonicalUser\"><DisplayName>alice</DisplayName><ID>{id}</ID></Grantee>\
             <Permission>{permission}</Permission></Grant></AccessControlList>"
        )
    };
    let policy = |id: &str, permission: &str| {
        let grant = grant(id, permission);
        format!("<AccessControlPolicy {NS}>{owner}{grant}</AccessControlPolicy>")
    };
    let got = world.send(Ask::new("GET", "/photos?acl")).ok();
    assert_eq!(got.text(), format!("{XML}{}", policy("alice-id", "FULL_CONTROL")));
    let put = || Ask::new("PUT", "/photos?acl").header("x-amz-checksum-algorithm", "CRC32");
    let body = |text: String| world.send(Ask::new("PUT", "/photos?acl").body(text).md5());
    body(policy("alice-id", "FULL_CONTROL")).ok();
    body(policy("bob-id", "FULL_CONTROL")).refused(400, "AccessControlListNotSupported");
    body(policy("alice-id", "READ")).refused(400, "AccessControlListNotSupported");
    let acl = |name| world.send(put().header("x-amz-acl", name).md5());
    acl("private").refused(400, "AccessControlListNotSupported");
    acl("public-read").refused(400, "AccessControlListNotSupported");
    world.send(put().md5()).refused(400, "MissingSecurityHeader");
}
