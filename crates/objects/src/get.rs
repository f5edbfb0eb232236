//! GetObject and HeadObject: find a version, then stream a range of it.

use crate::attempts::Attempts;
use crate::plan::{KeySnapshot, VersionRow};
use crate::rows::{BodyLocation, ManifestEntry, VersionRecord, address, body};
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_storage::{
    BlobError, BlobReader, BlobRef, BlobStore, Row, RowKey, SpaceId, Storage, StoredBytes,
};
use larder_types::{ByteRange, ObjectKey, VersionId};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// A version that exists and is no delete marker.
#[derive(Clone, Debug)]
pub struct ObjectVersion {
    /// The key.
    pub key: ObjectKey,
    /// The bucket's incarnation.
    pub space: SpaceId,
    /// Whether it is the key's current version.
    pub current: bool,
    /// What is known of it.
    pub record: Box<VersionRecord>,
    row: RowKey,
    stored: Row,
}

impl<S: Storage> Objects<S> {
    /// Finds the current version, or the one asked for.
    ///
    /// [`Error::NoSuchKey`], [`Error::NoSuchVersion`], [`Error::MethodNotAllowed`].
    pub async fn lookup(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<VersionId>,
    ) -> Result<ObjectVersion, Error> {
        let row_key = Bytes::copy_from_slice(key.as_bytes());
        let mut attempts = Attempts::reading(bucket.space, &row_key);
        let (version, current) = loop {
            let (mut found, current) = self.locate_object(bucket, version, &mut attempts).await?;
            // Boxed: the usual version has its attributes in its row.
            if found.record.overflow.is_none() || Box::pin(self.load_overflow(&mut found)).await? {
                break (found, current);
            }
            self.lost(&mut attempts, false).await?;
        };
        Ok(ObjectVersion {
            key: key.clone(),
            space: bucket.space,
            current,
            record: version.record,
            row: version.row,
            stored: version.stored,
        })
    }

    /// The row of a version that is an object, and whether it is the current one.
    pub(crate) async fn locate_object(
        &self,
        bucket: &Bucket,
        version: Option<VersionId>,
        attempts: &mut Attempts<'_>,
    ) -> Result<(VersionRow, bool), Error> {
        let Some(version) = version else {
            let version = self.snapshot_for_read(bucket, attempts).await?.current;
            let version = version.ok_or(Error::NoSuchKey { delete_marker: None })?;
            return if version.record.delete_marker {
                Err(Error::NoSuchKey { delete_marker: Some(version.record.version()) })
            } else {
                Ok((version, true))
            };
        };
        // Boxed, so that the usual look-up has not the size of this one.
        match Box::pin(self.locate(bucket, version, attempts)).await?.1 {
            None => Err(Error::NoSuchVersion),
            Some((version, _)) if version.record.delete_marker => Err(Error::MethodNotAllowed {
                delete_marker: version.record.version(),
                modified: version.record.modified,
            }),
            Some(found) => Ok(found),
        }
    }

    /// The row of a version, object or delete marker, and whether it is the current one, with
    /// the rows of the key.
    pub(crate) async fn locate(
        &self,
        bucket: &Bucket,
        version: VersionId,
        attempts: &mut Attempts<'_>,
    ) -> Result<(KeySnapshot, Option<(VersionRow, bool)>), Error> {
        let key = attempts.key();
        loop {
            let snapshot = self.snapshot_for_read(bucket, attempts).await?;
            let Some(current) = &snapshot.current else {
                return Ok((snapshot, None));
            };
            if current.record.version() == version {
                let current = current.clone();
                return Ok((snapshot, Some((current, true))));
            }
            let position = match version {
                VersionId::Null => current.record.null_position.map(|order| (order, 0)),
                // Whatever is older than the current version has a lower order.
                VersionId::Id { order, nonce } => {
                    (order < current.record.order).then_some((order, nonce))
                }
            };
            let Some((order, nonce)) = position else {
                return Ok((snapshot, None));
            };
            if let Some(older) = self.older(bucket.space, key, order, nonce).await? {
                return Ok((snapshot, Some((older, false))));
            }
            // Between the two reads it may have become the current version.
            let again = self.snapshot(bucket, key).await?;
            let record = |s: &KeySnapshot| s.current.as_ref().map(|current| current.seen.write);
            if record(&again) == record(&snapshot) {
                return Ok((snapshot, None));
            }
            self.lost(attempts, false).await?;
        }
    }

    /// Opens a version's body, or the part of it in `range`, which lies within it.
    ///
    /// [`Error::VersionGone`] when it was replaced since the look-up: look it up again.
    pub async fn open(
        &self,
        version: &ObjectVersion,
        range: Option<ByteRange>,
    ) -> Result<ObjectBody<S>, Error> {
        let size = version.record.size();
        let range = range.map_or(0..size, |range| range.start..range.end);
        assert!(range.start <= range.end && range.end <= size, "the range lies within the object");
        let mut body =
            ObjectBody { store: None, payload: None, parts: VecDeque::new(), reader: None };
        let of = &version.record.body;
        match of.location {
            _ if range.is_empty() => {}
            BodyLocation::Empty => {
                return Err(Error::Corrupt("an object has lost its body".into()));
            }
            BodyLocation::Inline | BodyLocation::OwnRow => {
                let payload = self.payload(version).await?;
                if StoredBytes(payload.len() as u64) != of.stored_bytes() {
                    return Err(Error::Corrupt("a body has not the length of its object".into()));
                }
                let range = of.stored_range(range);
                body.payload = Some(payload.slice(range.start.0 as usize..range.end.0 as usize));
                return Ok(body);
            }
            BodyLocation::Blob(blob) => body.parts.push_back((blob, of.stored_range(range))),
            BodyLocation::Manifest { .. } => {
                let entries = self.entries(&version.record, range.clone());
                let entries = Box::pin(entries).await?;
                body.parts = entries.iter().filter_map(|e| piece(e, &range)).collect();
            }
        }
        body.store = Some(self.store.clone());
        // The first reader is opened before the answer begins, so that a missing blob still
        // becomes an error.
        match body.advance().await {
            Err(BlobError::Missing(_)) => Err(Error::VersionGone),
            other => other.map(|()| body).map_err(Error::from),
        }
    }

    /// An inline body. The row may have moved since the look-up: a current version that was
    /// displaced keeps its bytes in another row.
    async fn payload(&self, version: &ObjectVersion) -> Result<Bytes, Error> {
        if version.record.body.location == BodyLocation::OwnRow {
            return self.own_row(version).await;
        }
        if let Some(payload) = self.store.payload(&version.row, &version.stored).await? {
            return Ok(payload);
        }
        // Boxed: the usual read finds its row where it was.
        Box::pin(self.moved_payload(version)).await
    }

    /// An inline body whose row has moved.
    async fn moved_payload(&self, version: &ObjectVersion) -> Result<Bytes, Error> {
        let (space, key, record) = (version.space, &version.row.key, &version.record);
        let place = address::version(space, key, record.order, record.nonce);
        for row in [address::head(space, key), place] {
            let Some(stored) = self.store.get(&row).await?.row else {
                continue;
            };
            let now = VersionRecord::decode(&stored.value)?;
            if now.order == record.order
                && now.version() == record.version()
                && now.etag == record.etag
                && let Some(payload) = self.store.payload(&row, &stored).await?
            {
                return Ok(payload);
            }
        }
        Err(Error::VersionGone)
    }

    /// A body beside a row of its own.
    async fn own_row(&self, version: &ObjectVersion) -> Result<Bytes, Error> {
        let (key, record) = (&version.row.key, &version.record);
        let row = address::body(version.space, key, record.order, record.nonce);
        let stored = self.store.get(&row).await?.row.ok_or(Error::VersionGone)?;
        body::check(&stored.value)?;
        self.store.payload(&row, &stored).await?.ok_or(Error::VersionGone)
    }
}

/// The piece of a part that lies in `range` of the object.
fn piece(entry: &ManifestEntry, range: &Range<u64>) -> Option<(BlobRef, Range<StoredBytes>)> {
    let blob = entry.body.blob()?;
    let start = range.start.max(entry.offset) - entry.offset;
    let end = range.end.min(entry.offset + entry.size()).checked_sub(entry.offset)?;
    (start < end).then(|| (blob, entry.body.stored_range(start..end)))
}

/// A body on its way out, verified before it is handed out.
pub struct ObjectBody<S: Storage> {
    /// `None` until there are parts to read.
    store: Option<Arc<S>>,
    payload: Option<Bytes>,
    parts: VecDeque<(BlobRef, Range<StoredBytes>)>,
    reader: Option<S::Reader>,
}

impl<S: Storage> ObjectBody<S> {
    /// The next bytes; `None` behind the last.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(payload) = self.payload.take() {
            return Ok(Some(payload));
        }
        loop {
            let Some(reader) = &mut self.reader else {
                return Ok(None);
            };
            if let Some(data) = reader.next().await? {
                return Ok(Some(data));
            }
            self.reader = None;
            self.advance().await?;
        }
    }

    async fn advance(&mut self) -> Result<(), BlobError> {
        if let Some(store) = &self.store
            && let Some((blob, range)) = self.parts.pop_front()
        {
            self.reader = Some(BlobStore::read(&**store, blob, range).await?);
        }
        Ok(())
    }
}
