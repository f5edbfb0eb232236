//! Object data on its way from a request into `objects`: unframed, hashed, verified.

use crate::request_body::Intake;
use bytes::Bytes;
use larder_digest::{BodyDigests, BodyHasher, Md5Queue};
use larder_objects::{Body, BodyError};
use larder_platform::Platform;
use larder_s3_wire::body::BodyVerifier;
use larder_types::ChecksumAlgorithm;

/// A request's object data. Memory is bounded by what the connection hands over at once.
pub(crate) struct UploadBody<'a> {
    body: &'a mut Intake,
    platform: &'a Platform,
    md5_queue: &'a Md5Queue,
    verifier: Option<BodyVerifier>,
    hasher: Option<BodyHasher>,
    /// Received, not yet decoded.
    pending: Bytes,
    length: Option<u64>,
    client: Option<ChecksumAlgorithm>,
}

impl<'a> UploadBody<'a> {
    pub(crate) fn new(
        body: &'a mut Intake,
        platform: &'a Platform,
        md5_queue: &'a Md5Queue,
        verifier: BodyVerifier,
    ) -> Self {
        Self {
            body,
            platform,
            md5_queue,
            length: verifier.length(),
            client: verifier.plan().checksums.first().copied(),
            hasher: Some(BodyHasher::new(verifier.plan())),
            verifier: Some(verifier),
            pending: Bytes::new(),
        }
    }

    /// The data's length in bytes, framing not counted, when it is announced.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The algorithm of the checksum that the client sent or asked for.
    pub(crate) fn client_checksum(&self) -> Option<ChecksumAlgorithm> {
        self.client
    }

    /// Also computes this checksum, which stands behind the client's own.
    pub(crate) fn also(&mut self, algorithm: ChecksumAlgorithm) {
        let verifier = self.verifier.as_ref().expect("nothing was read yet");
        let mut plan = verifier.plan().clone();
        if !plan.checksums.contains(&algorithm) {
            plan.checksums.push(algorithm);
        }
        self.hasher = Some(BodyHasher::new(&plan));
    }
}

impl Body for UploadBody<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let (Some(verifier), Some(hasher)) = (&mut self.verifier, &mut self.hasher) else {
            return Ok(None);
        };
        loop {
            if let Some(data) = verifier.decode(&mut self.pending)? {
                if data.is_empty() {
                    continue;
                }
                hasher.update_beside(self.md5_queue, &data).await;
                return Ok(Some(data));
            }
            match self.body.next(self.platform).await? {
                Some(data) => self.pending = data,
                None => return Ok(None),
            }
        }
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        let verifier = self.verifier.take().expect("a body is finished once");
        let hasher = self.hasher.take().expect("a body is finished once");
        Ok(verifier.finish(hasher.finish_beside().await)?.digests)
    }
}
