//! What the model demands of a value, as a constant of the generated code.

use crate::s3gen::model::{Model, Shape};
use crate::s3gen::names::snake_case;

/// The model's regular expressions and the functions of `iam-model/src/pattern.rs` that decide the
/// same in one pass. A new one is refused until it has its function.
const PATTERNS: [(&str, &str); 19] = [
    (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", "policy_path"),
    (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", "path"),
    (r"[\d]*", "digits"),
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "tag"),
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "tag"),
    (r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+", "arn"),
    (r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", "description"),
    (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "latin_1_lines"),
    (r"[\u0020-\u00FF]+", "latin_1"),
    (r"[\w]*", "word"),
    (r"[\w]+", "word"),
    (r"[\w+=,.@-]*", "name"),
    (r"[\w+=,.@-]+", "name"),
    (r"[\w+=/:,.@-]*", "serial_number"),
    (r"[\w+=/:,.@-]+", "serial_number"),
    (r"[\w+=,.@:\/-]*", "serial_number"),
    (r"\u002F[\u0021-\u007F]*", "path_prefix"),
    (r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "account_alias"),
    (r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", "policy_version"),
];

/// The constant of a shape: its name and its value; `None` when the model demands nothing.
pub fn of(shape: Shape<'_>, model: &Model) -> Result<Option<(String, String)>, String> {
    let mut demands = String::new();
    for key in ["min", "max"] {
        if let Some(bound) = shape.number(key) {
            demands.push_str(&format!("{key}: Some({bound}), "));
        }
    }
    if let Some(text) = shape.text("pattern") {
        let known = PATTERNS.iter().find(|(pattern, _)| *pattern == text);
        let (_, function) = known.ok_or(format!("{}: the pattern {text:?} is new", shape.name))?;
        demands.push_str(&format!(
            "pattern: Some(Pattern {{ text: {text:?}, matches: pattern::{function} }}), "
        ));
    }
    if let Some(words) = shape.words() {
        demands.push_str(&format!("words: &{:?}, ", words.collect::<Vec<_>>()));
    }
    if shape.kind() == "list"
        && let Some((item, _)) = shape.item(model)
        && let Some((name, _)) = of(item, model)?
    {
        demands.push_str(&format!("item: Some(&{name}), "));
    }
    if demands.is_empty() {
        return Ok(None);
    }
    let name = snake_case(shape.name).to_ascii_uppercase();
    Ok(Some((name, format!("Constraint {{ {demands}..Constraint::NONE }}"))))
}
