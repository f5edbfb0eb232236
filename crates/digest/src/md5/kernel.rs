//! MD5's compression (RFC 1321) of one stream, and what all kernels share.

/// A chaining value.
pub(super) type Md5State = [u32; 4];
/// Bytes of a block.
pub(super) const BLOCK_BYTES: usize = 64;
/// Where a chain begins.
pub(super) const START: Md5State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The constants of the 64 steps: the first 32 bits of the fractions of the sines of 1 to 64.
#[rustfmt::skip]
pub(super) const K: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

/// A value that the compiler may not look through. Without it the sums of a step are put into an
/// order in which all wait for the last of them: a third of the speed of a lone stream.
#[inline(always)]
fn apart(value: u32) -> u32 {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "there is no other way to keep an order of additions")]
    {
        let mut value = value;
        // SAFETY: no instruction at all; the register stays as it is.
        unsafe {
            std::arch::asm!(
                "/* {0:e} */",
                inout(reg) value,
                options(pure, nomem, nostack, preserves_flags)
            );
        }
        value
    }
    #[cfg(not(target_arch = "x86_64"))]
    value
}

/// Runs `$step` for each of the 64 steps: the function's name, the names of the four words in the
/// order in which they turn, the index of the message word, the constant, the rotation.
macro_rules! steps {
    ($step:ident, $a:ident, $b:ident, $c:ident, $d:ident) => {
        steps!(@round $step, $a, $b, $c, $d, f, 0, 1, 0, 7, 12, 17, 22);
        steps!(@round $step, $a, $b, $c, $d, g, 16, 5, 1, 5, 9, 14, 20);
        steps!(@round $step, $a, $b, $c, $d, h, 32, 3, 5, 4, 11, 16, 23);
        steps!(@round $step, $a, $b, $c, $d, i, 48, 7, 0, 6, 10, 15, 21);
    };
    (@round $step:ident, $a:ident, $b:ident, $c:ident, $d:ident,
     $f:ident, $first:literal, $times:literal, $plus:literal,
     $turn0:literal, $turn1:literal, $turn2:literal, $turn3:literal) => {
        let mut at = 0;
        while at < 16 {
            let word = |at: usize| ($times * at + $plus) % 16;
            $step!($f, $a, $b, $c, $d, word(at), K[$first + at], $turn0);
            $step!($f, $d, $a, $b, $c, word(at + 1), K[$first + at + 1], $turn1);
            $step!($f, $c, $d, $a, $b, word(at + 2), K[$first + at + 2], $turn2);
            $step!($f, $b, $c, $d, $a, word(at + 3), K[$first + at + 3], $turn3);
            at += 4;
        }
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use steps;

/// Compresses whole blocks of one stream.
pub(super) fn one(state: &mut Md5State, data: &[u8]) {
    for block in data.chunks_exact(BLOCK_BYTES) {
        let mut m = [0; 16];
        for (word, bytes) in m.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        let [mut a, mut b, mut c, mut d] = *state;
        // Each function as two summands: what is known early, and what waits for b.
        macro_rules! summands {
            (f, $b:ident, $c:ident, $d:ident) => {
                (0, $d ^ ($b & ($c ^ $d)))
            };
            (g, $b:ident, $c:ident, $d:ident) => {
                ($c & !$d, $b & $d)
            };
            (h, $b:ident, $c:ident, $d:ident) => {
                (0, $b ^ apart($c ^ $d))
            };
            (i, $b:ident, $c:ident, $d:ident) => {
                (0, $c ^ ($b | !$d))
            };
        }
        macro_rules! step {
            ($f:ident, $a:ident, $b:ident, $c:ident, $d:ident, $word:expr, $k:expr, $turn:expr) => {
                let (early, late): (u32, u32) = summands!($f, $b, $c, $d);
                let sum = $a.wrapping_add(m[$word]).wrapping_add($k).wrapping_add(early);
                $a = $b.wrapping_add(apart(sum).wrapping_add(late).rotate_left($turn));
            };
        }
        steps!(step, a, b, c, d);
        for (word, by) in state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(by);
        }
    }
}
