//! What operations need, as their table says it.

use larder_iam::{Action, RequestValues};

/// An action that an operation needs, on what, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) action: Action,
    pub(crate) on: On,
    version: Version,
    when: When,
}

/// What the action is needed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// The caller's account.
    Service,
    /// A bucket that is to be made.
    NewBucket,
    /// The bucket of the path.
    Bucket,
    /// The key of the path, or of the form.
    Object,
    /// The object that a copy is made from.
    Source,
    /// Each entry of a list in the body. Asked once it is read, entry by entry.
    Entry,
}

/// Which of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Any,
    /// Only where a version is named.
    Named,
    /// Only where none is.
    Current,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    /// With this header or form field.
    Header(&'static str),
    /// With this header, if its value is `true`.
    True(&'static str),
    /// With any header that sets an access control list.
    Acl,
    /// With one that sets another than `private`.
    SharingAcl,
    /// When a copy takes its source's tags along. Asked once the source is found.
    CopiesTags,
}

/// The headers that grant to somebody.
const GRANTS: [&str; 5] = [
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
];
const ACL: &str = "x-amz-acl";

/// Needs an action on the caller's account.
pub(crate) const fn service(action: &'static str) -> Need {
    Need::on(On::Service, action)
}

/// Needs an action on the bucket that is to be made.
pub(crate) const fn new_bucket(action: &'static str) -> Need {
    Need::on(On::NewBucket, action)
}

/// Needs an action on the bucket.
pub(crate) const fn bucket(action: &'static str) -> Need {
    Need::on(On::Bucket, action)
}

/// Needs an action on the key.
pub(crate) const fn object(action: &'static str) -> Need {
    Need::on(On::Object, action)
}

/// Needs an action on a copy's source.
pub(crate) const fn source(action: &'static str) -> Need {
    Need::on(On::Source, action)
}

/// Needs an action on each entry of the body's list.
pub(crate) const fn entry(action: &'static str) -> Need {
    Need::on(On::Entry, action)
}

impl Need {
    const fn on(on: On, action: &'static str) -> Self {
        Self { action: Action::new(action), on, version: Version::Any, when: When::Always }
    }

    /// Only where a version is named.
    pub(crate) const fn versioned(self) -> Self {
        Self { version: Version::Named, ..self }
    }

    /// Only where no version is named.
    pub(crate) const fn unversioned(self) -> Self {
        Self { version: Version::Current, ..self }
    }

    /// Only with this header or form field.
    pub(crate) const fn with_header(self, name: &'static str) -> Self {
        Self { when: When::Header(name), ..self }
    }

    /// Only with this header, if it says `true`.
    pub(crate) const fn when_true(self, name: &'static str) -> Self {
        Self { when: When::True(name), ..self }
    }

    /// Only with a header that sets an access control list.
    pub(crate) const fn with_acl(self) -> Self {
        Self { when: When::Acl, ..self }
    }

    /// Only with a header that sets another access control list than `private`.
    pub(crate) const fn with_sharing_acl(self) -> Self {
        Self { when: When::SharingAcl, ..self }
    }

    /// Only when a copy takes its source's tags along.
    pub(crate) const fn when_tags_are_copied(self) -> Self {
        Self { when: When::CopiesTags, ..self }
    }

    /// Whether it depends on what is found, so that it cannot be asked before.
    pub(crate) fn is_late(&self) -> bool {
        self.when == When::CopiesTags
    }

    /// Whether a request needs it. `is_versioned` is of what it is on.
    pub(crate) fn applies(&self, values: &dyn RequestValues, is_versioned: bool) -> bool {
        let fits = match self.version {
            Version::Any => true,
            Version::Named => is_versioned,
            Version::Current => !is_versioned,
        };
        let acl = || values.header(ACL).filter(|acl| !acl.is_empty());
        let grants = || names_grantees(values);
        fits && match self.when {
            When::Always | When::CopiesTags => true,
            When::Header(name) => values.header(name).is_some(),
            When::True(name) => {
                values.header(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
            }
            When::Acl => acl().is_some() || grants(),
            When::SharingAcl => acl().is_some_and(|acl| acl != "private") || grants(),
        }
    }
}

/// Whether a request grants something to somebody by a header of its own.
fn names_grantees(values: &dyn RequestValues) -> bool {
    GRANTS.iter().any(|name| values.header(name).is_some())
}

/// Whether all of `actions` are among the needs: a handler gets no grant that reaches further than
/// its row in the table asks.
pub(crate) const fn covers(needs: &[Need], actions: &[&str]) -> bool {
    let mut at = 0;
    while at < actions.len() {
        let mut need = 0;
        while need < needs.len() && !same(needs[need].action.as_str(), actions[at]) {
            need += 1;
        }
        if need == needs.len() {
            return false;
        }
        at += 1;
    }
    true
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
