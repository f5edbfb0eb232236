//! The aws-chunked framing ("Transferring Payload in Multiple Chunks").
//!
//! Data is handed out as it arrives, before its chunk's signature is known: what was made of it
//! must stay invisible until [`ChunkDecoder::finish`] has agreed.

use crate::auth::ChunkSigner;
use crate::error::{ErrorCode, WireError};
use bytes::Bytes;
use larder_digest::Hasher;
use larder_types::ChecksumAlgorithm;

/// Longest line before a chunk: size in hex and a signature take about 110 bytes.
pub const CHUNK_HEADER_BYTES_MAX: usize = 512;
/// Most bytes of trailers.
pub const TRAILER_BYTES_MAX: usize = 4096;
/// Smallest signed chunk except the last, as on AWS.
pub const SIGNED_CHUNK_BYTES_MIN: u64 = 8192;

/// Decodes one body. Holds one line of it at most, whatever the chunks' sizes.
pub struct ChunkDecoder {
    signer: Option<ChunkSigner>,
    trailers_expected: bool,
    /// `x-amz-decoded-content-length` less what has been announced by chunk headers.
    unannounced: u64,
    state: ChunkState,
    line: Vec<u8>,
    chunk: Option<Chunk>,
    chunks: u64,
    chunk_bytes: u64,
    trailers: Vec<(String, String)>,
    trailer_bytes: usize,
    trailer_signature: Option<String>,
}

/// What must be known of a signed chunk at its end.
struct Chunk {
    sha256: Hasher,
    signature: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChunkState {
    /// In the line before a chunk.
    Header,
    /// In a chunk's data, so many bytes before its end.
    Data(u64),
    /// In the line end behind a chunk's data.
    DataEnd,
    /// Behind the last chunk, in trailer lines or before the empty line that ends the body.
    Trailers,
    Done,
}

fn incomplete() -> WireError {
    WireError::new(ErrorCode::IncompleteBody)
}

fn bad_trailer() -> WireError {
    WireError::new(ErrorCode::MalformedTrailerError)
}

impl ChunkDecoder {
    /// `signer` is `None` for unsigned chunks; `decoded_length` is `x-amz-decoded-content-length`.
    pub fn new(signer: Option<ChunkSigner>, trailers: bool, decoded_length: u64) -> Self {
        Self {
            signer,
            trailers_expected: trailers,
            unannounced: decoded_length,
            state: ChunkState::Header,
            line: Vec::new(),
            chunk: None,
            chunks: 0,
            chunk_bytes: 0,
            trailers: Vec::new(),
            trailer_bytes: 0,
            trailer_signature: None,
        }
    }

    /// Takes from `input` and returns the next data of the object, a slice of it; `None` when the
    /// input is used up.
    ///
    /// Errors: `SignatureDoesNotMatch`, `InvalidChunkSizeError`, `MalformedTrailerError`, and
    /// `IncompleteBody` for broken framing or more data than announced.
    pub fn feed(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, WireError> {
        while !input.is_empty() {
            match self.state {
                ChunkState::Data(left) => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    let data = input.split_to(take);
                    if let Some(chunk) = &mut self.chunk {
                        chunk.sha256.update(&data);
                    }
                    let left = left - take as u64;
                    self.state =
                        if left > 0 { ChunkState::Data(left) } else { ChunkState::DataEnd };
                    return Ok(Some(data));
                }
                ChunkState::Header => {
                    if let Some(line) = self.take_line(input, CHUNK_HEADER_BYTES_MAX, incomplete)? {
                        self.chunk_header(&line)?;
                    }
                }
                ChunkState::DataEnd => {
                    if let Some(line) = self.take_line(input, 2, incomplete)? {
                        if !line.is_empty() {
                            return Err(incomplete());
                        }
                        self.end_chunk()?;
                        self.state = ChunkState::Header;
                    }
                }
                ChunkState::Trailers => {
                    let left = TRAILER_BYTES_MAX.saturating_sub(self.trailer_bytes);
                    if let Some(line) = self.take_line(input, left, bad_trailer)? {
                        self.trailer_bytes += line.len() + 2;
                        self.trailer_line(&line)?;
                    }
                }
                // Further line ends do no harm and some clients send them.
                ChunkState::Done => {
                    if input.iter().any(|b| !matches!(b, b'\r' | b'\n')) {
                        return Err(incomplete());
                    }
                    input.clear();
                }
            }
        }
        Ok(None)
    }

    /// The trailers, once the body has ended as it must: last chunk, all data, all signatures.
    ///
    /// Errors: `IncompleteBody`, `MalformedTrailerError`, `SignatureDoesNotMatch`.
    pub fn finish(mut self) -> Result<Vec<(String, String)>, WireError> {
        // Some clients leave out the empty line at the very end; nothing is lost with it.
        let ended = match self.state {
            ChunkState::Done => true,
            ChunkState::Trailers => self.line.is_empty(),
            _ => false,
        };
        if !ended || self.unannounced > 0 {
            return Err(incomplete());
        }
        if !self.trailers_expected {
            return Ok(self.trailers);
        }
        if let Some(signer) = &mut self.signer {
            let mut canonical = String::new();
            for (name, value) in &self.trailers {
                canonical.push_str(&format!("{name}:{value}\n"));
            }
            let signature = self.trailer_signature.as_deref().ok_or_else(bad_trailer)?;
            let verified = signer.verify_trailers(&canonical, signature);
            verified.map_err(|to_sign| mismatch(&to_sign, signature))?;
        }
        Ok(self.trailers)
    }

    /// Collects a line; returned without its end once it is whole.
    fn take_line(
        &mut self,
        input: &mut Bytes,
        bytes_max: usize,
        error: fn() -> WireError,
    ) -> Result<Option<Vec<u8>>, WireError> {
        let end = input.iter().position(|b| *b == b'\n');
        let take = end.map_or(input.len(), |at| at + 1);
        if self.line.len() + take > bytes_max {
            return Err(error());
        }
        self.line.extend_from_slice(&input.split_to(take));
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.line);
        let ends = line.iter().rev().take_while(|b| matches!(b, b'\r' | b'\n'));
        line.truncate(line.len() - ends.count());
        Ok(Some(line))
    }

    /// `size[;chunk-signature=hex]`, the size in hex.
    fn chunk_header(&mut self, line: &[u8]) -> Result<(), WireError> {
        let line = std::str::from_utf8(line).map_err(|_| incomplete())?;
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        if size.is_empty() || size.len() > 16 || !size.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(incomplete());
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| incomplete())?;
        self.chunks += 1;
        let too_small = self.chunks > 1 && self.chunk_bytes < SIGNED_CHUNK_BYTES_MIN;
        if self.signer.is_some() && size > 0 && too_small {
            return Err(WireError::new(ErrorCode::InvalidChunkSizeError)
                .element("Chunk", self.chunks.to_string())
                .element("BadChunkSize", self.chunk_bytes.to_string()));
        }
        self.chunk_bytes = size;
        self.unannounced = self.unannounced.checked_sub(size).ok_or_else(incomplete)?;
        if self.signer.is_some() {
            let signature = extension.trim().strip_prefix("chunk-signature=");
            self.chunk = Some(Chunk {
                sha256: Hasher::new(ChecksumAlgorithm::Sha256),
                signature: signature.ok_or_else(incomplete)?.to_owned(),
            });
        }
        if size > 0 {
            self.state = ChunkState::Data(size);
            return Ok(());
        }
        self.state = ChunkState::Trailers;
        self.end_chunk()
    }

    fn end_chunk(&mut self) -> Result<(), WireError> {
        let (Some(chunk), Some(signer)) = (self.chunk.take(), &mut self.signer) else {
            return Ok(());
        };
        let digest = chunk.sha256.finish();
        let digest = digest.as_slice().try_into().expect("SHA-256 is 32 bytes");
        let verified = signer.verify_chunk(&digest, &chunk.signature);
        verified.map_err(|to_sign| mismatch(&to_sign, &chunk.signature))
    }

    fn trailer_line(&mut self, line: &[u8]) -> Result<(), WireError> {
        if line.is_empty() {
            // AWS's own example has an empty line between the trailers and their signature.
            let signature_due = self.signer.is_some() && self.trailers_expected;
            if !signature_due || self.trailer_signature.is_some() {
                self.state = ChunkState::Done;
            }
            return Ok(());
        }
        let line = std::str::from_utf8(line).map_err(|_| bad_trailer())?;
        let (name, value) = line.split_once(':').ok_or_else(bad_trailer)?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        if !self.trailers_expected || name.is_empty() || self.trailer_signature.is_some() {
            return Err(bad_trailer());
        }
        if name == "x-amz-trailer-signature" {
            self.trailer_signature = Some(value);
        } else {
            self.trailers.push((name, value));
        }
        Ok(())
    }
}

fn mismatch(to_sign: &str, provided: &str) -> WireError {
    WireError::new(ErrorCode::SignatureDoesNotMatch)
        .element("StringToSign", to_sign)
        .element("SignatureProvided", provided)
}

#[cfg(test)]
mod tests;
