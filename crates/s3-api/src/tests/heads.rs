//! Heads that AWS refuses, in AWS's words, and some that it takes.

use crate::testing::{Ask, World};
use larder_s3_model::{Level, OPERATIONS};
use larder_types::ChecksumAlgorithm;

/// A path that resolves outside of its bucket; and how keys that only look so go on.
const LEAVING: [&str; 9] =
    ["..", "../", "../x", "./../x", "a/../../b", "a/b/../../../c", "//../x", "a/./../../b", "..//"];
const STAYING: [&str; 7] = ["a/../b", "a/b/../..", "...", "..a", "a/..b/../c", "./x", "a..b/.."];

#[test]
fn a_key_that_leaves_its_bucket_is_refused() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/source").body("x")).ok();
    let virtual_host = format!("photos.{}", crate::testing::HOST);
    for key in LEAVING {
        for method in ["PUT", "GET", "DELETE"] {
            let ask = Ask::new(method, format!("/photos/{key}"));
            world.send(ask).refused(400, "BadRequest");
            let ask = Ask::new(method, format!("/{key}")).header("host", &virtual_host);
            let got = world.send(ask).refused(400, "BadRequest");
            assert!(got.element("Message").unwrap().contains("`..`"), "{}", got.text());
        }
        let encoded = key.replace('.', "%2E").replace('/', "%2F");
        world.send(Ask::new("PUT", format!("/photos/{encoded}"))).refused(400, "BadRequest");
        let upload = Ask::new("POST", format!("/photos/{key}?uploads"));
        world.send(upload).refused(400, "BadRequest");
        let copy = Ask::new("PUT", "/photos/copy");
        let copy = copy.header("x-amz-copy-source", &format!("photos/{key}"));
        world.send(copy).refused(400, "BadRequest");
        let body = format!("<Delete><Object><Key>{key}</Key></Object></Delete>");
        let got = world.send(Ask::new("POST", "/photos?delete").body(body).md5()).ok();
        assert_eq!(got.element("Code"), Some("BadRequest"), "{}", got.text());
    }
    for key in STAYING {
        world.send(Ask::new("PUT", format!("/photos/{key}")).body("y")).ok();
        assert_eq!(world.send(Ask::new("GET", format!("/photos/{key}"))).ok().text(), "y");
        let copy = Ask::new("PUT", "/photos/copy");
        world.send(copy.header("x-amz-copy-source", &format!("photos/{key}"))).ok();
    }
}

/// The keys that a form may name are checked where forms are tested.
pub(super) fn leaving_keys() -> [&'static str; LEAVING.len()] {
    LEAVING
}

#[test]
fn a_copy_source_belongs_to_copies() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    for info in OPERATIONS.iter().filter(|info| !info.headers.contains(&"x-amz-copy-source")) {
        // A PUT of that form with the header is the copy itself.
        let is_put = info.method == "PUT" && info.level == Level::Object;
        if is_put && matches!(info.name, "PutObject" | "UploadPart") {
            continue;
        }
        let path = match info.level {
            Level::Service => "/",
            Level::Bucket => "/photos",
            Level::Object => "/photos/a",
        };
        let query: Vec<String> =
            info.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut ask = Ask::new(info.method, format!("{path}?{}", query.join("&")));
        for name in info.headers {
            ask = ask.header(name, "x");
        }
        let ask = ask.header("x-amz-copy-source", "photos/a");
        let got = world.send(ask).refused(400, "InvalidArgument");
        if info.method != "HEAD" {
            let expected = "You can only specify a copy source header for copy requests.";
            assert_eq!(got.element("Message"), Some(expected), "{}", info.name);
            assert_eq!(got.element("ArgumentName"), Some("x-amz-copy-source"));
        }
    }
    for (method, path) in [("POST", "/photos/a"), ("PATCH", "/photos/a"), ("POST", "/photos")] {
        let ask = Ask::new(method, path).header("x-amz-copy-source", "photos/a");
        world.send(ask).refused(400, "InvalidArgument");
    }
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "x");
}

/// What does not look at a version must not answer as if it had.
#[test]
fn a_version_id_belongs_to_operations_that_take_one() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    for (method, path) in [
        ("PUT", "/photos/a"),
        ("POST", "/photos/a?uploads"),
        ("DELETE", "/photos"),
        ("GET", "/photos?versioning"),
    ] {
        let joint = if path.contains('?') { '&' } else { '?' };
        let got = world.send(Ask::new(method, format!("{path}{joint}versionId=null")));
        let got = got.refused(400, "InvalidArgument");
        let expected = "This operation does not accept a version-id.";
        assert_eq!(got.element("Message"), Some(expected), "{method} {path}");
    }
    world.send(Ask::new("GET", "/photos/a?versionId=null")).ok();
    world
        .send(
            Ask::new("GET", "/photos/a?attributes&versionId=null")
                .header("x-amz-object-attributes", "ETag"),
        )
        .ok();
}

#[test]
fn response_parameters() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    let names = OPERATIONS.iter().filter(|info| info.name == "GetObject");
    let names = names.flat_map(|info| info.parameters).filter(|n| n.starts_with("response-"));
    let names: Vec<&str> = names.copied().collect();
    assert_eq!(names.len(), 6, "{names:?}");
    for method in ["GET", "HEAD"] {
        let send = |query: &str| world.send(Ask::new(method, format!("/photos/a?{query}")));
        for name in &names {
            let header = name.strip_prefix("response-").unwrap();
            let got = send(&format!("{name}=caf%C3%A9%FF")).status;
            assert_eq!(got, 400, "not even UTF-8");
            let got = send(&format!("{name}=caf%C3%A9")).ok();
            assert_eq!(got.headers[header].as_bytes(), b"caf\xe9", "as AWS: in ISO 8859-1");
            let got = send(&format!("{name}=%E5%80%89")).refused(400, "InvalidArgument");
            if method == "GET" {
                let expected = "Header value cannot be represented using ISO-8859-1.";
                assert_eq!(got.element("Message"), Some(expected));
                assert_eq!(got.element("ArgumentName"), Some(*name));
                assert_eq!(got.element("ArgumentValue"), Some("\u{5009}"));
            }
        }
        let got = send("response-etag=x").refused(400, "InvalidArgument");
        if method == "GET" {
            let message = got.element("Message").unwrap();
            assert!(message.starts_with("response-etag is not in the set of overridable response"));
            assert_eq!(got.element("ArgumentName"), Some("response-etag"));
        }
    }
}

#[test]
fn an_upload_without_a_length() {
    let world = World::with_bucket("photos");
    let id = world.send(Ask::new("POST", "/photos/a?uploads")).ok();
    let id = id.element("UploadId").unwrap().to_owned();
    for path in ["/photos/a".to_owned(), format!("/photos/a?partNumber=1&uploadId={id}")] {
        let without = || Ask::new("PUT", &*path).without_length();
        world.send(without()).refused(411, "MissingContentLength");
        // HTTP/2 tells the end of a request's body itself.
        let mut second = world.request(without());
        *second.version_mut() = http::Version::HTTP_2;
        world.send_request(second).ok();
        world.send(Ask::new("PUT", &*path)).ok();
    }
    // What takes no data needs no length.
    world.send(Ask::new("PUT", "/other-bucket").without_length()).ok();
}

#[test]
fn directives_that_are_none() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    for (what, value) in [
        ("metadata", "replace"),
        ("metadata", "x"),
        ("tagging", "NONE"),
        ("object-annotation", "COPY ALL"),
    ] {
        let name = format!("x-amz-{what}-directive");
        let copy = Ask::new("PUT", "/photos/b").header("x-amz-copy-source", "photos/a");
        let got = world.send(copy.header(&name, value)).refused(400, "InvalidArgument");
        assert_eq!(
            got.element("Message"),
            Some(&*format!("Unknown {} directive.", what.replace('-', " ")))
        );
        assert_eq!(got.element("ArgumentName"), Some(&*name));
        assert_eq!(got.element("ArgumentValue"), Some(value));
    }
}

#[test]
fn checksum_algorithms_that_are_none() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    let mut names = ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::name);
    names.sort_unstable();
    let expected = format!(
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
         [{}]",
        names.join(", ")
    );
    let asks = [
        Ask::new("POST", "/photos/a?uploads").header("x-amz-checksum-algorithm", "CRC16"),
        Ask::new("PUT", "/photos/b")
            .header("x-amz-copy-source", "photos/a")
            .header("x-amz-checksum-algorithm", "CRC16"),
        Ask::new("PUT", "/photos/b").header("x-amz-sdk-checksum-algorithm", "CRC16"),
        Ask::new("PUT", "/photos/b").header("x-amz-checksum-algorithm", ""),
    ];
    for ask in asks {
        let got = world.send(ask).refused(400, "InvalidRequest");
        assert_eq!(got.element("Message"), Some(&*expected));
    }
    let kind = Ask::new("POST", "/photos/a?uploads").header("x-amz-checksum-algorithm", "CRC32");
    let got = world.send(kind.header("x-amz-checksum-type", "HALF")).refused(400, "InvalidRequest");
    let expected = "Value for x-amz-checksum-type header is invalid.";
    assert_eq!(got.element("Message"), Some(expected));
}

/// The CLI's and Java's clients for single requests announce no trailer when they have no checksum.
#[test]
fn chunks_that_promise_trailers_and_have_none() {
    let world = World::with_bucket("photos");
    let mode = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let put = |body: &str| {
        let ask = Ask::new("PUT", "/photos/a").body(body).payload(mode);
        ask.header("x-amz-decoded-content-length", "5")
    };
    world.send(put("5\r\nhello\r\n0\r\n\r\n")).ok();
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "hello");
    let right = put("5\r\nhello\r\n0\r\n\r\n").header("x-amz-checksum-crc32", "NhCmhg==");
    world.send(right).ok();
    let wrong = put("5\r\nhello\r\n0\r\n\r\n").header("x-amz-checksum-crc32", "AAAAAA==");
    world.send(wrong).refused(400, "BadDigest");
    // One that comes unannounced was not asked for, and proves nothing.
    let unannounced = put("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");
    world.send(unannounced).refused(400, "MalformedTrailerError");
    world.send(put("5\r\nhello\r\n")).refused(400, "IncompleteBody");
}
