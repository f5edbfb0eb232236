use super::{ACCESS_KEY, Request};
use crate::error::ErrorCode;
use larder_types::Timestamp;

/// Method, URI, headers besides the host and date, time of day, signature.
type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);
const EXAMPLES: [Case; 6] = [
    ("GET", "/photos/puppy.jpg", &[], "19:36:42", "bWq2s1WEIj+Ydj0vQ697zp+IXMU="),
    (
        "PUT",
        "/photos/puppy.jpg",
        &[("content-type", "image/jpeg"), ("content-length", "94328")],
        "21:15:45",
        "MyyxeRY7whkBe+bq8fHCL/2kKUg=",
    ),
    ("GET", "/?prefix=photos&max-keys=50", &[], "19:42:41", "htDYFYduRNen8P9ZfE/s9SuKy0U="),
    ("GET", "/?acl", &[], "19:44:46", "c2WLPFtWHVgbEmeEG93a4cG37dM="),
    ("DELETE", "/photos/puppy.jpg", &[], "21:20:26", "lx3byBScXR6KzyMaifNkardMwNk="),
    (
        "PUT",
        "/static.johnsmith.net/db-backup.dat.gz",
        &[
            ("host", "s3.amazonaws.com"),
            ("content-type", "application/x-download"),
            ("content-md5", "4gJE4saaMU4BqNR0kLY+lw=="),
            ("x-amz-acl", "public-read"),
            ("x-amz-meta-reviewedby", "joe@johnsmith.net"),
            ("x-amz-meta-reviewedby", "jane@johnsmith.net"),
            ("x-amz-meta-filechecksum", "0x02661779"),
            ("x-amz-meta-checksumalgorithm", "crc32"),
        ],
        "21:06:08",
        "ilyl83RwaSoYIEdixDQcA4OnAnc=",
    ),
];

/// "Signing and authenticating REST requests" (Signature Version 2).
#[test]
fn aws_version_2_examples() {
    for (method, uri, headers, time, signature) in EXAMPLES {
        let mut request = Request::new(method, uri, headers);
        if !request.headers.contains_key("host") {
            request.add("host", "johnsmith.s3.amazonaws.com");
        }
        let date = format!("Tue, 27 Mar 2007 {time} +0000");
        request.now = Timestamp::parse_http_date(&date).unwrap();
        request.add("date", &date);
        request.add("authorization", &format!("AWS {ACCESS_KEY}:{signature}"));
        let error = request.refused(ErrorCode::InvalidRequest);
        assert!(error.message.contains("Please use AWS4-HMAC-SHA256"));
        request.settings.sigv2 = true;
        request.verify().unwrap();
        request.set("authorization", &format!("AWS {ACCESS_KEY}:AAAA"));
        request.refused(ErrorCode::SignatureDoesNotMatch);
    }
}

#[test]
fn version_2_query() {
    let uri = format!(
        "/photos/puppy.jpg?AWSAccessKeyId={ACCESS_KEY}&Expires=1175139620&\
         Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D"
    );
    let mut request = Request::new("GET", &uri, &[("host", "johnsmith.s3.amazonaws.com")]);
    request.settings.sigv2 = true;
    request.now = Timestamp::from_seconds(1_175_139_620);
    request.verify().unwrap();
    request.now = Timestamp::from_seconds(1_175_139_621);
    assert_eq!(request.refused(ErrorCode::AccessDenied).message, "Request has expired");
    request.settings.sigv2 = false;
    request.refused(ErrorCode::InvalidRequest);
}

/// Clients ask for `/bucket?acl` and sign `/bucket/?acl`, or what they ask for.
#[test]
fn a_bucket_with_or_without_its_slash() {
    let date = "Tue, 27 Mar 2007 19:44:46 +0000";
    for (resource, fine) in [("/b/?acl", true), ("/b?acl", true), ("/b//?acl", false)] {
        let to_sign = format!("GET\n\n\n{date}\n{resource}");
        let tag = larder_digest::hmac_sha1(super::SECRET.as_bytes(), to_sign.as_bytes());
        let signature = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, tag);
        let mut request = Request::new("GET", "/b?acl", &[("host", "h"), ("date", date)]);
        request.add("authorization", &format!("AWS {ACCESS_KEY}:{signature}"));
        request.settings.sigv2 = true;
        request.now = Timestamp::parse_http_date(date).unwrap();
        assert_eq!(request.verify().is_ok(), fine, "{resource}");
    }
}

#[test]
fn version_2_dates() {
    let mut request = Request::new("GET", "/k", &[("host", "h")]);
    request.add("authorization", &format!("AWS {ACCESS_KEY}:AAAA"));
    request.settings.sigv2 = true;
    request.refused(ErrorCode::AccessDenied);
    let today = "Tue, 27 Mar 2007 19:44:46 GMT";
    request.now = Timestamp::parse_http_date(today).unwrap();
    for (date, code) in [
        (today, ErrorCode::SignatureDoesNotMatch),
        ("Tue, 27 Mar 2007 19:00:00 GMT", ErrorCode::RequestTimeTooSkewed),
        ("Fri, 02 Jan 1970 00:00:00 GMT", ErrorCode::RequestTimeTooSkewed),
        ("Tue, 07 Jul 9999 21:53:04 GMT", ErrorCode::RequestTimeTooSkewed),
        ("Fri, 07 Jul 1950 21:53:04 GMT", ErrorCode::AccessDenied),
        ("Bad Date", ErrorCode::AccessDenied),
        ("", ErrorCode::AccessDenied),
    ] {
        request.set("x-amz-date", date);
        let error = request.refused(code);
        assert_eq!(error.code, code, "{date}");
    }
}

/// Parameters stand in for headers, and these are not signed.
#[test]
fn version_2_covers_no_amz_parameter() {
    let uri = format!("/k?AWSAccessKeyId={ACCESS_KEY}&Expires=1175139620&Signature=AAAA");
    for (more, code) in [
        ("", ErrorCode::SignatureDoesNotMatch),
        ("&x-amz-security-token=t", ErrorCode::SignatureDoesNotMatch),
        ("&x-id=GetObject", ErrorCode::SignatureDoesNotMatch),
        ("&x-amz-acl=public-read", ErrorCode::AccessDenied),
        ("&X-Amz-Tagging=a%3Db", ErrorCode::AccessDenied),
    ] {
        let uri = format!("{uri}{more}");
        let mut request = Request::new("PUT", &uri, &[("host", "h")]);
        request.settings.sigv2 = true;
        request.now = Timestamp::from_seconds(1_175_139_620);
        let error = request.refused(code);
        if code == ErrorCode::AccessDenied {
            let name = more[1..].split('=').next().unwrap();
            assert_eq!(super::element(&error, "HeadersNotSigned"), name);
        }
    }
}
