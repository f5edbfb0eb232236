//! A form's file on its way into `objects`: cut out of the form, measured, hashed, compared.

use crate::call::Call;
use crate::error::Failure;
use crate::request_body::Intake;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use larder_digest::{BodyDigests, BodyHasher, BodyPlan, Md5Queue};
use larder_objects::{Body, BodyError};
use larder_platform::Platform;
use larder_s3_wire::body::unsupported_algorithm;
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::post_form::{
    FORM_FIELDS_BYTES_MAX, FormEvent, FormFields, PostFormParser, SizeRange,
};
use larder_types::{Checksum, ChecksumAlgorithm};

/// Most bytes of a form that may follow its file.
const REST_BYTES_MAX: usize = FORM_FIELDS_BYTES_MAX;

/// What the form's fields promise of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    md5: Option<[u8; 16]>,
    checksum: Option<Checksum>,
    /// An algorithm that was named without a value.
    algorithm: Option<ChecksumAlgorithm>,
}

/// The file of a form. Memory is bounded by what the connection hands over at once.
pub(super) struct FormBody<'a> {
    body: &'a mut Intake,
    platform: &'a Platform,
    md5_queue: &'a Md5Queue,
    parser: Option<PostFormParser>,
    hasher: Option<BodyHasher>,
    /// Received, not yet parsed.
    pending: Bytes,
    range: SizeRange,
    expected: Expected,
    size: u64,
    /// Bytes received since the file's last.
    rest: usize,
}

impl Expected {
    /// Reads `Content-MD5` and the checksum fields.
    ///
    /// Errors: `InvalidDigest`, `InvalidRequest`.
    pub(super) fn of(fields: &FormFields) -> Result<Self, Failure> {
        let invalid = |message: String| Failure::with(ErrorCode::InvalidRequest, message);
        let mut expected = Self::default();
        if let Some(text) = fields.get("content-md5") {
            let digest = STANDARD.decode(text.trim()).ok();
            let digest = digest.and_then(|digest| digest.try_into().ok());
            expected.md5 = Some(digest.ok_or_else(|| Failure::new(ErrorCode::InvalidDigest))?);
        }
        for algorithm in ChecksumAlgorithm::ALL {
            let Some(text) = fields.get(algorithm.header()) else {
                continue;
            };
            let parsed = Checksum::parse(algorithm, text).ok().filter(|c| c.parts.is_none());
            let Some(checksum) = parsed else {
                return Err(invalid(format!("Value for {} is invalid.", algorithm.header())));
            };
            if expected.checksum.replace(checksum).is_some() {
                return Err(invalid(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not \
                     allowed."
                        .to_owned(),
                ));
            }
        }
        if let Some(text) = fields.get("x-amz-checksum-algorithm") {
            let named = ChecksumAlgorithm::parse(text).ok_or_else(unsupported_algorithm)?;
            let other = expected.checksum.as_ref().map(|checksum| checksum.algorithm);
            if other.is_some_and(|other| other != named) {
                return Err(invalid("Value for x-amz-checksum-algorithm is invalid.".to_owned()));
            }
            expected.algorithm = Some(named);
        }
        Ok(expected)
    }

    fn plan(&self) -> BodyPlan {
        let given = self.checksum.as_ref().map(|checksum| checksum.algorithm);
        let checksums = given.or(self.algorithm).into_iter().collect();
        BodyPlan { md5: true, sha256: false, checksums }
    }

    fn check(&self, digests: &BodyDigests) -> Result<(), S3Error> {
        if self.md5.is_some_and(|md5| md5 != digests.md5) {
            return Err(S3Error::new(ErrorCode::BadDigest));
        }
        match &self.checksum {
            Some(checksum) if digests.checksums.first() != Some(checksum) => {
                let name = checksum.algorithm.name();
                let message =
                    format!("The {name} you specified did not match the calculated checksum.");
                Err(S3Error::with(ErrorCode::BadDigest, message))
            }
            _ => Ok(()),
        }
    }
}

impl<'a> FormBody<'a> {
    /// The rest of a form whose fields `parser` has read.
    pub(super) fn new(
        call: &'a mut Call<'_>,
        parser: PostFormParser,
        (range, expected): (SizeRange, Expected),
    ) -> Self {
        Self {
            body: &mut call.body,
            platform: call.platform,
            md5_queue: call.md5_queue,
            parser: Some(parser),
            hasher: Some(BodyHasher::new(&expected.plan())),
            pending: Bytes::new(),
            range,
            expected,
            size: 0,
            rest: 0,
        }
    }

    /// Begins with what was received together with the fields.
    pub(super) fn after(mut self, pending: Bytes) -> Self {
        self.pending = pending;
        self
    }
}

impl Body for FormBody<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let (Some(parser), Some(hasher)) = (&mut self.parser, &mut self.hasher) else {
            return Ok(None);
        };
        loop {
            if let Some(FormEvent::Data(data)) = parser.feed(&mut self.pending)? {
                self.rest = 0;
                self.size += data.len() as u64;
                self.range.check_so_far(self.size)?;
                hasher.update_beside(self.md5_queue, &data).await;
                return Ok(Some(data));
            }
            if self.rest > REST_BYTES_MAX {
                return Err(S3Error::new(ErrorCode::MalformedPOSTRequest).into());
            }
            match self.body.next(self.platform).await? {
                Some(data) => {
                    self.rest += data.len();
                    self.pending = data;
                }
                None => return Ok(None),
            }
        }
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        let parser = self.parser.take().expect("a body is finished once");
        let hasher = self.hasher.take().expect("a body is finished once");
        parser.finish()?;
        self.range.check(self.size)?;
        let digests = hasher.finish_beside().await;
        self.expected.check(&digests)?;
        Ok(digests)
    }
}
