//! Reading an HTTP/1.1 answer.

/// Longest head that is read.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The ETag without its quotes.
    pub fn etag(&self) -> String {
        self.header("etag").unwrap_or_default().trim_matches('"').to_owned()
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn closes(&self) -> bool {
        let close = |(name, value): &(String, String)| {
            name == "connection" && value.eq_ignore_ascii_case("close")
        };
        self.headers.iter().any(close)
    }

    /// The same answer on a connection that is of no use any more.
    pub fn closing(mut self) -> Self {
        self.headers.push(("connection".to_owned(), "close".to_owned()));
        self
    }

    fn parse_head(head: &[u8]) -> Result<Self, String> {
        let head = std::str::from_utf8(head).map_err(|_| "a head that is not UTF-8")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok()).ok_or("no status line")?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Ok(Self { status, headers: lines.filter_map(header).collect(), body: Vec::new() })
    }
}

/// An answer while it comes in.
pub struct Reading {
    is_head: bool,
    bytes: Vec<u8>,
    head: Option<(Answer, usize)>,
}

impl Reading {
    pub fn new(is_head: bool) -> Self {
        Self { is_head, bytes: Vec::new(), head: None }
    }

    /// Takes what was read; returns the answer when it is whole.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Option<Answer>, String> {
        self.bytes.extend_from_slice(bytes);
        if self.head.is_none() {
            let Some(end) = self.bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
                let fits = self.bytes.len() <= HEAD_BYTES_MAX;
                return if fits { Ok(None) } else { Err("a head without end".to_owned()) };
            };
            self.head = Some((Answer::parse_head(&self.bytes[..end])?, end + 4));
        }
        let (answer, start) = self.head.as_ref().expect("the head is there");
        let body = &self.bytes[*start..];
        let whole = match body_of(answer, self.is_head) {
            Body::None => Some(Vec::new()),
            Body::Length(length) => body.get(..length).map(<[u8]>::to_vec),
            Body::Chunked => chunks(body)?,
        };
        Ok(whole.map(|body| Answer { body, ..answer.clone() }))
    }

    /// The server closed: no answer here ends that way.
    pub fn closed(&self) -> std::io::Error {
        std::io::Error::other(format!("closed after {} bytes of an answer", self.bytes.len()))
    }
}

enum Body {
    None,
    Length(usize),
    Chunked,
}

fn body_of(answer: &Answer, is_head: bool) -> Body {
    if is_head || answer.status == 204 || answer.status == 304 {
        return Body::None;
    }
    if answer.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        return Body::Chunked;
    }
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    Body::Length(length.unwrap_or(0))
}

/// The body of a chunked answer, when its last chunk is there.
fn chunks(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut out = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") else {
            return Ok(None);
        };
        let size = String::from_utf8_lossy(&bytes[..end]);
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| "a bad chunk size")?;
        let Some(chunk) = bytes.get(end + 2..end + 2 + size) else {
            return Ok(None);
        };
        let Some(rest) = bytes.get(end + 2 + size + 2..) else {
            return Ok(None);
        };
        if size == 0 {
            return Ok(Some(out));
        }
        out.extend_from_slice(chunk);
        bytes = rest;
    }
}
