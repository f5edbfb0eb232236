//! A group of commits on its way into one batch.

use crate::index::IndexChange;
use crate::journal::{BATCH_HEADER_BYTES, Epoch, Op, RECORD_HEADER_BYTES, Record, RecordPlace};
use crate::keys;
use crate::pointer::index_value;
use crate::window::{Since, Window, row_hash};
use larder_platform::AlignedBuffer;
use larder_storage::{
    Batch, CommitError, Delete, Moment, Put, QueuePlace, Receipt, RowKinds, Seen, UsageDelta,
};

/// Bytes of a usage record's value.
const USAGE_BYTES: usize = 16;

/// What a batch will do once it is durable.
pub(crate) struct Group {
    pub(crate) segment: u64,
    offset: u64,
    epoch: Epoch,
    pub(crate) first_moment: Moment,
    /// Moment of the last commit.
    pub(crate) moment: Moment,
    pub(crate) records: u32,
    pub(crate) commits: u64,
    pub(crate) changes: Vec<IndexChange>,
    /// Bytes of its records that are needed from now on.
    pub(crate) live_bytes: u64,
    /// (segment, bytes) of records that are not needed any more.
    pub(crate) dead: Vec<(u64, u32)>,
    pub(crate) usage: Vec<(u64, UsageDelta)>,
    /// Of which kinds there are new rows.
    pub(crate) kinds: RowKinds,
    /// Whether gc waits for an answer.
    pub(crate) moves: bool,
    /// Whether the next record is the first of a commit.
    first: bool,
}

/// A record that gc copies forward.
pub(crate) struct Moved<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) from: RecordPlace,
    /// When it was seen to be the row's newest.
    pub(crate) seen: Moment,
    pub(crate) tombstone: bool,
}

/// A row's record that is to be written.
struct NewRecord<'a> {
    key: Vec<u8>,
    value: &'a [u8],
    payload: &'a [u8],
    /// The record that it makes garbage, when that is certain.
    replaces: Option<RecordPlace>,
}

impl<'a> NewRecord<'a> {
    /// One without a payload, of which nothing is known that it replaces.
    fn of(key: Vec<u8>, value: &'a [u8]) -> Self {
        Self { key, value, payload: &[], replaces: None }
    }
}

/// Bytes in the journal that a batch takes at most.
pub(crate) fn batch_bytes(batch: &Batch) -> usize {
    let row = |row: &larder_storage::RowKey| {
        // Escaping at most doubles the key; kind, space and separator take 11 bytes.
        RECORD_HEADER_BYTES + 11 + 2 * row.key.len() + 2 * row.suffix.len()
    };
    let puts = batch
        .puts
        .iter()
        .map(|put| row(&put.row) + put.value.len() + put.payload.as_ref().map_or(0, |p| p.len()));
    let deletes = batch.deletes.iter().map(|delete| row(&delete.row));
    let enqueues = batch.enqueues.iter().map(|enqueue| {
        let address = 11 + 2 * enqueue.key.len() + 2 * QueuePlace::BYTES;
        RECORD_HEADER_BYTES + address + enqueue.value.len()
    });
    let adopts = batch.adopts.len() * (RECORD_HEADER_BYTES + 32);
    let rows = puts.sum::<usize>() + deletes.sum::<usize>() + enqueues.sum::<usize>();
    rows + adopts + RECORD_HEADER_BYTES + 8 + USAGE_BYTES
}

impl Group {
    pub(crate) fn new(segment: u64, offset: u64, epoch: Epoch, moment: Moment) -> Self {
        Self {
            segment,
            offset,
            epoch,
            first_moment: Moment(moment.0 + 1),
            moment,
            records: 0,
            commits: 0,
            changes: Vec::new(),
            live_bytes: 0,
            dead: Vec::new(),
            usage: Vec::new(),
            kinds: RowKinds::default(),
            moves: false,
            first: false,
        }
    }

    fn begin(&mut self) {
        self.moment.0 += 1;
        self.commits += 1;
        self.first = true;
    }

    fn append(&mut self, record: Record<'_>, buffer: &mut AlignedBuffer) -> RecordPlace {
        let record = Record { first: std::mem::take(&mut self.first), ..record };
        let place = RecordPlace {
            segment: self.segment,
            offset: (self.offset as usize + buffer.len()) as u32,
            length: record.length() as u32,
        };
        record.encode(&self.epoch, buffer);
        self.records += 1;
        place
    }

    /// Enters a caller's commit, or says why not.
    pub(crate) fn commit(
        &mut self,
        batch: Batch,
        window: &mut Window,
        buffer: &mut AlignedBuffer,
    ) -> Result<Receipt, CommitError> {
        // The window and not the index is asked: the index does not know yet what commits before
        // this one in the group do. Hashes may collide, which refuses a commit that could go on,
        // and it is planned again; the other way round is not possible. All checks are looked at
        // before the first record is made: a refused commit leaves nothing in the batch.
        for (index, check) in batch.checks.iter().enumerate() {
            match window.since(row_hash(&keys::encode(&check.row)), check.seen.at) {
                Since::Unchanged => {}
                Since::Changed => return Err(CommitError::CheckFailed(index)),
                Since::Unknown => return Err(CommitError::Stale),
            }
        }
        self.begin();
        self.kinds.merge(batch.kinds_put());
        let space = batch.puts.first().map(|put| put.row.space);
        let space = space.or_else(|| batch.deletes.first().map(|delete| delete.row.space));
        let space = space.or_else(|| batch.enqueues.first().map(|row| row.space));
        for put in batch.puts {
            self.put(put, window, buffer);
        }
        for delete in batch.deletes {
            self.delete(delete, window, buffer);
        }
        // Numbered by the moment, which no other commit has, before or after a restart: the order
        // of a queue is that of commits, whenever their callers began.
        for (nth, row) in batch.enqueues.iter().enumerate() {
            let place = QueuePlace::of_commit(row.due_ms, self.moment.0, nth);
            let key = keys::encode(&row.row_at(place));
            self.put_record(NewRecord::of(key, &row.value), window, buffer);
        }
        for id in batch.adopts {
            self.put_record(NewRecord::of(keys::adopted(id.0), &[1]), window, buffer);
        }
        if let Some(space) = space.filter(|_| batch.usage != UsageDelta::default()) {
            self.change_usage(space.0, batch.usage, buffer);
        }
        Ok(Receipt { at: self.moment })
    }

    /// The record that a write makes garbage, when that is certain.
    fn replaced(&self, hash: u64, seen: Option<Seen>, window: &Window) -> Option<RecordPlace> {
        // A live count that is too low frees a segment with rows in it; one that is too high costs
        // space until gc looks. So what may have changed since it was seen is not counted at all.
        let seen = seen?;
        let unchanged = window.since(hash, seen.at) == Since::Unchanged;
        seen.write.filter(|_| unchanged).map(RecordPlace::from_token)
    }

    fn put(&mut self, put: Put, window: &mut Window, buffer: &mut AlignedBuffer) {
        let key = keys::encode(&put.row);
        let hash = row_hash(&key);
        let replaces = self.replaced(hash, put.replaces, window);
        let payload = put.payload.unwrap_or_default();
        let record = NewRecord { key, value: &put.value, payload: &payload, replaces };
        self.put_record(record, window, buffer);
    }

    fn put_record(&mut self, new: NewRecord<'_>, window: &mut Window, buffer: &mut AlignedBuffer) {
        let NewRecord { key, value, payload, replaces } = new;
        window.changed(row_hash(&key), self.moment);
        let record = Record { op: Op::Put, first: false, key: &key, value, payload, replaces };
        let place = self.append(record, buffer);
        self.live_bytes += u64::from(place.length);
        self.dead.extend(replaces.map(|old| (old.segment, old.length)));
        let value = Some(index_value(place, payload.len() as u32, value));
        self.changes.push(IndexChange { key, value, at: self.moment });
    }

    fn delete(&mut self, delete: Delete, window: &mut Window, buffer: &mut AlignedBuffer) {
        let key = keys::encode(&delete.row);
        let hash = row_hash(&key);
        if let Some(Seen { at, write: None }) = delete.replaces
            && window.since(hash, at) == Since::Unchanged
        {
            return;
        }
        let replaces = self.replaced(hash, delete.replaces, window);
        self.remove(key, replaces, window, buffer);
    }

    fn remove(
        &mut self,
        key: Vec<u8>,
        replaces: Option<RecordPlace>,
        window: &mut Window,
        buffer: &mut AlignedBuffer,
    ) {
        window.changed(row_hash(&key), self.moment);
        let record =
            Record { op: Op::Delete, first: false, key: &key, value: &[], payload: &[], replaces };
        let place = self.append(record, buffer);
        self.live_bytes += u64::from(place.length);
        self.dead.extend(replaces.map(|old| (old.segment, old.length)));
        self.changes.push(IndexChange { key, value: None, at: self.moment });
    }

    /// Enters rows of the engine's own.
    pub(crate) fn internal(
        &mut self,
        puts: &[(Vec<u8>, Vec<u8>)],
        deletes: &[Vec<u8>],
        window: &mut Window,
        buffer: &mut AlignedBuffer,
    ) -> Receipt {
        self.begin();
        for (key, value) in puts {
            self.put_record(NewRecord::of(key.clone(), value), window, buffer);
        }
        for key in deletes {
            self.remove(key.clone(), None, window, buffer);
        }
        Receipt { at: self.moment }
    }

    fn change_usage(&mut self, space: u64, usage: UsageDelta, buffer: &mut AlignedBuffer) {
        let mut value = [0; USAGE_BYTES];
        value[..8].copy_from_slice(&usage.objects.to_le_bytes());
        value[8..].copy_from_slice(&usage.bytes.to_le_bytes());
        let key = &space.to_le_bytes();
        let (first, payload, replaces) = (false, &[][..], None);
        let record = Record { op: Op::Usage, first, key, value: &value, payload, replaces };
        self.append(record, buffer);
        self.usage.push((space, usage));
    }

    /// Enters a record that gc copies forward, unless its row changed since `seen`.
    pub(crate) fn relocate(
        &mut self,
        moved: Moved<'_>,
        window: &mut Window,
        buffer: &mut AlignedBuffer,
    ) -> Result<Receipt, CommitError> {
        let hash = row_hash(moved.key);
        match window.since(hash, moved.seen) {
            Since::Unchanged => {}
            Since::Changed => return Err(CommitError::CheckFailed(0)),
            Since::Unknown => return Err(CommitError::Stale),
        }
        self.begin();
        // A reader's view of where the record is becomes old, as with any other change.
        if moved.tombstone {
            // The index does not say which tombstone is the newest, so that gc may move one again
            // that it has moved before: to count it as dead each time would make its segment look
            // empty while rows live in it. An emptied segment's count is set right at the end.
            self.remove(moved.key.to_vec(), None, window, buffer);
        } else {
            let (key, replaces) = (moved.key.to_vec(), Some(moved.from));
            let record = NewRecord { key, value: moved.value, payload: moved.payload, replaces };
            self.put_record(record, window, buffer);
        }
        Ok(Receipt { at: self.moment })
    }
}

const _: () = assert!(BATCH_HEADER_BYTES.is_multiple_of(8));

#[cfg(test)]
mod tests {
    use super::{Group, Moved};
    use crate::journal::{BATCH_HEADER_BYTES, Epoch, RecordPlace};
    use crate::window::Window;
    use larder_platform::AlignedBuffer;
    use larder_storage::Moment;

    #[test]
    fn a_tombstone_that_gc_moves_again_is_not_counted_as_dead_again() {
        let mut window = Window::with_capacity(Moment(0), 100);
        let mut buffer = AlignedBuffer::new(4096);
        buffer.resize(BATCH_HEADER_BYTES, 0);
        let mut group = Group::new(9, 4096, Epoch([1; 16]), Moment(0));
        let from = RecordPlace { segment: 3, offset: 4160, length: 50 };
        for tombstone in [true, true, false] {
            let (key, value, payload) = (&b"k"[..], &b"v"[..], &[][..]);
            let moved = Moved { key, value, payload, from, seen: group.moment, tombstone };
            group.relocate(moved, &mut window, &mut buffer).expect("nothing changed meanwhile");
        }
        assert_eq!(group.dead, [(3, 50)], "a row's record is dead once it is moved");
        assert_eq!(group.live_bytes, buffer.len() as u64 - BATCH_HEADER_BYTES as u64);
    }
}
