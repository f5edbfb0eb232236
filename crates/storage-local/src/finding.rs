//! The words of findings that several finders share.

pub use larder_storage::{Finding, Severity};

/// What is said of a batch of which one bit flipped.
pub const ONE_BIT: &str = "a bit flipped in a batch of records, which can be turned back";
/// What is said of a batch that is whole and does not hold what its header says.
pub const LACKS_RECORDS: &str = "a batch lacks records";

/// What is said of a stretch of which no batch is whole.
pub fn bytes_damaged(from: u64, to: u64) -> String {
    format!("{} bytes of records are damaged", to - from)
}
