//! Why a version changes: what happens, who does it, in which request.
//!
//! Versions are changed by a [`Writer`](crate::Writer) only, and a writer has a [`Cause`], so that
//! no plan of a change can do without. What follows from a change (events, later replication and
//! metering) is planned with it and tells of its cause.

use larder_iam::Principal;
use larder_types::RequestId;
use std::net::IpAddr;

/// What happens to a version, by the names of S3's event notifications ("Supported event types for
/// SQS, SNS, and Lambda").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventName {
    /// PutObject.
    ObjectCreatedPut,
    /// A form was posted.
    ObjectCreatedPost,
    /// CopyObject.
    ObjectCreatedCopy,
    /// CompleteMultipartUpload.
    ObjectCreatedCompleteMultipartUpload,
    /// A version was removed for good.
    ObjectRemovedDelete,
    /// A delete marker was made.
    ObjectRemovedDeleteMarkerCreated,
    /// Tags were put.
    ObjectTaggingPut,
    /// Tags were removed.
    ObjectTaggingDelete,
    /// An access control list was put.
    ObjectAclPut,
}

impl EventName {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::ObjectCreatedPut,
        Self::ObjectCreatedPost,
        Self::ObjectCreatedCopy,
        Self::ObjectCreatedCompleteMultipartUpload,
        Self::ObjectRemovedDelete,
        Self::ObjectRemovedDeleteMarkerCreated,
        Self::ObjectTaggingPut,
        Self::ObjectTaggingDelete,
        Self::ObjectAclPut,
    ];

    /// The name as S3 has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ObjectCreatedPut => "s3:ObjectCreated:Put",
            Self::ObjectCreatedPost => "s3:ObjectCreated:Post",
            Self::ObjectCreatedCopy => "s3:ObjectCreated:Copy",
            Self::ObjectCreatedCompleteMultipartUpload => {
                "s3:ObjectCreated:CompleteMultipartUpload"
            }
            Self::ObjectRemovedDelete => "s3:ObjectRemoved:Delete",
            Self::ObjectRemovedDeleteMarkerCreated => "s3:ObjectRemoved:DeleteMarkerCreated",
            Self::ObjectTaggingPut => "s3:ObjectTagging:Put",
            Self::ObjectTaggingDelete => "s3:ObjectTagging:Delete",
            Self::ObjectAclPut => "s3:ObjectAcl:Put",
        }
    }
}

/// Why something is changed.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// What was asked for. The plan may make another of it: a delete may make a delete marker.
    /// `None` for work of which S3 has no event, as that of the gc.
    pub event: Option<EventName>,
    /// Who acts.
    pub principal: &'a Principal,
    /// The request; `None` outside of requests.
    pub request_id: Option<RequestId>,
    /// Where the request comes from; `None` when not known, and outside of requests.
    pub source_address: Option<IpAddr>,
}

impl<'a> Cause<'a> {
    /// The work of a part of the server.
    pub fn of_service(principal: &'a Principal) -> Self {
        Self { event: None, principal, request_id: None, source_address: None }
    }
}
