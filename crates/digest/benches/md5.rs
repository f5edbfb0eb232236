//! MD5 of one body and of many side by side, beside the RustCrypto implementation, in turns:
//! `cargo bench -p larder-digest --bench md5`.
#![allow(clippy::disallowed_methods, reason = "a bench measures the real clock")]

use larder_digest::Md5;
use md5_oracle::Digest as _;
use std::hint::black_box;
use std::time::Instant;

const BODY_BYTES: usize = 64 << 10;
const ROUNDS: usize = 200;

/// GB/s of the fastest of some rounds, which other work on the machine disturbs least.
struct Best(f64);

impl Best {
    fn time(&mut self, bytes: usize, work: impl FnOnce()) {
        let begun = Instant::now();
        work();
        self.0 = self.0.max(bytes as f64 / begun.elapsed().as_secs_f64() / 1e9);
    }
}

fn main() {
    let bodies: Vec<Vec<u8>> = (0..16).map(|i| vec![i as u8; BODY_BYTES]).collect();
    let oracle = &mut Best(0.0);
    let counts = [1, 2, 3, 4, 8, 16];
    let mut ours = counts.map(|_| Best(0.0));
    for _ in 0..ROUNDS {
        oracle.time(BODY_BYTES, || {
            black_box(md5_oracle::Md5::digest(black_box(&bodies[0])));
        });
        for (count, best) in counts.iter().zip(&mut ours) {
            let mut digests = vec![Md5::default(); *count];
            let mut jobs: Vec<(&mut Md5, &[u8])> =
                digests.iter_mut().zip(&bodies).map(|(md5, body)| (md5, &body[..])).collect();
            best.time(count * BODY_BYTES, || Md5::update_all(black_box(&mut jobs)));
        }
    }
    println!("RustCrypto's md-5, one body: {:.2} GB/s", oracle.0);
    for (count, best) in counts.iter().zip(&ours) {
        println!("{count:>2} bodies: {:.2} GB/s, {:.1}x", best.0, best.0 / oracle.0);
    }
}
