//! Why a request could not be decoded.

use std::fmt;

/// Longest detail of a malformed document, in characters.
const DETAIL_CHARS_MAX: usize = 200;

/// A request that does not have the form of its operation. The caller turns it into S3's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The body is no XML, or not the document that the operation takes (`MalformedXML`).
    MalformedXml {
        /// What is wrong, with the element's name; for people, without secrets.
        detail: String,
    },
    /// The operation needs a document and the body is empty (`MissingRequestBodyError`).
    MissingBody {
        /// The root element that was expected.
        root: &'static str,
    },
    /// A header or query parameter holds what it may not (`InvalidArgument`).
    InvalidArgument {
        /// The header's name in lower case, or the parameter's.
        name: &'static str,
        /// What was sent.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A header or query parameter that the operation needs is not there.
    MissingRequired {
        /// The header's name in lower case, or the parameter's.
        name: &'static str,
    },
    /// The document, its elements or the attributes of one are more than the named limit.
    XmlTooLarge {
        /// The constant that sets the limit.
        limit: &'static str,
        /// Its value.
        max: usize,
    },
    /// The document nests deeper than [`crate::xml::DEPTH_MAX`].
    XmlTooDeep {
        /// The limit.
        max: usize,
    },
}

impl DecodeError {
    /// A `MalformedXml` with this detail, of which a hostile document does not set the length.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(DETAIL_CHARS_MAX) {
            detail.truncate(end);
        }
        Self::MalformedXml { detail }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedXml { detail } => write!(f, "malformed XML: {detail}"),
            Self::MissingBody { root } => write!(f, "the body is empty, <{root}> is missing"),
            Self::InvalidArgument { name, value, expected } => {
                write!(f, "{name} is {value:?}, {expected} was expected")
            }
            Self::MissingRequired { name } => write!(f, "{name} is missing"),
            Self::XmlTooLarge { limit, max } => write!(f, "the XML exceeds {limit} = {max}"),
            Self::XmlTooDeep { max } => write!(f, "the XML nests deeper than {max}"),
        }
    }
}

impl std::error::Error for DecodeError {}
