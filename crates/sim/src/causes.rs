//! The causes of what the workloads do.

use larder_iam::Principal;
use larder_objects::{Cause, EventName};

pub(crate) const PUT: Cause<'static> = of(EventName::ObjectCreatedPut);
pub(crate) const COPY: Cause<'static> = of(EventName::ObjectCreatedCopy);
pub(crate) const COMPLETE: Cause<'static> = of(EventName::ObjectCreatedCompleteMultipartUpload);
pub(crate) const DELETE: Cause<'static> = of(EventName::ObjectRemovedDelete);
pub(crate) const TAG: Cause<'static> = of(EventName::ObjectTaggingPut);

const fn of(event: EventName) -> Cause<'static> {
    let principal = &Principal::Anonymous;
    Cause { event: Some(event), principal, request_id: None, source_address: None }
}
