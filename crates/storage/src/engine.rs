//! An engine as a whole, for those who run it: the server, its workers, its operator's pages. They
//! know no engine by its name.

use crate::Storage;
use crate::finding::Finding;
use crate::schema::RowSchema;

/// An engine. A clone is another handle of the same one; the last one dropped ends it.
pub trait Engine: Storage + Clone {
    /// A scrub's pass.
    type Scrub: ScrubPass;

    /// How it is.
    fn health(&self) -> Health;

    /// What it counts, for the page of metrics. The names are without the program's prefix.
    fn metrics(&self) -> Vec<Metric>;

    /// A pass over everything that is stored now. `schema` gives what is damaged its name.
    fn scrub(&self, schema: Box<dyn RowSchema>) -> Self::Scrub;

    /// Frees nothing that is stored now for as long as the pin lives. Waits for another pin to end.
    fn pin(&self) -> impl Future<Output = Pinned> + Send;

    /// Refuses further commits; those that wait are answered [`crate::CommitError::Stopped`].
    /// Reads go on.
    fn stop(&self);
}

/// How an engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It reads and writes.
    Serving,
    /// It reads, and refuses what needs space.
    Full,
    /// It was stopped.
    Stopped,
}

/// A number for the operator, named and explained as Prometheus has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name, without the program's prefix; a counter's ends in `_total`.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub help: &'static str,
    /// Its value.
    pub value: MetricValue,
}

/// The value of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricValue {
    /// Only grows, from 0 at the start of the process.
    Counter(u64),
    /// Comes and goes.
    Gauge(u64),
    /// How values were spread.
    Histogram {
        /// Upper bound of a bucket and the values at or below it; the last bound is `None`.
        buckets: Vec<(Option<u64>, u64)>,
        /// The sum of all values.
        sum: u64,
    },
}

/// A pass over everything that an engine stores, a little at a time.
pub trait ScrubPass: Send + 'static {
    /// Reads on, about a MiB. Blocks.
    fn step(&mut self) -> Scrubbed;
}

/// What one step of a scrub did.
#[derive(Debug, Default)]
pub struct Scrubbed {
    /// Bytes that it read.
    pub bytes: u64,
    /// What it found.
    pub findings: Vec<Finding>,
    /// Everything has been read.
    pub done: bool,
}

/// What is stored now, kept from being freed until it is dropped.
pub struct Pinned {
    /// What the engine's own copying command needs to know, in lines that only it reads.
    pub lines: Vec<String>,
    /// The pin itself.
    pub held: Box<dyn Held>,
}

/// What ends by being dropped.
pub trait Held: Send + Sync {}
