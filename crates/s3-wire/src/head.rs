//! One reading of a request's head: behind it, what steers a request stands there once.
//!
//! Signatures join the lines of a repeated header, readers take the first, and a proxy in between
//! may take the last. Whoever can make these differ gets something executed that nobody authorised.
//! So a head is settled before anybody reads it, and all read the same.

use crate::auth::text;
use crate::error::{ErrorCode, WireError};
use http::header::{self, HeaderName};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Uri, Version};

/// Headers that are lists (RFC 9110, 5.6.1): their lines are one value, joined by commas.
const LISTS: [&str; 8] = [
    "cache-control",
    "content-encoding",
    "content-language",
    "expect",
    "if-match",
    "if-none-match",
    "x-amz-object-attributes",
    "x-amz-optional-object-attributes",
];
/// User metadata, whose lines S3 joins as well.
const METADATA_PREFIX: &str = "x-amz-meta-";
/// Single headers that steer requests, besides `x-amz-*`, `if-*` and `content-*`.
const SINGLE: [&str; 9] = [
    "authorization",
    "date",
    "expires",
    "host",
    "origin",
    "range",
    "transfer-encoding",
    "access-control-request-method",
    "access-control-request-headers",
];
/// Prefixes of the names of single headers.
const SINGLE_PREFIXES: [&str; 3] = ["x-amz-", "if-", "content-"];

/// Settles a head: joins the lines of lists and of user metadata as signatures do, and sees to it
/// that `Host` is there where the request names one in any way.
///
/// Errors: `BadRequest` for a host that is missing, there twice or not one name; `InvalidRequest`
/// for a repeated header that is read once; `NotImplemented` for a transfer coding other than
/// `chunked`.
pub fn settle(version: Version, uri: &Uri, headers: &mut HeaderMap) -> Result<(), WireError> {
    check_coding(headers)?;
    settle_host(version, uri, headers)?;
    if headers.len() == headers.keys_len() {
        return Ok(());
    }
    for name in repeated(headers) {
        if is_list(name.as_str()) {
            join(headers, &name);
        } else if is_single(name.as_str()) {
            return Err(WireError::with(
                ErrorCode::InvalidRequest,
                format!("The header {name} must not be sent more than once."),
            ));
        }
    }
    Ok(())
}

fn is_list(name: &str) -> bool {
    name.starts_with(METADATA_PREFIX) || LISTS.contains(&name)
}

fn is_single(name: &str) -> bool {
    SINGLE.contains(&name) || SINGLE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn repeated(headers: &HeaderMap) -> Vec<HeaderName> {
    let names = headers.keys().filter(|name| headers.get_all(*name).iter().nth(1).is_some());
    names.cloned().collect()
}

/// One line of all, as Signature Version 4 joins them: each without outer space, a comma between.
fn join(headers: &mut HeaderMap, name: &HeaderName) {
    // Signers hash each line as text, so one that is Latin-1 must not make the others so.
    let lines = headers.get_all(name).iter().map(|line| text(line.as_bytes().trim_ascii()));
    let joined = lines.collect::<Vec<_>>().join(",");
    // Parts of header values and commas make a header value.
    if let Ok(value) = HeaderValue::from_bytes(joined.as_bytes()) {
        headers.insert(name, value);
    }
}

/// hyper takes the codings in front of `chunked` off no body, so what arrived would be stored with
/// them on. Where the last is not `chunked` nobody knows the end: hyper says 400 (RFC 9112, 6.3).
fn check_coding(headers: &HeaderMap) -> Result<(), WireError> {
    let mut lines = headers.get_all(header::TRANSFER_ENCODING).iter();
    let chunked =
        |line: &HeaderValue| line.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    if lines.all(chunked) {
        return Ok(());
    }
    Err(WireError::with(
        ErrorCode::NotImplemented,
        "A header you provided implies functionality that is not implemented.",
    )
    .element("Header", "Transfer-Encoding"))
}

fn settle_host(version: Version, uri: &Uri, headers: &mut HeaderMap) -> Result<(), WireError> {
    let bad = |why: &'static str| WireError::with(ErrorCode::BadRequest, why);
    let mut lines = headers.get_all(header::HOST).iter();
    let host = match (lines.next(), lines.next()) {
        (_, Some(_)) => return Err(bad("The header Host must not be sent more than once.")),
        (host, None) => host,
    };
    let host = host.map(HeaderValue::to_str).transpose();
    let host = host.map_err(|_| bad("The header Host is not a host's name."))?;
    match (host, uri.authority()) {
        (Some(host), Some(authority)) if !is_same_host(host, authority, uri) => {
            Err(bad("The request's target and its header Host name different hosts."))
        }
        (Some(_), _) => Ok(()),
        // HTTP/2 and the absolute form name their host before the headers.
        (None, Some(authority)) => {
            let value = HeaderValue::from_str(authority.as_str());
            let value = value.map_err(|_| bad("The request's target names no host."))?;
            headers.insert(header::HOST, value);
            Ok(())
        }
        // A host is obligatory since HTTP/1.1.
        (None, None) if version < Version::HTTP_11 => Ok(()),
        (None, None) => Err(bad("The request is without a Host.")),
    }
}

/// Whether both name one host, the scheme's own port left out or not.
fn is_same_host(host: &str, authority: &Authority, uri: &Uri) -> bool {
    let port = match uri.scheme_str() {
        Some("https") => ":443",
        _ => ":80",
    };
    let bare = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
    bare(host) == bare(authority.as_str())
}

#[cfg(test)]
mod tests {
    use super::settle;
    use crate::error::ErrorCode;
    use http::{HeaderMap, HeaderName, HeaderValue, Uri, Version};

    fn settled(
        version: Version,
        uri: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<HeaderMap, ErrorCode> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let uri: Uri = uri.parse().unwrap();
        settle(version, &uri, &mut map).map(|()| map).map_err(|error| error.code)
    }

    #[test]
    fn there_is_one_host() {
        use Version as V;
        let refused = Err(ErrorCode::BadRequest);
        let host = |version, uri, headers: &[(&'static str, &str)]| {
            let map = settled(version, uri, headers)?;
            Ok(map.get("host").map(|host| host.to_str().unwrap().to_owned()))
        };
        let is = |name: &str| Ok(Some(name.to_owned()));
        assert_eq!(host(V::HTTP_11, "/b/k", &[]), refused);
        assert_eq!(host(V::HTTP_2, "/b/k", &[]), refused);
        assert_eq!(host(V::HTTP_10, "/b/k", &[]), Ok(None));
        assert_eq!(host(V::HTTP_11, "/b/k", &[("host", "a:9")]), is("a:9"));
        assert_eq!(host(V::HTTP_11, "/b/k", &[("host", "a"), ("host", "a")]), refused);
        assert_eq!(host(V::HTTP_11, "/b/k", &[("host", "a"), ("host", "b")]), refused);
        assert_eq!(host(V::HTTP_11, "/b/k", &[("host", "caf\u{e9}")]), refused);
        assert_eq!(host(V::HTTP_11, "http://a/k", &[("host", "b")]), refused);
        assert_eq!(host(V::HTTP_11, "http://a:8/k", &[("host", "a")]), refused);
        assert_eq!(host(V::HTTP_11, "http://A:80/k", &[("host", "a")]), is("a"));
        assert_eq!(host(V::HTTP_11, "https://a/k", &[("host", "a:443")]), is("a:443"));
        assert_eq!(host(V::HTTP_11, "http://a/k", &[]), is("a"));
        assert_eq!(host(V::HTTP_2, "https://a:9/k", &[]), is("a:9"));
        assert_eq!(host(V::HTTP_2, "https://a/k", &[("host", "b")]), refused);
    }

    #[test]
    fn what_is_read_once_comes_once() {
        let twice = |name, one, two| {
            let map = settled(Version::HTTP_11, "/", &[("host", "h"), (name, one), (name, two)])?;
            let lines = map.get_all(name).iter().map(|v| v.to_str().unwrap().to_owned());
            Ok(lines.collect::<Vec<_>>())
        };
        for name in [
            "x-amz-copy-source",
            "x-amz-content-sha256",
            "x-amz-acl",
            "x-amz-tagging",
            "x-amz-of-tomorrow",
            "authorization",
            "content-type",
            "content-md5",
            "content-length",
            "content-disposition",
            "date",
            "expires",
            "range",
            "if-modified-since",
            "origin",
        ] {
            assert_eq!(twice(name, "a", "b"), Err(ErrorCode::InvalidRequest), "{name}");
            assert_eq!(twice(name, "a", "a"), Err(ErrorCode::InvalidRequest), "{name}");
        }
        for name in ["x-amz-meta-a", "cache-control", "if-none-match", "x-amz-object-attributes"] {
            assert_eq!(twice(name, " a ", "b, c"), Ok(vec!["a,b, c".to_owned()]), "{name}");
        }
        // What nobody reads may come as it likes.
        for name in ["accept", "x-forwarded-for", "via", "cookie", "user-agent"] {
            assert_eq!(twice(name, "a", "b").unwrap().len(), 2, "{name}");
        }
    }

    /// A signer hashes line by line, so each is read as text before they are one.
    #[test]
    fn lines_in_two_encodings_stay_the_text_that_each_was() {
        let mut map = HeaderMap::new();
        map.append("host", HeaderValue::from_static("h"));
        for line in ["caf\u{e9}".as_bytes(), b"caf\xe9"] {
            map.append("x-amz-meta-a", HeaderValue::from_bytes(line).unwrap());
        }
        settle(Version::HTTP_11, &Uri::from_static("/"), &mut map).unwrap();
        assert_eq!(map["x-amz-meta-a"].as_bytes(), "caf\u{e9},caf\u{e9}".as_bytes());
    }

    #[test]
    fn no_coding_but_chunked() {
        let coding = |lines: &[&str]| {
            let mut headers = vec![("host", "h")];
            headers.extend(lines.iter().map(|line| ("transfer-encoding", *line)));
            settled(Version::HTTP_11, "/", &headers).map(|_| ())
        };
        assert_eq!(coding(&[]), Ok(()));
        assert_eq!(coding(&["chunked"]), Ok(()));
        assert_eq!(coding(&["Chunked "]), Ok(()));
        for lines in
            [&["gzip, chunked"][..], &["gzip", "chunked"], &["identity"], &["chunked, chunked"]]
        {
            assert_eq!(coding(lines), Err(ErrorCode::NotImplemented), "{lines:?}");
        }
        assert_eq!(coding(&["chunked", "chunked"]), Err(ErrorCode::InvalidRequest));
    }
}
