//! AWS's published examples, then every rule that a request can break.

mod version_2;

use super::{AuthSettings, Claim, PayloadMode, RequestParts, Verified, Verifier};
use crate::error::{ErrorCode, WireError};
use crate::signer::{Signer, UNSIGNED_PAYLOAD};
use crate::target::{Target, parse_target};
use http::{HeaderMap, HeaderName, HeaderValue};
use larder_types::Timestamp;

const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const HOST: &str = "examplebucket.s3.amazonaws.com";
const EMPTY: &str = super::chunk_signer::EMPTY_SHA256;

fn example_time() -> Timestamp {
    Timestamp::parse_amz_date("20130524T000000Z").unwrap()
}

fn later(seconds: i64) -> Timestamp {
    Timestamp { ms: example_time().ms + seconds * 1000 }
}

/// A request to break in one way at a time.
#[derive(Clone)]
struct Request {
    method: &'static str,
    uri: String,
    headers: HeaderMap,
    settings: AuthSettings,
    now: Timestamp,
}

impl Request {
    fn new(method: &'static str, uri: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = Self {
            method,
            uri: uri.to_owned(),
            headers: HeaderMap::new(),
            settings: AuthSettings::default(),
            now: example_time(),
        };
        headers.iter().for_each(|(name, value)| request.add(name, value));
        request
    }

    fn add(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
    }

    fn set(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    fn target(&self) -> Target {
        let host = self.headers.get("host").map(|h| h.to_str().unwrap());
        parse_target(host, &self.uri, &["s3.amazonaws.com".to_owned()]).unwrap()
    }

    fn verify(&self) -> Result<Verified, WireError> {
        let target = self.target();
        let claim = Claim::parse(&self.headers, &target)?;
        let parts = RequestParts {
            method: self.method,
            target: &target,
            headers: &self.headers,
            authority: None,
            body_sha256: None,
        };
        Verifier::new(self.settings.clone()).verify(&claim, &parts, SECRET, self.now)
    }

    fn refused(&self, code: ErrorCode) -> WireError {
        let error = self.verify().expect_err("must be refused");
        assert_eq!(error.code, code, "{error} {:?}", error.extra);
        error
    }
}

fn element<'a>(error: &'a WireError, name: &str) -> &'a str {
    let found = error.extra.iter().find(|(n, _)| *n == name);
    found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no {name} in {error:?}"))
}

fn signer() -> Signer<'static> {
    Signer {
        access_key: ACCESS_KEY,
        secret: SECRET,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: example_time(),
    }
}

fn authorization(signed_headers: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders={signed_headers}, Signature={signature}"
    )
}

/// Go's SDK folds runs of spaces before it signs; boto3, the JavaScript, Ruby and Java SDKs fold
/// all white space. What is sent is the same.
#[test]
fn white_space_in_signed_values_folds_either_way() {
    let signed = |value: &str| {
        let mut request = Request::new("PUT", "/k", &[("host", HOST)]);
        request.headers.insert("x-amz-meta-a", HeaderValue::from_bytes(value.as_bytes()).unwrap());
        signer().sign_request("PUT", "/k", &mut request.headers, UNSIGNED_PAYLOAD);
        request
    };
    let check = |signed_as: &str, sent: &str, fine: bool| {
        let mut request = signed(signed_as);
        let sent_value = HeaderValue::from_bytes(sent.as_bytes()).unwrap();
        request.headers.insert("x-amz-meta-a", sent_value);
        let verified = request.verify();
        assert_eq!(verified.is_ok(), fine, "{signed_as:?} {sent:?} {verified:?}");
    };
    check("x\ty", "x\ty", true);
    check("x y", "x\ty", true);
    check("x y", "x \t\t y\t", true);
    check("x y", "x\u{a0}y", true);
    check("x\u{a0}y", "x\u{a0}y", true);
    check("x y z", "x\ty  z", true);
    check("x\ty z", "x\ty  z", true);
    // All values are folded by one rule, and nothing else is.
    check("x\ty z", "x\ty\tz", false);
    check("xy", "x\ty", false);
    check("x\ty", "x y", false);
    // What steers a request has one meaning: two values of one signature would be two requests.
    for name in ["x-amz-copy-source", "x-amz-tagging"] {
        let mut request = Request::new("PUT", "/k", &[("host", HOST), (name, "b/x y")]);
        signer().sign_request("PUT", "/k", &mut request.headers, UNSIGNED_PAYLOAD);
        request.verify().unwrap();
        for sent in ["b/x\ty", "b/x\u{a0}y"] {
            let name = HeaderName::from_static(name);
            request.headers.insert(name, HeaderValue::from_bytes(sent.as_bytes()).unwrap());
            request.refused(ErrorCode::SignatureDoesNotMatch);
        }
    }
}

/// "Authenticating Requests: Using the Authorization Header", examples with a single chunk.
#[test]
fn aws_header_examples() {
    let put_hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    type Example = (
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
        &'static str,
    );
    let examples: [Example; 4] = [
        (
            "GET",
            "/test.txt",
            &[("range", "bytes=0-9")],
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test$file.text",
            &[
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ],
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET",
            "/?lifecycle",
            &[],
            "host;x-amz-content-sha256;x-amz-date",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET",
            "/?max-keys=2&prefix=J",
            &[],
            "host;x-amz-content-sha256;x-amz-date",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ];
    for (method, uri, headers, signed_headers, signature) in examples {
        let hash = if method == "PUT" { put_hash } else { EMPTY };
        let mut request = Request::new(method, uri, headers);
        request.add("host", HOST);
        let unsigned = request.clone();
        request.add("x-amz-content-sha256", hash);
        request.add("x-amz-date", "20130524T000000Z");
        request.add("authorization", &authorization(signed_headers, signature));
        let verified = request.verify().unwrap();
        assert!(matches!(verified.payload, PayloadMode::SignedSha256(_)), "{uri}");
        assert_eq!(verified.signed_at, Some(example_time()));
        // Our own signer arrives at AWS's signature too.
        let mut ours = unsigned;
        signer().sign_request(method, uri, &mut ours.headers, hash);
        let text = ours.headers["authorization"].to_str().unwrap();
        assert!(text.ends_with(signature), "{text}");
    }
}

/// "Authenticating Requests: Using Query Parameters".
#[test]
fn aws_presigned_example() {
    let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static(HOST));
    let url = signer().presign_url("GET", "/test.txt", &headers, 86_400);
    assert_eq!(
        url,
        format!(
            "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ACCESS_KEY}%2F20130524\
             %2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400\
             &X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
        )
    );
    let mut request = Request::new("GET", &url, &[("host", HOST)]);
    request.now = later(86_400);
    assert!(matches!(request.verify().unwrap().payload, PayloadMode::Unsigned));
    request.now = later(86_401);
    let error = request.refused(ErrorCode::AccessDenied);
    assert_eq!(error.message, "Request has expired");
    assert_eq!(element(&error, "X-Amz-Expires"), "86400");
    assert_eq!(element(&error, "Expires"), "2013-05-25T00:00:00Z");
    assert_eq!(element(&error, "ServerTime"), "2013-05-25T00:00:01Z");
    request.now = later(-901);
    assert_eq!(request.refused(ErrorCode::AccessDenied).message, "Request is not valid yet");
}

/// A header-signed PUT with metadata, made by the signer that the AWS examples pin.
fn signed_put() -> Request {
    let mut request = Request::new("PUT", "/k", &[("host", HOST), ("x-amz-meta-a", "1")]);
    signer().sign_request("PUT", "/k", &mut request.headers, UNSIGNED_PAYLOAD);
    request
}

fn presigned_put(expires: u64) -> Request {
    let mut request = Request::new("PUT", "/k", &[("host", HOST)]);
    request.uri = signer().presign_url("PUT", "/k", &request.headers, expires);
    request
}

#[test]
fn unsigned_amz_headers_are_refused() {
    for mut request in [signed_put(), presigned_put(60)] {
        request.verify().unwrap();
        request.add("x-amz-copy-source", "/other/secret");
        request.add("x-amz-acl", "public-read");
        let error = request.refused(ErrorCode::AccessDenied);
        assert_eq!(
            error.message,
            "There were headers present in the request which were not signed"
        );
        let names = element(&error, "HeadersNotSigned");
        assert!(names.contains("x-amz-copy-source") && names.contains("x-amz-acl"), "{names}");
    }
    // Other headers may be added by anybody on the way.
    let mut request = signed_put();
    request.add("via", "1.1 proxy");
    request.verify().unwrap();
}

#[test]
fn host_must_be_signed() {
    let mut request = Request::new("GET", "/k", &[("host", HOST)]);
    let host = request.headers.remove("host").unwrap();
    signer().sign_request("GET", "/k", &mut request.headers, UNSIGNED_PAYLOAD);
    request.headers.insert("host", host);
    assert_eq!(element(&request.refused(ErrorCode::AccessDenied), "HeadersNotSigned"), "host");
    let mut request = Request::new("GET", "/k", &[]);
    request.uri = signer().presign_url("GET", "/k", &HeaderMap::new(), 60);
    request.headers.insert("range", HeaderValue::from_static("bytes=0-1"));
    // Without any signed header the parameter is empty, which is malformed before all else.
    request.refused(ErrorCode::AuthorizationQueryParametersError);
    request.uri = signer().presign_url("GET", "/k", &request.headers.clone(), 60);
    request.add("host", HOST);
    assert_eq!(element(&request.refused(ErrorCode::AccessDenied), "HeadersNotSigned"), "host");
}

#[test]
fn presigned_expiry_has_bounds() {
    presigned_put(604_800).verify().unwrap();
    let error = presigned_put(604_801).refused(ErrorCode::AuthorizationQueryParametersError);
    assert!(error.message.contains("604800"));
    for (value, sentence) in [
        ("-1", "X-Amz-Expires must be non-negative"),
        ("soon", "X-Amz-Expires should be a number"),
        ("99999999999999999999999", "604800"),
        ("%2B60", "X-Amz-Expires should be a number"),
    ] {
        let mut request = presigned_put(60);
        request.uri = request.uri.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={value}"));
        let error = request.refused(ErrorCode::AuthorizationQueryParametersError);
        assert!(error.message.contains(sentence), "{error}");
    }
}

#[test]
fn clock_skew_has_a_bound() {
    let mut request = signed_put();
    for (seconds, fine) in [(-901, false), (-900, true), (900, true), (901, false)] {
        request.now = later(seconds);
        if fine {
            request.verify().unwrap();
            continue;
        }
        let error = request.refused(ErrorCode::RequestTimeTooSkewed);
        assert_eq!(element(&error, "RequestTime"), "20130524T000000Z");
        assert_eq!(element(&error, "MaxAllowedSkewMilliseconds"), "900000");
        element(&error, "ServerTime");
    }
    let mut request = signed_put();
    request.headers.remove("x-amz-date");
    request.refused(ErrorCode::AccessDenied);
}

#[test]
fn date_header_in_any_form() {
    for date in [
        "Fri, 24 May 2013 00:00:00 GMT",
        "Fri, 24 May 2013 00:00:00 -0000",
        "Fri, 24 May 2013 00:00:00 +0000",
        "20130524T000000Z",
    ] {
        // Signed as AWS defines it, by hand: there is no x-amz-date to sign.
        let mut request = Request::new("GET", "/k", &[("host", HOST), ("date", date)]);
        request.add("x-amz-content-sha256", EMPTY);
        let parts = super::CanonicalRequest {
            method: "GET",
            path_raw: "/k",
            query_raw: "",
            headers: &request.headers,
            authority: None,
            signed_headers: "date;host;x-amz-content-sha256",
            payload_hash: EMPTY,
        };
        let canonical = super::canonical_request(&parts, super::Fold::Spaces);
        let scope = "20130524/us-east-1/s3/aws4_request";
        let to_sign = super::string_to_sign("20130524T000000Z", scope, &canonical);
        let key = super::derive_signing_key(SECRET, scope);
        let signature = larder_types::hex::encode(&key.sign(to_sign.as_bytes()));
        request.add("authorization", &authorization("date;host;x-amz-content-sha256", &signature));
        request.verify().unwrap();
    }
}

#[test]
fn mismatch_tells_the_developer_why() {
    let tampered: [fn(&mut Request); 6] = [
        |r| r.method = "GET",
        |r| r.uri = "/k2".to_owned(),
        |r| r.uri.push_str("?acl"),
        |r| r.set("x-amz-meta-a", "2"),
        |r| r.set("host", "other.s3.amazonaws.com"),
        |r| {
            let text = r.headers["authorization"].to_str().unwrap().to_owned();
            let at = text.find("Signature=").unwrap();
            r.set("authorization", &format!("{}Signature=zz", &text[..at]));
        },
    ];
    for tamper in tampered {
        let mut request = signed_put();
        tamper(&mut request);
        let error = request.refused(ErrorCode::SignatureDoesNotMatch);
        assert_eq!(element(&error, "AWSAccessKeyId"), ACCESS_KEY);
        assert!(
            element(&error, "StringToSign").starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n")
        );
        assert!(element(&error, "StringToSignBytes").starts_with("41 57 53 34"));
        assert!(element(&error, "CanonicalRequest").contains("x-amz-date:20130524T000000Z"));
        element(&error, "CanonicalRequestBytes");
        element(&error, "SignatureProvided");
    }
    let mut request = presigned_put(60);
    request.uri.push_str("&acl");
    request.refused(ErrorCode::SignatureDoesNotMatch);
}

#[test]
fn scope_is_checked() {
    let (header, query) =
        (ErrorCode::AuthorizationHeaderMalformed, ErrorCode::AuthorizationQueryParametersError);
    for (from, to, sentence) in [
        ("20130524/", "20130525/", "Invalid credential date"),
        ("20130524/", "2013052/", "incorrect date format"),
        ("/s3/", "/ec2/", "incorrect service \"ec2\""),
        ("aws4_request", "aws5_request", "incorrect terminal"),
        ("/20130524/us-east-1", "", "mal-formed"),
        ("/us-east-1/", "/us_east_1/", "no region's name"),
        ("/us-east-1/", &format!("/{}/", "a".repeat(65)), "no region's name"),
    ] {
        let mut request = signed_put();
        let text = request.headers["authorization"].to_str().unwrap().replace(from, to);
        request.set("authorization", &text);
        assert!(request.refused(header).message.contains(sentence), "{sentence}");
        let mut request = presigned_put(60);
        let (from, to) = (from.replace('/', "%2F"), to.replace('/', "%2F"));
        request.uri = request.uri.replacen(&from, &to, 1);
        assert!(request.refused(query).message.contains(sentence), "{sentence}");
    }
    for mut request in [signed_put(), presigned_put(60)] {
        request.settings.region = Some("us-east-1".to_owned());
        request.verify().unwrap();
        request.settings.region = Some("eu-west-1".to_owned());
        let error = request.verify().unwrap_err();
        assert!(error.code == header || error.code == query);
        assert_eq!(element(&error, "Region"), "eu-west-1");
    }
}

#[test]
fn heads_that_are_no_claim() {
    let mut request = Request::new("GET", "/k", &[("host", HOST)]);
    assert!(matches!(request.verify().unwrap().payload, PayloadMode::Unsigned));
    for (value, code) in [
        ("Basic dXNlcjpwYXNz", ErrorCode::InvalidArgument),
        ("AWS nocolon", ErrorCode::InvalidArgument),
        ("AWS4-ECDSA-P256-SHA256 Credential=a", ErrorCode::InvalidRequest),
        ("AWS4-HMAC-SHA256 Credential=a", ErrorCode::AuthorizationHeaderMalformed),
        (
            "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=a",
            ErrorCode::AuthorizationHeaderMalformed,
        ),
    ] {
        request.set("authorization", value);
        request.refused(code);
    }
    let mut both = presigned_put(60);
    both.add("authorization", "AWS a:b");
    both.refused(ErrorCode::InvalidArgument);
    let mut partial = Request::new("GET", "/k?X-Amz-Signature=ab", &[("host", HOST)]);
    partial.refused(ErrorCode::AuthorizationQueryParametersError);
    partial.uri = "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned();
    partial.refused(ErrorCode::AuthorizationQueryParametersError);
}

#[test]
fn content_sha256_is_required_and_understood() {
    let mut request = signed_put();
    request.headers.remove("x-amz-content-sha256");
    let error = request.refused(ErrorCode::InvalidRequest);
    assert!(error.message.ends_with("x-amz-content-sha256"), "{error}");
    for (payload, code) in [
        ("nonsense", ErrorCode::InvalidArgument),
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", ErrorCode::NotImplemented),
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", ErrorCode::NotImplemented),
    ] {
        let mut request = Request::new("PUT", "/k", &[("host", HOST)]);
        signer().sign_request("PUT", "/k", &mut request.headers, payload);
        request.refused(code);
    }
    let mut anonymous = Request::new("PUT", "/k", &[("host", HOST)]);
    anonymous.add("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    let payload = anonymous.verify().unwrap().payload;
    assert!(matches!(payload, PayloadMode::Chunked { signer: None, trailers: true }));
    anonymous.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    anonymous.refused(ErrorCode::InvalidRequest);
}

#[test]
fn session_token_is_signed_and_exposed() {
    let signer = Signer { session_token: Some("to/k+n=="), ..signer() };
    let mut request = Request::new("GET", "/k", &[("host", HOST)]);
    signer.sign_request("GET", "/k", &mut request.headers, EMPTY);
    request.verify().unwrap();
    assert_eq!(super::security_token(&request.headers, &request.target()), Some("to/k+n=="));
    let mut request = Request::new("GET", "/k", &[("host", HOST)]);
    request.uri = signer.presign_url("GET", "/k", &request.headers, 60);
    request.verify().unwrap();
    assert_eq!(super::security_token(&request.headers, &request.target()), Some("to/k+n=="));
    request.set("x-amz-security-token", "to/k+n==");
    request.refused(ErrorCode::InvalidArgument);
}

#[test]
fn odd_keys_sign_as_they_are() {
    for uri in
        ["/a//b/../c/.", "/a%20b+c%2Bd", "/%E2%82%AC?prefix=a%2Fb&delimiter=%2F", "/a%00%01", "//"]
    {
        let mut request = Request::new("GET", uri, &[("host", HOST)]);
        signer().sign_request("GET", uri, &mut request.headers, EMPTY);
        request.verify().unwrap();
    }
}

#[test]
fn authority_stands_in_for_host() {
    let mut request = signed_put();
    let target = request.target();
    request.headers.remove("host");
    let claim = Claim::parse(&request.headers, &target).unwrap();
    let parts = |authority| RequestParts {
        method: "PUT",
        target: &target,
        headers: &request.headers,
        authority,
        body_sha256: None,
    };
    let verifier = Verifier::default();
    verifier.verify(&claim, &parts(Some(HOST)), SECRET, request.now).unwrap();
    verifier.verify(&claim, &parts(None), SECRET, request.now).unwrap_err();
}

/// Some clients name no region. It is taken where any is, and signed as what it is.
#[test]
fn a_region_may_be_left_out_where_any_is_taken() {
    let target = parse_target(Some("host"), "/", &[]).unwrap();
    let mut headers = HeaderMap::from_iter([(http::header::HOST, "host".parse().unwrap())]);
    let signer = Signer {
        access_key: ACCESS_KEY,
        secret: SECRET,
        session_token: None,
        region: "",
        service: "s3",
        now: example_time(),
    };
    signer.sign_request("GET", "/", &mut headers, UNSIGNED_PAYLOAD);
    let claim = Claim::parse(&headers, &target).unwrap();
    let request = RequestParts {
        method: "GET",
        target: &target,
        headers: &headers,
        authority: None,
        body_sha256: None,
    };
    let verify = |region: Option<&str>| {
        let region = region.map(str::to_owned);
        let verifier = Verifier::new(AuthSettings { region, ..AuthSettings::default() });
        verifier.verify(&claim, &request, SECRET, example_time()).map(|_| ())
    };
    verify(None).unwrap();
    assert!(verify(Some("us-east-1")).is_err());
}
