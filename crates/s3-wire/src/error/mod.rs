//! The error envelope.

mod code;

pub use code::ErrorCode;

use crate::xml;
use std::borrow::Cow;
use std::fmt;

/// Longest text that an error echoes, in bytes, also once it is escaped.
pub const ECHO_BYTES_MAX: usize = 4 << 10;
/// Most elements of an error document besides those that every one has. What a failure adds beyond
/// is left out.
pub const ELEMENTS_MAX: usize = 12;
/// Longest error document in bytes, whatever its request held.
pub const DOCUMENT_BYTES_MAX: usize = (ELEMENTS_MAX + 6) * (ECHO_BYTES_MAX + 128);

/// Follows a text that was cut.
const CUT: &str = "...";

/// The beginning of a text that an error may echo: at most [`ECHO_BYTES_MAX`] bytes.
pub(crate) fn echoed(text: &str) -> &str {
    let mut end = text.len().min(ECHO_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An S3 error: what a client gets to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Error {
    /// The code; decides the HTTP status.
    pub code: ErrorCode,
    /// The message.
    pub message: Cow<'static, str>,
    /// Further elements that AWS gives with this code (`Region`, `StringToSign` ...), in order.
    pub extra: Vec<(&'static str, String)>,
}

/// What this crate's functions fail with.
pub type WireError = S3Error;

impl S3Error {
    /// An error with its code's own message.
    pub fn new(code: ErrorCode) -> Self {
        Self::with(code, code.message())
    }

    /// An error with a message of its own.
    pub fn with(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), extra: Vec::new() }
    }

    /// `InvalidArgument` as AWS shows it: with the argument's name and value.
    pub fn invalid_argument(
        message: impl Into<Cow<'static, str>>,
        name: &str,
        value: impl Into<String>,
    ) -> Self {
        Self::with(ErrorCode::InvalidArgument, message)
            .element("ArgumentName", name)
            .element("ArgumentValue", value)
    }

    /// Adds an element, at most [`ELEMENTS_MAX`] of them. What is too long to be echoed is cut.
    #[must_use]
    pub fn element(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let mut value = value.into();
        let kept = echoed(&value).len();
        if kept < value.len() {
            value.truncate(kept);
            value.push_str(CUT);
            value.shrink_to_fit();
        }
        if self.extra.len() < ELEMENTS_MAX {
            self.extra.push((name, value));
        }
        self
    }

    /// The XML body, at most [`DOCUMENT_BYTES_MAX`] bytes. Valid XML whatever the strings hold (see
    /// [`xml::escape_into`]).
    pub fn to_xml(&self, resource: &str, request_id: &str, host_id: &str) -> Vec<u8> {
        let mut out = String::with_capacity(512);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let mut element = |name: &str, text: &str| {
            xml::cut_element_into(&mut out, name, text, ECHO_BYTES_MAX);
        };
        element("Code", self.code.name());
        element("Message", &self.message);
        for (name, value) in self.extra.iter().take(ELEMENTS_MAX) {
            element(name, value);
        }
        if !resource.is_empty() {
            element("Resource", resource);
        }
        element("RequestId", request_id);
        element("HostId", host_id);
        out.push_str("</Error>");
        out.into_bytes()
    }
}

impl From<ErrorCode> for S3Error {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for S3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for S3Error {}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT_BYTES_MAX, ECHO_BYTES_MAX, ELEMENTS_MAX, ErrorCode, S3Error};
    use std::collections::HashSet;

    #[test]
    fn table_is_sound() {
        let mut names = HashSet::new();
        for code in ErrorCode::ALL {
            assert!(names.insert(code.name()), "{} twice", code.name());
            assert!((300..600).contains(&code.status()), "{}", code.name());
            assert!(!code.message().is_empty());
        }
    }

    /// AWS's "REST error responses" example, with an extra element.
    #[test]
    fn envelope() {
        let error = S3Error::new(ErrorCode::NoSuchKey).element("Key", "a&b");
        let xml =
            String::from_utf8(error.to_xml("/mybucket/a&b", "4442587FB7D0A2F9", "h")).unwrap();
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
             <Message>The specified key does not exist.</Message><Key>a&amp;b</Key>\
             <Resource>/mybucket/a&amp;b</Resource><RequestId>4442587FB7D0A2F9</RequestId>\
             <HostId>h</HostId></Error>"
        );
    }

    /// Every code, with the longest and most hostile texts there can be.
    #[test]
    fn no_document_outgrows_its_limit() {
        for hostile in ["\"", "\0", "\u{fffe}", "&", "x"] {
            let long = hostile.repeat(64 << 10);
            for code in ErrorCode::ALL {
                let mut error = S3Error::with(*code, long.clone());
                error.extra = vec![("Key", long.clone()); 40];
                let document = error.to_xml(&long, &long, &long);
                assert!(document.len() <= DOCUMENT_BYTES_MAX, "{}", document.len());
                assert!(document.ends_with(b"</HostId></Error>"));
            }
        }
        let mut error = S3Error::new(ErrorCode::NoSuchKey);
        for _ in 0..40 {
            error = error.element("Key", "\u{20ac}".repeat(1 << 20));
        }
        let held = error.extra.iter().map(|(_, value)| value.capacity()).sum::<usize>();
        assert!(held <= ELEMENTS_MAX * (ECHO_BYTES_MAX + 8), "{held}");
    }

    #[test]
    fn a_cut_text_ends_in_three_dots_and_no_half_escape() {
        let error = S3Error::new(ErrorCode::NoSuchKey).element("Key", "&".repeat(ECHO_BYTES_MAX));
        let xml = String::from_utf8(error.to_xml("", "", "")).unwrap();
        assert!(xml.contains("&amp;&amp;...</Key>"), "{xml}");
        let exact = S3Error::new(ErrorCode::NoSuchKey).element("Key", "k".repeat(ECHO_BYTES_MAX));
        assert!(exact.to_xml("", "", "").windows(7).any(|w| w == b"k</Key>"));
    }

    #[test]
    fn control_characters_stay_valid_xml() {
        let hostile: String =
            (0u32..0x30).chain([0xfffe, 0xffff]).filter_map(char::from_u32).collect();
        let error =
            S3Error::with(ErrorCode::InvalidURI, hostile.clone()).element("Key", hostile.clone());
        let xml = String::from_utf8(error.to_xml(&hostile, &hostile, &hostile)).unwrap();
        let allowed = |c: char| matches!(c, ' '..='\u{fffd}' | '\n' | '\t');
        assert!(xml.chars().all(allowed), "{xml}");
        assert!(xml.contains("%00%01") && xml.contains("&#13;"));
    }
}
