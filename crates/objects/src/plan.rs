//! The plan of every change of a key's versions: which rows it checks, writes and removes. Pure.
//!
//! **Rows of a key.** A key's current version is its Head row when it is an object, and its marker
//! row (a Version row with an empty suffix) when it is a delete marker; never both. Older versions
//! are Version rows whose suffix is their position; there are some only below a current version.
//!
//! **Why every change is atomic.** Let C be the pair (Head row, marker row).
//! 1. Every commit that changes which version is current writes or removes a row of C: a new
//!    version is written to one of the two and the row that was there moves or goes; removing
//!    the current version removes its row or overwrites it with the next older one.
//! 2. Every such commit checks that C is as it was read: the Head row alone when it exists, since
//!    a marker can only come to be by a commit that removes that Head row; both when it does not.
//!    The two addresses are fixed, so the absence of a key is checked like its presence, without
//!    a scan and without relying on an engine to notice the removal of a row that was not there.
//! 3. So these commits are in one order per key, each planned from what its predecessor left.
//!    `order = max(now, current + 1)` is strictly increasing along it.
//! 4. An older version's row is written once, when it stops being current, and after that only
//!    rewritten in place (tags), removed, or promoted to current; each checks that row. A new
//!    row above it can only come from (1). So "the newest older row" read by a scan is still that
//!    when C and that row are unchanged.
//! 5. `null_position` of the current row names the order of the key's older null version. A null
//!    version becomes older only by (1), which sets the position. Removing that row leaves the
//!    position dangling; a dangling position reads as "no null version".
//!
//! **Small bodies.** A commit carries one payload, and a body that is not rewritten costs nothing.
//! So a null version keeps its small body beside its own row, which costs one read less; any other
//! version keeps it beside a body row at its position, so that to displace a version, to promote
//! it or to tag it moves its record alone. The one write that would need two payloads, the first
//! over a null version once versioning is on, puts its body into a blob
//! ([`KeySnapshot::moves_payload`]).
//!
//! **Attributes without room.** Those that do not fit a version's row are in an Overflow row at its
//! position, which is written and removed by the commits that write and remove the version, and
//! stays where it is when the version moves. A commit that writes another Overflow row at that
//! position gives it another generation, which the version's row names: who reads the two rows one
//! after the other sees whether they belong together.
//!
//! In a bucket that never had versioning the marker row is not read: it cannot exist there. A
//! write that began before versioning was switched on may still be planned so; it then stands
//! beside a marker that appeared in between, and the Head row wins. AWS asks to wait 15 minutes
//! after switching versioning on.
//!
//! Usage: every version counts as an object, delete markers included, and its size as bytes; parts
//! of uploads in progress are not counted.

use crate::cause::{Cause, EventName};
use crate::rows::{GcRecord, address, body};
use crate::{BodyLocation, Error, VersionRecord, Versioning};
use bytes::Bytes;
use larder_storage::{
    Batch, BlobAddress, Check, Delete, Enqueue, Put, Row, RowKey, RowKind, Seen, SpaceId,
};
use larder_types::Timestamp;

/// What one plan needs of clock and randomness.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// Nanoseconds since 1970.
    pub now_ns: u64,
    /// Random bits for a version id; not 0.
    pub nonce: u64,
    /// When blobs that this change leaves behind may be freed, in ms since 1970.
    pub not_before_ms: u64,
}

impl Stamp {
    /// The time as S3 shows it.
    pub(crate) fn modified(&self) -> Timestamp {
        Timestamp { ms: (self.now_ns / 1_000_000) as i64 }
    }
}

/// What a plan needs besides the rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    /// Time and randomness.
    pub stamp: Stamp,
    /// Why the change is made.
    pub cause: &'a Cause<'a>,
}

/// A planned change of a key's versions.
#[derive(Debug)]
pub(crate) struct Plan {
    pub batch: Batch,
    /// What it does, as S3's events name it.
    pub event: Option<EventName>,
}

/// A version to be written. Its place (order, nonce, null, null position) is the plan's.
#[derive(Clone, Debug)]
pub(crate) struct NewVersion {
    pub record: VersionRecord,
    /// The body, when it is stored beside a row; the plan says which.
    pub payload: Option<Bytes>,
    /// Blobs that its row is the first to name.
    pub adopts: Vec<BlobAddress>,
}

/// A version's row as read, with what is needed to write it elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct VersionRow {
    pub row: RowKey,
    pub seen: Seen,
    /// Boxed: it is large, and futures that hold it are moved.
    pub record: Box<VersionRecord>,
    /// The row itself.
    pub stored: Row,
    /// Loaded when the plan may have to move the row.
    pub payload: Option<Bytes>,
    /// Its body row as read, when it has one and the plan removes it.
    pub body: Option<Seen>,
    /// Its Overflow row as read, when it has one and the plan removes or replaces it.
    pub overflow: Option<Seen>,
}

/// The rows of a key as read, as far as a change depends on them.
#[derive(Clone, Debug)]
pub(crate) struct KeySnapshot {
    pub space: SpaceId,
    pub key: Bytes,
    pub versioning: Versioning,
    /// Checks of the Head row and, where it was read, of the marker row.
    pub checks: Vec<Check>,
    /// The current version.
    pub current: Option<VersionRow>,
    /// The older null version, where a write would replace it.
    pub null: Option<Box<VersionRow>>,
}

impl KeySnapshot {
    /// The current version; a delete marker when its record says so.
    pub(crate) fn current(&self) -> Option<&VersionRecord> {
        self.current.as_ref().map(|current| &*current.record)
    }

    /// Whether a version that is written now is the null version.
    pub(crate) fn writes_null(&self) -> bool {
        self.versioning != Versioning::Enabled
    }

    /// Whether a write moves the current version to a row of its own, instead of replacing it.
    pub(crate) fn displaces(&self) -> bool {
        self.current().is_some_and(|c| !(self.writes_null() && c.null))
    }

    /// Whether a write that displaces the current version takes its payload along.
    pub(crate) fn moves_payload(&self) -> bool {
        self.displaces() && self.current().is_some_and(|c| c.body.location == BodyLocation::Inline)
    }

    /// A new current version, object or delete marker. Returns its record with its place.
    /// The caller may add its own checks and rows of the same key to the batch.
    pub(crate) fn write(
        &self,
        new: &NewVersion,
        change: &Change<'_>,
    ) -> Result<(Plan, VersionRecord), Error> {
        let stamp = &change.stamp;
        let mut batch = Batch {
            checks: self.checks.clone(),
            adopts: new.adopts.iter().map(|blob| blob.id).collect(),
            frees: new.record.delete_marker,
            ..Batch::default()
        };
        let mut record = new.record.clone();
        record.order = match self.current() {
            Some(current) => stamp.now_ns.max(current.order + 1),
            None => stamp.now_ns,
        };
        record.null = self.writes_null();
        record.nonce = if record.null { 0 } else { stamp.nonce };
        record.null_position = match self.current() {
            _ if record.null => None,
            Some(current) if current.null => Some(current.order),
            current => current.and_then(|c| c.null_position),
        };
        let row = if record.delete_marker {
            address::marker(self.space, &self.key)
        } else {
            address::head(self.space, &self.key)
        };
        let mut payload = new.payload.clone();
        if payload.is_some() && !record.null {
            record.body.location = BodyLocation::OwnRow;
            batch.puts.push(Put {
                row: address::body(self.space, &self.key, record.order, record.nonce),
                value: Bytes::from_static(body::VALUE),
                payload: payload.take(),
                replaces: None,
            });
        } else if payload.is_some() {
            record.body.location = BodyLocation::Inline;
        }
        let replaced = self.current.as_ref().filter(|current| current.row == row);
        let (value, overflow) = record.encode_with_overflow(stamp.nonce)?;
        batch.puts.extend(overflow.map(|value| Put {
            row: address::overflow(self.space, &self.key, record.order, record.nonce),
            value,
            payload: None,
            replaces: None,
        }));
        batch.puts.push(Put {
            value,
            payload,
            replaces: replaced.map(|current| current.seen),
            row: row.clone(),
        });
        if let Some(current) = &self.current {
            if current.row != row {
                batch.deletes.push(current.removal());
            }
            if self.displaces() {
                batch.puts.push(current.displaced()?)
            } else {
                self.forget(&mut batch, current, stamp)
            }
        }
        if let Some(null) = self.null.as_ref().filter(|_| record.null) {
            batch.checks.push(null.check());
            batch.deletes.push(null.removal());
            self.forget(&mut batch, null, stamp);
        }
        batch.usage.objects += 1;
        batch.usage.bytes += record.size() as i64;
        Ok((Plan { batch, event: change.event_of_new(&record) }, record))
    }

    /// Removes the current version; `next`, the newest older version, becomes current. Its payload
    /// is loaded.
    pub(crate) fn remove_current(
        &self,
        next: Option<&VersionRow>,
        change: &Change<'_>,
    ) -> Result<Plan, Error> {
        let current = self.current.as_ref().expect("there is a current version");
        let mut batch = Batch { checks: self.checks.clone(), frees: true, ..Batch::default() };
        self.forget(&mut batch, current, &change.stamp);
        let Some(next) = next else {
            batch.deletes.push(current.removal());
            return Ok(change.plan(batch));
        };
        let row = if next.record.delete_marker {
            address::marker(self.space, &self.key)
        } else {
            address::head(self.space, &self.key)
        };
        let mut record = next.record.clone();
        record.null_position = if next.record.null { None } else { current.record.null_position };
        batch.checks.push(next.check());
        batch.deletes.push(next.removal());
        let replaces = (current.row == row).then_some(current.seen);
        if replaces.is_none() {
            batch.deletes.push(current.removal());
        }
        batch.puts.push(Put {
            row,
            value: record.encode()?,
            payload: next.payload.clone(),
            replaces,
        });
        Ok(change.plan(batch))
    }

    /// Removes an older version.
    pub(crate) fn remove_older(&self, older: &VersionRow, change: &Change<'_>) -> Plan {
        let mut batch = Batch {
            checks: vec![older.check()],
            deletes: vec![older.removal()],
            frees: true,
            ..Batch::default()
        };
        self.forget(&mut batch, older, &change.stamp);
        change.plan(batch)
    }

    /// Accounts for a version that is gone, and leaves its blobs to the gc.
    fn forget(&self, batch: &mut Batch, gone: &VersionRow, stamp: &Stamp) {
        batch.usage.objects -= 1;
        batch.usage.bytes -= gone.record.size() as i64;
        if gone.record.overflow.is_some() || gone.overflow.is_some() {
            let row = gone.overflow_row();
            batch.deletes.push(Delete { row, replaces: gone.overflow });
        }
        let record = match gone.record.body.location {
            BodyLocation::Empty | BodyLocation::Inline => return,
            BodyLocation::OwnRow => {
                batch.deletes.push(Delete { row: gone.body_row(), replaces: gone.body });
                return;
            }
            BodyLocation::Blob(blob) => GcRecord::Blobs(vec![blob.address()]),
            BodyLocation::Manifest { blob, .. } => GcRecord::Manifest(blob),
        };
        batch.enqueues.push(gc_row(self.space, &self.key, &record, stamp));
    }
}

impl Change<'_> {
    /// A plan that does what the cause says.
    pub(crate) fn plan(&self, batch: Batch) -> Plan {
        Plan { batch, event: self.cause.event }
    }

    /// What writing a version does: a delete without a version may come to a delete marker.
    fn event_of_new(&self, record: &VersionRecord) -> Option<EventName> {
        let asked = self.cause.event;
        if record.delete_marker {
            asked.map(|_| EventName::ObjectRemovedDeleteMarkerCreated)
        } else {
            asked
        }
    }
}

/// A gc row that becomes due when the readers in flight are done.
pub(crate) fn gc_row(space: SpaceId, key: &Bytes, record: &GcRecord, stamp: &Stamp) -> Enqueue {
    Enqueue {
        space,
        key: key.clone(),
        queue: RowKind::Gc,
        due_ms: stamp.not_before_ms,
        value: record.encode(),
    }
}

impl VersionRow {
    /// The row is as it was read.
    pub(crate) fn check(&self) -> Check {
        Check { row: self.row.clone(), seen: self.seen }
    }

    /// The row of its body, when its placement says that there is one.
    pub(crate) fn body_row(&self) -> RowKey {
        let record = &self.record;
        address::body(self.row.space, &self.row.key, record.order, record.nonce)
    }

    /// The row of the attributes that its own has no room for.
    pub(crate) fn overflow_row(&self) -> RowKey {
        let record = &self.record;
        address::overflow(self.row.space, &self.row.key, record.order, record.nonce)
    }

    /// Writes the version in place with what `record` says now. Its payload and its Overflow row
    /// are loaded. The latter comes, goes or is written again with the version's row, by whose
    /// check nobody else has changed it.
    pub(crate) fn amended(&self, record: &VersionRecord, stamp: &Stamp) -> Result<Batch, Error> {
        let (value, overflow) = record.encode_with_overflow(stamp.nonce)?;
        let mut batch = Batch { checks: vec![self.check()], ..Batch::default() };
        batch.puts.push(Put {
            row: self.row.clone(),
            value,
            payload: self.payload.clone(),
            replaces: Some(self.seen),
        });
        let row = self.overflow_row();
        match (overflow, self.overflow) {
            (Some(value), replaces) => {
                batch.puts.push(Put { row, value, payload: None, replaces });
            }
            (None, Some(seen)) => batch.deletes.push(Delete { row, replaces: Some(seen) }),
            (None, None) => {}
        }
        Ok(batch)
    }

    /// The row goes.
    pub(crate) fn removal(&self) -> Delete {
        Delete { row: self.row.clone(), replaces: Some(self.seen) }
    }

    /// The row in its place among the older versions.
    fn displaced(&self) -> Result<Put, Error> {
        let mut record = self.record.clone();
        record.null_position = None;
        Ok(Put {
            row: address::version(self.row.space, &self.row.key, record.order, record.nonce),
            value: record.encode()?,
            payload: self.payload.clone(),
            replaces: None,
        })
    }
}
