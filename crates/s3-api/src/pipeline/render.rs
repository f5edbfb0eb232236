//! From a result to an answer.

use crate::call::Call;
use crate::error::Failure;
use crate::header_values::HeaderValues;
use crate::reply::Reply;
use crate::response_body::ResponseBody;
use http::header::{CONNECTION, CONTENT_TYPE, DATE, EXPECT, HeaderName, SERVER};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use larder_types::Timestamp;

const REQUEST_CHARGED: HeaderName = HeaderName::from_static("x-amz-request-charged");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// The answer, noted in the request's record.
pub(super) fn answer(
    call: &mut Call<'_>,
    mut reply: Reply,
    error_code: Option<&'static str>,
) -> Response<ResponseBody> {
    let no_body = matches!(reply.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if no_body || call.method == Method::HEAD {
        reply.body = ResponseBody::Empty;
    }
    common_headers(call, &mut reply.headers);
    if let Some(cors) = call.cors.take() {
        reply.headers.extend(cors);
    }
    if call.is_charged && error_code.is_none() {
        reply.headers.insert(REQUEST_CHARGED, HeaderValue::from_static("requester"));
    }
    let body = match call.held.take() {
        Some(held) => reply.body.holding(held),
        None => reply.body,
    };
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    call.record.status = response.status().as_u16();
    call.record.error_code = error_code;
    response
}

/// What a failure answers.
pub(super) async fn refusal(call: &mut Call<'_>, failure: Failure) -> Reply {
    // A client that waits for `100 Continue` must not get it now.
    let waits = call.body.received() == 0 && call.headers.contains_key(EXPECT);
    let close = if failure.close || waits {
        !call.body.is_end()
    } else {
        !call.body.drain(call.platform).await
    };
    let query = |name: &str| call.target.query_value(name);
    let failure = failure.about(call.target.bucket.as_deref(), call.target.key.as_deref(), &query);
    let status = StatusCode::from_u16(failure.code().status()).expect("the table's are valid");
    let mut headers: HeaderMap = HeaderMap::new();
    if status != StatusCode::NOT_MODIFIED {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    }
    let body = failure.document(&call.identity());
    headers.extend(failure.headers);
    if close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Reply { status, headers, body: body.into() }
}

fn common_headers(call: &Call<'_>, headers: &mut HeaderMap) {
    let mut values = HeaderValues::new();
    headers.insert(REQUEST_ID, values.text(call.request_id.as_str()));
    headers.insert(HOST_ID, values.text(call.host_id.to_str().expect("ids are visible ASCII")));
    headers.insert(SERVER, HeaderValue::from_static("Larder"));
    headers.insert(DATE, values.http_date(Timestamp { ms: call.platform.wall_ms() }));
}
