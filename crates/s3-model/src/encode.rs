//! Writing an operation's output: headers by the model, a document or a payload.

use crate::generated::headers::{HEADERS, Header};
use crate::text::{Text, TextField};
use crate::xml::{XmlField, XmlValue, XmlWriter, places};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;

/// Where an output's fields go. Its methods are the places of `output!`.
pub(crate) struct Sink<'a> {
    headers: &'a mut HeaderMap,
    writer: XmlWriter<'a>,
    root: Option<&'static str>,
}

impl<'a> Sink<'a> {
    /// An answer of headers and at most one payload.
    pub(crate) fn headers(headers: &'a mut HeaderMap, body: &'a mut Vec<u8>) -> Self {
        Self { headers, writer: XmlWriter::new(body), root: None }
    }

    /// An answer whose fields that are not headers are the elements of a document.
    pub(crate) fn document(
        headers: &'a mut HeaderMap,
        body: &'a mut Vec<u8>,
        root: &'static str,
    ) -> Self {
        let mut sink = Self::headers(headers, body);
        sink.writer.document(root);
        sink.root = Some(root);
        sink
    }

    pub(crate) fn finish(&mut self) {
        if let Some(root) = self.root {
            self.writer.close(root);
        }
    }

    pub(crate) fn header<T: TextField>(&mut self, field: &T, header: Header) {
        if let Some(value) = field.value() {
            self.insert(header, &value.to_header());
        }
    }

    pub(crate) fn header_iso8601<T: TextField>(&mut self, field: &T, header: Header) {
        if let Some(value) = field.value() {
            self.insert(header, &value.to_text());
        }
    }

    pub(crate) fn header_quoted(&mut self, field: &Option<String>, header: Header) {
        if let Some(value) = field {
            self.insert(header, &format!("\"{value}\""));
        }
    }

    /// Metadata whose name no header can have is left out; the caller counts it in
    /// `x-amz-missing-meta`.
    pub(crate) fn metadata(&mut self, metadata: &BTreeMap<String, String>) {
        for (name, value) in metadata {
            let name = format!("x-amz-meta-{name}");
            if let Ok(name) = HeaderName::try_from(name) {
                self.headers.insert(name, header_value(value));
            }
        }
    }

    fn insert(&mut self, header: Header, text: &str) {
        let name = HEADERS[header as usize].clone();
        self.headers.insert(name, header_value(text));
    }

    pub(crate) fn element<T: XmlField>(&mut self, field: &T, name: &str) {
        places::element(&mut self.writer, field, name);
    }

    pub(crate) fn quoted(&mut self, field: &Option<String>, name: &str) {
        places::quoted(&mut self.writer, field, name);
    }

    pub(crate) fn flat<T: XmlValue>(&mut self, list: &[T], name: &str) {
        places::flat(&mut self.writer, list, name);
    }

    pub(crate) fn list<T: XmlValue>(&mut self, list: &[T], name: &str, item: &str) {
        places::list(&mut self.writer, list, name, item);
    }

    pub(crate) fn full_list<T: XmlValue>(&mut self, list: &[T], name: &str, item: &str) {
        places::full_list(&mut self.writer, list, name, item);
    }

    pub(crate) fn always_list<T: XmlValue>(&mut self, list: &[T], name: &str, item: &str) {
        places::full_list(&mut self.writer, list, name, item);
    }

    /// A document of its own, when there is one.
    pub(crate) fn xml<T: XmlField>(&mut self, field: &T, root: &str) {
        if let Some(value) = field.value() {
            self.writer.declaration();
            value.write(root, &mut self.writer);
        }
    }

    /// A payload that is no XML.
    pub(crate) fn text_body(&mut self, field: &Option<String>) {
        if let Some(text) = field {
            self.writer.raw(text.as_bytes());
        }
    }

    /// The root element itself holds the value; without one it is empty (us-east-1).
    pub(crate) fn root_text<T: Text>(&mut self, field: &Option<T>, root: &'static str) {
        self.writer.document(root);
        if let Some(value) = field {
            self.writer.text(&value.to_text());
        }
        self.writer.close(root);
    }
}

/// A header's value. What no header may hold (control characters: the way to split an answer)
/// becomes a space.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or_else(|_| {
        let clean: Vec<u8> =
            text.bytes().map(|b| if b.is_ascii_control() { b' ' } else { b }).collect();
        HeaderValue::from_bytes(&clean).expect("bytes other than control characters are allowed")
    })
}
