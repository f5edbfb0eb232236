//! XML text that stays valid whatever it is made from.

/// Appends `text` escaped for element content.
///
/// XML 1.0 has no way to write most control characters, not even as references; those (and U+FFFE
/// and U+FFFF) appear percent-encoded, so that a hostile key cannot break an answer.
pub fn escape_into(out: &mut String, text: &str) {
    let mut clean_from = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\r' => "&#13;",
            '"' => "&quot;",
            '\t' | '\n' => continue,
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => "",
            _ => continue,
        };
        out.push_str(&text[clean_from..at]);
        clean_from = at + c.len_utf8();
        if escaped.is_empty() {
            crate::percent::uri_encode_into(out, &text.as_bytes()[at..clean_from], true);
        } else {
            out.push_str(escaped);
        }
    }
    out.push_str(&text[clean_from..]);
}

/// Appends `<name>text</name>`.
pub fn element_into(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape_into(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Appends `<name>text</name>`; of the escaped text at most `bytes_max` bytes, three dots behind it
/// when that is not all.
pub fn cut_element_into(out: &mut String, name: &str, text: &str, bytes_max: usize) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    let end = out.len() + bytes_max;
    // Escaping only makes a text longer, so that no more of it is looked at.
    for (at, c) in text.char_indices() {
        let before = out.len();
        escape_into(out, &text[at..at + c.len_utf8()]);
        if out.len() > end {
            out.truncate(before);
            out.push_str("...");
            break;
        }
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
