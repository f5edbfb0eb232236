//! A lean S3 client: one connection, one request at a time, signed.

mod answer;
#[cfg(test)]
mod tests;
pub mod xml;

pub use answer::Answer;

use http::{HeaderMap, HeaderName, HeaderValue};
use larder_s3_wire::signer::{Signer, UNSIGNED_PAYLOAD};
use larder_types::{Timestamp, hex};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The keys that every server under test is given.
pub const ACCESS_KEY: &str = "blackboxaccess";
/// See [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "blackboxsecretkey0123456789";

/// No answer in this time is no answer.
const PATIENCE: Duration = Duration::from_secs(40);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// Bodies up to here are signed, larger ones are not.
const SIGNED_BYTES_MAX: usize = 16 << 10;
const READ_BYTES: usize = 64 << 10;

/// The connection broke, or the answer did not come: what became of the request is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

/// A request.
pub struct Request<'a> {
    pub method: &'a str,
    /// Path and query, encoded.
    pub target: &'a str,
    pub headers: Vec<(&'static str, String)>,
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    pub fn new(method: &'a str, target: &'a str) -> Self {
        Self { method, target, headers: Vec::new(), body: &[] }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn body(mut self, body: &'a [u8]) -> Self {
        self.body = body;
        self
    }
}

/// A client on its own connection, which it opens again when it broke.
pub struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request and reads its whole answer.
    pub fn send(&mut self, request: &Request<'_>) -> Result<Answer, Broken> {
        let sent = self.exchange(request);
        match &sent {
            Ok(answer) if !answer.closes() => {}
            _ => self.stream = None,
        }
        sent.map_err(|error| Broken(error.to_string()))
    }

    fn exchange(&mut self, request: &Request<'_>) -> std::io::Result<Answer> {
        let bytes = head(self.address, request);
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(connect(self.address)?),
        };
        // A server that refuses a request may answer before it has read the body, and close.
        let sent = stream.write_all(&bytes).and_then(|()| stream.write_all(request.body));
        let mut reading = answer::Reading::new(request.method == "HEAD");
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Err(sent.err().unwrap_or_else(|| reading.closed()));
            }
            let whole = reading.add(&buffer[..count]).map_err(std::io::Error::other)?;
            if let Some(answer) = whole {
                // What was not sent must not be taken for the next request.
                return Ok(if sent.is_ok() { answer } else { answer.closing() });
            }
        }
    }
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, CONNECT_PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// The head of a signed request.
fn head(address: SocketAddr, request: &Request<'_>) -> Vec<u8> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let signer = Signer {
        access_key: ACCESS_KEY,
        secret: SECRET_KEY,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: Timestamp { ms: since.as_millis() as i64 },
    };
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).expect("headers here are printable");
    headers.insert("host", value(&address.to_string()));
    for (name, text) in &request.headers {
        headers.insert(HeaderName::from_static(name), value(text));
    }
    let payload = if request.body.len() <= SIGNED_BYTES_MAX {
        hex::encode(&larder_digest::sha256(request.body))
    } else {
        UNSIGNED_PAYLOAD.to_owned()
    };
    signer.sign_request(request.method, request.target, &mut headers, &payload);
    let mut out = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
    for (name, value) in &headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body.len()).as_bytes());
    out
}

/// The value of `content-md5` for a body.
pub fn content_md5(body: &[u8]) -> String {
    let bytes = larder_digest::md5(body);
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
