//! What a bucket's CORS configuration makes of a request: the answer to a preflight, and the
//! headers of every other answer.
//!
//! S3 user guide, "Using cross-origin resource sharing (CORS)"; the Fetch standard, "HTTP
//! extensions".

use crate::call::Call;
use crate::error::Failure;
use crate::names::bucket_name;
use crate::reply::Reply;
use crate::service::ServiceParts;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use larder_documents::{CORS_METHODS, CorsConfiguration, CorsMatch};
use larder_objects::Bucket;
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_storage::Storage;

/// What the answers of a bucket with rules depend on, whether a rule matched or not: a cache must
/// not give one origin's answer to another.
const VARIES_BY: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
);

impl<S: Storage> ServiceParts<S> {
    /// The answer to a browser that asks before it sends a request. Nobody signs these.
    ///
    /// Errors: `BadRequest` for what is no preflight, `NoSuchBucket`, `AccessForbidden`.
    pub(super) async fn preflight(&self, call: &mut Call<'_>) -> Result<Reply, Failure> {
        let insufficient = |message| Err(S3Error::with(ErrorCode::BadRequest, message).into());
        if text(&call.headers, &ORIGIN).is_none() {
            return insufficient("Insufficient information. Origin request header needed.");
        }
        let method = text(&call.headers, &ACCESS_CONTROL_REQUEST_METHOD);
        if !method.is_some_and(|method| CORS_METHODS.contains(&method)) {
            return insufficient("Invalid Access-Control-Request-Method");
        }
        let resource = if call.target.key.is_some() { "OBJECT" } else { "BUCKET" };
        let forbidden = |message: &'static str| {
            Failure::with(ErrorCode::AccessForbidden, message)
                .element("Method", method.unwrap_or_default())
                .element("ResourceType", resource)
        };
        const DISABLED: &str = "CORSResponse: CORS is not enabled for this bucket.";
        let Some(name) = &call.target.bucket else {
            return Err(forbidden(DISABLED));
        };
        let bucket = self.objects.bucket(&bucket_name(name)?).await?;
        let cors = bucket.documents.get::<CorsConfiguration>();
        let cors = cors.ok_or_else(|| forbidden(DISABLED))?;
        let Some(matched) = find(cors, &call.headers, None) else {
            return Err(forbidden(
                "CORSResponse: This CORS request is not allowed. This is usually because the \
                 evaluation of Origin, request method / Access-Control-Request-Method or \
                 Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
            ));
        };
        call.cors = Some(allowing(matched, &call.headers));
        Ok(Reply::empty(StatusCode::OK))
    }

    /// Sees to the headers of a refusal that came before its bucket was looked up: without them a
    /// script does not learn why it was refused.
    pub(super) async fn note_cors_of_refusal(&self, call: &mut Call<'_>) {
        if call.cors.is_some() || !call.headers.contains_key(ORIGIN) {
            return;
        }
        let name = call.target.bucket.as_deref().and_then(|name| bucket_name(name).ok());
        if let Some(name) = name
            && let Ok(bucket) = self.objects.bucket(&name).await
        {
            note_cors(call, &bucket);
        }
    }
}

/// Sees to the headers of the answer to a request at this bucket.
pub(super) fn note_cors(call: &mut Call<'_>, bucket: &Bucket) {
    let Some(cors) = bucket.documents.get::<CorsConfiguration>() else {
        return;
    };
    let matched = find(cors, &call.headers, Some(call.method.as_str()));
    call.cors = Some(match matched {
        Some(matched) => allowing(matched, &call.headers),
        None => HeaderMap::from_iter([(VARY, VARIES_BY)]),
    });
}

/// The rule for a request. What names a method in `Access-Control-Request-Method` is asking about
/// that one.
fn find<'a>(
    cors: &'a CorsConfiguration,
    headers: &HeaderMap,
    method: Option<&str>,
) -> Option<CorsMatch<'a>> {
    let origin = text(headers, &ORIGIN)?;
    let method = text(headers, &ACCESS_CONTROL_REQUEST_METHOD).or(method)?;
    let asked = text(headers, &ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let asked = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
    cors.find(origin, method, asked)
}

fn allowing(matched: CorsMatch<'_>, request: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(VARY, VARIES_BY);
    if matched.any_origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else if let Some(origin) = request.get(ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    let rule = matched.rule;
    insert(&mut headers, ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    if let Some(asked) = text(request, &ACCESS_CONTROL_REQUEST_HEADERS) {
        insert(&mut headers, ACCESS_CONTROL_ALLOW_HEADERS, asked);
    }
    if !rule.expose_headers.is_empty() {
        insert(&mut headers, ACCESS_CONTROL_EXPOSE_HEADERS, &rule.expose_headers.join(", "));
    }
    if let Some(seconds) = rule.max_age_seconds {
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
    }
    headers
}

/// What stands in a document was checked when it came: it is a header's value.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
