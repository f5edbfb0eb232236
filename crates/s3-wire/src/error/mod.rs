//! The error envelope.

mod code;

pub use code::ErrorCode;

use crate::xml;
use std::borrow::Cow;
use std::fmt;

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

    /// Adds an element.
    #[must_use]
    pub fn element(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extra.push((name, value.into()));
        self
    }

    /// The XML body. Valid XML whatever the strings hold (see [`xml::escape_into`]).
    pub fn to_xml(&self, resource: &str, request_id: &str, host_id: &str) -> Vec<u8> {
        let mut out = String::with_capacity(512);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        xml::element_into(&mut out, "Code", self.code.name());
        xml::element_into(&mut out, "Message", &self.message);
        for (name, value) in &self.extra {
            xml::element_into(&mut out, name, value);
        }
        if !resource.is_empty() {
            xml::element_into(&mut out, "Resource", resource);
        }
        xml::element_into(&mut out, "RequestId", request_id);
        xml::element_into(&mut out, "HostId", host_id);
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
    use super::{ErrorCode, S3Error};
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
