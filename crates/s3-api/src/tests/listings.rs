//! ListObjects, ListObjectsV2 and ListObjectVersions.

use crate::testing::{Ask, Got, World};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn world(keys: &[&str]) -> World {
    let world = World::with_bucket("photos");
    for key in keys {
        let key = larder_s3_wire::percent::uri_encode(key, false);
        world.send(Ask::new("PUT", format!("/photos/{key}")).body("hello")).ok();
    }
    world
}

fn list(world: &World, query: &str) -> Got {
    world.send(Ask::new("GET", format!("/photos?{query}")))
}

/// The texts of all elements of that name.
fn all(got: &Got, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let found = got.text().split(&open).skip(1);
    found.map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
}

fn prefixes(got: &Got) -> Vec<String> {
    let common = all(got, "CommonPrefixes");
    let inner = |text: &String| text.replace("<Prefix>", "").replace("</Prefix>", "");
    common.iter().map(inner).collect()
}

fn at(world: &World) -> String {
    larder_types::Timestamp::from_seconds(world.now().seconds()).to_iso8601()
}

#[test]
fn version_1_byte_for_byte() {
    let world = World::with_bucket("photos");
    let at = at(&world);
    for key in ["a&b", "dir/x", "z"] {
        let key = larder_s3_wire::percent::uri_encode(key, false);
        world.send(Ask::new("PUT", format!("/photos/{key}")).body("hello")).ok();
    }
    let got = list(&world, "delimiter=/&max-keys=2").ok();
    let expected = format!(
        "{XML}<ListBucketResult {NS}><Name>photos</Name><Prefix></Prefix><Marker></Marker>\
         <NextMarker>dir/</NextMarker><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter>\
         <IsTruncated>true</IsTruncated><Contents><Key>a&amp;b</Key>\
         <LastModified>{at}</LastModified>\
         <ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>\
         <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>\
         <Size>5</Size><Owner><ID>alice-id</ID><DisplayName>alice</DisplayName></Owner>\
         <StorageClass>STANDARD</StorageClass></Contents>\
         <CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes></ListBucketResult>"
    );
    assert_eq!(got.text(), expected);
    assert_eq!(got.header("content-type"), Some("application/xml"));
    let got = list(&world, "delimiter=/&marker=dir/").ok();
    assert_eq!(all(&got, "Key"), ["z"]);
    assert_eq!((got.element("Marker"), got.element("NextMarker")), (Some("dir/"), None));
    // Without a delimiter the last key says where to go on.
    let got = list(&world, "max-keys=1").ok();
    assert_eq!((got.element("IsTruncated"), got.element("NextMarker")), (Some("true"), None));
    assert_eq!(list(&world, "max-keys=0").ok().element("IsTruncated"), Some("false"));
}

#[test]
fn version_2_byte_for_byte() {
    let world = World::with_bucket("photos");
    let at = at(&world);
    world.send(Ask::new("PUT", "/photos/a").body("hello")).ok();
    let expected = |head: &str, owner: &str| {
        format!(
            "{XML}<ListBucketResult {NS}><Name>photos</Name><Prefix>a</Prefix>{head}\
             <KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>\
             <Contents><Key>a</Key><LastModified>{at}</LastModified>\
             <ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>\
             <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>\
             <ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size>{owner}\
             <StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"
        )
    };
    let got = list(&world, "list-type=2&prefix=a").ok();
    assert_eq!(got.text(), expected("", ""));
    assert_eq!(got.operation, Some("ListObjectsV2"));
    let owner = "<Owner><ID>alice-id</ID><DisplayName>alice</DisplayName></Owner>";
    let got = list(&world, "list-type=2&prefix=a&start-after=A&fetch-owner=true").ok();
    assert_eq!(got.text(), expected("<StartAfter>A</StartAfter>", owner));
    let got = list(&world, "list-type=2&prefix=a&continuation-token=").ok();
    assert_eq!(got.text(), expected("<ContinuationToken></ContinuationToken>", ""));
}

#[test]
fn tokens_are_followed_to_the_end() {
    let keys = ["a", "b/1", "b/2", "c", "d/1", "e"];
    let world = world(&keys);
    for (delimiter, expected) in [("", &keys[..]), ("/", &["a", "b/", "c", "d/", "e"][..])] {
        for max in 1..=6 {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let query = format!("list-type=2&max-keys={max}&delimiter={delimiter}{token}");
                let got = list(&world, &query).ok();
                let mut page = [all(&got, "Key"), prefixes(&got)].concat();
                page.sort();
                assert_eq!(got.element("KeyCount"), Some(&*page.len().to_string()));
                assert!(page.len() <= max);
                seen.append(&mut page);
                let Some(next) = got.element("NextContinuationToken") else {
                    assert_eq!(got.element("IsTruncated"), Some("false"));
                    break;
                };
                assert_eq!(got.element("IsTruncated"), Some("true"));
                assert!(!keys.contains(&next));
                token = format!("&continuation-token={next}");
            }
            assert_eq!(seen, expected, "{max}");
        }
    }
}

#[test]
fn encoding_type_url() {
    let world = world(&["a b/\u{1}c", "a b/\u{e9}+", "a b/d/e"]);
    let query = "encoding-type=url&prefix=a%20b/&delimiter=/&marker=a%20b/%00&max-keys=2";
    let got = list(&world, query).ok();
    assert_eq!(all(&got, "Key"), ["a%20b/%01c"]);
    assert_eq!(prefixes(&got), ["a%20b/d/"]);
    assert_eq!(got.element("Prefix"), Some("a%20b/"));
    assert_eq!(got.element("Marker"), Some("a%20b/%00"));
    assert_eq!(got.element("NextMarker"), Some("a%20b/d/"));
    assert_eq!(got.element("EncodingType"), Some("url"));
    let got = list(&world, "list-type=2&encoding-type=url&start-after=a%20b/e").ok();
    assert_eq!(
        (all(&got, "Key"), got.element("StartAfter")),
        (vec!["a%20b/%C3%A9%2B".into()], Some("a%20b/e"))
    );
    let got = list(&world, "versions&encoding-type=url&key-marker=a%20b/d/e").ok();
    assert_eq!(
        (all(&got, "Key"), got.element("KeyMarker")),
        (vec!["a%20b/%C3%A9%2B".into()], Some("a%20b/d/e"))
    );
    // Without it, what XML cannot hold is encoded all the same, and the page says so.
    let got = list(&world, "max-keys=1").ok();
    assert_eq!(
        (all(&got, "Key"), got.element("EncodingType")),
        (vec!["a%20b/%01c".into()], Some("url"))
    );
    let got = list(&world, "marker=a%20b/%02").ok();
    assert_eq!((all(&got, "Key").len(), got.element("EncodingType")), (2, Some("url")));
    let got = list(&world, "marker=a%20b/c").ok();
    assert_eq!(all(&got, "Key"), ["a b/d/e", "a b/\u{e9}+"]);
    assert_eq!(got.element("EncodingType"), None);
    let got = list(&world, "encoding-type=base64").refused(400, "InvalidArgument");
    assert_eq!(got.element("ArgumentName"), Some("encoding-type"));
}

#[test]
fn page_sizes() {
    let world = world(&["a"]);
    for listing in ["", "list-type=2&", "versions&"] {
        let got = list(&world, &format!("{listing}max-keys=5000")).ok();
        assert_eq!(got.element("MaxKeys"), Some("1000"));
        let got = list(&world, &format!("{listing}max-keys=")).ok();
        assert_eq!(got.element("MaxKeys"), Some("1000"));
        let got = list(&world, &format!("{listing}max-keys=-1")).refused(400, "InvalidArgument");
        assert_eq!(got.element("ArgumentName"), Some("maxKeys"));
        for bad in ["blah", "2147483648", "1.5"] {
            let got = list(&world, &format!("{listing}max-keys={bad}"));
            let got = got.refused(400, "InvalidArgument");
            assert_eq!(got.element("ArgumentName"), Some("max-keys"));
            assert_eq!(got.element("ArgumentValue"), Some(bad));
            let message = "Provided max-keys not an integer or within integer range";
            assert_eq!(got.element("Message"), Some(message));
        }
    }
    list(&world, "list-type=2&continuation-token=foo").refused(400, "InvalidArgument");
}

#[test]
fn a_large_page_comes_in_pieces() {
    let keys: Vec<String> = (0..300).map(|n| format!("k{n:03}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let world = world(&keys);
    let got = list(&world, "list-type=2").ok();
    assert_eq!(all(&got, "Key"), keys);
    assert!(got.text().ends_with("</Contents></ListBucketResult>"));
    assert_eq!(all(&list(&world, "versions").ok(), "Key"), keys);
}

#[test]
fn versions_byte_for_byte() {
    let world = World::with_bucket("photos");
    let at = at(&world);
    world.send(Ask::new("PUT", "/photos/a").body("hello")).ok();
    world.versioning("photos", true);
    let put = world.send(Ask::new("PUT", "/photos/a").body("hello")).ok();
    let deleted = world.send(Ask::new("DELETE", "/photos/a")).ok();
    let version = put.header("x-amz-version-id").unwrap();
    let marker = deleted.header("x-amz-version-id").unwrap();
    let owner = "<Owner><ID>alice-id</ID><DisplayName>alice</DisplayName></Owner>";
    let shown = |id: &str| {
        format!(
            "<Version><Key>a</Key><VersionId>{id}</VersionId><IsLatest>false</IsLatest>\
             <LastModified>{at}</LastModified>\
             <ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>\
             <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>\
             <ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size>\
             <StorageClass>STANDARD</StorageClass>{owner}</Version>"
        )
    };
    let got = list(&world, "versions").ok();
    let expected = format!(
        "{XML}<ListVersionsResult {NS}><Name>photos</Name><Prefix></Prefix><KeyMarker></KeyMarker>\
         <VersionIdMarker></VersionIdMarker><MaxKeys>1000</MaxKeys>\
         <IsTruncated>false</IsTruncated>\
         <DeleteMarker><Key>a</Key><VersionId>{marker}</VersionId><IsLatest>true</IsLatest>\
         <LastModified>{at}</LastModified>{owner}</DeleteMarker>{}{}</ListVersionsResult>",
        shown(version),
        shown("null"),
    );
    assert_eq!(got.text(), expected);
    let mut seen = Vec::new();
    let mut markers = String::new();
    loop {
        let got = list(&world, &format!("versions&max-keys=1{markers}")).ok();
        seen.extend(all(&got, "VersionId"));
        let next = got.element("NextKeyMarker").zip(got.element("NextVersionIdMarker"));
        let Some((key, version)) = next else {
            break;
        };
        markers = format!("&key-marker={key}&version-id-marker={version}");
    }
    assert_eq!(seen, [marker, version, "null"]);
    let got = list(&world, "versions&version-id-marker=null").refused(400, "InvalidArgument");
    assert_eq!(got.element("ArgumentName"), Some("version-id-marker"));
    let bad = list(&world, "versions&key-marker=a&version-id-marker=x");
    bad.refused(400, "InvalidArgument");
}
