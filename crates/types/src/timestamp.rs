//! Points in time and the three forms S3 writes them in.

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    /// Milliseconds; negative before 1970.
    pub ms: i64,
}

/// A UTC calendar date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year, 0 to 9999 in every form that is written.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 60.
    pub second: u32,
    /// 0 to 999.
    pub ms: u32,
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// From whole seconds since the epoch.
    pub fn from_seconds(seconds: i64) -> Self {
        Self { ms: seconds.saturating_mul(1000) }
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.ms.div_euclid(1000)
    }

    /// `2026-11-23T12:00:00.000Z`, the form of XML bodies.
    pub fn to_iso8601(self) -> String {
        text(&self.iso8601())
    }

    /// The bytes of [`Timestamp::to_iso8601`].
    pub fn iso8601(self) -> [u8; 24] {
        let c = self.civil();
        let mut out = *b"0000-00-00T00:00:00.000Z";
        digits(&mut out[0..4], c.year.clamp(0, 9999) as u32);
        digits(&mut out[5..7], c.month);
        digits(&mut out[8..10], c.day);
        digits(&mut out[11..13], c.hour);
        digits(&mut out[14..16], c.minute);
        digits(&mut out[17..19], c.second);
        digits(&mut out[20..23], c.ms);
        out
    }

    /// `Mon, 23 Nov 2026 12:00:00 GMT`, the form of HTTP headers (RFC 9110).
    pub fn to_http_date(self) -> String {
        text(&self.http_date())
    }

    /// The bytes of [`Timestamp::to_http_date`].
    pub fn http_date(self) -> [u8; 29] {
        let c = self.civil();
        let day = DAYS[self.ms.div_euclid(DAY_MS).rem_euclid(7) as usize];
        let mut out = *b"Mon, 00 Jan 0000 00:00:00 GMT";
        out[0..3].copy_from_slice(day.as_bytes());
        digits(&mut out[5..7], c.day);
        out[8..11].copy_from_slice(MONTHS[c.month as usize - 1].as_bytes());
        digits(&mut out[12..16], c.year.clamp(0, 9999) as u32);
        digits(&mut out[17..19], c.hour);
        digits(&mut out[20..22], c.minute);
        digits(&mut out[23..25], c.second);
        out
    }

    /// `20261123T120000Z`, the form of SigV4's `x-amz-date`.
    pub fn to_amz_date(self) -> String {
        let c = self.civil();
        let mut out = *b"00000000T000000Z";
        digits(&mut out[0..4], c.year.clamp(0, 9999) as u32);
        digits(&mut out[4..6], c.month);
        digits(&mut out[6..8], c.day);
        digits(&mut out[9..11], c.hour);
        digits(&mut out[11..13], c.minute);
        digits(&mut out[13..15], c.second);
        text(&out)
    }

    /// Parses SigV4's `x-amz-date`.
    pub fn parse_amz_date(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        if b.len() != 16 || b[8] != b'T' || b[15] != b'Z' {
            return None;
        }
        let n = |from: usize, to: usize| number(&b[from..to]);
        Civil {
            year: i64::from(n(0, 4)?),
            month: n(4, 6)?,
            day: n(6, 8)?,
            hour: n(9, 11)?,
            minute: n(11, 13)?,
            second: n(13, 15)?,
            ms: 0,
        }
        .to_timestamp()
    }

    /// Parses ISO 8601 as S3 accepts it: with or without fraction, `Z` or an offset, or a date.
    pub fn parse_iso8601(text: &str) -> Option<Self> {
        let b = text.trim().as_bytes();
        if b.len() < 10 || b[4] != b'-' || b[7] != b'-' {
            return None;
        }
        let n = |from: usize, to: usize| b.get(from..to).and_then(number);
        let mut civil = Civil {
            year: i64::from(n(0, 4)?),
            month: n(5, 7)?,
            day: n(8, 10)?,
            hour: 0,
            minute: 0,
            second: 0,
            ms: 0,
        };
        if b.len() == 10 {
            return civil.to_timestamp();
        }
        if b.len() < 19 || !matches!(b[10], b'T' | b't' | b' ') || b[13] != b':' || b[16] != b':' {
            return None;
        }
        (civil.hour, civil.minute, civil.second) = (n(11, 13)?, n(14, 16)?, n(17, 19)?);
        let mut rest = &b[19..];
        if let Some((b'.', fraction)) = rest.split_first() {
            let length = fraction.iter().take_while(|c| c.is_ascii_digit()).count();
            if length == 0 {
                return None;
            }
            let first = |i: usize| fraction[..length].get(i).map_or(0, |c| u32::from(c - b'0'));
            civil.ms = first(0) * 100 + first(1) * 10 + first(2);
            rest = &fraction[length..];
        }
        let offset_ms = offset_ms(rest)?;
        Some(Self { ms: civil.to_timestamp()?.ms - offset_ms })
    }

    /// Parses an HTTP date: IMF-fixdate, RFC 850 or asctime (RFC 9110, section 5.6.7).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split([' ', ',', '-']).filter(|w| !w.is_empty()).collect();
        let (day, month, year, time) = match words.as_slice() {
            [_, day, month, year, time, "GMT" | "UTC" | "+0000" | "0000"] => {
                (day, month, year, time)
            }
            [_, month, day, time, year] => (day, month, year, time),
            _ => return None,
        };
        let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month))? as u32 + 1;
        let year = match (year.len(), number(year.as_bytes())?) {
            (2, y) if y < 70 => 2000 + y,
            (2, y) => 1900 + y,
            (4, y) => y,
            _ => return None,
        };
        let mut time = time.split(':').map(|t| number(t.as_bytes()));
        let civil = Civil {
            year: i64::from(year),
            month,
            day: number(day.as_bytes())?,
            hour: time.next()??,
            minute: time.next()??,
            second: time.next()??,
            ms: 0,
        };
        civil.to_timestamp()
    }

    /// The calendar date and time of day (Howard Hinnant, "chrono-Compatible Low-Level Date
    /// Algorithms").
    pub fn civil(self) -> Civil {
        let (days, ms) = (self.ms.div_euclid(DAY_MS), self.ms.rem_euclid(DAY_MS));
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let second = ms / 1000;
        Civil {
            year: yoe + era * 400 + i64::from(month <= 2),
            month: month as u32,
            day: (doy - (153 * mp + 2) / 5 + 1) as u32,
            hour: (second / 3600) as u32,
            minute: (second / 60 % 60) as u32,
            second: (second % 60) as u32,
            ms: (ms % 1000) as u32,
        }
    }
}

impl Civil {
    /// The point in time; `None` when a field is out of its range.
    pub fn to_timestamp(self) -> Option<Timestamp> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days_in_month = match self.month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let date = (0..=9999).contains(&self.year) && (1..=days_in_month).contains(&self.day);
        if !date || self.hour > 23 || self.minute > 59 || self.second > 60 {
            return None;
        }
        let y = self.year - i64::from(self.month <= 2);
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let month = i64::from(self.month);
        let mp = if month > 2 { month - 3 } else { month + 9 };
        let doy = (153 * mp + 2) / 5 + i64::from(self.day) - 1;
        let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
        let seconds = i64::from(self.hour * 3600 + self.minute * 60 + self.second);
        Some(Timestamp { ms: days * DAY_MS + seconds * 1000 + i64::from(self.ms) })
    }
}

fn text(ascii: &[u8]) -> String {
    std::str::from_utf8(ascii).expect("digits and letters are ASCII").to_owned()
}

fn digits(out: &mut [u8], mut value: u32) {
    for place in out.iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

fn number(text: &[u8]) -> Option<u32> {
    let valid = !text.is_empty() && text.len() <= 9 && text.iter().all(|b| b.is_ascii_digit());
    valid.then(|| text.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')))
}

fn offset_ms(zone: &[u8]) -> Option<i64> {
    let (sign, hour, minute) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => {
            (*sign, number(&[*h1, *h2])?, number(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let offset = i64::from(hour * 3600 + minute * 60) * 1000;
    match sign {
        b'+' => Some(offset),
        b'-' => Some(-offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn forms_agree() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT", "19700101T000000Z"),
            (
                951_782_400_000,
                "2000-02-29T00:00:00.000Z",
                "Tue, 29 Feb 2000 00:00:00 GMT",
                "20000229T000000Z",
            ),
            (
                1_795_435_199_000,
                "2026-11-23T11:59:59.000Z",
                "Mon, 23 Nov 2026 11:59:59 GMT",
                "20261123T115959Z",
            ),
        ];
        for (ms, iso, http, amz) in cases {
            let t = Timestamp { ms };
            assert_eq!(t.to_iso8601(), iso);
            assert_eq!(t.to_http_date(), http);
            assert_eq!(t.to_amz_date(), amz);
            assert_eq!(Timestamp::parse_iso8601(iso), Some(t));
            assert_eq!(Timestamp::parse_http_date(http), Some(t));
            assert_eq!(Timestamp::parse_amz_date(amz), Some(t));
        }
    }

    #[test]
    fn lenient_forms() {
        let t = Some(Timestamp { ms: 784_111_777_000 });
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 -0000",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(Timestamp::parse_http_date(text), t, "{text}");
        }
        for text in ["1994-11-06T08:49:37Z", "1994-11-06T08:49:37", "1994-11-06T10:49:37+02:00"] {
            assert_eq!(Timestamp::parse_iso8601(text), t, "{text}");
        }
    }

    #[test]
    fn refused() {
        for text in ["", "1994-13-06T08:49:37Z", "1994-02-30", "1994-11-06T25:00:00Z", "never"] {
            assert_eq!(Timestamp::parse_iso8601(text), None, "{text}");
            assert_eq!(Timestamp::parse_http_date(text), None, "{text}");
        }
        assert_eq!(Timestamp::parse_amz_date("2026\u{e9}123T115959"), None);
    }

    #[test]
    fn every_day_round_trips() {
        for day in -200_000..500_000i64 {
            let t = Timestamp { ms: day * 86_400_000 + 1 };
            if (0..=9999).contains(&t.civil().year) {
                assert_eq!(t.civil().to_timestamp(), Some(t));
            }
        }
    }
}
