//! Many streams side by side, one on each lane of vector registers.
//!
//! MD5 is a chain: each of its 64 steps waits for the one before, so that one stream leaves most of
//! a core idle. Lanes work on streams that have nothing to do with each other.
#![allow(unsafe_code, reason = "vector instructions, which not every processor has")]

use super::kernel::{BLOCK_BYTES, K, Md5State, steps};
use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi32, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256,
    _mm256_permute2x128_si256, _mm256_set1_epi32, _mm256_slli_epi32, _mm256_srli_epi32,
    _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32,
    _mm256_unpacklo_epi64, _mm256_xor_si256, _mm512_add_epi32, _mm512_castsi256_si512,
    _mm512_castsi512_si256, _mm512_extracti64x4_epi64, _mm512_inserti64x4, _mm512_rol_epi32,
    _mm512_set1_epi32, _mm512_ternarylogic_epi32,
};

/// Streams side by side.
pub(super) const LANES: usize = 16;

/// One word of all lanes. Every method needs what its kernel's processor has, and is a part of
/// that kernel when compiled.
trait Vector: Copy {
    unsafe fn join(low: __m256i, high: __m256i) -> Self;
    unsafe fn split(self) -> [__m256i; 2];
    unsafe fn splat(word: u32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self;
    unsafe fn f(b: Self, c: Self, d: Self) -> Self;
    unsafe fn g(b: Self, c: Self, d: Self) -> Self;
    unsafe fn h(b: Self, c: Self, d: Self) -> Self;
    unsafe fn i(b: Self, c: Self, d: Self) -> Self;
}

/// Two registers of 256 bits: while one waits for its step, the other works.
type Pair = [__m256i; 2];

macro_rules! both {
    ($lane:ident => $value:expr) => {
        [
            {
                let $lane = 0;
                $value
            },
            {
                let $lane = 1;
                $value
            },
        ]
    };
}

impl Vector for Pair {
    #[inline(always)]
    unsafe fn join(low: __m256i, high: __m256i) -> Self {
        [low, high]
    }

    #[inline(always)]
    unsafe fn split(self) -> [__m256i; 2] {
        self
    }

    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        // SAFETY: the caller's processor has AVX2; so in all methods.
        unsafe { [_mm256_set1_epi32(word.cast_signed()); 2] }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { both!(n => _mm256_add_epi32(self[n], other[n])) }
    }

    #[inline(always)]
    unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        unsafe {
            both!(n => _mm256_or_si256(
                _mm256_slli_epi32::<LEFT>(self[n]),
                _mm256_srli_epi32::<RIGHT>(self[n]),
            ))
        }
    }

    #[inline(always)]
    unsafe fn f(b: Self, c: Self, d: Self) -> Self {
        unsafe {
            both!(n => {
                let differ = _mm256_xor_si256(c[n], d[n]);
                _mm256_xor_si256(d[n], _mm256_and_si256(b[n], differ))
            })
        }
    }

    #[inline(always)]
    unsafe fn g(b: Self, c: Self, d: Self) -> Self {
        unsafe { Self::f(d, b, c) }
    }

    #[inline(always)]
    unsafe fn h(b: Self, c: Self, d: Self) -> Self {
        unsafe { both!(n => _mm256_xor_si256(b[n], _mm256_xor_si256(c[n], d[n]))) }
    }

    #[inline(always)]
    unsafe fn i(b: Self, c: Self, d: Self) -> Self {
        unsafe {
            let ones = _mm256_set1_epi32(-1);
            both!(n => {
                let or_not = _mm256_or_si256(b[n], _mm256_xor_si256(d[n], ones));
                _mm256_xor_si256(c[n], or_not)
            })
        }
    }
}

/// RFC 1321's functions F, G, H and I as truth tables: bit `4 b + 2 c + d` is the result.
pub(super) const TABLES: [i32; 4] = [0xca, 0xe4, 0x96, 0x39];

impl Vector for __m512i {
    #[inline(always)]
    unsafe fn join(low: __m256i, high: __m256i) -> Self {
        // SAFETY: the caller's processor has AVX-512F; so in all methods.
        unsafe { _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high) }
    }

    #[inline(always)]
    unsafe fn split(self) -> [__m256i; 2] {
        unsafe { [_mm512_castsi512_si256(self), _mm512_extracti64x4_epi64::<1>(self)] }
    }

    #[inline(always)]
    unsafe fn splat(word: u32) -> Self {
        unsafe { _mm512_set1_epi32(word.cast_signed()) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { _mm512_add_epi32(self, other) }
    }

    #[inline(always)]
    unsafe fn turn<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        unsafe { _mm512_rol_epi32::<LEFT>(self) }
    }

    // The constants are truth tables of (b, c, d): see `TABLES`.

    #[inline(always)]
    unsafe fn f(b: Self, c: Self, d: Self) -> Self {
        unsafe { _mm512_ternarylogic_epi32::<{ TABLES[0] }>(b, c, d) }
    }

    #[inline(always)]
    unsafe fn g(b: Self, c: Self, d: Self) -> Self {
        unsafe { _mm512_ternarylogic_epi32::<{ TABLES[1] }>(b, c, d) }
    }

    #[inline(always)]
    unsafe fn h(b: Self, c: Self, d: Self) -> Self {
        unsafe { _mm512_ternarylogic_epi32::<{ TABLES[2] }>(b, c, d) }
    }

    #[inline(always)]
    unsafe fn i(b: Self, c: Self, d: Self) -> Self {
        unsafe { _mm512_ternarylogic_epi32::<{ TABLES[3] }>(b, c, d) }
    }
}

/// Eight words of eight streams: what was a row becomes a column.
// Loops, here and below: a function of the library that takes a closure is not compiled for this
// kernel's processor, and neither is the closure then.
#[inline(always)]
unsafe fn transposed(r: [__m256i; 8]) -> [__m256i; 8] {
    let (mut pairs, mut fours, mut columns) = (r, r, r);
    // SAFETY: the caller's processor has AVX2.
    unsafe {
        for n in [0, 2, 4, 6] {
            pairs[n] = _mm256_unpacklo_epi32(r[n], r[n + 1]);
            pairs[n + 1] = _mm256_unpackhi_epi32(r[n], r[n + 1]);
        }
        for (n, to) in [(0, 0), (1, 2), (4, 4), (5, 6)] {
            fours[to] = _mm256_unpacklo_epi64(pairs[n], pairs[n + 2]);
            fours[to + 1] = _mm256_unpackhi_epi64(pairs[n], pairs[n + 2]);
        }
        for n in 0..4 {
            columns[n] = _mm256_permute2x128_si256::<0x20>(fours[n], fours[n + 4]);
            columns[n + 4] = _mm256_permute2x128_si256::<0x31>(fours[n], fours[n + 4]);
        }
    }
    columns
}

/// Eight words, from `word` on, of a block of eight streams.
#[inline(always)]
unsafe fn words(data: &[&[u8]], block: usize, word: usize) -> [__m256i; 8] {
    let at = block * BLOCK_BYTES + 4 * word;
    // SAFETY: the caller's processor has AVX2. 32 bytes are there to be read, at any alignment.
    unsafe {
        let mut rows = [_mm256_set1_epi32(0); 8];
        for (row, data) in rows.iter_mut().zip(data) {
            let bytes: &[u8; 32] = data[at..at + 32].try_into().expect("half a block");
            *row = _mm256_loadu_si256(bytes.as_ptr().cast());
        }
        transposed(rows)
    }
}

/// Compresses `blocks` blocks of every lane.
#[inline(always)]
unsafe fn compress<V: Vector>(
    states: &mut [Md5State; LANES],
    data: &[&[u8]; LANES],
    blocks: usize,
) {
    // SAFETY: the caller's processor has what V needs, AVX2 among it. States are 16 bytes each,
    // so that 32 bytes from an even one on are two.
    unsafe {
        // Chaining values turn from one stream's four words into one word of all streams here and
        // back at the end, not block by block: in between they stay in registers.
        let mut words_of = [[0; LANES]; 4];
        let mut state = [V::splat(0); 4];
        for (word, lanes) in words_of.iter_mut().enumerate() {
            for (lane, state) in lanes.iter_mut().zip(states.iter()) {
                *lane = state[word];
            }
            let (low, high) = lanes.split_at(LANES / 2);
            state[word] = V::join(
                _mm256_loadu_si256(low.as_ptr().cast()),
                _mm256_loadu_si256(high.as_ptr().cast()),
            );
        }
        for block in 0..blocks {
            // A lane needs the same word of each stream, and those lie a stream apart: one by one
            // they would be 256 loads a block. Rows of eight words are 32, and are transposed in
            // registers. All 16 words come before the steps, for rounds two to four use each of
            // them again, in another order.
            let mut m = [V::splat(0); 16];
            for half in [0, 8] {
                let low = words(&data[..LANES / 2], block, half);
                let high = words(&data[LANES / 2..], block, half);
                for n in 0..8 {
                    m[half + n] = V::join(low[n], high[n]);
                }
            }
            let [mut a, mut b, mut c, mut d] = state;
            macro_rules! step {
                (
                    $f:ident, $a:ident, $b:ident, $c:ident, $d:ident,
                    $word:expr, $k:expr, $turn:literal
                ) => {
                    let sum = $a.add(m[$word]).add(V::splat($k)).add(V::$f($b, $c, $d));
                    $a = $b.add(sum.turn::<$turn, { 32 - $turn }>());
                };
            }
            steps!(step, a, b, c, d);
            for (words, by) in state.iter_mut().zip([a, b, c, d]) {
                *words = words.add(by);
            }
        }
        for (lanes, vector) in words_of.iter_mut().zip(state) {
            let (low, high) = lanes.split_at_mut(LANES / 2);
            let [l, h] = vector.split();
            _mm256_storeu_si256(low.as_mut_ptr().cast(), l);
            _mm256_storeu_si256(high.as_mut_ptr().cast(), h);
        }
        for (lane, state) in states.iter_mut().enumerate() {
            for (word, lanes) in state.iter_mut().zip(&words_of) {
                *word = lanes[lane];
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn avx2(states: &mut [Md5State; LANES], data: &[&[u8]; LANES], blocks: usize) {
    // SAFETY: this function has what a pair needs.
    unsafe { compress::<Pair>(states, data, blocks) }
}

#[target_feature(enable = "avx512f,avx2")]
fn avx512(states: &mut [Md5State; LANES], data: &[&[u8]; LANES], blocks: usize) {
    // SAFETY: this function has what a register of 512 bits needs.
    unsafe { compress::<__m512i>(states, data, blocks) }
}

/// A way to compress many streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    Avx2,
    Avx512,
}

impl Kernel {
    /// Those that this processor has, the widest first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [Self::Avx512, Self::Avx2].into_iter().filter(|kernel| kernel.is_there())
    }

    fn is_there(self) -> bool {
        let avx2 = is_x86_feature_detected!("avx2");
        match self {
            Self::Avx2 => avx2,
            Self::Avx512 => avx2 && is_x86_feature_detected!("avx512f"),
        }
    }

    /// Compresses `blocks` blocks of at most [`LANES`] streams; lanes without one repeat the
    /// first.
    pub(super) fn compress(self, streams: &mut [(&mut Md5State, &[u8])], blocks: usize) {
        assert!(self.is_there(), "kernels come from `all`");
        assert!((1..=LANES).contains(&streams.len()), "each stream has a lane");
        // A lane is never left empty: that would need a mask in each step, and a lane that repeats
        // a stream takes no longer. What it computes is dropped by the zip at the end.
        let data = std::array::from_fn(|lane| streams.get(lane).unwrap_or(&streams[0]).1);
        let mut states = std::array::from_fn(|lane| *streams.get(lane).unwrap_or(&streams[0]).0);
        // SAFETY: the processor has what the function needs.
        unsafe {
            match self {
                Self::Avx2 => avx2(&mut states, &data, blocks),
                Self::Avx512 => avx512(&mut states, &data, blocks),
            }
        }
        for ((state, data), compressed) in streams.iter_mut().zip(states) {
            **state = compressed;
            *data = &data[blocks * BLOCK_BYTES..];
        }
    }
}
