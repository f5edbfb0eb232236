//! The table of contents: every operation of the service model, built or not, and why not.
//!
//! `docs/coverage.md` is printed from it.

mod acl;
mod bucket;
mod bucket_acl;
mod bucket_document;
mod bucket_policy_status;
mod bucket_settings;
mod checksums;
mod complete_multipart_upload;
mod copy_object;
mod create_multipart_upload;
mod delete_object;
mod delete_objects;
mod get_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod location;
mod object_acl;
mod object_attributes;
mod object_headers;
mod object_tagging;
mod paging;
mod post_object;
mod put_object;
mod upload_part;

pub(crate) use object_headers::refuse_unbuilt;
pub(crate) use post_object::{Form, post_object};

use crate::access::{
    Admitted, GrantKind, Need, bucket as on_bucket, covers, entry as on_entry, kind, new_bucket,
    object, service, source,
};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_documents::{
    BucketPolicy, CorsConfiguration, DocumentOperations, OwnershipControls, PublicAccessBlock,
    RequestPayment,
};
use larder_s3_model::{OPERATIONS, Operation};
use larder_storage::Storage;

/// Makes a bucket with Object Lock.
const BUCKET_LOCK: &str = "x-amz-bucket-object-lock-enabled";

/// What a browser's form needs; its fields count as the headers that they stand for.
pub(crate) const POST_OBJECT: &[Need] = &[
    object("s3:PutObject"),
    object("s3:PutObjectTagging").with_header("x-amz-tagging"),
    object("s3:PutObjectAcl").with_acl(),
    object("s3:PutObjectRetention").with_header("x-amz-object-lock-mode"),
    object("s3:PutObjectLegalHold").with_header("x-amz-object-lock-legal-hold"),
];
const _: () = assert!(covers(POST_OBJECT, kind::WriteObject::ACTIONS));

/// An operation's row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TableEntry {
    /// Served. The actions are asked for before its body is read.
    Built(&'static [Need]),
    /// Answered with 501 and this reason.
    NotBuilt(&'static str),
}

macro_rules! built {
    ($kind:ty, $needs:expr) => {
        TableEntry::Built(
            const {
                const NEEDS: &[Need] = &$needs;
                assert!(covers(NEEDS, <$kind as GrantKind>::ACTIONS), "the grant reaches further");
                NEEDS
            },
        )
    };
}

macro_rules! entry {
    (built($handler:path, $kind:ty, $needs:expr)) => {
        built!($kind, $needs)
    };
    (not_built($reason:literal)) => {
        TableEntry::NotBuilt($reason)
    };
}

macro_rules! document_entry {
    ($action:expr, $kind:ty) => {
        built!($kind, [on_bucket($action)])
    };
}

macro_rules! run {
    (($admitted:ident, $call:ident) built($handler:path, $kind:ty, $needs:expr)) => {
        // Boxed, so that a request's future has the size of its own operation.
        Box::pin($handler($admitted.grant::<$kind>(), $call)).await
    };
    (($admitted:ident, $call:ident) not_built($reason:literal)) => {{
        let _ = ($admitted, $call);
        Err(Failure::not_implemented($reason))
    }};
}

macro_rules! table {
    (
        documents {
            $($document:ty = $get:ident, $put:ident $(, $delete:ident)?;)*
        }
        $($name:ident = $kind:ident ($($arg:tt)*);)*
    ) => {
        /// The operation's row.
        pub(crate) fn entry(operation: Operation) -> TableEntry {
            match operation {
                $(Operation::$get => document_entry!(
                    <$document as DocumentOperations>::READ_ACTION, kind::ViewBucket
                ),
                Operation::$put => document_entry!(
                    <$document as DocumentOperations>::WRITE_ACTION, kind::PutDocument<$document>
                ),
                $(Operation::$delete => document_entry!(
                    <$document as DocumentOperations>::DELETE_ACTION,
                    kind::DeleteDocument<$document>
                ),)?)*
                $(Operation::$name => entry!($kind($($arg)*)),)*
            }
        }

        /// Runs the operation.
        #[allow(clippy::too_many_lines, reason = "one line per operation")]
        pub(crate) async fn run<S: Storage>(
            operation: Operation,
            admitted: Admitted<S>,
            call: &mut Call<'_>,
        ) -> Result<Reply, Failure> {
            match operation {
                $(Operation::$get => {
                    Box::pin(bucket_document::get::<$document, S>(admitted.grant(), call)).await
                }
                Operation::$put => {
                    let grant = admitted.grant();
                    Box::pin(bucket_document::put::<$document, S>(operation, grant, call)).await
                }
                $(Operation::$delete => {
                    Box::pin(bucket_document::delete::<$document, S>(admitted.grant(), call)).await
                })?)*
                $(Operation::$name => run!((admitted, call) $kind($($arg)*)),)*
            }
        }
    };
}

table! {
    documents {
        BucketPolicy = GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy;
        CorsConfiguration = GetBucketCors, PutBucketCors, DeleteBucketCors;
        OwnershipControls = GetBucketOwnershipControls, PutBucketOwnershipControls,
            DeleteBucketOwnershipControls;
        PublicAccessBlock = GetPublicAccessBlock, PutPublicAccessBlock, DeletePublicAccessBlock;
        RequestPayment = GetBucketRequestPayment, PutBucketRequestPayment;
    }
    AbortMultipartUpload = built(
        create_multipart_upload::abort_multipart_upload,
        kind::AbortUpload,
        [
            object("s3:AbortMultipartUpload"),
        ]
    );
    CompleteMultipartUpload = built(
        complete_multipart_upload::complete_multipart_upload,
        kind::WriteObject,
        [
            object("s3:PutObject"),
        ]
    );
    CopyObject = built(copy_object::copy_object, kind::CopyObject, [
        object("s3:PutObject"),
        object("s3:PutObjectTagging").with_header("x-amz-tagging"),
        object("s3:PutObjectAcl").with_acl(),
        object("s3:PutObjectRetention").with_header("x-amz-object-lock-mode"),
        object("s3:PutObjectLegalHold").with_header("x-amz-object-lock-legal-hold"),
        object("s3:PutObjectTagging").when_tags_are_copied(),
        source("s3:GetObject").unversioned(),
        source("s3:GetObjectVersion").versioned(),
        source("s3:GetObjectTagging").unversioned().when_tags_are_copied(),
        source("s3:GetObjectVersionTagging").versioned().when_tags_are_copied(),
    ]);
    CreateBucket = built(bucket::create_bucket, kind::CreateBucket, [
        new_bucket("s3:CreateBucket"),
        new_bucket("s3:PutBucketAcl").with_sharing_acl(),
        new_bucket("s3:PutBucketOwnershipControls").with_header("x-amz-object-ownership"),
        new_bucket("s3:PutBucketObjectLockConfiguration").when_true(BUCKET_LOCK),
        new_bucket("s3:PutBucketVersioning").when_true(BUCKET_LOCK),
    ]);
    CreateBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    CreateBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    CreateMultipartUpload = built(
        create_multipart_upload::create_multipart_upload,
        kind::WriteObject,
        [
            object("s3:PutObject"),
            object("s3:PutObjectTagging").with_header("x-amz-tagging"),
            object("s3:PutObjectAcl").with_acl(),
            object("s3:PutObjectRetention").with_header("x-amz-object-lock-mode"),
            object("s3:PutObjectLegalHold").with_header("x-amz-object-lock-legal-hold"),
        ]
    );
    CreateSession = not_built("directory buckets belong to S3 Express One Zone");
    DeleteBucket = built(bucket::delete_bucket, kind::DeleteBucket, [on_bucket("s3:DeleteBucket")]);
    DeleteBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    DeleteBucketEncryption = not_built("encryption at rest is not built yet");
    DeleteBucketIntelligentTieringConfiguration =
        not_built("storage classes are labels, nothing is tiered");
    DeleteBucketInventoryConfiguration = not_built("inventories are not built yet");
    DeleteBucketLifecycle = not_built("lifecycle rules are not built yet");
    DeleteBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    DeleteBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    DeleteBucketMetricsConfiguration = not_built("request metrics are served to the operator");
    DeleteBucketReplication = not_built("replication is not built yet");
    DeleteBucketTagging = built(bucket_settings::delete_bucket_tagging, kind::PutBucketTagging, [
        on_bucket("s3:PutBucketTagging"),
    ]);
    DeleteBucketWebsite = not_built("website hosting is not built yet");
    DeleteObject = built(delete_object::delete_object, kind::DeleteObject, [
        object("s3:DeleteObject").unversioned(),
        object("s3:DeleteObjectVersion").versioned(),
    ]);
    DeleteObjectAnnotation = not_built("annotations are not built yet");
    DeleteObjectTagging = built(object_tagging::delete_object_tagging, kind::RemoveTags, [
        object("s3:DeleteObjectTagging").unversioned(),
        object("s3:DeleteObjectVersionTagging").versioned(),
    ]);
    DeleteObjects = built(delete_objects::delete_objects, kind::DeleteEntries, [
        on_entry("s3:DeleteObject").unversioned(),
        on_entry("s3:DeleteObjectVersion").versioned(),
    ]);
    GetBucketAbac = not_built("attribute-based access control is not built yet");
    GetBucketAccelerateConfiguration = not_built("there are no edge locations");
    GetBucketAcl = built(bucket_acl::get_bucket_acl, kind::ViewBucket, [
        on_bucket("s3:GetBucketAcl"),
    ]);
    GetBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    GetBucketEncryption = not_built("encryption at rest is not built yet");
    GetBucketIntelligentTieringConfiguration =
        not_built("storage classes are labels, nothing is tiered");
    GetBucketInventoryConfiguration = not_built("inventories are not built yet");
    GetBucketLifecycle = not_built("superseded by GetBucketLifecycleConfiguration");
    GetBucketLifecycleConfiguration = not_built("lifecycle rules are not built yet");
    GetBucketLocation = built(bucket::get_bucket_location, kind::ViewBucket, [
        on_bucket("s3:GetBucketLocation"),
    ]);
    GetBucketLogging = not_built("access logs to buckets are not built yet");
    GetBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    GetBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    GetBucketMetricsConfiguration = not_built("request metrics are served to the operator");
    GetBucketNotification = not_built("superseded by GetBucketNotificationConfiguration");
    GetBucketNotificationConfiguration = not_built("event notifications are not built yet");
    GetBucketPolicyStatus = built(
        bucket_policy_status::get_bucket_policy_status,
        kind::ViewBucket,
        [
            on_bucket("s3:GetBucketPolicyStatus"),
        ]
    );
    GetBucketReplication = not_built("replication is not built yet");
    GetBucketTagging = built(bucket_settings::get_bucket_tagging, kind::ViewBucket, [
        on_bucket("s3:GetBucketTagging"),
    ]);
    GetBucketVersioning = built(bucket_settings::get_bucket_versioning, kind::ViewBucket, [
        on_bucket("s3:GetBucketVersioning"),
    ]);
    GetBucketWebsite = not_built("website hosting is not built yet");
    GetObject = built(get_object::get_object, kind::ReadObject, [
        object("s3:GetObject").unversioned(),
        object("s3:GetObjectVersion").versioned(),
    ]);
    GetObjectAcl = built(object_acl::get_object_acl, kind::ReadAcl, [
        object("s3:GetObjectAcl").unversioned(),
        object("s3:GetObjectVersionAcl").versioned(),
    ]);
    GetObjectAnnotation = not_built("annotations are not built yet");
    GetObjectAttributes = built(object_attributes::get_object_attributes, kind::ReadObject, [
        object("s3:GetObject").unversioned(),
        object("s3:GetObjectAttributes").unversioned(),
        object("s3:GetObjectVersion").versioned(),
        object("s3:GetObjectVersionAttributes").versioned(),
    ]);
    GetObjectLegalHold = not_built("Object Lock is not built yet");
    GetObjectLockConfiguration = not_built("Object Lock is not built yet");
    GetObjectRetention = not_built("Object Lock is not built yet");
    GetObjectTagging = built(object_tagging::get_object_tagging, kind::ReadTags, [
        object("s3:GetObjectTagging").unversioned(),
        object("s3:GetObjectVersionTagging").versioned(),
    ]);
    GetObjectTorrent = not_built("AWS no longer serves torrents of new objects");
    HeadBucket = built(bucket::head_bucket, kind::ViewBucket, [on_bucket("s3:ListBucket")]);
    HeadObject = built(get_object::get_object, kind::ReadObject, [
        object("s3:GetObject").unversioned(),
        object("s3:GetObjectVersion").versioned(),
    ]);
    ListBucketAnalyticsConfigurations = not_built("storage class analysis is not built yet");
    ListBucketIntelligentTieringConfigurations =
        not_built("storage classes are labels, nothing is tiered");
    ListBucketInventoryConfigurations = not_built("inventories are not built yet");
    ListBucketMetricsConfigurations = not_built("request metrics are served to the operator");
    ListBuckets = built(list_buckets::list_buckets, kind::ListBuckets, [
        service("s3:ListAllMyBuckets"),
    ]);
    ListDirectoryBuckets = not_built("directory buckets belong to S3 Express One Zone");
    ListMultipartUploads = built(
        list_multipart_uploads::list_multipart_uploads,
        kind::ListUploads,
        [
            on_bucket("s3:ListBucketMultipartUploads"),
        ]
    );
    ListObjectAnnotations = not_built("annotations are not built yet");
    ListObjectVersions = built(list_object_versions::list_object_versions, kind::ListVersions, [
        on_bucket("s3:ListBucketVersions"),
    ]);
    ListObjects = built(list_objects::list_objects, kind::ListObjects, [
        on_bucket("s3:ListBucket"),
    ]);
    ListObjectsV2 = built(list_objects::list_objects_v2, kind::ListObjects, [
        on_bucket("s3:ListBucket"),
    ]);
    ListParts = built(list_parts::list_parts, kind::ListParts, [
        object("s3:ListMultipartUploadParts"),
    ]);
    PutBucketAbac = not_built("attribute-based access control is not built yet");
    PutBucketAccelerateConfiguration = not_built("there are no edge locations");
    PutBucketAcl = built(bucket_acl::put_bucket_acl, kind::PutBucketAcl, [
        on_bucket("s3:PutBucketAcl"),
    ]);
    PutBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    PutBucketEncryption = not_built("encryption at rest is not built yet");
    PutBucketIntelligentTieringConfiguration =
        not_built("storage classes are labels, nothing is tiered");
    PutBucketInventoryConfiguration = not_built("inventories are not built yet");
    PutBucketLifecycle = not_built("superseded by PutBucketLifecycleConfiguration");
    PutBucketLifecycleConfiguration = not_built("lifecycle rules are not built yet");
    PutBucketLogging = not_built("access logs to buckets are not built yet");
    PutBucketMetricsConfiguration = not_built("request metrics are served to the operator");
    PutBucketNotification = not_built("superseded by PutBucketNotificationConfiguration");
    PutBucketNotificationConfiguration = not_built("event notifications are not built yet");
    PutBucketReplication = not_built("replication is not built yet");
    PutBucketTagging = built(bucket_settings::put_bucket_tagging, kind::PutBucketTagging, [
        on_bucket("s3:PutBucketTagging"),
    ]);
    PutBucketVersioning = built(bucket_settings::put_bucket_versioning, kind::PutBucketVersioning, [
        on_bucket("s3:PutBucketVersioning"),
    ]);
    PutBucketWebsite = not_built("website hosting is not built yet");
    PutObject = built(put_object::put_object, kind::WriteObject, [
        object("s3:PutObject"),
        object("s3:PutObjectTagging").with_header("x-amz-tagging"),
        object("s3:PutObjectAcl").with_acl(),
        object("s3:PutObjectRetention").with_header("x-amz-object-lock-mode"),
        object("s3:PutObjectLegalHold").with_header("x-amz-object-lock-legal-hold"),
    ]);
    PutObjectAcl = built(object_acl::put_object_acl, kind::ChangeAcl, [
        object("s3:PutObjectAcl").unversioned(),
        object("s3:PutObjectVersionAcl").versioned(),
    ]);
    PutObjectAnnotation = not_built("annotations are not built yet");
    PutObjectLegalHold = not_built("Object Lock is not built yet");
    PutObjectLockConfiguration = not_built("Object Lock is not built yet");
    PutObjectRetention = not_built("Object Lock is not built yet");
    PutObjectTagging = built(object_tagging::put_object_tagging, kind::ChangeTags, [
        object("s3:PutObjectTagging").unversioned(),
        object("s3:PutObjectVersionTagging").versioned(),
    ]);
    RenameObject = not_built("directory buckets belong to S3 Express One Zone");
    RestoreObject = not_built("nothing is archived, so nothing needs restoring");
    SelectObjectContent = not_built("S3 Select is closed to new customers of AWS");
    UpdateBucketMetadataAnnotationTableConfiguration =
        not_built("S3 Metadata tables are not built yet");
    UpdateBucketMetadataInventoryTableConfiguration =
        not_built("S3 Metadata tables are not built yet");
    UpdateBucketMetadataJournalTableConfiguration =
        not_built("S3 Metadata tables are not built yet");
    UpdateObjectEncryption = not_built("encryption at rest is not built yet");
    UploadPart = built(upload_part::upload_part, kind::WriteObject, [object("s3:PutObject")]);
    UploadPartCopy = built(upload_part::upload_part_copy, kind::CopyObject, [
        object("s3:PutObject"),
        source("s3:GetObject").unversioned(),
        source("s3:GetObjectVersion").versioned(),
    ]);
    WriteGetObjectResponse = not_built("Object Lambda is not built yet");
}

/// The page `docs/coverage.md`.
pub fn coverage_markdown() -> String {
    let mut out = String::from(
        "# What is built\n\n\
         Every operation of AWS's S3 service model. Printed from the table in \
         `crates/s3-api/src/ops/mod.rs`.\n\n\
         | operation | | IAM actions, or why not |\n|---|---|---|\n",
    );
    let mut built = 0;
    for info in &OPERATIONS {
        let (mark, text) = match entry(info.operation) {
            TableEntry::Built(needs) => {
                built += 1;
                ("yes", actions(needs))
            }
            TableEntry::NotBuilt(reason) => ("no", reason.to_owned()),
        };
        let url = info.operation.documentation_url();
        out.push_str(&format!("| [{}]({url}) | {mark} | {text} |\n", info.name));
    }
    out.push_str(&format!("| PostObject | yes | {} |\n", actions(POST_OBJECT)));
    out.push_str(&format!("\n{} of {} are built.\n", built + 1, OPERATIONS.len() + 1));
    out
}

/// The actions of a row, each once.
fn actions(needs: &[Need]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for need in needs {
        let action = format!("`{}`", need.action);
        if !shown.contains(&action) {
            shown.push(action);
        }
    }
    shown.join(", ")
}
