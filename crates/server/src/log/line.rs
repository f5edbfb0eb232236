//! One line of the log, as text or as a JSON object.

use larder_types::Timestamp;
use std::fmt::Write;

/// Longest value in a line, in bytes; the rest of it is cut. Every key fits.
const VALUE_BYTES_MAX: usize = 4 << 10;

/// Most lines fit without growing.
const TYPICAL_BYTES: usize = 384;

/// Whether a character separates names, values and fields of a text line.
fn is_structure(c: char) -> bool {
    c == '"' || c == '=' || c.is_whitespace()
}

fn has_structure(text: &str) -> bool {
    let plain = |b: u8| b > b' ' && b != b'"' && b != b'=' && b < 0x7f;
    !text.bytes().all(plain) && text.contains(is_structure)
}

/// A line in the making. Whatever is put in, it stays one line and, as JSON, one valid object.
pub(super) struct Line {
    out: String,
    json: bool,
}

impl Line {
    pub(super) fn new(json: bool, time: Timestamp, level: log::Level) -> Self {
        let mut line = Self { out: String::with_capacity(TYPICAL_BYTES), json };
        let (before, between) = if json { ("{\"time\":\"", "\",\"level\":\"") } else { ("", " ") };
        line.out.push_str(before);
        line.out.push_str(&time.to_iso8601());
        line.out.push_str(between);
        line.out.push_str(level.as_str());
        if json {
            line.out.push('"');
        } else if level.as_str().len() < 5 {
            // Levels have four letters or five.
            line.out.push(' ');
        }
        line
    }

    /// A line of the audit log, always JSON.
    pub(super) fn audit(time: Timestamp, record: &str) -> Self {
        let mut line = Self { out: String::with_capacity(TYPICAL_BYTES), json: true };
        line.out.push_str("{\"time\":\"");
        line.out.push_str(&time.to_iso8601());
        line.out.push('"');
        line.field("record", record);
        line
    }

    /// A named text.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        self.name(name);
        // What could be taken for the line's own structure is quoted: keys may hold anything.
        if self.json || value.is_empty() || has_structure(value) {
            self.out.push('"');
            self.escape(value);
            self.out.push('"');
        } else {
            self.escape(value);
        }
    }

    /// A named number.
    pub(super) fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        self.digits(value, 1);
    }

    /// A named number with three decimals.
    pub(super) fn thousandths(&mut self, name: &str, value: u64) {
        self.number(name, value / 1000);
        self.out.push('.');
        self.digits(value % 1000, 3);
    }

    /// A named fact that is so.
    pub(super) fn flag(&mut self, name: &str) {
        self.name(name);
        self.out.push_str("true");
    }

    /// At least so many digits.
    fn digits(&mut self, mut value: u64, digits_min: usize) {
        let mut digits = [b'0'; 20];
        let mut at = digits.len();
        while value > 0 || digits.len() - at < digits_min {
            at -= 1;
            digits[at] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        self.out.push_str(std::str::from_utf8(&digits[at..]).expect("digits are ASCII"));
    }

    /// The module that speaks. People read text; of our own modules they need not know.
    pub(super) fn origin(&mut self, target: &str) {
        if self.json || !target.starts_with(super::OUR_CRATES) {
            self.field("target", target);
        }
    }

    /// Free text: `message` in JSON, unnamed in text.
    pub(super) fn message(&mut self, text: &str) {
        if self.json {
            self.field("message", text)
        } else {
            self.out.push(' ');
            self.escape(text);
        }
    }

    /// The line's bytes with their line feed.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.push_str(if self.json { "}\n" } else { "\n" });
        self.out.into_bytes()
    }

    fn name(&mut self, name: &str) {
        let (before, behind) = if self.json { (",\"", "\":") } else { (" ", "=") };
        self.out.push_str(before);
        self.out.push_str(name);
        self.out.push_str(behind);
    }

    /// Keys may hold anything: neither a line feed nor a terminal's escape may come through.
    fn escape(&mut self, text: &str) {
        let mut end = text.len().min(VALUE_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let plain = |b: u8| (b >= b' ' && b != b'"' && b != b'\\' && b != 0x7f) && b < 0x80;
        if text.bytes().all(plain) {
            self.out.push_str(text);
            return;
        }
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '\n' => self.out.push_str("\\n"),
                c if c.is_control() => {
                    let _ = write!(self.out, "\\u{:04x}", c as u32);
                }
                c => self.out.push(c),
            }
        }
    }
}
