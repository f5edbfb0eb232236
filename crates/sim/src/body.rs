//! Bodies: bytes that tell which write they belong to.

use bytes::Bytes;
use larder_digest::{BodyDigests, BodyHasher, BodyPlan};
use larder_objects::{Body, BodyError};
use larder_platform::sim::Prng;

/// Bytes handed to the server at a time.
const PIECE_BYTES: usize = 3000;

/// Bytes that no other write has: drawn from its number.
pub(crate) fn unique_bytes(seed: u64, length: usize) -> Bytes {
    let mut bytes = vec![0; length];
    Prng::new(seed).fill(&mut bytes);
    Bytes::from(bytes)
}

/// A request's body on its way in.
pub(crate) struct PiecewiseBody {
    left: Bytes,
    hasher: Option<BodyHasher>,
    /// The client breaks its promise at the end, so that nothing may be stored.
    breaks: bool,
}

impl PiecewiseBody {
    pub(crate) fn new(bytes: Bytes, breaks: bool) -> Self {
        let plan = BodyPlan { md5: true, sha256: false, checksums: Vec::new() };
        Self { left: bytes, hasher: Some(BodyHasher::new(&plan)), breaks }
    }
}

impl Body for PiecewiseBody {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let piece = self.left.split_to(self.left.len().min(PIECE_BYTES));
        self.hasher.as_mut().expect("finished last").update(&piece);
        Ok(Some(piece))
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        if self.breaks {
            Err("the client's checksum is of other bytes".into())
        } else {
            Ok(self.hasher.take().expect("finished once").finish())
        }
    }
}
