//! What an operation answers.

use crate::response_body::ResponseBody;
use http::{HeaderMap, HeaderValue, StatusCode, header};

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
    pub(crate) fn xml(mut headers: HeaderMap, body: ResponseBody) -> Self {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        Self { status: StatusCode::OK, headers, body }
    }

    /// A generated output: `Reply::of(200, |h, b| output.encode(h, b))`. What is written to the body
    /// is a document.
    pub(crate) fn of(status: u16, encode: impl FnOnce(&mut HeaderMap, &mut Vec<u8>)) -> Self {
        let mut headers = HeaderMap::new();
        let mut body = Vec::new();
        encode(&mut headers, &mut body);
        let mut reply = match body.is_empty() {
            true => Self { status: StatusCode::OK, headers, body: ResponseBody::Empty },
            false => Self::xml(headers, body.into()),
        };
        reply.status = StatusCode::from_u16(status).expect("the model's statuses are valid");
        reply
    }
}
