//! The written side of `xml_shape!`'s places; [`super::Fields`] is the read side.

use super::{XmlField, XmlValue, XmlWriter};
use crate::text::{Text, TextField};

pub(crate) fn element<T: XmlField>(writer: &mut XmlWriter<'_>, field: &T, name: &str) {
    if let Some(value) = field.value() {
        value.write(name, writer);
    }
}

pub(crate) fn quoted(writer: &mut XmlWriter<'_>, field: &Option<String>, name: &str) {
    if let Some(value) = field {
        writer.quoted(name, value);
    }
}

/// Only right after the element was opened.
pub(crate) fn attribute<T: TextField>(writer: &mut XmlWriter<'_>, field: &T, name: &str) {
    if let Some(value) = field.value() {
        if name.starts_with("xsi:") {
            writer.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
        }
        writer.attribute(name, &value.to_text());
    }
}

pub(crate) fn flat<T: XmlValue>(writer: &mut XmlWriter<'_>, list: &[T], name: &str) {
    for item in list {
        item.write(name, writer);
    }
}

pub(crate) fn some<T: XmlValue>(writer: &mut XmlWriter<'_>, list: &[T], name: &str) {
    flat(writer, list, name);
}

/// An empty list leaves no trace.
pub(crate) fn list<T: XmlValue>(writer: &mut XmlWriter<'_>, list: &[T], name: &str, item: &str) {
    if !list.is_empty() {
        full_list(writer, list, name, item);
    }
}

/// An empty list is an empty element.
pub(crate) fn full_list<T: XmlValue>(
    writer: &mut XmlWriter<'_>,
    list: &[T],
    name: &str,
    item: &str,
) {
    writer.open(name);
    flat(writer, list, item);
    writer.close(name);
}

/// An empty list is an empty element here too, though readers do without.
pub(crate) fn always_list<T: XmlValue>(
    writer: &mut XmlWriter<'_>,
    list: &[T],
    name: &str,
    item: &str,
) {
    full_list(writer, list, name, item);
}
