//! What a request's error document says besides the error.

use http::HeaderValue;
use larder_types::RequestId;

/// What a request's error document says besides the error.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) request_id: RequestId,
    pub(crate) host_id: HeaderValue,
    /// `/bucket/key` as addressed.
    pub(crate) resource: String,
}
