//! Reads what stands at a key before a change is planned.

use crate::attempts::Attempts;
use crate::plan::{Stamp, Standing, Stood};
use crate::rows::address;
use crate::{Bucket, Error, Objects, Placement, VersionRecord, Versioning};
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

    /// What stands at a key, without payloads.
    pub(crate) async fn standing(&self, bucket: &Bucket, key: &Bytes) -> Result<Standing, Error> {
        let mut standing = Standing {
            space: bucket.space,
            key: key.clone(),
            versioning: bucket.versioning,
            checks: Vec::with_capacity(2),
            current: None,
            null: None,
        };
        for row in [address::head(bucket.space, key), address::marker(bucket.space, key)] {
            let Found { row: found, seen } = self.store.get(&row).await?;
            standing.checks.push(Check { row: row.clone(), seen });
            if let Some(found) = found {
                standing.current = Some(Stood::new(row, seen, found)?);
                break;
            }
            if bucket.versioning == Versioning::Unversioned {
                break;
            }
        }
        Ok(standing)
    }

    /// What stands at a key, for an answer that no commit checks.
    pub(crate) async fn standing_for_read(
        &self,
        bucket: &Bucket,
        attempts: &mut Attempts<'_>,
    ) -> Result<Standing, Error> {
        let key = attempts.key();
        loop {
            let standing = self.standing(bucket, key).await?;
            if standing.current.is_some() || bucket.versioning == Versioning::Unversioned {
                return Ok(standing);
            }
            // Head and marker were read one after the other: a marker may have given way to a Head
            // row in between. A scan sees both at one moment.
            let kinds = [RowKind::Head, RowKind::Version];
            if self.first_row(bucket.space, key, &kinds).await?.is_none() {
                return Ok(standing);
            }
            self.lost(attempts, false).await?;
        }
    }

    /// What stands at a key, with all that writing a new version there needs.
    pub(crate) async fn standing_for_write(
        &self,
        bucket: &Bucket,
        attempts: &mut Attempts<'_>,
    ) -> Result<Standing, Error> {
        let key = attempts.key();
        loop {
            let mut standing = self.standing(bucket, key).await?;
            let displaces = standing.displaces();
            let writes_null = standing.writes_null();
            let Some(current) = &mut standing.current else {
                return Ok(standing);
            };
            if displaces && !self.load_payload(current).await? {
                self.lost(attempts, false).await?;
                continue;
            }
            if let Some(order) = current.record.null_position.filter(|_| writes_null) {
                standing.null = self.older(bucket.space, key, order, 0).await?;
            }
            return Ok(standing);
        }
    }

    /// An older version by its position.
    pub(crate) async fn older(
        &self,
        space: SpaceId,
        key: &Bytes,
        order: u64,
        nonce: u64,
    ) -> Result<Option<Stood>, Error> {
        let row = address::version(space, key, order, nonce);
        let Found { row: found, seen } = self.store.get(&row).await?;
        found.map(|found| Stood::new(row, seen, found)).transpose()
    }

    /// The newest older version, without its payload.
    pub(crate) async fn newest_older(
        &self,
        space: SpaceId,
        key: &Bytes,
    ) -> Result<Option<Stood>, Error> {
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
    ) -> Result<Option<Stood>, Error> {
        self.first(Scan::key(space, kinds, key.clone())).await
    }

    async fn first(&self, scan: Scan) -> Result<Option<Stood>, Error> {
        let (space, key) = (scan.space, scan.from.clone());
        let first = First { key: key.clone(), found: None };
        let (first, _) = self.store.scan(scan, first).await?;
        let Some((kind, suffix, seen, stored)) = first.found else {
            return Ok(None);
        };
        let row = RowKey::new(space, kind, key).with_suffix(suffix);
        Stood::new(row, seen, stored).map(Some)
    }

    /// Reads the body row of a version that is to be removed, so that the engine can account for
    /// it. A body row lives and dies with its version, whose row the commit checks.
    pub(crate) async fn load_body(&self, stood: &mut Stood) -> Result<(), Error> {
        if stood.record.placement == Placement::OwnRow {
            let found = self.store.get(&stood.body_row()).await?;
            stood.body = found.row.map(|_| found.seen);
        }
        Ok(())
    }

    /// Loads the payload of a row as it was read. `false` when the row has changed since.
    pub(crate) async fn load_payload(&self, stood: &mut Stood) -> Result<bool, Error> {
        if stood.record.placement != Placement::Inline || stood.payload.is_some() {
            return Ok(true);
        }
        stood.payload = self.store.payload(&stood.row, &stood.stored).await?;
        Ok(stood.payload.is_some())
    }
}

impl Stood {
    fn new(row: RowKey, seen: Seen, stored: Row) -> Result<Self, Error> {
        Ok(Self {
            record: Box::new(VersionRecord::decode(&stored.value)?),
            row,
            seen,
            stored,
            payload: None,
            body: None,
        })
    }
}

/// Takes the first row of one key.
struct First {
    key: Bytes,
    found: Option<(RowKind, Bytes, Seen, Row)>,
}

impl Visitor for First {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        if row.key == self.key {
            let stored = Row { value: Bytes::copy_from_slice(row.value), payload: row.payload };
            let suffix = Bytes::copy_from_slice(row.suffix);
            self.found = Some((row.kind, suffix, row.seen, stored));
        }
        Step::Stop
    }
}
