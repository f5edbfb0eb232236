use super::{BodyVerifier, VerifiedBody};
use crate::auth::PayloadMode;
use crate::error::{ErrorCode, WireError};
use crate::signer::sign_chunks;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use larder_digest::{Hasher, md5, sha256};
use larder_types::{Checksum, ChecksumAlgorithm};

const BODY: &[u8] = b"hello world";

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    map
}

fn plain(pairs: &[(&str, &str)]) -> Result<VerifiedBody, WireError> {
    let length = Some(BODY.len() as u64);
    let verifier = BodyVerifier::new(PayloadMode::Unsigned, &headers(pairs), length)?;
    let (whole, verified) = verifier.verify(Bytes::from_static(BODY))?;
    assert_eq!(whole, BODY);
    assert_eq!(verified.digests.md5, md5(BODY));
    Ok(verified)
}

fn chunked(pairs: &[(&str, &str)], trailers: &[(&str, &str)]) -> Result<VerifiedBody, WireError> {
    let mut map = headers(pairs);
    map.insert("x-amz-decoded-content-length", HeaderValue::from(BODY.len()));
    let payload = PayloadMode::Chunked { signer: None, trailers: true };
    let framed = sign_chunks(BODY, 4, None, Some(trailers));
    let verifier = BodyVerifier::new(payload, &map, Some(framed.len() as u64))?;
    assert_eq!(verifier.length(), Some(BODY.len() as u64));
    let (whole, verified) = verifier.verify(Bytes::from(framed))?;
    assert_eq!(whole, BODY);
    Ok(verified)
}

fn sum(algorithm: ChecksumAlgorithm) -> Checksum {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(BODY);
    Checksum::full(algorithm, hasher.finish())
}

fn refused(result: Result<VerifiedBody, WireError>, code: ErrorCode, sentence: &str) {
    let error = result.expect_err("must be refused");
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(sentence), "{error}");
}

#[test]
fn every_checksum_right_and_wrong() {
    assert_eq!(plain(&[]).unwrap().checksum, None);
    for algorithm in ChecksumAlgorithm::ALL {
        let right = sum(algorithm);
        let header = algorithm.header();
        let text = right.to_wire();
        assert_eq!(plain(&[(header, &text)]).unwrap().checksum, Some(right.clone()));
        let announced = [("x-amz-trailer", header)];
        assert_eq!(chunked(&announced, &[(header, &text)]).unwrap().checksum, Some(right.clone()));
        for name in ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"] {
            let verified = plain(&[(name, algorithm.name())]).unwrap();
            assert_eq!(verified.checksum, Some(right.clone()));
        }
        let mut wrong = right;
        wrong.digest[0] ^= 1;
        let text = wrong.to_wire();
        let name = algorithm.name();
        let sentence = format!("The {name} you specified did not match the calculated checksum.");
        refused(plain(&[(header, &text)]), ErrorCode::BadDigest, &sentence);
        refused(chunked(&announced, &[(header, &text)]), ErrorCode::BadDigest, &sentence);
    }
}

#[test]
fn content_md5() {
    plain(&[("content-md5", &sum(ChecksumAlgorithm::Md5).to_wire())]).unwrap();
    let wrong = Checksum::full(ChecksumAlgorithm::Md5, vec![0; 16]).to_wire();
    refused(
        plain(&[("content-md5", &wrong)]),
        ErrorCode::BadDigest,
        "The Content-MD5 you specified did not match what we received.",
    );
    for malformed in ["", "YWJj", "not base64", "rL0Y20zC+Fzt72VPzMSk2A"] {
        let code = ErrorCode::InvalidDigest;
        refused(
            plain(&[("content-md5", malformed)]),
            code,
            "The Content-MD5 you specified was invalid.",
        );
    }
}

#[test]
fn heads_that_contradict_themselves() {
    let code = ErrorCode::InvalidRequest;
    let crc32 = sum(ChecksumAlgorithm::Crc32).to_wire();
    let sha1 = sum(ChecksumAlgorithm::Sha1).to_wire();
    let (crc32, sha1) = (("x-amz-checksum-crc32", &*crc32), ("x-amz-checksum-sha1", &*sha1));
    let single =
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
    refused(plain(&[crc32, sha1]), code, single);
    refused(plain(&[crc32, crc32]), code, single);
    refused(chunked(&[crc32, ("x-amz-trailer", "x-amz-checksum-sha1")], &[sha1]), code, single);
    for bad in ["", "AAAA", "!!!!!!!=", "DUoRhQ==-2"] {
        let sentence = "Value for x-amz-checksum-crc32 header is invalid.";
        refused(plain(&[("x-amz-checksum-crc32", bad)]), code, sentence);
    }
    refused(plain(&[("x-amz-checksum-crc16", "AA==")]), code, "algorithm type");
    refused(
        plain(&[crc32, ("x-amz-sdk-checksum-algorithm", "SHA1")]),
        code,
        "Value for x-amz-sdk-checksum-algorithm header is invalid.",
    );
    for name in ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"] {
        refused(plain(&[(name, "CRC16")]), code, "[CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256");
    }
    // These share the prefix and are no checksums.
    plain(&[crc32, ("x-amz-checksum-type", "FULL_OBJECT"), ("x-amz-checksum-mode", "ENABLED")])
        .unwrap();
}

#[test]
fn trailers_must_come_as_announced() {
    let crc32 = sum(ChecksumAlgorithm::Crc32).to_wire();
    let crc32 = ("x-amz-checksum-crc32", &*crc32);
    let announced = ("x-amz-trailer", "x-amz-checksum-crc32");
    let malformed = ErrorCode::MalformedTrailerError;
    chunked(&[announced], &[crc32]).unwrap();
    // There is no mode of unsigned chunks that promises none.
    assert_eq!(chunked(&[], &[]).unwrap().checksum, None);
    assert!(chunked(&[crc32], &[]).unwrap().checksum.is_some());
    refused(chunked(&[("x-amz-checksum-crc32", "AAAAAA==")], &[]), ErrorCode::BadDigest, "");
    refused(chunked(&[crc32], &[crc32]), malformed, "");
    refused(chunked(&[announced], &[]), malformed, "");
    refused(chunked(&[], &[crc32]), malformed, "");
    refused(chunked(&[announced], &[("x-amz-checksum-sha1", "AAAA")]), malformed, "");
    refused(chunked(&[announced], &[crc32, crc32]), malformed, "");
    let code = ErrorCode::InvalidRequest;
    refused(
        chunked(&[announced], &[("x-amz-checksum-crc32", "nonsense")]),
        code,
        "Value for x-amz-checksum-crc32 trailing header is invalid.",
    );
    refused(chunked(&[("x-amz-trailer", "x-amz-meta-a")], &[crc32]), code, "x-amz-trailer");
    refused(plain(&[announced]), code, "x-amz-trailer");
}

#[test]
fn signed_sha256() {
    let check = |digest, body: &'static [u8]| {
        let payload = PayloadMode::SignedSha256(digest);
        let verifier =
            BodyVerifier::new(payload, &HeaderMap::new(), Some(body.len() as u64)).unwrap();
        verifier.verify(Bytes::from_static(body)).map(|(_, verified)| verified)
    };
    check(sha256(BODY), BODY).unwrap();
    check(sha256(b""), b"").unwrap();
    let error = check(sha256(b"other"), BODY).unwrap_err();
    assert_eq!(error.code, ErrorCode::XAmzContentSHA256Mismatch);
    assert_eq!(error.extra[0].1, larder_types::hex::encode(&sha256(b"other")));
    assert_eq!(error.extra[1].1, larder_types::hex::encode(&sha256(BODY)));
}

#[test]
fn lengths() {
    let plain = |length| BodyVerifier::new(PayloadMode::Unsigned, &HeaderMap::new(), length);
    let code =
        |result: Result<_, WireError>| result.map(|_: (Bytes, VerifiedBody)| ()).unwrap_err().code;
    let body = Bytes::from_static(BODY);
    assert_eq!(plain(None).err().unwrap().code, ErrorCode::MissingContentLength);
    for wrong in [0, 10, 12, u64::MAX] {
        assert_eq!(
            code(plain(Some(wrong)).unwrap().verify(body.clone())),
            ErrorCode::IncompleteBody
        );
    }
    let until_end = |payload| BodyVerifier::until_end(payload, &HeaderMap::new());
    let unknown = until_end(PayloadMode::Unsigned).unwrap();
    assert_eq!(unknown.length(), None);
    assert_eq!(unknown.verify(body.clone()).unwrap().0, body);
    let signed = until_end(PayloadMode::SignedSha256(sha256(BODY))).unwrap();
    assert_eq!(code(signed.verify(body.slice(1..))), ErrorCode::XAmzContentSHA256Mismatch);
    let payload = || PayloadMode::Chunked { signer: None, trailers: false };
    assert_eq!(until_end(payload()).err().unwrap().code, ErrorCode::MissingContentLength);
    let missing = BodyVerifier::new(payload(), &HeaderMap::new(), Some(9)).err().unwrap();
    assert_eq!(missing.code, ErrorCode::MissingContentLength);
    for (text, expected) in [
        ("11", None),
        ("10", Some(ErrorCode::IncompleteBody)),
        ("12", Some(ErrorCode::IncompleteBody)),
        ("-1", Some(ErrorCode::InvalidArgument)),
        ("", Some(ErrorCode::InvalidArgument)),
    ] {
        let map = headers(&[("x-amz-decoded-content-length", text)]);
        let framed = Bytes::from(sign_chunks(BODY, 4, None, None));
        let result = BodyVerifier::new(payload(), &map, None).and_then(|v| v.verify(framed));
        assert_eq!(result.err().map(|e| e.code), expected, "{text}");
    }
}

#[test]
fn complete_multipart_upload_sends_the_objects_checksum() {
    let map = headers(&[("x-amz-checksum-crc32", "AAAAAA==")]);
    let length = Some(BODY.len() as u64);
    let verifier = BodyVerifier::ignoring_checksums(PayloadMode::Unsigned, &map, length).unwrap();
    let (_, verified) = verifier.verify(Bytes::from_static(BODY)).unwrap();
    assert_eq!(verified.checksum, None);
}
