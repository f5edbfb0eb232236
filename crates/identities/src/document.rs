//! Policy documents as they are accepted and stored.

use crate::Error;
use larder_iam::policy::{Attachment, Policy};

/// A document that was accepted.
pub(crate) struct Document {
    /// As it is stored: as it came, or without its white space where that is most of it.
    pub(crate) text: String,
    /// Its characters without white space, which is what quotas count.
    pub(crate) chars: usize,
}

/// Accepts a document that is a policy for this attachment.
///
/// Errors: [`Error::MalformedPolicyDocument`].
pub(crate) fn accept(text: &str, attachment: Attachment) -> Result<Document, Error> {
    // The characters that the service model allows.
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}');
    if !text.chars().all(allowed) {
        return Err(Error::Validation(
            "The specified value for policyDocument is invalid. It must contain only printable \
             ASCII characters."
                .into(),
        ));
    }
    let compact = without_white_space(text);
    let stored = if text.len() <= 2 * compact.len() { text } else { &compact };
    Policy::parse(stored, attachment).map_err(|error| {
        Error::MalformedPolicyDocument(format!("Syntax errors in policy: {error}."))
    })?;
    Ok(Document { text: stored.to_owned(), chars: count(&compact) })
}

/// Characters without white space, which is what quotas count.
pub(crate) fn chars(text: &str) -> usize {
    count(&without_white_space(text))
}

fn count(compact: &str) -> usize {
    compact.chars().count()
}

/// The document without the white space between its tokens.
pub(crate) fn without_white_space(text: &str) -> String {
    let (mut out, mut in_text, mut escaped) = (String::with_capacity(text.len()), false, false);
    for c in text.chars() {
        if in_text {
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            in_text = c == '"';
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{accept, chars, without_white_space};
    use larder_iam::policy::Attachment;

    #[test]
    fn white_space_between_tokens_does_not_count() {
        let text = "{ \"a b\" :\n\t\"c \\\" d\\\\\" , \"e\" : 1 }";
        assert_eq!(without_white_space(text), r#"{"a b":"c \" d\\","e":1}"#);
        assert_eq!(chars(text), r#"{"a b":"c \" d\\","e":1}"#.len());
    }

    #[test]
    fn a_document_is_stored_as_it_came_unless_it_is_mostly_white_space() {
        let compact = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
        let pretty = compact.replace(',', ", ");
        let accepted = accept(&pretty, Attachment::Identity).unwrap();
        assert_eq!((accepted.text, accepted.chars), (pretty, compact.len()));
        let wide = compact.replace(',', &format!(",{}", " ".repeat(40_000)));
        assert_eq!(accept(&wide, Attachment::Identity).unwrap().text, compact);
        for (bad, code) in [
            ("", "MalformedPolicyDocument"),
            ("{}", "MalformedPolicyDocument"),
            ("{\"Statement\":\"\u{100}\"}", "ValidationError"),
        ] {
            let error = accept(bad, Attachment::Identity).err().unwrap();
            assert_eq!(error.code(), code, "{bad}");
        }
        let trust = accept(compact, Attachment::Trust).err().unwrap();
        assert_eq!(trust.code(), "MalformedPolicyDocument");
    }
}
