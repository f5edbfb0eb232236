//! Bodies made from a number: windows over noise that does not compress.

use crate::plan::Plan;
use larder_digest::sha256;
use larder_s3_wire::signer::UNSIGNED_PAYLOAD;
use larder_types::hex;

/// Starts of windows; a body's bytes differ from another's unless their starts coincide.
const POOL_BYTES: usize = 4 << 20;
/// Odd, so that numbers spread over all starts before one comes back.
const STRIDE: usize = 2_654_435_761;
/// Distinct bodies of a run, and how many bytes of them are hashed ahead.
const DISTINCT_MAX: u64 = 1024;
const DISTINCT_MIN: u64 = 16;
const HASHED_BYTES: u64 = 512 << 20;

/// Random numbers that every run repeats (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A window and the payload words of its signatures.
struct Body {
    start: usize,
    bytes: usize,
    /// Of the whole, or of each part.
    payloads: Vec<String>,
}

/// The bodies of a run. Object `n` has body `n` modulo their count.
pub(crate) struct Bodies {
    noise: Vec<u8>,
    bodies: Vec<Body>,
}

impl Bodies {
    /// Makes the noise, the windows, and the hash of each; in pieces of `piece_bytes`.
    pub(crate) fn new(plan: &Plan, piece_bytes: usize) -> Self {
        let mut random = Random::new(1);
        let largest = plan.sizes.at(1.0).max(plan.sizes.at(0.0));
        let count = (HASHED_BYTES / largest.max(1)).clamp(DISTINCT_MIN, DISTINCT_MAX);
        // Sizes at even quantiles, shuffled: the distribution is met whatever is drawn.
        let mut sizes: Vec<u64> =
            (0..count).map(|n| plan.sizes.at((n as f64 + 0.5) / count as f64)).collect();
        for n in (1..sizes.len()).rev() {
            sizes.swap(n, (random.share() * (n + 1) as f64) as usize);
        }
        let longest = sizes.iter().max().map_or(0, |bytes| *bytes as usize);
        let words = (POOL_BYTES + longest).div_ceil(8);
        let noise: Vec<u8> = (0..words).flat_map(|_| random.number().to_le_bytes()).collect();
        let body = |(n, bytes): (usize, &u64)| {
            let (start, bytes) = (n.wrapping_mul(STRIDE) % POOL_BYTES, *bytes as usize);
            let window = &noise[start..start + bytes];
            let payload = |piece: &[u8]| {
                if plan.unsigned_payload {
                    UNSIGNED_PAYLOAD.to_owned()
                } else {
                    hex::encode(&sha256(piece))
                }
            };
            let payloads = match bytes {
                0 => vec![payload(window)],
                _ => window.chunks(piece_bytes).map(payload).collect(),
            };
            Body { start, bytes, payloads }
        };
        let bodies = sizes.iter().enumerate().map(body).collect();
        Self { noise, bodies }
    }

    /// The body of object `number`, and the payload word of each of its pieces.
    pub(crate) fn of(&self, number: u64) -> (&[u8], &[String]) {
        let body = &self.bodies[(number % self.bodies.len() as u64) as usize];
        (&self.noise[body.start..body.start + body.bytes], &body.payloads)
    }
}
