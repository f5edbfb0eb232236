//! GetObject and HeadObject, and what PutObject keeps for them.

use crate::testing::{Ask, Got, World};

fn put(world: &World, path: &str, body: impl Into<Vec<u8>>) -> Got {
    world.send(Ask::new("PUT", path).body(body)).ok()
}

#[test]
fn put_get_head() {
    let world = World::with_bucket("photos");
    let put = put(&world, "/photos/a", "hello");
    assert_eq!(put.header("etag"), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(put.header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    assert_eq!(put.operation, Some("PutObject"));
    let get = world.send(Ask::new("GET", "/photos/a")).ok();
    assert_eq!((get.text(), get.header("content-length")), ("hello", Some("5")));
    assert_eq!(get.header("content-type"), Some("binary/octet-stream"));
    assert_eq!(get.header("etag"), put.header("etag"));
    assert_eq!(get.header("accept-ranges"), Some("bytes"));
    assert_eq!(get.header("server"), Some("Larder"));
    assert_eq!(get.header("x-amz-version-id"), None);
    assert_eq!(get.header("x-amz-checksum-crc64nvme"), None);
    assert_eq!(get.header("x-amz-storage-class"), None);
    assert_eq!(get.header("x-amz-request-id").map(str::len), Some(16));
    let head = world.send(Ask::new("HEAD", "/photos/a")).ok();
    assert_eq!((head.text(), head.header("content-length")), ("", Some("5")));
    assert_eq!(head.header("last-modified"), get.header("last-modified"));
}

#[test]
fn what_is_sent_comes_back() {
    let world = World::with_bucket("photos");
    let sent = [
        ("content-type", "image/png"),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-disposition", "attachment; filename=\"x\""),
        ("cache-control", "max-age=5"),
        ("expires", "0"),
        ("x-amz-website-redirect-location", "/other"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-meta-plain", "value"),
        ("x-amz-meta-word", "=?UTF-8?Q?caf=C3=A9?="),
    ];
    let mut ask = Ask::new("PUT", "/photos/a").header("x-amz-tagging", "a=1&b=x%20y");
    for (name, value) in sent {
        ask = ask.header(name, value);
    }
    world.send(ask.header("x-amz-meta-raw", "caf\u{e9}")).ok();
    let got = world.send(Ask::new("HEAD", "/photos/a")).ok();
    for (name, value) in sent {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    assert_eq!(got.header("x-amz-meta-raw"), Some("=?UTF-8?Q?caf=C3=A9?="));
    assert_eq!(got.header("x-amz-tagging-count"), Some("2"));
    let overrides = "response-content-type=text/css&response-expires=1&response-cache-control=no";
    let got = world.send(Ask::new("GET", format!("/photos/a?{overrides}"))).ok();
    assert_eq!(got.header("content-type"), Some("text/css"));
    assert_eq!(got.header("expires"), Some("1"));
    assert_eq!(got.header("cache-control"), Some("no"));
    assert_eq!(got.header("content-language"), Some("de"));
    // A value must not split the answer.
    let got = world.send(Ask::new("GET", "/photos/a?response-content-type=a%0d%0ax:y")).ok();
    assert_eq!(got.header("content-type"), Some("a  x:y"));
}

#[test]
fn metadata_and_tags_have_limits() {
    let world = World::with_bucket("photos");
    let put = |name, value: &str| world.send(Ask::new("PUT", "/photos/a").header(name, value));
    put("x-amz-meta-a", &"x".repeat(2047)).ok();
    put("x-amz-meta-a", &"x".repeat(2048)).refused(400, "MetadataTooLarge");
    put("x-amz-tagging", "a=1&a=2").refused(400, "InvalidArgument");
    put("x-amz-tagging", "a=%zz").refused(400, "InvalidArgument");
    put("x-amz-tagging", "aws:a=1").refused(400, "InvalidTag");
    let many: Vec<String> = (0..11).map(|n| format!("t{n}=1")).collect();
    put("x-amz-tagging", &many.join("&")).refused(400, "InvalidTag");
}

/// All that AWS allows at once has room, whatever request it comes with.
#[test]
fn every_maximum_of_what_is_said_of_an_object() {
    let world = World::with_bucket("photos");
    let metadata = "x".repeat(2047);
    let disposition = "d".repeat(5 << 10);
    let say = |ask: Ask| {
        ask.header("x-amz-meta-a", &metadata).header("content-disposition", &disposition)
    };
    let text = |chars: usize| "\u{4e00}".repeat(chars);
    let tag =
        |n: usize| format!("<Tag><Key>{n}{}</Key><Value>{}</Value></Tag>", text(127), text(256));
    let tags: String = (0..10).map(tag).collect();
    let tagging = format!("<Tagging><TagSet>{tags}</TagSet></Tagging>");
    world.send(say(Ask::new("PUT", "/photos/a").body("body"))).ok();
    world.send(Ask::new("PUT", "/photos/a?tagging").body(tagging).md5()).ok();
    let copy = Ask::new("PUT", "/photos/b").header("x-amz-copy-source", "/photos/a");
    world.send(copy).ok();
    for key in ["a", "b"] {
        let got = world.send(Ask::new("GET", format!("/photos/{key}"))).ok();
        assert_eq!(got.header("x-amz-meta-a"), Some(&*metadata));
        assert_eq!(got.header("content-disposition"), Some(&*disposition));
        assert_eq!(got.header("x-amz-tagging-count"), Some("10"));
        let got = world.send(Ask::new("GET", format!("/photos/{key}?tagging"))).ok();
        assert!(got.text().contains(&tag(9)), "{}", got.text());
    }
    world.send(Ask::new("DELETE", "/photos/a?tagging")).ok();
    let got = world.send(Ask::new("HEAD", "/photos/a")).ok();
    assert_eq!(got.header("x-amz-tagging-count"), None);
    assert_eq!(got.header("content-disposition"), Some(&*disposition));
}

#[test]
fn ranges() {
    let world = World::with_bucket("photos");
    put(&world, "/photos/a", "0123456789");
    for (range, body, shown) in [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=4-", "456789", "bytes 4-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=5-500", "56789", "bytes 5-9/10"),
    ] {
        let got = world.send(Ask::new("GET", "/photos/a").header("range", range));
        assert_eq!((got.status.as_u16(), got.text()), (206, body), "{range}");
        assert_eq!(got.header("content-range"), Some(shown));
        assert_eq!(got.header("content-length"), Some(body.len().to_string().as_str()));
        let head = world.send(Ask::new("HEAD", "/photos/a").header("range", range));
        assert_eq!((head.status.as_u16(), head.header("content-range")), (206, Some(shown)));
    }
    for ignored in ["bytes=5-4", "lines=1-2", "bytes=0-1,3-4", "x"] {
        let got = world.send(Ask::new("GET", "/photos/a").header("range", ignored));
        assert_eq!((got.status.as_u16(), got.text()), (200, "0123456789"), "{ignored}");
    }
    let outside = Ask::new("GET", "/photos/a").header("range", "bytes=10-");
    let got = world.send(outside).refused(416, "InvalidRange");
    assert_eq!(got.element("ActualObjectSize"), Some("10"));
    assert_eq!(got.element("RangeRequested"), Some("bytes=10-"));
    let got = world.send(Ask::new("GET", "/photos/a?partNumber=1"));
    assert_eq!((got.status.as_u16(), got.text()), (206, "0123456789"));
    assert_eq!(got.header("x-amz-mp-parts-count"), None);
    world.send(Ask::new("GET", "/photos/a?partNumber=2")).refused(416, "InvalidPartNumber");
    world.send(Ask::new("GET", "/photos/a?partNumber=0")).refused(400, "InvalidArgument");
    let both = Ask::new("GET", "/photos/a?partNumber=1").header("range", "bytes=0-1");
    world.send(both).refused(400, "InvalidRequest");
}

/// RFC 9110 13.1.5: a download goes on only within the object that it began with.
#[test]
fn if_range() {
    let world = World::with_bucket("photos");
    put(&world, "/photos/a", "0123456789");
    let head = world.send(Ask::new("HEAD", "/photos/a")).ok();
    let etag = head.header("etag").unwrap().to_owned();
    let modified = head.header("last-modified").unwrap().to_owned();
    let ask = |range: &str, validator: &str| {
        let ask = Ask::new("GET", "/photos/a").header("range", range);
        world.send(ask.header("if-range", validator)).ok()
    };
    for same in [&etag, &modified] {
        let got = ask("bytes=4-", same);
        assert_eq!((got.status.as_u16(), got.text()), (206, "456789"), "{same}");
        assert_eq!(got.header("content-range"), Some("bytes 4-9/10"));
    }
    let weak = format!("W/{etag}");
    let other = format!("\"{}\"", "0".repeat(32));
    let earlier = "Sun, 06 Nov 1994 08:49:37 GMT";
    for differs in [&weak, &other, earlier, "x", "", "\u{e9}"] {
        // What has changed may be shorter now: no range of it can be out of bounds.
        for range in ["bytes=4-", "bytes=10-"] {
            let got = ask(range, differs);
            assert_eq!((got.status.as_u16(), got.text()), (200, "0123456789"), "{differs}");
            assert_eq!(got.header("content-range"), None);
        }
    }
    let alone = world.send(Ask::new("GET", "/photos/a").header("if-range", &other));
    assert_eq!((alone.status.as_u16(), alone.text()), (200, "0123456789"));
}

#[test]
fn conditions() {
    let world = World::with_bucket("photos");
    let etag = put(&world, "/photos/a", "hello").header("etag").unwrap().to_owned();
    let get = |name, value: &str| world.send(Ask::new("GET", "/photos/a").header(name, value));
    assert_eq!(get("if-match", &etag).ok().text(), "hello");
    assert_eq!(get("if-match", "*").ok().text(), "hello");
    let got = get("if-match", "\"5d41402abc4b2a76b9719d911017c593\"");
    assert_eq!(got.refused(412, "PreconditionFailed").element("Condition"), Some("If-Match"));
    let got = get("if-none-match", &etag);
    assert_eq!((got.status.as_u16(), got.text()), (304, ""));
    assert_eq!(got.header("etag"), Some(etag.as_str()));
    assert!(got.header("last-modified").is_some() && got.header("content-type").is_none());
    get("if-none-match", "ABC").ok();
    get("if-modified-since", "Sat, 29 Oct 1994 19:43:31 GMT").ok();
    assert_eq!(get("if-modified-since", "Fri, 29 Oct 2094 19:43:31 GMT").status, 304);
    let past = get("if-unmodified-since", "Sat, 29 Oct 1994 19:43:31 GMT");
    past.refused(412, "PreconditionFailed");
    get("if-modified-since", "no date").ok();
    let put_if = |name, value: &str| {
        world.send(Ask::new("PUT", "/photos/a").header(name, value).body("again"))
    };
    put_if("if-none-match", "*").refused(412, "PreconditionFailed");
    // AWS answers 501 to these; here they mean what RFC 9110 says.
    let got = put_if("if-none-match", &format!("\"0\", {etag}"));
    assert_eq!(got.refused(412, "PreconditionFailed").element("Condition"), Some("If-None-Match"));
    let both = |tag: &str, not: &str| {
        let ask = Ask::new("PUT", "/photos/a").header("if-match", tag).header("if-none-match", not);
        world.send(ask.body("hello"))
    };
    let got = both("ABC", "*").refused(412, "PreconditionFailed");
    assert_eq!(got.element("Condition"), Some("If-Match"));
    let got = both(&etag, "*").refused(412, "PreconditionFailed");
    assert_eq!(got.element("Condition"), Some("If-None-Match"));
    both(&etag, "ABC").ok();
    put_if("if-none-match", "W/\"5d41402abc4b2a76b9719d911017c593\"").ok();
    both("*", "ABC").ok();
    put_if("if-match", &etag).ok();
    put_if("if-match", &etag).refused(412, "PreconditionFailed");
    let missing = Ask::new("PUT", "/photos/b").header("if-match", &etag);
    world.send(missing).refused(404, "NoSuchKey");
    world.send(Ask::new("PUT", "/photos/b").header("if-none-match", "*")).ok();
}

#[test]
fn versions() {
    let world = World::with_bucket("photos");
    put(&world, "/photos/a", "zero");
    world.versioning("photos", true);
    let one = put(&world, "/photos/a", "one").header("x-amz-version-id").unwrap().to_owned();
    let get = |version: &str| world.send(Ask::new("GET", format!("/photos/a?versionId={version}")));
    assert_eq!(get("null").ok().text(), "zero");
    let got = get(&one).ok();
    assert_eq!((got.text(), got.header("x-amz-version-id")), ("one", Some(one.as_str())));
    get(&one.replace(&one[20..], "000000000000")).refused(404, "NoSuchVersion");
    get("").refused(400, "InvalidArgument");
    get("x").refused(400, "InvalidArgument");
    let deleted = world.send(Ask::new("DELETE", "/photos/a"));
    assert_eq!((deleted.status.as_u16(), deleted.text()), (204, ""));
    assert_eq!(deleted.header("x-amz-delete-marker"), Some("true"));
    let marker = deleted.header("x-amz-version-id").unwrap();
    let gone = world.send(Ask::new("GET", "/photos/a")).refused(404, "NoSuchKey");
    assert_eq!(gone.header("x-amz-delete-marker"), Some("true"));
    assert_eq!(gone.header("x-amz-version-id"), Some(marker));
    let got = get(marker).refused(405, "MethodNotAllowed");
    assert_eq!(got.header("x-amz-delete-marker"), Some("true"));
    assert_eq!(got.header("allow"), Some("DELETE"));
    let restored = world.send(Ask::new("DELETE", format!("/photos/a?versionId={marker}"))).ok();
    assert_eq!(restored.header("x-amz-delete-marker"), Some("true"));
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "one");
    // Writes do not name the null version, reads do.
    world.versioning("photos", false);
    assert_eq!(put(&world, "/photos/a", "null").header("x-amz-version-id"), None);
    let got = world.send(Ask::new("GET", "/photos/a")).ok();
    assert_eq!((got.text(), got.header("x-amz-version-id")), ("null", Some("null")));
}

#[test]
fn checksums_are_shown_when_asked_for() {
    let world = World::with_bucket("photos");
    let ask = Ask::new("PUT", "/photos/a").body("hello");
    world.send(ask.header("x-amz-checksum-crc32", "NhCmhg==")).ok();
    let mode = |ask: Ask| ask.header("x-amz-checksum-mode", "ENABLED");
    let got = world.send(mode(Ask::new("HEAD", "/photos/a"))).ok();
    assert_eq!(got.header("x-amz-checksum-crc32"), Some("NhCmhg=="));
    assert_eq!(got.header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    let part = mode(Ask::new("GET", "/photos/a").header("range", "bytes=0-1"));
    assert_eq!(world.send(part).ok().header("x-amz-checksum-crc32"), None);
}

/// Larger than what is kept beside a row, so that it comes in pieces.
#[test]
fn large_objects_stream() {
    let world = World::with_bucket("photos");
    let data: Vec<u8> = (0..300_000u32).map(|i| (i * 7 % 251) as u8).collect();
    put(&world, "/photos/a", data.clone());
    let got = world.send(Ask::new("GET", "/photos/a")).ok();
    assert!(got.body == data && got.cut.is_none());
    let range = Ask::new("GET", "/photos/a").header("range", "bytes=99999-200000");
    assert!(world.send(range).ok().body == data[99_999..=200_000]);
    put(&world, "/photos/empty", "");
    let got = world.send(Ask::new("GET", "/photos/empty")).ok();
    assert_eq!((got.header("content-length"), got.body.len()), (Some("0"), 0));
}

/// The type says how the object's checksum was made, also beside a part's.
#[test]
fn a_part_is_read_with_its_checksum() {
    let world = World::with_bucket("photos");
    let create = Ask::new("POST", "/photos/a?uploads").header("x-amz-checksum-algorithm", "SHA256");
    let created = world.send(create).ok();
    let id = created.element("UploadId").unwrap();
    let part = Ask::new("PUT", format!("/photos/a?partNumber=1&uploadId={id}")).body("hello");
    let part = world.send(part.header("x-amz-sdk-checksum-algorithm", "SHA256")).ok();
    let checksum = part.header("x-amz-checksum-sha256").unwrap();
    let parts = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag>\
         <ChecksumSHA256>{checksum}</ChecksumSHA256></Part></CompleteMultipartUpload>",
        part.header("etag").unwrap()
    );
    world.send(Ask::new("POST", format!("/photos/a?uploadId={id}")).body(parts)).ok();
    let get = Ask::new("GET", "/photos/a?partNumber=1").header("x-amz-checksum-mode", "ENABLED");
    let got = world.send(get);
    assert_eq!((got.status.as_u16(), got.text()), (206, "hello"));
    assert_eq!(got.header("x-amz-checksum-sha256"), Some(checksum));
    assert_eq!(got.header("x-amz-checksum-type"), Some("COMPOSITE"));
    assert_eq!(got.header("x-amz-mp-parts-count"), Some("1"));
}
