//! The table of contents: every operation of the service model, built or not, and why not.
//!
//! `docs/coverage.md` is printed from it.

mod checksums;
mod copy_source;
mod get_object;
mod object_headers;
mod post_object;
mod put_object;

pub(crate) use object_headers::refuse_unbuilt;
pub(crate) use post_object::post_object;

use crate::call::Call;
use crate::error::Failure;
use crate::pipeline::Grant;
use crate::reply::Reply;
use larder_s3_model::{OPERATIONS, Operation};
use larder_storage::Storage;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requested {
    /// An operation of the service model.
    Model(Operation),
    /// A browser's form, which the service model leaves out.
    PostObject,
}

impl Requested {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model(operation) => operation.name(),
            Self::PostObject => "PostObject",
        }
    }
}

/// An IAM action that an operation needs on what its path names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) action: &'static str,
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
    pub(crate) const fn always(action: &'static str) -> Self {
        Self { action, when: When::Always }
    }

    pub(crate) const fn versioned(action: &'static str) -> Self {
        Self { action, when: When::Versioned }
    }

    pub(crate) const fn unversioned(action: &'static str) -> Self {
        Self { action, when: When::Unversioned }
    }

    pub(crate) const fn with_header(action: &'static str, header: &'static str) -> Self {
        Self { action, when: When::Header(header) }
    }

    pub(crate) fn applies(&self, call: &Call) -> bool {
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
    (built($handler:path, [$($when:ident($($need:literal),+)),+ $(,)?])) => {
        Entry::Built(const { &[$(Need::$when($($need),+)),+] })
    };
    (not_built($reason:literal)) => {
        Entry::NotBuilt($reason)
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
    ($($name:ident = $kind:ident ($($arg:tt)*);)*) => {
        /// The operation's row.
        pub(crate) fn entry(operation: Operation) -> Entry {
            match operation {
                $(Operation::$name => entry!($kind($($arg)*)),)*
            }
        }

        /// Runs the operation.
        #[allow(clippy::too_many_lines, reason = "one line per operation")]
        pub(crate) async fn run<S: Storage>(
            operation: Operation,
            grant: Grant<S>,
            call: &mut Call,
        ) -> Result<Reply, Failure> {
            match operation {
                $(Operation::$name => run!((grant, call) $kind($($arg)*)),)*
            }
        }
    };
}

table! {
    AbortMultipartUpload = not_built("not built yet");
    CompleteMultipartUpload = not_built("not built yet");
    CopyObject = not_built("not built yet");
    CreateBucket = not_built("not built yet");
    CreateBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    CreateBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    CreateMultipartUpload = not_built("not built yet");
    CreateSession = not_built("directory buckets belong to S3 Express One Zone");
    DeleteBucket = not_built("not built yet");
    DeleteBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    DeleteBucketCors = not_built("CORS is not built yet");
    DeleteBucketEncryption = not_built("encryption at rest is not built yet");
    DeleteBucketIntelligentTieringConfiguration = not_built("storage classes are labels, nothing is tiered");
    DeleteBucketInventoryConfiguration = not_built("inventories are not built yet");
    DeleteBucketLifecycle = not_built("lifecycle rules are not built yet");
    DeleteBucketMetadataConfiguration = not_built("S3 Metadata tables are not built yet");
    DeleteBucketMetadataTableConfiguration = not_built("S3 Metadata tables are not built yet");
    DeleteBucketMetricsConfiguration = not_built("request metrics are served to the operator");
    DeleteBucketOwnershipControls = not_built("every bucket enforces the ownership of its owner");
    DeleteBucketPolicy = not_built("bucket policies are not built yet");
    DeleteBucketReplication = not_built("replication is not built yet");
    DeleteBucketTagging = not_built("not built yet");
    DeleteBucketWebsite = not_built("website hosting is not built yet");
    DeleteObject = not_built("not built yet");
    DeleteObjectAnnotation = not_built("annotations are not built yet");
    DeleteObjectTagging = not_built("not built yet");
    DeleteObjects = not_built("not built yet");
    DeletePublicAccessBlock = not_built("nothing is public before bucket policies are built");
    GetBucketAbac = not_built("attribute-based access control is not built yet");
    GetBucketAccelerateConfiguration = not_built("there are no edge locations");
    GetBucketAcl = not_built("not built yet");
    GetBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    GetBucketCors = not_built("CORS is not built yet");
    GetBucketEncryption = not_built("encryption at rest is not built yet");
    GetBucketIntelligentTieringConfiguration = not_built("storage classes are labels, nothing is tiered");
    GetBucketInventoryConfiguration = not_built("inventories are not built yet");
    GetBucketLifecycle = not_built("superseded by GetBucketLifecycleConfiguration");
    GetBucketLifecycleConfiguration = not_built("lifecycle rules are not built yet");
    GetBucketLocation = not_built("not built yet");
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
    GetBucketTagging = not_built("not built yet");
    GetBucketVersioning = not_built("not built yet");
    GetBucketWebsite = not_built("website hosting is not built yet");
    GetObject = built(get_object::get_object, [
        unversioned("s3:GetObject"),
        versioned("s3:GetObjectVersion"),
    ]);
    GetObjectAcl = not_built("not built yet");
    GetObjectAnnotation = not_built("annotations are not built yet");
    GetObjectAttributes = not_built("not built yet");
    GetObjectLegalHold = not_built("Object Lock is not built yet");
    GetObjectLockConfiguration = not_built("Object Lock is not built yet");
    GetObjectRetention = not_built("Object Lock is not built yet");
    GetObjectTagging = not_built("not built yet");
    GetObjectTorrent = not_built("AWS no longer serves torrents of new objects");
    GetPublicAccessBlock = not_built("nothing is public before bucket policies are built");
    HeadBucket = not_built("not built yet");
    HeadObject = built(get_object::get_object, [
        unversioned("s3:GetObject"),
        versioned("s3:GetObjectVersion"),
    ]);
    ListBucketAnalyticsConfigurations = not_built("storage class analysis is not built yet");
    ListBucketIntelligentTieringConfigurations = not_built("storage classes are labels, nothing is tiered");
    ListBucketInventoryConfigurations = not_built("inventories are not built yet");
    ListBucketMetricsConfigurations = not_built("request metrics are served to the operator");
    ListBuckets = not_built("not built yet");
    ListDirectoryBuckets = not_built("directory buckets belong to S3 Express One Zone");
    ListMultipartUploads = not_built("not built yet");
    ListObjectAnnotations = not_built("annotations are not built yet");
    ListObjectVersions = not_built("not built yet");
    ListObjects = not_built("not built yet");
    ListObjectsV2 = not_built("not built yet");
    ListParts = not_built("not built yet");
    PutBucketAbac = not_built("attribute-based access control is not built yet");
    PutBucketAccelerateConfiguration = not_built("there are no edge locations");
    PutBucketAcl = not_built("not built yet");
    PutBucketAnalyticsConfiguration = not_built("storage class analysis is not built yet");
    PutBucketCors = not_built("CORS is not built yet");
    PutBucketEncryption = not_built("encryption at rest is not built yet");
    PutBucketIntelligentTieringConfiguration = not_built("storage classes are labels, nothing is tiered");
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
    PutBucketTagging = not_built("not built yet");
    PutBucketVersioning = not_built("not built yet");
    PutBucketWebsite = not_built("website hosting is not built yet");
    PutObject = built(put_object::put_object, [
        always("s3:PutObject"),
        with_header("s3:PutObjectTagging", "x-amz-tagging"),
    ]);
    PutObjectAcl = not_built("not built yet");
    PutObjectAnnotation = not_built("annotations are not built yet");
    PutObjectLegalHold = not_built("Object Lock is not built yet");
    PutObjectLockConfiguration = not_built("Object Lock is not built yet");
    PutObjectRetention = not_built("Object Lock is not built yet");
    PutObjectTagging = not_built("not built yet");
    PutPublicAccessBlock = not_built("nothing is public before bucket policies are built");
    RenameObject = not_built("directory buckets belong to S3 Express One Zone");
    RestoreObject = not_built("nothing is archived, so nothing needs restoring");
    SelectObjectContent = not_built("S3 Select is closed to new customers of AWS");
    UpdateBucketMetadataAnnotationTableConfiguration = not_built("S3 Metadata tables are not built yet");
    UpdateBucketMetadataInventoryTableConfiguration = not_built("S3 Metadata tables are not built yet");
    UpdateBucketMetadataJournalTableConfiguration = not_built("S3 Metadata tables are not built yet");
    UpdateObjectEncryption = not_built("encryption at rest is not built yet");
    UploadPart = not_built("not built yet");
    UploadPartCopy = not_built("not built yet");
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
