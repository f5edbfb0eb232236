//! What `x-amz-content-sha256` says of the body.

use super::ChunkSigner;
use crate::error::{ErrorCode, WireError};
use http::HeaderMap;
use larder_types::hex;

/// How the body is framed and what its signature covers.
#[derive(Clone, Debug)]
pub enum PayloadMode {
    /// The body is as it is; nothing covers it.
    Unsigned,
    /// The body is as it is and must have this SHA-256.
    SignedSha256([u8; 32]),
    /// The body is aws-chunked.
    Chunked {
        /// Verifies the chunks; `None` when they are unsigned.
        signer: Option<ChunkSigner>,
        /// Whether trailers follow the last chunk.
        trailers: bool,
    },
}

/// The value of `x-amz-content-sha256`, before its request's signature is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeclaredPayload {
    Unsigned,
    Sha256([u8; 32]),
    Chunked { signed: bool, trailers: bool },
}

impl DeclaredPayload {
    pub(crate) fn parse(value: &str) -> Result<Self, WireError> {
        let chunked = |signed, trailers| Ok(Self::Chunked { signed, trailers });
        match value {
            "UNSIGNED-PAYLOAD" => Ok(Self::Unsigned),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => chunked(true, false),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => chunked(true, true),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => chunked(false, true),
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
            | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" => Err(WireError::with(
                ErrorCode::NotImplemented,
                "Chunks signed with AWS4-ECDSA-P256-SHA256 are not supported.",
            )
            .element("Header", "x-amz-content-sha256")),
            digest => match hex::decode(digest.as_bytes()) {
                Some(digest) => Ok(Self::Sha256(digest)),
                None => Err(WireError::invalid_argument(
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
                     STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
                     STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                    "x-amz-content-sha256",
                    value,
                )),
            },
        }
    }

    /// The mode once the signature holds; `signer` continues its chain.
    pub(crate) fn verified(self, signer: impl FnOnce() -> ChunkSigner) -> PayloadMode {
        match self {
            Self::Unsigned => PayloadMode::Unsigned,
            Self::Sha256(digest) => PayloadMode::SignedSha256(digest),
            Self::Chunked { signed, trailers } => {
                PayloadMode::Chunked { signer: signed.then(signer), trailers }
            }
        }
    }
}

impl PayloadMode {
    /// The mode of a request without a Version 4 signature. Clients without credentials still
    /// send unsigned chunks with trailers; a chain of signatures has nothing to start from.
    pub fn of_unsigned(headers: &HeaderMap) -> Result<Self, WireError> {
        let Some(value) = headers.get("x-amz-content-sha256") else {
            return Ok(Self::Unsigned);
        };
        match DeclaredPayload::parse(value.to_str().unwrap_or_default())? {
            DeclaredPayload::Chunked { signed: true, .. } => Err(WireError::with(
                ErrorCode::InvalidRequest,
                "A signed chunked payload needs a request signed with AWS4-HMAC-SHA256.",
            )),
            DeclaredPayload::Chunked { trailers, .. } => {
                Ok(Self::Chunked { signer: None, trailers })
            }
            DeclaredPayload::Sha256(digest) => Ok(Self::SignedSha256(digest)),
            DeclaredPayload::Unsigned => Ok(Self::Unsigned),
        }
    }
}
