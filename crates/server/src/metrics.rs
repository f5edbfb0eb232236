//! What the server counts, and the metrics page in Prometheus's text format.

use larder_iam_model::OPERATIONS as QUERY_OPERATIONS;
use larder_objects::{BucketUsage, EventName};
use larder_platform::ProcessUsage;
use larder_s3_api::Requested;
use larder_s3_model::OPERATIONS;
use larder_storage::{Metric, MetricValue, UsageDelta};
use larder_workers::{WorkerState, WorkerStatus};
use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// Statuses that answers have; any other is counted as the last.
const STATUSES: [u16; 25] = [
    200, 201, 204, 206, 301, 303, 304, 307, 400, 401, 403, 404, 405, 409, 411, 412, 413, 416, 431,
    500, 501, 502, 503, 507, 0,
];
/// Upper bounds of the latency histogram's buckets, in microseconds.
const LATENCY_US: [u64; 15] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000, 60_000_000,
];
/// Stripes of the counters; see [`Stripe`].
const STRIPES: usize = 4;
/// The operation of requests that have no operation's form.
const NO_OPERATION: &str = "-";

/// The server's counters.
pub(crate) struct Metrics {
    stripes: [Stripe; STRIPES],
    /// Gauge: connections that are open.
    pub(crate) connections_open: AtomicU64,
    /// Connections accepted so far.
    pub(crate) connections: AtomicU64,
    /// Connections over the limit.
    pub(crate) turned_away: AtomicU64,
    /// TLS handshakes that failed.
    pub(crate) handshakes_failed: AtomicU64,
    /// Requests to the admin listener by status.
    admin_statuses: [AtomicU64; STATUSES.len()],
}

/// What every request counts. A connection keeps to one stripe, so that cores do not pull the same
/// lines of memory from each other; the page adds the stripes up.
#[repr(align(128))]
pub(crate) struct Stripe {
    operations: Vec<OfOperation>,
    /// Requests begun.
    pub(crate) begun: AtomicU64,
    /// Requests answered to the end, or given up.
    pub(crate) over: AtomicU64,
    /// Bytes received.
    pub(crate) bytes_in: AtomicU64,
    /// Bytes sent.
    pub(crate) bytes_out: AtomicU64,
}

struct OfOperation {
    statuses: [AtomicU64; STATUSES.len()],
    latencies: [AtomicU64; LATENCY_US.len() + 1],
    latency_us: AtomicU64,
}

/// Where an operation's counters are: those without an operation, forms, preflights, the models in
/// their order.
fn place(operation: Option<Requested>) -> usize {
    match operation {
        None => 0,
        Some(Requested::PostObject) => 1,
        Some(Requested::Preflight) => 2,
        Some(Requested::Model(operation)) => 3 + operation as usize,
        Some(Requested::Query(operation)) => 3 + OPERATIONS.len() + operation as usize,
    }
}

fn status_place(status: u16) -> usize {
    STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len() - 1)
}

/// What the page shows beside the server's own counters.
pub(crate) struct Others<'a> {
    pub(crate) engine: &'a [Metric],
    pub(crate) workers: &'a [WorkerStatus],
    pub(crate) worker_counters: &'a [Metric],
    pub(crate) events: &'a [(EventName, u64)],
    pub(crate) usages: &'a [BucketUsage],
    pub(crate) log_lines_dropped: u64,
    /// Bytes that requests hold, and may hold.
    pub(crate) request_memory: [usize; 2],
    pub(crate) process: ProcessUsage,
}

/// The names of operations, in the order of their counters.
fn names() -> impl Iterator<Item = &'static str> {
    let model = OPERATIONS.iter().map(|operation| operation.name);
    let model = model.chain(QUERY_OPERATIONS.iter().map(|operation| operation.name));
    [NO_OPERATION, Requested::PostObject.name(), Requested::Preflight.name()]
        .into_iter()
        .chain(model)
}

impl Stripe {
    fn new() -> Self {
        let of = |_| OfOperation {
            statuses: Default::default(),
            latencies: Default::default(),
            latency_us: AtomicU64::new(0),
        };
        Self {
            operations: names().map(of).collect(),
            begun: AtomicU64::new(0),
            over: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
        }
    }

    /// Counts a request that is over.
    pub(crate) fn request(&self, operation: Option<Requested>, status: u16, duration_ns: u64) {
        let of = &self.operations[place(operation)];
        of.statuses[status_place(status)].fetch_add(1, Ordering::Relaxed);
        let us = duration_ns / 1000;
        let bucket = LATENCY_US.iter().position(|bound| us <= *bound).unwrap_or(LATENCY_US.len());
        of.latencies[bucket].fetch_add(1, Ordering::Relaxed);
        of.latency_us.fetch_add(us, Ordering::Relaxed);
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            stripes: std::array::from_fn(|_| Stripe::new()),
            connections_open: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
            handshakes_failed: AtomicU64::new(0),
            admin_statuses: Default::default(),
        }
    }

    /// The stripe of the n-th connection.
    pub(crate) fn stripe(&self, connection: u64) -> &Stripe {
        &self.stripes[connection as usize % STRIPES]
    }

    fn sum(&self, counter: impl Fn(&Stripe) -> &AtomicU64) -> u64 {
        self.stripes.iter().map(|stripe| counter(stripe).load(Ordering::Relaxed)).sum()
    }

    /// Counts a request to the admin listener.
    pub(crate) fn admin_request(&self, status: u16) {
        self.admin_statuses[status_place(status)].fetch_add(1, Ordering::Relaxed);
    }

    /// The page.
    pub(crate) fn page(&self, others: &Others<'_>) -> String {
        let mut page = MetricsText::default();
        page.head("larder_build_info", "gauge", "The version that runs.");
        page.line("larder_build_info", &format!("version=\"{}\"", crate::VERSION), 1);
        self.requests(&mut page);
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // What is over has begun, but not every core need see it in that order.
        let over = self.sum(|stripe| &stripe.over);
        let open = self.sum(|stripe| &stripe.begun).saturating_sub(over);
        for (name, kind, help, value) in [
            ("connections_open", "gauge", "Open connections.", load(&self.connections_open)),
            ("connections_total", "counter", "Accepted connections.", load(&self.connections)),
            (
                "connections_turned_away_total",
                "counter",
                "Connections over the limit, in all or of their address.",
                load(&self.turned_away),
            ),
            (
                "tls_handshakes_failed_total",
                "counter",
                "TLS handshakes that failed.",
                load(&self.handshakes_failed),
            ),
            ("requests_open", "gauge", "Requests being answered.", open),
            (
                "request_memory_bytes",
                "gauge",
                "Memory reserved for what requests hold: documents, small bodies, pages.",
                others.request_memory[0] as u64,
            ),
            (
                "request_memory_max_bytes",
                "gauge",
                "Beyond so much reserved memory requests are refused with SlowDown.",
                others.request_memory[1] as u64,
            ),
            ("received_bytes_total", "counter", "Bytes received.", self.sum(|s| &s.bytes_in)),
            ("sent_bytes_total", "counter", "Bytes sent.", self.sum(|s| &s.bytes_out)),
            (
                "log_lines_dropped_total",
                "counter",
                "Log lines dropped because too many came at once.",
                others.log_lines_dropped,
            ),
        ] {
            page.single(&format!("larder_{name}"), kind, help, value);
        }
        plain_metrics(&mut page, others.engine);
        plain_metrics(&mut page, others.worker_counters);
        worker_metrics(&mut page, others.workers);
        event_metrics(&mut page, others.events);
        usage_metrics(&mut page, others.usages);
        process_metrics(&mut page, &others.process);
        page.0
    }

    fn requests(&self, page: &mut MetricsText) {
        page.head("larder_requests_total", "counter", "Requests by operation and status.");
        for (place, operation) in names().enumerate() {
            for (status, known) in STATUSES.iter().enumerate() {
                let count = self.sum(|stripe| &stripe.operations[place].statuses[status]);
                if count > 0 {
                    let labels = format!("operation=\"{operation}\",status=\"{known}\"");
                    page.line("larder_requests_total", &labels, count);
                }
            }
        }
        let help = "Requests to the admin listener by status.";
        page.head("larder_admin_requests_total", "counter", help);
        for (status, count) in STATUSES.iter().zip(&self.admin_statuses) {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                page.line("larder_admin_requests_total", &format!("status=\"{status}\""), count);
            }
        }
        let help = "Time from a request's head to the last byte of its answer.";
        page.head("larder_request_seconds", "histogram", help);
        for (place, operation) in names().enumerate() {
            let mut total = 0;
            let bounds = LATENCY_US.iter().map(|us| Some(*us as f64 / 1e6)).chain([None]);
            let counts = (0..=LATENCY_US.len()).map(|bucket| {
                total += self.sum(|stripe| &stripe.operations[place].latencies[bucket]);
                total
            });
            let rows: Vec<(Option<f64>, u64)> = bounds.zip(counts).collect();
            if total > 0 {
                let sum = self.sum(|stripe| &stripe.operations[place].latency_us) as f64 / 1e6;
                let labels = format!("operation=\"{operation}\"");
                page.histogram("larder_request_seconds", &labels, &rows, sum);
            }
        }
    }
}

/// Metrics without labels.
fn plain_metrics(page: &mut MetricsText, metrics: &[Metric]) {
    for metric in metrics {
        let name = format!("larder_{}", metric.name);
        match &metric.value {
            MetricValue::Counter(value) => page.single(&name, "counter", metric.help, value),
            MetricValue::Gauge(value) => page.single(&name, "gauge", metric.help, value),
            MetricValue::Histogram { buckets, sum } => {
                page.head(&name, "histogram", metric.help);
                let rows: Vec<_> =
                    buckets.iter().map(|(le, n)| (le.map(|le| le as f64), *n)).collect();
                page.histogram(&name, "", &rows, sum);
            }
        }
    }
}

/// What every worker has.
fn worker_metrics(page: &mut MetricsText, workers: &[WorkerStatus]) {
    let label = |of: &WorkerStatus| format!("worker=\"{}\"", of.name);
    page.head("larder_worker_state", "gauge", "1 for what the worker does, 0 for the others.");
    for of in workers {
        for state in WorkerState::ALL {
            let labels = format!("{},state=\"{}\"", label(of), state.name());
            page.line("larder_worker_state", &labels, u8::from(of.state == state));
        }
    }
    page.head("larder_worker_runs_total", "counter", "Runs that ended.");
    for of in workers {
        page.line("larder_worker_runs_total", &label(of), of.runs);
    }
    page.head("larder_worker_items_total", "counter", "What was done, in the worker's items.");
    for of in workers {
        let labels = format!("{},items=\"{}\"", label(of), of.items_name);
        page.line("larder_worker_items_total", &labels, of.items);
    }
    page.head("larder_worker_failures_total", "counter", "Items that failed.");
    for of in workers {
        page.line("larder_worker_failures_total", &label(of), of.failures);
    }
    page.head("larder_worker_last_run_seconds", "gauge", "How long the last run took.");
    for of in workers {
        if let Some(took) = of.last_run {
            page.line("larder_worker_last_run_seconds", &label(of), took.as_secs_f64());
        }
    }
    let name = "larder_worker_last_success_timestamp_seconds";
    page.head(name, "gauge", "When a run last ended without a failure, since 1970.");
    for of in workers {
        if let Some(at) = of.last_success {
            page.line(name, &label(of), at.ms as f64 / 1e3);
        }
    }
    let name = "larder_worker_last_error_timestamp_seconds";
    page.head(name, "gauge", "When something last failed, since 1970; the log says what.");
    for of in workers {
        if let Some(error) = &of.last_error {
            page.line(name, &label(of), error.at.ms as f64 / 1e3);
        }
    }
}

/// What happened to objects, whether requests or workers did it.
fn event_metrics(page: &mut MetricsText, events: &[(EventName, u64)]) {
    let help = "Committed changes of objects, by S3's names of events.";
    page.head("larder_object_events_total", "counter", help);
    for (event, count) in events {
        let label = format!("event=\"{}\"", event.as_str());
        page.line("larder_object_events_total", &label, count);
    }
}

/// What buckets hold, and what those of one owner hold together.
fn usage_metrics(page: &mut MetricsText, usages: &[BucketUsage]) {
    let objects = "Objects, every version and delete marker counted.";
    let bytes = "Bytes of object bodies, every version counted.";
    let mut owners: BTreeMap<&str, UsageDelta> = BTreeMap::new();
    for of in usages {
        let sum = owners.entry(&of.owner_id).or_default();
        sum.objects += of.usage.objects;
        sum.bytes += of.usage.bytes;
    }
    let owner = |id: &str| format!("owner=\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\""));
    let of_bucket = |of: &BucketUsage| format!("bucket=\"{}\",{}", of.bucket, owner(&of.owner_id));
    page.head("larder_bucket_objects", "gauge", objects);
    for of in usages {
        page.line("larder_bucket_objects", &of_bucket(of), of.usage.objects);
    }
    page.head("larder_bucket_bytes", "gauge", bytes);
    for of in usages {
        page.line("larder_bucket_bytes", &of_bucket(of), of.usage.bytes);
    }
    page.head("larder_account_objects", "gauge", objects);
    for (id, sum) in &owners {
        page.line("larder_account_objects", &owner(id), sum.objects);
    }
    page.head("larder_account_bytes", "gauge", bytes);
    for (id, sum) in &owners {
        page.line("larder_account_bytes", &owner(id), sum.bytes);
    }
}

/// The names are those that every Prometheus client library uses.
fn process_metrics(page: &mut MetricsText, usage: &ProcessUsage) {
    if let Some(bytes) = usage.rss_bytes {
        page.single("process_resident_memory_bytes", "gauge", "Resident memory.", bytes);
    }
    if let Some(files) = usage.open_files {
        page.single("process_open_fds", "gauge", "Open file descriptors.", files);
    }
    if let (Some(user), Some(system)) = (usage.cpu_user_ns, usage.cpu_system_ns) {
        let seconds = (user + system) as f64 / 1e9;
        let help = "Processor time, user and system.";
        page.single("process_cpu_seconds_total", "counter", help, seconds);
    }
}

/// The page in the making. Writing to a string cannot fail.
#[derive(Default)]
struct MetricsText(String);

impl MetricsText {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.head(name, kind, help);
        self.line(name, "", value);
    }

    fn histogram(
        &mut self,
        name: &str,
        labels: &str,
        rows: &[(Option<f64>, u64)],
        sum: impl Display,
    ) {
        let comma = if labels.is_empty() { "" } else { "," };
        for (bound, count) in rows {
            let bound = bound.map_or("+Inf".to_owned(), |bound| bound.to_string());
            self.line(&format!("{name}_bucket"), &format!("{labels}{comma}le=\"{bound}\""), count);
        }
        self.line(&format!("{name}_sum"), labels, sum);
        let count = rows.last().map_or(0, |(_, count)| *count);
        self.line(&format!("{name}_count"), labels, count);
    }
}

#[cfg(test)]
mod tests {
    use super::{LATENCY_US, Metrics, Others};
    use larder_objects::{BucketUsage, EventName};
    use larder_platform::ProcessUsage;
    use larder_s3_api::Requested;
    use larder_s3_model::Operation;
    use larder_storage::{Metric, MetricValue, UsageDelta};
    use larder_types::{BucketName, Timestamp};
    use larder_workers::{LastError, WorkerState, WorkerStatus};
    use std::time::Duration;

    fn usage(name: &str, objects: i64) -> BucketUsage {
        BucketUsage {
            bucket: BucketName::new(&format!("bucket-{name}")).unwrap(),
            owner_id: "alice".into(),
            usage: UsageDelta { objects, bytes: 10 * objects },
        }
    }

    fn worker() -> WorkerStatus {
        WorkerStatus {
            name: "gc",
            items_name: "rows",
            state: WorkerState::Failed,
            runs: 3,
            items: 40,
            failures: 2,
            last_run: Some(Duration::from_millis(1500)),
            last_success: Some(Timestamp { ms: 1_700_000_000_250 }),
            last_error: Some(LastError {
                at: Timestamp { ms: 1_700_000_001_500 },
                text: "no luck".into(),
            }),
        }
    }

    #[test]
    fn page() {
        assert!(LATENCY_US.is_sorted());
        let metrics = Metrics::new();
        let get = Some(Requested::Model(Operation::GetObject));
        metrics.stripe(0).request(get, 200, 3_000_000);
        metrics.stripe(1).request(get, 404, 90_000_000_000);
        metrics.stripe(2).request(Some(Requested::PostObject), 418, 0);
        metrics.stripe(3).request(None, 400, 0);
        metrics.admin_request(404);
        let buckets = vec![(Some(1), 0), (None, 2)];
        let value = MetricValue::Histogram { buckets, sum: 9 };
        let engine = [
            Metric { name: "commit_group_size", help: "h", value },
            Metric { name: "commits_total", help: "h", value: MetricValue::Counter(5) },
        ];
        let others = Others {
            engine: &engine,
            workers: &[worker()],
            worker_counters: &[Metric {
                name: "gc_blobs_freed_total",
                help: "h",
                value: MetricValue::Counter(7),
            }],
            events: &[(EventName::ObjectCreatedCopy, 6)],
            usages: &[usage("a", 1), usage("b", 2)],
            log_lines_dropped: 0,
            request_memory: [3, 4],
            process: ProcessUsage { rss_bytes: Some(1), ..ProcessUsage::default() },
        };
        let page = metrics.page(&others);
        for line in [
            "larder_requests_total{operation=\"GetObject\",status=\"200\"} 1",
            "larder_object_events_total{event=\"s3:ObjectCreated:Copy\"} 6",
            "larder_worker_state{worker=\"gc\",state=\"idle\"} 0",
            "larder_worker_state{worker=\"gc\",state=\"failed\"} 1",
            "larder_worker_runs_total{worker=\"gc\"} 3",
            "larder_worker_items_total{worker=\"gc\",items=\"rows\"} 40",
            "larder_worker_failures_total{worker=\"gc\"} 2",
            "larder_worker_last_run_seconds{worker=\"gc\"} 1.5",
            "larder_worker_last_success_timestamp_seconds{worker=\"gc\"} 1700000000.25",
            "larder_worker_last_error_timestamp_seconds{worker=\"gc\"} 1700000001.5",
            "larder_request_memory_bytes 3",
            "larder_request_memory_max_bytes 4",
            "larder_admin_requests_total{status=\"404\"} 1",
            "larder_requests_total{operation=\"PostObject\",status=\"0\"} 1",
            "larder_requests_total{operation=\"-\",status=\"400\"} 1",
            "larder_request_seconds_bucket{operation=\"GetObject\",le=\"0.0025\"} 0",
            "larder_request_seconds_bucket{operation=\"GetObject\",le=\"0.005\"} 1",
            "larder_request_seconds_bucket{operation=\"GetObject\",le=\"60\"} 1",
            "larder_request_seconds_bucket{operation=\"GetObject\",le=\"+Inf\"} 2",
            "larder_request_seconds_sum{operation=\"GetObject\"} 90.003",
            "larder_request_seconds_count{operation=\"GetObject\"} 2",
            "larder_gc_blobs_freed_total 7",
            "larder_commit_group_size_bucket{le=\"1\"} 0",
            "larder_commit_group_size_count 2",
            "# TYPE larder_commits_total counter",
            "larder_commits_total 5",
            "larder_bucket_objects{bucket=\"bucket-b\",owner=\"alice\"} 2",
            "larder_bucket_bytes{bucket=\"bucket-a\",owner=\"alice\"} 10",
            "larder_account_objects{owner=\"alice\"} 3",
            "larder_account_bytes{owner=\"alice\"} 30",
            "process_resident_memory_bytes 1",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} in\n{page}");
        }
        assert!(!page.contains("process_open_fds"));
    }
}
