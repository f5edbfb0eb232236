use super::{CHUNK_HEADER_BYTES_MAX, ChunkDecoder, TRAILER_BYTES_MAX};
use crate::auth::ChunkSigner;
use crate::error::{ErrorCode, WireError};
use crate::signer::{Signer, sign_chunks};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use larder_types::Timestamp;

type Trailers = Vec<(String, String)>;

/// The signer behind the head of AWS's examples.
fn example_signer(payload: &str, trailer: Option<&'static str>) -> (ChunkSigner, String) {
    let mut headers = HeaderMap::new();
    let mut add = |name, value| headers.insert(name, HeaderValue::from_static(value));
    add("host", "s3.amazonaws.com");
    add("x-amz-storage-class", "REDUCED_REDUNDANCY");
    add("content-encoding", "aws-chunked");
    add("x-amz-decoded-content-length", "66560");
    match trailer {
        Some(trailer) => add("x-amz-trailer", trailer),
        None => add("content-length", "66824"),
    };
    let signer = Signer {
        access_key: "AKIAIOSFODNN7EXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: Timestamp::parse_amz_date("20130524T000000Z").unwrap(),
    };
    let chunks =
        signer.sign_request("PUT", "/examplebucket/chunkObject.txt", &mut headers, payload);
    (chunks, headers["authorization"].to_str().unwrap().to_owned())
}

fn plain_signer() -> ChunkSigner {
    example_signer("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", None).0
}

fn decode(
    mut decoder: ChunkDecoder,
    body: &[u8],
    piece: usize,
) -> Result<(Vec<u8>, Trailers), WireError> {
    let mut data = Vec::new();
    for piece in body.chunks(piece.max(1)) {
        let mut input = Bytes::copy_from_slice(piece);
        while let Some(slice) = decoder.feed(&mut input)? {
            data.extend_from_slice(&slice);
        }
        assert!(input.is_empty());
        assert!(decoder.line.len() <= CHUNK_HEADER_BYTES_MAX.max(TRAILER_BYTES_MAX));
    }
    Ok((data, decoder.finish()?))
}

/// "Transferring Payload in Multiple Chunks": 65 KiB of "a" in chunks of 64 KiB.
#[test]
fn aws_chunked_example() {
    let (signer, authorization) = example_signer("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", None);
    assert!(
        authorization.ends_with("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"),
        "{authorization}"
    );
    let object = vec![b'a'; 66_560];
    let body = sign_chunks(&object, 65_536, Some(signer.clone()), None);
    assert_eq!(body.len(), 66_824);
    let text = String::from_utf8(body.clone()).unwrap();
    for signature in [
        "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ] {
        assert!(text.contains(signature), "{signature}");
    }
    for piece in [1, 7, 100, 65_536, body.len()] {
        let decoder = ChunkDecoder::new(Some(signer.clone()), false, 66_560);
        assert_eq!(decode(decoder, &body, piece).unwrap().0, object);
    }
}

/// "Including Trailing Headers": the same object with a CRC32C behind it.
#[test]
fn aws_trailer_example() {
    let word = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    let (signer, authorization) = example_signer(word, Some("x-amz-checksum-crc32c"));
    assert!(
        authorization.ends_with("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"),
        "{authorization}"
    );
    let object = vec![b'a'; 66_560];
    let trailer = ("x-amz-checksum-crc32c", "sOO8/Q==");
    let body = sign_chunks(&object, 65_536, Some(signer.clone()), Some(&[trailer]));
    let text = String::from_utf8(body.clone()).unwrap();
    for part in [
        "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
    ] {
        assert!(text.contains(part), "{part}\n{}", &text[text.len() - 300..]);
    }
    // The page's own example puts a bare line feed and an empty line before the signature.
    let loose = text.replace("sOO8/Q==\r\n", "sOO8/Q==\n\r\n") + "\r\n";
    for body in [body, loose.into_bytes()] {
        for piece in [1, 13, body.len()] {
            let decoder = ChunkDecoder::new(Some(signer.clone()), true, 66_560);
            let (data, trailers) = decode(decoder, &body, piece).unwrap();
            assert_eq!(data, object);
            assert_eq!(trailers, [("x-amz-checksum-crc32c".to_owned(), "sOO8/Q==".to_owned())]);
        }
    }
}

fn check_refused(signed: bool, trailers: bool, length: u64, body: &[u8], code: ErrorCode) {
    for piece in [1, 50, body.len()] {
        let decoder = ChunkDecoder::new(signed.then(plain_signer), trailers, length);
        let error = decode(decoder, body, piece).expect_err("must be refused");
        assert_eq!(error.code, code, "{:?}", String::from_utf8_lossy(body));
    }
}

#[test]
fn wrong_chunk_signatures() {
    let object: Vec<u8> = (0..40_000u32).map(|i| (i % 251) as u8).collect();
    let good = sign_chunks(&object, 10_000, Some(plain_signer()), None);
    decode(ChunkDecoder::new(Some(plain_signer()), false, 40_000), &good, 999).unwrap();
    let code = ErrorCode::SignatureDoesNotMatch;
    // A flipped bit of data, of a signature, of the last signature.
    for at in [200, 20_000, 40_200, 25, good.len() - 10] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        check_refused(true, false, 40_000, &bad, code);
    }
    // Two chunks exchanged.
    let frame = good.len() / 4;
    let header = good.iter().position(|b| *b == b'\n').unwrap() + 1;
    let one = header + 10_000 + 2;
    assert!(one <= frame);
    let swapped = [&good[one..2 * one], &good[..one], &good[2 * one..]].concat();
    check_refused(true, false, 40_000, &swapped, code);
    let unsigned = sign_chunks(&object, 10_000, None, None);
    check_refused(true, false, 40_000, &unsigned, ErrorCode::IncompleteBody);
}

#[test]
fn framing_and_length() {
    let incomplete = ErrorCode::IncompleteBody;
    let good = b"5\r\nhello\r\n0\r\n\r\n";
    let decoder = ChunkDecoder::new(None, false, 5);
    assert_eq!(decode(decoder, good, 3).unwrap().0, b"hello");
    // The empty line at the very end may be missing.
    decode(ChunkDecoder::new(None, false, 5), b"5\r\nhello\r\n0\r\n", 3).unwrap();
    for length in [4, 6, 0, u64::MAX] {
        check_refused(false, false, length, good, incomplete);
    }
    let cases: [&[u8]; 13] = [
        b"5\r\nhello\r\n",
        b"5\r\nhello",
        b"5\r\nhel",
        b"5",
        b"\r\n",
        b"x\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloo\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"10000000000000005\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\r\n\r\nmore",
        b"5\xff\r\nhello\r\n0\r\n\r\n",
    ];
    for body in cases {
        check_refused(false, false, 5, body, incomplete);
    }
    let endless = vec![b'0'; 100_000];
    check_refused(false, false, 5, &endless, incomplete);
}

#[test]
fn trailers() {
    let malformed = ErrorCode::MalformedTrailerError;
    let unsigned = |trailers: &str| format!("5\r\nhello\r\n0\r\n{trailers}\r\n").into_bytes();
    let decoder = ChunkDecoder::new(None, true, 5);
    let (_, found) = decode(decoder, &unsigned("X-Amz-Checksum-Crc32: NhCmhg== \r\n"), 2).unwrap();
    assert_eq!(found, [("x-amz-checksum-crc32".to_owned(), "NhCmhg==".to_owned())]);
    check_refused(false, true, 5, &unsigned("no colon\r\n"), malformed);
    check_refused(false, true, 5, &unsigned(":v\r\n"), malformed);
    check_refused(false, false, 5, &unsigned("x-amz-checksum-crc32:a\r\n"), malformed);
    check_refused(false, true, 5, &unsigned(&"a:b\r\n".repeat(2000)), malformed);
    check_refused(false, true, 5, &unsigned(&"a".repeat(100_000)), malformed);
    // A trailer cut off in its middle.
    check_refused(false, true, 5, b"5\r\nhello\r\n0\r\nx-amz-che", ErrorCode::IncompleteBody);
    let pair = [("x-amz-checksum-crc32", "NhCmhg==")];
    let good = sign_chunks(b"hello", 10, Some(plain_signer()), Some(&pair));
    decode(ChunkDecoder::new(Some(plain_signer()), true, 5), &good, 9).unwrap();
    let text = String::from_utf8(good).unwrap();
    let forged = text.replace("NhCmhg", "NhCmhh");
    check_refused(true, true, 5, forged.as_bytes(), ErrorCode::SignatureDoesNotMatch);
    let at = text.find("x-amz-trailer-signature").unwrap();
    let stripped = format!("{}\r\n", &text[..at]);
    check_refused(true, true, 5, stripped.as_bytes(), malformed);
}

#[test]
fn small_signed_chunks() {
    let object = vec![7; 8192 + 100];
    let last_small = sign_chunks(&object, 8192, Some(plain_signer()), None);
    decode(ChunkDecoder::new(Some(plain_signer()), false, 8292), &last_small, 999).unwrap();
    let body = sign_chunks(&object, 8191, Some(plain_signer()), None);
    let decoder = ChunkDecoder::new(Some(plain_signer()), false, 8292);
    let error = decode(decoder, &body, 999).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidChunkSizeError);
    assert_eq!(error.extra[0], ("Chunk", "2".to_owned()));
    assert_eq!(error.extra[1], ("BadChunkSize", "8191".to_owned()));
    // Unsigned chunks may have any size: nothing is hashed per chunk.
    let body = sign_chunks(&object, 100, None, None);
    decode(ChunkDecoder::new(None, false, 8292), &body, 999).unwrap();
}

/// A chunk far larger than memory ever holds: data comes out as slices of what went in.
#[test]
fn memory_is_bounded() {
    let piece = Bytes::from(vec![1u8; 1 << 16]);
    let mut decoder = ChunkDecoder::new(Some(plain_signer()), false, 1 << 29);
    let mut head = Bytes::from(format!("20000000;chunk-signature={}\r\n", "0".repeat(64)));
    assert_eq!(decoder.feed(&mut head), Ok(None));
    let mut seen = 0;
    for _ in 0..1 << 6 {
        let mut input = piece.clone();
        let slice = decoder.feed(&mut input).unwrap().unwrap();
        assert_eq!(slice.as_ptr(), piece.as_ptr());
        assert!(input.is_empty() && decoder.line.is_empty());
        seen += slice.len();
    }
    assert_eq!(seen, 1 << 22);
    assert_eq!(decoder.finish().unwrap_err().code, ErrorCode::IncompleteBody);
}
