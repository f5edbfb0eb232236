//! The fields of an element that is a structure.

use super::{Element, LIST_ENTRIES_MAX, XmlField, XmlValue};
use crate::error::DecodeError;
use crate::text::TextField;
use std::cell::Cell;

/// An element read as a structure. It counts the children that were asked for, so that [`finish`]
/// sees what nobody asked for. Its methods are the places of `xml_shape!`.
///
/// [`finish`]: Fields::finish
pub struct Fields<'d> {
    element: Element<'d>,
    taken: Cell<usize>,
}

impl<'d> Fields<'d> {
    pub(super) fn new(element: Element<'d>) -> Self {
        Self { element, taken: Cell::new(0) }
    }

    fn find(&self, name: &str) -> Option<Element<'d>> {
        let found = self.element.children().find(|child| child.name() == name);
        self.taken.set(self.taken.get() + usize::from(found.is_some()));
        found
    }

    fn missing(&self, name: &str) -> DecodeError {
        DecodeError::malformed(format!("<{}> is without <{name}>", self.element.name()))
    }

    /// One element, required or not by the field's type.
    pub fn element<T: XmlField>(&self, name: &str) -> Result<T, DecodeError> {
        match self.find(name) {
            Some(element) => T::Value::read(element).map(T::present),
            None => T::absent().ok_or_else(|| self.missing(name)),
        }
    }

    /// An ETag: its quotes are the wire's, not the value's.
    pub fn quoted(&self, name: &str) -> Result<Option<String>, DecodeError> {
        let text: Option<String> = self.element(name)?;
        Ok(text.map(|text| text.trim().trim_matches('"').to_owned()))
    }

    /// An attribute of the element itself.
    pub fn attribute<T: TextField>(&self, name: &'static str) -> Result<T, DecodeError> {
        let text = self.element.attribute(name);
        T::from_text(name, text.as_deref())
            .map_err(|error| DecodeError::malformed(error.to_string()))
    }

    /// Repeated elements; none is fine.
    pub fn flat<T: XmlValue>(&self, name: &str) -> Result<Vec<T>, DecodeError> {
        let named = || self.element.children().filter(|child| child.name() == name);
        // Made for all entries at once: a growing vector would be there twice.
        let count = named().count();
        if count > LIST_ENTRIES_MAX {
            let (limit, max) = ("LIST_ENTRIES_MAX", LIST_ENTRIES_MAX);
            return Err(DecodeError::XmlTooLarge { limit, max });
        }
        let mut list = Vec::with_capacity(count);
        for child in named() {
            list.push(T::read(child)?);
        }
        self.taken.set(self.taken.get() + list.len());
        Ok(list)
    }

    /// Repeated elements, at least one.
    pub fn some<T: XmlValue>(&self, name: &str) -> Result<Vec<T>, DecodeError> {
        let list = self.flat(name)?;
        if list.is_empty() {
            return Err(self.missing(name));
        }
        Ok(list)
    }

    /// An element that holds a list; without it the list is empty.
    pub fn list<T: XmlValue>(&self, name: &str, item: &str) -> Result<Vec<T>, DecodeError> {
        let Some(element) = self.find(name) else {
            return Ok(Vec::new());
        };
        let items = element.fields()?;
        let list = items.flat(item)?;
        items.finish()?;
        Ok(list)
    }

    /// As `list`, but the element must be there.
    pub fn full_list<T: XmlValue>(&self, name: &str, item: &str) -> Result<Vec<T>, DecodeError> {
        let present = self.element.children().any(|child| child.name() == name);
        if present { self.list(name, item) } else { Err(self.missing(name)) }
    }

    /// As `list`; the written sides differ.
    pub fn always_list<T: XmlValue>(&self, name: &str, item: &str) -> Result<Vec<T>, DecodeError> {
        self.list(name, item)
    }

    /// Refuses elements that the structure does not have, or has once: a misspelt filter must not
    /// become a rule for the whole bucket.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.taken.get() == self.element.child_count() {
            return Ok(());
        }
        Err(DecodeError::malformed(format!(
            "<{}> holds an unknown or repeated element",
            self.element.name()
        )))
    }

    /// Lets unknown elements pass.
    pub fn finish_lenient(&self) -> Result<(), DecodeError> {
        Ok(())
    }
}
