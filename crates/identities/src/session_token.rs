//! What a session token says, before it is sealed.
//!
//! ```text
//! u8 format = 1, u8 whose session (1 a role's, 2 a federated one, 3 a user's or root's), account
//! id, unique id of the role or user (empty: the root), name of the session (texts), i64 issued ms,
//! i64 expires ms, u8 made with a second factor, secret (text), tagged fields: 1 tags, 2 source
//! identity, 3 the inline session policy, 4 ARNs of the managed session policies
//! ```
//!
//! Sealed it is the key's fingerprint, nonce, ciphertext and tag as `seal.rs` has them, in base64.

use larder_iam::SecretKey;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer, utf8};
use larder_types::{AccountId, Timestamp};

const FORMAT: u8 = 1;
const TAG_TAGS: u8 = 1;
const TAG_SOURCE_IDENTITY: u8 = 2;
const TAG_POLICY: u8 = 3;
const TAG_POLICY_ARNS: u8 = 4;

/// Longest that a token says, in bytes: sealed and in base64 it still fits a header line.
pub(crate) const TOKEN_BYTES_MAX: usize = 4 << 10;
/// Longest token in characters.
pub(crate) const TOKEN_CHARS_MAX: usize = (TOKEN_BYTES_MAX + 64) * 4 / 3;

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum SessionKind {
    Role = 1,
    Federated = 2,
    User = 3,
}

/// What a token says.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: SessionKind,
    pub(crate) account: AccountId,
    /// The unique id of the role or user; `None`: the root.
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) mfa: bool,
    pub(crate) secret: SecretKey,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) source_identity: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
}

impl Token {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(self.kind as u8);
        w.sized(self.account.as_str().as_bytes());
        w.sized(self.id.as_deref().unwrap_or_default().as_bytes());
        w.sized(self.name.as_bytes());
        w.i64(self.issued_at.ms);
        w.i64(self.expires_at.ms);
        w.u8(self.mfa.into());
        w.sized(self.secret.expose().as_bytes());
        if !self.tags.is_empty() {
            let pairs = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            w.field_with(TAG_TAGS, |w| w.pairs(pairs));
        }
        if let Some(source) = &self.source_identity {
            w.field(TAG_SOURCE_IDENTITY, source.as_bytes());
        }
        if let Some(policy) = &self.policy {
            w.field(TAG_POLICY, policy.as_bytes());
        }
        if !self.policy_arns.is_empty() {
            w.field_with(TAG_POLICY_ARNS, |w| {
                self.policy_arns.iter().for_each(|arn| w.sized(arn.as_bytes()));
            });
        }
        Ok(w.finish(TOKEN_BYTES_MAX)?.to_vec())
    }

    /// Reads what was opened. A field of a newer version may be what forbids: none is passed over.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(bytes);
        r.format(FORMAT)?;
        let kind = match r.u8()? {
            1 => SessionKind::Role,
            2 => SessionKind::Federated,
            3 => SessionKind::User,
            _ => return Err(Malformed("a session is of a kind that a newer version knows")),
        };
        let account = AccountId::new(r.text()?).map_err(|_| Malformed("no account id"))?;
        let mut token = Self {
            kind,
            account,
            id: Some(r.text()?.to_owned()).filter(|id| !id.is_empty()),
            name: r.text()?.to_owned(),
            issued_at: Timestamp { ms: r.i64()? },
            expires_at: Timestamp { ms: r.i64()? },
            mfa: r.u8()? == 1,
            secret: SecretKey::new(r.text()?),
            tags: Vec::new(),
            source_identity: None,
            policy: None,
            policy_arns: Vec::new(),
        };
        let mut unknown = UnknownFields::default();
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                TAG_TAGS => token.tags = field.pairs()?,
                TAG_SOURCE_IDENTITY => token.source_identity = Some(utf8(field.0)?.to_owned()),
                TAG_POLICY => token.policy = Some(utf8(field.0)?.to_owned()),
                TAG_POLICY_ARNS => {
                    while !field.0.is_empty() {
                        token.policy_arns.push(field.text()?.to_owned());
                    }
                }
                other => unknown.keep(other, field)?,
            }
        }
        if unknown.bytes() > 0 {
            return Err(Malformed("a session token is of a newer version"));
        }
        Ok(token)
    }
}
