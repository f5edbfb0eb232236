//! Cross-origin requests: preflights, the headers of answers and refusals, the configuration.

use crate::ops::{TableEntry, entry};
use crate::testing::{Ask, Got, World};
use larder_documents::{CorsConfiguration, DocumentOperations};
use larder_s3_model::Operation;
use larder_s3_wire::error::ErrorCode;

const CONFIGURATION: &str = "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
    <CORSRule><ID>site</ID><AllowedHeader>x-amz-*</AllowedHeader><AllowedMethod>GET</AllowedMethod>\
    <AllowedMethod>PUT</AllowedMethod><AllowedOrigin>https://*.example.com</AllowedOrigin>\
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader>\
    <MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>\
    </CORSConfiguration>";
const SITE: &str = "https://www.example.com";
const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

fn put() -> Ask {
    Ask::new("PUT", "/photos?cors").body(CONFIGURATION).md5()
}

fn world() -> World {
    let world = World::with_bucket("photos");
    world.send(put()).ok();
    world.send(Ask::new("PUT", "/photos/a").body("abc")).ok();
    world
}

fn preflight(path: &str, origin: &str, method: &str) -> Ask {
    let ask = Ask::new("OPTIONS", path).by(None).header("origin", origin);
    ask.header("access-control-request-method", method)
}

#[track_caller]
fn without_cors(got: &Got) {
    assert_eq!(got.header("access-control-allow-origin"), None);
    assert_eq!(got.header("access-control-allow-methods"), None);
}

#[test]
fn the_configuration_comes_and_goes() {
    let world = World::with_bucket("photos");
    let get = || Ask::new("GET", "/photos?cors");
    let none = world.send(get()).refused(404, "NoSuchCORSConfiguration");
    assert_eq!(none.element("BucketName"), Some("photos"));
    assert_eq!(none.header("vary"), None);
    world.send(put()).ok();
    let got = world.send(get()).ok();
    assert!(got.text().ends_with(CONFIGURATION), "{}", got.text());
    assert_eq!(got.header("content-type"), Some("application/xml"));
    world.send(put().by(Some("bob"))).refused(403, "AccessDenied");
    assert_eq!(world.send(Ask::new("DELETE", "/photos?cors")).status, 204);
    assert_eq!(world.send(Ask::new("DELETE", "/photos?cors")).status, 204);
    world.send(get()).refused(404, "NoSuchCORSConfiguration");
}

#[test]
fn what_is_no_configuration_is_refused_and_changes_nothing() {
    let world = world();
    let put = |body: &str| world.send(Ask::new("PUT", "/photos?cors").body(body).md5());
    put("<CORSConfiguration/>").refused(400, "MalformedXML");
    put("<Other/>").refused(400, "MalformedXML");
    put("").refused(400, "MissingRequestBodyError");
    let bad = CONFIGURATION.replacen("GET", "PATCH", 1);
    let got = put(&bad).refused(400, "InvalidRequest");
    assert_eq!(
        got.element("Message"),
        Some("Found unsupported HTTP method in CORS config. Unsupported method is PATCH")
    );
    put(&CONFIGURATION.replacen("https://*.", "https://*.*.", 1)).refused(400, "InvalidRequest");
    let got = world.send(Ask::new("GET", "/photos?cors")).ok();
    assert!(got.text().ends_with(CONFIGURATION));
}

#[test]
fn a_preflight_is_answered_by_the_first_rule_that_matches() {
    let world = world();
    let ask = preflight("/photos/new", SITE, "PUT");
    let ask = ask.header("access-control-request-headers", "X-Amz-Date, x-amz-meta-a");
    let got = world.send(ask).ok();
    assert_eq!(got.header("access-control-allow-origin"), Some(SITE));
    assert_eq!(got.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(got.header("access-control-allow-methods"), Some("GET, PUT"));
    assert_eq!(got.header("access-control-allow-headers"), Some("X-Amz-Date, x-amz-meta-a"));
    assert_eq!(got.header("access-control-expose-headers"), Some("ETag, x-amz-request-id"));
    assert_eq!(got.header("access-control-max-age"), Some("3000"));
    assert_eq!(got.header("vary"), Some(VARY));
    assert_eq!(got.operation, Some("Preflight"));
    // Any origin may read, and none with its user's credentials.
    let got = world.send(preflight("/photos", "https://other", "GET")).ok();
    assert_eq!(got.header("access-control-allow-origin"), Some("*"));
    assert_eq!(got.header("access-control-allow-credentials"), None);
}

#[test]
fn a_preflight_that_no_rule_allows_is_refused() {
    let world = world();
    world.bucket("plain");
    let refused = |ask: Ask| {
        let got = world.send(ask).refused(403, "AccessForbidden");
        without_cors(&got);
        got
    };
    refused(preflight("/photos/a", "https://other", "PUT"));
    refused(preflight("/photos/a", SITE, "DELETE"));
    let ask = preflight("/photos/a", SITE, "PUT");
    let got = refused(ask.header("access-control-request-headers", "x-amz-date,authorization"));
    assert_eq!(got.element("Method"), Some("PUT"));
    assert_eq!(got.element("ResourceType"), Some("OBJECT"));
    let got = refused(preflight("/plain", SITE, "GET"));
    let message = "CORSResponse: CORS is not enabled for this bucket.";
    assert_eq!(got.element("Message"), Some(message));
    assert_eq!(got.element("ResourceType"), Some("BUCKET"));
    world.send(preflight("/none/a", SITE, "GET")).refused(404, "NoSuchBucket");
    world.send(preflight("/photos/a", SITE, "PATCH")).refused(400, "BadRequest");
    let ask = Ask::new("OPTIONS", "/photos/a").by(None);
    world.send(ask.clone()).refused(400, "BadRequest");
    world.send(ask.header("origin", SITE)).refused(400, "BadRequest");
}

#[test]
fn answers_and_refusals_carry_the_headers() {
    let world = world();
    let ask = |method, path: &str| Ask::new(method, path).header("origin", SITE);
    let allowed = |got: &Got| {
        assert_eq!(got.header("access-control-allow-origin"), Some(SITE));
        assert_eq!(got.header("access-control-expose-headers"), Some("ETag, x-amz-request-id"));
        assert_eq!(got.header("vary"), Some(VARY));
    };
    allowed(&world.send(ask("GET", "/photos/a")).ok());
    allowed(&world.send(ask("GET", "/photos?list-type=2")).ok());
    allowed(&world.send(ask("PUT", "/photos/b").body("b")).ok());
    allowed(&world.send(ask("GET", "/photos/none")).refused(404, "NoSuchKey"));
    // Before the bucket is looked up: who signs wrong, or not at all.
    allowed(&world.send(ask("GET", "/photos/a").by(None)).refused(403, "AccessDenied"));
    let presigned = world.presigned("GET", "/photos/a", &[]) + "0";
    let got = world.send(ask("GET", &presigned).by(None));
    assert_eq!(got.status, 403);
    allowed(&got);
    // No rule allows it: it is served as ever, and a browser does not show it.
    let got = world.send(ask("DELETE", "/photos/b"));
    assert_eq!(got.status, 204);
    without_cors(&got);
    assert_eq!(got.header("vary"), Some(VARY));
    // Who names no origin is told what a cache has to look at.
    let got = world.send(Ask::new("GET", "/photos/a")).ok();
    without_cors(&got);
    assert_eq!(got.header("vary"), Some(VARY));
}

#[test]
fn a_document_s_errors_and_actions_are_aws_s() {
    assert!(ErrorCode::from_name(CorsConfiguration::absent().unwrap_err()).is_some());
    assert!(ErrorCode::from_name("InvalidRequest").is_some());
    assert!(ErrorCode::from_name("MalformedXML").is_some());
    let TableEntry::Built([need]) = entry(Operation::DeleteBucketCors) else {
        panic!("it is built");
    };
    assert_eq!(need.action.to_string(), "s3:PutBucketCORS");
}
