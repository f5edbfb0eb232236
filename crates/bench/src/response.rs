//! The little of an HTTP/1.1 response that a bench must understand.

/// Where a response stands in a buffer that begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Bytes of the head with its empty line.
    pub head_bytes: usize,
    pub content_bytes: usize,
}

impl Response {
    /// Reads the head. `None`: it is not complete yet, or the body comes in chunks, which tell no
    /// length, and the last one is not there yet; their frames count as content.
    ///
    /// # Errors
    /// It is not one, or it does not tell its length.
    pub fn parse(buffer: &[u8]) -> Result<Option<Self>, String> {
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let status = buffer
            .strip_prefix(b"HTTP/1.1 ")
            .and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok())
            .ok_or("not an HTTP/1.1 response")?;
        let head = &buffer[..end];
        let content_bytes = match status {
            204 => 0,
            _ if is_chunked(head) => {
                if buffer.ends_with(LAST_CHUNK) {
                    buffer.len() - end - 4
                } else {
                    return Ok(None);
                }
            }
            _ => content_length(head).ok_or_else(|| format!("no length: {}", text(head)))?,
        };
        Ok(Some(Self { status, head_bytes: end + 4, content_bytes }))
    }

    /// Bytes of head and body.
    pub fn total_bytes(&self) -> usize {
        self.head_bytes + self.content_bytes
    }
}

/// What ends a body in chunks. One connection has one request in flight, so that nothing is behind.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

fn is_chunked(head: &[u8]) -> bool {
    text(head).to_ascii_lowercase().contains("transfer-encoding: chunked")
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let mut lines = head.split(|byte| *byte == b'\n');
    let named =
        |line: &&[u8]| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    let value = &lines.find(named)?[NAME.len()..];
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

/// How often a text is there.
pub fn count(bytes: &[u8], word: &[u8]) -> usize {
    bytes.windows(word.len()).filter(|window| *window == word).count()
}

/// Bytes for people.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned()
}
