//! One suite for every engine. A test of an engine calls [`run`] with a fresh store; a failed
//! assertion panics with the name of the rule.

use crate::{
    Batch, BlobError, BlobPlacement, BlobReader, BlobRef, BlobWriter, Check, CommitError,
    CreateHints, Delete, Enqueue, Found, Put, QueuePlace, Queued, RowKey, RowKind, RowView, Scan,
    ScanEnd, Seen, SpaceId, Step, Storage, UsageDelta, Visitor,
};
use bytes::Bytes;

/// Runs every rule.
pub async fn run<S: Storage>(store: &S) {
    rows_come_back(store).await;
    checks_decide(store).await;
    scans_merge_kinds_in_order(store).await;
    scans_start_within_a_key(store).await;
    scans_seek(store).await;
    queues_are_in_the_order_of_commits(store).await;
    queues_with_times_are_in_their_order(store).await;
    payloads_come_back(store).await;
    spaces_close(store).await;
    usage_adds_up(store).await;
    blobs_come_back(store).await;
}

const NEVER_READ: Option<Seen> = None;

fn row(space: SpaceId, kind: RowKind, key: &[u8], suffix: &[u8]) -> RowKey {
    RowKey::new(space, kind, key.to_vec()).with_suffix(suffix.to_vec())
}

fn put(row: &RowKey, value: &[u8]) -> Put {
    let value = Bytes::copy_from_slice(value);
    Put { row: row.clone(), value, payload: None, replaces: NEVER_READ }
}

async fn write<S: Storage>(store: &S, puts: Vec<Put>) {
    store.commit(Batch { puts, ..Batch::default() }).await.expect("a commit without checks");
}

async fn value<S: Storage>(store: &S, row: &RowKey) -> Option<Bytes> {
    store.get(row).await.expect("a read").row.map(|row| row.value)
}

async fn rows_come_back<S: Storage>(store: &S) {
    let space = store.open_space().await.expect("a space");
    // Zero bytes and bytes around the escape are where encodings go wrong.
    let keys: [&[u8]; 7] = [b"", b"a", b"a\0", b"a\0b", b"a\x01", b"\xff\xff", b"\0\xff\0\x01"];
    for key in keys {
        let one = row(space, RowKind::Head, key, b"");
        let two = row(space, RowKind::Version, key, b"\0s");
        let text = format!("key {}", key.escape_ascii());
        write(store, vec![put(&one, text.as_bytes()), put(&two, b"2")]).await;
    }
    for key in keys {
        let text = format!("key {}", key.escape_ascii());
        let found = value(store, &row(space, RowKind::Head, key, b"")).await;
        assert_eq!(found.as_deref(), Some(text.as_bytes()), "a row comes back: {text}");
    }
    let gone = row(space, RowKind::Head, b"a\0", b"");
    let deletes = vec![Delete { row: gone.clone(), replaces: None }];
    store.commit(Batch { deletes, ..Batch::default() }).await.expect("a delete");
    assert_eq!(value(store, &gone).await, None, "a removed row is gone");
    let beside = row(space, RowKind::Version, b"a\0", b"\0s");
    assert_eq!(value(store, &beside).await.as_deref(), Some(&b"2"[..]), "its neighbour is not");
}

async fn checks_decide<S: Storage>(store: &S) {
    let space = store.open_space().await.expect("a space");
    let key = row(space, RowKind::Head, b"k", b"");
    let other = row(space, RowKind::Version, b"k", b"v");
    let Found { row: none, seen } = store.get(&key).await.expect("a read");
    assert!(none.is_none(), "nothing is there yet");
    let batch = |seen, value: &[u8]| Batch {
        checks: vec![Check { row: key.clone(), seen }],
        puts: vec![put(&key, value), put(&other, value)],
        ..Batch::default()
    };
    store.commit(batch(seen, b"1")).await.expect("the row is still absent");
    let lost = store.commit(batch(seen, b"2")).await;
    assert_eq!(lost.err(), Some(CommitError::CheckFailed(0)), "the row has come into being");
    assert_eq!(value(store, &other).await.as_deref(), Some(&b"1"[..]), "all or nothing");
    let seen = store.get(&key).await.expect("a read").seen;
    store.commit(batch(seen, b"3")).await.expect("the row is as it was read");
    assert_eq!(value(store, &key).await.as_deref(), Some(&b"3"[..]), "the check passed");
}

/// Collects rows as (key, kind, suffix) and may seek.
struct Collect {
    rows: Vec<(Vec<u8>, RowKind, Vec<u8>)>,
    stop_after: usize,
    seek: Option<(Vec<u8>, Vec<u8>)>,
}

impl Visitor for Collect {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        self.rows.push((row.key.to_vec(), row.kind, row.suffix.to_vec()));
        match self.seek.take_if(|(at, _)| at == row.key) {
            Some((_, to)) => Step::Seek(to.into()),
            None if self.rows.len() == self.stop_after => Step::Stop,
            None => Step::Next,
        }
    }
}

async fn collect<S: Storage>(store: &S, scan: Scan, seek: Option<(&[u8], &[u8])>) -> Vec<String> {
    let seek = seek.map(|(at, to)| (at.to_vec(), to.to_vec()));
    let visitor = Collect { rows: Vec::new(), stop_after: usize::MAX, seek };
    let (visitor, end) = store.scan(scan, visitor).await.expect("a scan");
    assert_eq!(end, ScanEnd::Exhausted);
    let line = |(key, kind, suffix): &(Vec<u8>, RowKind, Vec<u8>)| {
        format!("{} {kind:?} {}", key.escape_ascii(), suffix.escape_ascii())
    };
    visitor.rows.iter().map(line).collect()
}

async fn fill<S: Storage>(store: &S) -> SpaceId {
    let space = store.open_space().await.expect("a space");
    for key in ["a", "a/1", "a/2", "a/3", "b", "b\0"] {
        let rows = [
            row(space, RowKind::Head, key.as_bytes(), b""),
            row(space, RowKind::Version, key.as_bytes(), b"1"),
            row(space, RowKind::Version, key.as_bytes(), b"2"),
            row(space, RowKind::Upload, key.as_bytes(), b"u"),
        ];
        write(store, rows.iter().map(|row| put(row, b"v")).collect()).await;
    }
    space
}

async fn scans_merge_kinds_in_order<S: Storage>(store: &S) {
    let space = fill(store).await;
    let scan = Scan::prefix(space, &[RowKind::Head, RowKind::Version], "b");
    let rows = collect(store, scan, None).await;
    let expected = [
        "b Head ",
        "b Version 1",
        "b Version 2",
        "b\\x00 Head ",
        "b\\x00 Version 1",
        "b\\x00 Version 2",
    ];
    assert_eq!(rows, expected, "rows come by key, kind, suffix");
    let visitor = Collect { rows: Vec::new(), stop_after: 2, seek: None };
    let scan = Scan::prefix(space, &[RowKind::Head], "");
    let (visitor, end) = store.scan(scan, visitor).await.expect("a scan");
    assert_eq!((visitor.rows.len(), end), (2, ScanEnd::Stopped), "a visitor stops a scan");
}

async fn scans_start_within_a_key<S: Storage>(store: &S) {
    let space = fill(store).await;
    let kinds = [RowKind::Head, RowKind::Version, RowKind::Upload];
    let mut scan = Scan::prefix(space, &kinds, "");
    scan.from = Bytes::from_static(b"b");
    scan.from_row = Some((RowKind::Version, Bytes::from_static(b"2")));
    let rows = collect(store, scan, None).await;
    assert_eq!(rows[..3], ["b Version 2", "b Upload u", "b\\x00 Head "], "a start within a key");
}

async fn scans_seek<S: Storage>(store: &S) {
    let space = fill(store).await;
    let scan = Scan::prefix(space, &[RowKind::Head, RowKind::Version], "");
    let rows = collect(store, scan, Some((b"a/1", b"a0"))).await;
    let expected = ["a Head ", "a Version 1", "a Version 2", "a/1 Head ", "b Head "];
    assert_eq!(rows[..5], expected, "a seek passes over everything before its target");
}

/// A row of a queue, with its key as its value.
fn enqueue(space: SpaceId, queue: RowKind, key: &str, due_ms: u64) -> Enqueue {
    let key = Bytes::copy_from_slice(key.as_bytes());
    Enqueue { space, key: key.clone(), queue, due_ms, value: key }
}

async fn add<S: Storage>(store: &S, enqueues: Vec<Enqueue>) {
    store.commit(Batch { enqueues, ..Batch::default() }).await.expect("a commit without checks");
}

/// The rows of these spaces in a queue, partition by partition: other runs of this suite may have
/// left rows of their own. Asserts what holds of every answer.
async fn queued<S: Storage>(store: &S, queue: RowKind, spaces: &[SpaceId]) -> Vec<Vec<Queued>> {
    let mut all = Vec::new();
    for partition in store.partitions().await.expect("the partitions") {
        let (mut rows, mut from) = (Vec::new(), QueuePlace::START);
        loop {
            let page = store.queue(partition, queue, from, 2).await.expect("a queue");
            assert!(page.len() <= 2, "a queue is read to a limit");
            assert!(page.iter().all(|row| row.place >= from), "a queue is read from a place on");
            let Some(last) = page.last() else { break };
            from = last.place.next();
            rows.extend(page);
        }
        assert!(rows.windows(2).all(|two| two[0].place < two[1].place), "places ascend");
        assert!(rows.iter().all(|row| row.row.kind == queue), "a queue shows its own rows");
        rows.retain(|row| spaces.contains(&row.row.space));
        all.push(rows);
    }
    all
}

async fn queues_are_in_the_order_of_commits<S: Storage>(store: &S) {
    let mut spaces = Vec::new();
    for _ in 0..3 {
        spaces.push(store.open_space().await.expect("a space"));
    }
    let mut read: Vec<Vec<QueuePlace>> = Vec::new();
    // Keys in an order that is not that of commits, and several rows of one commit.
    for (round, keys) in [["z", "a", "m"], ["b", "\0", "y"]].iter().enumerate() {
        for (space, key) in spaces.iter().zip(keys.iter()) {
            let row = |n: usize| Enqueue {
                value: format!("{key} {n}").into(),
                ..enqueue(*space, RowKind::Outbox, key, 0)
            };
            let head = put(&RowKey::new(*space, RowKind::Head, key.as_bytes().to_vec()), b"v");
            let batch =
                Batch { puts: vec![head], enqueues: (0..2).map(row).collect(), ..Batch::default() };
            store.commit(batch).await.expect("a commit without checks");
        }
        let now = queued(store, RowKind::Outbox, &spaces).await;
        let rows = now.iter().flatten();
        assert_eq!(rows.clone().count(), (round + 1) * 6, "every row is in one partition");
        for (partition, rows) in now.iter().enumerate() {
            let values: Vec<_> = rows.iter().map(|row| row.stored.value.clone()).collect();
            let committed = [["z", "a", "m"], ["b", "\0", "y"]].concat();
            let committed = committed.iter().flat_map(|key| [0, 1].map(|n| format!("{key} {n}")));
            let expected: Vec<_> =
                committed.filter(|v| values.contains(&v.clone().into())).collect();
            assert_eq!(values, expected, "places ascend in the order of commits");
            let places: Vec<_> = rows.iter().map(|row| row.place).collect();
            let before = read.get(partition).map_or(&[][..], |before| before);
            assert!(places.starts_with(before), "nothing comes to stand before what was read");
        }
        read = now.iter().map(|rows| rows.iter().map(|row| row.place).collect()).collect();
    }
    for row in queued(store, RowKind::Outbox, &spaces).await.into_iter().flatten().step_by(2) {
        let deletes = vec![Delete { row: row.row, replaces: Some(row.seen) }];
        store.commit(Batch { deletes, ..Batch::default() }).await.expect("a removal");
    }
    let left: usize = queued(store, RowKind::Outbox, &spaces).await.iter().map(Vec::len).sum();
    assert_eq!(left, 6, "removed rows are gone, the others stay");
}

async fn queues_with_times_are_in_their_order<S: Storage>(store: &S) {
    let space = store.open_space().await.expect("a space");
    for (key, due_ms) in [("z", 1), ("a", 3), ("m", 2), ("b", 3), ("y", u64::MAX)] {
        add(store, vec![enqueue(space, RowKind::Due, key, due_ms)]).await;
    }
    let rows = queued(store, RowKind::Due, &[space]).await.concat();
    let keys: Vec<_> = rows.iter().map(|row| &row.row.key[..]).collect();
    let expected: [&[u8]; 5] = [b"z", b"m", b"a", b"b", b"y"];
    assert_eq!(keys, expected, "by time, then in the order of commits");
    let times: Vec<_> = rows.iter().map(|row| row.place.due_ms).collect();
    assert_eq!(times, [1, 2, 3, 3, u64::MAX], "a row keeps its time");
}

async fn payloads_come_back<S: Storage>(store: &S) {
    let space = store.open_space().await.expect("a space");
    let key = row(space, RowKind::Head, b"k", b"");
    let body = |byte: u8, length: usize| Bytes::from(vec![byte; length]);
    for (byte, length) in [(1, 1), (2, store.payload_bytes_max())] {
        let payload = Some(body(byte, length));
        write(store, vec![Put { payload, ..put(&key, b"v") }]).await;
        let read = store.get(&key).await.expect("a read").row.expect("a row");
        assert_eq!(read.payload.map(|p| p.length as usize), Some(length));
        let payload = store.payload(&key, &read).await.expect("a payload");
        assert_eq!(payload, Some(body(byte, length)), "a payload comes back");
    }
    let old = store.get(&key).await.expect("a read").row.expect("a row");
    write(store, vec![put(&key, b"w")]).await;
    let stale = store.payload(&key, &old).await.expect("a read");
    assert!(stale.is_none_or(|bytes| bytes == body(2, bytes.len())), "never another row's bytes");
}

async fn spaces_close<S: Storage>(store: &S) {
    let kinds = [RowKind::Head, RowKind::Version];
    let space = store.open_space().await.expect("a space");
    let key = row(space, RowKind::Head, b"k", b"");
    write(store, vec![put(&key, b"v")]).await;
    assert!(store.close_space_if_empty(space, &kinds).await.expect("a close").is_none(), "a row");
    write(store, vec![put(&key, b"w")]).await;
    let deletes = vec![Delete { row: key.clone(), replaces: None }];
    store.commit(Batch { deletes, ..Batch::default() }).await.expect("a delete");
    let close = || async { store.close_space_if_empty(space, &kinds).await.expect("a close") };
    let (one, other) = (close().await.expect("it is empty"), close().await.expect("still"));
    let refused = store.commit(Batch { puts: vec![put(&key, b"x")], ..Batch::default() }).await;
    assert_eq!(refused.err(), Some(CommitError::SpaceClosed), "a closed space takes no rows");
    store.reopen_space(space, one).await.expect("a reopen");
    let refused = store.commit(Batch { puts: vec![put(&key, b"x")], ..Batch::default() }).await;
    assert_eq!(refused.err(), Some(CommitError::SpaceClosed), "another keeps it closed");
    store.reopen_space(space, other).await.expect("a reopen");
    write(store, vec![put(&key, b"x")]).await;
    let fence = store.close_space_if_empty(space, &[RowKind::Version]).await.expect("a close");
    assert!(close().await.is_none(), "it has a row");
    let refused = store.commit(Batch { puts: vec![put(&key, b"y")], ..Batch::default() }).await;
    assert_eq!(refused.err(), Some(CommitError::SpaceClosed), "who failed opened it for another");
    store.reopen_space(space, fence.expect("no versions")).await.expect("a reopen");
    write(store, vec![put(&key, b"y")]).await;
    let (gone, other) =
        (store.open_space().await.expect("a space"), store.open_space().await.expect("a space"));
    for closed in [gone, other, other] {
        store.close_space_if_empty(closed, &kinds).await.expect("a close").expect("it is empty");
    }
    store.forget_space(gone).await.expect("it is forgotten");
    let key = row(other, RowKind::Head, b"k", b"");
    let refused = store.commit(Batch { puts: vec![put(&key, b"x")], ..Batch::default() }).await;
    assert_eq!(refused.err(), Some(CommitError::SpaceClosed), "another space stays closed");
    store.forget_space(other).await.expect("it is forgotten, with all who closed it");
}

async fn usage_adds_up<S: Storage>(store: &S) {
    let space = store.open_space().await.expect("a space");
    let key = row(space, RowKind::Head, b"k", b"");
    for (objects, bytes) in [(2, 100), (-1, -30)] {
        let usage = UsageDelta { objects, bytes };
        let batch = Batch { puts: vec![put(&key, b"v")], usage, ..Batch::default() };
        store.commit(batch).await.expect("a commit");
    }
    let usage = store.usage(space).await.expect("a usage");
    assert_eq!(usage, UsageDelta { objects: 1, bytes: 70 }, "usage adds up");
}

async fn read_all<S: Storage>(store: &S, blob: BlobRef, start: u64, end: u64) -> Vec<u8> {
    let mut reader = store.read(blob, start..end).await.expect("a reader");
    let mut out = Vec::new();
    while let Some(bytes) = reader.next().await.expect("bytes") {
        out.extend_from_slice(&bytes);
    }
    out
}

async fn blobs_come_back<S: Storage>(store: &S) {
    let space = store.open_space().await.expect("a space");
    let byte = |i: usize| (i * 7 + i / 251) as u8;
    for length in [1, 65_535, 65_536, 65_537, 1_048_576, 2_500_001] {
        let data: Vec<u8> = (0..length).map(byte).collect();
        let hints = CreateHints { space, storage_class: "STANDARD", bytes: Some(length as u64) };
        let mut writer = store.create(hints).await.expect("a writer");
        for piece in data.chunks(70_001) {
            writer.write(Bytes::copy_from_slice(piece)).await.expect("room");
        }
        let blob = writer.finish().await.expect("a durable blob");
        let puts = vec![put(&row(space, RowKind::Head, b"k", b""), b"v")];
        let adopts = vec![blob.id];
        store.commit(Batch { puts, adopts, ..Batch::default() }).await.expect("a commit");
        assert_eq!(blob.length, length as u64);
        store.verify(blob).await.expect("an intact blob");
        let end = length as u64;
        for (start, end) in [(0, end), (end / 2, end), (end / 3, end / 3 + 1), (0, 0)] {
            let expected = &data[start as usize..end as usize];
            assert!(read_all(store, blob, start, end).await == expected, "{length} {start} {end}");
        }
        assert!(store.list().await.expect("a list").contains(&blob.id), "a blob is listed");
        placements_are_asked_for(store, blob).await;
        store.delete(blob.address()).await.expect("a delete");
        store.delete(blob.address()).await.expect("a delete is idempotent");
        assert!(!store.list().await.expect("a list").contains(&blob.id), "a freed blob is gone");
    }
}

/// An engine gets back the placement that it gave, and takes no other: a row that lost one would
/// be read or freed somewhere else.
async fn placements_are_asked_for<S: Storage>(store: &S, blob: BlobRef) {
    let given = blob.placement.as_bytes();
    let others = [&[][..], b"?", &[given, &[0]].concat()];
    for other in others.into_iter().filter(|other| *other != given) {
        let Some(placement) = BlobPlacement::new(other) else { continue };
        let wrong = BlobRef { placement, ..blob };
        let refused = Some(BlobError::Misplaced(blob.id));
        assert_eq!(store.read(wrong, 0..1).await.err(), refused, "a read elsewhere");
        assert_eq!(store.verify(wrong).await.err(), refused, "a check elsewhere");
        assert_eq!(store.delete(wrong.address()).await.err(), refused, "a delete elsewhere");
    }
    store.verify(blob).await.expect("it is where it was");
}
