//! Writing XML into a buffer.

use super::NAMESPACE;
use std::fmt::Write as _;

/// Writes elements at the end of a buffer. The caller keeps opens and closes in balance.
///
/// Text is escaped as AWS does: the special characters but the apostrophe by name, a carriage
/// return as a reference. What XML 1.0 cannot hold, not even as a reference (control characters,
/// U+FFFE, U+FFFF; see [`can_hold`]), is percent-encoded: AWS writes references such as `&#x1;`,
/// over which strict parsers refuse the whole document.
pub struct XmlWriter<'a> {
    out: &'a mut Vec<u8>,
    /// The root to come carries the namespace.
    at_root: bool,
}

const PLAIN: u8 = 0;
const SPECIAL: u8 = 1;
/// First byte of U+FFFE and U+FFFF, and of much that is fine.
const SUSPECT: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = SPECIAL;
        byte += 1;
    }
    classes[b'\t' as usize] = PLAIN;
    classes[b'\n' as usize] = PLAIN;
    classes[b'<' as usize] = SPECIAL;
    classes[b'>' as usize] = SPECIAL;
    classes[b'&' as usize] = SPECIAL;
    classes[b'"' as usize] = SPECIAL;
    classes[0xef] = SUSPECT;
    classes
};

/// Whether XML 1.0 has a way to write the text. There is none for the control characters but tab
/// and line ends, and for U+FFFE and U+FFFF.
pub fn can_hold(text: &str) -> bool {
    let control = |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r');
    let alien = |c: char| control(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    // This looks through the keys of every page that is listed: bytes first, many at a time (40 KB
    // in 1 us; with an end at the first find 14).
    let suspect = |b: &u8| *b < 0x20 || *b == 0xef;
    let mut pieces = text.as_bytes().chunks(64);
    let found = pieces.any(|piece| piece.iter().fold(false, |found, b| found | suspect(b)));
    !found || !text.contains(alien)
}

impl<'a> XmlWriter<'a> {
    /// Writes at the end of `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, at_root: false }
    }

    /// The XML declaration; the next element is the root and gets S3's namespace.
    pub fn declaration(&mut self) {
        self.raw(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.at_root = true;
    }

    /// The declaration and the root's start tag.
    pub fn document(&mut self, root: &str) {
        self.declaration();
        self.open(root);
    }

    /// A start tag.
    pub fn open(&mut self, name: &str) {
        self.out.push(b'<');
        self.raw(name.as_bytes());
        self.out.push(b'>');
        if std::mem::take(&mut self.at_root) {
            self.attribute("xmlns", NAMESPACE);
        }
    }

    /// An attribute of the element whose start tag was written last, directly before.
    pub fn attribute(&mut self, name: &str, value: &str) {
        let end = self.out.pop();
        assert_eq!(end, Some(b'>'), "an attribute follows its start tag");
        self.out.push(b' ');
        self.raw(name.as_bytes());
        self.raw(b"=\"");
        // Line ends and tabs in attributes become spaces when read, unless they are references.
        for piece in value.split_inclusive(['\n', '\t']) {
            match piece.as_bytes().split_last() {
                Some((last @ (b'\n' | b'\t'), _)) => {
                    self.text(&piece[..piece.len() - 1]);
                    self.reference(u32::from(*last));
                }
                _ => self.text(piece),
            }
        }
        self.raw(b"\">");
    }

    /// An end tag.
    pub fn close(&mut self, name: &str) {
        self.raw(b"</");
        self.raw(name.as_bytes());
        self.out.push(b'>');
    }

    /// An element that holds text.
    pub fn element(&mut self, name: &str, text: &str) {
        self.open(name);
        self.text(text);
        self.close(name);
    }

    /// An element that holds text in quotes: an ETag.
    pub fn quoted(&mut self, name: &str, text: &str) {
        self.open(name);
        self.raw(b"&quot;");
        self.text(text);
        self.raw(b"&quot;");
        self.close(name);
    }

    /// An element that holds bytes as they are: the caller vouches for them.
    pub fn plain(&mut self, name: &str, bytes: &[u8]) {
        self.open(name);
        self.raw(bytes);
        self.close(name);
    }

    /// An element that holds a number.
    pub fn number(&mut self, name: &str, value: i64) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = value.unsigned_abs();
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            start -= 1;
            digits[start] = b'-';
        }
        self.plain(name, &digits[start..]);
    }

    /// Escaped text.
    pub fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut done = 0;
        let mut at = 0;
        while let Some(step) = bytes[at..].iter().position(|b| CLASSES[*b as usize] != PLAIN) {
            at += step;
            let length = match &bytes[at..] {
                [0xef, 0xbf, 0xbe | 0xbf, ..] => 3,
                [0xef, ..] => {
                    at += 1;
                    continue;
                }
                [..] => 1,
            };
            self.raw(&bytes[done..at]);
            match bytes[at] {
                b'<' => self.raw(b"&lt;"),
                b'>' => self.raw(b"&gt;"),
                b'&' => self.raw(b"&amp;"),
                b'"' => self.raw(b"&quot;"),
                b'\r' => self.reference(u32::from(b'\r')),
                _ => self.percent(&bytes[at..at + length]),
            }
            at += length;
            done = at;
        }
        self.raw(&bytes[done..]);
    }

    /// Bytes as they are: the caller vouches for them.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn percent(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.raw(format!("%{byte:02X}").as_bytes());
        }
    }

    fn reference(&mut self, code: u32) {
        let mut reference = String::with_capacity(8);
        write!(reference, "&#x{code:X};").expect("a String takes all that is written");
        self.raw(reference.as_bytes());
    }
}
