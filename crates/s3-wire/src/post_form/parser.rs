//! A push parser of `multipart/form-data` that never holds more than the fields and a boundary.

use super::FormFields;
use super::fields::{boundary_of, parameter};
use crate::auth::missing_field;
use crate::error::{ErrorCode, WireError};
use bytes::{Bytes, BytesMut};

/// Most bytes of a form before its file's data, headers of parts included; AWS allows 20 KB.
pub const FORM_FIELDS_BYTES_MAX: usize = 20 << 10;

/// What [`PostFormParser::feed`] has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormEvent {
    /// All fields before the file; comes once, first. Its data is not to be asked for before the
    /// policy has been checked.
    Fields(FormFields),
    /// Some of the file's data.
    Data(Bytes),
}

/// Parses one form.
pub struct PostFormParser {
    /// CR LF, two hyphens and the boundary.
    delimiter: Vec<u8>,
    state: ParserState,
    /// Before the file: all bytes so far. In it: the end of the last input, as far as it may be
    /// the beginning of a delimiter.
    pub(super) held: BytesMut,
    /// Where in `held` the part that is being read begins, and up to where it has been searched.
    part_at: usize,
    searched: usize,
    fields: FormFields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParserState {
    Preamble,
    Headers,
    /// In a field's value, which begins here in `held`.
    Value(usize),
    File,
    /// Behind the file; whatever follows is ignored, as on AWS.
    Done,
}

#[derive(Clone, Copy)]
enum Sought {
    Delimiter,
    HeadersEnd,
}

pub(super) fn fields_too_long(limit: usize) -> WireError {
    WireError::new(ErrorCode::MaxPostPreDataLengthExceeded)
        .element("MaxPostPreDataLengthBytes", limit.to_string())
}

fn malformed() -> WireError {
    WireError::new(ErrorCode::MalformedPOSTRequest)
}

impl PostFormParser {
    /// Starts with the request's Content-Type.
    ///
    /// Errors: `RequestIsNotMultiPartContent`, `MalformedPOSTRequest`.
    pub fn new(content_type: &str) -> Result<Self, WireError> {
        let boundary = boundary_of(content_type)?;
        Ok(Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            state: ParserState::Preamble,
            // The first boundary has no line end before it; with one it is like all others.
            held: BytesMut::from(&b"\r\n"[..]),
            part_at: 0,
            searched: 0,
            fields: FormFields::default(),
        })
    }

    /// Takes from `input`; `None` when it is used up.
    ///
    /// Errors: `MalformedPOSTRequest`, `MaxPostPreDataLengthExceeded`, `InvalidArgument` when
    /// the form ends without a file.
    pub fn feed(&mut self, input: &mut Bytes) -> Result<Option<FormEvent>, WireError> {
        loop {
            match self.state {
                ParserState::Done => {
                    input.clear();
                    return Ok(None);
                }
                ParserState::File => return Ok(self.file_data(input).map(FormEvent::Data)),
                _ => {}
            }
            let room = (FORM_FIELDS_BYTES_MAX + 1).saturating_sub(self.held.len());
            let taken = input.split_to(room.min(input.len()));
            self.held.extend_from_slice(&taken);
            if self.parse_held()? {
                return Ok(Some(FormEvent::Fields(self.fields.clone())));
            }
            if self.held.len() > FORM_FIELDS_BYTES_MAX {
                return Err(fields_too_long(FORM_FIELDS_BYTES_MAX));
            }
            if input.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Refuses a form that ended before its file did.
    ///
    /// Errors: `MalformedPOSTRequest`, `InvalidArgument` without a file.
    pub fn finish(self) -> Result<(), WireError> {
        match self.state {
            ParserState::Done => Ok(()),
            _ => Err(malformed()),
        }
    }

    /// Parses what is held before the file; true once the file's data begins.
    fn parse_held(&mut self) -> Result<bool, WireError> {
        loop {
            match self.state {
                ParserState::Preamble => {
                    let Some(at) = self.find(Sought::Delimiter) else {
                        return Ok(false);
                    };
                    self.part_at = at + self.delimiter.len();
                    self.state = ParserState::Headers;
                }
                ParserState::Headers => {
                    let Some(end) = self.find(Sought::HeadersEnd) else {
                        return self.check_not_ended().map(|()| false);
                    };
                    self.check_not_ended()?;
                    let header = &self.held[self.part_at..end];
                    let part = Part::parse(header)?;
                    if part.name.eq_ignore_ascii_case("file") {
                        self.fields.file_name = part.file_name;
                        self.fields.file_content_type = part.content_type;
                        self.fields.expand()?;
                        let _ = self.held.split_to(end + 4);
                        self.state = ParserState::File;
                        return Ok(true);
                    }
                    self.fields.fields.push((part.name, String::new()));
                    self.part_at = end + 2;
                    self.searched = self.part_at;
                    self.state = ParserState::Value(end + 4);
                }
                ParserState::Value(from) => {
                    let Some(end) = self.find(Sought::Delimiter) else {
                        return Ok(false);
                    };
                    let value = self.held.get(from..end).unwrap_or_default();
                    let value = std::str::from_utf8(value).map_err(|_| malformed())?;
                    let field = self.fields.fields.last_mut().expect("pushed with its headers");
                    field.1 = value.to_owned();
                    self.part_at = end + self.delimiter.len();
                    self.state = ParserState::Headers;
                }
                ParserState::File | ParserState::Done => return Ok(true),
            }
            self.searched = self.part_at;
        }
    }

    /// Searches `held` from where the last search ended.
    fn find(&mut self, what: Sought) -> Option<usize> {
        let what = match what {
            Sought::Delimiter => &self.delimiter,
            Sought::HeadersEnd => &b"\r\n\r\n"[..],
        };
        let found = position(&self.held[self.searched..], what).map(|at| at + self.searched);
        if found.is_none() {
            let again = self.held.len().saturating_sub(what.len() - 1);
            self.searched = self.searched.max(again);
        }
        found
    }

    /// Two hyphens behind a delimiter end the form: it had no file then.
    fn check_not_ended(&self) -> Result<(), WireError> {
        let behind = &self.held[self.part_at..];
        if behind.starts_with(b"--") {
            return Err(WireError::invalid_argument(
                "POST requires exactly one file upload per request.",
                "file",
                "0",
            ));
        }
        Ok(())
    }

    /// The next data of the file. An end of input that may begin the delimiter is held back.
    fn file_data(&mut self, input: &mut Bytes) -> Option<Bytes> {
        let mut data = std::mem::take(input);
        if !self.held.is_empty() {
            self.held.extend_from_slice(&data);
            data = std::mem::take(&mut self.held).freeze();
        }
        if data.is_empty() {
            return None;
        }
        if let Some(at) = position(&data, &self.delimiter) {
            self.state = ParserState::Done;
            data.truncate(at);
        } else {
            let tail = partial_at_end(&data, &self.delimiter);
            self.held = BytesMut::from(&data[data.len() - tail..]);
            data.truncate(data.len() - tail);
        }
        (!data.is_empty()).then_some(data)
    }
}

/// The first place of `what` in `data`.
fn position(data: &[u8], what: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = data[from..].iter().position(|b| *b == what[0]) {
        let at = from + at;
        if data[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// How many of the last bytes of `data` are the first of `what`.
fn partial_at_end(data: &[u8], what: &[u8]) -> usize {
    let longest = data.len().min(what.len() - 1);
    let fits = |n: &usize| data.ends_with(&what[..*n]);
    (1..=longest).rev().find(fits).unwrap_or(0)
}

/// The headers of one part.
struct Part {
    name: String,
    file_name: String,
    content_type: Option<String>,
}

impl Part {
    fn parse(header: &[u8]) -> Result<Self, WireError> {
        let text = std::str::from_utf8(header).map_err(|_| malformed())?;
        let (mut name, mut file_name, mut content_type) = (None, String::new(), None);
        for line in text.split("\r\n") {
            let Some((header, value)) = line.split_once(':') else {
                continue;
            };
            if header.trim().eq_ignore_ascii_case("content-disposition") {
                let (_, parameters) = value.split_once(';').ok_or_else(malformed)?;
                name = parameter(parameters, "name").map(str::to_owned);
                // Old browsers send a path; AWS keeps what is behind its last separator.
                let path = parameter(parameters, "filename").unwrap_or_default();
                path.rsplit(['/', '\\']).next().unwrap_or_default().clone_into(&mut file_name);
            } else if header.trim().eq_ignore_ascii_case("content-type") {
                content_type = Some(value.trim().to_owned());
            }
        }
        Ok(Self {
            name: name.filter(|name| !name.is_empty()).ok_or_else(|| missing_field("name"))?,
            file_name,
            content_type,
        })
    }
}
