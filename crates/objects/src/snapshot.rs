//! Reads the rows of a key before a change is planned.

use crate::attempts::Attempts;
use crate::plan::{KeySnapshot, Stamp, VersionRow};
use crate::rows::{Overflow, address};
use crate::{BodyLocation, Bucket, Error, Objects, VersionRecord, Versioning};
use bytes::Bytes;
use larder_storage::{
    Check, Found, Row, RowKey, RowKind, RowView, Scan, Seen, SpaceId, Step, Storage, Visitor,
};

impl<S: Storage> Objects<S> {
    /// Time and randomness for one plan.
    pub(crate) fn stamp(&self) -> Stamp {
        let now_ns = self.platform.clock.wall_ns();
        Stamp {
            now_ns,
            nonce: self.platform.random.u64().max(1),
            not_before_ms: (now_ns / 1_000_000).saturating_add_signed(self.settings.gc_grace_ms),
        }
    }

    /// The rows of a key, without payloads.
    pub(crate) async fn snapshot(
        &self,
        bucket: &Bucket,
        key: &Bytes,
    ) -> Result<KeySnapshot, Error> {
        let mut snapshot = KeySnapshot {
            space: bucket.space,
            key: key.clone(),
            versioning: bucket.versioning,
            checks: Vec::with_capacity(2),
            current: None,
            null: None,
        };
        for row in [address::head(bucket.space, key), address::marker(bucket.space, key)] {
            let Found { row: found, seen } = self.store.get(&row).await?;
            snapshot.checks.push(Check { row: row.clone(), seen });
            if let Some(found) = found {
                snapshot.current = Some(VersionRow::new(row, seen, found)?);
                break;
            }
            if bucket.versioning == Versioning::Unversioned {
                break;
            }
        }
        Ok(snapshot)
    }

    /// The rows of a key, for an answer that no commit checks.
    pub(crate) async fn snapshot_for_read(
        &self,
        bucket: &Bucket,
        attempts: &mut Attempts<'_>,
    ) -> Result<KeySnapshot, Error> {
        let key = attempts.key();
        loop {
            let snapshot = self.snapshot(bucket, key).await?;
            if snapshot.current.is_some() || bucket.versioning == Versioning::Unversioned {
                return Ok(snapshot);
            }
            // Head and marker were read one after the other: a marker may have given way to a Head
            // row in between. A scan sees both at one moment.
            let kinds = [RowKind::Head, RowKind::Version];
            // Boxed: the usual read finds one of them.
            let first = Box::pin(self.first_row(bucket.space, key, &kinds)).await?;
            if first.is_none() {
                return Ok(snapshot);
            }
            self.lost(attempts, false).await?;
        }
    }

    /// The rows of a key, with all that writing a new version needs.
    pub(crate) async fn snapshot_for_write(
        &self,
        bucket: &Bucket,
        attempts: &mut Attempts<'_>,
    ) -> Result<KeySnapshot, Error> {
        let key = attempts.key();
        loop {
            let mut snapshot = self.snapshot(bucket, key).await?;
            let displaces = snapshot.displaces();
            let writes_null = snapshot.writes_null();
            let Some(current) = &mut snapshot.current else {
                return Ok(snapshot);
            };
            if !displaces {
                if current.record.overflow.is_some() {
                    // Boxed: the usual write does without.
                    Box::pin(self.load_removed(current)).await?;
                }
            } else if !self.load_payload(current).await? {
                self.lost(attempts, false).await?;
                continue;
            }
            if let Some(order) = current.record.null_position.filter(|_| writes_null) {
                snapshot.null = self.older(bucket.space, key, order, 0).await?.map(Box::new);
            }
            if let Some(null) = &mut snapshot.null
                && null.record.overflow.is_some()
            {
                Box::pin(self.load_removed(null)).await?;
            }
            return Ok(snapshot);
        }
    }

    /// An older version by its position.
    pub(crate) async fn older(
        &self,
        space: SpaceId,
        key: &Bytes,
        order: u64,
        nonce: u64,
    ) -> Result<Option<VersionRow>, Error> {
        let row = address::version(space, key, order, nonce);
        let Found { row: found, seen } = self.store.get(&row).await?;
        found.map(|found| VersionRow::new(row, seen, found)).transpose()
    }

    /// The newest older version, without its payload.
    pub(crate) async fn newest_older(
        &self,
        space: SpaceId,
        key: &Bytes,
    ) -> Result<Option<VersionRow>, Error> {
        // From the shortest suffix that is not the marker's.
        let from = Some((RowKind::Version, Bytes::from_static(&[0])));
        self.first(Scan { from_row: from, ..Scan::key(space, &[RowKind::Version], key.clone()) })
            .await
    }

    /// The first row of these kinds at a key, as of one moment.
    pub(crate) async fn first_row(
        &self,
        space: SpaceId,
        key: &Bytes,
        kinds: &[RowKind],
    ) -> Result<Option<VersionRow>, Error> {
        self.first(Scan::key(space, kinds, key.clone())).await
    }

    async fn first(&self, scan: Scan) -> Result<Option<VersionRow>, Error> {
        let first = First { space: scan.space, key: scan.from.clone(), found: None };
        let (first, _) = self.store.scan(scan, first).await?;
        first.found.transpose()
    }

    /// Reads the rows that go with a version which is to be removed, so that the engine can account
    /// for them. They live and die with the version, whose row the commit checks.
    pub(crate) async fn load_removed(&self, version: &mut VersionRow) -> Result<(), Error> {
        if version.record.body.location == BodyLocation::OwnRow {
            let found = self.store.get(&version.body_row()).await?;
            version.body = found.row.map(|_| found.seen);
        }
        if version.record.overflow.is_some() {
            let found = self.store.get(&version.overflow_row()).await?;
            version.overflow = found.row.map(|_| found.seen);
        }
        Ok(())
    }

    /// Takes in the attributes that the version's row has no room for. `false` when the version has
    /// changed since its row was read.
    ///
    /// [`Error::Corrupt`] when it has not, and they are not there or of another generation.
    pub(crate) async fn load_overflow(&self, version: &mut VersionRow) -> Result<bool, Error> {
        if version.record.overflow.is_none() {
            return Ok(true);
        }
        let found = self.store.get(&version.overflow_row()).await?;
        if let Some(stored) = found.row
            && version.record.take_overflow(Overflow::decode(&stored.value)?)
        {
            version.overflow = Some(found.seen);
            return Ok(true);
        }
        // As long as the version's row is the one that was read, nothing may be wrong beside it.
        let now = self.store.get(&version.row).await?;
        if now.row.is_some() && now.seen.write == version.seen.write {
            let what = "a version's attributes are missing, or not those that belong to it";
            return Err(Error::Corrupt(what.into()));
        }
        Ok(false)
    }

    /// Loads the payload of a row as it was read. `false` when the row has changed since.
    pub(crate) async fn load_payload(&self, version: &mut VersionRow) -> Result<bool, Error> {
        if version.record.body.location != BodyLocation::Inline || version.payload.is_some() {
            return Ok(true);
        }
        version.payload = self.store.payload(&version.row, &version.stored).await?;
        Ok(version.payload.is_some())
    }
}

impl VersionRow {
    /// A version's row as a scan shows it.
    pub(crate) fn shown(space: SpaceId, row: RowView<'_>) -> Result<Self, Error> {
        let stored = Row { value: Bytes::copy_from_slice(row.value), payload: row.payload };
        let address = RowKey::new(space, row.kind, Bytes::copy_from_slice(row.key));
        let address = address.with_suffix(Bytes::copy_from_slice(row.suffix));
        Self::new(address, row.seen, stored)
    }

    fn new(row: RowKey, seen: Seen, stored: Row) -> Result<Self, Error> {
        Ok(Self {
            record: Box::new(VersionRecord::decode(&stored.value)?),
            row,
            seen,
            stored,
            payload: None,
            body: None,
            overflow: None,
        })
    }
}

/// Takes the first row of one key.
struct First {
    space: SpaceId,
    key: Bytes,
    found: Option<Result<VersionRow, Error>>,
}

impl Visitor for First {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        if row.key == self.key {
            self.found = Some(VersionRow::shown(self.space, row));
        }
        Step::Stop
    }
}
