//! What programs of others expect, where a reading of the reference alone went wrong.

use crate::testing::{Ask, Got, World};
use larder_s3_model::{Level, OPERATIONS, OperationInfo};

fn upload(world: &World, headers: &[(&str, &str)]) -> String {
    let mut ask = Ask::new("POST", "/photos/a?uploads");
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    world.send(ask).ok().element("UploadId").unwrap().to_owned()
}

/// Completes an upload of these `<Part>` elements.
fn complete(world: &World, id: &str, parts: &str) -> Got {
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    world.send(Ask::new("POST", format!("/photos/a?uploadId={id}")).body(body))
}

/// AWS's own examples for Java and PHP encode a copy's source as a form does.
#[test]
fn a_plus_in_a_copy_source_is_a_space() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a%20b").body("spaced")).ok();
    world.send(Ask::new("PUT", "/photos/a+b").body("plus")).ok();
    for (source, expected) in
        [("photos%2Fa+b", "spaced"), ("/photos/a%20b", "spaced"), ("photos/a%2Bb", "plus")]
    {
        let copy = Ask::new("PUT", "/photos/copy").header("x-amz-copy-source", source);
        world.send(copy).ok();
        assert_eq!(world.send(Ask::new("GET", "/photos/copy")).ok().text(), expected, "{source}");
    }
}

/// Programs refresh an object's time with the storage class that it has.
#[test]
fn a_copy_onto_itself_may_name_a_storage_class() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    let copy = || Ask::new("PUT", "/photos/a").header("x-amz-copy-source", "photos/a");
    world.send(copy()).refused(400, "InvalidRequest");
    for class in ["STANDARD", "STANDARD_IA", "STANDARD_IA"] {
        world.send(copy().header("x-amz-storage-class", class)).ok();
    }
}

#[test]
fn tags_have_a_set_of_characters() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    let by_header = |tags: &str| {
        world.send(Ask::new("PUT", "/photos/b").header("x-amz-tagging", tags).body("x"))
    };
    let by_document = |path: &str, key: &str, value: &str| {
        let body = format!(
            "<Tagging><TagSet><Tag><Key>{key}</Key><Value>{value}</Value></Tag></TagSet></Tagging>"
        );
        world.send(Ask::new("PUT", path).body(body).md5())
    };
    for encoded in ["%26", "%23", "%3F", "*", "%3C", "%0A", "%00", "%7F"] {
        let got = by_header(&format!("k{encoded}=v")).refused(400, "InvalidTag");
        assert_eq!(got.element("Message"), Some("The TagKey you have provided is invalid"));
        let got = by_header(&format!("k=v{encoded}")).refused(400, "InvalidTag");
        assert_eq!(got.element("Message"), Some("The TagValue you have provided is invalid"));
    }
    for path in ["/photos?tagging", "/photos/a?tagging"] {
        by_document(path, "a&amp;b", "v").refused(400, "InvalidTag");
        by_document(path, "k", "a#b").refused(400, "InvalidTag");
        by_document(path, "k 1_.:/=+-@", "\u{e9}\u{4e2d}\u{661} v_.:/=+-@").ok();
    }
    by_header("k%201_.:/%3D%2B-@=%C3%A9").ok();
}

#[test]
fn a_range_beyond_a_copys_source_is_an_invalid_argument() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/source").body("hello")).ok();
    let id = upload(&world, &[]);
    let copy = |range| {
        let ask = Ask::new("PUT", format!("/photos/a?partNumber=1&uploadId={id}"));
        let ask = ask.header("x-amz-copy-source", "photos/source");
        world.send(ask.header("x-amz-copy-source-range", range))
    };
    copy("bytes=0-4").ok();
    for range in ["bytes=0-5", "bytes=5-5", "bytes=4-4000000"] {
        let got = copy(range).refused(400, "InvalidArgument");
        let expected = "Range specified is not valid for source object of size: 5";
        assert_eq!(got.element("Message"), Some(expected));
        assert_eq!(got.element("ArgumentName"), Some("x-amz-copy-source-range"));
    }
}

#[test]
fn parts_that_complete_does_not_take() {
    let world = World::with_bucket("photos");
    let id = upload(&world, &[("x-amz-checksum-algorithm", "CRC32")]);
    let put = Ask::new("PUT", format!("/photos/a?partNumber=1&uploadId={id}")).body("x");
    let put = put.header("x-amz-checksum-crc32", "jNwWgw==");
    let etag = world.send(put).ok().header("etag").unwrap().to_owned();
    let sha1 = "EfaNTuPRrr6KdG1SHcC7ApJxgsY=";
    let part = |inside: &str| {
        let part = format!("<Part><PartNumber>1</PartNumber>{inside}</Part>");
        complete(&world, &id, &part)
    };
    let etag = format!("<ETag>{etag}</ETag>");
    let crc = "<ChecksumCRC32>jNwWgw==</ChecksumCRC32>";
    part("").refused(400, "MalformedXML");
    part(crc).refused(400, "MalformedXML");
    let two = format!("{etag}{crc}<ChecksumSHA1>{sha1}</ChecksumSHA1>");
    let got = part(&two).refused(400, "InvalidArgument");
    let expected = "Invalid Base64 or multiple checksums present in request";
    assert_eq!(got.element("Message"), Some(expected));
    assert_eq!(got.element("ArgumentName"), Some("Checksum"));
    let got = part(&format!("{etag}<ChecksumCRC32>x</ChecksumCRC32>"));
    got.refused(400, "InvalidArgument");
    let got = part(&format!("{etag}<ChecksumSHA1>{sha1}</ChecksumSHA1>")).refused(400, "BadDigest");
    let expected = "The sha1 you specified for part 1 did not match what we received.";
    assert_eq!(got.element("Message"), Some(expected));
    part(&format!("{etag}<ChecksumCRC32>AAAAAA==</ChecksumCRC32>")).refused(400, "InvalidPart");
    part(&format!("{etag}{crc}")).ok();
    // An upload without an algorithm knows what its parts came with, and CRC64NVME.
    let id = upload(&world, &[]);
    let put = Ask::new("PUT", format!("/photos/a?partNumber=1&uploadId={id}")).body("x");
    world.send(put).ok();
    let other =
        format!("<Part><PartNumber>1</PartNumber>{etag}<ChecksumSHA1>{sha1}</ChecksumSHA1></Part>");
    complete(&world, &id, &other).refused(400, "InvalidPart");
}

#[test]
fn an_object_size_that_is_none() {
    let world = World::with_bucket("photos");
    let id = upload(&world, &[]);
    let ask = |size: &str| {
        let ask = Ask::new("POST", format!("/photos/a?uploadId={id}"));
        let body = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>\
                    </CompleteMultipartUpload>";
        world.send(ask.header("x-amz-mp-object-size", size).body(body))
    };
    for (size, why) in [
        ("size", "Value for x-amz-mp-object-size header is invalid: 'size'"),
        ("", "Value for x-amz-mp-object-size header is invalid: ''"),
        ("-1", "Value for x-amz-mp-object-size header is less than zero: '-1'"),
    ] {
        let got = ask(size).refused(400, "InvalidRequest");
        assert_eq!(got.element("Message"), Some(why));
    }
}

#[test]
fn an_empty_acl_is_none() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").header("x-amz-acl", "").body("x")).ok();
    world.send(Ask::new("POST", "/photos/a?uploads").header("x-amz-acl", "")).ok();
    world.send(Ask::new("PUT", "/other-bucket").header("x-amz-acl", "")).ok();
    let copy = Ask::new("PUT", "/photos/b").header("x-amz-copy-source", "photos/a");
    world.send(copy.header("x-amz-acl", "")).ok();
    let acl = Ask::new("PUT", "/photos/a?acl").header("x-amz-acl", "").md5();
    world.send(acl).refused(400, "MissingSecurityHeader");
}

#[test]
fn of_two_list_types_the_first_counts() {
    let world = World::with_bucket("photos");
    for (query, operation) in [
        ("list-type=1&list-type=2", "ListObjects"),
        ("list-type=2&list-type=1", "ListObjectsV2"),
        ("list-type=2&prefix=a", "ListObjectsV2"),
    ] {
        let got = world.send(Ask::new("GET", format!("/photos?{query}"))).ok();
        assert_eq!(got.operation, Some(operation), "{query}");
    }
}

/// What tells operations apart, but for what only refines one or decides by its value.
fn subresources() -> Vec<&'static str> {
    const REFINING: [&str; 4] = ["id", "annotationName", "list-type", "select-type"];
    let names = OPERATIONS.iter().flat_map(|info| info.query.iter().map(|(name, _)| *name));
    let mut names: Vec<&str> = names.filter(|name| !REFINING.contains(name)).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 40);
    names
}

/// `PUT /bucket/key?versioning` once wrote the document into the object.
#[test]
fn no_subresource_reaches_the_object() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("kept")).ok();
    let before = world.send(Ask::new("HEAD", "/photos/a")).ok();
    let of_objects = |name: &&str| {
        let is = |info: &&OperationInfo| info.query.iter().any(|(n, _)| n == name);
        OPERATIONS.iter().filter(is).any(|info| info.level == Level::Object)
    };
    for name in subresources() {
        for path in ["/", "/photos", "/photos/a"] {
            for method in ["GET", "HEAD", "PUT", "POST", "DELETE"] {
                let mut ask = Ask::new(method, format!("{path}?{name}"));
                if matches!(method, "PUT" | "POST") {
                    ask = ask.body("<garbage/>").md5();
                }
                let got = world.send(ask);
                let alien = path == "/" || (path == "/photos/a" && !of_objects(&name));
                if alien && (path == "/" || method != "GET") {
                    got.refused(405, "MethodNotAllowed");
                } else if alien {
                    let bucket = world.send(Ask::new("GET", format!("/photos?{name}")));
                    assert_eq!(got.operation, bucket.operation, "{name}");
                    assert_eq!(got.status, bucket.status, "{name}");
                } else if method == "GET" && name != "partNumber" {
                    assert_ne!(got.text(), "kept", "{path} {name}");
                }
            }
        }
        let after = world.send(Ask::new("HEAD", "/photos/a")).ok();
        assert_eq!(after.headers["last-modified"], before.headers["last-modified"], "{name}");
        assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "kept", "{name}");
    }
}

/// SDKs send a checksum with all of these; programs with signers of their own do not.
#[test]
fn most_control_bodies_need_no_checksum() {
    let world = World::with_bucket("photos");
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let tagging = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    let put = |path: &str, body: &str| Ask::new("PUT", path).body(body);
    world.send(put("/photos?versioning", versioning)).ok();
    world.send(put("/photos/a?tagging", tagging)).ok();
    for path in ["/photos?acl", "/photos/a?acl"] {
        world.send(Ask::new("PUT", path).header("x-amz-acl", "bucket-owner-full-control")).ok();
    }
    // One that is sent is verified all the same.
    let wrong = |ask: Ask| ask.header("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==");
    world.send(wrong(put("/photos?versioning", versioning))).refused(400, "BadDigest");
    let wrong = put("/photos/a?tagging", tagging).header("x-amz-checksum-crc32", "AAAAAA==");
    world.send(wrong).refused(400, "BadDigest");
    // These cannot be undone, or decide what becomes of objects.
    for path in ["/photos?tagging", "/photos?lifecycle", "/photos?cors", "/photos?object-lock"] {
        let got = world.send(put(path, tagging));
        if got.status != 501 {
            let got = got.refused(400, "InvalidRequest");
            let expected =
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
            assert_eq!(got.element("Message"), Some(expected), "{path}");
        }
    }
    let tagged = world.send(put("/photos?tagging", tagging).md5()).ok();
    assert_eq!(tagged.status, 204, "as AWS answers, and fog-aws insists on");
}
