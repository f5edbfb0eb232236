use crate::enums::{self, ObjectStorageClass, ServerSideEncryption};
use crate::shapes::{
    Bucket, CommonPrefix, CopyObjectResult, DeleteMarkerEntry, Grant, Grantee, Object,
    ObjectVersion, Owner, Tag,
};
use crate::{inputs, outputs, shapes, xml};
use http::HeaderMap;
use larder_types::Timestamp;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NS: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
const DAY: Timestamp = Timestamp { ms: 1_795_435_199_007 };

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Checks the headers, sorted by name, and the body, in which `NS` stands for the namespace.
fn check(encode: impl FnOnce(&mut HeaderMap, &mut Vec<u8>), headers: &[&str], body: &str) {
    let (mut map, mut bytes) = (HeaderMap::new(), Vec::new());
    encode(&mut map, &mut bytes);
    let mut lines: Vec<String> = map
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    assert_eq!(lines, headers);
    let declaration = if body.starts_with('<') { XML } else { "" };
    let expected = format!("{declaration}{}", body.replace(" NS", NS));
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn list_objects_v2() {
    let output = outputs::ListObjectsV2Output {
        name: some("bucket"),
        prefix: some(""),
        max_keys: Some(1000),
        key_count: Some(2),
        is_truncated: Some(true),
        next_continuation_token: some("t"),
        contents: vec![Object {
            key: some("a<b>&\"c\"\u{1}\r\u{ffff}\u{fffd}é"),
            last_modified: Some(DAY),
            etag: some("d41d8"),
            size: Some(i64::MAX),
            storage_class: Some(ObjectStorageClass::StandardIa),
            ..Object::default()
        }],
        common_prefixes: vec![CommonPrefix { prefix: some("p/") }],
        request_charged: Some(enums::RequestCharged::Requester),
        ..Default::default()
    };
    check(
        |headers, body| output.encode(headers, body),
        &["x-amz-request-charged: requester"],
        "<ListBucketResult NS><IsTruncated>true</IsTruncated><Contents>\
         <Key>a&lt;b&gt;&amp;&quot;c&quot;%01&#xD;%EF%BF%BF\u{fffd}é</Key>\
         <LastModified>2026-11-23T11:59:59.007Z</LastModified><ETag>&quot;d41d8&quot;</ETag>\
         <Size>9223372036854775807</Size><StorageClass>STANDARD_IA</StorageClass></Contents>\
         <Name>bucket</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys>\
         <CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes><KeyCount>2</KeyCount>\
         <NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
    );
}

#[test]
fn list_versions() {
    let owner = Owner { id: some("me"), ..Owner::default() };
    let output = outputs::ListObjectVersionsOutput {
        versions: vec![ObjectVersion {
            key: some("k"),
            version_id: some("null"),
            is_latest: Some(false),
            owner: Some(owner.clone()),
            ..ObjectVersion::default()
        }],
        delete_markers: vec![DeleteMarkerEntry {
            key: some("k"),
            is_latest: Some(true),
            owner: Some(owner),
            ..DeleteMarkerEntry::default()
        }],
        ..Default::default()
    };
    check(
        |headers, body| output.encode(headers, body),
        &[],
        "<ListVersionsResult NS><Version><Key>k</Key><VersionId>null</VersionId>\
         <IsLatest>false</IsLatest><Owner><ID>me</ID></Owner></Version><DeleteMarker>\
         <Owner><ID>me</ID></Owner><Key>k</Key><IsLatest>true</IsLatest></DeleteMarker>\
         </ListVersionsResult>",
    );
}

#[test]
fn copy_object() {
    let output = outputs::CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            etag: some("e-2"),
            last_modified: Some(DAY),
            ..CopyObjectResult::default()
        }),
        version_id: some("v"),
        server_side_encryption: Some(ServerSideEncryption::AwsKms),
        ..Default::default()
    };
    check(
        |headers, body| output.encode(headers, body),
        &["x-amz-server-side-encryption: aws:kms", "x-amz-version-id: v"],
        "<CopyObjectResult NS><ETag>&quot;e-2&quot;</ETag>\
         <LastModified>2026-11-23T11:59:59.007Z</LastModified></CopyObjectResult>",
    );
}

#[test]
fn initiate_multipart_upload() {
    let output = outputs::CreateMultipartUploadOutput {
        bucket: some("b"),
        key: some("k"),
        upload_id: some("u"),
        abort_date: Some(DAY),
        ..Default::default()
    };
    check(
        |headers, body| output.encode(headers, body),
        &["x-amz-abort-date: Mon, 23 Nov 2026 11:59:59 GMT"],
        "<InitiateMultipartUploadResult NS><Bucket>b</Bucket><Key>k</Key>\
         <UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
}

#[test]
fn headers_of_get_object() {
    let mut output = outputs::GetObjectOutput {
        etag: some("abc"),
        last_modified: Some(DAY),
        content_length: Some(5),
        content_disposition: some("x\r\nset-cookie: y"),
        expires: some("0"),
        object_lock_retain_until_date: Some(DAY),
        ..Default::default()
    };
    for (name, value) in [("a", "1"), ("utf", "é"), ("not a name", "lost")] {
        output.metadata.insert(name.to_owned(), value.to_owned());
    }
    check(
        |headers, body| output.encode(headers, body),
        &[
            "content-disposition: x  set-cookie: y",
            "content-length: 5",
            "etag: \"abc\"",
            "expires: 0",
            "last-modified: Mon, 23 Nov 2026 11:59:59 GMT",
            "x-amz-meta-a: 1",
            "x-amz-meta-utf: é",
            "x-amz-object-lock-retain-until-date: 2026-11-23T11:59:59.007Z",
        ],
        "",
    );
}

#[test]
fn odd_roots() {
    let location =
        |region: Option<String>| outputs::GetBucketLocationOutput { location_constraint: region };
    let expected = "<LocationConstraint NS>shelf-1</LocationConstraint>";
    check(|h, b| location(some("shelf-1")).encode(h, b), &[], expected);
    let expected = "<LocationConstraint NS></LocationConstraint>";
    check(|h, b| location(None).encode(h, b), &[], expected);
    let policy = outputs::GetBucketPolicyOutput { policy: some("{\"a\":\"<\"}") };
    check(|h, b| policy.encode(h, b), &[], "{\"a\":\"<\"}");
    let versioning = outputs::GetBucketVersioningOutput::default();
    let expected = "<VersioningConfiguration NS></VersioningConfiguration>";
    check(|h, b| versioning.encode(h, b), &[], expected);
    let attributes =
        outputs::GetObjectAttributesOutput { etag: some("bare"), ..Default::default() };
    let expected =
        "<GetObjectAttributesResponse NS><ETag>bare</ETag></GetObjectAttributesResponse>";
    check(|h, b| attributes.encode(h, b), &[], expected);
}

#[test]
fn wrapped_lists() {
    let expected = "<ListAllMyBucketsResult NS><Buckets></Buckets></ListAllMyBucketsResult>";
    check(|h, b| outputs::ListBucketsOutput::default().encode(h, b), &[], expected);
    let output = outputs::ListBucketsOutput {
        buckets: vec![Bucket { name: some("b"), ..Bucket::default() }],
        ..Default::default()
    };
    let expected = "<ListAllMyBucketsResult NS><Buckets><Bucket><Name>b</Name></Bucket></Buckets>\
                    </ListAllMyBucketsResult>";
    check(|h, b| output.encode(h, b), &[], expected);
    let website = outputs::GetBucketWebsiteOutput::default();
    let expected = "<WebsiteConfiguration NS></WebsiteConfiguration>";
    check(|h, b| website.encode(h, b), &[], expected);
}

#[test]
fn grants_carry_their_type() {
    let output = outputs::GetObjectAclOutput {
        grants: vec![Grant {
            grantee: Some(Grantee {
                r#type: enums::Type::CanonicalUser,
                id: some("me"),
                display_name: None,
                email_address: None,
                uri: None,
            }),
            permission: Some(enums::Permission::FullControl),
        }],
        ..Default::default()
    };
    check(
        |h, b| output.encode(h, b),
        &[],
        "<AccessControlPolicy NS><AccessControlList><Grant><Grantee \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">\
         <ID>me</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>\
         </AccessControlPolicy>",
    );
}

#[test]
fn documents_round_trip() {
    let tagging = shapes::Tagging {
        tag_set: ["", " a ", "<&>\"'\r\n\t\u{7f}", "\u{10ffff}"]
            .map(|text| Tag { key: text.to_owned(), value: text.to_owned() })
            .to_vec(),
    };
    let body = xml::to_body(&tagging, "Tagging");
    let head = super::Head::default();
    let input = inputs::PutBucketTaggingInput::decode(&head.head(), &body).unwrap();
    assert_eq!(input.tagging, tagging);
}
