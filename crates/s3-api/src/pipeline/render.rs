//! From a result to an answer.

use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use crate::response_body::ResponseBody;
use crate::service::Answer;
use http::header::{CONNECTION, CONTENT_TYPE, DATE, EXPECT, HeaderName, SERVER};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use larder_types::Timestamp;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

pub(super) async fn answer(mut call: Call, result: Result<Reply, Failure>) -> Answer {
    let (mut reply, error_code) = match result {
        Ok(reply) => (reply, None),
        Err(failure) => {
            let code = failure.code().name();
            (refusal(&mut call, failure).await, Some(code))
        }
    };
    let no_body = matches!(reply.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if no_body || call.method == Method::HEAD {
        reply.body = ResponseBody::Empty;
    }
    common_headers(&call, &mut reply.headers);
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    Answer {
        response,
        operation: call.requested,
        account: call.caller.as_ref().map(|key| key.account.id.clone()),
        access_key: call.access_key,
        bucket: call.target.bucket,
        key: call.target.key,
        error_code,
        request_id: call.identity.request_id,
        bytes_received: call.body.received(),
    }
}

async fn refusal(call: &mut Call, failure: Failure) -> Reply {
    // A client that waits for `100 Continue` must not get it now.
    let waits = call.body.received() == 0 && call.headers.contains_key(EXPECT);
    let close = match failure.close || waits {
        true => !call.body.is_end(),
        false => !call.body.drain(&call.platform).await,
    };
    let query = |name: &str| call.target.query_value(name);
    let failure = failure.about(call.target.bucket.as_deref(), call.target.key.as_deref(), &query);
    let status = StatusCode::from_u16(failure.code().status()).expect("the table's are valid");
    let mut headers: HeaderMap = HeaderMap::new();
    if status != StatusCode::NOT_MODIFIED {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    }
    let body = failure.document(&call.identity);
    headers.extend(failure.headers);
    if close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Reply { status, headers, body: body.into() }
}

fn common_headers(call: &Call, headers: &mut HeaderMap) {
    let value = |text: &str| HeaderValue::from_str(text).expect("ids are visible ASCII");
    headers.insert(REQUEST_ID, value(&call.identity.request_id));
    headers.insert(HOST_ID, value(&call.identity.host_id));
    headers.insert(SERVER, HeaderValue::from_static("Larder"));
    let now = Timestamp { ms: call.platform.wall_ms() };
    headers.insert(DATE, value(&now.to_http_date()));
}
