//! What this room's tests are made of: the model on a simulated machine, and bodies.

use crate::body::{Body, BodyError};
use crate::conditions::{DeleteConditions, WriteConditions};
use crate::read::Extent;
use crate::{
    Bucket, CopyObject, CreateBucket, DeleteObject, Deleted, Error, ObjectAttributes, ObjectBody,
    ObjectVersion, Objects, PutObject, Settings, Stored,
};
use bytes::Bytes;
use larder_digest::{BodyDigests, BodyHasher, BodyPlan};
use larder_platform::sim::Simulation;
use larder_storage::Storage;
use larder_storage::model::Model;
use larder_types::{BucketName, ByteRange, ChecksumAlgorithm, ObjectKey, Owner, VersionId};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// A store on a simulated machine.
pub(crate) struct World {
    pub sim: Simulation,
    pub store: Arc<Model>,
    pub objects: Objects<Model>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        Self::on(seed, Arc::new(Model::new()))
    }

    /// On a store of the caller's.
    pub(crate) fn over(store: Arc<Model>) -> Self {
        Self::on(1, store)
    }

    fn on(seed: u64, store: Arc<Model>) -> Self {
        let sim = Simulation::new(seed);
        let objects = Objects::new(store.clone(), sim.platform(), Settings::default());
        Self { sim, store, objects }
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.sim.block_on(future)
    }

    /// Moves time.
    pub(crate) fn pass(&self, ms: u64) {
        self.sim.run_for(Duration::from_millis(ms));
    }

    pub(crate) fn bucket(&self, name: &str) -> Arc<Bucket> {
        self.run(self.objects.create_bucket(&bucket_name(name), create_bucket("alice"))).unwrap()
    }

    /// The bucket as its row says now.
    pub(crate) fn reread(&self, bucket: &Bucket) -> Arc<Bucket> {
        self.run(self.objects.bucket(&bucket.name)).unwrap()
    }

    /// A bucket with versioning enabled.
    pub(crate) fn versioned(&self, name: &str) -> Arc<Bucket> {
        let bucket = self.bucket(name);
        self.run(self.objects.put_versioning(&bucket, true)).unwrap();
        self.reread(&bucket)
    }

    pub(crate) fn suspend(&self, bucket: &Bucket) -> Arc<Bucket> {
        self.run(self.objects.put_versioning(bucket, false)).unwrap();
        self.reread(bucket)
    }

    pub(crate) fn put(&self, bucket: &Bucket, key: &str, body: &[u8]) -> Stored {
        let body = &mut BytesBody::new(body);
        self.run(self.objects.writer(&causes::PUT).put(
            bucket,
            &object_key(key),
            put_object(),
            body,
        ))
        .unwrap()
    }

    pub(crate) fn put_if(
        &self,
        bucket: &Bucket,
        key: &str,
        conditions: WriteConditions,
    ) -> Result<Stored, Error> {
        let put = PutObject { conditions, ..put_object() };
        let body = &mut BytesBody::new(b"conditional");
        self.run(self.objects.writer(&causes::PUT).put(bucket, &object_key(key), put, body))
    }

    pub(crate) fn lookup(
        &self,
        bucket: &Bucket,
        key: &str,
        version: Option<VersionId>,
    ) -> Result<ObjectVersion, Error> {
        self.run(self.objects.lookup(bucket, &object_key(key), version))
    }

    pub(crate) fn get(
        &self,
        bucket: &Bucket,
        key: &str,
        version: Option<VersionId>,
    ) -> Result<Vec<u8>, Error> {
        let found = self.lookup(bucket, key, version)?;
        self.read(&found, None)
    }

    pub(crate) fn read(
        &self,
        version: &ObjectVersion,
        range: Option<ByteRange>,
    ) -> Result<Vec<u8>, Error> {
        self.run(async { drain(self.objects.open(version, range).await?).await })
    }

    pub(crate) fn copy(
        &self,
        source: &ObjectVersion,
        bucket: &Bucket,
        key: &str,
        copy: CopyObject,
    ) -> Result<Stored, Error> {
        let (writer, key) = (self.objects.writer(&causes::COPY), object_key(key));
        self.run(async {
            let from = self.objects.open_version(source.clone(), Extent::Whole).await?;
            writer.copy(from, bucket, &key, copy).await
        })
    }

    pub(crate) fn delete(&self, bucket: &Bucket, key: &str, version: Option<VersionId>) -> Deleted {
        let delete = delete_object(version);
        self.run(self.objects.writer(&causes::DELETE).delete(bucket, &object_key(key), &delete))
            .unwrap()
    }

    pub(crate) fn delete_if(
        &self,
        bucket: &Bucket,
        key: &str,
        conditions: DeleteConditions,
    ) -> Result<Deleted, Error> {
        let delete = DeleteObject { conditions, ..delete_object(None) };
        self.run(self.objects.writer(&causes::DELETE).delete(bucket, &object_key(key), &delete))
    }
}

/// Reads a body to its end.
pub(crate) async fn drain<S: Storage>(mut body: ObjectBody<S>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    while let Some(data) = body.next().await? {
        out.extend_from_slice(&data);
    }
    Ok(out)
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner { canonical_id: format!("{name}-id"), display_name: name.into() }
}

pub(crate) fn create_bucket(name: &str) -> CreateBucket {
    CreateBucket { owner: owner(name), region: None, tags: Vec::new(), documents: Vec::new() }
}

pub(crate) fn bucket_name(name: &str) -> BucketName {
    BucketName::new(name).unwrap()
}

pub(crate) fn object_key(key: &str) -> ObjectKey {
    ObjectKey::new(key).unwrap()
}

pub(crate) fn put_object() -> PutObject {
    PutObject {
        owner: owner("alice"),
        attributes: ObjectAttributes::default(),
        conditions: WriteConditions::default(),
        length: None,
    }
}

pub(crate) fn delete_object(version: Option<VersionId>) -> DeleteObject {
    DeleteObject { owner: owner("alice"), version, conditions: DeleteConditions::default() }
}

/// A body in pieces.
pub(crate) struct BytesBody {
    pieces: VecDeque<Bytes>,
    hasher: Option<BodyHasher>,
    refusal: Option<&'static str>,
}

impl BytesBody {
    pub(crate) fn new(data: &[u8]) -> Self {
        Self::with_checksum(data, None)
    }

    pub(crate) fn with_checksum(data: &[u8], algorithm: Option<ChecksumAlgorithm>) -> Self {
        let checksums = algorithm.into_iter().collect();
        let plan = BodyPlan { md5: true, sha256: false, checksums };
        Self {
            pieces: data.chunks(1000).map(Bytes::copy_from_slice).collect(),
            hasher: Some(BodyHasher::new(&plan)),
            refusal: None,
        }
    }

    /// A body whose verification fails at its end.
    pub(crate) fn refused(data: &[u8], why: &'static str) -> Self {
        Self { refusal: Some(why), ..Self::new(data) }
    }
}

impl Body for BytesBody {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let piece = self.pieces.pop_front();
        if let (Some(piece), Some(hasher)) = (&piece, &mut self.hasher) {
            hasher.update(piece);
        }
        Ok(piece)
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        assert!(self.pieces.is_empty(), "a body is read to its end");
        match self.refusal {
            Some(why) => Err(why.into()),
            None => Ok(self.hasher.take().expect("finished once").finish()),
        }
    }
}

/// The causes of what tests do.
pub(crate) mod causes {
    use crate::{Cause, EventName};
    use larder_iam::{Principal, ServicePrincipal};

    pub(crate) const PUT: Cause<'static> = of(EventName::ObjectCreatedPut);
    pub(crate) const POST: Cause<'static> = of(EventName::ObjectCreatedPost);
    pub(crate) const COPY: Cause<'static> = of(EventName::ObjectCreatedCopy);
    pub(crate) const COMPLETE: Cause<'static> = of(EventName::ObjectCreatedCompleteMultipartUpload);
    pub(crate) const DELETE: Cause<'static> = of(EventName::ObjectRemovedDelete);
    pub(crate) const TAG: Cause<'static> = of(EventName::ObjectTaggingPut);
    pub(crate) const UNTAG: Cause<'static> = of(EventName::ObjectTaggingDelete);
    pub(crate) const GC: Cause<'static> = Cause {
        event: None,
        principal: &Principal::Service(ServicePrincipal::worker("gc")),
        request_id: None,
        source_address: None,
    };

    const fn of(event: EventName) -> Cause<'static> {
        let principal = &Principal::Anonymous;
        Cause { event: Some(event), principal, request_id: None, source_address: None }
    }
}
