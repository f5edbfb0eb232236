//! The `object_store` crate, on which Delta, Iceberg, Lance and SlateDB build: their commits are
//! safe only if conditional puts are. `ENDPOINT`, `BUCKET` and the AWS keys name the server.

// A client is not the product: nothing simulates its tasks.
#![allow(clippy::disallowed_methods)]

use std::sync::Arc;

use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, PutPayload, RetryConfig, UpdateVersion, WriteMultipart,
};

fn store() -> Arc<AmazonS3> {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    // No retries: an error is to be seen, and a retried conditional put may answer for itself.
    let retry = RetryConfig { max_retries: 0, ..Default::default() };
    let builder = AmazonS3Builder::from_env()
        .with_endpoint(variable("ENDPOINT"))
        .with_bucket_name(variable("BUCKET"))
        .with_allow_http(true)
        .with_retry(retry)
        .with_conditional_put(S3ConditionalPut::ETagMatch);
    Arc::new(builder.build().unwrap())
}

/// A name of its own for each test: they share one bucket.
fn key(name: &str) -> Path {
    Path::from(format!("object-store/{name}"))
}

async fn create(store: &AmazonS3, at: &Path, body: String) -> Result<(), Error> {
    store.put_opts(at, body.into(), PutMode::Create.into()).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn put_get_head_list_delete() {
    let store = store();
    let names = ["plain", "ü b+c", "a%20b", "deep/er/x"].map(|name| key(&format!("basic/{name}")));
    for at in &names {
        store.put(at, PutPayload::from_static(b"0123456789")).await.unwrap();
        let range = store.get_range(at, 3..7).await.unwrap();
        assert_eq!(range.as_ref(), b"3456");
        assert_eq!(store.head(at).await.unwrap().size, 10);
    }
    let suffix = GetOptions { range: Some(GetRange::Suffix(2)), ..Default::default() };
    let tail = store.get_opts(&names[0], suffix).await.unwrap().bytes().await.unwrap();
    assert_eq!(tail.as_ref(), b"89");
    let prefix = key("basic");
    let mut listed: Vec<Path> =
        store.list(Some(&prefix)).map_ok(|meta| meta.location).try_collect().await.unwrap();
    listed.sort();
    let mut wanted = names.to_vec();
    wanted.sort();
    assert_eq!(listed, wanted);
    let top = store.list_with_delimiter(Some(&prefix)).await.unwrap();
    assert_eq!((top.objects.len(), top.common_prefixes.len()), (3, 1));
    let gone = stream::iter(names.clone()).map(Ok).boxed();
    let deleted: Vec<Path> = store.delete_stream(gone).try_collect().await.unwrap();
    assert_eq!(deleted.len(), names.len());
    assert!(matches!(store.get(&names[0]).await, Err(Error::NotFound { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attributes_and_copies() {
    let store = store();
    let (from, to) = (key("copy/from"), key("copy/to"));
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::ContentType, "text/csv".into());
    attributes.insert(Attribute::Metadata("origin".into()), "test".into());
    let options = PutOptions { attributes: attributes.clone(), ..Default::default() };
    store.put_opts(&from, "a,b".into(), options).await.unwrap();
    store.copy(&from, &to).await.unwrap();
    let copy = store.get(&to).await.unwrap();
    assert_eq!(copy.attributes, attributes);
    assert_eq!(copy.bytes().await.unwrap().as_ref(), b"a,b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conditional_reads() {
    let store = store();
    let at = key("conditional-reads");
    let tag = store.put(&at, "x".into()).await.unwrap().e_tag.unwrap();
    let unchanged = GetOptions { if_none_match: Some(tag.clone()), ..Default::default() };
    assert!(matches!(store.get_opts(&at, unchanged).await, Err(Error::NotModified { .. })));
    let same = GetOptions { if_match: Some(tag), ..Default::default() };
    store.get_opts(&at, same).await.unwrap();
    let other = GetOptions { if_match: Some("\"00\"".to_string()), ..Default::default() };
    assert!(matches!(store.get_opts(&at, other).await, Err(Error::Precondition { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_multipart_upload_in_parallel() {
    let store = store();
    let at = key("multipart");
    let body: Vec<u8> =
        (0..23_000_001_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut upload =
        WriteMultipart::new_with_chunk_size(store.put_multipart(&at).await.unwrap(), 5 << 20);
    for block in body.chunks(777_777) {
        upload.wait_for_capacity(4).await.unwrap();
        upload.write(block);
    }
    upload.finish().await.unwrap();
    let back = store.get(&at).await.unwrap().bytes().await.unwrap();
    assert!(back == body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_creations_have_one_winner() {
    let store = store();
    for round in 0..5 {
        let at = key(&format!("create/{round}"));
        let attempts = (0..24).map(|number| {
            let (store, at) = (Arc::clone(&store), at.clone());
            async move { (number, create(&store, &at, format!("writer {number}")).await) }
        });
        let outcomes: Vec<_> = stream::iter(attempts).buffer_unordered(24).collect().await;
        let mut winners = Vec::new();
        for (number, outcome) in outcomes {
            match outcome {
                Ok(()) => winners.push(number),
                Err(Error::AlreadyExists { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        let body = store.get(&at).await.unwrap().bytes().await.unwrap();
        assert_eq!(body, format!("writer {}", winners[0]), "the winner's bytes are there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_updates_lose_nothing() {
    const WRITERS: u32 = 8;
    const INCREMENTS_EACH: u32 = 8;
    let store = store();
    let at = key("counter");
    store.put(&at, "0".into()).await.unwrap();
    let writers = (0..WRITERS).map(|_| {
        let (store, at) = (Arc::clone(&store), at.clone());
        tokio::spawn(async move {
            for _ in 0..INCREMENTS_EACH {
                while !increment(&store, &at).await {}
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let total = store.get(&at).await.unwrap().bytes().await.unwrap();
    assert_eq!(total, (WRITERS * INCREMENTS_EACH).to_string());
}

/// One read and one update; whether nobody came between.
async fn increment(store: &AmazonS3, at: &Path) -> bool {
    let now = store.get(at).await.unwrap();
    let version =
        UpdateVersion { e_tag: now.meta.e_tag.clone(), version: now.meta.version.clone() };
    let value = now.bytes().await.unwrap();
    let value: u32 = std::str::from_utf8(&value).unwrap().parse().unwrap();
    let next = (value + 1).to_string();
    match store.put_opts(at, next.into(), PutMode::Update(version).into()).await {
        Ok(_) => true,
        Err(Error::Precondition { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_update_of_nothing_is_refused() {
    let store = store();
    let version = UpdateVersion { e_tag: Some("\"00\"".to_string()), version: None };
    let mode = PutMode::Update(version);
    let refused = store.put_opts(&key("never-was"), "x".into(), mode.into()).await;
    assert!(
        matches!(refused, Err(Error::Precondition { .. } | Error::NotFound { .. })),
        "{refused:?}"
    );
}
