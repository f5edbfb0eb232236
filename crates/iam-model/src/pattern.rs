//! The regular expressions of the models, each as a function that reads a text once. Repetition is
//! not decided here: a text that may not be empty has a least length beside its pattern.
//!
//! `\w` and `\d` mean ASCII, as in the language that AWS writes them in.

/// `[\w]+`
pub fn word(text: &str) -> bool {
    text.chars().all(is_word)
}

/// `[\d]*`
pub fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// `[\w+=,.@-]+`
pub fn name(text: &str) -> bool {
    text.chars().all(is_name)
}

/// `[\w+=/:,.@-]*`
pub fn serial_number(text: &str) -> bool {
    text.chars().all(|c| is_name(c) || matches!(c, ':' | '/'))
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`
pub fn tag(text: &str) -> bool {
    let is_separator = |c: char| {
        matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{202f}' | '\u{205f}' | '\u{3000}')
    };
    text.chars().all(|c| {
        c.is_alphanumeric()
            || is_separator(c)
            || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
    })
}

/// `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`
pub fn path(text: &str) -> bool {
    let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    text == "/"
        || inner.is_some_and(|inner| {
            !inner.is_empty() && inner.bytes().all(|b| (0x21..=0x7e).contains(&b))
        })
}

/// `\u002F[\u0021-\u007F]*`
pub fn path_prefix(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.bytes().all(|b| (0x21..=0x7f).contains(&b)))
}

/// `((/[A-Za-z0-9\.,\+@=_-]+)*)/`
pub fn policy_path(text: &str) -> bool {
    let Some(parts) = text.strip_prefix('/') else {
        return false;
    };
    let Some(parts) = parts.strip_suffix('/') else {
        return parts.is_empty();
    };
    parts.split('/').all(|part| !part.is_empty() && part.chars().all(is_name))
}

/// `[\u0009\u000A\u000D\u0020-\u00FF]+`
pub fn latin_1_lines(text: &str) -> bool {
    text.chars().all(|c| is_line_end(c) || (' '..='\u{ff}').contains(&c))
}

/// `[\u0020-\u00FF]+`
pub fn latin_1(text: &str) -> bool {
    text.chars().all(|c| (' '..='\u{ff}').contains(&c))
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`
pub fn description(text: &str) -> bool {
    text.chars()
        .all(|c| is_line_end(c) || (' '..='~').contains(&c) || ('\u{a1}'..='\u{ff}').contains(&c))
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
pub fn arn(text: &str) -> bool {
    text.chars().all(|c| {
        is_line_end(c) || matches!(c, ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
    })
}

/// `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`
pub fn policy_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else {
        return false;
    };
    let (number, behind) = rest.split_once('.').unwrap_or((rest, ""));
    let is_number = !number.is_empty() && !number.starts_with('0') && digits(number);
    is_number && behind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`
pub fn account_alias(text: &str) -> bool {
    let is_sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (3..=63).contains(&text.len())
        && text.bytes().all(is_sound)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(c: char) -> bool {
    is_word(c) || matches!(c, '+' | '=' | ',' | '.' | '@' | '-')
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::{
        account_alias, arn, description, digits, latin_1, latin_1_lines, name, path, path_prefix,
        policy_path, policy_version, serial_number, tag, word,
    };

    #[test]
    fn each_takes_what_its_expression_takes() {
        type Matches = fn(&str) -> bool;
        let cases: [(Matches, &[&str], &[&str]); 14] = [
            (word, &["AKIA_09z"], &["a-b", "\u{e9}", "a b", "a\n"]),
            (digits, &["", "0123"], &["12a", "\u{661}"]),
            (name, &["a+b=c,d.e@f-g_h"], &["a b", "a/b", "a:b", "a*"]),
            (serial_number, &["arn:aws:iam::1:mfa/x"], &["a b", "a*"]),
            (tag, &["a b_.:/=+-@", "caf\u{e9} \u{4e2d}\u{a0}5"], &["a*", "a\tb", "a#", "a,b"]),
            (path, &["/", "/a/", "/a/b!~/", "///"], &["", "a/", "/a", "//", "/a b/", "/\u{e9}/"]),
            (path_prefix, &["/", "/a", "/a/", "/\u{7f}"], &["", "a", "/a b", "/\u{e9}"]),
            (policy_path, &["/", "/a/", "/a/b.c/"], &["", "/a", "//", "/a//b/", "/!/", "a/"]),
            (latin_1_lines, &["{\"a\":\r\n\t1}", "\u{ff}"], &["\0", "\u{100}", "\u{b}"]),
            (latin_1, &["a \u{ff}"], &["a\n", "\u{100}"]),
            (description, &["a\n\u{a1}"], &["\u{a0}", "\u{80}", "\u{100}", "\0"]),
            (arn, &["arn:aws:iam::1:user/\u{4e2d}"], &["\0", "\u{81}", "\u{fffe}"]),
            (
                policy_version,
                &["v1", "v10", "v2.a-9", "v2."],
                &["v0", "v01", "1", "v", "v1a", "v1.b.c"],
            ),
            (account_alias, &["abc", "a-b-c", "1-2"], &["ab", "-ab", "ab-", "a--b", "aBc", "a.b"]),
        ];
        for (at, (matches, good, bad)) in cases.into_iter().enumerate() {
            for text in good {
                assert!(matches(text), "{at}: {text:?}");
            }
            for text in bad {
                assert!(!matches(text), "{at}: {text:?}");
            }
        }
    }
}
