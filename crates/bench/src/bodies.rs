//! Object bodies and keys, both made from a number.

/// One byte of noise per possible start, so that every key up to here has a body of its own.
const POOL_BYTES: usize = 4 << 20;
/// Odd, so that numbers spread over all starts before one comes back.
const STRIDE: usize = 2_654_435_761;

/// Random numbers that every run repeats (xorshift64*).
pub struct Random(u64);

impl Random {
    /// Numbers that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// One of 0 to `end` - 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() >> 16) as usize % end
    }
}

/// The bodies of all objects: windows over noise that does not compress.
pub struct Bodies {
    noise: Vec<u8>,
    bytes: usize,
}

impl Bodies {
    /// Makes the noise for bodies of `bytes` bytes, a multiple of 8.
    pub fn new(bytes: usize) -> Self {
        let mut random = Random::new(1);
        let words = (POOL_BYTES + bytes) / 8;
        Self { noise: (0..words).flat_map(|_| random.number().to_le_bytes()).collect(), bytes }
    }

    /// The body of object `number`.
    pub fn of(&self, number: usize) -> &[u8] {
        let start = number.wrapping_mul(STRIDE) % POOL_BYTES;
        &self.noise[start..start + self.bytes]
    }
}

/// The key of object `number`, as long as keys commonly are.
pub fn key(number: usize) -> String {
    format!("photos/2026/{:02x}/{number:08}.jpg", group(number))
}

/// Groups of keys: those of one have a prefix in common that no other key has.
pub const GROUPS: usize = 256;

/// The group of an object's key.
pub fn group(number: usize) -> usize {
    (number.wrapping_mul(STRIDE) >> 8) % GROUPS
}
