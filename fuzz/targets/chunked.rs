//! aws-chunked bodies: the framing as it comes, and what our own client frames.
//!
//! An input is a byte of choices, a length in two bytes, and a body.

#![no_main]

use bytes::Bytes;
use larder_fuzz::meter::{Budget, bounded};
use larder_fuzz::{Draw, arrivals};
use larder_s3_wire::auth::{ChunkSigner, derive_signing_key};
use larder_s3_wire::chunked::{ChunkDecoder, SIGNED_CHUNK_BYTES_MIN};
use larder_s3_wire::error::WireError;
use larder_s3_wire::signer::sign_chunks;

/// Bits of the first byte.
const SIGNED: u8 = 1;
const TRAILERS: u8 = 2;
/// The body is an object's: it is framed before it is decoded.
const FRAME: u8 = 4;
/// The announced length is beyond what two bytes hold.
const LONG: u8 = 8;

/// A decoder holds one line and the trailers; each line costs its own small allocation.
const BUDGET: Budget = Budget { fixed: 32 << 10, held_per_byte: 4, total_per_byte: 64 };

type Trailers = Vec<(String, String)>;

/// The data that came out, and how the body ended.
type Outcome = (Vec<u8>, Result<Trailers, WireError>);

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut draw = Draw::new(data);
    let choices = draw.byte();
    let short = draw.short();
    if choices & FRAME != 0 {
        framed(choices, short.into(), draw.rest());
        return;
    }
    let length = if choices & LONG == 0 { short.into() } else { u64::MAX - u64::from(short) };
    arbitrary(choices, length, draw.rest());
});

fn signer() -> ChunkSigner {
    const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";
    let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    ChunkSigner::new(derive_signing_key("secret", SCOPE), "20130524T000000Z", SCOPE, seed)
}

fn decoder(choices: u8, length: u64) -> ChunkDecoder {
    let signer = (choices & SIGNED != 0).then(signer);
    ChunkDecoder::new(signer, choices & TRAILERS != 0, length)
}

fn decode(mut decoder: ChunkDecoder, pieces: &[Bytes]) -> Outcome {
    let mut data = Vec::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces {
        let mut input = piece.clone();
        loop {
            match decoder.feed(&mut input) {
                Ok(Some(slice)) => data.extend_from_slice(&slice),
                Ok(None) => break,
                Err(error) => return (data, Err(error)),
            }
        }
        assert!(input.is_empty(), "a decoder that asks for more has used up what it had");
    }
    (data, decoder.finish())
}

/// Nobody gets more data than was announced, and how a body arrives changes nothing.
fn arbitrary(choices: u8, length: u64, body: &[u8]) {
    let mut outcomes = arrivals(body)
        .map(|pieces| bounded(body.len(), BUDGET, || decode(decoder(choices, length), &pieces)));
    for (data, end) in &mut outcomes {
        assert!(data.len() as u64 <= length, "{} bytes of {length} announced", data.len());
        assert!(end.is_err() || data.len() as u64 == length, "a body ended before its length");
    }
    assert_eq!(outcomes[0], outcomes[1], "byte by byte");
    assert_eq!(outcomes[0], outcomes[2], "in pieces");
}

/// What our client framed is read back; where it is signed, no changed byte yields other data.
fn framed(choices: u8, length: usize, seed: &[u8]) {
    let signed = choices & SIGNED != 0;
    let mut draw = Draw::new(seed);
    let chunk_bytes = if signed {
        SIGNED_CHUNK_BYTES_MIN as usize + usize::from(draw.short())
    } else {
        1 + usize::from(draw.short())
    };
    let (place, change) = (draw.short(), draw.byte());
    let seed = draw.rest();
    if seed.is_empty() {
        return;
    }
    let object: Vec<u8> = seed.iter().copied().cycle().take(length).collect();
    let trailers = (choices & TRAILERS != 0).then_some(&[("x-amz-checksum-crc32", "AAAAAA==")][..]);
    let body = sign_chunks(&object, chunk_bytes, signed.then(signer), trailers);
    let announced = object.len() as u64;
    let expected: Trailers = trailers.unwrap_or_default().iter().map(own).collect();
    let outcome = decode(decoder(choices, announced), &arrivals(&body)[2]);
    assert_eq!(outcome, (object.clone(), Ok(expected.clone())), "what was framed is read back");
    if !signed {
        return;
    }
    let at = usize::from(place) % body.len();
    let mut changed = body.clone();
    changed[at] ^= change.max(1);
    let shortened = body[..at].to_vec();
    for body in [changed, shortened] {
        let (data, end) = decode(decoder(choices, announced), &[Bytes::from(body)]);
        if let Ok(found) = end {
            assert_eq!((data, found), (object.clone(), expected.clone()), "changed at {at}");
        }
    }
}

fn own((name, value): &(&str, &str)) -> (String, String) {
    ((*name).to_owned(), (*value).to_owned())
}
