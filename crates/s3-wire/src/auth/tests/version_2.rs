use super::{ACCESS_KEY, Request};
use crate::auth::SigV2;
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
        for setting in [SigV2::Off, SigV2::Presigned] {
            request.settings.sigv2 = setting;
            let error = request.refused(ErrorCode::InvalidRequest);
            assert!(error.message.contains("Please use AWS4-HMAC-SHA256"));
            assert!(error.message.contains("--sigv2 on"), "{error}");
        }
        request.settings.sigv2 = SigV2::On;
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
    request.now = Timestamp::from_seconds(1_175_139_620);
    request.verify().unwrap();
    request.now = Timestamp::from_seconds(1_175_139_621);
    assert_eq!(request.refused(ErrorCode::AccessDenied).message, "Request has expired");
    request.settings.sigv2 = SigV2::Off;
    let error = request.refused(ErrorCode::InvalidRequest);
    assert!(error.message.contains("--sigv2 presigned"), "{error}");
    // Without an expiry a URL would be one for ever.
    let forever = uri.replace("Expires=1175139620&", "");
    let request = Request::new("GET", &forever, &[("host", "johnsmith.s3.amazonaws.com")]);
    request.refused(ErrorCode::AccessDenied);
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
        request.settings.sigv2 = SigV2::On;
        request.now = Timestamp::parse_http_date(date).unwrap();
        assert_eq!(request.verify().is_ok(), fine, "{resource}");
    }
}

#[test]
fn version_2_dates() {
    let mut request = Request::new("GET", "/k", &[("host", "h")]);
    request.add("authorization", &format!("AWS {ACCESS_KEY}:AAAA"));
    request.settings.sigv2 = SigV2::On;
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

/// A parameter stands in for the header of its name. In a presigned URL it is signed like one.
#[test]
fn version_2_covers_amz_parameters_of_urls() {
    let uri = format!("/k?AWSAccessKeyId={ACCESS_KEY}&Expires=1175139620&Signature=AAAA");
    for (more, code) in [
        ("", ErrorCode::SignatureDoesNotMatch),
        ("&x-id=GetObject", ErrorCode::SignatureDoesNotMatch),
        ("&x-amz-acl=private", ErrorCode::SignatureDoesNotMatch),
        ("&X-Amz-Storage-Class=a%3Db", ErrorCode::SignatureDoesNotMatch),
        // Signed as headers, these would do nothing as parameters, or something else.
        ("&x-amz-tagging=a%3Db", ErrorCode::AccessDenied),
        ("&x-amz-copy-source=b%2Fk", ErrorCode::AccessDenied),
        ("&x-amz-checksum-sha256=x", ErrorCode::AccessDenied),
        ("&x-amz-sdk-checksum-algorithm=x", ErrorCode::AccessDenied),
        ("&x-amz-content-sha256=x", ErrorCode::AccessDenied),
        ("&x-amz-trailer=x", ErrorCode::AccessDenied),
        // One that looks like several.
        ("&x-amz-meta-b=1%0Ax-amz-tagging%3At%3Dv", ErrorCode::AccessDenied),
        ("&x-amz-meta-b%0Ax-amz-acl=1", ErrorCode::AccessDenied),
        ("&response-content-type=a%26versionId%3Dv", ErrorCode::AccessDenied),
        ("&response-content-type=a%26b%3Dv", ErrorCode::SignatureDoesNotMatch),
        ("&x-amz-acl=private&X-AMZ-ACL=public-read", ErrorCode::AccessDenied),
        ("&x-amz-meta-a=other", ErrorCode::AccessDenied),
    ] {
        let uri = format!("{uri}{more}");
        let mut request = Request::new("PUT", &uri, &[("host", "h"), ("x-amz-meta-a", "1")]);
        request.now = Timestamp::from_seconds(1_175_139_620);
        let error = request.refused(code);
        if code == ErrorCode::SignatureDoesNotMatch && more.contains("mz-") {
            let line = more[1..].to_ascii_lowercase().replacen('=', ":", 1).replace("%3d", "=");
            let to_sign = super::element(&error, "StringToSign").to_owned();
            assert!(to_sign.contains(&format!("\n{line}\n")), "{to_sign}");
        }
    }
    // Behind a signature in the header it is not.
    let mut request = Request::new("PUT", "/k?x-amz-acl=public-read", &[("host", "h")]);
    request.add("authorization", &format!("AWS {ACCESS_KEY}:AAAA"));
    request.settings.sigv2 = SigV2::On;
    let error = request.refused(ErrorCode::AccessDenied);
    assert_eq!(super::element(&error, "HeadersNotSigned"), "x-amz-acl");
}

/// What boto3 1.43 presigns for us-east-1 when it is told nothing: method, headers to send, query.
const BOTO3: [(&str, &str, &str); 7] = [
    (
        "GET",
        "",
        "response-content-disposition=a%20b&SIGNED&Signature=GRZKywiYONtYfMoeYnavX8%2BE1Jg%3D",
    ),
    ("PUT", "", "SIGNED&Signature=kqW5o6Xvfp2IbMU8H0RXDqicBeg%3D"),
    (
        "PUT",
        "",
        "SIGNED&Signature=EkMx%2FddQgEO7dzP8JbUdCssX%2BV4%3D&x-amz-meta-a=1%202&x-amz-acl=private",
    ),
    (
        "PUT",
        "image/png",
        "SIGNED&Signature=hvVzJ3Ij%2BBCg9JRig4jrKmXEO2g%3D&content-type=image%2Fpng",
    ),
    ("PUT", "", "partNumber=1&uploadId=u&SIGNED&Signature=Igt%2Fwdw6X9BkBJO%2F4wB8HxS73aw%3D"),
    ("DELETE", "", "versionId=v&SIGNED&Signature=U8yq32KUrBU%2B7mGsBFMrNJgcNZY%3D"),
    ("GET", "", "tagging&SIGNED&Signature=RXqT6R%2Fpj10DFYI01bp60J0TN%2FA%3D"),
];

#[test]
fn urls_that_boto3_presigns_out_of_the_box() {
    for (method, content_type, query) in BOTO3 {
        let signed = format!("AWSAccessKeyId={ACCESS_KEY}&Expires=1795813643");
        let uri = format!("/b/k%20e%2By?{}", query.replace("SIGNED", &signed));
        let make = |uri: &str| {
            let mut request = Request::new(method, uri, &[("host", "s3.amazonaws.com")]);
            if !content_type.is_empty() {
                request.add("content-type", content_type);
            }
            request.now = Timestamp::from_seconds(1_795_813_600);
            request
        };
        make(&uri).verify().unwrap();
        let mut late = make(&uri);
        late.now = Timestamp::from_seconds(1_795_813_644);
        late.refused(ErrorCode::AccessDenied);
        for more in ["&acl", "&annotation", "&versionId=w", "&x-amz-acl=public-read"] {
            let error = make(&format!("{uri}{more}")).verify().unwrap_err();
            let codes = [ErrorCode::SignatureDoesNotMatch, ErrorCode::AccessDenied];
            assert!(codes.contains(&error.code), "{more}: {error}");
        }
        let mut steered = make(&uri);
        steered.add("x-amz-copy-source", "b/secret");
        steered.refused(ErrorCode::SignatureDoesNotMatch);
        let other = make(&uri.replace("k%20e", "other"));
        other.refused(ErrorCode::SignatureDoesNotMatch);
    }
}
