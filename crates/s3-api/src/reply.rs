//! What an operation answers.

use crate::header_values::HeaderValues;
use crate::response_body::ResponseBody;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use larder_types::{Checksum, ETag, VersionId};

const CHECKSUM_TYPE: HeaderName = HeaderName::from_static("x-amz-checksum-type");
const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");

/// An operation's answer, before the headers that every answer has.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ResponseBody,
}

impl Reply {
    /// No body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: ResponseBody::Empty }
    }

    /// 200 with a document.
    pub(crate) fn xml(headers: HeaderMap, body: ResponseBody) -> Self {
        Self::document("application/xml", headers, body)
    }

    /// 200 with a document of this media type.
    pub(crate) fn document(
        content_type: &'static str,
        mut headers: HeaderMap,
        body: ResponseBody,
    ) -> Self {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status: StatusCode::OK, headers, body }
    }

    /// A generated output: `Reply::of(200, |h, b| output.encode(h, b))`. What is written to the
    /// body is a document.
    pub(crate) fn of(status: u16, encode: impl FnOnce(&mut HeaderMap, &mut Vec<u8>)) -> Self {
        let mut headers = HeaderMap::new();
        let mut body = Vec::new();
        encode(&mut headers, &mut body);
        let mut reply = if body.is_empty() {
            Self { status: StatusCode::OK, headers, body: ResponseBody::Empty }
        } else {
            Self::xml(headers, body.into())
        };
        reply.status = StatusCode::from_u16(status).expect("the model's statuses are valid");
        reply
    }
}

/// The checksum of an answer about an object, with its type.
pub(crate) fn checksum_headers(headers: &mut HeaderMap, checksum: Option<&Checksum>) {
    let Some(checksum) = checksum else {
        return;
    };
    let value = HeaderValue::try_from(checksum.to_wire()).expect("base64 is visible ASCII");
    headers.insert(HeaderName::from_static(checksum.algorithm.header()), value);
    let kind = HeaderValue::from_static(checksum.checksum_type().name());
    headers.insert(CHECKSUM_TYPE, kind);
}

/// `ETag`, in quotes.
pub(crate) fn etag_header(headers: &mut HeaderMap, etag: &ETag) {
    headers.insert(header::ETAG, HeaderValues::new().etag(etag));
}

/// The version id that the answer to a write shows. S3 names no null version there, though it does
/// to readers and to those who delete.
pub(crate) fn written_version(version: Option<VersionId>) -> Option<VersionId> {
    version.filter(|version| *version != VersionId::Null)
}

/// `x-amz-version-id`, when there is one to show.
pub(crate) fn version_header(headers: &mut HeaderMap, version: Option<VersionId>) {
    if let Some(version) = version {
        let value = HeaderValue::from_str(&version.to_string()).expect("a version id is hex");
        headers.insert(VERSION_ID, value);
    }
}
