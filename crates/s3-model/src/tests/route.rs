use super::Head;
use crate::generated::DECODERS;
use crate::{Level, OPERATIONS, Operation, RequestBody, RequestHead, route};
use http::{HeaderMap, HeaderValue, Method};

fn method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap()
}

#[test]
fn every_operation_is_reached_by_its_own_request() {
    for (i, info) in OPERATIONS.iter().enumerate() {
        assert_eq!(info.operation as usize, i);
        assert_eq!(info.operation.info().name, info.name);
        let mut head = Head::default();
        for (name, value) in info.query {
            head = head.query(name, value);
        }
        for name in info.headers {
            head = head.header(name, "x");
        }
        // What a client sends beside it must not matter.
        let noisy = head.query("x-id", info.name).query("X-Amz-Expires", "60");
        let expected = info.superseded_by.unwrap_or(info.operation);
        assert_eq!(
            route(&method(info.method), info.level, &noisy.query, &noisy.headers),
            Some(expected),
            "{}",
            info.name
        );
        let successor = expected.info();
        assert_eq!(successor.superseded_by, None, "{}", info.name);
        assert_eq!(successor.query, info.query, "{}", info.name);
    }
}

#[test]
fn no_two_operations_have_the_same_request() {
    let routed = || OPERATIONS.iter().filter(|info| info.superseded_by.is_none());
    for a in routed() {
        for b in routed().filter(|b| b.operation > a.operation) {
            let request = |i: &crate::OperationInfo| (i.method, i.level, i.query, i.headers);
            assert_ne!(request(a), request(b), "{} and {}", a.name, b.name);
        }
    }
}

fn check(request: &str, copy_source: bool, expected: Option<Operation>) {
    let (verb, target) = request.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let level = match path.matches('/').count() {
        1 if path == "/" => Level::Service,
        1 => Level::Bucket,
        _ => Level::Object,
    };
    let query: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut headers = HeaderMap::new();
    if copy_source {
        headers.insert("x-amz-copy-source", HeaderValue::from_static("b/k"));
    }
    let found = route(&method(verb), level, &query, &headers);
    assert_eq!(found, expected, "{request}");
}

#[test]
fn requests_of_clients() {
    for (request, expected) in [
        ("GET /", Operation::ListBuckets),
        ("GET /?x-id=ListBuckets", Operation::ListBuckets),
        ("GET /b", Operation::ListObjects),
        ("GET /b?list-type=1", Operation::ListObjects),
        ("GET /b?list-type=2&prefix=uploads", Operation::ListObjectsV2),
        ("GET /b?prefix=&unknown=1", Operation::ListObjects),
        ("GET /b?uploads&prefix=x", Operation::ListMultipartUploads),
        ("GET /b?versions", Operation::ListObjectVersions),
        ("GET /b?analytics&id=1", Operation::GetBucketAnalyticsConfiguration),
        ("GET /b?analytics", Operation::ListBucketAnalyticsConfigurations),
        ("GET /b?object-lock", Operation::GetObjectLockConfiguration),
        ("HEAD /b", Operation::HeadBucket),
        ("POST /b?delete", Operation::DeleteObjects),
        ("GET /b/k", Operation::GetObject),
        ("GET /b/k?partNumber=2", Operation::GetObject),
        ("GET /b/k?unknown=1&id=x&list-type=2", Operation::GetObject),
        ("GET /b/k?versioning", Operation::GetBucketVersioning),
        ("GET /b/k?location=x", Operation::GetBucketLocation),
        ("GET /b?list-type=1&list-type=2", Operation::ListObjects),
        ("GET /b?list-type=2&list-type=1", Operation::ListObjectsV2),
        ("HEAD /b/k?versionId=null", Operation::HeadObject),
        ("GET /b/k?uploadId=u&max-parts=3", Operation::ListParts),
        ("GET /b/k?annotation", Operation::ListObjectAnnotations),
        ("GET /b/k?annotation&annotationName=n", Operation::GetObjectAnnotation),
        ("PUT /b/k", Operation::PutObject),
        ("PUT /b/k?partNumber=1&uploadId=u", Operation::UploadPart),
        ("POST /b/k?uploads", Operation::CreateMultipartUpload),
        ("POST /b/k?uploadId=u", Operation::CompleteMultipartUpload),
        ("DELETE /b/k?uploadId=u", Operation::AbortMultipartUpload),
        ("DELETE /b/k?tagging", Operation::DeleteObjectTagging),
    ] {
        check(request, false, Some(expected));
    }
    for (request, expected) in [
        ("PUT /b/k", Operation::CopyObject),
        ("PUT /b/k?partNumber=1&uploadId=u", Operation::UploadPartCopy),
        ("PUT /b/k?acl", Operation::PutObjectAcl),
    ] {
        check(request, true, Some(expected));
    }
}

/// A request for something that does not exist must not do something else: deleting a bucket,
/// overwriting an object.
#[test]
fn subresources_never_fall_through() {
    for request in [
        "DELETE /b?versions",
        "DELETE /b?acl",
        "PUT /b?location",
        "PUT /b?versions",
        "PUT /b/k?partNumber=1",
        "PUT /b/k?uploadId=u",
        "DELETE /b/k?acl",
        "DELETE /b/k?legal-hold",
        "GET /b/k?uploads",
        "POST /b",
        "POST /b/k",
        "PUT /b/k?versioning",
        "PUT /b/k?policy",
        "PUT /b/k?uploadId=u&partNumber=1&tagging",
        "HEAD /b/k?cors",
        "DELETE /b/k?website",
        "DELETE /b?uploadId=u",
        "GET /b/k?versioning&partNumber=1",
        "GET /?location",
        "POST /",
        "DELETE /",
        "PATCH /b/k",
    ] {
        check(request, false, None);
    }
    // Without its id it is still the same operation, which then names what is missing.
    let delete = Some(Operation::DeleteBucketAnalyticsConfiguration);
    check("DELETE /b?analytics", false, delete);
}

/// Every subresource with every method at every level: what answers has it, and what only buckets
/// have is read at a key and nothing else.
#[test]
fn a_subresource_is_that_of_its_operation() {
    let names = [Level::Bucket, Level::Object].map(crate::subresources).concat();
    assert!(names.len() > 40 && names.iter().all(|name| crate::is_subresource(name)));
    for name in names {
        for verb in ["GET", "HEAD", "PUT", "POST", "DELETE"] {
            for level in [Level::Service, Level::Bucket, Level::Object] {
                let head = Head::default().query(name, "").query("unknown", "1");
                let found = route(&method(verb), level, &head.query, &head.headers);
                let Some(info) = found.map(Operation::info) else {
                    continue;
                };
                assert!(info.has(name), "{verb} {level:?} ?{name}: {}", info.name);
                let at_key = (verb, level, info.level) == ("GET", Level::Object, Level::Bucket);
                assert!(at_key || level == info.level, "{verb} {level:?} ?{name}: {}", info.name);
                let of_object = crate::subresources(Level::Object).contains(&name);
                assert!(!at_key || !of_object, "{verb} ?{name}: {}", info.name);
            }
        }
    }
}

/// The service demands a checksum for these alone; SDKs send one with many more.
#[test]
fn operations_that_demand_a_checksum() {
    let demanding = OPERATIONS.iter().filter(|info| info.checksum_required);
    let names: Vec<&str> = demanding.map(|info| info.name).collect();
    let expected = [
        "DeleteObjects",
        "PutBucketCors",
        "PutBucketLifecycleConfiguration",
        "PutBucketReplication",
        "PutBucketTagging",
        "PutObjectLegalHold",
        "PutObjectLockConfiguration",
        "PutObjectRetention",
    ];
    assert_eq!(names, expected);
}

#[test]
fn decoding_garbage_never_panics() {
    assert_eq!(DECODERS.len(), OPERATIONS.len());
    let empty = Head::default();
    let nowhere = RequestHead { bucket: "", key: "", ..empty.head() };
    let garbage: [&[u8]; 7] = [
        b"",
        b" ",
        b"\xff\xfe\x00<",
        b"{\"json\": true}",
        b"<a><b></a>",
        b"<Tagging/>",
        b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e \"e\">]><x>&e;</x>",
    ];
    for (info, decode) in OPERATIONS.iter().zip(DECODERS) {
        for body in garbage {
            let error = decode(&nowhere, body);
            let must_fail = matches!(info.body, RequestBody::Xml(_)) && body.len() > 10;
            assert!(error.is_some() || !must_fail, "{} took {body:?}", info.name);
        }
    }
}
