//! What a run does, read from words.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

/// Bodies are kept in memory, so an object is at most this long.
pub const SIZE_BYTES_MAX: u64 = 256 << 20;

/// What is asked of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// PutObject of new keys.
    Put,
    /// GetObject of prepared keys.
    Get,
    /// HeadObject of prepared keys.
    Head,
    /// ListObjectsV2: a page of up to 1,000 prepared keys from a random one on.
    List,
    /// ListObjectsV2 with a delimiter: a page of up to 1,000 common prefixes of
    /// [`Plan::keys_per_prefix`] keys each, from a random one on.
    ListPrefixes,
    /// ListObjectVersions: a page of up to 1,000 versions from a random key on.
    ListVersions,
    /// DeleteObject, of each prepared key once.
    Delete,
    /// DeleteObjects of 1,000 keys, of each prepared key once.
    DeleteMany,
    /// A whole multipart upload: create, parts, complete.
    Multipart,
    /// 45 % get, 30 % head, 15 % put, 10 % delete of what was put.
    Mixed,
}

impl Operation {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 10] = [
        ("put", Self::Put),
        ("get", Self::Get),
        ("head", Self::Head),
        ("list", Self::List),
        ("list-prefixes", Self::ListPrefixes),
        ("list-versions", Self::ListVersions),
        ("delete", Self::Delete),
        ("delete-many", Self::DeleteMany),
        ("multipart", Self::Multipart),
        ("mixed", Self::Mixed),
    ];

    /// The operation of this name.
    ///
    /// # Errors
    /// There is none; the message names those that there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, operation)| *operation).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            format!("unknown operation {text:?}; known are {}", names.join(", "))
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, operation)| *operation == self);
        found.expect("every operation has a name").0
    }

    /// Whether each prepared object is gone after it.
    pub fn uses_up_objects(self) -> bool {
        matches!(self, Self::Delete | Self::DeleteMany)
    }

    /// Whether it works on objects that are there before.
    pub(crate) fn needs_objects(self) -> bool {
        !matches!(self, Self::Put | Self::Multipart)
    }
}

/// How long objects are.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// All the same.
    Fixed(u64),
    /// Between two sizes, the logarithm uniform: each doubling is as frequent as the next.
    LogUniform(u64, u64),
    /// Sizes with their weights.
    Weighted(Vec<(u64, f64)>),
}

impl Sizes {
    /// Reads `4KiB`, `4KiB-1MiB` or `4KiB:80,1MiB:20`.
    ///
    /// # Errors
    /// It is none of them; the message says what is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = |text: &str| match parse_bytes(text) {
            Ok(bytes) if bytes <= SIZE_BYTES_MAX => Ok(bytes),
            Ok(_) => Err(format!("{text} is above the 256MiB that bodies may have")),
            Err(message) => Err(message),
        };
        if text.contains([',', ':']) {
            let entry = |entry: &str| {
                let (size, weight) = entry.split_once(':').unwrap_or((entry, "1"));
                let weight: f64 = weight.parse().unwrap_or(-1.0);
                if !weight.is_finite() || weight <= 0.0 {
                    return Err(format!("{entry:?}: a weight is a number above 0"));
                }
                Ok((bytes(size)?, weight))
            };
            return text.split(',').map(entry).collect::<Result<_, _>>().map(Self::Weighted);
        }
        match text.split_once('-') {
            None => bytes(text).map(Self::Fixed),
            Some((low, high)) => match (bytes(low)?, bytes(high)?) {
                (low, high) if 0 < low && low < high => Ok(Self::LogUniform(low, high)),
                _ => Err(format!("{text:?}: the first size is above 0 and below the second")),
            },
        }
    }

    /// The size that a share of `quantile`, 0 to 1, of all objects does not reach.
    pub fn at(&self, quantile: f64) -> u64 {
        match self {
            Self::Fixed(bytes) => *bytes,
            Self::LogUniform(low, high) => {
                let (low, high) = (*low as f64, *high as f64);
                (low * (high / low).powf(quantile)).round() as u64
            }
            Self::Weighted(entries) => {
                let mut left = quantile * entries.iter().map(|(_, weight)| weight).sum::<f64>();
                for (bytes, weight) in entries {
                    left -= weight;
                    if left < 0.0 {
                        return *bytes;
                    }
                }
                entries.last().map_or(0, |(bytes, _)| *bytes)
            }
        }
    }
}

/// Which of the prepared keys is read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Each as likely as the other.
    Uniform,
    /// The n-th with a likelihood of about 1/n.
    Zipf,
    /// Only the first so many.
    Hot(u64),
}

impl fmt::Display for Sizes {
    /// As it is read, in bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(bytes) => write!(f, "{bytes}"),
            Self::LogUniform(low, high) => write!(f, "{low}-{high}"),
            Self::Weighted(entries) => {
                let entry = |(bytes, weight): &(u64, f64)| format!("{bytes}:{weight}");
                f.write_str(&entries.iter().map(entry).collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl fmt::Display for Keys {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform => f.write_str("uniform"),
            Self::Zipf => f.write_str("zipf"),
            Self::Hot(keys) => write!(f, "hot:{keys}"),
        }
    }
}

impl Keys {
    /// Reads `uniform`, `zipf` or `hot:N`.
    ///
    /// # Errors
    /// It is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("hot:").map(str::parse)) {
            ("uniform", _) => Ok(Self::Uniform),
            ("zipf", _) => Ok(Self::Zipf),
            (_, Some(Ok(keys))) if keys > 0 => Ok(Self::Hot(keys)),
            _ => Err(format!("{text:?} is not uniform, zipf or hot:N")),
        }
    }

    /// One of 0 to `objects` - 1, chosen by `share`, which is uniform in 0 to 1.
    pub(crate) fn choose(self, share: f64, objects: u64) -> u64 {
        let end = objects as f64;
        let chosen = match self {
            Self::Uniform => (share * end) as u64,
            // The continuous density 1/x over 1..objects + 1.
            Self::Zipf => ((end + 1.0).powf(share) - 1.0) as u64,
            Self::Hot(keys) => (share * end.min(keys as f64)) as u64,
        };
        chosen.min(objects.saturating_sub(1))
    }
}

/// When a round is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// After this time.
    Time(Duration),
    /// After so many requests.
    Requests(u64),
}

/// Everything about a run but whom it asks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is asked.
    pub operation: Operation,
    /// Who asks.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// The region of the signature.
    pub region: String,
    /// Made when it is missing.
    pub bucket: String,
    /// How long objects are.
    pub sizes: Sizes,
    /// How long the parts of a multipart upload are.
    pub part_bytes: u64,
    /// Connections, each with one request in flight.
    pub connections: usize,
    /// When a round is over.
    pub length: Length,
    /// Load before a round is measured.
    pub warm_up: Duration,
    /// Objects prepared for operations that need some.
    pub objects: u64,
    /// Keys below each prefix that `list-prefixes` prepares.
    pub keys_per_prefix: u64,
    /// Whether objects are prepared in no order of their keys: an index in memory is then laid out
    /// in no order too.
    pub scatter: bool,
    /// Which of them are read.
    pub keys: Keys,
    /// Whether bodies are left out of signatures.
    pub unsigned_payload: bool,
    /// Whether objects stay when the run is over.
    pub keep: bool,
    /// Rounds of each side.
    pub rounds: u32,
    /// Whether a line of progress is shown each second on standard error.
    pub progress: bool,
}

impl Plan {
    /// The number of the object that is prepared as the `n`-th of [`Plan::objects`].
    pub(crate) fn prepared(&self, n: u64) -> u64 {
        if !self.scatter {
            return n;
        }
        // Steps around all numbers by the golden ratio, so that neighbours come far apart in time;
        // with nothing in common with their count, so that each is met once.
        let objects = self.objects;
        let about = (objects as f64 * 0.618) as u64;
        let step = (about.max(1)..).find(|step| greatest_common_divisor(*step, objects) == 1);
        let step = step.expect("the next prime has no common divisor");
        (u128::from(n) * u128::from(step) % u128::from(objects)) as u64
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A server under load.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `host:port` as it stands in requests.
    pub host: String,
    /// Where that is.
    pub address: SocketAddr,
    /// Its process on this machine.
    pub pid: Option<u32>,
}

impl Endpoint {
    /// Reads `http://HOST[:PORT]` and finds its address.
    ///
    /// # Errors
    /// It is not one, or the name is not known.
    pub fn parse(url: &str, pid: Option<u32>) -> Result<Self, String> {
        if url.starts_with("https:") {
            return Err(format!("{url}: https is not spoken here; give the http:// address"));
        }
        let host = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if host.is_empty() || !host.bytes().all(fits) {
            return Err(format!("{url:?} is not http://HOST:PORT"));
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let full = if has_port { host.to_owned() } else { format!("{host}:80") };
        let mut found = full.to_socket_addrs().map_err(|error| format!("{url}: {error}"))?;
        let address = found.next().ok_or_else(|| format!("{url}: no such host"))?;
        Ok(Self { host: host.to_owned(), address, pid })
    }
}

/// Reads a size such as `4096`, `4KiB` or `1MB`.
///
/// # Errors
/// It is not one.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 8] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
        ("", 1),
    ];
    let (unit, factor) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).expect("all end so");
    let number = text[..text.len() - unit.len()].parse::<u64>().ok();
    let bytes = number.and_then(|number| number.checked_mul(*factor));
    bytes.ok_or_else(|| format!("{text:?} is not a size such as 4KiB or 1MiB"))
}

/// Reads a duration such as `500ms`, `10s`, `10` (seconds) or `2m`.
///
/// # Errors
/// It is not one.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("", 1_000)];
    let (unit, factor) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).expect("all end so");
    let number = text[..text.len() - unit.len()].parse::<u32>().ok();
    let ms = number.map(|number| u64::from(number) * factor);
    ms.map(Duration::from_millis)
        .ok_or_else(|| format!("{text:?} is not a duration such as 500ms, 10s or 2m"))
}

#[cfg(test)]
pub(crate) mod tests;
