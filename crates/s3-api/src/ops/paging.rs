//! What all listings share: page sizes, tokens, the encoding of keys, documents made in pieces.

use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use crate::response_body::ResponseBody;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::HeaderMap;
use larder_platform::Reservation;
use larder_s3_model::xml::{self, XmlWriter};
use larder_s3_wire::error::S3Error;
use larder_s3_wire::percent::listing_encode;
use larder_types::limits::MAX_KEYS_MAX;
use larder_types::{ETag, Owner, Timestamp, hex};
use std::ops::Range;

/// Entries of a document that are written at once; the rest when the connection takes them.
const PIECE_ENTRIES: usize = 128;
/// Room that most entries need not exceed, in bytes.
const ENTRY_BYTES: usize = 384;
/// First byte of a token: its format.
const TOKEN_FORMAT: u8 = 1;

/// The most entries that a page may have: what was asked for, capped at S3's 1,000.
///
/// Errors: `InvalidArgument` for a negative number; `name` is what AWS calls it.
pub(crate) fn page_max(asked: Option<i32>, name: &'static str) -> Result<u32, Failure> {
    let Some(asked) = asked else {
        return Ok(MAX_KEYS_MAX);
    };
    let max = u32::try_from(asked).map_err(|_| {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        S3Error::invalid_argument(message, name, asked.to_string())
    })?;
    Ok(max.min(MAX_KEYS_MAX))
}

/// A token that only Larder reads. It names the last entry that was shown.
pub(crate) fn token(last: &str) -> String {
    let mut bytes = vec![TOKEN_FORMAT];
    bytes.extend_from_slice(last.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a token names. An empty token begins at the beginning.
///
/// Errors: `InvalidArgument` for what was never given out.
pub(crate) fn parse_token(token: &str) -> Result<String, Failure> {
    if token.is_empty() {
        return Ok(String::new());
    }
    let named = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| {
        let last = bytes.strip_prefix(&[TOKEN_FORMAT])?;
        String::from_utf8(last.to_vec()).ok()
    });
    named.ok_or_else(|| {
        S3Error::invalid_argument(
            "The continuation token provided is incorrect",
            "continuation-token",
            token,
        )
        .into()
    })
}

/// How a listing writes keys, prefixes, delimiters and markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As they are.
    Plain,
    /// `encoding-type=url`.
    Url,
}

impl Encoding {
    /// What the request asks for.
    ///
    /// Errors: `InvalidArgument` for all but `url`.
    pub(crate) fn of(call: &Call<'_>) -> Result<Self, Failure> {
        match call.target.query_value("encoding-type") {
            None | Some("") => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(other) => Err(S3Error::invalid_argument(
                "Invalid Encoding Method specified in Request",
                "encoding-type",
                other,
            )
            .into()),
        }
    }

    /// The encoding of a page with these keys and parts of keys. When there is one that XML 1.0
    /// cannot hold, the page is written as under `encoding-type=url`, and says so: the encoding is
    /// part of the protocol, loses nothing, and SDKs that did not ask for it look for the
    /// `EncodingType` of the answer. (AWS's references are no XML: over one such key a strict
    /// parser refuses the page, and all others with it.)
    pub(crate) fn for_page<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        if texts.into_iter().all(xml::can_hold) { self } else { Self::Url }
    }

    /// An element that holds a key or a part of one.
    pub(crate) fn element(self, writer: &mut XmlWriter<'_>, name: &str, text: &str) {
        match self {
            Self::Plain => writer.element(name, text),
            Self::Url => writer.element(name, &listing_encode(text)),
        }
    }

    /// An element that is left out when there is no text.
    pub(crate) fn optional(self, writer: &mut XmlWriter<'_>, name: &str, text: &str) {
        if !text.is_empty() {
            self.element(writer, name, text);
        }
    }

    /// The `EncodingType` element.
    pub(crate) fn name(self, writer: &mut XmlWriter<'_>) {
        if self == Self::Url {
            writer.element("EncodingType", "url");
        }
    }

    /// The `CommonPrefixes` elements.
    pub(crate) fn common_prefixes(self, writer: &mut XmlWriter<'_>, prefixes: &[String]) {
        for prefix in prefixes {
            writer.open("CommonPrefixes");
            self.element(writer, "Prefix", prefix);
            writer.close("CommonPrefixes");
        }
    }
}

/// An element that is true or false.
pub(crate) fn flag(writer: &mut XmlWriter<'_>, name: &str, value: bool) {
    writer.element(name, if value { "true" } else { "false" });
}

/// A time in a listing: S3's are of whole seconds there, as in `Last-Modified`.
pub(crate) fn time(writer: &mut XmlWriter<'_>, name: &str, at: Timestamp) {
    writer.plain(name, &Timestamp::from_seconds(at.seconds()).iso8601());
}

/// An ETag in its quotes.
pub(crate) fn etag(writer: &mut XmlWriter<'_>, etag: &ETag) {
    if etag.parts.is_some() {
        return writer.quoted("ETag", &etag.to_string());
    }
    let mut text = *b"&quot;________________________________&quot;";
    let end = text.len() - b"&quot;".len();
    hex::encode_into(&etag.md5, &mut text[b"&quot;".len()..end]);
    writer.plain("ETag", &text);
}

/// An owner or initiator.
pub(crate) fn owner(writer: &mut XmlWriter<'_>, name: &str, owner: &Owner) {
    writer.open(name);
    writer.element("ID", &owner.canonical_id);
    if !owner.display_name.is_empty() {
        writer.element("DisplayName", &owner.display_name);
    }
    writer.close(name);
}

/// A page that is written entry by entry.
pub(crate) trait EntryPage: Send + 'static {
    /// How many entries it has.
    fn len(&self) -> usize;

    /// Memory that it takes, in bytes.
    fn bytes(&self) -> usize;

    /// Writes some of them.
    fn entries(&self, range: Range<usize>, writer: &mut XmlWriter<'_>);

    /// Writes what stands behind them, the root's end tag included.
    fn end(&self, writer: &mut XmlWriter<'_>);
}

/// Answers with a page behind `head`. Small pages have a length, large ones are written as the
/// connection takes them; until then their memory is reserved.
///
/// Errors: `SlowDown` when requests hold all the memory that they may.
pub(crate) fn answer<P: EntryPage>(
    call: &Call<'_>,
    head: Vec<u8>,
    page: P,
) -> Result<Reply, Failure> {
    let mut held = call.platform.request_memory.reservation();
    if page.len() > PIECE_ENTRIES {
        held.grow(page.bytes())?;
    }
    let mut pieces = Pieces { page, at: Some(0), head, _held: held };
    let first = pieces.next().expect("a page has an end");
    let body = match pieces.at {
        None => ResponseBody::Bytes(first),
        Some(_) => ResponseBody::rows(std::iter::once(first).chain(pieces)),
    };
    Ok(Reply::xml(HeaderMap::new(), body))
}

struct Pieces<P> {
    page: P,
    /// The next entry; `None` behind the end.
    at: Option<usize>,
    /// What stands before the first entry.
    head: Vec<u8>,
    _held: Reservation,
}

impl<P: EntryPage> Iterator for Pieces<P> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let from = self.at?;
        let to = self.page.len().min(from + PIECE_ENTRIES);
        let mut out = std::mem::take(&mut self.head);
        out.reserve((to - from) * ENTRY_BYTES);
        let mut writer = XmlWriter::new(&mut out);
        self.page.entries(from..to, &mut writer);
        self.at = Some(to).filter(|to| *to < self.page.len());
        if self.at.is_none() {
            self.page.end(&mut writer);
        }
        Some(out.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryPage, Pieces, page_max, parse_token, token};
    use larder_platform::MemoryBudget;
    use larder_s3_model::xml::XmlWriter;
    use std::ops::Range;

    struct Numbers(usize);

    impl EntryPage for Numbers {
        fn len(&self) -> usize {
            self.0
        }

        fn bytes(&self) -> usize {
            0
        }

        fn entries(&self, range: Range<usize>, writer: &mut XmlWriter<'_>) {
            for number in range {
                writer.number("N", number as i64);
            }
        }

        fn end(&self, writer: &mut XmlWriter<'_>) {
            writer.close("All");
        }
    }

    #[test]
    fn pieces_make_the_whole() {
        for count in [0, 1, 127, 128, 129, 256, 1000] {
            let pieces = Pieces {
                page: Numbers(count),
                at: Some(0),
                head: b"<All>".to_vec(),
                _held: MemoryBudget::unlimited().reservation(),
            };
            let pieces: Vec<_> = pieces.collect();
            assert_eq!(pieces.len(), count.div_ceil(128).max(1), "{count}");
            let whole = String::from_utf8(pieces.concat()).unwrap();
            let numbers: String = (0..count).map(|n| format!("<N>{n}</N>")).collect();
            assert_eq!(whole, format!("<All>{numbers}</All>"));
        }
    }

    #[test]
    fn tokens() {
        for key in ["a", "k\u{0}+/ \u{e9}", &"x".repeat(1024)] {
            let token = token(key);
            assert_ne!(token, key);
            assert_eq!(parse_token(&token).unwrap(), key);
        }
        assert_eq!(parse_token("").unwrap(), "");
        for bad in ["!", "a", "foo", "AgE"] {
            assert!(parse_token(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn page_sizes() {
        assert_eq!(page_max(None, "maxKeys").unwrap(), 1000);
        for (asked, max) in [(0, 0), (7, 7), (1000, 1000), (1001, 1000), (i32::MAX, 1000)] {
            assert_eq!(page_max(Some(asked), "maxKeys").unwrap(), max);
        }
        let error = page_max(Some(-1), "maxKeys").unwrap_err().error;
        assert_eq!(error.message, "Argument maxKeys must be an integer between 0 and 2147483647");
        assert_eq!(error.extra[0], ("ArgumentName", "maxKeys".to_owned()));
    }
}
