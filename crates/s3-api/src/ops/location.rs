//! The URL of an object, as its writer addressed it.

use crate::call::Call;
use http::header::HOST;
use larder_s3_wire::percent::uri_encode;

/// The URL of a key in the request's bucket.
pub(super) fn location(call: &Call<'_>, key: &str) -> String {
    let scheme = if call.connection.secure { "https" } else { "http" };
    let host = call.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let key = uri_encode(key, false);
    match call.target.bucket.as_deref().filter(|_| !call.target.virtual_host) {
        Some(bucket) => format!("{scheme}://{host}/{bucket}/{key}"),
        None => format!("{scheme}://{host}/{key}"),
    }
}
