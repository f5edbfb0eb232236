//! What a request addresses: service, bucket or object.

use crate::error::{ErrorCode, WireError};
use crate::percent::{self, Plus};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Most parameters of a query: to find out what is asked for, each is compared with what there is.
pub const QUERY_PARAMETERS_MAX: usize = 256;

/// What a request's host, path and query address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The bucket as the client named it, not yet checked; `None` at service level.
    pub bucket: Option<String>,
    /// The key, exactly: `//`, `.`, `..` and trailing slashes are part of it.
    pub key: Option<String>,
    /// Whether the bucket came from the host.
    pub virtual_host: bool,
    /// The path as sent; signatures are over this.
    pub path_raw: String,
    /// The query's parameters, decoded, in the order sent. A parameter without `=` has an empty
    /// value.
    pub query: Vec<(String, String)>,
    /// The query as sent, without `?`; empty when there is none.
    pub query_raw: String,
}

impl Target {
    /// The first value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Parses a request's target.
///
/// `host` is the Host header or HTTP/2's authority, `path_and_query` the origin form of the URI,
/// `domains` the names under which buckets are subdomains. A host that is none of them (an IP
/// address always) makes the request path style.
///
/// Errors: `InvalidURI` for a broken percent-encoding, bytes that are not UTF-8, a path that does
/// not begin with `/`, or more than [`QUERY_PARAMETERS_MAX`] parameters.
pub fn parse_target(
    host: Option<&str>,
    path_and_query: &str,
    domains: &[String],
) -> Result<Target, WireError> {
    let invalid = |_| WireError::new(ErrorCode::InvalidURI).element("URI", path_and_query);
    let (path, query_raw) = match path_and_query.split_once('?') {
        Some((path, query)) => (path, query),
        None => (path_and_query, ""),
    };
    let rest = path.strip_prefix('/').ok_or(percent::InvalidEncoding).map_err(invalid)?;
    let decode = |text| percent::decode(text, Plus::Literal).map(|text| text.into_owned());
    let host_bucket = host.and_then(|host| bucket_of_host(host, domains));
    let virtual_host = host_bucket.is_some();
    let (bucket, key) = match host_bucket {
        Some(bucket) => (Some(bucket), rest),
        None => match rest.split_once('/') {
            Some((bucket, key)) => (Some(decode(bucket).map_err(invalid)?), key),
            None if rest.is_empty() => (None, ""),
            None => (Some(decode(rest).map_err(invalid)?), ""),
        },
    };
    let key = match key {
        "" => None,
        key => Some(decode(key).map_err(invalid)?),
    };
    Ok(Target {
        bucket,
        key,
        virtual_host,
        path_raw: path.to_owned(),
        query: parse_query(query_raw).map_err(invalid)?,
        query_raw: query_raw.to_owned(),
    })
}

fn parse_query(raw: &str) -> Result<Vec<(String, String)>, percent::InvalidEncoding> {
    if raw.is_empty() {
        return Ok(Vec::new());
    }
    let decode = |text| percent::decode(text, Plus::Space).map(|text| text.into_owned());
    let pairs = raw.split('&').filter(|pair| !pair.is_empty());
    if pairs.clone().nth(QUERY_PARAMETERS_MAX).is_some() {
        return Err(percent::InvalidEncoding);
    }
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// The host without its port; brackets of IPv6 removed.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match host.rsplit_once(':') {
        // More than one colon is a bare IPv6 address.
        Some((name, port)) if !name.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => {
            name
        }
        _ => host,
    }
}

fn bucket_of_host(host: &str, domains: &[String]) -> Option<String> {
    let host = without_port(host).trim_end_matches('.');
    if host.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok() {
        return None;
    }
    // One domain may lie inside another; being a domain itself, or the longest, decides.
    let mut shortest: Option<&str> = None;
    for domain in domains {
        let domain = without_port(domain).trim_end_matches('.');
        if host.eq_ignore_ascii_case(domain) {
            return None;
        }
        let Some(at) = host.len().checked_sub(domain.len() + 1) else {
            continue;
        };
        let inside = host.as_bytes()[at] == b'.'
            && host.as_bytes()[at + 1..].eq_ignore_ascii_case(domain.as_bytes());
        if inside && at > 0 && shortest.is_none_or(|bucket| at < bucket.len()) {
            shortest = host.get(..at);
        }
    }
    shortest.map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{Target, parse_target};
    use crate::error::ErrorCode;

    fn parse(host: &str, uri: &str) -> Target {
        let domains =
            ["s3.example.com".to_owned(), "example.com".to_owned(), "localhost".to_owned()];
        parse_target(Some(host), uri, &domains).unwrap()
    }

    fn check(host: &str, uri: &str, bucket: Option<&str>, key: Option<&str>, virtual_host: bool) {
        let target = parse(host, uri);
        let found = (target.bucket.as_deref(), target.key.as_deref(), target.virtual_host);
        assert_eq!(found, (bucket, key, virtual_host), "{host} {uri}");
    }

    #[test]
    fn path_style() {
        for host in
            ["s3.example.com", "S3.Example.COM:9000", "10.0.0.1", "[::1]:9000", "other.host"]
        {
            check(host, "/", None, None, false);
            check(host, "/b", Some("b"), None, false);
            check(host, "/b/", Some("b"), None, false);
            check(host, "/b/k", Some("b"), Some("k"), false);
        }
        check("1.2.3.4:80", "/?x=1", None, None, false);
        let no_host = parse_target(None, "/b/k", &["example.com".to_owned()]).unwrap();
        assert_eq!(no_host.bucket.as_deref(), Some("b"));
    }

    #[test]
    fn virtual_host_style() {
        check("b.s3.example.com", "/", Some("b"), None, true);
        check("B.S3.example.com:9000", "/k/", Some("b"), Some("k/"), true);
        check("a.b.s3.example.com.", "//k", Some("a.b"), Some("/k"), true);
        check("b.example.com", "/k", Some("b"), Some("k"), true);
        check("b.localhost:9000", "/k", Some("b"), Some("k"), true);
        // Not a subdomain, only the same ending.
        check("bs3.example.org", "/x/k", Some("x"), Some("k"), false);
        check(".localhost", "/x/k", Some("x"), Some("k"), false);
    }

    #[test]
    fn keys_are_exact() {
        for (raw, key) in [
            ("a//b", "a//b"),
            ("/", "/"),
            ("./../x/.", "./../x/."),
            ("a+b", "a+b"),
            ("a%2Bb%20c", "a+b c"),
            ("a%2Fb", "a/b"),
            ("%E2%82%AC%00%01", "\u{20ac}\0\u{1}"),
            ("dir/", "dir/"),
            ("k?versionId=1", "k"),
        ] {
            check("10.0.0.1", &format!("/b/{raw}"), Some("b"), Some(key), false);
        }
    }

    #[test]
    fn query_is_decoded_and_kept() {
        let target = parse("h", "/b?uploads&prefix=a+b%2Bc&empty=&&x=1=2");
        let expected = [("uploads", ""), ("prefix", "a b+c"), ("empty", ""), ("x", "1=2")];
        let expected = expected.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(target.query, expected);
        assert_eq!(target.query_raw, "uploads&prefix=a+b%2Bc&empty=&&x=1=2");
        assert_eq!(target.query_value("prefix"), Some("a b+c"));
        assert_eq!(target.query_value("nothing"), None);
    }

    #[test]
    fn a_query_has_a_limit_of_parameters() {
        let most = format!("/b?{}", "x&".repeat(super::QUERY_PARAMETERS_MAX));
        assert!(parse_target(Some("h"), &most, &[]).is_ok());
        let error = parse_target(Some("h"), &format!("{most}x"), &[]).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidURI);
    }

    #[test]
    fn broken_uris() {
        for uri in ["", "*", "b/k", "/b/%", "/b/%zz", "/b/%ff", "/%fe/k", "/b?x=%f", "/b?%c0=1"] {
            let error = parse_target(Some("h"), uri, &[]).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidURI, "{uri}");
        }
    }
}
