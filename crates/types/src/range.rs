//! Byte ranges (RFC 9110, section 14).

/// A range as the client asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeSpec {
    /// `bytes=first-`.
    From(u64),
    /// `bytes=first-last`, both inclusive.
    Between(u64, u64),
    /// `bytes=-length`.
    Last(u64),
}

/// A range that lies within an object: `start..end`, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// One behind the last byte.
    pub end: u64,
}

impl RangeSpec {
    /// Parses a `Range` header. `None` for anything but one well-formed byte range: S3 ignores a
    /// malformed header and answers with the whole object, and so it does for several ranges.
    pub fn parse(header: &str) -> Option<Self> {
        let (unit, spec) = header.trim().split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = spec.trim().split_once('-')?;
        let number = |text: &str| {
            let text = text.trim();
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u64::MAX))
        };
        match (first.trim().is_empty(), last.trim().is_empty()) {
            (true, true) => None,
            (true, false) => Some(Self::Last(number(last)?)),
            (false, true) => Some(Self::From(number(first)?)),
            (false, false) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// The bytes of an object of `length` that the range means; `None` when it lies outside
    /// (S3: `InvalidRange`, 416).
    pub fn resolve(self, length: u64) -> Option<ByteRange> {
        let range = match self {
            Self::From(first) => ByteRange { start: first, end: length },
            Self::Between(first, last) => {
                ByteRange { start: first, end: length.min(last.saturating_add(1)) }
            }
            Self::Last(count) => ByteRange { start: length.saturating_sub(count), end: length },
        };
        (range.start < range.end).then_some(range)
    }
}

impl ByteRange {
    /// The range's length; never zero.
    pub fn length(self) -> u64 {
        self.end - self.start
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteRange, RangeSpec};

    fn check(header: &str, length: u64, expected: Option<(u64, u64)>) {
        let got = RangeSpec::parse(header).expect("parses").resolve(length);
        assert_eq!(got, expected.map(|(start, end)| ByteRange { start, end }), "{header}");
    }

    #[test]
    fn forms() {
        check("bytes=0-0", 10, Some((0, 1)));
        check("bytes=4-7", 10, Some((4, 8)));
        check("bytes=4-70", 10, Some((4, 10)));
        check("bytes=4-", 10, Some((4, 10)));
        check("bytes=-3", 10, Some((7, 10)));
        check("bytes=-30", 10, Some((0, 10)));
        check("bytes=10-", 10, None);
        check("bytes=-0", 10, None);
        check("bytes=0-", 0, None);
        check("bytes=0-99999999999999999999999", 10, Some((0, 10)));
        check("Bytes = 1 - 2", 10, Some((1, 3)));
    }

    #[test]
    fn malformed_is_ignored() {
        for header in ["bytes=", "bytes=-", "bytes=5-4", "items=0-1", "bytes=a-b", "0-1"] {
            assert_eq!(RangeSpec::parse(header), None, "{header}");
        }
        assert_eq!(RangeSpec::parse("bytes=0-1,3-4"), None);
    }
}
