//! User metadata beyond ASCII ("Working with object metadata"): clients send it as RFC 2047 encoded
//! words, S3 stores what they mean and encodes it again on the way out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// Longest encoded word (RFC 2047, section 2).
const WORD_BYTES_MAX: usize = 75;
const WORD_FRAME: &str = "=?UTF-8?Q??=";

/// The text that a header value stands for. What is no encoded word stays as it is; bytes beyond
/// ASCII are UTF-8 if they can be, else Latin-1.
pub fn decode(value: &[u8]) -> String {
    let text: Cow<'_, str> = match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().map(|b| char::from(*b)).collect()),
    };
    if !text.contains("=?") {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    // Bytes of neighbouring words are joined first: a character may be split between two.
    let mut pending: Vec<u8> = Vec::new();
    let mut rest: &str = &text;
    while let Some(at) = rest.find("=?") {
        let (before, from_word) = rest.split_at(at);
        let Some((bytes, length)) = encoded_word(from_word) else {
            flush(&mut pending, &mut out);
            out.push_str(before);
            out.push_str("=?");
            rest = &from_word[2..];
            continue;
        };
        // Space between two words is not part of the text.
        if pending.is_empty() || !before.trim().is_empty() {
            flush(&mut pending, &mut out);
            out.push_str(before);
        }
        pending.extend_from_slice(&bytes);
        rest = &from_word[length..];
    }
    flush(&mut pending, &mut out);
    out.push_str(rest);
    out
}

fn flush(pending: &mut Vec<u8>, out: &mut String) {
    out.push_str(&String::from_utf8_lossy(pending));
    pending.clear();
}

/// The bytes (as UTF-8) of the word at the beginning of `text`, and the word's length.
fn encoded_word(text: &str) -> Option<(Vec<u8>, usize)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (content, _) = rest.split_once("?=")?;
    if content.contains([' ', '?']) {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => q_decode(content)?,
        _ => return None,
    };
    let length = "=?".len() + charset.len() + 1 + encoding.len() + 1 + content.len() + "?=".len();
    // RFC 2231 allows a language behind the charset.
    let charset = charset.split('*').next().unwrap_or_default().to_ascii_lowercase();
    match charset.as_str() {
        "utf-8" | "us-ascii" => Some((bytes, length)),
        "iso-8859-1" => {
            let text: String = bytes.iter().map(|b| char::from(*b)).collect();
            Some((text.into_bytes(), length))
        }
        _ => None,
    }
}

fn q_decode(content: &str) -> Option<Vec<u8>> {
    let bytes = content.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        match b {
            b'_' => out.push(b' '),
            b'=' => {
                let pair = bytes.get(at + 1..at + 3)?;
                out.push(larder_types::hex::decode::<1>(pair)?[0]);
                at += 2;
            }
            b => out.push(*b),
        }
        at += 1;
    }
    Some(out)
}

/// The header value of a text: itself when it is printable ASCII that cannot be mistaken for an
/// encoded word, else encoded words; Q where most characters are ASCII and B otherwise, as AWS
/// chooses.
pub fn encode(text: &str) -> Cow<'_, str> {
    let printable = |b: u8| (0x20..0x7f).contains(&b) || b == b'\t';
    if text.bytes().all(printable) && !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let ascii = text.chars().filter(char::is_ascii).count();
    let q = ascii * 2 > text.chars().count();
    let room = WORD_BYTES_MAX - WORD_FRAME.len();
    let mut words: Vec<String> = Vec::new();
    let mut content = String::new();
    let mut plain = String::new();
    for c in text.chars() {
        let mut encoded = String::new();
        q_encode_into(&mut encoded, c);
        let length = if q {
            content.len() + encoded.len()
        } else {
            (plain.len() + c.len_utf8()).div_ceil(3) * 4
        };
        if length > room {
            words.push(word(q, &content, &plain));
            content.clear();
            plain.clear();
        }
        content.push_str(&encoded);
        plain.push(c);
    }
    words.push(word(q, &content, &plain));
    Cow::Owned(words.join(" "))
}

fn word(q: bool, content: &str, plain: &str) -> String {
    if q {
        format!("=?UTF-8?Q?{content}?=")
    } else {
        format!("=?UTF-8?B?{}?=", STANDARD.encode(plain))
    }
}

fn q_encode_into(out: &mut String, c: char) {
    match c {
        ' ' => out.push('_'),
        '!'..='~' if !matches!(c, '=' | '_' | '?') => out.push(c),
        c => {
            for b in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push_str(&format!("={b:02X}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{WORD_BYTES_MAX, decode, encode};

    /// RFC 2047, section 8, and a value seen from AWS.
    #[test]
    fn decodes() {
        for (value, text) in [
            ("plain", "plain"),
            ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\u{e9} Pirard"),
            ("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
            ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
            ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
            ("=?ISO-8859-1?Q?a_b?=", "a b"),
            ("=?UTF-8?Q?Mini=C3=B6?=", "Mini\u{f6}"),
            ("=?utf-8?b?5Lit?=", "\u{4e2d}"),
            ("=?us-ascii*en?q?a?=", "a"),
            ("=?UTF-8?X?a?= =?", "=?UTF-8?X?a?= =?"),
            ("=?klingon?Q?a?=", "=?klingon?Q?a?="),
            ("=?UTF-8?Q?=zz?=", "=?UTF-8?Q?=zz?="),
            ("caf\u{e9}", "caf\u{e9}"),
        ] {
            assert_eq!(decode(value.as_bytes()), text, "{value}");
        }
        assert_eq!(decode(b"caf\xe9"), "caf\u{e9}");
        // One character split between two words.
        assert_eq!(decode(b"=?UTF-8?B?5Lg=?= =?UTF-8?B?rQ==?="), "\u{4e2d}");
    }

    #[test]
    fn encodes() {
        assert_eq!(encode("plain text"), "plain text");
        assert_eq!(encode("Mini\u{f6}"), "=?UTF-8?Q?Mini=C3=B6?=");
        assert_eq!(encode("\u{4e2d}"), "=?UTF-8?B?5Lit?=");
        assert_eq!(encode("a=b_c? \u{e9}"), "=?UTF-8?Q?a=3Db=5Fc=3F_=C3=A9?=");
    }

    #[test]
    fn round_trips_in_short_words() {
        let long = "caf\u{e9} ".repeat(60);
        let dense = "\u{4e2d}\u{1f600}".repeat(50);
        for text in ["", "a", "=?UTF-8?Q?a?=", "line\r\nx-evil: 1", "\u{7f}", &long, &dense] {
            let encoded = encode(text);
            assert_eq!(decode(encoded.as_bytes()), text, "{encoded}");
            assert!(encoded.bytes().all(|b| (0x20..0x7f).contains(&b)), "{encoded}");
            if encoded.contains("=?") {
                assert!(encoded.split(' ').all(|word| word.len() <= WORD_BYTES_MAX), "{encoded}");
            }
        }
    }
}
