//! Multipart uploads.

use crate::testing::{Ask, Got, HOST, World};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
const OWNERS: &str = "<Initiator><ID>alice-id</ID><DisplayName>alice</DisplayName></Initiator>\
                      <Owner><ID>alice-id</ID><DisplayName>alice</DisplayName></Owner>";
/// The smallest part that may be followed by another.
const PART_BYTES: usize = 5 << 20;

fn start(world: &World, key: &str, headers: &[(&str, &str)]) -> Got {
    let mut ask = Ask::new("POST", format!("/photos/{key}?uploads"));
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    world.send(ask)
}

fn upload(world: &World, key: &str, headers: &[(&str, &str)]) -> String {
    start(world, key, headers).ok().element("UploadId").unwrap().to_owned()
}

fn put_part(id: &str, number: u32, body: &[u8]) -> Ask {
    Ask::new("PUT", format!("/photos/a?partNumber={number}&uploadId={id}")).body(body)
}

/// Uploads a part and returns its ETag.
fn part(world: &World, id: &str, number: u32, body: &[u8]) -> String {
    world.send(put_part(id, number, body)).ok().header("etag").unwrap().to_owned()
}

fn complete(id: &str, parts: &[(u32, String)]) -> Ask {
    let part = |(number, etag): &(u32, String)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
    };
    let parts: String = parts.iter().map(part).collect();
    let body = format!("<CompleteMultipartUpload {NS}>{parts}</CompleteMultipartUpload>");
    Ask::new("POST", format!("/photos/a?uploadId={id}")).body(body)
}

fn at(world: &World) -> String {
    larder_types::Timestamp::from_seconds(world.now().seconds()).to_iso8601()
}

#[test]
fn from_start_to_end() {
    let world = World::with_bucket("photos");
    let started = start(
        &world,
        "a",
        &[
            ("content-type", "text/plain"),
            ("x-amz-meta-colour", "blue"),
            ("x-amz-tagging", "k=v"),
            ("x-amz-storage-class", "STANDARD_IA"),
        ],
    )
    .ok();
    let id = started.element("UploadId").unwrap().to_owned();
    let expected = format!(
        "{XML}<InitiateMultipartUploadResult {NS}><Bucket>photos</Bucket><Key>a</Key>\
         <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
    );
    assert_eq!(started.text(), expected);
    let first = part(&world, &id, 1, &[1; PART_BYTES]);
    part(&world, &id, 3, b"replaced");
    let last = part(&world, &id, 3, b"end");
    world.send(Ask::new("GET", "/photos/a")).refused(404, "NoSuchKey");
    let ask = complete(&id, &[(1, first), (3, last)]);
    let got = world.send(ask.clone()).ok();
    let expected = format!(
        "{XML}<CompleteMultipartUploadResult {NS}><Location>http://{HOST}/photos/a</Location>\
         <Bucket>photos</Bucket><Key>a</Key><ETag>&quot;{}&quot;</ETag>\
         <ChecksumCRC64NVME>{}</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>\
         </CompleteMultipartUploadResult>",
        got.element("ETag").unwrap().trim_matches('"').replace("&quot;", ""),
        got.element("ChecksumCRC64NVME").unwrap(),
    );
    assert_eq!(got.text(), expected);
    assert!(got.element("ETag").unwrap().ends_with("-2&quot;"));
    // A client that saw no answer asks again.
    assert_eq!(world.send(ask).ok().text(), expected);
    let read = world.send(Ask::new("GET", "/photos/a")).ok();
    assert_eq!(read.body.len(), PART_BYTES + 3);
    assert!(read.body.ends_with(b"\x01end"));
    assert_eq!(read.header("content-type"), Some("text/plain"));
    assert_eq!(read.header("x-amz-meta-colour"), Some("blue"));
    assert_eq!(read.header("x-amz-tagging-count"), Some("1"));
    assert_eq!(read.header("x-amz-storage-class"), Some("STANDARD_IA"));
    let read = world.send(Ask::new("GET", "/photos/a?partNumber=3")).ok();
    assert_eq!((read.text(), read.header("x-amz-mp-parts-count")), ("end", Some("2")));
    world.send(put_part(&id, 1, b"x")).refused(404, "NoSuchUpload");
}

#[test]
fn completes_that_are_refused() {
    let world = World::with_bucket("photos");
    let id = upload(&world, "a", &[]);
    let small = part(&world, &id, 1, b"small");
    let end = part(&world, &id, 2, b"end");
    let check = |parts: &[(u32, &String)], status, code: &str| {
        let parts: Vec<(u32, String)> =
            parts.iter().map(|(n, etag)| (*n, (*etag).clone())).collect();
        world.send(complete(&id, &parts)).refused(status, code)
    };
    let none = "0".repeat(32);
    let got = check(&[(1, &small), (2, &end)], 400, "EntityTooSmall");
    assert_eq!((got.element("ProposedSize"), got.element("PartNumber")), (Some("5"), Some("1")));
    let got = check(&[(3, &end)], 400, "InvalidPart");
    assert_eq!((got.element("UploadId"), got.element("PartNumber")), (Some(&*id), Some("3")));
    check(&[(1, &none)], 400, "InvalidPart");
    check(&[(1, &"no etag".to_owned())], 400, "InvalidPart");
    check(&[(2, &end), (1, &small)], 400, "InvalidPartOrder");
    check(&[(0, &small)], 400, "InvalidArgument");
    check(&[(10_001, &small)], 400, "InvalidArgument");
    check(&[], 400, "MalformedXML");
    let bare = || Ask::new("POST", format!("/photos/a?uploadId={id}"));
    world.send(bare()).refused(400, "MalformedXML");
    world.send(bare().body("<What/>")).refused(400, "MalformedXML");
    let nameless = "<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>";
    world.send(bare().body(nameless)).refused(400, "MalformedXML");
    let one = || complete(&id, &[(1, small.clone())]);
    world.send(one().header("x-amz-mp-object-size", "6")).refused(400, "InvalidRequest");
    world.send(one().header("x-amz-mp-object-size", "-1")).refused(400, "InvalidRequest");
    world.send(one().header("if-match", "*")).refused(404, "NoSuchKey");
    world.send(one().header("x-amz-checksum-crc32", "x")).refused(400, "BadDigest");
    let unless_other = one().header("if-none-match", "\"x\"");
    world.send(unless_other.header("x-amz-mp-object-size", "5")).ok();
    let again = upload(&world, "a", &[]);
    let part = (1, part(&world, &again, 1, b"small"));
    let unless = |etag: &str| {
        world.send(complete(&again, std::slice::from_ref(&part)).header("if-none-match", etag))
    };
    let standing = world.send(Ask::new("HEAD", "/photos/a")).ok();
    let got = unless(standing.header("etag").unwrap()).refused(412, "PreconditionFailed");
    assert_eq!(got.element("Condition"), Some("If-None-Match"));
    unless("*").refused(412, "PreconditionFailed");
    unless("\"x\"").ok();
    let got = world.send(complete("x", &[(1, small)])).refused(404, "NoSuchUpload");
    assert_eq!(got.element("UploadId"), Some("x"));
}

#[test]
fn parts_that_are_refused() {
    let world = World::with_bucket("photos");
    let id = upload(&world, "a", &[]);
    for number in [0, 10_001] {
        let got = world.send(put_part(&id, number, b"x")).refused(400, "InvalidArgument");
        assert_eq!(got.element("ArgumentName"), Some("partNumber"));
    }
    let got = world.send(put_part("none", 1, b"x")).refused(404, "NoSuchUpload");
    assert_eq!(got.element("UploadId"), Some("none"));
    let bad = put_part(&id, 1, b"x").header("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==");
    world.send(bad).refused(400, "BadDigest");
    // An upload belongs to its key.
    let other = Ask::new("PUT", format!("/photos/b?partNumber=1&uploadId={id}"));
    world.send(other).refused(404, "NoSuchUpload");
    let got = world.send(Ask::new("GET", format!("/photos/a?uploadId={id}"))).ok();
    assert!(!got.text().contains("<Part>"));
}

#[test]
fn a_refused_upload_reads_no_data() {
    let world = World::with_bucket("photos");
    let ask = put_part(&"0".repeat(32), 1, &[0; 600 << 10]);
    let request = world.request(ask);
    let answer = world.sim.block_on(world.handle(request));
    assert_eq!((answer.record.error_code, answer.record.bytes_received), (Some("NoSuchUpload"), 0));
    assert_eq!(answer.response.headers()["connection"], "close");
}

#[test]
fn checksums() {
    let world = World::with_bucket("photos");
    let started = start(&world, "a", &[("x-amz-checksum-algorithm", "SHA256")]).ok();
    assert_eq!(started.header("x-amz-checksum-algorithm"), Some("SHA256"));
    assert_eq!(started.header("x-amz-checksum-type"), Some("COMPOSITE"));
    let id = started.element("UploadId").unwrap().to_owned();
    let got = world.send(put_part(&id, 1, b"x")).refused(400, "InvalidRequest");
    assert!(got.element("Message").unwrap().starts_with("Checksum Type mismatch occurred"));
    let ask = || put_part(&id, 1, b"x").header("x-amz-sdk-checksum-algorithm", "SHA256");
    let sum = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=";
    let got = world.send(ask().header("x-amz-checksum-sha256", sum)).ok();
    assert_eq!(got.header("x-amz-checksum-sha256"), Some(sum));
    let etag = got.header("etag").unwrap().to_owned();
    let shown = world.send(Ask::new("GET", format!("/photos/a?uploadId={id}"))).ok();
    assert_eq!(shown.element("ChecksumAlgorithm"), Some("SHA256"));
    assert_eq!(shown.element("ChecksumType"), Some("COMPOSITE"));
    assert_eq!(shown.element("ChecksumSHA256"), Some(sum));
    let with_sum = |sum: &str| {
        let body = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag>\
             <ChecksumSHA256>{sum}</ChecksumSHA256></Part></CompleteMultipartUpload>"
        );
        world.send(Ask::new("POST", format!("/photos/a?uploadId={id}")).body(body))
    };
    with_sum("x").refused(400, "InvalidArgument");
    with_sum("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=").refused(400, "InvalidPart");
    let got = with_sum(sum).ok();
    assert!(got.element("ChecksumSHA256").unwrap().ends_with("-1"));
    assert_eq!(got.element("ChecksumType"), Some("COMPOSITE"));
    let ask = Ask::new("GET", "/photos/a?partNumber=1").header("x-amz-checksum-mode", "ENABLED");
    let got = world.send(ask).ok();
    assert_eq!(got.header("x-amz-checksum-sha256"), Some(sum));
    assert_eq!(got.header("x-amz-checksum-type"), Some("COMPOSITE"));
    start(&world, "a", &[("x-amz-checksum-type", "COMPOSITE")]).refused(400, "InvalidRequest");
    let both = [("x-amz-checksum-algorithm", "SHA256"), ("x-amz-checksum-type", "FULL_OBJECT")];
    start(&world, "a", &both).refused(400, "InvalidRequest");
}

/// The server adds the upload's algorithm when the client gives another proof or none.
#[test]
fn full_object_checksums_of_unaware_clients() {
    let world = World::with_bucket("photos");
    let headers = [("x-amz-checksum-algorithm", "CRC32C"), ("x-amz-checksum-type", "FULL_OBJECT")];
    let id = upload(&world, "a", &headers);
    let got = world.send(put_part(&id, 1, b"123456789").md5()).ok();
    assert_eq!(got.header("x-amz-checksum-crc32c"), Some("4waSgw=="));
    let etag = got.header("etag").unwrap().to_owned();
    let ask = complete(&id, &[(1, etag)]);
    let wrong = ask.clone().header("x-amz-checksum-crc32c", "AAAAAA==");
    world.send(wrong).refused(400, "BadDigest");
    let got = world.send(ask.header("x-amz-checksum-crc32c", "4waSgw==")).ok();
    assert_eq!(got.element("ChecksumCRC32C"), Some("4waSgw=="));
}

#[test]
fn list_parts() {
    let world = World::with_bucket("photos");
    let id = upload(&world, "a", &[]);
    let at = at(&world);
    for number in [1, 2, 7] {
        part(&world, &id, number, b"hello");
    }
    let list = |query: &str| world.send(Ask::new("GET", format!("/photos/a?uploadId={id}{query}")));
    let shown = |number: u32| {
        format!(
            "<Part><PartNumber>{number}</PartNumber><LastModified>{at}</LastModified>\
             <ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag><Size>5</Size>\
             <ChecksumCRC64NVME>M3eFcAZSQlc=</ChecksumCRC64NVME></Part>"
        )
    };
    let expected = |marker: u32, next: u32, max: u32, truncated: bool, numbers: &[u32]| {
        let parts: String = numbers.iter().map(|number| shown(*number)).collect();
        format!(
            "{XML}<ListPartsResult {NS}><Bucket>photos</Bucket><Key>a</Key>\
             <UploadId>{id}</UploadId>{OWNERS}<StorageClass>STANDARD</StorageClass>\
             <PartNumberMarker>{marker}</PartNumberMarker>\
             <NextPartNumberMarker>{next}</NextPartNumberMarker><MaxParts>{max}</MaxParts>\
             <IsTruncated>{truncated}</IsTruncated>{parts}</ListPartsResult>"
        )
    };
    assert_eq!(list("").ok().text(), expected(0, 7, 1000, false, &[1, 2, 7]));
    let got = list("&max-parts=2").ok();
    assert_eq!(got.text(), expected(0, 2, 2, true, &[1, 2]));
    let got = list("&max-parts=2&part-number-marker=2").ok();
    assert_eq!(got.text(), expected(2, 7, 2, false, &[7]));
    let got = list("&max-parts=-1").refused(400, "InvalidArgument");
    assert_eq!(got.element("ArgumentName"), Some("max-parts"));
    list("&part-number-marker=-1").refused(400, "InvalidArgument");
    world.send(Ask::new("GET", "/photos/a?uploadId=x")).refused(404, "NoSuchUpload");
}

#[test]
fn list_multipart_uploads() {
    let world = World::with_bucket("photos");
    let at = at(&world);
    let list = |query: &str| world.send(Ask::new("GET", format!("/photos?uploads{query}")));
    let expected = |head: &str, tail: &str| {
        format!(
            "{XML}<ListMultipartUploadsResult {NS}><Bucket>photos</Bucket>{head}\
             <IsTruncated>{tail}</ListMultipartUploadsResult>"
        )
    };
    let empty = "<KeyMarker></KeyMarker><UploadIdMarker></UploadIdMarker>\
                 <NextKeyMarker></NextKeyMarker><NextUploadIdMarker></NextUploadIdMarker>\
                 <MaxUploads>1000</MaxUploads>";
    assert_eq!(list("").ok().text(), expected(empty, "false</IsTruncated>"));
    let sums = [("x-amz-checksum-algorithm", "CRC32")];
    let (a, b) = (upload(&world, "a", &sums), upload(&world, "d/b", &[]));
    let upload_a = format!(
        "<Upload><Key>a</Key><UploadId>{a}</UploadId>{OWNERS}\
         <StorageClass>STANDARD</StorageClass><Initiated>{at}</Initiated>\
         <ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType>\
         </Upload>"
    );
    let head = format!(
        "<KeyMarker></KeyMarker><UploadIdMarker></UploadIdMarker><NextKeyMarker>a</NextKeyMarker>\
         <NextUploadIdMarker>{a}</NextUploadIdMarker><MaxUploads>1</MaxUploads>"
    );
    let got = list("&max-uploads=1").ok();
    assert_eq!(got.text(), expected(&head, &format!("true</IsTruncated>{upload_a}")));
    let got = list(&format!("&key-marker=a&upload-id-marker={a}")).ok();
    assert_eq!((got.element("Key"), got.element("UploadId")), (Some("d/b"), Some(&*b)));
    assert_eq!(got.element("NextKeyMarker"), Some("d/b"));
    let got = list("&delimiter=/&encoding-type=url&prefix=d").ok();
    assert!(got.text().contains(
        "<Delimiter>/</Delimiter><Prefix>d</Prefix><EncodingType>url</EncodingType>\
         <MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>\
         <CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"
    ));
    // Without a key marker the other one means nothing.
    let got = list("&upload-id-marker=zzz").ok();
    assert_eq!((got.element("UploadIdMarker"), got.element("Key")), (Some(""), Some("a")));
    list("&max-uploads=-1").refused(400, "InvalidArgument");
    list("&max-uploads=x").refused(400, "InvalidArgument");
    list("&key-marker=a&upload-id-marker=zzz").refused(400, "InvalidArgument");
}

#[test]
fn abort() {
    let world = World::with_bucket("photos");
    let id = upload(&world, "a", &[]);
    part(&world, &id, 1, b"x");
    let ask = || Ask::new("DELETE", format!("/photos/a?uploadId={id}"));
    let other = ask().header("x-amz-if-match-initiated-time", "Mon, 01 Jan 2001 00:00:00 GMT");
    world.send(other).refused(412, "PreconditionFailed");
    let got = world.send(ask()).ok();
    assert_eq!((got.status.as_u16(), got.text()), (204, ""));
    world.send(ask()).refused(404, "NoSuchUpload");
    world.send(put_part(&id, 1, b"x")).refused(404, "NoSuchUpload");
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
}

fn copy_part(id: &str, source: &str) -> Ask {
    put_part(id, 1, b"").header("x-amz-copy-source", source)
}

#[test]
fn writers_are_told_no_null_version() {
    let world = World::with_bucket("photos");
    world.versioning("photos", false);
    let id = upload(&world, "a", &[]);
    let etag = part(&world, &id, 1, b"x");
    let done = world.send(complete(&id, &[(1, etag)])).ok();
    let put = world.send(Ask::new("PUT", "/photos/b").body("x")).ok();
    let copy = Ask::new("PUT", "/photos/c").header("x-amz-copy-source", "photos/b");
    let copied = world.send(copy).ok();
    for got in [done, put, copied] {
        assert_eq!(got.header("x-amz-version-id"), None);
    }
    for key in ["a", "b", "c"] {
        let got = world.send(Ask::new("HEAD", format!("/photos/{key}"))).ok();
        assert_eq!(got.header("x-amz-version-id"), Some("null"));
    }
    let got = world.send(Ask::new("DELETE", "/photos/a")).ok();
    assert_eq!(got.header("x-amz-version-id"), Some("null"));
}

#[test]
fn upload_part_copy() {
    let world = World::with_bucket("photos");
    world.versioning("photos", true);
    let put = world.send(Ask::new("PUT", "/photos/source").body("hello")).ok();
    let version = put.header("x-amz-version-id").unwrap();
    let id = upload(&world, "a", &[]);
    let at = at(&world);
    let got = world.send(copy_part(&id, "photos/source")).ok();
    let expected = format!(
        "{XML}<CopyPartResult {NS}><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>\
         <LastModified>{at}</LastModified><ChecksumCRC64NVME>M3eFcAZSQlc=</ChecksumCRC64NVME>\
         </CopyPartResult>"
    );
    assert_eq!(got.text(), expected);
    assert_eq!(got.header("x-amz-copy-source-version-id"), Some(version));
    let ranged = |range| copy_part(&id, "photos/source").header("x-amz-copy-source-range", range);
    let got = world.send(ranged("bytes=1-3")).ok();
    let etag = got.element("ETag").unwrap().replace("&quot;", "\"");
    world.send(ranged("bytes=0-5")).refused(400, "InvalidArgument");
    let got = world.send(ranged("bytes=0-")).refused(400, "InvalidArgument");
    assert_eq!(got.element("ArgumentName"), Some("x-amz-copy-source-range"));
    let done = world.send(complete(&id, &[(1, etag)])).ok();
    assert!(done.header("x-amz-version-id").is_some());
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "ell");
}

#[test]
fn part_copies_that_are_refused() {
    let world = World::with_bucket("photos");
    let put = world.send(Ask::new("PUT", "/photos/source").body("hello")).ok();
    let etag = put.header("etag").unwrap();
    let id = upload(&world, "a", &[]);
    world.send(copy_part(&id, "photos/none")).refused(404, "NoSuchKey");
    world.send(copy_part(&id, "nowhere/source")).refused(404, "NoSuchBucket");
    world.send(copy_part("x", "photos/source")).refused(404, "NoSuchUpload");
    let with = |name, value: &str| copy_part(&id, "photos/source").header(name, value);
    let unequal = with("x-amz-copy-source-if-none-match", etag);
    world.send(unequal).refused(412, "PreconditionFailed");
    world.send(with("x-amz-copy-source-if-match", etag)).ok();
    // Bob may write to his own bucket, but not read from alice's.
    world.send(Ask::new("PUT", "/bobs-bucket").by(Some("bob"))).ok();
    let ask = Ask::new("POST", "/bobs-bucket/a?uploads").by(Some("bob"));
    let bobs = world.send(ask).ok().element("UploadId").unwrap().to_owned();
    let ask = Ask::new("PUT", format!("/bobs-bucket/a?partNumber=1&uploadId={bobs}"));
    let ask = ask.by(Some("bob")).header("x-amz-copy-source", "photos/source");
    world.send(ask).refused(403, "AccessDenied");
}

/// The checksums of the parts were verified when they were uploaded, so the request that completes
/// the upload need not repeat them (AWS wants it to).
#[test]
fn composite_checksums_without_those_of_the_parts() {
    let world = World::with_bucket("photos");
    let id = upload(&world, "a", &[("x-amz-checksum-algorithm", "SHA256")]);
    let sum = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=";
    let ask = put_part(&id, 1, b"x").header("x-amz-checksum-sha256", sum);
    let etag = world.send(ask).ok().header("etag").unwrap().to_owned();
    let bare = || complete(&id, &[(1, etag.clone())]);
    let wrong = bare().header("x-amz-checksum-sha256", &format!("{sum}-1"));
    world.send(wrong).refused(400, "BadDigest");
    let got = world.send(bare()).ok();
    let whole = got.element("ChecksumSHA256").unwrap().to_owned();
    assert!(whole.ends_with("-1"), "{whole}");
    let head = Ask::new("HEAD", "/photos/a").header("x-amz-checksum-mode", "ENABLED");
    let head = world.send(head).ok();
    assert_eq!(head.header("x-amz-checksum-sha256"), Some(&*whole));
    assert_eq!(head.header("x-amz-checksum-type"), Some("COMPOSITE"));
}

#[test]
fn parts_in_attributes() {
    let world = World::with_bucket("photos");
    let ask = |headers: &[(&str, &str)]| {
        let mut ask = Ask::new("GET", "/photos/a?attributes");
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        world.send(ask.header("x-amz-object-attributes", "ObjectParts")).ok()
    };
    let id = upload(&world, "a", &[]);
    let first = part(&world, &id, 1, &[1; PART_BYTES]);
    let last = part(&world, &id, 4, b"end");
    world.send(complete(&id, &[(1, first), (4, last)])).ok();
    let parts = |got: &Got| {
        let (_, parts) = got.text().split_once("<ObjectParts>").unwrap();
        parts.split_once("</ObjectParts>").unwrap().0.to_owned()
    };
    let shown =
        |number, size| format!("<Part><PartNumber>{number}</PartNumber><Size>{size}</Size></Part>");
    let page = |marker, next, max, truncated, list: &str| {
        format!(
            "<PartsCount>2</PartsCount><PartNumberMarker>{marker}</PartNumberMarker>\
             <NextPartNumberMarker>{next}</NextPartNumberMarker><MaxParts>{max}</MaxParts>\
             <IsTruncated>{truncated}</IsTruncated>{list}"
        )
    };
    let (one, four) = (shown(1, PART_BYTES), shown(4, 3));
    assert_eq!(parts(&ask(&[])), page(0, 4, 1000, false, &format!("{one}{four}")));
    assert_eq!(parts(&ask(&[("x-amz-max-parts", "1")])), page(0, 1, 1, true, &one));
    let second = ask(&[("x-amz-max-parts", "1"), ("x-amz-part-number-marker", "1")]);
    assert_eq!(parts(&second), page(1, 4, 1, false, &four));
    // Checksums are shown of parts that have their own.
    let id = upload(&world, "a", &[("x-amz-checksum-algorithm", "SHA256")]);
    let sum = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=";
    let put = put_part(&id, 1, b"x").header("x-amz-checksum-sha256", sum);
    let etag = world.send(put).ok().header("etag").unwrap().to_owned();
    world.send(complete(&id, &[(1, etag)])).ok();
    assert_eq!(ask(&[]).element("ChecksumSHA256"), Some(sum));
}
