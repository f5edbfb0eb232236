//! Which requests are for a query API. S3 has its operations at the same address, so only what S3
//! has no operation for is one: a form that is posted to `/`, and a GET of `/` with an `Action`
//! that is signed for one of these services.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use larder_iam_model::Service;
use larder_s3_wire::auth::Claim;
use larder_s3_wire::target::Target;

/// The type of a posted form.
const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a request is for a query API and not for S3.
pub fn is_query_request(method: &Method, headers: &HeaderMap, target: &Target) -> bool {
    if target.bucket.is_some() || target.path_raw != "/" {
        return false;
    }
    match *method {
        Method::POST => is_form(headers),
        Method::GET => {
            let claim = Claim::parse(headers, target);
            target.query_value("Action").is_some()
                && claim.is_ok_and(|claim| claim.service().is_some_and(|name| of(name).is_some()))
        }
        _ => false,
    }
}

/// The service of this name.
pub(crate) fn of(name: &str) -> Option<Service> {
    Service::ALL.into_iter().find(|service| service.name() == name)
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(FORM)
}
