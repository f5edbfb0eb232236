//! What one key does: its versions, its tags, its uploads, when operations come one at a time.
//!
//! This is the promise that conditional writes linearize, that multipart is atomic, and, through
//! the look at everything behind each round, that acknowledged writes survive.

use super::linearizable::Spec;
use crate::book::{ContentId, OpId};
use larder_objects::Versioning;
use std::collections::BTreeMap;

/// A version as its key knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    /// The write that made it.
    pub(crate) op: OpId,
    pub(crate) marker: bool,
    pub(crate) null: bool,
    pub(crate) content: ContentId,
    /// The operation that tagged it last; 0 for none.
    pub(crate) tag: OpId,
}

/// A key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct KeyState {
    /// Newest first.
    pub(crate) versions: Vec<Version>,
    /// Uploads in progress with their parts.
    pub(crate) uploads: BTreeMap<OpId, BTreeMap<u32, ContentId>>,
}

/// A version by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Null,
    Op(OpId),
}

/// What an ETag condition names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Any,
    Content(ContentId),
}

/// `If-Match` and `If-None-Match`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) matches: Option<Match>,
    pub(crate) none_match: Option<Match>,
}

/// What clients do to a key.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// PutObject, or CopyObject onto the key.
    Put {
        op: OpId,
        content: ContentId,
        tag: OpId,
        when: When,
    },
    Delete {
        op: OpId,
        when: When,
    },
    DeleteVersion {
        target: Target,
    },
    Tag {
        op: OpId,
        target: Option<Target>,
    },
    Read {
        target: Option<Target>,
    },
    /// Whether a listing of objects shows it.
    Listed,
    /// All its versions as a listing shows them.
    Versions,
    CreateUpload {
        op: OpId,
    },
    UploadPart {
        upload: OpId,
        number: u32,
        content: ContentId,
    },
    Complete {
        upload: OpId,
        parts: Vec<(u32, ContentId)>,
        content: ContentId,
        when: When,
    },
    Abort {
        upload: OpId,
    },
    /// The parts of an upload as ListParts shows them.
    Parts {
        upload: OpId,
    },
    /// Its uploads in progress with their parts.
    Uploads,
}

/// What clients see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// The version that an action without a version id turned out to be about.
    Version(OpId),
    /// Some version was tagged, and the answer does not say whose.
    Tagged,
    Saw(Version),
    Removed {
        marker: bool,
    },
    Refused,
    NoKey {
        marker: bool,
    },
    NoVersion,
    IsMarker,
    NoUpload,
    InvalidPart,
    /// There are two reasons to refuse, read one after the other: either may be the one given.
    Either(Box<[Self; 2]>),
    Listed(Option<OpId>),
    Versions(Vec<(OpId, bool, bool)>),
    Parts(Vec<(u32, ContentId)>),
    Uploads(Vec<(OpId, Vec<(u32, ContentId)>)>),
}

/// A key of a bucket with this versioning.
pub(crate) struct Key(pub(crate) Versioning);

impl Match {
    fn holds(self, version: &Version) -> bool {
        match self {
            Self::Any => true,
            Self::Content(content) => version.content == content,
        }
    }
}

impl KeyState {
    fn object(&self) -> Option<&Version> {
        self.versions.first().filter(|version| !version.marker)
    }

    fn position(&self, target: Target) -> Option<usize> {
        self.versions.iter().position(|version| match target {
            Target::Null => version.null,
            Target::Op(op) => !version.null && version.op == op,
        })
    }

    fn missing(&self) -> Outcome {
        Outcome::NoKey { marker: !self.versions.is_empty() }
    }

    /// `Err` when a write's conditions refuse it.
    fn write_condition(&self, when: &When) -> Result<(), Outcome> {
        match (when.matches, self.object()) {
            (Some(condition), Some(object)) if !condition.holds(object) => {
                return Err(Outcome::Refused);
            }
            (Some(_), None) => return Err(self.missing()),
            _ => {}
        }
        match (when.none_match, self.object()) {
            (Some(condition), Some(object)) if condition.holds(object) => Err(Outcome::Refused),
            _ => Ok(()),
        }
    }

    fn delete_condition(&self, when: &When) -> Result<(), Outcome> {
        let Some(condition) = when.matches else {
            return Ok(());
        };
        match (self.versions.first(), self.object()) {
            (None, _) => Err(self.missing()),
            (Some(_), Some(object)) if condition.holds(object) => Ok(()),
            _ => Err(Outcome::Refused),
        }
    }
}

impl Key {
    fn write(&self, state: &mut KeyState, version: Version) {
        let null = self.0 != Versioning::Enabled;
        if null {
            state.versions.retain(|version| !version.null);
        }
        state.versions.insert(0, Version { null, ..version });
    }

    fn put(&self, state: &KeyState, version: Version, when: &When) -> (KeyState, Outcome) {
        let mut next = state.clone();
        match state.write_condition(when) {
            Ok(()) => self.write(&mut next, version),
            Err(refused) => return (next, refused),
        }
        (next, Outcome::Done)
    }

    fn delete(&self, state: &KeyState, op: OpId, when: &When) -> (KeyState, Outcome) {
        let mut next = state.clone();
        if let Err(refused) = state.delete_condition(when) {
            return (next, refused);
        }
        let marker = self.0 != Versioning::Unversioned;
        if marker {
            let marker = Version { op, marker: true, null: false, content: 0, tag: 0 };
            self.write(&mut next, marker);
        } else {
            next.versions.clear()
        }
        (next, Outcome::Removed { marker })
    }

    fn read(state: &KeyState, target: Option<Target>) -> Outcome {
        let Some(target) = target else {
            return state.object().map_or_else(|| state.missing(), |object| Outcome::Saw(*object));
        };
        match state.position(target).map(|at| state.versions[at]) {
            None => Outcome::NoVersion,
            Some(version) if version.marker => Outcome::IsMarker,
            Some(version) => Outcome::Saw(version),
        }
    }

    fn tag(state: &KeyState, op: OpId, target: Option<Target>) -> (KeyState, Outcome) {
        let mut next = state.clone();
        match Self::read(state, target) {
            Outcome::Saw(version) => {
                let same = |other: &&mut Version| other.op == version.op;
                if let Some(found) = next.versions.iter_mut().find(same) {
                    found.tag = op;
                }
                (next, Outcome::Version(version.op))
            }
            other => (next, other),
        }
    }

    fn complete(&self, state: &KeyState, completion: &Completion<'_>) -> (KeyState, Outcome) {
        let Completion { upload, parts, content, when } = *completion;
        let mut next = state.clone();
        let Some(uploaded) = next.uploads.get(&upload) else {
            // Asked again: answered as before while the version stands.
            let at = state.versions.iter().position(|version| version.op == upload);
            let stands = at.is_some_and(|at| at == 0 || self.0 != Versioning::Unversioned);
            return (next, if stands { Outcome::Done } else { Outcome::NoUpload });
        };
        let condition = state.write_condition(when);
        if parts.iter().any(|(number, content)| uploaded.get(number) != Some(content)) {
            let outcome = match condition {
                Ok(()) => Outcome::InvalidPart,
                Err(refused) => Outcome::Either(Box::new([refused, Outcome::InvalidPart])),
            };
            return (next, outcome);
        }
        if let Err(refused) = condition {
            return (next, refused);
        }
        next.uploads.remove(&upload);
        let version = Version { op: upload, marker: false, null: false, content, tag: 0 };
        self.write(&mut next, version);
        (next, Outcome::Done)
    }
}

/// A CompleteMultipartUpload: the parts by number, what they become, and its conditions.
struct Completion<'a> {
    upload: OpId,
    parts: &'a [(u32, ContentId)],
    content: ContentId,
    when: &'a When,
}

fn numbered(parts: &BTreeMap<u32, ContentId>) -> Vec<(u32, ContentId)> {
    parts.iter().map(|(number, content)| (*number, *content)).collect()
}

impl Spec for Key {
    type State = KeyState;
    type Action = Action;
    type Outcome = Outcome;

    fn step(&self, state: &KeyState, action: &Action) -> (KeyState, Outcome) {
        let mut next = state.clone();
        let outcome = match action {
            Action::Put { op, content, tag, when } => {
                let (content, tag) = (*content, *tag);
                let version = Version { op: *op, marker: false, null: false, content, tag };
                return self.put(state, version, when);
            }
            Action::Delete { op, when } => return self.delete(state, *op, when),
            Action::DeleteVersion { target } => {
                let at = state.position(*target);
                let removed = at.map(|at| next.versions.remove(at));
                Outcome::Removed { marker: removed.is_some_and(|version| version.marker) }
            }
            Action::Tag { op, target } => return Self::tag(state, *op, *target),
            Action::Read { target } => Self::read(state, *target),
            Action::Listed => Outcome::Listed(state.object().map(|object| object.op)),
            Action::Versions => {
                let seen = |version: &Version| (version.op, version.marker, version.null);
                Outcome::Versions(state.versions.iter().map(seen).collect())
            }
            Action::CreateUpload { op } => {
                next.uploads.insert(*op, BTreeMap::new());
                Outcome::Done
            }
            Action::UploadPart { upload, number, content } => match next.uploads.get_mut(upload) {
                None => Outcome::NoUpload,
                Some(parts) => {
                    parts.insert(*number, *content);
                    Outcome::Done
                }
            },
            Action::Complete { upload, parts, content, when } => {
                let completion = Completion { upload: *upload, parts, content: *content, when };
                return self.complete(state, &completion);
            }
            Action::Abort { upload } => match next.uploads.remove(upload) {
                None => Outcome::NoUpload,
                Some(_) => Outcome::Done,
            },
            Action::Parts { upload } => match state.uploads.get(upload) {
                None => Outcome::NoUpload,
                Some(parts) => Outcome::Parts(numbered(parts)),
            },
            Action::Uploads => {
                let uploads = state.uploads.iter();
                Outcome::Uploads(uploads.map(|(op, of)| (*op, numbered(of))).collect())
            }
        };
        (next, outcome)
    }

    fn agrees(&self, seen: &Outcome, expected: &Outcome) -> bool {
        let of_some = *seen == Outcome::Tagged && matches!(expected, Outcome::Version(_));
        let one_of = matches!(expected, Outcome::Either(two) if two.contains(seen));
        of_some || one_of || seen == expected
    }
}
