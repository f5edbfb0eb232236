//! Control bodies: documents, read whole and verified before anything is made of them.

use crate::call::Call;
use crate::error::Failure;
use crate::service::ServiceParts;
use larder_s3_model::{Operation, RequestBody as BodyKind, xml};
use larder_s3_wire::auth::PayloadMode;
use larder_s3_wire::body::BodyVerifier;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

/// Longest control body of most operations in bytes; the largest that AWS allows are far below.
const CONTROL_BODY_BYTES_MAX: usize = 1 << 20;

const _: () = assert!(CONTROL_BODY_BYTES_MAX < xml::BODY_BYTES_MAX);

impl<S: Storage> ServiceParts<S> {
    /// Reads and verifies the control body. What it and its parsed form take is reserved until the
    /// request has been answered.
    ///
    /// Errors: `SlowDown` when requests hold all the memory that they may.
    pub(super) async fn read_control(
        &self,
        call: &mut Call<'_>,
        operation: Operation,
    ) -> Result<(), Failure> {
        if operation.info().checksum_required && !has_checksum(call) {
            return Err(Failure::with(
                ErrorCode::InvalidRequest,
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
            ));
        }
        // Lists of 10,000 parts and of 1,000 long keys.
        let large =
            matches!(operation, Operation::CompleteMultipartUpload | Operation::DeleteObjects);
        let max = if large { xml::BODY_BYTES_MAX } else { CONTROL_BODY_BYTES_MAX };
        let announced = call.content_length();
        let held = call.held.insert(self.platform.request_memory.reservation());
        let body = call.body.read_all(&self.platform, max, held).await?;
        let length = Some(announced.unwrap_or(body.len() as u64));
        let payload = call.payload.take().unwrap_or(PayloadMode::Unsigned);
        let is_framed = matches!(payload, PayloadMode::Chunked { .. });
        let verifier = match operation {
            Operation::CompleteMultipartUpload => {
                BodyVerifier::ignoring_checksums(payload, &call.headers, length)
            }
            _ => BodyVerifier::new(payload, &call.headers, length),
        };
        if is_framed {
            // Taken out of its chunks it is there a second time.
            call.hold(body.len())?;
        }
        call.control = verifier?.verify(body)?.0;
        if matches!(operation.info().body, BodyKind::Xml(_)) {
            call.hold(xml::parsed_bytes_max(&call.control))?;
        }
        Ok(())
    }
}

fn has_checksum(call: &Call<'_>) -> bool {
    call.headers.keys().any(|name| {
        let name = name.as_str();
        let value = name.strip_prefix("x-amz-checksum-");
        name == "content-md5"
            || name == "x-amz-trailer"
            || value.is_some_and(|v| !matches!(v, "algorithm" | "mode" | "type"))
    })
}
