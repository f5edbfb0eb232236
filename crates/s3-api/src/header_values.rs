//! Values of an answer's headers, cut from one buffer: an answer has a dozen of them, and an
//! allocation each would be a good part of what a small GET costs.

use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderValue;
use larder_types::{ETag, Timestamp, hex};

/// Most answers' values fit without growing.
const TYPICAL_BYTES: usize = 320;

/// Makes header values.
pub(crate) struct HeaderValues(BytesMut);

impl HeaderValues {
    pub(crate) fn new() -> Self {
        Self(BytesMut::with_capacity(TYPICAL_BYTES))
    }

    /// Any text; what no header may hold becomes a space.
    pub(crate) fn text(&mut self, text: &str) -> HeaderValue {
        self.0.put_slice(text.as_bytes());
        let value = self.0.split().freeze();
        HeaderValue::from_maybe_shared(value).unwrap_or_else(|_| {
            let clean = |b: u8| if b.is_ascii_control() { b' ' } else { b };
            let clean: Bytes = text.bytes().map(clean).collect();
            HeaderValue::from_maybe_shared(clean).expect("no control character is left")
        })
    }

    /// Text that was found to be ISO 8859-1, in it; a control character becomes a space.
    pub(crate) fn latin1(&mut self, text: &str) -> HeaderValue {
        let byte = |c: char| u8::try_from(c).ok().filter(|b| !b.is_ascii_control() || *b == b'\t');
        let bytes: Bytes = text.chars().map(|c| byte(c).unwrap_or(b' ')).collect();
        HeaderValue::from_maybe_shared(bytes).expect("no control character is left")
    }

    /// A number.
    pub(crate) fn number(&mut self, mut number: u64) -> HeaderValue {
        let mut digits = [0; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.ascii(&digits[at..])
    }

    /// A point in time, in the form of HTTP.
    pub(crate) fn http_date(&mut self, at: Timestamp) -> HeaderValue {
        self.ascii(&at.http_date())
    }

    /// An ETag, in quotes.
    pub(crate) fn etag(&mut self, etag: &ETag) -> HeaderValue {
        if etag.parts.is_some() {
            return self.text(&format!("\"{etag}\""));
        }
        let mut quoted = [b'"'; 34];
        hex::encode_into(&etag.md5, &mut quoted[1..33]);
        self.ascii(&quoted)
    }

    fn ascii(&mut self, visible: &[u8]) -> HeaderValue {
        self.0.put_slice(visible);
        let value = self.0.split().freeze();
        HeaderValue::from_maybe_shared(value).expect("visible ASCII is allowed")
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderValues;
    use larder_types::{ETag, Timestamp};

    #[test]
    fn values() {
        let mut values = HeaderValues::new();
        for number in [0, 9, 10, 4096, u64::MAX] {
            assert_eq!(values.number(number), number.to_string());
        }
        for parts in [None, Some(3)] {
            let etag = ETag { md5: [0xa5; 16], parts };
            assert_eq!(values.etag(&etag), format!("\"{etag}\""));
        }
        let at = Timestamp { ms: 1_764_072_000_000 };
        assert_eq!(values.http_date(at), at.to_http_date());
        assert_eq!(values.text("a\r\nb\u{7f}"), "a  b ");
        assert_eq!(values.latin1("caf\u{e9}\r\n\u{7f}\t").as_bytes(), b"caf\xe9   \t");
        let long = "x".repeat(5000);
        assert_eq!(values.text(&long), long, "the buffer grows");
        assert_eq!(values.text("\u{e9}").as_bytes(), "\u{e9}".as_bytes());
    }
}
