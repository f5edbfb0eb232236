//! What a request's head promises about its body, and whether the body agrees.

use crate::auth::PayloadMode;
use crate::chunked::ChunkDecoder;
use crate::error::{ErrorCode, WireError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use larder_digest::{BodyDigests, BodyHasher, BodyPlan};
use larder_types::{Checksum, ChecksumAlgorithm, hex};

/// Decodes a body and, at its end, compares it with its head. Hashing is left to the caller, who
/// may do it on another core: make a [`BodyHasher`] of [`Self::plan`], show it all that
/// [`Self::decode`] returns, and bring its digests to [`Self::finish`].
///
/// Nothing of the body may become visible before `finish` has agreed.
pub struct BodyVerifier {
    decoder: Option<ChunkDecoder>,
    length: Option<u64>,
    received: u64,
    md5: Option<[u8; 16]>,
    sha256: Option<[u8; 32]>,
    checksum: Expected,
    plan: BodyPlan,
}

/// What the framing of HTTP tells of a body's length in bytes.
#[derive(Clone, Copy, Debug)]
enum Framing {
    Length(Option<u64>),
    UntilEnd,
}

/// The further checksum of a body.
#[derive(Debug)]
enum Expected {
    Nothing,
    /// The head gave its value.
    Value(Checksum),
    /// A trailer will.
    Trailer(ChecksumAlgorithm),
    /// The head named the algorithm only, so the server computes the value.
    Computed(ChecksumAlgorithm),
}

/// The header that announces what will stand behind the last chunk.
const TRAILER: &str = "x-amz-trailer";

/// A body that agreed with its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedBody {
    /// Its digests.
    pub digests: BodyDigests,
    /// The checksum that the client sent or asked for.
    pub checksum: Option<Checksum>,
}

impl BodyVerifier {
    /// Reads the head: `Content-MD5`, `x-amz-checksum-*`, `x-amz-sdk-checksum-algorithm`,
    /// `x-amz-trailer`, `x-amz-decoded-content-length`. `content_length` is the HTTP one.
    ///
    /// Errors: `MissingContentLength`, `InvalidDigest`, `InvalidRequest`, `MalformedTrailerError`.
    pub fn new(
        payload: PayloadMode,
        headers: &HeaderMap,
        content_length: Option<u64>,
    ) -> Result<Self, WireError> {
        let expected = expected_checksum(headers, &payload)?;
        Self::with(payload, headers, Framing::Length(content_length), expected)
    }

    /// The same for a body whose end is given by HTTP chunks (`Transfer-Encoding: chunked`)
    /// and by nothing before. An aws-chunked one still has its decoded length.
    ///
    /// Errors: those of [`Self::new`].
    pub fn until_end(payload: PayloadMode, headers: &HeaderMap) -> Result<Self, WireError> {
        let expected = expected_checksum(headers, &payload)?;
        Self::with(payload, headers, Framing::UntilEnd, expected)
    }

    /// The same for CompleteMultipartUpload, whose `x-amz-checksum-*` headers speak of the object
    /// and not of the body.
    pub fn ignoring_checksums(
        payload: PayloadMode,
        headers: &HeaderMap,
        content_length: Option<u64>,
    ) -> Result<Self, WireError> {
        let trailer = match &payload {
            PayloadMode::Chunked { trailers: true, .. } => announced_trailer(headers)?,
            _ => None,
        };
        let expected = trailer.map_or(Expected::Nothing, Expected::Trailer);
        Self::with(payload, headers, Framing::Length(content_length), expected)
    }

    fn with(
        payload: PayloadMode,
        headers: &HeaderMap,
        framing: Framing,
        checksum: Expected,
    ) -> Result<Self, WireError> {
        let announced = match framing {
            Framing::Length(None) => Err(WireError::new(ErrorCode::MissingContentLength)),
            Framing::Length(length) => Ok(length),
            Framing::UntilEnd => Ok(None),
        };
        let (decoder, sha256, length) = match payload {
            PayloadMode::Unsigned => (None, None, announced?),
            PayloadMode::SignedSha256(digest) => (None, Some(digest), announced?),
            PayloadMode::Chunked { signer, trailers } => {
                let length = decoded_length(headers)?;
                // What comes unannounced behind unsigned chunks is refused there.
                let due = trailers && (signer.is_some() || headers.contains_key(TRAILER));
                (Some(ChunkDecoder::new(signer, due, length)), None, Some(length))
            }
        };
        let algorithm = match &checksum {
            Expected::Nothing => None,
            Expected::Value(checksum) => Some(checksum.algorithm),
            Expected::Trailer(algorithm) | Expected::Computed(algorithm) => Some(*algorithm),
        };
        Ok(Self {
            decoder,
            length,
            received: 0,
            md5: content_md5(headers)?,
            sha256,
            checksum,
            plan: BodyPlan {
                md5: true,
                sha256: sha256.is_some(),
                checksums: algorithm.into_iter().collect(),
            },
        })
    }

    /// The body's length in bytes, framing not counted, as far as the head gives it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// What has to be hashed. Without its MD5 a `Content-MD5` cannot be compared.
    pub fn plan(&self) -> &BodyPlan {
        &self.plan
    }

    /// Takes from `input` and returns the next data, without copying it; `None` when the input is
    /// used up.
    ///
    /// Errors: those of [`ChunkDecoder::feed`]; `IncompleteBody` for more data than announced.
    pub fn decode(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, WireError> {
        let data = match &mut self.decoder {
            Some(decoder) => decoder.feed(input)?,
            None if input.is_empty() => None,
            None => Some(std::mem::take(input)),
        };
        self.received += data.as_ref().map_or(0, |data| data.len() as u64);
        if self.length.is_some_and(|length| self.received > length) {
            return Err(WireError::new(ErrorCode::IncompleteBody));
        }
        Ok(data)
    }

    /// Compares. `digests` are those of all that [`Self::decode`] returned.
    ///
    /// Errors: `IncompleteBody`, `XAmzContentSHA256Mismatch`, `BadDigest`, `InvalidRequest` (a
    /// trailer that is no checksum), `MalformedTrailerError`, `SignatureDoesNotMatch`.
    pub fn finish(self, digests: BodyDigests) -> Result<VerifiedBody, WireError> {
        assert_eq!(digests.length, self.received, "every byte decoded is hashed once");
        let trailers = match self.decoder {
            Some(decoder) => decoder.finish()?,
            None => Vec::new(),
        };
        if self.length.is_some_and(|length| self.received != length) {
            return Err(WireError::new(ErrorCode::IncompleteBody));
        }
        if let (Some(expected), Some(found)) = (self.sha256, digests.sha256)
            && expected != found
        {
            return Err(WireError::new(ErrorCode::XAmzContentSHA256Mismatch)
                .element("ClientComputedContentSHA256", hex::encode(&expected))
                .element("S3ComputedContentSHA256", hex::encode(&found)));
        }
        if let Some(expected) = self.md5
            && expected != digests.md5
        {
            return Err(WireError::new(ErrorCode::BadDigest)
                .element("ExpectedDigest", STANDARD.encode(expected))
                .element("CalculatedDigest", STANDARD.encode(digests.md5)));
        }
        let expected = match self.checksum {
            Expected::Value(checksum) => Some(checksum),
            Expected::Trailer(algorithm) => Some(trailer_checksum(&trailers, algorithm)?),
            Expected::Nothing | Expected::Computed(_) => None,
        };
        let found = digests.checksums.first().cloned();
        if expected.is_some() && expected != found {
            let name = expected.map_or("", |checksum| checksum.algorithm.name());
            return Err(WireError::with(
                ErrorCode::BadDigest,
                format!("The {name} you specified did not match the calculated checksum."),
            ));
        }
        Ok(VerifiedBody { digests, checksum: found })
    }

    /// Does it all for a body that is in memory as a whole (control bodies).
    pub fn verify(mut self, mut body: Bytes) -> Result<(Bytes, VerifiedBody), WireError> {
        let mut hasher = BodyHasher::new(&self.plan);
        let mut whole = Bytes::new();
        // One slice is passed on as it is; many are joined once each.
        let mut joined = BytesMut::new();
        while let Some(data) = self.decode(&mut body)? {
            hasher.update(&data);
            if whole.is_empty() && joined.is_empty() {
                whole = data;
                continue;
            }
            if joined.is_empty() {
                joined.extend_from_slice(&whole);
            }
            joined.extend_from_slice(&data);
        }
        if !joined.is_empty() {
            whole = joined.freeze();
        }
        Ok((whole, self.finish(hasher.finish())?))
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

fn decoded_length(headers: &HeaderMap) -> Result<u64, WireError> {
    let name = "x-amz-decoded-content-length";
    let missing = || WireError::new(ErrorCode::MissingContentLength);
    let text = text_of(headers, name).ok_or_else(missing)?;
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok());
    number.flatten().ok_or_else(|| {
        WireError::invalid_argument("Invalid x-amz-decoded-content-length.", name, text)
    })
}

fn invalid_request(message: impl Into<std::borrow::Cow<'static, str>>) -> WireError {
    WireError::with(ErrorCode::InvalidRequest, message)
}

fn content_md5(headers: &HeaderMap) -> Result<Option<[u8; 16]>, WireError> {
    let Some(text) = text_of(headers, "content-md5") else {
        return Ok(None);
    };
    let digest = STANDARD.decode(text.trim()).ok();
    match digest.and_then(|digest| digest.try_into().ok()) {
        Some(digest) => Ok(Some(digest)),
        None => Err(WireError::new(ErrorCode::InvalidDigest).element("Content-MD5", text)),
    }
}

fn multiple_checksums() -> WireError {
    invalid_request(
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    )
}

fn expected_checksum(headers: &HeaderMap, payload: &PayloadMode) -> Result<Expected, WireError> {
    let (has_trailers, signed) = match payload {
        PayloadMode::Chunked { trailers, signer } => (*trailers, signer.is_some()),
        PayloadMode::Unsigned | PayloadMode::SignedSha256(_) => (false, false),
    };
    let mut expected = header_checksum(headers)?.map_or(Expected::Nothing, Expected::Value);
    match (announced_trailer(headers)?, has_trailers) {
        // There is no mode of unsigned chunks without trailers, so those who have none choose this.
        (None, true) if !signed => {}
        (None, false) => {}
        (Some(algorithm), true) => {
            if matches!(expected, Expected::Value(_)) {
                return Err(multiple_checksums());
            }
            expected = Expected::Trailer(algorithm);
        }
        // A signed trailer without its announcement, an announcement that cannot come true.
        (None, true) => return Err(WireError::new(ErrorCode::MalformedTrailerError)),
        (Some(_), false) => return Err(unsupported_trailer()),
    }
    let Some(named) = named_algorithm(headers)? else {
        return Ok(expected);
    };
    let other = match &expected {
        Expected::Nothing | Expected::Computed(_) => return Ok(Expected::Computed(named)),
        Expected::Value(checksum) => checksum.algorithm,
        Expected::Trailer(algorithm) => *algorithm,
    };
    if other != named {
        return Err(invalid_request("Value for x-amz-sdk-checksum-algorithm header is invalid."));
    }
    Ok(expected)
}

/// The `x-amz-checksum-*` header that carries a value.
fn header_checksum(headers: &HeaderMap) -> Result<Option<Checksum>, WireError> {
    let mut found = None;
    for (name, value) in headers {
        let Some(suffix) = name.as_str().strip_prefix("x-amz-checksum-") else {
            continue;
        };
        if matches!(suffix, "algorithm" | "mode" | "type") {
            continue;
        }
        let algorithm = ChecksumAlgorithm::parse(suffix).ok_or_else(|| {
            invalid_request(
                "The algorithm type you specified in x-amz-checksum- header is invalid.",
            )
        })?;
        if found.is_some() {
            return Err(multiple_checksums());
        }
        found = Some(full_checksum(algorithm, value.to_str().unwrap_or_default(), "header")?);
    }
    Ok(found)
}

fn full_checksum(
    algorithm: ChecksumAlgorithm,
    text: &str,
    place: &str,
) -> Result<Checksum, WireError> {
    match Checksum::parse(algorithm, text) {
        Ok(checksum) if checksum.parts.is_none() => Ok(checksum),
        _ => Err(invalid_request(format!("Value for {} {place} is invalid.", algorithm.header()))),
    }
}

/// `InvalidRequest` for the name of an algorithm that is none, with those that there are.
pub fn unsupported_algorithm() -> WireError {
    let mut names = ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::name);
    names.sort_unstable();
    invalid_request(format!(
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
         [{}]",
        names.join(", ")
    ))
}

fn unsupported_trailer() -> WireError {
    invalid_request("The value specified in the x-amz-trailer header is not supported")
}

fn announced_trailer(headers: &HeaderMap) -> Result<Option<ChecksumAlgorithm>, WireError> {
    let Some(text) = text_of(headers, TRAILER) else {
        return Ok(None);
    };
    let algorithm = ChecksumAlgorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.header().eq_ignore_ascii_case(text.trim()));
    algorithm.map(Some).ok_or_else(unsupported_trailer)
}

fn trailer_checksum(
    trailers: &[(String, String)],
    algorithm: ChecksumAlgorithm,
) -> Result<Checksum, WireError> {
    match trailers {
        [(name, value)] if name == algorithm.header() => {
            full_checksum(algorithm, value, "trailing header")
        }
        _ => Err(WireError::new(ErrorCode::MalformedTrailerError)),
    }
}

fn named_algorithm(headers: &HeaderMap) -> Result<Option<ChecksumAlgorithm>, WireError> {
    for name in ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"] {
        if let Some(text) = text_of(headers, name) {
            let algorithm = ChecksumAlgorithm::parse(text);
            return algorithm.map(Some).ok_or_else(unsupported_algorithm);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
