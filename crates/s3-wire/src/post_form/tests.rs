use super::{FORM_FIELDS_BYTES_MAX, FormEvent, FormFields, PostFormParser, PostPolicy};
use crate::auth::{AuthSettings, PostClaim, SigV2, Verifier};
use crate::error::{ErrorCode, WireError};
use crate::signer::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use larder_types::Timestamp;

const TYPE: &str = "multipart/form-data; boundary=XbX";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn form(fields: &[(&str, &str)], file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--XbX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(
        b"--XbX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\p.jpg\"\r\n\
          Content-Type: image/jpeg\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend_from_slice(
        b"\r\n--XbX\r\nContent-Disposition: form-data; name=\"late\"\r\n\r\nx\r\n--XbX--\r\n",
    );
    body
}

fn parse(body: &[u8], piece: usize) -> Result<(FormFields, Vec<u8>), WireError> {
    let mut parser = PostFormParser::new(TYPE)?;
    let (mut fields, mut data) = (None, Vec::new());
    for piece in body.chunks(piece.max(1)) {
        let mut input = Bytes::copy_from_slice(piece);
        while let Some(event) = parser.feed(&mut input)? {
            match event {
                FormEvent::Fields(found) => assert!(fields.replace(found).is_none()),
                FormEvent::Data(found) => {
                    assert!(fields.is_some());
                    data.extend_from_slice(&found);
                }
            }
        }
        assert!(input.is_empty());
        assert!(parser.held.len() <= FORM_FIELDS_BYTES_MAX + 1);
    }
    parser.finish()?;
    Ok((fields.expect("a finished form has fields"), data))
}

#[test]
fn any_file_in_any_pieces() {
    let files: [&[u8]; 8] = [
        b"",
        b"hello",
        b"\r\n",
        b"\r\n--Xb",
        b"\r\n--Xb\r\n--XbY\r\r\n\r\n--X",
        b"--XbX",
        b"\r\n-\r\n--\r\n--X\r\n--Xb",
        &[13; 5000],
    ];
    for file in files {
        let body = form(&[("key", "k/${filename}"), ("Content-Type", ""), ("x", "a\r\nb")], file);
        for piece in [1, 2, 3, 5, 7, 64, 4096, body.len()] {
            let (fields, data) = parse(&body, piece).unwrap();
            assert_eq!(data, file, "in pieces of {piece}");
            assert_eq!(fields.key().unwrap(), "k/p.jpg");
            assert_eq!(fields.get("content-type"), Some(""));
            assert_eq!(fields.get("X"), Some("a\r\nb"));
            assert_eq!(fields.get("late"), None);
            assert_eq!(fields.file_content_type.as_deref(), Some("image/jpeg"));
        }
    }
}

#[test]
fn forms_that_are_none() {
    let check = |body: &[u8], code: ErrorCode| {
        for piece in [1, 10, body.len()] {
            let error = parse(body, piece).expect_err("must be refused");
            assert_eq!(
                error.code,
                code,
                "{:?}",
                String::from_utf8_lossy(&body[..body.len().min(99)])
            );
        }
    };
    let whole = form(&[("key", "k")], b"data");
    let cut = |at: usize| &whole[..at];
    check(b"junk", ErrorCode::MalformedPOSTRequest);
    check(cut(30), ErrorCode::MalformedPOSTRequest);
    let begin = b"\r\n\r\ndata";
    let data_end = whole.windows(8).position(|w| w == begin).unwrap() + 8;
    check(cut(data_end), ErrorCode::MalformedPOSTRequest);
    check(cut(data_end + 4), ErrorCode::MalformedPOSTRequest);
    parse(cut(data_end + 7), 3).unwrap();
    let no_file = b"--XbX\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--XbX--\r\n";
    check(no_file, ErrorCode::InvalidArgument);
    check(b"--XbX\r\nContent-Disposition: form-data\r\n\r\nk\r\n", ErrorCode::MalformedPOSTRequest);
    let long = "v".repeat(FORM_FIELDS_BYTES_MAX);
    check(&form(&[("key", &long)], b"x"), ErrorCode::MaxPostPreDataLengthExceeded);
    let many: Vec<(&str, &str)> = (0..400).map(|_| ("x-ignore-a", "b")).collect();
    check(&form(&many, b"x"), ErrorCode::MaxPostPreDataLengthExceeded);
    let other = PostFormParser::new("application/json").err().unwrap();
    assert_eq!(other.code, ErrorCode::RequestIsNotMultiPartContent);
}

/// A file far larger than the parser holds.
#[test]
fn memory_is_bounded() {
    let mut parser = PostFormParser::new(TYPE).unwrap();
    let body = form(&[("key", "k")], b"");
    let head = body.len()
        - b"\r\n--XbX\r\nContent-Disposition: form-data; name=\"late\"\r\n\r\nx\r\n--XbX--\r\n"
            .len();
    let mut input = Bytes::copy_from_slice(&body[..head]);
    assert!(matches!(parser.feed(&mut input), Ok(Some(FormEvent::Fields(_)))));
    let block = Bytes::from(vec![b'\r'; 1 << 16]);
    let mut seen = 0;
    for _ in 0..256 {
        let mut input = block.clone();
        while let Some(event) = parser.feed(&mut input).unwrap() {
            let FormEvent::Data(data) = event else { panic!("fields twice") };
            seen += data.len();
        }
        assert!(parser.held.len() < 16);
    }
    assert!(seen >= (16 << 20) - 16);
}

/// AWS's "Example: Browser-Based Upload using HTTP POST".
const EXAMPLE_POLICY: &str = "{ \"expiration\": \"2015-12-30T12:00:00.000Z\",\r\n  \
\"conditions\": [\r\n    \
{\"bucket\": \"sigv4examplebucket\"},\r\n    \
[\"starts-with\", \"$key\", \"user/user1/\"],\r\n    \
{\"acl\": \"public-read\"},\r\n    \
{\"success_action_redirect\": \
\"http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html\"},\r\n    \
[\"starts-with\", \"$Content-Type\", \"image/\"],\r\n    \
{\"x-amz-meta-uuid\": \"14365123651274\"},\r\n    \
{\"x-amz-server-side-encryption\": \"AES256\"},\r\n    \
[\"starts-with\", \"$x-amz-meta-tag\", \"\"],\r\n\r\n    \
{\"x-amz-credential\": \"AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request\"},\r\n    \
{\"x-amz-algorithm\": \"AWS4-HMAC-SHA256\"},\r\n    \
{\"x-amz-date\": \"20151229T000000Z\" }\r\n  ]\r\n}";

fn example_signer() -> Signer<'static> {
    Signer {
        access_key: "AKIAIOSFODNN7EXAMPLE",
        secret: SECRET,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: Timestamp::parse_amz_date("20151229T000000Z").unwrap(),
    }
}

fn example_fields() -> FormFields {
    let mut fields: Vec<(String, String)> = [
        ("key", "user/user1/${filename}"),
        ("acl", "public-read"),
        (
            "success_action_redirect",
            "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
        ),
        ("Content-Type", "image/jpeg"),
        ("x-amz-meta-uuid", "14365123651274"),
        ("X-Amz-Server-Side-Encryption", "AES256"),
        ("x-amz-meta-tag", ""),
    ]
    .map(|(n, v)| (n.to_owned(), v.to_owned()))
    .to_vec();
    fields.extend(example_signer().sign_post_policy(EXAMPLE_POLICY));
    FormFields { fields, file_name: "photo.jpg".to_owned(), file_content_type: None }
}

#[test]
fn aws_post_example() {
    let fields = example_fields();
    let signature = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e";
    assert_eq!(fields.get("x-amz-signature"), Some(signature));
    let (claim, policy) = fields.claim().unwrap();
    assert_eq!(claim.access_key(), Some("AKIAIOSFODNN7EXAMPLE"));
    let now = Timestamp::parse_iso8601("2015-12-29T12:00:00Z").unwrap();
    let verifier = Verifier::default();
    let verified = verifier.verify_post(&claim, SECRET, now).unwrap();
    assert_eq!(verified.auth_type, larder_types::AuthType::Post);
    let policy = policy.unwrap();
    let size = policy.check(&fields, "sigv4examplebucket", now).unwrap();
    assert_eq!(size, super::SizeRange::ANY);
    let error = verifier.verify_post(&claim, "other secret", now).unwrap_err();
    assert_eq!(error.code, ErrorCode::SignatureDoesNotMatch);
    let late = Timestamp::parse_iso8601("2015-12-30T12:00:01Z").unwrap();
    let error = policy.check(&fields, "sigv4examplebucket", late).unwrap_err();
    assert_eq!(error.message, "Invalid according to Policy: Policy expired.");
    let error = policy.check(&fields, "otherbucket", now).unwrap_err();
    assert_eq!(error.code, ErrorCode::AccessDenied);
    assert_eq!(
        error.message,
        "Invalid according to Policy: Policy Condition failed: \
         [\"eq\", \"$bucket\", \"sigv4examplebucket\"]"
    );
}

#[test]
fn example_with_one_field_changed() {
    let now = example_signer().now;
    for (name, value, sentence) in [
        (
            "key",
            "user/user2/x",
            "Policy Condition failed: [\"starts-with\", \"$key\", \"user/user1/\"]",
        ),
        ("acl", "private", "Policy Condition failed: [\"eq\", \"$acl\", \"public-read\"]"),
        ("Content-Type", "text/html", "[\"starts-with\", \"$content-type\", \"image/\"]"),
        (
            "Content-Type",
            "image/png, text/html",
            "[\"starts-with\", \"$content-type\", \"image/\"]",
        ),
        ("x-amz-meta-other", "v", "Extra input fields: x-amz-meta-other"),
        ("x-amz-storage-class", "GLACIER", "Extra input fields: x-amz-storage-class"),
    ] {
        let mut fields = example_fields();
        fields.fields.retain(|(n, _)| n != name);
        fields.fields.push((name.to_owned(), value.to_owned()));
        let (_, policy) = fields.claim().unwrap();
        let error = policy.unwrap().check(&fields, "sigv4examplebucket", now).unwrap_err();
        assert_eq!(error.code, ErrorCode::AccessDenied);
        assert!(error.message.contains(sentence), "{error}");
    }
    // The condition saw the first of two; the second is an extra one.
    let mut twice = example_fields();
    twice.fields.push(("ACL".to_owned(), "private".to_owned()));
    let (_, policy) = twice.claim().unwrap();
    let error = policy.unwrap().check(&twice, "sigv4examplebucket", now).unwrap_err();
    assert!(error.message.contains("Extra input fields: acl"), "{error}");
    let mut ignored = example_fields();
    ignored.fields.push(("x-ignore-me".to_owned(), "v".to_owned()));
    let (_, policy) = ignored.claim().unwrap();
    policy.unwrap().check(&ignored, "sigv4examplebucket", now).unwrap();
}

#[test]
fn claims_of_forms() {
    let verifier = Verifier::default();
    let now = example_signer().now;
    let make = |pairs: &[(&str, &str)]| FormFields {
        fields: pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ..FormFields::default()
    };
    let anonymous = make(&[("key", "k")]);
    let (claim, policy) = anonymous.claim().unwrap();
    assert_eq!((&claim, policy), (&PostClaim::Anonymous, None));
    verifier.verify_post(&claim, "", now).unwrap();
    let policy = STANDARD.encode(EXAMPLE_POLICY);
    let signature = STANDARD.encode(larder_digest::hmac_sha1(SECRET.as_bytes(), policy.as_bytes()));
    let v2 = make(&[("AWSAccessKeyId", "AKID"), ("Policy", &policy), ("Signature", &signature)]);
    let claim = PostClaim::parse(&v2).unwrap();
    verifier.verify_post(&claim, SECRET, now).unwrap();
    let off = Verifier::new(AuthSettings { sigv2: SigV2::Off, ..AuthSettings::default() });
    let error = off.verify_post(&claim, SECRET, now).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    for fields in [
        make(&[("policy", &policy)]),
        make(&[("policy", &policy), ("signature", "s")]),
        make(&[("x-amz-signature", "00")]),
        make(&[("x-amz-signature", "00"), ("policy", &policy)]),
    ] {
        assert_eq!(PostClaim::parse(&fields).unwrap_err().code, ErrorCode::InvalidArgument);
    }
}

#[test]
fn policies_that_are_none() {
    let code =
        |json: &str| PostPolicy::parse(&STANDARD.encode(json)).map(|_| ()).map_err(|e| e.code);
    let with = |conditions: &str| {
        code(&format!("{{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[{conditions}]}}"))
    };
    let invalid = Err(ErrorCode::InvalidPolicyDocument);
    for json in [
        "",
        "[]",
        "{",
        "{}",
        "{\"expiration\":\"2030-01-01T00:00:00Z\"}",
        "{\"conditions\":[]}",
        "{\"expiration\":\"soon\",\"conditions\":[]}",
        "{\"expiration\":\"2030-01-01\",\"conditions\":[]}",
        "{\"expiration\":\"2030-01-01 00:00:00.5+00:00\",\"conditions\":[]}",
        "{\"EXPIRATION\":\"2030-01-01T00:00:00Z\",\"conditions\":[]}",
        "{\"expiration\":\"2030-01-01T00:00:00Z\",\"CONDITIONS\":[]}",
        "{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":{}}",
    ] {
        assert_eq!(code(json), invalid, "{json}");
    }
    for conditions in [
        "{}",
        "{\"bucket\":1}",
        "[\"eq\",\"$key\"]",
        "[\"eq\",\"key\",\"v\"]",
        "[\"matches\",\"$key\",\"v\"]",
        "[\"content-length-range\",1]",
        "[\"content-length-range\",-1,0]",
        "[\"content-length-range\",\"a\",0]",
        "\"bucket\"",
    ] {
        assert_eq!(with(conditions), invalid, "{conditions}");
    }
    assert_eq!(with("[\"content-length-range\",\"1\",2],[\"EQ\",\"$Key\",\"v\"]"), Ok(()));
    assert_eq!(PostPolicy::parse("!!").unwrap_err().code, ErrorCode::InvalidPolicyDocument);
}

#[test]
fn sizes() {
    let json = "{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[{\"bucket\":\"b\"},\
                [\"starts-with\",\"$key\",\"\"],[\"content-length-range\",3,5]]}";
    let policy = PostPolicy::parse(&STANDARD.encode(json)).unwrap();
    let fields =
        FormFields { fields: vec![("key".to_owned(), "k".to_owned())], ..FormFields::default() };
    let range = policy.check(&fields, "b", Timestamp { ms: 0 }).unwrap();
    for (size, code) in [
        (2, Some(ErrorCode::EntityTooSmall)),
        (3, None),
        (5, None),
        (6, Some(ErrorCode::EntityTooLarge)),
    ] {
        assert_eq!(range.check(size).map_err(|e| e.code).err(), code);
        let so_far = code.filter(|code| *code == ErrorCode::EntityTooLarge);
        assert_eq!(range.check_so_far(size).map_err(|e| e.code).err(), so_far);
    }
    let error = range.check(6).unwrap_err();
    assert_eq!(error.extra[0], ("ProposedSize", "6".to_owned()));
    assert_eq!(error.extra[1], ("MaxSizeAllowed", "5".to_owned()));
}
