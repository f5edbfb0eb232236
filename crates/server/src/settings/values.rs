//! How the values of settings are written. An error says what was expected.

use super::{LogFormat, MEMORY_MIN};
use crate::listener::Network;
use larder_s3_api::Profile;
use larder_s3_wire::auth::SigV2;
use larder_types::BucketName;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

pub(super) fn text(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("expected a value, found nothing".into())
    } else {
        Ok(text.to_owned())
    }
}

pub(super) fn path(path: &str) -> Result<PathBuf, String> {
    text(path).map(PathBuf::from)
}

pub(super) fn path_or_off(path_text: &str) -> Result<Option<PathBuf>, String> {
    if path_text == "off" { Ok(None) } else { path(path_text).map(Some) }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("expected true or false".into()),
    }
}

/// An address, or a host name with all its addresses.
pub(super) fn addresses(text: &str) -> Result<Vec<SocketAddr>, String> {
    if let Ok(address) = text.parse() {
        return Ok(vec![address]);
    }
    let expected = "expected ADDR:PORT, such as 127.0.0.1:9000 or [::]:9000";
    let port = text.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let host = text.rsplit_once(':').map_or("", |(host, _)| host);
    if port.is_none() || host.is_empty() {
        return Err(expected.into());
    }
    let found = text.to_socket_addrs().map_err(|error| format!("{expected} ({error})"))?;
    Ok(found.collect())
}

pub(super) fn network(text: &str) -> Result<Network, String> {
    let network = text.parse();
    network.map_err(|()| "expected an address or a network, such as 10.0.0.7 or 10.0.0.0/8".into())
}

pub(super) fn domain(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if text.split('.').all(label) && text.parse::<std::net::IpAddr>().is_err() {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected a domain name, such as s3.example.com".into())
    }
}

pub(super) fn region(text: &str) -> Result<String, String> {
    if larder_s3_wire::auth::is_region(text) {
        Ok(text.to_owned())
    } else {
        Err("expected a region of at most 64 letters, digits and '-', such as eu-central-1".into())
    }
}

pub(super) fn bucket(text: &str) -> Result<BucketName, String> {
    let expected = "expected bucket names: 3 to 63 lower-case letters, digits, '-' and '.'";
    BucketName::new(text).map_err(|_| expected.into())
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("expected a number of at least 1".into()),
    }
}

/// The number in front and the unit behind it.
fn with_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim()))
}

/// Bytes; K, M, G, T count in powers of 1024, with or without `B` or `iB`.
fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = with_unit(text)?;
    let unit = unit.to_ascii_lowercase();
    let letter = unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(&unit);
    let shift = match letter {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

pub(super) fn memory(text: &str) -> Result<u64, String> {
    match bytes(text) {
        Some(bytes) if bytes >= MEMORY_MIN => Ok(bytes),
        _ => Err(format!("expected a size of at least {} MiB, such as 1GiB", MEMORY_MIN >> 20)),
    }
}

/// Reads bytes in a second.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    let rate = bytes(text).filter(|rate| *rate > 0);
    rate.ok_or_else(|| "expected bytes in a second, such as 50MiB".into())
}

/// Reads a number of days, hours ...; `off` is none.
pub(super) fn period(text: &str) -> Result<Duration, String> {
    let days = || text.strip_suffix('d')?.parse::<u64>().ok()?.checked_mul(86_400);
    match (text, days()) {
        ("off", _) => Ok(Duration::ZERO),
        (_, Some(seconds)) => Ok(Duration::from_secs(seconds)),
        _ => duration(text).map_err(|_| "expected off or a time, such as 12h or 7d".into()),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = with_unit(text).ok_or("expected a time, such as 30s or 5m")?;
    let ms = match unit {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    ms.map(Duration::from_millis).ok_or("expected a time in ms, s, m or h, such as 30s".into())
}

pub(super) fn sigv2(text: &str) -> Result<SigV2, String> {
    match text {
        "off" => Ok(SigV2::Off),
        "presigned" => Ok(SigV2::Presigned),
        "on" => Ok(SigV2::On),
        _ => Err("expected off, presigned (in URLs and forms only) or on".into()),
    }
}

pub(super) fn profile(text: &str) -> Result<Profile, String> {
    let found = Profile::ALL.into_iter().find(|(name, _)| *name == text);
    let expected = "expected aws (no ACLs, public access blocked) or open (ACLs, nothing blocked)";
    found.map(|(_, profile)| profile).ok_or_else(|| expected.into())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("expected text, json or auto".into()),
    }
}

pub(super) fn log_level(text: &str) -> Result<log::LevelFilter, String> {
    text.parse().map_err(|_| "expected off, error, warn, info, debug or trace".into())
}

#[cfg(test)]
mod tests {
    use super::{addresses, bytes, domain, duration, memory, switch};
    use std::time::Duration;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1024", Some(1024)),
            ("256MiB", Some(256 << 20)),
            ("256 mb", Some(256 << 20)),
            ("1G", Some(1 << 30)),
            ("2k", Some(2048)),
            ("", None),
            ("MiB", None),
            ("1X", None),
            ("-1", None),
            ("99999999T", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
        assert!(memory("1MiB").is_err() && memory("1GiB").is_ok());
    }

    #[test]
    fn rates_and_periods() {
        assert_eq!(super::rate("2MiB"), Ok(2 << 20));
        assert!(super::rate("0").is_err() && super::rate("fast").is_err());
        let seconds = |text| super::period(text).map(|period| period.as_secs());
        assert_eq!(
            (seconds("off"), seconds("7d"), seconds("12h")),
            (Ok(0), Ok(604_800), Ok(43_200))
        );
        assert!(seconds("weekly").is_err() && seconds("d").is_err());
    }

    #[test]
    fn times() {
        for (text, ms) in [("5", 5000), ("250ms", 250), ("2m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "s", "1d", "99999999999999999999", "9999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_and_domains() {
        assert_eq!(addresses("[::1]:80").unwrap().len(), 1);
        assert!(!addresses("localhost:80").unwrap().is_empty());
        for text in ["", "9000", ":9000", "localhost", "127.0.0.1", "1.2.3.4:99999", "a:b"] {
            assert!(addresses(text).is_err(), "{text}");
        }
        assert_eq!(domain("S3.Example.com").unwrap(), "s3.example.com");
        for text in ["", ".", "a..b", "a_b", "http://a", "127.0.0.1", "a:9000"] {
            assert!(domain(text).is_err(), "{text}");
        }
        assert!(switch("maybe").is_err());
    }
}
