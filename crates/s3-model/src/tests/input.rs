use super::Head;
use crate::enums::{BucketVersioningStatus, ExpirationStatus, ObjectCannedACL, Permission, Type};
use crate::inputs::{
    CompleteMultipartUploadInput, CreateBucketInput, DeleteObjectsInput, GetObjectAttributesInput,
    GetObjectInput, ListObjectsV2Input, PutBucketAclInput, PutBucketLifecycleConfigurationInput,
    PutBucketPolicyInput, PutBucketTaggingInput, PutBucketVersioningInput, PutObjectInput,
    SelectObjectContentInput, UploadPartInput,
};
use crate::{DecodeError, enums};
use larder_types::Timestamp;

const NS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn invalid(name: &'static str, value: &str, expected: &'static str) -> DecodeError {
    DecodeError::InvalidArgument { name, value: value.to_owned(), expected }
}

fn is_malformed<T: std::fmt::Debug>(result: Result<T, DecodeError>) -> bool {
    matches!(result, Err(DecodeError::MalformedXml { .. }))
}

#[test]
fn headers_of_put_object() {
    let head = Head::default()
        .header("x-amz-acl", "public-read")
        .header("content-type", "text/plain; charset=x")
        .header("content-length", "no number, and nobody's business here")
        .header("expires", "tomorrow or so")
        .header("x-amz-meta-b", "one,two")
        .header("x-amz-meta-a", b"caf\xe9")
        .header("x-amz-meta-utf8", "café")
        .header("x-amz-server-side-encryption-customer-key", "c2VjcmV0")
        .header("x-amz-server-side-encryption-bucket-key-enabled", "True")
        .header("x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z");
    let input = PutObjectInput::decode(&head.head(), b"not looked at").unwrap();
    assert_eq!((input.bucket.as_str(), input.key.as_str()), ("bucket", "a/key"));
    assert_eq!(input.acl, Some(ObjectCannedACL::PublicRead));
    assert_eq!(input.content_type.as_deref(), Some("text/plain; charset=x"));
    assert_eq!(input.expires.as_deref(), Some("tomorrow or so"));
    assert_eq!(input.bucket_key_enabled, Some(true));
    let metadata: Vec<(&str, &str)> =
        input.metadata.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(metadata, [("a", "café"), ("b", "one,two"), ("utf8", "café")]);
    assert_eq!(
        input.object_lock_retain_until_date,
        Timestamp::parse_iso8601("2030-01-01T00:00:00Z")
    );
    let key = input.sse_customer_key.unwrap();
    assert_eq!((key.expose(), format!("{key:?}").as_str()), ("c2VjcmV0", "Secret(..)"));
}

#[test]
fn unknown_values_are_refused() {
    for (name, value, expected) in [
        ("x-amz-acl", "open", "a value of ObjectCannedACL"),
        ("x-amz-storage-class", "standard", "a value of StorageClass"),
        ("x-amz-server-side-encryption", "", "a value of ServerSideEncryption"),
    ] {
        let head = Head::default().header(name, value);
        let error = PutObjectInput::decode(&head.head(), b"").unwrap_err();
        assert_eq!(error, invalid(name, value, expected));
    }
}

#[test]
fn dates_that_are_none() {
    let date = "Wed, 21 Oct 2015 07:28:00 GMT";
    let head = Head::default()
        .header("if-modified-since", "yesterday")
        .header("if-unmodified-since", date)
        .header("range", "bytes=oops")
        .query("partNumber", "7");
    let input = GetObjectInput::decode(&head.head(), b"").unwrap();
    assert_eq!(input.if_modified_since, None);
    assert_eq!(input.if_unmodified_since, Timestamp::parse_http_date(date));
    assert_eq!(input.range.as_deref(), Some("bytes=oops"));
    assert_eq!(input.part_number, Some(7));
}

/// What the presigner of the JavaScript SDK makes of a PutObject.
#[test]
fn headers_hoisted_into_the_query() {
    let head = Head::default()
        .query("x-amz-acl", "public-read")
        .query("X-Amz-Storage-Class", "GLACIER")
        .query("x-amz-meta-a", "query")
        .query("X-Amz-Meta-B", "query")
        .query("x-amz-signature", "feed")
        .query("x-amz-checksum-crc32", "AAAAAA==")
        .query("x-amz-sdk-checksum-algorithm", "CRC32")
        .query("X-Amz-Tagging", "a=b")
        .query("content-type", "no such parameter")
        .header("x-amz-storage-class", "STANDARD")
        .header("x-amz-meta-a", "header");
    let input = PutObjectInput::decode(&head.head(), b"").unwrap();
    assert_eq!(input.acl, Some(ObjectCannedACL::PublicRead));
    assert_eq!(input.storage_class, Some(enums::StorageClass::Standard));
    assert_eq!((input.metadata["a"].as_str(), input.metadata["b"].as_str()), ("header", "query"));
    assert_eq!(input.content_type, None);
    assert_eq!((input.checksum_crc32, input.checksum_algorithm, input.tagging), (None, None, None));
    let head = Head::default().query("x-amz-expected-bucket-owner", "me");
    let input = PutBucketVersioningInput::decode(
        &head.head(),
        b"<VersioningConfiguration></VersioningConfiguration>",
    );
    assert_eq!(input.unwrap().expected_bucket_owner.as_deref(), Some("me"));
}

#[test]
fn query_parameters() {
    let decode = |head: Head| ListObjectsV2Input::decode(&head.head(), b"");
    let input = decode(Head::default().query("max-keys", "").query("delimiter", "")).unwrap();
    assert_eq!((input.max_keys, input.delimiter.as_deref()), (None, Some("")));
    let error = decode(Head::default().query("max-keys", "3000000000")).unwrap_err();
    assert_eq!(error, invalid("max-keys", "3000000000", "an integer or within integer range"));
    let error = UploadPartInput::decode(&Head::default().head(), b"").unwrap_err();
    assert_eq!(error, DecodeError::MissingRequired { name: "partNumber" });
}

#[test]
fn lists_in_headers() {
    let decode = |head: Head| GetObjectAttributesInput::decode(&head.head(), b"");
    let name = "x-amz-object-attributes";
    let input = decode(Head::default().header(name, "ETag, ObjectSize,Checksum"));
    let wanted = [
        enums::ObjectAttributes::ETag,
        enums::ObjectAttributes::ObjectSize,
        enums::ObjectAttributes::Checksum,
    ];
    assert_eq!(input.unwrap().object_attributes, wanted);
    let missing = DecodeError::MissingRequired { name };
    assert_eq!(decode(Head::default()).unwrap_err(), missing);
    let error = decode(Head::default().header(name, "ETag,Colour")).unwrap_err();
    assert_eq!(error, invalid(name, "Colour", "a value of ObjectAttributes"));
}

#[test]
fn complete_multipart_upload() {
    let head = Head::default().query("uploadId", "u").header("if-none-match", "*");
    let body = format!(
        "<?xml version=\"1.0\"?>\n<CompleteMultipartUpload {NS}>
  <Part><PartNumber> 1 </PartNumber><ETag>&quot;aa&quot;</ETag><Size>5</Size></Part>
  <Part><ETag>bb</ETag><PartNumber>2</PartNumber><ChecksumCRC32C>y/Q5Jg==</ChecksumCRC32C></Part>
</CompleteMultipartUpload>"
    );
    let input = CompleteMultipartUploadInput::decode(&head.head(), body.as_bytes()).unwrap();
    assert_eq!((input.upload_id.as_str(), input.if_none_match.as_deref()), ("u", Some("*")));
    let parts = input.multipart_upload.unwrap().parts;
    let seen: Vec<_> = parts.iter().map(|p| (p.part_number, p.etag.as_deref())).collect();
    assert_eq!(seen, [(Some(1), Some("aa")), (Some(2), Some("bb"))]);
    assert_eq!(parts[1].checksum_crc32c.as_deref(), Some("y/Q5Jg=="));
    let decode = |body: &str| CompleteMultipartUploadInput::decode(&head.head(), body.as_bytes());
    assert_eq!(decode("").unwrap().multipart_upload, None);
    for body in [
        "<CompleteMultipartUploads/>",
        "<CompleteMultipartUpload><Part><PartNumber>1x</PartNumber></Part>\
         </CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part>",
        "<CompleteMultipartUpload/><CompleteMultipartUpload/>",
    ] {
        assert!(is_malformed(decode(body)), "{body}");
    }
}

#[test]
fn delete_objects() {
    let decode = |body: &str| DeleteObjectsInput::decode(&Head::default().head(), body.as_bytes());
    let body = "<d:Delete xmlns:d='x'><!-- all --><d:Quiet>true</d:Quiet>
        <d:Object><d:Key> a&amp;b&#x1;<![CDATA[<c>]]>\u{e9} </d:Key></d:Object>
        <d:Object><d:Key></d:Key><d:VersionId>null</d:VersionId></d:Object></d:Delete>";
    let delete = decode(body).unwrap().delete;
    assert_eq!(delete.quiet, Some(true));
    assert_eq!(delete.objects[0].key, " a&b\u{1}<c>\u{e9} ");
    assert_eq!(delete.objects[1].key, "");
    assert_eq!(delete.objects[1].version_id.as_deref(), Some("null"));
    assert_eq!(decode("\n"), Err(DecodeError::MissingBody { root: "Delete" }));
    for body in [
        "<Delete/>",
        "<Delete><Object><VersionId>1</VersionId></Object></Delete>",
        "<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>",
        "<Delete><Object><Key>a<b/></Key></Object></Delete>",
        "<Delete>stray<Object><Key>a</Key></Object></Delete>",
        "<Delete><Object><Key>&unknown;</Key></Object></Delete>",
        "<!DOCTYPE Delete><Delete><Object><Key>a</Key></Object></Delete>",
    ] {
        assert!(is_malformed(decode(body)), "{body}");
    }
}

#[test]
fn tagging() {
    let decode =
        |body: &str| PutBucketTaggingInput::decode(&Head::default().head(), body.as_bytes());
    let body = "<Tagging><TagSet><Tag><Key>k</Key><Value/></Tag></TagSet></Tagging>";
    let tags = decode(body).unwrap().tagging.tag_set;
    assert_eq!((tags.len(), tags[0].key.as_str(), tags[0].value.as_str()), (1, "k", ""));
    assert_eq!(decode("<Tagging><TagSet/></Tagging>").unwrap().tagging.tag_set, []);
    assert!(is_malformed(decode("<Tagging/>")));
    let body = "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>";
    assert!(is_malformed(decode(body)));
}

#[test]
fn create_bucket() {
    let head = Head::default().header("x-amz-bucket-object-lock-enabled", "true");
    let decode = |body: &str| CreateBucketInput::decode(&head.head(), body.as_bytes()).unwrap();
    assert_eq!(decode("").create_bucket_configuration, None);
    let body = format!(
        "<CreateBucketConfiguration {NS}><LocationConstraint>shelf-1</LocationConstraint>\
         </CreateBucketConfiguration>"
    );
    let input = decode(&body);
    assert_eq!(input.object_lock_enabled_for_bucket, Some(true));
    let configuration = input.create_bucket_configuration.unwrap();
    assert_eq!(configuration.location_constraint.as_deref(), Some("shelf-1"));
}

#[test]
fn versioning() {
    let decode = |status: &str| {
        let body = format!(
            "<VersioningConfiguration {NS}><Status>{status}</Status></VersioningConfiguration>"
        );
        PutBucketVersioningInput::decode(
            &Head::default().header("x-amz-mfa", "1 2").head(),
            body.as_bytes(),
        )
    };
    let input = decode("Suspended").unwrap();
    let status = input.versioning_configuration.status;
    assert_eq!(status, Some(BucketVersioningStatus::Suspended));
    assert_eq!(input.mfa.as_deref(), Some("1 2"));
    let Err(DecodeError::MalformedXml { detail }) = decode("suspended") else {
        panic!("an unknown status was taken");
    };
    assert!(detail.contains("<Status>") && detail.contains("suspended"), "{detail}");
}

#[test]
fn access_control_policy() {
    let body = format!(
        "<AccessControlPolicy {NS}><Owner><ID>me</ID></Owner><AccessControlList><Grant>\
         <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">\
         <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>\
         <Permission>READ_ACP</Permission></Grant></AccessControlList></AccessControlPolicy>"
    );
    let decode = |body: &str| PutBucketAclInput::decode(&Head::default().head(), body.as_bytes());
    let policy = decode(&body).unwrap().access_control_policy.unwrap();
    let grant = &policy.grants[0];
    assert_eq!(grant.permission, Some(Permission::ReadAcp));
    let grantee = grant.grantee.as_ref().unwrap();
    assert_eq!(grantee.r#type, Type::Group);
    assert!(grantee.uri.as_deref().unwrap().ends_with("AllUsers"));
    assert!(is_malformed(decode(&body.replace("xsi:type=\"Group\"", ""))));
    assert!(is_malformed(decode(&body.replace("\"Group\"", "\"Everyone\""))));
}

#[test]
fn lifecycle_configuration() {
    let body = "<LifecycleConfiguration><Rule><ID>r</ID><Filter><And><Prefix>p/</Prefix>\
        <Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></And>\
        </Filter><Status>Enabled</Status><Expiration><Date>2030-01-01T00:00:00.000Z</Date>\
        </Expiration><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>\
        <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>\
        </AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";
    let decode = |body: &str| {
        PutBucketLifecycleConfigurationInput::decode(&Head::default().head(), body.as_bytes())
    };
    let rules = decode(body).unwrap().lifecycle_configuration.unwrap().rules;
    let rule = &rules[0];
    assert_eq!((rules.len(), rule.status), (1, ExpirationStatus::Enabled));
    let and = rule.filter.as_ref().unwrap().and.as_ref().unwrap();
    assert_eq!((and.prefix.as_deref(), and.tags.len()), (Some("p/"), 2));
    let date = Timestamp::parse_iso8601("2030-01-01");
    assert_eq!(rule.expiration.as_ref().unwrap().date, date);
    assert_eq!(rule.transitions[0].days, Some(30));
    // A rule whose filter is not understood would apply to everything.
    assert!(is_malformed(decode(&body.replace("Filter>", "Filtre>"))));
    assert!(is_malformed(decode(&body.replace("Enabled", "On"))));
    assert!(is_malformed(decode("<LifecycleConfiguration/>")));
}

#[test]
fn bodies_without_a_payload_member() {
    let policy = "{\"Version\": \"2012-10-17\"}";
    let input = PutBucketPolicyInput::decode(&Head::default().head(), policy.as_bytes()).unwrap();
    assert_eq!(input.policy, policy);
    let body = "<SelectObjectContentRequest><Expression>SELECT 1</Expression>\
        <ExpressionType>SQL</ExpressionType><InputSerialization><CSV/></InputSerialization>\
        <OutputSerialization><JSON/></OutputSerialization></SelectObjectContentRequest>";
    let input = SelectObjectContentInput::decode(&Head::default().head(), body.as_bytes()).unwrap();
    assert_eq!(input.request.expression, "SELECT 1");
    assert!(input.request.input_serialization.csv.is_some());
}
