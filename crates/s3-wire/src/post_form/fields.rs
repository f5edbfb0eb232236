//! The fields of a POST form that stand before its file.

use super::FORM_FIELDS_BYTES_MAX;
use crate::auth::PostClaim;
use crate::error::{ErrorCode, WireError};

/// What stands for the file's name.
const FILENAME: &str = "${filename}";
/// Most bytes of the fields once the file's name is in them: without a limit it could be the square
/// of what was sent.
const FIELDS_EXPANDED_BYTES_MAX: usize = 2 * FORM_FIELDS_BYTES_MAX;

/// A form's fields, in the order sent, and what the file's own part says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormFields {
    /// Names as sent, and values with the file's name in them.
    pub fields: Vec<(String, String)>,
    /// The file's name without directories, for `${filename}`.
    pub file_name: String,
    /// The Content-Type of the file's part. The object's own type is the `Content-Type` field.
    pub file_content_type: Option<String>,
}

impl FormFields {
    /// The first field of that name, in whatever case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Puts the file's name in place of `${filename}` in every field, once. AWS does so before it
    /// looks at the policy, whose conditions are about what results. [`super::PostFormParser`] has
    /// done it.
    ///
    /// Errors: `MaxPostPreDataLengthExceeded` when the fields would grow too large.
    pub(super) fn expand(&mut self) -> Result<(), WireError> {
        let longer = self.file_name.len();
        let grown: usize = self
            .fields
            .iter()
            .map(|(name, value)| {
                let times = value.matches(FILENAME).count();
                name.len() + value.len() + times * longer
            })
            .sum();
        if grown > FIELDS_EXPANDED_BYTES_MAX {
            return Err(super::parser::fields_too_long(FIELDS_EXPANDED_BYTES_MAX));
        }
        for (_, value) in self.fields.iter_mut().filter(|(_, value)| value.contains(FILENAME)) {
            *value = value.replace(FILENAME, &self.file_name);
        }
        Ok(())
    }

    /// The key of the object.
    ///
    /// Errors: `InvalidArgument` without a `key` field, `InvalidArgument` for an empty key.
    pub fn key(&self) -> Result<&str, WireError> {
        let key = self.get("key").ok_or_else(|| crate::auth::missing_field("key"))?;
        if key.is_empty() {
            return Err(WireError::invalid_argument(
                "User key must have a length greater than 0.",
                "key",
                "",
            ));
        }
        Ok(key)
    }

    /// Where to send the browser after success (`success_action_redirect`, formerly `redirect`).
    pub fn success_action_redirect(&self) -> Option<&str> {
        self.get("success_action_redirect").or_else(|| self.get("redirect"))
    }

    /// The status of a successful answer without a redirect: 200, 201 or, for all else, 204.
    pub fn success_action_status(&self) -> u16 {
        match self.get("success_action_status") {
            Some("200") => 200,
            Some("201") => 201,
            _ => 204,
        }
    }

    /// The form's claim and the policy that came with it.
    ///
    /// Errors: those of [`PostClaim::parse`] and [`super::PostPolicy::parse`].
    pub fn claim(&self) -> Result<(PostClaim<'_>, Option<super::PostPolicy>), WireError> {
        let claim = PostClaim::parse(self)?;
        let policy = claim.policy().map(super::PostPolicy::parse).transpose()?;
        Ok((claim, policy))
    }
}

/// The boundary that a form's Content-Type names.
///
/// Errors: `RequestIsNotMultiPartContent`; `MalformedPOSTRequest` without a usable boundary.
pub(super) fn boundary_of(content_type: &str) -> Result<&str, WireError> {
    /// RFC 2046, section 5.1.1.
    const BOUNDARY_BYTES_MAX: usize = 70;
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(WireError::new(ErrorCode::RequestIsNotMultiPartContent));
    }
    let boundary = parameter(parameters, "boundary").unwrap_or_default();
    if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES_MAX {
        return Err(WireError::new(ErrorCode::MalformedPOSTRequest));
    }
    Ok(boundary)
}

/// A parameter of a header value, quotes removed. Browsers percent-encode quotes inside.
pub(super) fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (found, after) = rest.split_once('=')?;
        let found = found.trim_matches([' ', ';', '\t']);
        let value;
        (value, rest) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{FormFields, boundary_of, parameter};

    #[test]
    fn header_parameters() {
        let disposition = " form-data; name=\"file\"; filename=\"a;b=c.txt\"";
        let parameters = disposition.split_once(';').unwrap().1;
        assert_eq!(parameter(parameters, "name"), Some("file"));
        assert_eq!(parameter(parameters, "filename"), Some("a;b=c.txt"));
        assert_eq!(parameter(parameters, "other"), None);
        assert_eq!(boundary_of("Multipart/Form-Data; boundary=--x"), Ok("--x"));
        assert_eq!(boundary_of("multipart/form-data; charset=utf-8; boundary=\"a b\""), Ok("a b"));
        for bad in ["text/plain", "multipart/form-data", "multipart/form-data; boundary="] {
            assert!(boundary_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn key_and_action() {
        let field = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        let mut form = FormFields {
            fields: vec![field("Key", "u/${filename}"), field("Success_Action_Status", "201")],
            file_name: "p.jpg".to_owned(),
            file_content_type: None,
        };
        form.expand().unwrap();
        assert_eq!(form.key().unwrap(), "u/p.jpg");
        assert_eq!(form.success_action_status(), 201);
        assert_eq!(form.success_action_redirect(), None);
        form.fields = vec![field("key", ""), field("redirect", "http://x/")];
        assert!(form.key().is_err());
        assert_eq!(form.success_action_status(), 204);
        assert_eq!(form.success_action_redirect(), Some("http://x/"));
        form.fields.clear();
        assert!(form.key().is_err());
    }
}
