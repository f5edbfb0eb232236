//! A request on its way through the pipeline, as operations see it.

use crate::access_record::AccessRecord;
use crate::error::Failure;
use crate::identity::Identity;
use crate::keep_alive::keep_alive;
use crate::reply::Reply;
use crate::request_body::Intake;
use crate::service::{ApiSettings, Connection};
use crate::tags;
use crate::upload_body::UploadBody;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Version};
use larder_digest::Md5Queue;
use larder_iam::{
    AccessKey, Audit, Context, KeySource, Principal, RequestValues, Rules, Signature,
};
use larder_platform::{Platform, Reservation};
use larder_s3_model::{DecodeError, RequestHead};
use larder_s3_wire::auth::PayloadMode;
use larder_s3_wire::body::BodyVerifier;
use larder_s3_wire::error::ErrorCode;
use larder_s3_wire::target::Target;
use larder_types::{AuthType, RequestId, Timestamp};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// A request. What it may touch is in its `Grant`.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) target: Target,
    pub(crate) connection: Connection,
    /// What is recorded of the request; part of it when the call is dropped.
    pub(crate) record: &'a mut AccessRecord,
    /// Who signed; `None` when anonymous or not yet known.
    pub(crate) caller: Option<Arc<AccessKey>>,
    /// What the verifier found out.
    pub(crate) verified: Verified,
    pub(crate) payload: Option<PayloadMode>,
    pub(crate) body: Intake,
    /// The control body, verified; empty where the operation has none or it streams.
    pub(crate) control: Bytes,
    /// The headers by which the bucket's CORS configuration lets scripts of other origins read the
    /// answer; `None` where it has none.
    pub(crate) cors: Option<HeaderMap>,
    /// Whether whoever asks pays for it.
    pub(crate) is_charged: bool,
    /// The memory of the control body and of what is made of it.
    pub(crate) held: Option<Reservation>,
    pub(crate) rules: &'a dyn Rules,
    /// Who is whom, to find the grantees that a request names.
    pub(crate) accounts: &'a dyn KeySource,
    pub(crate) audit: Option<&'a dyn Audit>,
    pub(crate) platform: &'a Platform,
    pub(crate) settings: &'a ApiSettings,
    pub(crate) md5_queue: &'a Md5Queue,
    pub(crate) request_id: RequestId,
    pub(crate) host_id: &'a HeaderValue,
}

/// What the verifier states of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verified {
    /// `None` while nothing is verified, and when nobody signed.
    pub(crate) signature: Option<Signature>,
    pub(crate) auth_type: AuthType,
    /// When it was verified.
    pub(crate) at: Timestamp,
}

impl Verified {
    /// Nothing yet.
    pub(crate) const NOTHING: Self =
        Self { signature: None, auth_type: AuthType::Anonymous, at: Timestamp { ms: 0 } };
}

impl RequestValues for Call<'_> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.head().header(name)
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.target.query_value(name)
    }

    fn tags(&self) -> Vec<(String, String)> {
        // What cannot be read is refused when the object's attributes are.
        let tags = tags::of_header(self.header("x-amz-tagging").as_deref()).unwrap_or_default();
        tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
    }
}

impl Drop for Call<'_> {
    /// However the request ends, the record tells how far it came.
    fn drop(&mut self) {
        let record = &mut *self.record;
        record.account = principal(&self.caller).account().map(|account| account.id.clone());
        record.bucket = self.target.bucket.take();
        record.key = self.target.key.take();
        record.bytes_received = self.body.received();
    }
}

impl Call<'_> {
    /// The head as the generated inputs read it.
    pub(crate) fn head(&self) -> RequestHead<'_> {
        RequestHead {
            bucket: self.target.bucket.as_deref().unwrap_or_default(),
            key: self.target.key.as_deref().unwrap_or_default(),
            query: &self.target.query,
            headers: &self.headers,
        }
    }

    /// The operation's input: `call.input(GetObjectInput::decode)?`.
    pub(crate) fn input<T>(
        &self,
        decode: impl FnOnce(&RequestHead<'_>, &[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, Failure> {
        Ok(decode(&self.head(), &self.control)?)
    }

    /// A header's value, or that of the query parameter that a presigning client made of it; the
    /// same that the operation's input has.
    pub(crate) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.head().header(name)
    }

    /// What an error document says besides the error.
    pub(crate) fn identity(&self) -> Identity {
        Identity {
            request_id: self.request_id,
            host_id: self.host_id.clone(),
            resource: match (&self.target.bucket, &self.target.key) {
                (Some(bucket), Some(key)) => format!("/{bucket}/{key}"),
                (Some(bucket), None) => format!("/{bucket}"),
                (None, _) => self.target.path_raw.clone(),
            },
        }
    }

    /// Holds so many bytes more of the memory that requests share, until the answer is sent.
    ///
    /// Errors: `SlowDown` when requests hold all that they may.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Failure> {
        let budget = &self.platform.request_memory;
        Ok(self.held.get_or_insert_with(|| budget.reservation()).grow(bytes)?)
    }

    /// Who asks.
    pub(crate) fn principal(&self) -> &Principal {
        principal(&self.caller)
    }

    /// Where the request comes from, as far as it is known.
    pub(crate) fn source_address(&self) -> Option<IpAddr> {
        self.connection.remote.map(|remote| remote.ip())
    }

    /// What rights are decided by besides who asks for what. `values` is what speaks for the
    /// request: itself, or its form.
    pub(crate) fn context<'a>(&'a self, values: &'a dyn RequestValues) -> Context<'a> {
        Context {
            signature: self.verified.signature,
            auth_type: self.verified.auth_type,
            session: self.caller.as_ref().and_then(|key| key.session),
            region: self.settings.region(),
            secure_transport: self.connection.secure,
            source_address: self.source_address(),
            now: self.verified.at,
            values,
        }
    }

    /// Whether nobody signed.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.caller.is_none()
    }

    /// The value of `Content-Length`.
    fn sent_length(&self) -> Option<u64> {
        let header = self.headers.get(http::header::CONTENT_LENGTH);
        header.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok())
    }

    /// The length that the body's framing or its `Content-Length` announces.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.sent_length().or_else(|| {
            if self.headers.contains_key(http::header::TRANSFER_ENCODING) {
                None
            } else {
                self.body.length()
            }
        })
    }

    /// The object data that the request carries. The first byte is read by the caller's first
    /// `next`.
    ///
    /// Its length need not be known when HTTP's own chunks tell its end (AWS answers 501 to these);
    /// `objects` bounds what it takes. In HTTP/1 one of the two has to be there: a body that is
    /// empty for want of either is rather one that was forgotten.
    ///
    /// Errors: `MissingContentLength`, `InvalidDigest`, `InvalidRequest`.
    pub(crate) fn upload_body(&mut self) -> Result<UploadBody<'_>, Failure> {
        let payload = self.payload.take().unwrap_or(PayloadMode::Unsigned);
        let in_chunks = self.headers.contains_key(http::header::TRANSFER_ENCODING);
        if self.version < Version::HTTP_2 && self.sent_length().is_none() && !in_chunks {
            return Err(Failure::new(ErrorCode::MissingContentLength));
        }
        let verifier = match self.content_length() {
            None if in_chunks => BodyVerifier::until_end(payload, &self.headers)?,
            length => BodyVerifier::new(payload, &self.headers, length)?,
        };
        Ok(UploadBody::new(&mut self.body, self.platform, self.md5_queue, verifier))
    }

    /// Runs what may take long, see [`crate::keep_alive`].
    pub(crate) async fn keep_alive(
        &self,
        work: impl Future<Output = Result<Reply, Failure>> + Send + 'static,
    ) -> Result<Reply, Failure> {
        keep_alive(self.platform, self.identity(), work).await
    }
}

fn principal(caller: &Option<Arc<AccessKey>>) -> &Principal {
    caller.as_ref().map_or(&Principal::Anonymous, |key| &key.principal)
}
