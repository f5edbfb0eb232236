//! The values that conditions and variables read.

use std::borrow::Cow;

/// The facts of one request, by the names that policies give them. Who implements this makes each
/// value from a typed fact: no header and no parameter stands for a key because of its name.
pub trait ContextKeys {
    /// The value of a key, whose name is in lower case: `aws:sourceip`. `None` when the request
    /// does not have it.
    fn get(&self, key: &str) -> Option<KeyValue<'_>>;
}

/// The value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue<'a> {
    /// Of a key that has one value.
    One(Cow<'a, str>),
    /// Of a key that may have several, such as `aws:TagKeys`; it may have none.
    Several(Vec<Cow<'a, str>>),
}

impl KeyValue<'_> {
    /// All values.
    pub fn values(&self) -> &[Cow<'_, str>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}
