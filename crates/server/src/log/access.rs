//! The access line: what a request was and what became of it. Never a secret, never a query: a
//! presigned URL's query is a credential.

use super::line::Line;
use larder_s3_api::{AccessRecord, Requested};
use larder_types::RequestId;

/// A request that is over.
pub(crate) struct Access<'a> {
    pub(crate) remote: &'a str,
    /// What was asked of the admin listener.
    pub(crate) admin: Option<&'static str>,
    /// What the pipeline knew of it.
    pub(crate) record: &'a AccessRecord,
    pub(crate) bytes_out: u64,
    pub(crate) duration_ns: u64,
    /// The connection ended before the answer did.
    pub(crate) cut: bool,
}

impl Access<'_> {
    pub(super) fn write(&self, line: &mut Line) {
        let record = self.record;
        line.field("request_id", record.request_id.as_ref().map_or("", RequestId::as_str));
        line.number("status", record.status.into());
        let operation = self.admin.or(record.operation.map(Requested::name));
        line.field("operation", operation.unwrap_or("-"));
        if self.admin.is_some() {
            line.flag("admin");
        }
        let texts = [
            ("bucket", record.bucket.as_deref()),
            ("key", record.key.as_deref()),
            ("error", record.error_code),
            ("error_message", record.error_message.as_deref()),
            ("access_key", record.access_key.as_deref()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                line.field(name, text);
            }
        }
        line.number("bytes_in", record.bytes_received);
        line.number("bytes_out", self.bytes_out);
        line.thousandths("duration_ms", self.duration_ns / 1000);
        line.field("remote", self.remote);
        if self.cut {
            line.flag("cut");
        }
    }
}
