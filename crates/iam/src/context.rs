//! What is known of a request besides who asks for what.

use crate::SessionInfo;
use larder_types::{AuthType, Timestamp};
use std::borrow::Cow;
use std::net::IpAddr;

/// Typed facts of a request. The verifier and the connection state them; nothing a client sends can
/// stand in for one of them, whatever name it has.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The signature that was verified; `None` when there was none.
    pub signature: Option<Signature>,
    /// How the request was authenticated (`s3:authType`).
    pub auth_type: AuthType,
    /// The temporary session that the key belongs to.
    pub session: Option<SessionInfo>,
    /// The region that the request is for (`aws:RequestedRegion`).
    pub region: &'a str,
    /// Whether the connection is encrypted (`aws:SecureTransport`).
    pub secure_transport: bool,
    /// Where the request comes from (`aws:SourceIp`); `None` when not known.
    pub source_address: Option<IpAddr>,
    /// When the request was verified (`aws:CurrentTime`).
    pub now: Timestamp,
    /// What the request says: its head, or the fields of its form.
    pub values: &'a dyn RequestValues,
}

/// A verified signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its version (`s3:signatureversion`).
    pub version: SignatureVersion,
    /// When it was made; `None` where its version does not say so, as in presigned URLs of
    /// Version 2.
    pub signed_at: Option<Timestamp>,
}

/// The version of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureVersion {
    /// Signature Version 2.
    V2,
    /// Signature Version 4.
    V4,
}

/// What a request says of itself. Whoever reads a value names it; there is no way to ask for all.
pub trait RequestValues: Sync {
    /// The value of a header, whose name is in lower case, or of what stands for it in a form.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;

    /// The value of a query parameter. A form has none.
    fn query(&self, name: &str) -> Option<&str>;

    /// The tags that the request gives to an object, by its header or its form; none where they
    /// cannot be read, which is refused later.
    fn tags(&self) -> Vec<(String, String)>;
}

impl Context<'_> {
    /// Milliseconds since the request was signed (`s3:signatureAge`); 0 for one from a clock that
    /// is ahead, `None` when not known.
    pub fn signature_age_ms(&self) -> Option<u64> {
        let signed_at = self.signature?.signed_at?;
        Some(u64::try_from(self.now.ms.saturating_sub(signed_at.ms)).unwrap_or(0))
    }
}

impl SignatureVersion {
    /// The value of `s3:signatureversion`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "AWS",
            Self::V4 => "AWS4-HMAC-SHA256",
        }
    }
}
