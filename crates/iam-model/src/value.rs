//! The query protocol's outputs: elements, `member` around items, `entry` around pairs.

use larder_s3_model::xml::XmlWriter;
use larder_s3_model::{Secret, Text};
use larder_types::Timestamp;
use std::collections::BTreeMap;

/// What an operation answers, or a structure in it.
pub trait Output: Sync {
    /// Writes the members, without an element around them.
    fn write(&self, writer: &mut XmlWriter<'_>);

    /// Whether there is an element around them.
    fn is_result(&self) -> bool {
        true
    }
}

/// No result, as many operations have.
impl Output for () {
    fn write(&self, _: &mut XmlWriter<'_>) {}

    fn is_result(&self) -> bool {
        false
    }
}

/// A policy document as answers have it: percent-encoded as RFC 3986 says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyDocument(pub String);

/// A member of a structure.
pub(crate) trait Member {
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>);
}

/// Writes a member of a structure.
pub(crate) fn write_member(writer: &mut XmlWriter<'_>, name: &str, member: &impl Member) {
    member.write(name, writer);
}

impl<T: Output> Member for T {
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
        writer.open(name);
        Output::write(self, writer);
        writer.close(name);
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Member for $type {
            fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
                writer.element(name, &self.to_text());
            }
        }
    )*};
}

texts!(String, Secret, bool, i32, Timestamp);

impl Member for PolicyDocument {
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
        let mut encoded = String::with_capacity(self.0.len() * 2);
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                encoded.push(byte as char);
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        writer.plain(name, encoded.as_bytes());
    }
}

impl<T: Member> Member for Option<T> {
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
        if let Some(member) = self {
            member.write(name, writer);
        }
    }
}

/// Written when empty, too: clients then have an empty list and not none.
impl<T: Member> Member for Vec<T> {
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
        writer.open(name);
        for item in self {
            item.write("member", writer);
        }
        writer.close(name);
    }
}

impl<T: Member> Member for BTreeMap<String, T> {
    fn write(&self, name: &str, writer: &mut XmlWriter<'_>) {
        writer.open(name);
        for (key, value) in self {
            writer.open("entry");
            writer.element("key", key);
            value.write("value", writer);
            writer.close("entry");
        }
        writer.close(name);
    }
}
