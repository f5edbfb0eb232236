//! What there is to name in a policy: the actions of S3, what each acts on, its condition keys.
//!
//! Source: AWS's service authorization reference, "Actions, resources, and condition keys for
//! Amazon S3".

use super::generated::{ACTIONS, KEYS};
use super::pattern::Pattern;

/// An action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionInfo {
    /// Its name without the service: `GetObject`.
    pub name: &'static str,
    /// As patterns of policies are compared with it: `s3:getobject`.
    pub key: &'static str,
    /// What it acts on: `object`, `bucket`, ...; nothing where it is about the account.
    pub resources: &'static [&'static str],
    /// The condition keys that it has of its own, a bit for each of [`KEYS`], the lowest for the
    /// first.
    pub(super) keys: u128,
}

/// A condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its name with the service; ends with a slash where the key of a tag follows.
    pub name: &'static str,
    /// Whether something follows the name: `s3:ExistingObjectTag/team`.
    pub is_prefix: bool,
    /// What its values are.
    pub kind: KeyType,
    /// Whether it may have several values, and wants a quantifier.
    pub has_several: bool,
}

/// What the values of a condition key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Texts.
    String,
    /// Numbers.
    Numeric,
    /// ARNs.
    Arn,
    /// `true` or `false`.
    Bool,
    /// Dates.
    Date,
}

/// The action of this name, such as `s3:GetObject`; case does not matter.
pub fn action(name: &str) -> Option<&'static ActionInfo> {
    ACTIONS.iter().find(|action| action.key.eq_ignore_ascii_case(name))
}

/// The condition key of this name; case does not matter but in the key of a tag.
pub fn condition_key(name: &str) -> Option<&'static KeyInfo> {
    Some(&KEYS[position(name)?])
}

/// Every condition key.
pub fn condition_keys() -> impl Iterator<Item = &'static KeyInfo> {
    KEYS.iter()
}

fn position(name: &str) -> Option<usize> {
    KEYS.iter().position(|key| match name.split_at_checked(key.name.len()) {
        Some((head, rest)) => {
            head.eq_ignore_ascii_case(key.name) && rest.is_empty() != key.is_prefix
        }
        None => false,
    })
}

impl ActionInfo {
    /// Whether the action has this condition key, besides those that every request has.
    pub fn has_key(&self, name: &str) -> bool {
        position(name).is_some_and(|at| self.keys >> at & 1 == 1)
    }
}

/// Whether a pattern of actions, in lower case, names one of S3's that acts on a resource of one of
/// these types.
pub(super) fn names_an_action_on(pattern: &Pattern, types: &[&str]) -> bool {
    let on_one = |action: &ActionInfo| action.resources.iter().any(|kind| types.contains(kind));
    ACTIONS.iter().any(|action| on_one(action) && pattern.matches(action.key))
}

/// Whether a pattern of actions, in lower case, names one of S3's.
pub(super) fn names_an_action(pattern: &Pattern) -> bool {
    ACTIONS.iter().any(|action| pattern.matches(action.key))
}

#[cfg(test)]
mod tests {
    use super::{KeyType, action, condition_key};

    #[test]
    fn actions_and_keys_are_found_by_their_names() {
        assert_eq!(action("S3:getobject").unwrap().name, "GetObject");
        assert_eq!(action("s3:GetObject").unwrap().resources, ["accesspointobject", "object"]);
        assert!(action("iam:GetObject").is_none() && action("s3:GetNothing").is_none());
        assert_eq!(action("s3:ListAllMyBuckets").unwrap().resources, [""; 0]);
        let list = action("s3:ListBucket").unwrap();
        assert!(list.has_key("s3:prefix") && !list.has_key("s3:x-amz-acl"));
        assert!(action("s3:PutObject").unwrap().has_key("s3:RequestObjectTag/team"));
        let key = condition_key("s3:Prefix").unwrap();
        assert_eq!((key.name, key.kind, key.has_several), ("s3:prefix", KeyType::String, false));
        let several = condition_key("aws:TagKeys").unwrap();
        assert!(several.has_several && !several.is_prefix);
        assert!(condition_key("s3:ExistingObjectTag/team").unwrap().is_prefix);
        for none in ["s3:ExistingObjectTag/", "s3:prefix/x", "s3:nothing", "prefix", ""] {
            assert_eq!(condition_key(none), None, "{none}");
        }
    }
}
