//! Percent-encoding: the forms that SigV4, paths, queries and listings use.

use std::borrow::Cow;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// The text holds `%` without two hex digits behind it, or decodes to bytes that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEncoding;

/// What `+` means in the text that is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plus {
    /// Itself: paths.
    Literal,
    /// A space: queries, as AWS reads them.
    Space,
}

/// RFC 3986's unreserved characters, which SigV4 never encodes.
pub fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~')
}

fn push_encoded(out: &mut String, b: u8) {
    out.push('%');
    out.push(DIGITS[usize::from(b >> 4)] as char);
    out.push(DIGITS[usize::from(b & 15)] as char);
}

/// SigV4's `UriEncode`: every byte but the unreserved, and `/` only where `encode_slash`.
pub fn uri_encode_into(out: &mut String, bytes: &[u8], encode_slash: bool) {
    for b in bytes {
        if is_unreserved(*b) || (*b == b'/' && !encode_slash) {
            out.push(*b as char);
        } else {
            push_encoded(out, *b);
        }
    }
}

/// See [`uri_encode_into`].
pub fn uri_encode(text: &str, encode_slash: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    uri_encode_into(&mut out, text.as_bytes(), encode_slash);
    out
}

/// Keys under `encoding-type=url`: as AWS writes them, which is the HTML form encoding (`*` stays,
/// `~` does not) with `/` left alone; except that a space is `%20` and not `+`, which clients that
/// know AWS decode just as well, and clients that decode by RFC 3986 decode at all.
pub fn listing_encode(text: &str) -> Cow<'_, str> {
    let stays = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'*' | b'/');
    if text.bytes().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for b in text.bytes() {
        match b {
            b if stays(b) => out.push(b as char),
            b => push_encoded(&mut out, b),
        }
    }
    Cow::Owned(out)
}

fn digit(b: Option<&u8>) -> Option<u8> {
    (*b? as char).to_digit(16).map(|d| d as u8)
}

/// The bytes that `text` stands for, one at a time.
fn decoded(text: &str, plus: Plus) -> impl Iterator<Item = Result<u8, InvalidEncoding>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let b = *bytes.get(at)?;
        at += 1;
        Some(match b {
            b'+' if plus == Plus::Space => Ok(b' '),
            b'%' => {
                let pair = (digit(bytes.get(at)), digit(bytes.get(at + 1)));
                at += 2;
                match pair {
                    (Some(high), Some(low)) => Ok(high << 4 | low),
                    _ => Err(InvalidEncoding),
                }
            }
            b => Ok(b),
        })
    })
}

/// Decodes strictly.
pub fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, InvalidEncoding> {
    let plain = |b: u8| b != b'%' && (b != b'+' || plus == Plus::Literal);
    if text.bytes().all(plain) {
        return Ok(Cow::Borrowed(text));
    }
    let bytes: Vec<u8> = decoded(text, plus).collect::<Result<_, _>>()?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| InvalidEncoding)
}

/// Appends `text` decoded and encoded again, which is how SigV4 makes paths canonical; needs no
/// memory of its own. Broken encodings were refused when the target was parsed.
pub fn canonical_into(out: &mut String, text: &str, plus: Plus, encode_slash: bool) {
    let stays = |b: u8| is_unreserved(b) || (b == b'/' && !encode_slash);
    if text.bytes().all(stays) {
        out.push_str(text);
        return;
    }
    for b in decoded(text, plus).flatten() {
        if stays(b) {
            out.push(b as char);
        } else {
            push_encoded(out, b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Plus, canonical_into, decode, listing_encode, uri_encode};

    #[test]
    fn sigv4_form() {
        let all: String = (0x20u8..0x7f).map(|b| b as char).collect();
        assert_eq!(
            uri_encode(&all, false),
            "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-./0123456789%3A%3B%3C%3D%3E%3F%40\
             ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~"
        );
        assert_eq!(uri_encode("a/\u{e9}", true), "a%2F%C3%A9");
    }

    /// AWS's documented `test_file(3).png`, and answers observed from the service but for the
    /// spaces.
    #[test]
    fn listing_form() {
        for (key, expected) in [
            ("test_file(3).png", "test_file%283%29.png"),
            ("a b.txt", "a%20b.txt"),
            ("a+b.txt", "a%2Bb.txt"),
            ("100%.csv", "100%25.csv"),
            ("run books/x.txt", "run%20books/x.txt"),
            ("\u{d55c}/\u{1}~*", "%ED%95%9C/%01%7E*"),
            ("plain/key_1.2-3", "plain/key_1.2-3"),
        ] {
            assert_eq!(listing_encode(key), expected);
        }
    }

    #[test]
    fn decoding_is_strict() {
        assert_eq!(decode("a%2Fb+c", Plus::Literal).unwrap(), "a/b+c");
        assert_eq!(decode("a%2fb+c", Plus::Space).unwrap(), "a/b c");
        for bad in ["%", "%1", "%zz", "%+1", "%ff", "%c3", "a%0"] {
            assert!(decode(bad, Plus::Literal).is_err(), "{bad}");
        }
    }

    #[test]
    fn canonical_form() {
        for (raw, expected) in [
            ("/a/../b//c/.", "/a/../b//c/."),
            ("/%7euser/%41%2b+", "/~user/A%2B%2B"),
            ("/test$file.text", "/test%24file.text"),
            ("/%E1%88%b4", "/%E1%88%B4"),
        ] {
            let mut out = String::new();
            canonical_into(&mut out, raw, Plus::Literal, false);
            assert_eq!(out, expected);
        }
    }
}
