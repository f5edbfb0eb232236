//! The way of every listing through its keys: prefix, delimiter, marker and page size. Pure.

use bytes::Bytes;
use larder_storage::Step;
use larder_types::limits::OBJECT_KEY_BYTES_MAX;

/// Where a listing is and what it has counted. Rows are offered in order of their keys.
#[derive(Debug)]
pub(super) struct Walk {
    prefix: Bytes,
    delimiter: Bytes,
    max: usize,
    counted: usize,
    truncated: bool,
}

/// What a key is to a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict<'a> {
    /// The page is full.
    Full,
    /// It is in this common prefix, which has been counted: go on like this, past its other keys.
    Prefix(&'a [u8], Step),
    /// It is listed by itself: ask [`Walk::take`] for each row of it.
    Key,
}

impl Walk {
    /// A walk over keys that begin with `prefix`; an empty delimiter groups nothing.
    pub(super) fn new(prefix: &str, delimiter: &str, max: usize) -> Self {
        Self {
            prefix: Bytes::copy_from_slice(prefix.as_bytes()),
            delimiter: Bytes::copy_from_slice(delimiter.as_bytes()),
            max,
            counted: 0,
            truncated: false,
        }
    }

    /// The first key that can be listed behind `after` (exclusive); `None` when there is none.
    ///
    /// A common prefix is listed only if it is greater than the marker (API reference: "filtered
    /// out from results if it is not lexicographically greater"), so a marker within a common
    /// prefix, or equal to one, is behind all keys of it.
    pub(super) fn first(&self, after: &str) -> Option<Bytes> {
        if self.prefix.len() > OBJECT_KEY_BYTES_MAX {
            return None;
        }
        // No key is longer, so the rest of a longer marker decides nothing.
        let after = &after.as_bytes()[..after.len().min(OBJECT_KEY_BYTES_MAX)];
        if after < &self.prefix[..] || after.is_empty() {
            return Some(self.prefix.clone());
        }
        match self.common_prefix(after) {
            Some(group) => successor(group),
            None => Some(next_key(after)),
        }
    }

    /// Whether `key` is within a common prefix, and so is never listed by itself.
    pub(super) fn is_grouped(&self, key: &str) -> bool {
        self.common_prefix(key.as_bytes()).is_some()
    }

    /// Looks at a key that begins with the prefix.
    pub(super) fn look<'a>(&mut self, key: &'a [u8]) -> Verdict<'a> {
        let Some(group) = self.common_prefix(key) else {
            return Verdict::Key;
        };
        if !self.take() {
            return Verdict::Full;
        }
        let step = successor(group).map_or(Step::Stop, Step::Seek);
        Verdict::Prefix(group, step)
    }

    /// Counts one more entry. `false` when the page is full: then the listing is truncated.
    pub(super) fn take(&mut self) -> bool {
        self.truncated = self.counted == self.max;
        self.counted += usize::from(!self.truncated);
        !self.truncated
    }

    /// Whether entries were left off.
    pub(super) fn is_truncated(&self) -> bool {
        self.truncated
    }

    fn common_prefix<'a>(&self, key: &'a [u8]) -> Option<&'a [u8]> {
        let rest = key.strip_prefix(&self.prefix[..])?;
        if self.delimiter.is_empty() {
            return None;
        }
        let at = match self.delimiter[..] {
            [byte] => rest.iter().position(|b| *b == byte)?,
            _ => rest.windows(self.delimiter.len()).position(|window| window == self.delimiter)?,
        };
        let end = self.prefix.len() + at + self.delimiter.len();
        Some(&key[..end])
    }
}

/// The smallest key that is greater than `key`.
fn next_key(key: &[u8]) -> Bytes {
    [key, &[0]].concat().into()
}

/// The smallest key that is greater than every key which begins with `prefix`.
fn successor(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut key = prefix[..=last].to_vec();
    key[last] += 1;
    Some(key.into())
}

#[cfg(test)]
mod tests {
    use super::{Verdict, Walk, successor};
    use larder_storage::Step;

    #[test]
    fn first_key_behind_a_marker() {
        let check = |prefix: &str, delimiter: &str, after: &str, expected: &[u8]| {
            let first = Walk::new(prefix, delimiter, 1).first(after).unwrap();
            assert_eq!(&first[..], expected, "{prefix} {delimiter} {after}");
        };
        check("", "", "", b"");
        check("p/", "", "", b"p/");
        check("p/", "/", "a", b"p/");
        check("p/", "/", "p/", b"p/\0");
        check("p/", "/", "p/a", b"p/a\0");
        check("p/", "/", "p/a/", b"p/a0");
        check("p/", "/", "p/a/b/c", b"p/a0");
        check("p/", "", "p/a/b", b"p/a/b\0");
        check("p/", "/", "z", b"z\0");
        check("", "--", "a--b", b"a-.");
        let long = "k".repeat(2000);
        let first = [&long.as_bytes()[..1024], b"\0"].concat();
        check("", "", &long, &first);
        assert_eq!(Walk::new(&long, "", 1).first(""), None);
    }

    #[test]
    fn groups_are_sought_past() {
        let mut walk = Walk::new("", "/", 2);
        let past = Step::Seek("a0".into());
        assert_eq!(walk.look(b"a/1"), Verdict::Prefix(b"a/", past));
        assert_eq!(walk.look(b"b"), Verdict::Key);
        assert!(walk.take());
        assert!(!walk.is_truncated());
        assert_eq!(walk.look(b"c/1"), Verdict::Full);
        assert!(walk.is_truncated());
    }

    #[test]
    fn successors() {
        assert_eq!(successor(b"a/"), Some("a0".into()));
        assert_eq!(successor(b"a\xff\xff"), Some("b".into()));
        assert_eq!(successor(b"\xff"), None);
    }
}
