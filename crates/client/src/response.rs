//! Reads HTTP/1.1 responses, however they are split.

use crate::answer::Answer;

/// All of a head, and all trailers.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// What is collected of a body that is asked for; what is behind is counted only.
const COLLECTED_BYTES_MAX: usize = 4 << 20;
/// What is collected of the body of an error.
const ERROR_BYTES_MAX: usize = 4 << 10;
/// A whole body may have so many bytes; more is an error.
const WHOLE_BYTES_MAX: usize = 1 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    Status,
    Header,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
    UntilClose,
    Done,
}

/// What a body must be.
#[derive(Clone, Copy)]
pub enum Expect<'a> {
    /// Anything; it is counted.
    Any,
    /// Anything; its first 4 MiB are collected.
    Collected,
    /// Anything up to 1 GiB; it is collected, and the head with it.
    Whole,
    /// These bytes.
    Same(&'a [u8]),
}

/// One response on its way in: fed with bytes, whoever reads them.
pub struct Response<'a> {
    expect: Expect<'a>,
    has_body: bool,
    position: Position,
    line: Vec<u8>,
    head: String,
    head_bytes: usize,
    length: Option<u64>,
    chunked: bool,
    /// The status; 0 before it is there.
    pub status: u16,
    /// Whether the connection is good for another request.
    pub keep_alive: bool,
    /// The header `etag` as it came.
    pub etag: Option<String>,
    /// The header `content-length`, also where no body follows.
    pub content_length: Option<u64>,
    /// Bytes of the body so far, without the frames of chunks.
    pub body_bytes: u64,
    /// What was collected of the body: what [`Expect`] says, or the first 4 KiB of an error.
    pub body: Vec<u8>,
    /// Whether bytes came that are not those expected.
    pub differs: bool,
}

impl<'a> Response<'a> {
    /// Of a request; `has_body` is false for those of HEAD.
    pub fn new(has_body: bool, expect: Expect<'a>) -> Self {
        Self {
            expect,
            has_body,
            position: Position::Status,
            line: Vec::new(),
            head: String::new(),
            head_bytes: 0,
            length: None,
            chunked: false,
            status: 0,
            keep_alive: true,
            etag: None,
            content_length: None,
            body_bytes: 0,
            body: Vec::new(),
            differs: false,
        }
    }

    /// Whether it is whole.
    pub fn is_done(&self) -> bool {
        self.position == Position::Done
    }

    /// Takes what came.
    ///
    /// # Errors
    /// It is no HTTP/1.1 response, or more than one.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            let used = match self.position {
                Position::Body(left) => {
                    let used = self.take(bytes, left)?;
                    let left = left - used as u64;
                    self.position = if left == 0 { Position::Done } else { Position::Body(left) };
                    used
                }
                Position::Chunk(left) => {
                    let used = self.take(bytes, left)?;
                    let left = left - used as u64;
                    self.position =
                        if left == 0 { Position::ChunkEnd } else { Position::Chunk(left) };
                    used
                }
                Position::UntilClose => self.take(bytes, u64::MAX)?,
                Position::Done => return Err("bytes after the response".to_owned()),
                _ => self.feed_line(bytes)?,
            };
            bytes = &bytes[used..];
        }
        Ok(())
    }

    /// The connection was closed.
    ///
    /// # Errors
    /// The response was not complete.
    pub fn close(&mut self) -> Result<(), String> {
        match self.position {
            Position::UntilClose | Position::Done => {
                self.position = Position::Done;
                Ok(())
            }
            Position::Status if self.head_bytes == 0 => Err("closed before a response".to_owned()),
            _ => Err("closed within a response".to_owned()),
        }
    }

    fn take(&mut self, bytes: &[u8], left: u64) -> Result<usize, String> {
        let used = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let bytes = &bytes[..used];
        match self.expect {
            Expect::Whole if self.body.len() + used > WHOLE_BYTES_MAX => {
                return Err("a body of more than 1 GiB".to_owned());
            }
            Expect::Whole => self.body.extend_from_slice(bytes),
            _ if self.status >= 300 => self.collect(bytes, ERROR_BYTES_MAX),
            Expect::Any => {}
            Expect::Collected => self.collect(bytes, COLLECTED_BYTES_MAX),
            Expect::Same(body) => {
                let start = self.body_bytes as usize;
                self.differs |= body.get(start..start + used) != Some(bytes);
            }
        }
        self.body_bytes += used as u64;
        Ok(used)
    }

    fn collect(&mut self, bytes: &[u8], bytes_max: usize) {
        let free = bytes_max.saturating_sub(self.body.len());
        self.body.extend_from_slice(&bytes[..bytes.len().min(free)]);
    }

    fn feed_line(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(bytes.len(), |end| end + 1);
        self.head_bytes += used;
        if self.head_bytes > HEAD_BYTES_MAX && self.position != Position::ChunkSize {
            return Err("a head of more than 64 KiB".to_owned());
        }
        self.line.extend_from_slice(&bytes[..used]);
        if self.line.len() > HEAD_BYTES_MAX {
            return Err("a line of more than 64 KiB".to_owned());
        }
        if end.is_none() {
            return Ok(used);
        }
        let line = std::mem::take(&mut self.line);
        let text = std::str::from_utf8(&line).map_err(|_| "a head that is not UTF-8")?.trim_end();
        self.take_line(text)?;
        self.line = line;
        self.line.clear();
        Ok(used)
    }

    fn take_line(&mut self, line: &str) -> Result<(), String> {
        if matches!(self.expect, Expect::Whole)
            && matches!(self.position, Position::Status | Position::Header)
            && !line.is_empty()
        {
            self.head.push_str(line);
            self.head.push('\n');
        }
        self.position = match self.position {
            Position::Status => {
                let rest = line.strip_prefix("HTTP/1.1 ").or(line.strip_prefix("HTTP/1.0 "));
                let status = rest.and_then(|rest| rest.get(..3)?.parse().ok());
                self.status = status.ok_or_else(|| format!("not a status line: {line:?}"))?;
                self.keep_alive = line.starts_with("HTTP/1.1");
                Position::Header
            }
            Position::Header if line.is_empty() => self.after_head(),
            Position::Header => {
                let (name, value) = line.split_once(':').ok_or("a header without a colon")?;
                self.take_header(name, value.trim())?;
                Position::Header
            }
            Position::ChunkSize => {
                self.head_bytes = 0;
                let size = line.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).ok().filter(|_| !size.starts_with('+'));
                match size.ok_or_else(|| format!("not the size of a chunk: {line:?}"))? {
                    0 => Position::Trailer,
                    size => Position::Chunk(size),
                }
            }
            Position::ChunkEnd if line.is_empty() => Position::ChunkSize,
            Position::ChunkEnd => return Err("a chunk is longer than it says".to_owned()),
            Position::Trailer if line.is_empty() => Position::Done,
            other => other,
        };
        Ok(())
    }

    fn take_header(&mut self, name: &str, value: &str) -> Result<(), String> {
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.parse().map_err(|_| format!("not a length: {value:?}"))?;
            if self.length.is_some_and(|other| other != length) {
                return Err("two lengths".to_owned());
            }
            (self.length, self.content_length) = (Some(length), Some(length));
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") {
                return Err(format!("unknown transfer encoding {value:?}"));
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case("connection") {
            if value.eq_ignore_ascii_case("close") {
                self.keep_alive = false;
            } else if value.eq_ignore_ascii_case("keep-alive") {
                self.keep_alive = true;
            }
        } else if name.eq_ignore_ascii_case("etag") {
            self.etag = Some(value.to_owned());
        }
        Ok(())
    }

    fn after_head(&mut self) -> Position {
        if (100..200).contains(&self.status) {
            self.head.clear();
            return Position::Status;
        }
        if !self.has_body || self.status == 204 || self.status == 304 {
            return Position::Done;
        }
        match (self.chunked, self.length) {
            (true, _) => Position::ChunkSize,
            (false, Some(0)) => Position::Done,
            (false, Some(length)) => Position::Body(length),
            (false, None) => {
                self.keep_alive = false;
                Position::UntilClose
            }
        }
    }

    /// The answer, once it is whole.
    pub fn into_answer(self) -> Answer {
        Answer { status: self.status, head: self.head, body: self.body }
    }

    /// The text of the first element `name` in what was collected.
    pub fn element(&self, name: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let rest = text.split_once(&format!("<{name}>"))?.1;
        Some(rest.split_once("</")?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expect, Response};

    /// Feeds in pieces of every size; all must agree.
    fn check(wire: &str, has_body: bool) -> Result<(u16, bool, String), String> {
        let outcome = |piece: usize| {
            let mut response = Response::new(has_body, Expect::Collected);
            for bytes in wire.as_bytes().chunks(piece) {
                response.feed(bytes)?;
            }
            if !response.is_done() {
                response.close()?;
            }
            let body = String::from_utf8(response.body).unwrap();
            Ok((response.status, response.keep_alive, body))
        };
        let first = outcome(1);
        for piece in 2..=wire.len() {
            assert_eq!(outcome(piece), first, "{piece}");
        }
        first
    }

    #[test]
    fn whole_chunked_and_closed() {
        let ok = |status, keep, body: &str| Ok((status, keep, body.to_owned()));
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n";
        assert_eq!(check(&format!("{head}\r\nabc"), true), ok(200, true, "abc"));
        assert_eq!(check(&format!("{head}\r\n"), false), ok(200, true, ""));
        assert_eq!(
            check(&format!("{head}connection: close\r\n\r\nabc"), true),
            ok(200, false, "abc")
        );
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunks = "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\ntrailer: 1\r\n\r\n";
        assert_eq!(check(&format!("{chunked}{chunks}"), true), ok(200, true, "abc0123456789"));
        assert_eq!(check("HTTP/1.1 204 No Content\r\n\r\n", true), ok(204, true, ""));
        assert_eq!(
            check("HTTP/1.0 200 OK\r\n\r\nuntil the end", true),
            ok(200, false, "until the end")
        );
        let continued = format!("HTTP/1.1 100 Continue\r\n\r\n{head}\r\nabc");
        assert_eq!(check(&continued, true), ok(200, true, "abc"));
    }

    #[test]
    fn bad_input() {
        for (wire, expected) in [
            ("SSH-2.0-x\r\n", "not a status line"),
            ("HTTP/1.1 200 OK\r\nno colon\r\n", "without a colon"),
            ("HTTP/1.1 200 OK\r\ncontent-length: x\r\n", "not a length"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n", "two lengths"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n", "unknown transfer"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", "size of a chunk"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n", "longer"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", "closed within"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcd", "after the response"),
        ] {
            let error = check(wire, true).unwrap_err();
            assert!(error.contains(expected), "{wire:?}: {error}");
        }
        let mut response = Response::new(true, Expect::Any);
        assert!(response.feed(&vec![b'x'; 70 << 10]).is_err(), "a head without end");
    }

    #[test]
    fn whole_answers_have_their_head() {
        let mut response = Response::new(true, Expect::Whole);
        let wire = "HTTP/1.1 100 Continue\r\nx: 1\r\n\r\nHTTP/1.1 404 Not Found\r\nETag: \"a\"\r\n\
                    transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\ntrailer: 1\r\n\r\n";
        wire.as_bytes().chunks(7).for_each(|bytes| response.feed(bytes).unwrap());
        assert!(response.is_done());
        let answer = response.into_answer();
        let head = "HTTP/1.1 404 Not Found\nETag: \"a\"\ntransfer-encoding: chunked\n";
        assert_eq!(
            (answer.status, answer.head.as_str(), &answer.body[..]),
            (404, head, &b"abc"[..])
        );
    }

    #[test]
    fn bodies_are_compared() {
        for (body, differs) in [("abc", false), ("abd", true), ("abcd", true)] {
            let mut response = Response::new(true, Expect::Same(b"abc"));
            let wire = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            wire.as_bytes().chunks(2).for_each(|bytes| response.feed(bytes).unwrap());
            assert_eq!(response.differs, differs, "{body}");
        }
    }
}
