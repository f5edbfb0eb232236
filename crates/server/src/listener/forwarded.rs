//! Who a request is from when a proxy brings it.
//!
//! Only `X-Forwarded-For` counts, and only from a proxy that the operator named: anybody can send
//! the header. Each proxy appends the address that it was asked from, so that the entries are read
//! from the right for as long as proxies that are trusted wrote them. `Forwarded` is not read: most
//! proxies pass it on as their client sent it.

use http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Most proxies in a row; what stands to the left of so many entries is not looked at.
const HOPS_MAX: usize = 32;

/// An address, or all that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    /// The bits in front; the others are 0. IPv4 is mapped into IPv6.
    base: u128,
    mask: u128,
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

impl Network {
    pub(crate) fn contains(&self, ip: IpAddr) -> bool {
        bits(ip) & self.mask == self.base
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ip, length) = match text.split_once('/') {
            Some((ip, length)) => (ip, Some(length.parse::<u32>().map_err(drop)?)),
            None => (text, None),
        };
        let ip: IpAddr = ip.parse().map_err(drop)?;
        let width = if ip.is_ipv4() { Ipv4Addr::BITS } else { Ipv6Addr::BITS };
        let length = length.unwrap_or(width);
        if length > width {
            return Err(());
        }
        // Of an IPv4 network the 96 bits of the mapping in front count, too.
        let mask = u128::MAX.checked_shl(width - length).unwrap_or(0);
        Ok(Self { base: bits(ip) & mask, mask })
    }
}

/// The client that a request from the trusted proxy at `peer` is for; the proxy itself when it
/// does not say.
pub(super) fn client(headers: &HeaderMap, peer: IpAddr, proxies: &[Network]) -> IpAddr {
    let mut client = peer;
    let lines = headers.get_all("x-forwarded-for").into_iter().rev();
    let entries = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    for entry in entries.take(HOPS_MAX) {
        // What nobody can read was not written by a proxy that we may believe.
        let Some(ip) = address(entry.trim()) else { break };
        client = ip;
        if !proxies.iter().any(|proxy| proxy.contains(ip)) {
            break;
        }
    }
    client
}

/// Whether the trusted proxy was asked over TLS, by the last word of `X-Forwarded-Proto`; `None`
/// when it does not say.
pub(super) fn is_secure(headers: &HeaderMap) -> Option<bool> {
    let line = headers.get_all("x-forwarded-proto").into_iter().next_back()?.to_str().ok()?;
    let scheme = line.rsplit(',').next()?.trim();
    Some(scheme.eq_ignore_ascii_case("https"))
}

/// An address as proxies write it: some add the port.
fn address(entry: &str) -> Option<IpAddr> {
    let ip = entry.parse().ok().or_else(|| entry.parse().ok().map(|at: SocketAddr| at.ip()));
    let bare = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    ip.or_else(bare).map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::{Network, client, is_secure};
    use http::{HeaderMap, HeaderValue};
    use std::net::IpAddr;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.1.2.3/8", "10.0.0.1", "::a00:1"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
            ("192.168.1.128/25", "192.168.1.200", "192.168.1.127"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("::1", "::1", "127.0.0.1"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(ip(inside)) && !network.contains(ip(outside)), "{network:?}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains(ip("1.2.3.4")));
        assert!(!"0.0.0.0/0".parse::<Network>().unwrap().contains(ip("fd00::1")));
        assert!("::/0".parse::<Network>().unwrap().contains(ip("fd00::1")));
        for bad in ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "1.2.3.4:80", "/8"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_right_most_entry_that_no_trusted_proxy_wrote() {
        let proxies: Vec<Network> =
            ["10.0.0.0/8", "fd00::1"].map(|network| network.parse().unwrap()).to_vec();
        let many = format!("6.6.6.6,{}10.0.0.2", "10.0.0.3,".repeat(100));
        for (lines, expected) in [
            (vec![], "10.0.0.1"),
            (vec!["203.0.113.5"], "203.0.113.5"),
            (vec!["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
            (vec!["6.6.6.6", "203.0.113.5 , 10.0.0.9"], "203.0.113.5"),
            (vec!["203.0.113.5", "10.0.0.9"], "203.0.113.5"),
            (vec!["203.0.113.5:4711"], "203.0.113.5"),
            (vec!["2001:db8::5"], "2001:db8::5"),
            (vec!["[2001:db8::5]:80, fd00::1"], "2001:db8::5"),
            (vec!["[2001:db8::5]"], "2001:db8::5"),
            (vec!["::ffff:203.0.113.5"], "203.0.113.5"),
            (vec!["10.0.0.7, 10.0.0.8"], "10.0.0.7"),
            (vec!["6.6.6.6, unknown"], "10.0.0.1"),
            (vec!["6.6.6.6, unknown, 10.0.0.8"], "10.0.0.8"),
            (vec!["6.6.6.6,"], "10.0.0.1"),
            (vec![many.as_str()], "10.0.0.3"),
            (vec!["6.6.6.6, \u{e9}"], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append("x-forwarded-for", value);
            }
            headers.append("forwarded", "for=6.6.6.6".parse().unwrap());
            assert_eq!(client(&headers, ip("10.0.0.1"), &proxies), ip(expected), "{lines:?}");
        }
    }

    #[test]
    fn the_last_scheme_counts() {
        for (lines, expected) in [
            (vec![], None),
            (vec!["https"], Some(true)),
            (vec!["http"], Some(false)),
            (vec!["https", "http"], Some(false)),
            (vec!["http, HTTPS"], Some(true)),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append("x-forwarded-proto", line.parse().unwrap());
            }
            assert_eq!(is_secure(&headers), expected, "{lines:?}");
        }
    }
}
