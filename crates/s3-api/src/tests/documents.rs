//! Every document is XML 1.0, whatever is in the keys that it names.

use crate::testing::{Ask, Got, World};
use larder_s3_model::xml::Document;
use larder_s3_wire::percent::{self, Plus};

/// Keys that XML 1.0 cannot hold in any form, and some that it can.
const UNHOLDABLE: [&str; 5] = ["n\0/a b", "e\u{1b}[31m/x", "\u{1}", "f\u{fffe}", "g\u{ffff}+%"];
const HOLDABLE: [&str; 3] = ["r\r\n\t", "<&\">'", "\u{7f}\u{85}\u{fffd}"];

/// Whether the document is one, by the letter: `Document` is kinder to what clients send.
#[track_caller]
fn well_formed(got: &Got) {
    let text = got.text();
    assert!(Document::parse(text.as_bytes()).is_ok(), "{text:?}");
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            || c >= '\u{10000}'
    };
    assert!(text.chars().all(allowed), "{text:?}");
    for reference in text.split("&#").skip(1) {
        let number = reference.split(';').next().unwrap();
        let code = match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let referred = char::from_u32(code.unwrap()).unwrap();
        assert!(allowed(referred), "{text:?}");
    }
}

fn path(key: &str) -> String {
    format!("/photos/{}", percent::uri_encode(key, true))
}

fn texts(got: &Got, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let all = got.text().split(&*open).skip(1);
    all.map(|rest| rest.split_once(&*close).unwrap().0.to_owned()).collect()
}

fn decoded(texts: &[String]) -> Vec<String> {
    let decode = |text: &String| percent::decode(text, Plus::Literal).unwrap().into_owned();
    texts.iter().map(decode).collect()
}

/// A page that names a key that XML cannot hold is encoded as if the client had asked for it, and
/// says so; all others are as they were.
#[test]
fn listings() {
    let world = World::with_bucket("photos");
    for key in HOLDABLE {
        world.send(Ask::new("PUT", path(key)).body("x")).ok();
        world.send(Ask::new("POST", format!("{}?uploads", path(key)))).ok();
    }
    for query in ["", "list-type=2&", "versions&", "uploads&"] {
        let got = world.send(Ask::new("GET", format!("/photos?{query}"))).ok();
        well_formed(&got);
        assert_eq!(got.element("EncodingType"), None, "{query}");
    }
    for key in UNHOLDABLE {
        world.send(Ask::new("PUT", path(key)).body("x")).ok();
        world.send(Ask::new("POST", format!("{}?uploads", path(key)))).ok();
    }
    let mut expected: Vec<String> =
        HOLDABLE.iter().chain(&UNHOLDABLE).map(|key| (*key).to_owned()).collect();
    expected.sort();
    for query in ["", "list-type=2&", "versions&", "uploads&"] {
        let list = |more: &str| world.send(Ask::new("GET", format!("/photos?{query}{more}"))).ok();
        let got = list("");
        well_formed(&got);
        assert_eq!(got.element("EncodingType"), Some("url"), "{query}");
        assert_eq!(decoded(&texts(&got, "Key")), expected, "{query}");
        for more in [
            "delimiter=/",
            "delimiter=%00",
            "prefix=n%00",
            "prefix=%1B",
            "marker=%01&start-after=%01&key-marker=%01",
            "marker=n%00/a&start-after=n%00/a&key-marker=n%00/a&max-keys=1&max-uploads=1",
            "max-keys=1&max-uploads=1&delimiter=/&prefix=n",
        ] {
            well_formed(&list(more));
            well_formed(&list(&format!("{more}&encoding-type=url")));
        }
        let got = list("delimiter=/&prefix=n");
        assert_eq!(decoded(&texts(&got, "Prefix")).last().map(String::as_str), Some("n\0/"));
        let holdable = list("prefix=r");
        assert_eq!(holdable.element("EncodingType"), None, "{query}");
    }
    well_formed(&world.send(Ask::new("GET", "/?prefix=a%00")).ok());
}

/// Where a document has no `EncodingType`, the characters alone are encoded.
#[test]
fn what_names_one_key() {
    let world = World::with_bucket("photos");
    for key in UNHOLDABLE.into_iter().chain(HOLDABLE) {
        let at = path(key);
        let created = world.send(Ask::new("POST", format!("{at}?uploads"))).ok();
        well_formed(&created);
        let id = created.element("UploadId").unwrap();
        let put = Ask::new("PUT", format!("{at}?partNumber=1&uploadId={id}")).body("x");
        let etag = world.send(put).ok().header("etag").unwrap().to_owned();
        well_formed(&world.send(Ask::new("GET", format!("{at}?uploadId={id}"))).ok());
        let body = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
             </CompleteMultipartUpload>"
        );
        let complete = Ask::new("POST", format!("{at}?uploadId={id}")).body(body);
        well_formed(&world.send(complete).ok());
        well_formed(&world.send(Ask::new("GET", format!("{at}?tagging"))).ok());
        let gone = world.send(Ask::new("GET", format!("{at}?versionId={}", "0".repeat(32))));
        assert!(gone.status.is_client_error());
        well_formed(&gone);
        let other = format!("{at}-none");
        well_formed(&world.send(Ask::new("GET", other)).refused(404, "NoSuchKey"));
        let mut entry = String::new();
        for c in key.chars() {
            entry.push_str(&format!("&#x{:X};", u32::from(c)));
        }
        // U+0000 cannot be asked for in a document, not even by a reference.
        if !key.contains('\0') {
            let body = format!(
                "<Delete><Object><Key>{entry}</Key></Object><Object><Key>../{entry}</Key></Object>\
                 </Delete>"
            );
            let got = world.send(Ask::new("POST", "/photos?delete").body(body).md5()).ok();
            well_formed(&got);
            assert_eq!(got.text().matches("<Key>").count(), 2, "{}", got.text());
            world.send(Ask::new("HEAD", at)).refused(404, "NoSuchKey");
        }
    }
}
