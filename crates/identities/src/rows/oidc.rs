//! The value of an OpenID Connect provider's row: `u8 format = 1, URL without its scheme (text),
//! i64 created ms, tagged fields: 1 tags, 2 client ids, 3 thumbprints (each a text)`.

use super::{FORMAT, Record, texts, write_pairs, write_texts};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer};
use larder_types::{AccountId, Timestamp};

const TAG_TAGS: u8 = 1;
const TAG_CLIENT_IDS: u8 = 2;
const TAG_THUMBPRINTS: u8 = 3;

/// An OpenID Connect provider as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProviderRecord {
    /// Its URL without `https://`.
    pub url: String,
    /// When it was created.
    pub created: Timestamp,
    /// Its tags, key and value.
    pub tags: Vec<(String, String)>,
    /// The audiences that tokens may have.
    pub client_ids: Vec<String>,
    /// SHA-1 digests of certificates, in hexadecimal.
    pub thumbprints: Vec<String>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

impl OidcProviderRecord {
    /// The ARN in this account.
    pub fn arn(&self, account: &AccountId) -> String {
        format!("arn:aws:iam::{account}:oidc-provider/{}", self.url)
    }
}

impl Record for OidcProviderRecord {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.sized(self.url.as_bytes());
        w.i64(self.created.ms);
        write_pairs(&mut w, TAG_TAGS, &self.tags);
        write_texts(&mut w, TAG_CLIENT_IDS, &self.client_ids);
        write_texts(&mut w, TAG_THUMBPRINTS, &self.thumbprints);
        self.unknown.write(&mut w);
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let mut provider = Self {
            url: r.text()?.to_owned(),
            created: Timestamp { ms: r.i64()? },
            tags: Vec::new(),
            client_ids: Vec::new(),
            thumbprints: Vec::new(),
            unknown: UnknownFields::default(),
        };
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                TAG_TAGS => provider.tags = field.pairs()?,
                TAG_CLIENT_IDS => provider.client_ids = texts(field)?,
                TAG_THUMBPRINTS => provider.thumbprints = texts(field)?,
                other => provider.unknown.keep(other, field)?,
            }
        }
        Ok(provider)
    }
}
