//! Names, paths, tags and descriptions as IAM's API accepts them.
//!
//! Source: the patterns of the service model, and "IAM name requirements".

use crate::Error;
use crate::limits::{DESCRIPTION_CHARS_MAX, PATH_CHARS_MAX, TAGS_MAX};

/// Characters of a tag's key.
const TAG_KEY_CHARS_MAX: usize = 128;
/// Characters of a tag's value.
const TAG_VALUE_CHARS_MAX: usize = 256;

/// A name of the service model's pattern `[\w+=,.@-]+`, of at most `chars_max` characters. `field`
/// names it in the error.
pub(crate) fn check_name(field: &str, name: &str, chars_max: usize) -> Result<(), Error> {
    if name.is_empty() || name.len() > chars_max {
        let bound = if name.is_empty() {
            "greater than or equal to 1".to_owned()
        } else {
            format!("less than or equal to {chars_max}")
        };
        return Err(Error::Validation(format!(
            "1 validation error detected: Value at '{field}' failed to satisfy constraint: Member \
             must have length {bound}"
        )));
    }
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b)) {
        return Ok(());
    }
    Err(Error::Validation(format!(
        "The specified value for {field} is invalid. It must contain only alphanumeric characters \
         and/or the following: +=,.@_-"
    )))
}

/// The name of a session, or who stands behind it: at least two characters of a name's.
pub(crate) fn check_session_name(field: &str, name: &str, chars_max: usize) -> Result<(), Error> {
    check_name(field, name, chars_max)?;
    if name.len() >= 2 {
        return Ok(());
    }
    Err(Error::Validation(format!(
        "1 validation error detected: Value at '{field}' failed to satisfy constraint: Member must \
         have length greater than or equal to 2"
    )))
}

/// A path: `/`, or visible ASCII characters between two of them.
pub(crate) fn check_path(path: &str) -> Result<(), Error> {
    let bounded = path.len() <= PATH_CHARS_MAX && path.starts_with('/') && path.ends_with('/');
    if bounded && path.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Error::Validation(
        "The specified value for path is invalid. It must begin and end with / and contain only \
         alphanumeric characters and/or / characters."
            .into(),
    ))
}

/// The path of a managed policy has fewer characters: `((/[A-Za-z0-9\.,\+@=_-]+)*)/`.
pub(crate) fn check_policy_path(path: &str) -> Result<(), Error> {
    check_path(path)?;
    let sound = |b: u8| b.is_ascii_alphanumeric() || b"/.,+@=_-".contains(&b);
    if path.bytes().all(sound) && !path.contains("//") {
        return Ok(());
    }
    Err(Error::Validation("The specified value for path is invalid.".into()))
}

/// A description: at most 1,000 characters of Latin 1 that can be shown.
pub(crate) fn check_description(text: &str) -> Result<(), Error> {
    let sound = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    if text.chars().count() <= DESCRIPTION_CHARS_MAX && text.chars().all(sound) {
        return Ok(());
    }
    Err(Error::Validation("The specified value for description is invalid.".into()))
}

/// What to compare names by: IAM's names are unique without regard to case.
pub(crate) fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The tags that an entity has after these were set: what has the same key, compared without regard
/// to case, is replaced.
pub(crate) fn set_tags(
    tags: &mut Vec<(String, String)>,
    set: &[(String, String)],
) -> Result<(), Error> {
    for (index, (key, value)) in set.iter().enumerate() {
        check_tag(key, value)?;
        if set[..index].iter().any(|(other, _)| same_key(other, key)) {
            return Err(Error::InvalidInput(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.".into(),
            ));
        }
    }
    tags.retain(|(key, _)| !set.iter().any(|(other, _)| same_key(other, key)));
    tags.extend_from_slice(set);
    if tags.len() > TAGS_MAX {
        return Err(Error::LimitExceeded(format!(
            "The number of tags has reached the maximum limit: {TAGS_MAX}."
        )));
    }
    Ok(())
}

/// Removes tags by key; keys that are not there are fine.
pub(crate) fn remove_tags(tags: &mut Vec<(String, String)>, keys: &[String]) {
    tags.retain(|(key, _)| !keys.iter().any(|other| same_key(other, key)));
}

fn same_key(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn check_tag(key: &str, value: &str) -> Result<(), Error> {
    let space = |c: char| c.is_whitespace() && !c.is_control();
    let sound = |text: &str| {
        text.chars().all(|c| c.is_alphanumeric() || space(c) || "_.:/=+-@".contains(c))
    };
    let invalid = |what: &str| Err(Error::Validation(format!("Invalid tag {what}.")));
    if key.is_empty() || key.chars().count() > TAG_KEY_CHARS_MAX || !sound(key) {
        return invalid("key");
    }
    if value.chars().count() > TAG_VALUE_CHARS_MAX || !sound(value) {
        return invalid("value");
    }
    if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
        return Err(Error::InvalidInput(
            "Invalid tag key: keys that begin with aws: are reserved for internal use.".into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check_description, check_name, check_path, check_policy_path, set_tags};
    use crate::limits::TAGS_MAX;

    fn tag(key: &str) -> (String, String) {
        (key.to_owned(), "value".to_owned())
    }

    #[test]
    fn names_have_the_characters_of_the_model() {
        for good in ["a", "Bob.o'".trim_end_matches('\''), "x+=,.@_-1", &"n".repeat(64)] {
            assert!(check_name("userName", good, 64).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "a:b", "ä", "a\n", &"n".repeat(65)] {
            let error = check_name("userName", bad, 64).unwrap_err();
            assert_eq!(error.code(), "ValidationError", "{bad}");
            assert!(error.to_string().contains("userName"));
        }
    }

    #[test]
    fn paths_begin_and_end_with_a_slash() {
        for good in ["/", "/a/", "/a//b/", "/!~/"] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "/a", "a/", "/a b/", "/ä/", &format!("/{}/", "x".repeat(511))] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
        assert!(check_policy_path("/a.b/c/").is_ok());
        assert!(check_policy_path("/a//b/").is_err());
        assert!(check_policy_path("/!/").is_err());
        assert!(check_description("ab\n").is_ok() && check_description("\u{7f}").is_err());
        assert!(check_description(&"x".repeat(1001)).is_err());
    }

    #[test]
    fn tags_are_set_by_key_without_regard_to_case() {
        let mut tags = vec![tag("Team"), tag("b")];
        set_tags(&mut tags, &[("team".into(), "x".into())]).unwrap();
        assert_eq!(tags, [tag("b"), ("team".to_owned(), "x".to_owned())]);
        assert_eq!(set_tags(&mut tags, &[tag("A"), tag("a")]).unwrap_err().code(), "InvalidInput");
        assert_eq!(set_tags(&mut tags, &[tag("aws:a")]).unwrap_err().code(), "InvalidInput");
        for bad in ["", "a*", &"x".repeat(129)] {
            assert_eq!(set_tags(&mut tags, &[tag(bad)]).unwrap_err().code(), "ValidationError");
        }
        let many: Vec<_> = (0..TAGS_MAX).map(|n| tag(&format!("k{n}"))).collect();
        let mut tags = Vec::new();
        set_tags(&mut tags, &many).unwrap();
        set_tags(&mut tags, &many).unwrap();
        assert_eq!(set_tags(&mut tags, &[tag("more")]).unwrap_err().code(), "LimitExceeded");
    }
}
