//! What the access line tells of a refusal beside its code.
//!
//! A log is read by more people than a bucket is. So a gist names what was wrong (a header, a
//! field, a condition) and never holds a value that may be a secret: not a signature, not a
//! string to sign, not the value that a form's policy asks for.

use larder_s3_wire::error::S3Error;
use std::borrow::Cow;

/// Longest gist in bytes; the rest of it is cut.
const GIST_BYTES_MAX: usize = 256;

/// The elements of errors whose values are names: of headers, fields, parameters, conditions.
const NAMING: [&str; 5] =
    ["MissingHeaderName", "HeadersNotSigned", "Header", "ArgumentName", "Condition"];

/// Messages that quote a policy: behind these words only the condition's operator and name are
/// told, since a policy may ask for a security token or an encryption key.
const CONDITION_FAILED: &str = "Policy Condition failed: ";
/// See [`CONDITION_FAILED`]; here the whole condition is quoted as it was sent.
const CONDITION_INVALID: &str = "Invalid Simple-Condition";

/// The gist of an error: its message and what it names, at most [`GIST_BYTES_MAX`] bytes.
pub(crate) fn gist(error: &S3Error) -> Cow<'static, str> {
    let named = error.extra.iter().filter(|(name, _)| NAMING.contains(name));
    let mut named = named.filter(|(_, value)| !value.is_empty()).peekable();
    let message = &error.message;
    let plain = named.peek().is_none() && message.len() <= GIST_BYTES_MAX;
    if let (true, Cow::Borrowed(text)) = (plain, message) {
        return Cow::Borrowed(text);
    }
    let mut gist = cut(without_values(message)).to_owned();
    for (name, value) in named {
        if gist.len() >= GIST_BYTES_MAX {
            break;
        }
        // Names are cut before they are copied: a client may send a long one.
        gist.push_str(&format!(" ({name}: {})", cut(value)));
    }
    gist.truncate(cut(&gist).len());
    Cow::Owned(gist)
}

fn without_values(message: &str) -> &str {
    if let Some(at) = message.find(CONDITION_INVALID) {
        return &message[..at + CONDITION_INVALID.len()];
    }
    let Some(at) = message.find(CONDITION_FAILED) else { return message };
    // `["eq", "$name", "value"]`: the second comma is the one before the value.
    let condition = &message[at + CONDITION_FAILED.len()..];
    match condition.match_indices("\", \"").nth(1) {
        Some((value, quote)) => &message[..at + CONDITION_FAILED.len() + value + quote.len() - 3],
        None => &message[..at + CONDITION_FAILED.len()],
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(GIST_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::{GIST_BYTES_MAX, gist};
    use larder_s3_wire::error::{ErrorCode, S3Error};
    use std::borrow::Cow;

    #[test]
    fn names_are_told_and_values_are_not() {
        let denied = |message: &'static str| S3Error::with(ErrorCode::AccessDenied, message);
        for (error, expected) in [
            (denied("Request has expired"), "Request has expired"),
            (
                denied("There were headers").element("HeadersNotSigned", "x-amz-acl, range"),
                "There were headers (HeadersNotSigned: x-amz-acl, range)",
            ),
            (
                denied("Does not match.").element("StringToSign", "s").element("Header", "range"),
                "Does not match. (Header: range)",
            ),
            (
                S3Error::invalid_argument("Not a number", "partNumber", "secret"),
                "Not a number (ArgumentName: partNumber)",
            ),
            (
                denied("Policy Condition failed: [\"eq\", \"$x-amz-security-token\", \"secret\"]"),
                "Policy Condition failed: [\"eq\", \"$x-amz-security-token\"",
            ),
            (
                denied("Policy Condition failed: [\"eq\", \"$a\", \"b\", \"c\"]"),
                "Policy Condition failed: [\"eq\", \"$a\"",
            ),
            (
                denied("Invalid Policy: Invalid Simple-Condition: [\"eq\",\"$a\",\"secret\"]"),
                "Invalid Policy: Invalid Simple-Condition",
            ),
        ] {
            let error = S3Error { message: Cow::Owned(error.message.into_owned()), ..error };
            assert_eq!(gist(&error), expected);
        }
    }

    #[test]
    fn a_gist_has_a_length() {
        let long = "\u{20ac}".repeat(100_000);
        for error in [
            S3Error::with(ErrorCode::AccessDenied, long.clone()),
            S3Error::new(ErrorCode::AccessDenied).element("HeadersNotSigned", long),
        ] {
            let gist = gist(&error);
            assert!(gist.len() <= GIST_BYTES_MAX && gist.len() > GIST_BYTES_MAX - 4, "{gist}");
        }
        let code = ErrorCode::MissingContentLength;
        assert!(matches!(gist(&S3Error::new(code)), Cow::Borrowed(text) if text == code.message()));
    }
}
