//! What it costs to take the next of many and remove it, first and after many were removed.
//!
//! The engine and the operations run in this process, on a directory that was loaded before and is
//! copied for each order, so that all orders begin with the same.

use crate::report::{Limit, Report, Row, median};
use crate::settings::Settings;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use larder_digest::{BodyDigests, BodyHasher, BodyPlan};
use larder_iam::Principal;
use larder_objects::conditions::{DeleteConditions, WriteConditions};
use larder_objects::list::ListUploads;
use larder_objects::multipart::CreateUpload;
use larder_objects::{
    Body, BodyError, Bucket, Cause, CreateBucket, DeleteObject, EventName, ObjectAttributes,
    Objects, PutObject,
};
use larder_platform::Platform;
use larder_storage::{Batch, Delete, Enqueue, MetaStore, QueuePlace, Queued, RowKind, SpaceId};
use larder_storage_local::index::{CachedIndex, Index, LsmIndex};
use larder_storage_local::{Local, OpenError, Options};
use larder_types::{BucketName, ObjectKey, Owner, VersionId};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Removals whose cost is told together, as DeleteObjects takes them.
const BATCH: usize = 1_000;
/// Of uploads and queue rows, how many are removed at once.
const AT_ONCE: usize = 64;
/// The first and the last so many-th part of the batches are compared: the system counts CPU time
/// in pieces of 10 ms, so that one batch says little.
const COMPARED_PART: usize = 5;
/// The last batches may cost so many times the first.
const GROWTH_LIMIT: f64 = 1.5;
const INDEX_CACHE_BYTES: u64 = 50 << 20;
const ROW_CACHE_BYTES: usize = 42 << 20;

const PUT: Cause<'static> = cause(EventName::ObjectCreatedPut);
const DELETE: Cause<'static> = cause(EventName::ObjectRemovedDelete);

const fn cause(event: EventName) -> Cause<'static> {
    let principal = &Principal::Anonymous;
    Cause { event: Some(event), principal, request_id: None, source_address: None }
}

struct Store {
    local: Local,
    objects: Objects<Local>,
    bucket: Arc<Bucket>,
}

/// Measures the removal of versions in three orders, of uploads and of queue rows.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("tokio: {error}"))?;
    let loaded = work.join("removals-loaded");
    let count = settings.removals();
    let (versions, spaces) = runtime.block_on(async {
        let store = Store::open(&loaded).await?;
        let versions = store.load_versions(count).await?;
        store.load_uploads(count).await?;
        store.load_queue(count).await?;
        Ok::<_, String>((versions, store.bucket.space))
    })?;
    for order in ["newest first", "oldest first", "in no order"] {
        let place = work.join("removals");
        copy(&loaded, &place)?;
        let costs = runtime.block_on(async {
            let store = Store::open(&place).await?;
            store.remove_versions(in_order(&versions, order)).await
        })?;
        report.add(row(&format!("1,000 of {count} versions of a key, {order}"), &costs));
        std::fs::remove_dir_all(&place).map_err(|error| error.to_string())?;
    }
    runtime.block_on(async {
        let store = Store::open(&loaded).await?;
        assert_eq!(store.bucket.space, spaces, "the bucket is the one that was loaded");
        let costs = store.abort_uploads(count).await?;
        report.add(page_row(&format!("the next 1,000 of {count} uploads"), &costs));
        let costs = store.take_from_queue(count).await?;
        report.add(page_row(&format!("the next 1,000 of {count} rows of a queue"), &costs));
        Ok(())
    })
}

fn in_order(versions: &[VersionId], order: &str) -> Vec<VersionId> {
    let count = versions.len();
    match order {
        "newest first" => versions.iter().rev().copied().collect(),
        "oldest first" => versions.to_vec(),
        // A step that shares no divisor with the count meets each once.
        _ => (0..count).map(|n| versions[n * 70_001 % count]).collect(),
    }
}

/// What a batch cost, in ms.
struct Cost {
    cpu: f64,
    time: f64,
}

/// A batch under way.
struct Begun {
    cpu_ns: u64,
    at: Instant,
}

impl Begun {
    fn now() -> Self {
        Self { cpu_ns: cpu_ns(), at: Instant::now() }
    }

    fn cost(&self) -> Cost {
        let cpu_ms = (cpu_ns() - self.cpu_ns) as f64 / 1e6;
        Cost { cpu: cpu_ms, time: self.at.elapsed().as_secs_f64() * 1e3 }
    }
}

/// CPU time of this process: the time that passes is the disk's and the other programs' too.
fn cpu_ns() -> u64 {
    let usage = larder_platform::process_usage();
    usage.cpu_user_ns.unwrap_or(0) + usage.cpu_system_ns.unwrap_or(0)
}

/// Costs of batches, first to last. Told at four places, as means of the batches around each.
fn row(what: &str, costs: &[Cost]) -> Row {
    let compared = costs.len() / COMPARED_PART;
    let mean = |costs: &[Cost], part: fn(&Cost) -> f64| {
        costs.iter().map(part).sum::<f64>() / costs.len() as f64
    };
    let at = (0..COMPARED_PART).step_by(2).map(|part| {
        let from = part * compared;
        let around = &costs[from..from + compared];
        let (cpu, time) = (mean(around, |cost| cost.cpu), mean(around, |cost| cost.time));
        format!("{cpu:.1} ms CPU, {time:.0} ms, after {}", (from + compared / 2) * BATCH)
    });
    let first = mean(&costs[..compared], |cost| cost.cpu);
    let last = mean(&costs[costs.len() - compared..], |cost| cost.cpu);
    Row {
        what: what.to_owned(),
        larder: at.collect::<Vec<_>>().join("; "),
        beside: String::new(),
        value: Some(last / first),
        unit: "x",
        limit: Limit::AtMost(GROWTH_LIMIT),
    }
}

/// Times of pages in ms, first to last: what follows each, their removal, walks nowhere.
fn page_row(what: &str, times: &[f64]) -> Row {
    let compared = times.len() / COMPARED_PART;
    let middle = |part: usize| median(times[part * compared..(part + 1) * compared].to_vec());
    let at = (0..COMPARED_PART).step_by(2).map(|part| {
        format!("{:.2} ms after {}", middle(part), (part * compared + compared / 2) * BATCH)
    });
    Row {
        what: format!("{what}, read from the front and removed: a read"),
        larder: at.collect::<Vec<_>>().join("; "),
        beside: String::new(),
        value: Some(middle(COMPARED_PART - 1) / middle(0)),
        unit: "x",
        limit: Limit::AtMost(GROWTH_LIMIT),
    }
}

fn failed(error: impl std::fmt::Debug) -> String {
    format!("removals: {error:?}")
}

fn owner() -> Owner {
    Owner { canonical_id: "bench".into(), display_name: "bench".into() }
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new(name).expect("a valid key")
}

impl Store {
    async fn open(directory: &Path) -> Result<Self, String> {
        let platform = Platform::real();
        let disk = platform.disk.clone();
        let index = move |path: &Path| -> Result<Arc<dyn Index>, OpenError> {
            let index = LsmIndex::open(&*disk, path, INDEX_CACHE_BYTES);
            let index = Arc::new(index.map_err(|error| OpenError::Index(error.0))?);
            Ok(Arc::new(CachedIndex::new(index, ROW_CACHE_BYTES)))
        };
        // The journal's gc comes when it is due by bytes, and would be counted where it falls.
        let options = Options { garbage_bytes_min: u64::MAX, ..Options::new(directory) };
        let local = Local::open(platform.clone(), options, index);
        let local = local.map_err(|error| error.to_string())?;
        let store = Arc::new(local.clone());
        let objects = Objects::new(store, platform, larder_objects::Settings::default());
        let name = BucketName::new("removals").map_err(failed)?;
        let create =
            CreateBucket { owner: owner(), region: None, tags: Vec::new(), documents: Vec::new() };
        // It is there already when the directory is a copy.
        let _ = objects.create_bucket(&name, create).await;
        let bucket = objects.bucket(&name).await.map_err(failed)?;
        objects.put_versioning(&bucket, true).await.map_err(failed)?;
        let bucket = objects.bucket(&name).await.map_err(failed)?;
        Ok(Self { local, objects, bucket })
    }

    async fn load_versions(&self, count: usize) -> Result<Vec<VersionId>, String> {
        let mut versions = Vec::with_capacity(count);
        for _ in 0..count {
            let put = PutObject {
                owner: owner(),
                attributes: ObjectAttributes::default(),
                conditions: WriteConditions::default(),
                length: None,
            };
            let stored = self
                .objects
                .writer(&PUT)
                .put(&self.bucket, &key("k"), put, &mut Small::new())
                .await;
            versions.push(stored.map_err(failed)?.version.ok_or("no version id")?);
        }
        Ok(versions)
    }

    async fn load_uploads(&self, count: usize) -> Result<(), String> {
        let create = |n: usize| async move {
            let create = CreateUpload {
                owner: owner(),
                initiator: owner(),
                attributes: ObjectAttributes::default(),
                algorithm: None,
                checksum_type: None,
            };
            let key = key(&format!("upload/{n:08}"));
            self.objects.create_upload(&self.bucket, &key, create).await.map(drop)
        };
        each(0..count, create).await
    }

    async fn load_queue(&self, count: usize) -> Result<(), String> {
        let put = |n: usize| async move {
            let batch = Batch { enqueues: vec![queued(n)], ..Batch::default() };
            self.local.commit(batch).await.map(drop)
        };
        each(0..count, put).await
    }

    async fn remove_versions(&self, versions: Vec<VersionId>) -> Result<Vec<Cost>, String> {
        let mut costs = Vec::new();
        for batch in versions.chunks(BATCH) {
            let entry = |version: &VersionId| {
                let conditions = DeleteConditions::default();
                let delete = DeleteObject { owner: owner(), version: Some(*version), conditions };
                (key("k"), delete)
            };
            let entries: Vec<_> = batch.iter().map(entry).collect();
            let begun = Begun::now();
            let results = self.objects.writer(&DELETE).delete_many(&self.bucket, &entries).await;
            costs.push(begun.cost());
            results.results.into_iter().collect::<Result<Vec<_>, _>>().map_err(failed)?;
        }
        Ok(costs)
    }

    async fn abort_uploads(&self, count: usize) -> Result<Vec<f64>, String> {
        let mut times = Vec::new();
        for _ in 0..count / BATCH {
            let begun = Instant::now();
            let list = ListUploads { max_uploads: BATCH as u32, ..ListUploads::default() };
            let page = self.objects.list_uploads(&self.bucket, list).await.map_err(failed)?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            assert_eq!(page.uploads.len(), BATCH, "there are as many as were begun");
            let abort = |upload: larder_objects::list::ListedUpload| async move {
                let key = key(&upload.key);
                self.objects.abort_upload(&self.bucket, &key, upload.upload_id).await
            };
            each(page.uploads.into_iter(), abort).await?;
        }
        Ok(times)
    }

    async fn take_from_queue(&self, count: usize) -> Result<Vec<f64>, String> {
        let mut times = Vec::new();
        let partition = self.local.partitions().await.map_err(failed)?[0];
        for _ in 0..count / BATCH {
            let begun = Instant::now();
            let rows = self.local.queue(partition, RowKind::Gc, QueuePlace::START, BATCH);
            let rows = rows.await.map_err(failed)?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            let remove = |queued: Queued| async move {
                let delete = Delete { row: queued.row, replaces: Some(queued.seen) };
                let batch = Batch { deletes: vec![delete], frees: true, ..Batch::default() };
                self.local.commit(batch).await.map(drop)
            };
            each(rows.into_iter(), remove).await?;
        }
        Ok(times)
    }
}

/// Does something with each, many at once.
async fn each<T, E: std::fmt::Debug, F: Future<Output = Result<(), E>>>(
    items: impl Iterator<Item = T>,
    job: impl Fn(T) -> F,
) -> Result<(), String> {
    let mut jobs = stream::iter(items).map(job).buffer_unordered(AT_ONCE);
    while let Some(done) = jobs.next().await {
        done.map_err(failed)?;
    }
    Ok(())
}

/// A row of a queue, ahead of every one that the operations put there.
fn queued(n: usize) -> Enqueue {
    let (key, value) = (format!("queued/{n:08}").into(), Bytes::from_static(b"due"));
    Enqueue { space: SpaceId(1), key, queue: RowKind::Gc, due_ms: n as u64, value }
}

/// A body of a few bytes.
struct Small {
    body: Option<Bytes>,
    hasher: Option<BodyHasher>,
}

impl Small {
    fn new() -> Self {
        let plan = BodyPlan { md5: true, sha256: false, checksums: Vec::new() };
        Self {
            body: Some(Bytes::from_static(b"a small body")),
            hasher: Some(BodyHasher::new(&plan)),
        }
    }
}

impl Body for Small {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let body = self.body.take();
        if let (Some(body), Some(hasher)) = (&body, &mut self.hasher) {
            hasher.update(body);
        }
        Ok(body)
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        Ok(self.hasher.take().expect("finished once").finish())
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (name, kind) = (entry.file_name(), entry.file_type().map_err(failed)?);
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else {
            std::fs::copy(entry.path(), to.join(name)).map_err(failed)?;
        }
    }
    Ok(())
}
