//! Object data on its way in: what its head promised must hold, or nothing is stored.

use crate::RequestBody;
use crate::testing::{Ask, SlowPieces, World};
use bytes::Bytes;
use larder_s3_wire::signer::sign_chunks;
use std::collections::VecDeque;
use std::time::Duration;

fn nothing_stored(world: &World) {
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
}

#[test]
fn promises_are_kept() {
    let world = World::with_bucket("photos");
    let put = || Ask::new("PUT", "/photos/a").body("hello");
    let wrong = "AAAAAAAAAAAAAAAAAAAAAA==";
    world.send(put().header("content-md5", wrong)).refused(400, "BadDigest");
    world.send(put().header("content-md5", "x")).refused(400, "InvalidDigest");
    world.send(put().header("x-amz-checksum-crc32c", "AAAAAA==")).refused(400, "BadDigest");
    let other = larder_types::hex::encode(&larder_digest::sha256(b"other"));
    world.send(put().payload(&other)).refused(400, "XAmzContentSHA256Mismatch");
    world.send(put().header("content-length", "6")).refused(400, "IncompleteBody");
    world.send(put().header("content-length", "4")).refused(400, "IncompleteBody");
    let huge = put().header("content-length", "5368709121").header("expect", "100-continue");
    world.send(huge).refused(400, "EntityTooLarge");
    nothing_stored(&world);
    world.send(put().payload("UNSIGNED-PAYLOAD").md5()).ok();
}

#[test]
fn a_body_needs_a_length() {
    let world = World::with_bucket("photos");
    let url = world.presigned("PUT", "/photos/a", &[]);
    let mut request = world.request(Ask::new("PUT", url).by(None));
    request.headers_mut().remove("content-length");
    *request.body_mut() = RequestBody::Stalled(VecDeque::new());
    let answer = world.sim.block_on(world.handle(request));
    world.sim.block_on(crate::testing::read(answer)).refused(411, "MissingContentLength");
    nothing_stored(&world);
}

#[test]
fn the_end_may_be_told_by_https_own_chunks() {
    let world = World::with_bucket("photos");
    let put = |path: &str| Ask::new("PUT", path).header("transfer-encoding", "chunked");
    let wrong = "AAAAAAAAAAAAAAAAAAAAAA==";
    world
        .send(put("/photos/a").body("hello").header("content-md5", wrong))
        .refused(400, "BadDigest");
    nothing_stored(&world);
    let body = vec![7; 200_000];
    world.send(put("/photos/a").body(body.clone()).payload("UNSIGNED-PAYLOAD")).ok();
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().body, body);
    let started = world.send(Ask::new("POST", "/photos/b?uploads")).ok();
    let id = started.element("UploadId").unwrap();
    world.send(put(&format!("/photos/b?partNumber=1&uploadId={id}")).body("hello")).ok();
    let parts = world.send(Ask::new("GET", format!("/photos/b?uploadId={id}"))).ok();
    assert_eq!(parts.element("Size"), Some("5"));
}

#[test]
fn chunks_with_trailers() {
    let world = World::with_bucket("photos");
    let framed = |checksum: &str| {
        let trailers = [("x-amz-checksum-crc32", checksum)];
        let body = sign_chunks(b"hello", 2, None, Some(&trailers));
        Ask::new("PUT", "/photos/a")
            .header("content-encoding", "aws-chunked")
            .header("x-amz-decoded-content-length", "5")
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .body(body)
    };
    world.send(framed("AAAAAA==")).refused(400, "BadDigest");
    nothing_stored(&world);
    let got = world.send(framed("NhCmhg==")).ok();
    assert_eq!(got.header("x-amz-checksum-crc32"), Some("NhCmhg=="));
    let got = world.send(Ask::new("GET", "/photos/a")).ok();
    assert_eq!((got.text(), got.header("content-encoding")), ("hello", None));
    let mut cut = framed("NhCmhg==");
    cut.body.truncate(cut.body.len() - 40);
    let cut = cut.header("x-amz-decoded-content-length", "5");
    world.send(cut).refused(400, "IncompleteBody");
}

#[test]
fn a_silent_client_is_given_up() {
    let world = World::with_bucket("photos");
    let ask = Ask::new("PUT", "/photos/a").header("content-length", "5");
    let mut request = world.request(ask.payload("UNSIGNED-PAYLOAD"));
    let pieces = VecDeque::from([Bytes::from_static(b"he")]);
    *request.body_mut() = RequestBody::Stalled(pieces);
    let began = world.sim.now_ns();
    let answer = world.sim.block_on(world.handle(request));
    let waited = (world.sim.now_ns() - began) / 1_000_000_000;
    assert!((60..65).contains(&waited), "{waited} s");
    assert_eq!(answer.record.bytes_received, 2);
    let got = world.sim.block_on(crate::testing::read(answer)).refused(400, "RequestTimeout");
    assert_eq!(got.header("connection"), Some("close"));
    nothing_stored(&world);
}

/// Sends this many bytes at a time, each after as many seconds, and returns the seconds that the
/// server took part in it.
fn slowly(world: &World, (bytes, seconds, times): (usize, u64, usize), expected: u16) -> u64 {
    let length = (bytes * times).to_string();
    let ask = Ask::new("PUT", "/photos/a").header("content-length", &length);
    let mut request = world.request(ask.payload("UNSIGNED-PAYLOAD"));
    *request.body_mut() = RequestBody::Slow(SlowPieces {
        platform: world.sim.platform(),
        pause: Duration::from_secs(seconds),
        pieces: std::iter::repeat_n(Bytes::from(vec![b'x'; bytes]), times).collect(),
        timer: Default::default(),
    });
    let began = world.sim.now_ns();
    let answer = world.sim.block_on(world.handle(request));
    assert_eq!(answer.response.status().as_u16(), expected);
    (world.sim.now_ns() - began) / 1_000_000_000
}

#[test]
fn a_client_that_drips_is_given_up() {
    let world = World::with_bucket("photos");
    let waited = slowly(&world, (1, 50, 100), 400);
    assert!((300..360).contains(&waited), "{waited} s");
    nothing_stored(&world);
    // Slow, and yet not too slow; short, and over before its pace counts.
    slowly(&world, (50 << 10, 50, 20), 200);
    slowly(&world, (1, 50, 5), 200);
}
