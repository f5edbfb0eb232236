//! The way of a request: who may, what is refused, what an error says.

use crate::request_body::{BodyFault, Intake};
use crate::testing::{Ask, HOST, World, read};
use crate::{AccessRecord, ApiSettings, Connection, RequestBody};
use bytes::Bytes;
use larder_platform::MemoryBudget;
use std::collections::VecDeque;

#[test]
fn errors_have_their_envelope() {
    let world = World::with_bucket("photos");
    let got = world.send(Ask::new("GET", "/photos/a%26b")).refused(404, "NoSuchKey");
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
         <Message>The specified key does not exist.</Message><Key>a&amp;b</Key>\
         <Resource>/photos/a&amp;b</Resource><RequestId>{}</RequestId><HostId>{}</HostId></Error>",
        got.header("x-amz-request-id").unwrap(),
        got.header("x-amz-id-2").unwrap(),
    );
    assert_eq!(got.text(), expected);
    assert_eq!(got.header("content-type"), Some("application/xml"));
    assert_eq!(got.header("connection"), None);
    let head = world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
    assert_eq!(head.text(), "");
    let got = world.send(Ask::new("GET", "/nowhere/a")).refused(404, "NoSuchBucket");
    assert_eq!(got.element("BucketName"), Some("nowhere"));
    let got = world.send(Ask::new("GET", "/Bad_Name/a")).refused(400, "InvalidBucketName");
    assert_eq!(got.element("BucketName"), Some("Bad_Name"));
    world.send(Ask::new("GET", "/photos/%zz").by(None)).refused(400, "InvalidURI");
}

#[test]
fn a_refusal_tells_the_log_what_was_wrong() {
    let world = World::with_bucket("photos");
    let mut unsigned = world.request(Ask::new("PUT", "/photos/a"));
    unsigned.headers_mut().insert("x-amz-tagging", "a=secret".parse().unwrap());
    let forged = world.request(Ask::new("GET", "/photos/a?versionId=x").by(Some("bob")));
    let missing = world.request(Ask::new("GET", "/photos/a"));
    let mut told = Vec::new();
    for request in [unsigned, forged, missing] {
        let answer = world.sim.block_on(world.handle(request));
        told.push((
            answer.record.error_code.unwrap(),
            answer.record.error_message.unwrap().into_owned(),
        ));
    }
    let expected = [
        (
            "AccessDenied",
            "There were headers present in the request which were not signed \
             (HeadersNotSigned: x-amz-tagging)",
        ),
        ("AccessDenied", "Access Denied"),
        ("NoSuchKey", "The specified key does not exist."),
    ];
    assert_eq!(told, expected.map(|(code, message)| (code, message.to_owned())));
    let request = world.request(Ask::new("GET", "/photos?list-type=2"));
    let answer = world.sim.block_on(world.handle(request));
    assert_eq!((answer.record.error_code, answer.record.error_message), (None, None));
}

#[test]
fn keys_have_a_length() {
    let world = World::with_bucket("photos");
    let key = "k".repeat(1024);
    world.send(Ask::new("PUT", format!("/photos/{key}"))).ok();
    let got =
        world.send(Ask::new("PUT", format!("/photos/{key}x"))).refused(400, "KeyTooLongError");
    assert_eq!((got.element("Size"), got.element("MaxSizeAllowed")), (Some("1025"), Some("1024")));
}

#[test]
fn signatures_are_verified() {
    let world = World::with_bucket("photos");
    let mut request = world.request(Ask::new("GET", "/photos/a"));
    let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
    let forged = authorization.replace("Signature=", "Signature=0").replace("=00", "=0");
    request.headers_mut().insert("authorization", forged.parse().unwrap());
    let answer = world.sim.block_on(world.handle(request));
    assert_eq!(answer.record.access_key.as_deref(), Some("alice"));
    assert_eq!(answer.record.account, None);
    world.sim.block_on(read(answer)).refused(403, "SignatureDoesNotMatch");
    let mut request = world.request(Ask::new("GET", "/photos/a"));
    let unknown = authorization.replace("Credential=alice", "Credential=carol");
    request.headers_mut().insert("authorization", unknown.parse().unwrap());
    let answer = world.sim.block_on(world.handle(request));
    let got = world.sim.block_on(read(answer)).refused(403, "InvalidAccessKeyId");
    assert_eq!(got.element("AWSAccessKeyId"), Some("carol"));
    let ask = Ask::new("GET", "/photos/a").header("x-amz-security-token", "t");
    world.send(ask).refused(400, "InvalidToken");
}

#[test]
fn a_presigned_url_reads() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("hello")).ok();
    let url = world.presigned("GET", "/photos/a?response-content-type=text%2Fplain", &[]);
    let got = world.send(Ask::new("GET", url).by(None)).ok();
    assert_eq!((got.text(), got.header("content-type")), ("hello", Some("text/plain")));
    let url = world.presigned("PUT", "/photos/b", &[]);
    world.send(Ask::new("PUT", url.clone()).by(None).body("x")).ok();
    // A header that was not signed must not turn an upload into a copy.
    let ask = Ask::new("PUT", url).by(None).header("x-amz-copy-source", "photos/a");
    world.send(ask).refused(403, "AccessDenied");
}

#[test]
fn a_virtual_host_names_the_bucket() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("hello")).ok();
    let host = format!("photos.{HOST}");
    assert_eq!(world.send(Ask::new("GET", "/a").header("host", &host)).ok().text(), "hello");
}

#[test]
fn a_region_is_strict_when_set() {
    let world =
        World::with(ApiSettings { region: Some("eu-central-1".into()), ..ApiSettings::default() });
    let got = world.send(Ask::new("GET", "/")).refused(400, "AuthorizationHeaderMalformed");
    assert_eq!(got.element("Region"), Some("eu-central-1"));
}

#[test]
fn the_expected_owner_is_compared() {
    let world = World::with_bucket("photos");
    let put = |owner| Ask::new("PUT", "/photos/a").header("x-amz-expected-bucket-owner", owner);
    world.send(put("111111111111")).ok();
    world.send(put("222222222222")).refused(403, "AccessDenied");
    world.send(put("1")).refused(400, "InvalidBucketOwnerAWSAccountID");
}

#[test]
fn methods_without_an_operation() {
    let world = World::with_bucket("photos");
    let got = world.send(Ask::new("PATCH", "/photos/a")).refused(405, "MethodNotAllowed");
    assert_eq!(got.header("allow"), Some("DELETE, GET, HEAD, PUT"));
    let got = world.send(Ask::new("DELETE", "/photos?versions")).refused(405, "MethodNotAllowed");
    assert_eq!(got.header("allow"), Some("GET"));
    let ask = Ask::new("OPTIONS", "/photos/a").by(None);
    world.send(ask.clone()).refused(400, "BadRequest");
    world.send(ask.header("origin", "http://x")).refused(400, "BadRequest");
}

#[test]
fn what_is_not_built_is_not_ignored() {
    let world = World::with_bucket("photos");
    let put = |name, value| Ask::new("PUT", "/photos/a").header(name, value);
    for name in ["x-amz-server-side-encryption", "x-amz-server-side-encryption-customer-algorithm"]
    {
        let got = world.send(put(name, "AES256")).refused(501, "NotImplemented");
        assert_eq!(got.element("Header"), Some(name));
    }
    let lock = put("x-amz-object-lock-mode", "GOVERNANCE");
    let got = world.send(lock).refused(400, "InvalidRequest");
    assert_eq!(got.element("Message"), Some("Bucket is missing Object Lock Configuration"));
    world.send(put("x-amz-acl", "private")).ok();
    world.send(put("x-amz-acl", "bucket-owner-full-control")).ok();
    world.send(put("x-amz-acl", "public-read")).refused(400, "AccessControlListNotSupported");
    world.send(put("x-amz-acl", "shared")).refused(400, "InvalidArgument");
    let grant = put("x-amz-grant-read", "id=\"bob-id\"");
    world.send(grant).refused(400, "AccessControlListNotSupported");
    for class in ["DEEP_ARCHIVE", "GLACIER", "COLD"] {
        world.send(put("x-amz-storage-class", class)).refused(400, "InvalidStorageClass");
    }
    for place in ["x", "ftp://x"] {
        let redirect = put("x-amz-website-redirect-location", place);
        world.send(redirect).refused(400, "InvalidArgument");
    }
}

#[test]
fn a_control_body_is_what_its_head_says() {
    let world = World::with_bucket("photos");
    let body = "<Delete><Object><Key>a</Key></Object></Delete>";
    let delete = || Ask::new("POST", "/photos?delete").body(body);
    world.send(delete()).refused(400, "InvalidRequest");
    world.send(delete().md5()).ok();
    world.send(delete().header("x-amz-checksum-crc32", "AAAAAA==")).refused(400, "BadDigest");
    world.send(delete().header("content-md5", "AAAA")).refused(400, "InvalidDigest");
    let signed = larder_types::hex::encode(&larder_digest::sha256(b"something else"));
    world.send(delete().md5().payload(&signed)).refused(400, "XAmzContentSHA256Mismatch");
    let garbage = Ask::new("POST", "/photos?delete").body("<Delete><Obj").md5();
    world.send(garbage).refused(400, "MalformedXML");
    let empty = Ask::new("POST", "/photos?delete").md5();
    world.send(empty).refused(400, "MissingRequestBodyError");
    let tagging = Ask::new("PUT", "/photos/a?tagging").body(vec![b' '; (1 << 20) + 1]).md5();
    world.send(tagging).refused(400, "MaxMessageLengthExceeded");
}

/// What is left of a refused body is read up to a limit; beyond it the connection has to close.
#[test]
fn a_refused_body_is_drained() {
    let world = World::with_bucket("photos");
    let put = |bytes: usize| Ask::new("PUT", "/photos/a").body(vec![0; bytes]).by(Some("bob"));
    let got = world.send(put(200 << 10)).refused(403, "AccessDenied");
    assert_eq!(got.header("connection"), None);
    let got = world.send(put(300 << 10)).refused(403, "AccessDenied");
    assert_eq!(got.header("connection"), Some("close"));
    // Reading would make the connection send `100 Continue`.
    let waiting = put(1000).header("expect", "100-continue");
    let got = world.send(waiting).refused(403, "AccessDenied");
    assert_eq!(got.header("connection"), Some("close"));
}

#[test]
fn bodies_are_read_whole_and_bounded() {
    let world = World::new();
    let platform = world.sim.platform();
    let pieces = || {
        let pieces = ["ab", "c", "def"].map(|p| Bytes::from_static(p.as_bytes()));
        Intake::new(RequestBody::Pieces(VecDeque::from(pieces)))
    };
    let read = |max, budget: usize| {
        let budget = MemoryBudget::new(budget);
        let mut held = budget.reservation();
        let read = world.sim.block_on(pieces().read_all(&platform, max, &mut held));
        read.map(|all| (all, budget.reserved()))
    };
    let (all, reserved) = read(6, 100).unwrap();
    assert_eq!((&all[..], reserved), (&b"abcdef"[..], 6));
    assert_eq!(read(5, 100), Err(BodyFault::TooLarge(5)));
    assert_eq!(read(6, 5), Err(BodyFault::NoMemory));
}

/// Servers spawn what serves a request.
#[test]
fn requests_can_be_spawned() {
    fn spawned<T: Send>(_: &T) {}
    let world = World::new();
    let request = world.request(Ask::new("GET", "/"));
    let connection = Connection::default();
    let mut record = AccessRecord::default();
    let serving = world.service.handle(request, &connection, &mut record);
    spawned(&serving);
    assert_eq!(world.sim.block_on(serving).status(), 200);
}
