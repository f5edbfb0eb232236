//! Strings of which AWS knows every value.
//!
//! Written by `cargo xtask s3gen`; edit `overrides.toml` instead.

string_enum! {
    AnalyticsS3ExportFileFormat {
        Csv = "CSV",
    }
}

string_enum! {
    AnnotationConfigurationState {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
    }
}

string_enum! {
    AnnotationDirective {
        Copy = "COPY",
        Exclude = "EXCLUDE",
    }
}

string_enum! {
    ArchiveStatus {
        ArchiveAccess = "ARCHIVE_ACCESS",
        DeepArchiveAccess = "DEEP_ARCHIVE_ACCESS",
    }
}

string_enum! {
    BucketAbacStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    BucketAccelerateStatus {
        Enabled = "Enabled",
        Suspended = "Suspended",
    }
}

string_enum! {
    BucketCannedACL {
        Private = "private",
        PublicRead = "public-read",
        PublicReadWrite = "public-read-write",
        AuthenticatedRead = "authenticated-read",
    }
}

string_enum! {
    BucketLogsPermission {
        FullControl = "FULL_CONTROL",
        Read = "READ",
        Write = "WRITE",
    }
}

string_enum! {
    BucketNamespace {
        AccountRegional = "account-regional",
        Global = "global",
    }
}

string_enum! {
    BucketType {
        Directory = "Directory",
    }
}

string_enum! {
    BucketVersioningStatus {
        Enabled = "Enabled",
        Suspended = "Suspended",
    }
}

string_enum! {
    ChecksumAlgorithm {
        Crc32 = "CRC32",
        Crc32c = "CRC32C",
        Sha1 = "SHA1",
        Sha256 = "SHA256",
        Crc64nvme = "CRC64NVME",
        Sha512 = "SHA512",
        Md5 = "MD5",
        Xxhash64 = "XXHASH64",
        Xxhash3 = "XXHASH3",
        Xxhash128 = "XXHASH128",
    }
}

string_enum! {
    ChecksumType {
        Composite = "COMPOSITE",
        FullObject = "FULL_OBJECT",
    }
}

string_enum! {
    CompressionType {
        None = "NONE",
        Gzip = "GZIP",
        Bzip2 = "BZIP2",
    }
}

string_enum! {
    DataRedundancy {
        SingleAvailabilityZone = "SingleAvailabilityZone",
        SingleLocalZone = "SingleLocalZone",
    }
}

string_enum! {
    DeleteMarkerReplicationStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    EncodingType {
        Url = "url",
    }
}

string_enum! {
    EncryptionType {
        None = "NONE",
        SseC = "SSE-C",
    }
}

string_enum! {
    Event {
        ReducedRedundancyLostObject = "s3:ReducedRedundancyLostObject",
        ObjectCreatedAll = "s3:ObjectCreated:*",
        ObjectCreatedPut = "s3:ObjectCreated:Put",
        ObjectCreatedPost = "s3:ObjectCreated:Post",
        ObjectCreatedCopy = "s3:ObjectCreated:Copy",
        ObjectCreatedCompleteMultipartUpload = "s3:ObjectCreated:CompleteMultipartUpload",
        ObjectRemovedAll = "s3:ObjectRemoved:*",
        ObjectRemovedDelete = "s3:ObjectRemoved:Delete",
        ObjectRemovedDeleteMarkerCreated = "s3:ObjectRemoved:DeleteMarkerCreated",
        ObjectRestoreAll = "s3:ObjectRestore:*",
        ObjectRestorePost = "s3:ObjectRestore:Post",
        ObjectRestoreCompleted = "s3:ObjectRestore:Completed",
        ReplicationAll = "s3:Replication:*",
        ReplicationOperationFailedReplication = "s3:Replication:OperationFailedReplication",
        ReplicationOperationNotTracked = "s3:Replication:OperationNotTracked",
        ReplicationOperationMissedThreshold = "s3:Replication:OperationMissedThreshold",
        ReplicationOperationReplicatedAfterThreshold = "s3:Replication:OperationReplicatedAfterThreshold",
        ObjectRestoreDelete = "s3:ObjectRestore:Delete",
        LifecycleTransition = "s3:LifecycleTransition",
        IntelligentTiering = "s3:IntelligentTiering",
        ObjectAclPut = "s3:ObjectAcl:Put",
        LifecycleExpirationAll = "s3:LifecycleExpiration:*",
        LifecycleExpirationDelete = "s3:LifecycleExpiration:Delete",
        LifecycleExpirationDeleteMarkerCreated = "s3:LifecycleExpiration:DeleteMarkerCreated",
        ObjectTaggingAll = "s3:ObjectTagging:*",
        ObjectTaggingPut = "s3:ObjectTagging:Put",
        ObjectTaggingDelete = "s3:ObjectTagging:Delete",
        ObjectAnnotationAll = "s3:ObjectAnnotation:*",
        ObjectAnnotationPut = "s3:ObjectAnnotation:Put",
        ObjectAnnotationDelete = "s3:ObjectAnnotation:Delete",
        ObjectRetentionPut = "s3:ObjectRetention:Put",
    }
}

string_enum! {
    ExistingObjectReplicationStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    ExpirationState {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
    }
}

string_enum! {
    ExpirationStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    ExpressionType {
        Sql = "SQL",
    }
}

string_enum! {
    FileHeaderInfo {
        Use = "USE",
        Ignore = "IGNORE",
        None = "NONE",
    }
}

string_enum! {
    FilterRuleName {
        Prefix = "prefix",
        Suffix = "suffix",
    }
}

string_enum! {
    IntelligentTieringAccessTier {
        ArchiveAccess = "ARCHIVE_ACCESS",
        DeepArchiveAccess = "DEEP_ARCHIVE_ACCESS",
    }
}

string_enum! {
    IntelligentTieringStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    InventoryConfigurationState {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
    }
}

string_enum! {
    InventoryFormat {
        Csv = "CSV",
        Orc = "ORC",
        Parquet = "Parquet",
    }
}

string_enum! {
    InventoryFrequency {
        Daily = "Daily",
        Weekly = "Weekly",
    }
}

string_enum! {
    InventoryIncludedObjectVersions {
        All = "All",
        Current = "Current",
    }
}

string_enum! {
    InventoryOptionalField {
        Size = "Size",
        LastModifiedDate = "LastModifiedDate",
        StorageClass = "StorageClass",
        ETag = "ETag",
        IsMultipartUploaded = "IsMultipartUploaded",
        ReplicationStatus = "ReplicationStatus",
        EncryptionStatus = "EncryptionStatus",
        ObjectLockRetainUntilDate = "ObjectLockRetainUntilDate",
        ObjectLockMode = "ObjectLockMode",
        ObjectLockLegalHoldStatus = "ObjectLockLegalHoldStatus",
        ObjectLockEventHoldStatus = "ObjectLockEventHoldStatus",
        ObjectLockEventHoldDuration = "ObjectLockEventHoldDuration",
        IntelligentTieringAccessTier = "IntelligentTieringAccessTier",
        BucketKeyStatus = "BucketKeyStatus",
        ChecksumAlgorithm = "ChecksumAlgorithm",
        ObjectAccessControlList = "ObjectAccessControlList",
        ObjectOwner = "ObjectOwner",
        LifecycleExpirationDate = "LifecycleExpirationDate",
        IntelligentTieringReferenceDate = "IntelligentTieringReferenceDate",
    }
}

string_enum! {
    JSONType {
        Document = "DOCUMENT",
        Lines = "LINES",
    }
}

string_enum! {
    LocationType {
        AvailabilityZone = "AvailabilityZone",
        LocalZone = "LocalZone",
    }
}

string_enum! {
    MFADelete {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    MFADeleteStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    MetadataDirective {
        Copy = "COPY",
        Replace = "REPLACE",
    }
}

string_enum! {
    MetricsStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    ObjectAttributes {
        ETag = "ETag",
        Checksum = "Checksum",
        ObjectParts = "ObjectParts",
        StorageClass = "StorageClass",
        ObjectSize = "ObjectSize",
    }
}

string_enum! {
    ObjectCannedACL {
        Private = "private",
        PublicRead = "public-read",
        PublicReadWrite = "public-read-write",
        AuthenticatedRead = "authenticated-read",
        AwsExecRead = "aws-exec-read",
        BucketOwnerRead = "bucket-owner-read",
        BucketOwnerFullControl = "bucket-owner-full-control",
    }
}

string_enum! {
    ObjectLockEnabled {
        Enabled = "Enabled",
    }
}

string_enum! {
    ObjectLockEventHold {
        On = "ON",
        Off = "OFF",
    }
}

string_enum! {
    ObjectLockLegalHoldStatus {
        On = "ON",
        Off = "OFF",
    }
}

string_enum! {
    ObjectLockMode {
        Governance = "GOVERNANCE",
        Compliance = "COMPLIANCE",
    }
}

string_enum! {
    ObjectLockRetentionMode {
        Governance = "GOVERNANCE",
        Compliance = "COMPLIANCE",
    }
}

string_enum! {
    ObjectOwnership {
        BucketOwnerPreferred = "BucketOwnerPreferred",
        ObjectWriter = "ObjectWriter",
        BucketOwnerEnforced = "BucketOwnerEnforced",
    }
}

string_enum! {
    ObjectStorageClass {
        Standard = "STANDARD",
        ReducedRedundancy = "REDUCED_REDUNDANCY",
        Glacier = "GLACIER",
        StandardIa = "STANDARD_IA",
        OnezoneIa = "ONEZONE_IA",
        IntelligentTiering = "INTELLIGENT_TIERING",
        DeepArchive = "DEEP_ARCHIVE",
        Outposts = "OUTPOSTS",
        GlacierIr = "GLACIER_IR",
        Snow = "SNOW",
        ExpressOnezone = "EXPRESS_ONEZONE",
        FsxOpenzfs = "FSX_OPENZFS",
        FsxOntap = "FSX_ONTAP",
        AwsBackupWarm = "AWS_BACKUP_WARM",
        AwsBackupLowCostWarm = "AWS_BACKUP_LOW_COST_WARM",
    }
}

string_enum! {
    ObjectVersionStorageClass {
        Standard = "STANDARD",
    }
}

string_enum! {
    OptionalObjectAttributes {
        RestoreStatus = "RestoreStatus",
    }
}

string_enum! {
    OwnerOverride {
        Destination = "Destination",
    }
}

string_enum! {
    PartitionDateSource {
        EventTime = "EventTime",
        DeliveryTime = "DeliveryTime",
    }
}

string_enum! {
    Payer {
        Requester = "Requester",
        BucketOwner = "BucketOwner",
    }
}

string_enum! {
    Permission {
        FullControl = "FULL_CONTROL",
        Write = "WRITE",
        WriteAcp = "WRITE_ACP",
        Read = "READ",
        ReadAcp = "READ_ACP",
    }
}

string_enum! {
    Protocol {
        Http = "http",
        Https = "https",
    }
}

string_enum! {
    QuoteFields {
        Always = "ALWAYS",
        Asneeded = "ASNEEDED",
    }
}

string_enum! {
    ReplicaModificationsStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    ReplicationRuleStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    ReplicationStatus {
        Complete = "COMPLETE",
        Pending = "PENDING",
        Failed = "FAILED",
        Replica = "REPLICA",
        Completed = "COMPLETED",
    }
}

string_enum! {
    ReplicationTimeStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    RequestCharged {
        Requester = "requester",
    }
}

string_enum! {
    RequestPayer {
        Requester = "requester",
    }
}

string_enum! {
    RestoreRequestType {
        Select = "SELECT",
    }
}

string_enum! {
    S3TablesBucketType {
        Aws = "aws",
        Customer = "customer",
    }
}

string_enum! {
    ServerSideEncryption {
        Aes256 = "AES256",
        AwsFsx = "aws:fsx",
        AwsBackup = "aws:backup",
        AwsKms = "aws:kms",
        AwsKmsDsse = "aws:kms:dsse",
    }
}

string_enum! {
    SessionMode {
        ReadOnly = "ReadOnly",
        ReadWrite = "ReadWrite",
    }
}

string_enum! {
    SseKmsEncryptedObjectsStatus {
        Enabled = "Enabled",
        Disabled = "Disabled",
    }
}

string_enum! {
    StorageClass {
        Standard = "STANDARD",
        ReducedRedundancy = "REDUCED_REDUNDANCY",
        StandardIa = "STANDARD_IA",
        OnezoneIa = "ONEZONE_IA",
        IntelligentTiering = "INTELLIGENT_TIERING",
        Glacier = "GLACIER",
        DeepArchive = "DEEP_ARCHIVE",
        Outposts = "OUTPOSTS",
        GlacierIr = "GLACIER_IR",
        Snow = "SNOW",
        ExpressOnezone = "EXPRESS_ONEZONE",
        FsxOpenzfs = "FSX_OPENZFS",
        FsxOntap = "FSX_ONTAP",
        AwsBackupWarm = "AWS_BACKUP_WARM",
        AwsBackupLowCostWarm = "AWS_BACKUP_LOW_COST_WARM",
    }
}

string_enum! {
    StorageClassAnalysisSchemaVersion {
        V1 = "V_1",
    }
}

string_enum! {
    TableSseAlgorithm {
        AwsKms = "aws:kms",
        Aes256 = "AES256",
    }
}

string_enum! {
    TaggingDirective {
        Copy = "COPY",
        Replace = "REPLACE",
    }
}

string_enum! {
    Tier {
        Standard = "Standard",
        Bulk = "Bulk",
        Expedited = "Expedited",
    }
}

string_enum! {
    TransitionDefaultMinimumObjectSize {
        VariesByStorageClass = "varies_by_storage_class",
        AllStorageClasses128k = "all_storage_classes_128K",
    }
}

string_enum! {
    TransitionStorageClass {
        Glacier = "GLACIER",
        StandardIa = "STANDARD_IA",
        OnezoneIa = "ONEZONE_IA",
        IntelligentTiering = "INTELLIGENT_TIERING",
        DeepArchive = "DEEP_ARCHIVE",
        GlacierIr = "GLACIER_IR",
    }
}

string_enum! {
    Type {
        CanonicalUser = "CanonicalUser",
        AmazonCustomerByEmail = "AmazonCustomerByEmail",
        Group = "Group",
    }
}
