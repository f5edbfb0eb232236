use super::{
    ATTRIBUTE_BYTES_MAX, ATTRIBUTES_MAX, BODY_BYTES_MAX, DEPTH_MAX, Document, ELEMENTS_MAX,
    XmlWriter, can_hold, document::NODE_BYTES, from_body, parsed_bytes_max,
};
use crate::DecodeError;
use crate::shapes::{CompletedMultipartUpload, CompletedPart};

fn written(write: impl FnOnce(&mut XmlWriter<'_>)) -> String {
    let mut out = b"kept".to_vec();
    write(&mut XmlWriter::new(&mut out));
    String::from_utf8(out).unwrap().strip_prefix("kept").unwrap().to_owned()
}

#[test]
fn writer_primitives() {
    let text = written(|w| {
        w.document("Root");
        w.open("A");
        w.attribute("b", "<\"\n\t'>");
        w.element("C", "x & y");
        w.number("N", i64::MIN);
        w.number("Z", 0);
        w.close("A");
        w.close("Root");
    });
    assert_eq!(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Root xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <A b=\"&lt;&quot;&#xA;&#x9;'&gt;\"><C>x &amp; y</C><N>-9223372036854775808</N><Z>0</Z>\
         </A></Root>"
    );
}

#[test]
fn every_character_survives_text() {
    for code in 0..=0x10ffff {
        let Some(character) = char::from_u32(code) else {
            continue;
        };
        let text = format!("a{character}{character}b");
        let body = written(|w| w.element("T", &text));
        assert!(!body.bytes().any(|b| b < 0x20 && b != b'\n' && b != b'\t'));
        assert!(!body.contains(['\u{fffe}', '\u{ffff}']));
        let document = Document::parse(body.as_bytes()).unwrap();
        let mut expected = text.clone();
        if !can_hold(&text) {
            let bytes = character.to_string().into_bytes();
            let encoded: String = bytes.iter().map(|b| format!("%{b:02X}")).collect();
            expected = text.replace(character, &encoded);
        }
        assert_eq!(document.root().text(), expected);
        // XML 1.0's production `Char`.
        let alien = matches!(code, 0..=8 | 11 | 12 | 14..=31 | 0xfffe | 0xffff);
        assert_eq!(can_hold(&text), !alien, "{code:x}");
    }
}

#[test]
fn limits() {
    let too_large = |limit, max| Some(DecodeError::XmlTooLarge { limit, max });
    let nested = |depth: usize| [b"<a>".repeat(depth), b"</a>".repeat(depth)].concat();
    assert!(Document::parse(&nested(DEPTH_MAX)).is_ok());
    let error = Document::parse(&nested(DEPTH_MAX + 1)).err();
    assert_eq!(error, Some(DecodeError::XmlTooDeep { max: DEPTH_MAX }));
    let wide = |n: usize| [b"<r>".to_vec(), b"<a/>".repeat(n), b"</r>".to_vec()].concat();
    assert!(Document::parse(&wide(ELEMENTS_MAX - 1)).is_ok());
    let error = Document::parse(&wide(ELEMENTS_MAX)).err();
    assert_eq!(error, too_large("ELEMENTS_MAX", ELEMENTS_MAX));
    let tag = |length: usize| format!("<r a=\"{}\"/>", "x".repeat(length - " a=\"\"".len()));
    assert!(Document::parse(tag(ATTRIBUTE_BYTES_MAX).as_bytes()).is_ok());
    let error = Document::parse(tag(ATTRIBUTE_BYTES_MAX + 1).as_bytes()).err();
    assert_eq!(error, too_large("ATTRIBUTE_BYTES_MAX", ATTRIBUTE_BYTES_MAX));
    let error = Document::parse(&vec![b' '; BODY_BYTES_MAX + 1]).err();
    assert_eq!(error, too_large("BODY_BYTES_MAX", BODY_BYTES_MAX));
}

/// What is reserved before a body is parsed is enough for the entries that cost most by the byte.
#[test]
fn empty_parts_take_no_more_than_is_reserved() {
    for count in [1, 3, 1000, 1025] {
        let parts = "<Part/>".repeat(count);
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let upload: CompletedMultipartUpload =
            from_body(body.as_bytes(), "CompleteMultipartUpload").unwrap();
        assert_eq!(upload.parts.len(), count);
        let entries = upload.parts.capacity() * size_of::<CompletedPart>();
        let held = (count + 1) * NODE_BYTES + entries;
        let reserved = parsed_bytes_max(body.as_bytes());
        assert!(held <= reserved, "{count} parts hold {held} bytes, {reserved} are reserved");
    }
}

#[test]
fn what_is_no_document() {
    for body in [
        "",
        "text",
        "<a>",
        "</a>",
        "<a></b>",
        "<a/>text",
        "<a/><b/>",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a>text<b/></a>",
        "<a>&x;</a>",
        "<a>&#0;</a>",
        "<a>&#x110000;</a>",
        "<!DOCTYPE a><a/>",
        "<a",
        "<a>&",
        "<a>\0</a>",
        "<a>\u{1}</a>",
        "<a>\u{1b}[0m</a>",
        "<a>\u{fffe}</a>",
        "<a b='\u{1f}'/>",
    ] {
        let error = Document::parse(body.as_bytes()).err();
        assert!(matches!(error, Some(DecodeError::MalformedXml { .. })), "{body}");
    }
}

#[test]
fn what_surrounds_a_document() {
    let body = "\u{feff}<?xml version='1.0'?>\r\n<!-- c --><?pi?><x:a y:b='&lt;&#x41;' xmlns:b='n'>\
                \r\n <x:c>1&amp;<!-- -->2\r\n</x:c> <c/> </x:a> <!-- end -->";
    let document = Document::parse(body.as_bytes()).unwrap();
    let root = document.root();
    assert_eq!((root.name(), root.text(), root.child_count()), ("a", "", 2));
    assert_eq!(root.attribute("any:b").as_deref(), Some("<A"));
    let children: Vec<_> = root.children().map(|c| (c.name(), c.text())).collect();
    assert_eq!(children, [("c", "1&2\n"), ("c", "")]);
}

#[test]
fn attributes_are_few_and_differ() {
    let with = |names: &[String]| {
        let attributes: String = names.iter().map(|name| format!(" {name}='1'")).collect();
        let document = format!("<a><b{attributes}/></a>");
        Document::parse(document.as_bytes()).err().map(|error| error.to_string())
    };
    let mut names: Vec<String> = (0..ATTRIBUTES_MAX).map(|n| format!("n{n}")).collect();
    assert_eq!(with(&names), None);
    names.push("more".to_owned());
    assert!(with(&names).unwrap().contains("more than 16 attributes"));
    names.pop();
    names[ATTRIBUTES_MAX - 1] = "n0".to_owned();
    assert!(with(&names).unwrap().contains("the attribute n0 is there twice"));
    let prefixed = ["xmlns:a", "xmlns:b", "a:x", "b:x"].map(str::to_owned);
    assert_eq!(with(&prefixed), None, "names differ by their prefixes");
}

#[test]
fn elements_are_counted_across_pieces() {
    for length in [0, 1, 2, 254, 255, 256, 257, 509, 510, 511, 600] {
        for shape in ["<", "</", "<a", "a<", "<<//"] {
            let body: Vec<u8> = shape.bytes().cycle().take(length).collect();
            let expected = body.windows(2).filter(|pair| pair[0] == b'<' && pair[1] != b'/');
            assert_eq!(super::elements_max(&body), expected.count(), "{length} of {shape}");
        }
    }
}
