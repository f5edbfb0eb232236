//! Cross-origin resource sharing: which scripts of other origins a browser may let at a bucket.
//!
//! S3 user guide, "Using cross-origin resource sharing (CORS)": the first rule counts whose
//! origins, methods and headers all match.

use crate::document::{malformed_xml, read_xml};
use crate::{BucketDocument, DocumentKind, DocumentOperations, InvalidDocument};
use larder_s3_model::shapes::{CORSConfiguration, CORSRule};
use larder_s3_model::xml;

/// Most rules of a configuration.
const RULES_MAX: usize = 100;
/// Longest id of a rule, in characters.
const ID_CHARS_MAX: usize = 255;
/// The methods that a rule may name.
pub const CORS_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];
const ROOT: &str = "CORSConfiguration";

/// A bucket's CORS configuration.
#[derive(Clone, Debug)]
pub struct CorsConfiguration {
    shape: CORSConfiguration,
}

/// The rule that lets a request pass.
#[derive(Clone, Copy, Debug)]
pub struct CorsMatch<'a> {
    /// The rule.
    pub rule: &'a CORSRule,
    /// Whether the rule names `*` itself as an origin: then every origin is answered alike, and
    /// without credentials.
    pub any_origin: bool,
}

impl CorsConfiguration {
    /// The first rule that allows `method` from `origin` with all of `headers`, which are those of
    /// `Access-Control-Request-Headers`; none for what is no preflight.
    pub fn find<'h>(
        &self,
        origin: &str,
        method: &str,
        headers: impl Iterator<Item = &'h str> + Clone,
    ) -> Option<CorsMatch<'_>> {
        self.shape.cors_rules.iter().find_map(|rule| {
            let pattern = rule.allowed_origins.iter().find(|pattern| matches(pattern, origin))?;
            let method_matches = rule.allowed_methods.iter().any(|allowed| allowed == method);
            let allows = |header: &str| {
                let mut allowed = rule.allowed_headers.iter();
                allowed.any(|pattern| matches_header(pattern, header))
            };
            (method_matches && headers.clone().all(allows))
                .then(|| CorsMatch { rule, any_origin: pattern == "*" })
        })
    }
}

impl BucketDocument for CorsConfiguration {
    const KIND: DocumentKind = DocumentKind::Cors;

    fn parse(body: &[u8]) -> Result<Self, InvalidDocument> {
        let shape: CORSConfiguration = read_xml(body, ROOT)?;
        if shape.cors_rules.len() > RULES_MAX {
            return Err(malformed_xml(format!("a configuration has at most {RULES_MAX} rules")));
        }
        shape.cors_rules.iter().try_for_each(check)?;
        Ok(Self { shape })
    }

    fn encode(&self) -> Vec<u8> {
        xml::to_body(&self.shape, ROOT)
    }
}

impl DocumentOperations for CorsConfiguration {
    const READ_ACTION: &'static str = "s3:GetBucketCORS";
    const WRITE_ACTION: &'static str = "s3:PutBucketCORS";

    fn absent() -> Result<Self, &'static str> {
        Err("NoSuchCORSConfiguration")
    }
}

fn refused(message: String) -> InvalidDocument {
    InvalidDocument::Refused { code: "InvalidRequest", message }
}

fn check(rule: &CORSRule) -> Result<(), InvalidDocument> {
    if let Some(method) = rule.allowed_methods.iter().find(|m| !CORS_METHODS.contains(&m.as_str()))
    {
        return Err(refused(format!(
            "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
        )));
    }
    let patterns =
        [("AllowedOrigin", &rule.allowed_origins), ("AllowedHeader", &rule.allowed_headers)];
    for (name, values) in patterns {
        if let Some(value) = values.iter().find(|value| value.matches('*').count() > 1) {
            return Err(refused(format!(
                "{name} \"{value}\" can not have more than one wildcard."
            )));
        }
        if values.iter().any(String::is_empty) {
            return Err(refused(format!("{name} can not be empty.")));
        }
    }
    if let Some(value) = rule.expose_headers.iter().find(|value| value.contains('*')) {
        return Err(refused(format!(
            "ExposeHeader \"{value}\" contains wildcard. We currently do not support wildcard for \
             ExposeHeader."
        )));
    }
    // They become parts of answers' heads.
    let headers = rule.expose_headers.iter().chain(&rule.allowed_headers);
    if let Some(value) = headers.into_iter().find(|value| !is_token(value)) {
        return Err(refused(format!("\"{value}\" is no name of a header.")));
    }
    if rule.id.as_ref().is_some_and(|id| id.chars().count() > ID_CHARS_MAX) {
        return Err(refused(format!("The ID of a rule has at most {ID_CHARS_MAX} characters.")));
    }
    if rule.max_age_seconds.is_some_and(|seconds| seconds < 0) {
        return Err(refused("MaxAgeSeconds can not be negative.".to_owned()));
    }
    Ok(())
}

/// Whether a text is a token (RFC 9110, 5.6.2), which names of headers are; a pattern's `*` is one
/// of a token's characters.
fn is_token(text: &str) -> bool {
    let marks = b"!#$%&'*+-.^_`|~";
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
}

/// Whether `text` is `pattern`, of which one `*` may be any text, the empty one too.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

/// The same for names of headers, whose letters have no case.
fn matches_header(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    match pattern.iter().position(|b| *b == b'*') {
        None => pattern.eq_ignore_ascii_case(name),
        Some(star) => {
            let (start, end) = (&pattern[..star], &pattern[star + 1..]);
            name.len() >= start.len() + end.len()
                && name[..start.len()].eq_ignore_ascii_case(start)
                && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
        }
    }
}

#[cfg(test)]
mod tests;
