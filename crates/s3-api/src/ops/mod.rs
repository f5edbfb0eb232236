//! The table of contents: every operation of the service model, built or not, and why not.
//!
//! `docs/coverage.md` is printed from it.

mod bucket;
mod bucket_acl;
mod bucket_document;
mod bucket_settings;
mod checksums;
mod complete_multipart_upload;
mod copy_object;
mod copy_source;
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
pub(crate) use post_object::post_object;

use crate::call::Call;
use crate::error::Failure;
use crate::pipeline::Grant;
use crate::reply::Reply;
use larder_documents::{BucketDocument, CorsConfiguration};
use larder_iam::Action;
use larder_s3_model::{OPERATIONS, Operation};
use larder_storage::Storage;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requested {
    /// An operation of the service model.
    Model(Operation),
    /// A browser's form, which the service model leaves out.
    PostObject,
    /// A browser's question before a request to another origin (OPTIONS).
    Preflight,
}

impl Requested {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model(operation) => operation.name(),
            Self::PostObject => "PostObject",
            Self::Preflight => "Preflight",
        }
    }
}

/// An IAM action that an operation needs on what its path names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) action: Action,
    when: When,
}

#[derive(Clone, Copy, Debug)]
enum When {
    Always,
    /// With `versionId` in the query.
    Versioned,
    /// Without.
    Unversioned,
    /// With this header.
    Header(&'static str),
}

impl Need {
    pub(crate) const fn always(action: Action) -> Self {
        Self { action, when: When::Always }
    }

    pub(crate) const fn versioned(action: Action) -> Self {
        Self { action, when: When::Versioned }
    }

    pub(crate) const fn unversioned(action: Action) -> Self {
        Self { action, when: When::Unversioned }
    }

    pub(crate) const fn with_header(action: Action, header: &'static str) -> Self {
        Self { action, when: When::Header(header) }
    }

    pub(crate) fn applies(&self, call: &Call<'_>) -> bool {
        match self.when {
            When::Always => true,
            When::Versioned => call.target.query_value("versionId").is_some(),
            When::Unversioned => call.target.query_value("versionId").is_none(),
            When::Header(name) => call.header(name).is_some(),
        }
    }
}

/// An operation's row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// Served. The actions are asked for before its body is read.
    Built(&'static [Need]),
    /// Answered with 501 and this reason.
    NotBuilt(&'static str),
}

macro_rules! entry {
    (built($handler:path, [$($when:ident($action:literal $(, $header:literal)?)),+ $(,)?])) => {
        Entry::Built(const { &[$(Need::$when(Action::new($action) $(, $header)?)),+] })
    };
    (not_built($reason:literal)) => {
        Entry::NotBuilt($reason)
    };
}

macro_rules! document_entry {
    ($document:ty, $action:ident) => {
        Entry::Built(const { &[Need::always(Action::new(<$document as BucketDocument>::$action))] })
    };
}

macro_rules! run {
    (($grant:ident, $call:ident) built($handler:path, $needs:tt)) => {
        // Boxed, so that a request's future has the size of its own operation.
        Box::pin($handler($grant, $call)).await
    };
    (($grant:ident, $call:ident) not_built($reason:literal)) => {{
        let _ = ($grant, $call);
        Err(Failure::not_implemented($reason))
    }};
}

macro_rules! table {
    (
        documents {
            $($document:ty = $get:ident, $put:ident, $delete:ident;)*
        }
        $($name:ident = $kind:ident ($($arg:tt)*);)*
    ) => {
        /// The operation's row.
        pub(crate) fn entry(operation: Operation) -> Entry {
            match operation {
                $(Operation::$get => document_entry!($document, READ_ACTION),
                Operation::$put => document_entry!($document, WRITE_ACTION),
                Operation::$delete => document_entry!($document, DELETE_ACTION),)*
                $(Operation::$name => entry!($kind($($arg)*)),)*
            }
        }

        /// Runs the operation.
        #[allow(clippy::too_many_lines, reason = "one line per operation")]
        pub(crate) async fn run<S: Storage>(
            operation: Operation,
            grant: Grant<S>,
            call: &mut Call<'_>,
        ) -> Result<Reply, Failure> {
            match operation {
                $(Operation::$get => {
                    Box::pin(bucket_document::get::<$document, S>(grant, call)).await
                }
                Operation::$put => {
                    Box::pin(bucket_document::put::<$document, S>(grant, call)).await
                }
                Operation::$delete => {
                    Box::pin(bucket_document::delete::<$document, S>(grant, call)).await
                })*
                $(Operation::$name => run!((grant, call) $kind($($arg)*)),)*
            }
        }
    };
}

table! {
    documents {
        CorsConfiguration = GetBucketCors, PutBucketCors, DeleteBucketCors;
    }
    AbortMultipartUpload = built(create_multipart_upload::abort_multipart_upload, [
        always("s3:AbortMultipartUpload"),
    ]);
    CompleteMultipartUpload = built(complete_multipart_upload::complete_multipart_upload, [
        always("s3:PutObject"),
    ]);
    CopyObject = built(copy_object::copy_object, [
        always("s3:PutObject"),
        with_header("s3:PutObjectTagging", "x-amz-tagging"),
    ]);
    CreateBucket = built(bucket::create_bucket, [always("s3:CreateBucket")]);
    CreateBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    CreateBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    CreateMultipartUpload = built(create_multipart_upload::create_multipart_upload, [
        always("s3:PutObject"),
        with_header("s3:PutObjectTagging", "x-amz-tagging"),
    ]);
    CreateSession = not_built("directory buckets belong to S3 Express One Zone");
    DeleteBucket = built(bucket::delete_bucket, [always("s3:DeleteBucket")]);
    DeleteBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    DeleteBucketEncryption = not_built("encryption at rest is not built yet");
    DeleteBucketIntelligentTieringConfiguration =
        not_built("storage classes are labels, nothing is tiered");
    DeleteBucketInventoryConfiguration = not_built("inventories are not built yet");
    DeleteBucketLifecycle = not_built("lifecycle rules are not built yet");
    DeleteBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    DeleteBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    DeleteBucketMetricsConfiguration = not_built("request metrics are served to the operator");
    DeleteBucketOwnershipControls = not_built("every bucket enforces the ownership of its owner");
    DeleteBucketPolicy = not_built("bucket policies are not built yet");
    DeleteBucketReplication = not_built("replication is not built yet");
    DeleteBucketTagging = built(bucket_settings::delete_bucket_tagging, [
        always("s3:PutBucketTagging"),
    ]);
    DeleteBucketWebsite = not_built("website hosting is not built yet");
    DeleteObject = built(delete_object::delete_object, [
        unversioned("s3:DeleteObject"),
        versioned("s3:DeleteObjectVersion"),
    ]);
    DeleteObjectAnnotation = not_built("annotations are not built yet");
    DeleteObjectTagging = built(object_tagging::delete_object_tagging, [
        unversioned("s3:DeleteObjectTagging"),
        versioned("s3:DeleteObjectVersionTagging"),
    ]);
    DeleteObjects = built(delete_objects::delete_objects, [
        always("s3:DeleteObject"),
    ]);
    DeletePublicAccessBlock = not_built("nothing is public before bucket policies are built");
    GetBucketAbac = not_built("attribute-based access control is not built yet");
    GetBucketAccelerateConfiguration = not_built("there are no edge locations");
    GetBucketAcl = built(bucket_acl::get_bucket_acl, [always("s3:GetBucketAcl")]);
    GetBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    GetBucketEncryption = not_built("encryption at rest is not built yet");
    GetBucketIntelligentTieringConfiguration =
        not_built("storage classes are labels, nothing is tiered");
    GetBucketInventoryConfiguration = not_built("inventories are not built yet");
    GetBucketLifecycle = not_built("superseded by GetBucketLifecycleConfiguration");
    GetBucketLifecycleConfiguration = not_built("lifecycle rules are not built yet");
    GetBucketLocation = built(bucket::get_bucket_location, [always("s3:GetBucketLocation")]);
    GetBucketLogging = not_built("access logs to buckets are not built yet");
    GetBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    GetBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    GetBucketMetricsConfiguration = not_built("request metrics are served to the operator");
    GetBucketNotification = not_built("superseded by GetBucketNotificationConfiguration");
    GetBucketNotificationConfiguration = not_built("event notifications are not built yet");
    GetBucketOwnershipControls = not_built("every bucket enforces the ownership of its owner");
    GetBucketPolicy = not_built("bucket policies are not built yet");
    GetBucketPolicyStatus = not_built("bucket policies are not built yet");
    GetBucketReplication = not_built("replication is not built yet");
    GetBucketRequestPayment = not_built("requester pays is not built yet");
    GetBucketTagging = built(bucket_settings::get_bucket_tagging, [always("s3:GetBucketTagging")]);
    GetBucketVersioning = built(bucket_settings::get_bucket_versioning, [
        always("s3:GetBucketVersioning"),
    ]);
    GetBucketWebsite = not_built("website hosting is not built yet");
    GetObject = built(get_object::get_object, [
        unversioned("s3:GetObject"),
        versioned("s3:GetObjectVersion"),
    ]);
    GetObjectAcl = built(object_acl::get_object_acl, [
        unversioned("s3:GetObjectAcl"),
        versioned("s3:GetObjectVersionAcl"),
    ]);
    GetObjectAnnotation = not_built("annotations are not built yet");
    GetObjectAttributes = built(object_attributes::get_object_attributes, [
        unversioned("s3:GetObject"),
        unversioned("s3:GetObjectAttributes"),
        versioned("s3:GetObjectVersion"),
        versioned("s3:GetObjectVersionAttributes"),
    ]);
    GetObjectLegalHold = not_built("Object Lock is not built yet");
    GetObjectLockConfiguration = not_built("Object Lock is not built yet");
    GetObjectRetention = not_built("Object Lock is not built yet");
    GetObjectTagging = built(object_tagging::get_object_tagging, [
        unversioned("s3:GetObjectTagging"),
        versioned("s3:GetObjectVersionTagging"),
    ]);
    GetObjectTorrent = not_built("AWS no longer serves torrents of new objects");
    GetPublicAccessBlock = not_built("nothing is public before bucket policies are built");
    HeadBucket = built(bucket::head_bucket, [always("s3:ListBucket")]);
    HeadObject = built(get_object::get_object, [
        unversioned("s3:GetObject"),
        versioned("s3:GetObjectVersion"),
    ]);
    ListBucketAnalyticsConfigurations = not_built("storage class analysis is not built yet");
    ListBucketIntelligentTieringConfigurations =
        not_built("storage classes are labels, nothing is tiered");
    ListBucketInventoryConfigurations = not_built("inventories are not built yet");
    ListBucketMetricsConfigurations = not_built("request metrics are served to the operator");
    ListBuckets = built(list_buckets::list_buckets, [always("s3:ListAllMyBuckets")]);
    ListDirectoryBuckets = not_built("directory buckets belong to S3 Express One Zone");
    ListMultipartUploads = built(list_multipart_uploads::list_multipart_uploads, [
        always("s3:ListBucketMultipartUploads"),
    ]);
    ListObjectAnnotations = not_built("annotations are not built yet");
    ListObjectVersions = built(list_object_versions::list_object_versions, [
        always("s3:ListBucketVersions"),
    ]);
    ListObjects = built(list_objects::list_objects, [always("s3:ListBucket")]);
    ListObjectsV2 = built(list_objects::list_objects_v2, [always("s3:ListBucket")]);
    ListParts = built(list_parts::list_parts, [always("s3:ListMultipartUploadParts")]);
    PutBucketAbac = not_built("attribute-based access control is not built yet");
    PutBucketAccelerateConfiguration = not_built("there are no edge locations");
    PutBucketAcl = built(bucket_acl::put_bucket_acl, [always("s3:PutBucketAcl")]);
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
    PutBucketOwnershipControls = not_built("every bucket enforces the ownership of its owner");
    PutBucketPolicy = not_built("bucket policies are not built yet");
    PutBucketReplication = not_built("replication is not built yet");
    PutBucketRequestPayment = not_built("requester pays is not built yet");
    PutBucketTagging = built(bucket_settings::put_bucket_tagging, [always("s3:PutBucketTagging")]);
    PutBucketVersioning = built(bucket_settings::put_bucket_versioning, [
        always("s3:PutBucketVersioning"),
    ]);
    PutBucketWebsite = not_built("website hosting is not built yet");
    PutObject = built(put_object::put_object, [
        always("s3:PutObject"),
        with_header("s3:PutObjectTagging", "x-amz-tagging"),
    ]);
    PutObjectAcl = built(object_acl::put_object_acl, [
        unversioned("s3:PutObjectAcl"),
        versioned("s3:PutObjectVersionAcl"),
    ]);
    PutObjectAnnotation = not_built("annotations are not built yet");
    PutObjectLegalHold = not_built("Object Lock is not built yet");
    PutObjectLockConfiguration = not_built("Object Lock is not built yet");
    PutObjectRetention = not_built("Object Lock is not built yet");
    PutObjectTagging = built(object_tagging::put_object_tagging, [
        unversioned("s3:PutObjectTagging"),
        versioned("s3:PutObjectVersionTagging"),
    ]);
    PutPublicAccessBlock = not_built("nothing is public before bucket policies are built");
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
    UploadPart = built(upload_part::upload_part, [always("s3:PutObject")]);
    UploadPartCopy = built(upload_part::upload_part_copy, [always("s3:PutObject")]);
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
            Entry::Built(needs) => {
                built += 1;
                let actions: Vec<String> =
                    needs.iter().map(|need| format!("`{}`", need.action)).collect();
                ("yes", actions.join(", "))
            }
            Entry::NotBuilt(reason) => ("no", reason.to_owned()),
        };
        let url = info.operation.documentation_url();
        out.push_str(&format!("| [{}]({url}) | {mark} | {text} |\n", info.name));
    }
    out.push_str("| PostObject | yes | `s3:PutObject` |\n");
    out.push_str(&format!("\n{} of {} are built.\n", built + 1, OPERATIONS.len() + 1));
    out
}
