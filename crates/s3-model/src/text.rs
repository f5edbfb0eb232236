//! Values that are one piece of text on the wire: in a header, a query parameter or an element.

use crate::error::DecodeError;
use larder_types::Timestamp;
use std::borrow::Cow;
use std::fmt;

/// A value with one text form. Timestamps have two, chosen by where they stand.
pub trait Text: Sized {
    /// What a value that does not parse should have been, for the error.
    const EXPECTED: &'static str;
    /// Whether white space around the text and an empty query parameter mean nothing.
    const TRIMMED: bool = true;

    /// Reads the text form; `None` when it is none.
    fn parse(text: &str) -> Option<Self>;

    /// The form of XML bodies.
    fn to_text(&self) -> Cow<'_, str>;

    /// The form of headers.
    fn to_header(&self) -> Cow<'_, str> {
        self.to_text()
    }
}

/// Text that must not reach a log: customer keys, session secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Text for Secret {
    const EXPECTED: &'static str = "text";
    const TRIMMED: bool = false;

    fn parse(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Text for String {
    const EXPECTED: &'static str = "text";
    const TRIMMED: bool = false;

    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl Text for bool {
    const EXPECTED: &'static str = "true or false";

    /// Any case: Python clients write `True`. `1` and `0` are xs:boolean's other forms.
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("true") || text == "1" {
            return Some(true);
        }
        (text.eq_ignore_ascii_case("false") || text == "0").then_some(false)
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

impl Text for i32 {
    const EXPECTED: &'static str = "an integer or within integer range";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl Text for i64 {
    const EXPECTED: &'static str = "an integer or within long range";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl Text for Timestamp {
    const EXPECTED: &'static str = "a date";

    /// Both forms everywhere: SDKs disagree about which one a header takes.
    fn parse(text: &str) -> Option<Self> {
        Self::parse_iso8601(text).or_else(|| Self::parse_http_date(text))
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_iso8601())
    }

    fn to_header(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_http_date())
    }
}

/// A header or query parameter as a struct's field: required (`T`) or not (`Option<T>`).
pub trait TextField: Sized {
    /// The value itself.
    type Value: Text;

    /// Reads the field from what was sent under `name`, if anything was.
    fn from_text(name: &'static str, text: Option<&str>) -> Result<Self, DecodeError>;

    /// The value, if there is one.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T: Text> TextField for T {
    type Value = T;

    fn from_text(name: &'static str, text: Option<&str>) -> Result<Self, DecodeError> {
        parse_named(name, text.ok_or(DecodeError::MissingRequired { name })?)
    }

    fn value(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: Text> TextField for Option<T> {
    type Value = T;

    fn from_text(name: &'static str, text: Option<&str>) -> Result<Self, DecodeError> {
        text.map(|text| parse_named(name, text)).transpose()
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// Parses what stands under `name`.
pub(crate) fn parse_named<T: Text>(name: &'static str, text: &str) -> Result<T, DecodeError> {
    let trimmed = if T::TRIMMED { text.trim() } else { text };
    T::parse(trimmed).ok_or_else(|| DecodeError::InvalidArgument {
        name,
        value: text.to_owned(),
        expected: T::EXPECTED,
    })
}

/// Where `word` stands in `words`.
pub(crate) fn position(words: &[&str], word: &str) -> Option<usize> {
    words.iter().position(|w| *w == word)
}
