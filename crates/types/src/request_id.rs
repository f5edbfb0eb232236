//! Request ids.

use std::fmt;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// `x-amz-request-id`: 16 upper-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// The id of these random bits.
    pub fn new(bits: u64) -> Self {
        let mut digits = [0; 16];
        for (place, digit) in digits.iter_mut().rev().enumerate() {
            *digit = DIGITS[(bits >> (4 * place)) as usize & 15];
        }
        Self(digits)
    }

    /// The id as the wire shows it.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hex is ASCII")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn sixteen_digits() {
        for bits in [0, 0xf, 0x1234_5678_9abc_def0, u64::MAX] {
            assert_eq!(RequestId::new(bits).as_str(), format!("{bits:016X}"));
        }
    }
}
