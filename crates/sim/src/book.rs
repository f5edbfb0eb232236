//! What is known of a run: every write ever begun, every body, every version as it was first seen,
//! and each key's history since the last look at everything.

use crate::checkers::Violation;
use crate::checkers::buckets::{BucketAction, BucketOutcome, Standing};
use crate::checkers::keys::{Action, KeyState, Outcome, Target, Version};
use crate::checkers::linearizable::Event;
use bytes::Bytes;
use larder_objects::{UploadId, Versioning};
use larder_types::{ETag, VersionId};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers operations; 0 is none.
pub(crate) type OpId = u32;
/// Numbers bodies; 0 is the empty one. Two bodies have one number when they have one ETag.
pub(crate) type ContentId = u32;

/// Versions of a key whose ids clients remember.
const KNOWN_VERSIONS_MAX: usize = 12;
/// Uploads that clients remember, over or not.
const KNOWN_UPLOADS_MAX: usize = 12;

/// A key of a bucket, by their places in the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) bucket: usize,
    pub(crate) key: usize,
}

/// A body.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) bytes: Bytes,
    pub(crate) etag: ETag,
}

/// How far a write came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Not answered, or answered that nobody knows: it may come to light.
    Open,
    /// Acknowledged.
    Done,
    /// Nothing of it is there, nor will be.
    Failed,
}

/// A write that makes a version.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) place: Place,
    pub(crate) marker: bool,
    /// What it holds: one body, or for an upload one for each completion that was tried.
    pub(crate) contents: Vec<ContentId>,
    pub(crate) upload: bool,
    pub(crate) fate: Fate,
}

/// A version as it was first seen: it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) version: VersionId,
    pub(crate) order: u64,
    pub(crate) modified_ms: i64,
    pub(crate) size: u64,
    pub(crate) etag: ETag,
}

/// An upload as clients remember it.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) op: OpId,
    pub(crate) place: Place,
    pub(crate) id: UploadId,
    /// Parts by number, as acknowledged last.
    pub(crate) parts: BTreeMap<u32, ContentId>,
    /// How it was completed, to be asked again.
    pub(crate) completed: Option<(Vec<(u32, ContentId)>, ContentId)>,
}

/// Where an operation stands in its key's history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handle {
    place: Place,
    at: usize,
}

struct Slot<A, O> {
    event: Event<A, O>,
    /// Nothing of it happened.
    failed: bool,
    /// It may still happen at the next restart.
    doubt: bool,
}

/// A history since the last look at everything.
pub(crate) struct History<S, A, O> {
    pub(crate) state: S,
    slots: Vec<Slot<A, O>>,
}

/// A history of one key.
pub(crate) type KeyHistory = History<KeyState, Action, Outcome>;
/// A history of one bucket's name.
pub(crate) type NameHistory = History<Option<Standing>, BucketAction, BucketOutcome>;

impl<S: Default, A, O> Default for History<S, A, O> {
    fn default() -> Self {
        Self { state: S::default(), slots: Vec::new() }
    }
}

impl<S, A: Clone, O: Clone> History<S, A, O> {
    pub(crate) fn begin(&mut self, start: u64, action: A) -> usize {
        let event = Event { start, end: None, action, outcome: None };
        self.slots.push(Slot { event, failed: false, doubt: false });
        self.slots.len() - 1
    }

    pub(crate) fn end(&mut self, at: usize, end: u64, outcome: O) {
        let event = &mut self.slots[at].event;
        (event.end, event.outcome) = (Some(end), Some(outcome));
    }

    pub(crate) fn fail(&mut self, at: usize) {
        self.slots[at].failed = true;
    }

    pub(crate) fn doubt(&mut self, at: usize) {
        self.slots[at].doubt = true;
    }

    /// What happened, or may have.
    pub(crate) fn events(&self) -> Vec<Event<A, O>> {
        self.slots.iter().filter(|slot| !slot.failed).map(|slot| slot.event.clone()).collect()
    }

    /// Starts anew from `state`; what is in doubt stays so until a restart.
    pub(crate) fn begin_anew(&mut self, state: S, restarted: bool) {
        self.state = state;
        self.slots.retain(|slot| slot.doubt && !slot.failed && !restarted);
        for slot in &mut self.slots {
            slot.event.start = 0;
        }
    }
}

/// What a run counts.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Operations by name.
    pub operations: BTreeMap<&'static str, u64>,
    /// Operations that the server refused or failed, by reason.
    pub refusals: BTreeMap<&'static str, u64>,
    /// Histories too long to decide.
    pub undecided: u64,
    /// Histories decided.
    pub decided: u64,
}

/// Everything known of a run.
pub(crate) struct Book {
    now: u64,
    next_op: OpId,
    pub(crate) contents: Vec<Content>,
    by_etag: BTreeMap<([u8; 16], Option<u32>), ContentId>,
    pub(crate) writes: BTreeMap<OpId, Write>,
    pub(crate) sights: BTreeMap<OpId, Sight>,
    /// Versions that were seen to be gone, or never came: they do not come back.
    pub(crate) gone: BTreeSet<OpId>,
    /// Versions that somebody asked to remove.
    pub(crate) targeted: BTreeSet<OpId>,
    pub(crate) keys: BTreeMap<Place, KeyHistory>,
    pub(crate) names: BTreeMap<usize, NameHistory>,
    pub(crate) known: BTreeMap<Place, Vec<(OpId, VersionId)>>,
    pub(crate) latest: BTreeMap<Place, ContentId>,
    pub(crate) uploads: Vec<Upload>,
    pub(crate) versioning: Vec<Versioning>,
    /// Operations that clients may still begin in this round.
    pub(crate) left: u64,
    pub(crate) violation: Option<Violation>,
    pub(crate) tally: Tally,
}

impl Book {
    pub(crate) fn new() -> Self {
        let empty = Content { bytes: Bytes::new(), etag: ETag::of_body(larder_digest::md5(b"")) };
        let by_etag = BTreeMap::from([((empty.etag.md5, None), 0)]);
        Self {
            now: 0,
            next_op: 0,
            contents: vec![empty],
            by_etag,
            writes: BTreeMap::new(),
            sights: BTreeMap::new(),
            gone: BTreeSet::new(),
            targeted: BTreeSet::new(),
            keys: BTreeMap::new(),
            names: BTreeMap::new(),
            known: BTreeMap::new(),
            latest: BTreeMap::new(),
            uploads: Vec::new(),
            versioning: Vec::new(),
            left: 0,
            violation: None,
            tally: Tally::default(),
        }
    }

    /// The next moment of all histories.
    pub(crate) fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    pub(crate) fn op(&mut self) -> OpId {
        self.next_op += 1;
        self.next_op
    }

    /// The first violation is the one that counts.
    pub(crate) fn violate(&mut self, violation: Violation) {
        self.violation.get_or_insert(violation);
    }

    pub(crate) fn content(&mut self, bytes: Bytes, etag: ETag) -> ContentId {
        if let Some(known) = self.content_of(&etag) {
            return known;
        }
        self.contents.push(Content { bytes, etag });
        let id = (self.contents.len() - 1) as ContentId;
        self.by_etag.insert((etag.md5, etag.parts), id);
        id
    }

    /// The body with this ETag.
    pub(crate) fn content_of(&self, etag: &ETag) -> Option<ContentId> {
        self.by_etag.get(&(etag.md5, etag.parts)).copied()
    }

    /// Enters a write that makes a version.
    pub(crate) fn write(&mut self, place: Place, marker: bool, content: ContentId) -> OpId {
        let op = self.op();
        let contents = vec![content];
        let write = Write { place, marker, contents, upload: false, fate: Fate::Open };
        self.writes.insert(op, write);
        op
    }

    pub(crate) fn fate(&mut self, op: OpId, fate: Fate) {
        if let Some(write) = self.writes.get_mut(&op) {
            write.fate = fate;
        }
    }

    pub(crate) fn begin(&mut self, place: Place, action: Action) -> Handle {
        if let Action::DeleteVersion { target: Target::Op(op) } = action {
            self.targeted.insert(op);
        }
        let start = self.tick();
        Handle { place, at: self.keys.entry(place).or_default().begin(start, action) }
    }

    fn history(&mut self, handle: Handle) -> &mut KeyHistory {
        self.keys.get_mut(&handle.place).expect("a handle is of a history")
    }

    pub(crate) fn end(&mut self, handle: Handle, outcome: Outcome) {
        let end = self.tick();
        self.history(handle).end(handle.at, end, outcome);
    }

    pub(crate) fn fail(&mut self, handle: Handle) {
        self.history(handle).fail(handle.at);
    }

    pub(crate) fn doubt(&mut self, handle: Handle) {
        self.history(handle).doubt(handle.at);
    }

    /// Enters an upload that is about to be created.
    pub(crate) fn write_upload(&mut self, place: Place) -> OpId {
        let op = self.op();
        let (contents, marker, fate) = (Vec::new(), false, Fate::Open);
        self.writes.insert(op, Write { place, marker, contents, upload: true, fate });
        op
    }

    /// Clients learn a version's id and what the key holds.
    pub(crate) fn learn(&mut self, place: Place, version: &Version, id: VersionId) {
        if !version.marker {
            self.latest.insert(place, version.content);
        }
        if id == VersionId::Null {
            return;
        }
        let known = self.known.entry(place).or_default();
        if known.iter().all(|(known, _)| *known != version.op) {
            known.push((version.op, id));
        }
        if known.len() > KNOWN_VERSIONS_MAX {
            known.remove(0);
        }
    }

    pub(crate) fn learn_upload(&mut self, upload: Upload) {
        if self.uploads.iter().all(|known| known.op != upload.op) {
            self.uploads.push(upload);
        }
        if self.uploads.len() > KNOWN_UPLOADS_MAX {
            self.uploads.remove(0);
        }
    }

    pub(crate) fn upload(&mut self, op: OpId) -> Option<&mut Upload> {
        self.uploads.iter_mut().find(|upload| upload.op == op)
    }

    pub(crate) fn count(&mut self, operation: &'static str) {
        *self.tally.operations.entry(operation).or_insert(0) += 1;
    }

    pub(crate) fn refused(&mut self, reason: &'static str) {
        *self.tally.refusals.entry(reason).or_insert(0) += 1;
    }
}
