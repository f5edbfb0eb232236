//! What there is once the server has started, whatever engine is below: only `wiring.rs` names one.

use bytes::Bytes;
use http::{Request, Response};
use larder_iam_api::{Query, Record};
use larder_objects::{BucketUsage, EventName, Objects};
use larder_s3_api::{AccessRecord, Connection, RequestBody, ResponseBody, Service};
use larder_storage::{Engine, Health, Metric, Pinned, Storage};
use larder_workers::Workers;
use std::pin::Pin;
use std::sync::Arc;

/// What comes later, without its name.
type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Most buckets of which the page of metrics tells what they hold, the first by name.
const USAGES_MAX: usize = 1000;

/// What there is once the server has started.
pub(crate) struct Store {
    pub(crate) service: Box<dyn Serve>,
    /// IAM and STS.
    pub(crate) queries: Box<dyn ServeQueries>,
    pub(crate) engine: Arc<dyn RunningEngine>,
    pub(crate) workers: Workers,
}

/// The S3 service over some engine.
pub(crate) trait Serve: Send + Sync {
    /// See [`Service::handle`].
    fn handle<'a>(
        &'a self,
        request: Request<RequestBody>,
        connection: &'a Connection,
        record: &'a mut AccessRecord,
    ) -> Later<'a, Response<ResponseBody>>;
}

impl<S: Storage> Serve for Service<S> {
    fn handle<'a>(
        &'a self,
        request: Request<RequestBody>,
        connection: &'a Connection,
        record: &'a mut AccessRecord,
    ) -> Later<'a, Response<ResponseBody>> {
        Box::pin(Service::handle(self, request, connection, record))
    }
}

/// IAM and STS over some engine.
pub(crate) trait ServeQueries: Send + Sync {
    /// See [`larder_iam_api::Service::handle`].
    fn handle<'a>(
        &'a self,
        query: Query<'a>,
        record: &'a mut dyn Record,
    ) -> Later<'a, Response<Bytes>>;
}

impl<S: Storage> ServeQueries for larder_iam_api::Service<S> {
    fn handle<'a>(
        &'a self,
        query: Query<'a>,
        record: &'a mut dyn Record,
    ) -> Later<'a, Response<Bytes>> {
        Box::pin(larder_iam_api::Service::handle(self, query, record))
    }
}

/// What the operator's pages and commands ask of an engine that runs; see [`Engine`].
pub(crate) trait RunningEngine: Send + Sync {
    fn health(&self) -> Health;
    fn metrics(&self) -> Vec<Metric>;
    /// How often each event happened to an object since the start.
    fn events(&self) -> Vec<(EventName, u64)>;
    fn pin(&self) -> Later<'_, Pinned>;
    /// What buckets hold, at most [`USAGES_MAX`] of them; none when it cannot be read, which is
    /// logged.
    fn usages(&self) -> Later<'_, Vec<BucketUsage>>;
}

/// An engine with what is kept in it.
pub(crate) struct Running<E: Engine> {
    pub(crate) engine: E,
    pub(crate) objects: Objects<E>,
}

impl<E: Engine> RunningEngine for Running<E> {
    fn health(&self) -> Health {
        self.engine.health()
    }

    fn metrics(&self) -> Vec<Metric> {
        self.engine.metrics()
    }

    fn events(&self) -> Vec<(EventName, u64)> {
        self.objects.event_counts().into()
    }

    fn pin(&self) -> Later<'_, Pinned> {
        Box::pin(self.engine.pin())
    }

    fn usages(&self) -> Later<'_, Vec<BucketUsage>> {
        Box::pin(async {
            let usages = self.objects.bucket_usages(USAGES_MAX).await;
            usages.unwrap_or_else(|error| {
                log::error!("the usage of buckets is not known: {error}");
                Vec::new()
            })
        })
    }
}
