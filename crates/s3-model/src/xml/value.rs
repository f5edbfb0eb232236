//! Values that are elements.

use super::{Element, XmlWriter};
use crate::error::DecodeError;
use crate::text::Text;

/// A value that is one element: a structure or a piece of text.
pub trait XmlValue: Sized {
    /// Reads the element's content.
    fn read(element: Element<'_>) -> Result<Self, DecodeError>;

    /// Writes the value as an element of this name.
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>);
}

impl<T: Text> XmlValue for T {
    fn read(element: Element<'_>) -> Result<Self, DecodeError> {
        let text = element.text();
        let text = if T::TRIMMED { text.trim() } else { text };
        let value = T::parse(text).filter(|_| element.child_count() == 0);
        value.ok_or_else(|| {
            DecodeError::malformed(format!(
                "<{}> holds {text:?}, {} was expected",
                element.name(),
                T::EXPECTED
            ))
        })
    }

    fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
        writer.element(name, &self.to_text());
    }
}

/// An element as a struct's field: required (`T`) or not (`Option<T>`).
pub trait XmlField: Sized {
    /// The value itself.
    type Value: XmlValue;

    /// The field with this value.
    fn present(value: Self::Value) -> Self;

    /// The field without a value, where it may be without.
    fn absent() -> Option<Self>;

    /// The value, if there is one.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T: XmlValue> XmlField for T {
    type Value = T;

    fn present(value: T) -> Self {
        value
    }

    fn absent() -> Option<Self> {
        None
    }

    fn value(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: XmlValue> XmlField for Option<T> {
    type Value = T;

    fn present(value: T) -> Self {
        Some(value)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}
