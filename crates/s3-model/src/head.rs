//! Reading a request's head into an operation's input.

use crate::error::DecodeError;
use crate::generated::headers::{HEADERS, Header};
use crate::text::{Text, TextField, parse_named};
use crate::xml::{self, XmlField};
use http::{HeaderMap, HeaderValue};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The parts of a request that an operation's input is made of.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The bucket's name; empty at service level.
    pub bucket: &'a str,
    /// The object's key, percent-decoded; empty at service and bucket level.
    pub key: &'a str,
    /// The query parameters in their order, percent-decoded; an absent value is empty.
    pub query: &'a [(String, String)],
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// A header, or the query parameter that a presigning client made of it: what every reader of
    /// that name gets, whoever it is. What is not UTF-8 is read as Latin-1. `name` is lower case.
    pub fn header(&self, name: &str) -> Option<Cow<'a, str>> {
        if let Some(value) = self.headers.get(name) {
            return Some(text_of(value));
        }
        if !is_hoisted(name) {
            return None;
        }
        let mut query = self.query.iter();
        let hoisted = query.find(|(n, _)| n.eq_ignore_ascii_case(name));
        hoisted.map(|(_, value)| Cow::Borrowed(value.as_str()))
    }
}

/// User metadata's prefix; what follows it is the name.
const METADATA_PREFIX: &str = "x-amz-meta-";
/// Presigning SDKs move headers of this prefix into the query, and S3 reads most of them there.
/// What stands in the headers wins.
const HOISTED_PREFIX: &str = "x-amz-";
/// The ones that S3 ignores in the query. For checksums it must: the JavaScript SDK signs that of
/// the empty body which it has when it presigns. A copy's source routes, and only as a header.
const NEVER_HOISTED: [&str; 4] =
    ["x-amz-checksum-", "x-amz-sdk-checksum-", "x-amz-tagging", "x-amz-copy-source"];

/// Where an input's fields are read from. Its methods are the places of `input!`.
pub(crate) struct Source<'a> {
    head: &'a RequestHead<'a>,
    body: &'a [u8],
    /// The first value of each modelled header, when the operation knows many headers: one pass
    /// over what was sent is then cheaper than one look-up for each that might have been.
    slots: Option<[Option<&'a [u8]>; HEADERS.len()]>,
}

impl<'a> Source<'a> {
    /// For operations with few headers.
    pub(crate) fn look_up(head: &'a RequestHead<'a>, body: &'a [u8]) -> Self {
        Self { head, body, slots: None }
    }

    /// For operations with many headers.
    pub(crate) fn one_pass(head: &'a RequestHead<'a>, body: &'a [u8]) -> Self {
        let mut slots = [None; HEADERS.len()];
        let mut fill = |name: &str, value: &'a [u8]| {
            if let Some(i) = header_index(name) {
                slots[i].get_or_insert(value);
            }
        };
        for (name, value) in head.headers {
            fill(name.as_str(), value.as_bytes());
        }
        for (name, value) in hoisted(head.query) {
            fill(&name, value.as_bytes());
        }
        Self { head, body, slots: Some(slots) }
    }

    fn header_text(&self, header: Header) -> Option<Cow<'a, str>> {
        let index = header as usize;
        let bytes = match &self.slots {
            Some(slots) => slots[index],
            None => return self.head.header(header.name()),
        };
        bytes.map(latin1_or_utf8)
    }

    pub(crate) fn bucket(&self) -> Result<String, DecodeError> {
        Ok(self.head.bucket.to_owned())
    }

    pub(crate) fn key(&self) -> Result<String, DecodeError> {
        Ok(self.head.key.to_owned())
    }

    pub(crate) fn header<T: TextField>(&self, header: Header) -> Result<T, DecodeError> {
        T::from_text(header.name(), self.header_text(header).as_deref())
    }

    /// A malformed value counts as absent.
    pub(crate) fn header_lenient<T: Text>(&self, header: Header) -> Result<Option<T>, DecodeError> {
        Ok(self.header_text(header).and_then(|text| T::parse(text.trim())))
    }

    /// An empty value counts as absent.
    pub(crate) fn header_unless_empty<T: Text>(
        &self,
        header: Header,
    ) -> Result<Option<T>, DecodeError> {
        let text = self.header_text(header).filter(|text| !text.trim().is_empty());
        Option::from_text(header.name(), text.as_deref())
    }

    /// The written form differs, the read form does not.
    pub(crate) fn header_iso8601<T: TextField>(&self, header: Header) -> Result<T, DecodeError> {
        self.header(header)
    }

    /// Comma-separated values; empty when absent. A list of many lines was joined before.
    pub(crate) fn header_list<T: Text>(&self, header: Header) -> Result<Vec<T>, DecodeError> {
        let mut list = Vec::new();
        if let Some(line) = self.header_text(header) {
            for item in line.split(',').map(str::trim) {
                if !item.is_empty() {
                    list.push(parse_named(header.name(), item)?);
                }
            }
        }
        Ok(list)
    }

    /// As `header_list`, but at least one value.
    pub(crate) fn header_some<T: Text>(&self, header: Header) -> Result<Vec<T>, DecodeError> {
        let list = self.header_list(header)?;
        if list.is_empty() {
            return Err(DecodeError::MissingRequired { name: header.name() });
        }
        Ok(list)
    }

    /// The first parameter of that name. AWS takes an empty `max-keys=` for an absent one.
    pub(crate) fn query<T: TextField>(&self, name: &'static str) -> Result<T, DecodeError> {
        let mut named = self.head.query.iter().filter(|(n, _)| n == name);
        let value = named.next().map(|(_, value)| value.as_str());
        T::from_text(name, value.filter(|v| !v.is_empty() || !T::Value::TRIMMED))
    }

    /// `x-amz-meta-*`: names in lower case without the prefix. Lines of one name were joined by
    /// commas before, as AWS does.
    pub(crate) fn metadata(&self) -> Result<BTreeMap<String, String>, DecodeError> {
        let mut metadata = BTreeMap::<String, String>::new();
        for (name, value) in self.head.headers {
            if let Some(name) = name.as_str().strip_prefix(METADATA_PREFIX) {
                metadata.entry(name.to_owned()).or_insert_with(|| text_of(value).into_owned());
            }
        }
        for (name, value) in hoisted(self.head.query) {
            if let Some(name) = name.strip_prefix(METADATA_PREFIX) {
                metadata.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        Ok(metadata)
    }

    /// The body as a document with this root.
    pub(crate) fn xml<T: XmlField>(&self, root: &'static str) -> Result<T, DecodeError> {
        if self.body.trim_ascii().is_empty() {
            return T::absent().ok_or(DecodeError::MissingBody { root });
        }
        xml::from_body(self.body, root).map(T::present)
    }

    /// The body as text.
    pub(crate) fn text_body(&self) -> Result<String, DecodeError> {
        Ok(latin1_or_utf8(self.body).into_owned())
    }
}

/// The query parameters that are headers, with their names in lower case.
fn hoisted(query: &[(String, String)]) -> impl Iterator<Item = (String, &str)> {
    query.iter().filter_map(|(name, value)| {
        let prefix = name.as_bytes().get(..HOISTED_PREFIX.len())?;
        if !prefix.eq_ignore_ascii_case(HOISTED_PREFIX.as_bytes()) {
            return None;
        }
        let name = name.to_ascii_lowercase();
        is_hoisted(&name).then_some((name, value.as_str()))
    })
}

/// Whether a query parameter of this name, in lower case, is read as the header of that name.
pub fn is_hoisted(name: &str) -> bool {
    name.starts_with(HOISTED_PREFIX) && !NEVER_HOISTED.iter().any(|never| name.starts_with(never))
}

/// The position in [`HEADERS`] of a name in lower case.
fn header_index(name: &str) -> Option<usize> {
    let rank = |known: &str| (known.len(), known).cmp(&(name.len(), name));
    HEADERS.binary_search_by(|known| rank(known.as_str())).ok()
}

fn text_of(value: &HeaderValue) -> Cow<'_, str> {
    latin1_or_utf8(value.as_bytes())
}

/// Nothing that was sent is lost: what is not UTF-8 is read as Latin-1, byte by byte.
fn latin1_or_utf8(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect()),
    }
}
