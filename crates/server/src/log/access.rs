//! The access line: what a request was and what became of it. Never a secret, never a query: a
//! presigned URL's query is a credential.

use super::line::Line;
use larder_types::RequestId;

/// A request that is over.
pub(crate) struct Access<'a> {
    /// `None` when the client went before there was an answer.
    pub(crate) request_id: Option<RequestId>,
    pub(crate) remote: &'a str,
    /// AWS's name of the operation; empty when none has that form.
    pub(crate) operation: &'a str,
    /// Asked of the admin listener.
    pub(crate) admin: bool,
    pub(crate) bucket: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) status: u16,
    pub(crate) error_code: Option<&'a str>,
    /// What was wrong; bounded where it was made.
    pub(crate) error_message: Option<&'a str>,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) duration_ns: u64,
    pub(crate) access_key: Option<&'a str>,
    /// The connection ended before the answer did.
    pub(crate) cut: bool,
}

impl Access<'_> {
    pub(super) fn write(&self, line: &mut Line) {
        line.field("request_id", self.request_id.as_ref().map_or("", RequestId::as_str));
        line.number("status", self.status.into());
        let operation = if self.operation.is_empty() { "-" } else { self.operation };
        line.field("operation", operation);
        if self.admin {
            line.flag("admin");
        }
        let texts = [
            ("bucket", self.bucket),
            ("key", self.key),
            ("error", self.error_code),
            ("error_message", self.error_message),
            ("access_key", self.access_key),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                line.field(name, text);
            }
        }
        line.number("bytes_in", self.bytes_in);
        line.number("bytes_out", self.bytes_out);
        line.thousandths("duration_ms", self.duration_ns / 1000);
        line.field("remote", self.remote);
        if self.cut {
            line.flag("cut");
        }
    }
}
