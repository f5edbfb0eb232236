//! Structures inside documents.
//!
//! Written by `cargo xtask s3gen`; edit `overrides.toml` instead.

use super::{enums, shapes};
use crate::text::Secret;
use larder_types::Timestamp;

xml_shape! {
    #[derive(Default)]
    AbacStatus finish {
        status: Option<enums::BucketAbacStatus> = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    AbortIncompleteMultipartUpload finish {
        days_after_initiation: Option<i32> = element("DaysAfterInitiation"),
    }
}

xml_shape! {
    #[derive(Default)]
    AccelerateConfiguration finish {
        status: Option<enums::BucketAccelerateStatus> = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    AccessControlPolicy finish {
        grants: Vec<shapes::Grant> = always_list("AccessControlList", "Grant"),
        owner: Option<shapes::Owner> = element("Owner"),
    }
}

xml_shape! {
    AccessControlTranslation finish {
        owner: enums::OwnerOverride = element("Owner"),
    }
}

xml_shape! {
    #[derive(Default)]
    AnalyticsAndOperator finish {
        prefix: Option<String> = element("Prefix"),
        tags: Vec<shapes::Tag> = flat("Tag"),
    }
}

xml_shape! {
    #[derive(Default)]
    AnalyticsConfiguration finish {
        id: String = element("Id"),
        filter: Option<shapes::AnalyticsFilter> = element("Filter"),
        storage_class_analysis: shapes::StorageClassAnalysis = element("StorageClassAnalysis"),
    }
}

xml_shape! {
    AnalyticsExportDestination finish {
        s3_bucket_destination: shapes::AnalyticsS3BucketDestination = element("S3BucketDestination"),
    }
}

xml_shape! {
    #[derive(Default)]
    AnalyticsFilter finish {
        prefix: Option<String> = element("Prefix"),
        tag: Option<shapes::Tag> = element("Tag"),
        and: Option<shapes::AnalyticsAndOperator> = element("And"),
    }
}

xml_shape! {
    AnalyticsS3BucketDestination finish {
        format: enums::AnalyticsS3ExportFileFormat = element("Format"),
        bucket_account_id: Option<String> = element("BucketAccountId"),
        bucket: String = element("Bucket"),
        prefix: Option<String> = element("Prefix"),
    }
}

xml_shape! {
    AnnotationEntry finish {
        annotation_name: String = element("AnnotationName"),
        last_modified: Timestamp = element("LastModified"),
        etag: Option<String> = quoted("ETag"),
        checksum_algorithm: Vec<enums::ChecksumAlgorithm> = flat("ChecksumAlgorithm"),
        size: i64 = element("Size"),
        replication_status: Option<enums::ReplicationStatus> = element("ReplicationStatus"),
    }
}

xml_shape! {
    AnnotationTableConfiguration finish {
        configuration_state: enums::AnnotationConfigurationState = element("ConfigurationState"),
        encryption_configuration: Option<shapes::MetadataTableEncryptionConfiguration> = element("EncryptionConfiguration"),
        role: Option<String> = element("Role"),
    }
}

xml_shape! {
    AnnotationTableConfigurationResult finish {
        configuration_state: enums::AnnotationConfigurationState = element("ConfigurationState"),
        table_status: Option<String> = element("TableStatus"),
        error: Option<shapes::ErrorDetails> = element("Error"),
        table_name: Option<String> = element("TableName"),
        table_arn: Option<String> = element("TableArn"),
        role: Option<String> = element("Role"),
    }
}

xml_shape! {
    AnnotationTableConfigurationUpdates finish {
        configuration_state: enums::AnnotationConfigurationState = element("ConfigurationState"),
        encryption_configuration: Option<shapes::MetadataTableEncryptionConfiguration> = element("EncryptionConfiguration"),
        role: Option<String> = element("Role"),
    }
}

xml_shape! {
    #[derive(Default)]
    BlockedEncryptionTypes finish {
        encryption_type: Vec<enums::EncryptionType> = flat("EncryptionType"),
    }
}

xml_shape! {
    #[derive(Default)]
    Bucket finish {
        name: Option<String> = element("Name"),
        creation_date: Option<Timestamp> = element("CreationDate"),
        bucket_region: Option<String> = element("BucketRegion"),
        bucket_arn: Option<String> = element("BucketArn"),
    }
}

xml_shape! {
    #[derive(Default)]
    BucketInfo finish {
        data_redundancy: Option<enums::DataRedundancy> = element("DataRedundancy"),
        r#type: Option<enums::BucketType> = element("Type"),
    }
}

xml_shape! {
    #[derive(Default)]
    BucketLifecycleConfiguration finish {
        rules: Vec<shapes::LifecycleRule> = some("Rule"),
    }
}

xml_shape! {
    #[derive(Default)]
    BucketLoggingStatus finish {
        logging_enabled: Option<shapes::LoggingEnabled> = element("LoggingEnabled"),
    }
}

xml_shape! {
    #[derive(Default)]
    CORSConfiguration finish {
        cors_rules: Vec<shapes::CORSRule> = some("CORSRule"),
    }
}

xml_shape! {
    #[derive(Default)]
    CORSRule finish {
        id: Option<String> = element("ID"),
        allowed_headers: Vec<String> = flat("AllowedHeader"),
        allowed_methods: Vec<String> = some("AllowedMethod"),
        allowed_origins: Vec<String> = some("AllowedOrigin"),
        expose_headers: Vec<String> = flat("ExposeHeader"),
        max_age_seconds: Option<i32> = element("MaxAgeSeconds"),
    }
}

xml_shape! {
    #[derive(Default)]
    CSVInput finish {
        file_header_info: Option<enums::FileHeaderInfo> = element("FileHeaderInfo"),
        comments: Option<String> = element("Comments"),
        quote_escape_character: Option<String> = element("QuoteEscapeCharacter"),
        record_delimiter: Option<String> = element("RecordDelimiter"),
        field_delimiter: Option<String> = element("FieldDelimiter"),
        quote_character: Option<String> = element("QuoteCharacter"),
        allow_quoted_record_delimiter: Option<bool> = element("AllowQuotedRecordDelimiter"),
    }
}

xml_shape! {
    #[derive(Default)]
    CSVOutput finish {
        quote_fields: Option<enums::QuoteFields> = element("QuoteFields"),
        quote_escape_character: Option<String> = element("QuoteEscapeCharacter"),
        record_delimiter: Option<String> = element("RecordDelimiter"),
        field_delimiter: Option<String> = element("FieldDelimiter"),
        quote_character: Option<String> = element("QuoteCharacter"),
    }
}

xml_shape! {
    #[derive(Default)]
    Checksum finish {
        checksum_crc32: Option<String> = element("ChecksumCRC32"),
        checksum_crc32c: Option<String> = element("ChecksumCRC32C"),
        checksum_crc64nvme: Option<String> = element("ChecksumCRC64NVME"),
        checksum_sha1: Option<String> = element("ChecksumSHA1"),
        checksum_sha256: Option<String> = element("ChecksumSHA256"),
        checksum_sha512: Option<String> = element("ChecksumSHA512"),
        checksum_md5: Option<String> = element("ChecksumMD5"),
        checksum_xxhash64: Option<String> = element("ChecksumXXHASH64"),
        checksum_xxhash3: Option<String> = element("ChecksumXXHASH3"),
        checksum_xxhash128: Option<String> = element("ChecksumXXHASH128"),
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
    }
}

xml_shape! {
    #[derive(Default)]
    CloudFunctionConfiguration finish {
        id: Option<String> = element("Id"),
        events: Vec<enums::Event> = flat("Event"),
        cloud_function: Option<String> = element("CloudFunction"),
        invocation_role: Option<String> = element("InvocationRole"),
    }
}

xml_shape! {
    #[derive(Default)]
    CommonPrefix finish {
        prefix: Option<String> = element("Prefix"),
    }
}

xml_shape! {
    #[derive(Default)]
    CompletedMultipartUpload finish_lenient {
        parts: Vec<shapes::CompletedPart> = flat("Part"),
    }
}

xml_shape! {
    #[derive(Default)]
    CompletedPart finish_lenient {
        etag: Option<String> = quoted("ETag"),
        checksum_crc32: Option<String> = element("ChecksumCRC32"),
        checksum_crc32c: Option<String> = element("ChecksumCRC32C"),
        checksum_crc64nvme: Option<String> = element("ChecksumCRC64NVME"),
        checksum_sha1: Option<String> = element("ChecksumSHA1"),
        checksum_sha256: Option<String> = element("ChecksumSHA256"),
        checksum_sha512: Option<String> = element("ChecksumSHA512"),
        checksum_md5: Option<String> = element("ChecksumMD5"),
        checksum_xxhash64: Option<String> = element("ChecksumXXHASH64"),
        checksum_xxhash3: Option<String> = element("ChecksumXXHASH3"),
        checksum_xxhash128: Option<String> = element("ChecksumXXHASH128"),
        part_number: Option<i32> = element("PartNumber"),
    }
}

xml_shape! {
    #[derive(Default)]
    Condition finish {
        http_error_code_returned_equals: Option<String> = element("HttpErrorCodeReturnedEquals"),
        key_prefix_equals: Option<String> = element("KeyPrefixEquals"),
    }
}

xml_shape! {
    #[derive(Default)]
    CopyObjectResult finish {
        etag: Option<String> = quoted("ETag"),
        last_modified: Option<Timestamp> = element("LastModified"),
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
        checksum_crc32: Option<String> = element("ChecksumCRC32"),
        checksum_crc32c: Option<String> = element("ChecksumCRC32C"),
        checksum_crc64nvme: Option<String> = element("ChecksumCRC64NVME"),
        checksum_sha1: Option<String> = element("ChecksumSHA1"),
        checksum_sha256: Option<String> = element("ChecksumSHA256"),
        checksum_sha512: Option<String> = element("ChecksumSHA512"),
        checksum_md5: Option<String> = element("ChecksumMD5"),
        checksum_xxhash64: Option<String> = element("ChecksumXXHASH64"),
        checksum_xxhash3: Option<String> = element("ChecksumXXHASH3"),
        checksum_xxhash128: Option<String> = element("ChecksumXXHASH128"),
    }
}

xml_shape! {
    #[derive(Default)]
    CopyPartResult finish {
        etag: Option<String> = quoted("ETag"),
        last_modified: Option<Timestamp> = element("LastModified"),
        checksum_crc32: Option<String> = element("ChecksumCRC32"),
        checksum_crc32c: Option<String> = element("ChecksumCRC32C"),
        checksum_crc64nvme: Option<String> = element("ChecksumCRC64NVME"),
        checksum_sha1: Option<String> = element("ChecksumSHA1"),
        checksum_sha256: Option<String> = element("ChecksumSHA256"),
        checksum_sha512: Option<String> = element("ChecksumSHA512"),
        checksum_md5: Option<String> = element("ChecksumMD5"),
        checksum_xxhash64: Option<String> = element("ChecksumXXHASH64"),
        checksum_xxhash3: Option<String> = element("ChecksumXXHASH3"),
        checksum_xxhash128: Option<String> = element("ChecksumXXHASH128"),
    }
}

xml_shape! {
    #[derive(Default)]
    CreateBucketConfiguration finish {
        location_constraint: Option<String> = element("LocationConstraint"),
        location: Option<shapes::LocationInfo> = element("Location"),
        bucket: Option<shapes::BucketInfo> = element("Bucket"),
        tags: Vec<shapes::Tag> = always_list("Tags", "Tag"),
    }
}

xml_shape! {
    #[derive(Default)]
    DefaultRetention finish {
        mode: Option<enums::ObjectLockRetentionMode> = element("Mode"),
        days: Option<i32> = element("Days"),
        years: Option<i32> = element("Years"),
        default_event_hold: Option<shapes::EventHoldDuration> = element("DefaultEventHold"),
    }
}

xml_shape! {
    #[derive(Default)]
    Delete finish {
        objects: Vec<shapes::ObjectIdentifier> = some("Object"),
        quiet: Option<bool> = element("Quiet"),
    }
}

xml_shape! {
    #[derive(Default)]
    DeleteMarkerEntry finish {
        owner: Option<shapes::Owner> = element("Owner"),
        key: Option<String> = element("Key"),
        version_id: Option<String> = element("VersionId"),
        is_latest: Option<bool> = element("IsLatest"),
        last_modified: Option<Timestamp> = element("LastModified"),
    }
}

xml_shape! {
    #[derive(Default)]
    DeleteMarkerReplication finish {
        status: Option<enums::DeleteMarkerReplicationStatus> = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    DeletedObject finish {
        key: Option<String> = element("Key"),
        version_id: Option<String> = element("VersionId"),
        delete_marker: Option<bool> = element("DeleteMarker"),
        delete_marker_version_id: Option<String> = element("DeleteMarkerVersionId"),
    }
}

xml_shape! {
    #[derive(Default)]
    Destination finish {
        bucket: String = element("Bucket"),
        account: Option<String> = element("Account"),
        storage_class: Option<enums::StorageClass> = element("StorageClass"),
        access_control_translation: Option<shapes::AccessControlTranslation> = element("AccessControlTranslation"),
        encryption_configuration: Option<shapes::EncryptionConfiguration> = element("EncryptionConfiguration"),
        replication_time: Option<shapes::ReplicationTime> = element("ReplicationTime"),
        metrics: Option<shapes::Metrics> = element("Metrics"),
    }
}

xml_shape! {
    #[derive(Default)]
    DestinationResult finish {
        table_bucket_type: Option<enums::S3TablesBucketType> = element("TableBucketType"),
        table_bucket_arn: Option<String> = element("TableBucketArn"),
        table_namespace: Option<String> = element("TableNamespace"),
    }
}

xml_shape! {
    Encryption finish {
        encryption_type: enums::ServerSideEncryption = element("EncryptionType"),
        kms_key_id: Option<String> = element("KMSKeyId"),
        kms_context: Option<String> = element("KMSContext"),
    }
}

xml_shape! {
    #[derive(Default)]
    EncryptionConfiguration finish {
        replica_kms_key_id: Option<String> = element("ReplicaKmsKeyID"),
    }
}

xml_shape! {
    #[derive(Default)]
    Error finish {
        key: Option<String> = element("Key"),
        version_id: Option<String> = element("VersionId"),
        code: Option<String> = element("Code"),
        message: Option<String> = element("Message"),
    }
}

xml_shape! {
    #[derive(Default)]
    ErrorDetails finish {
        error_code: Option<String> = element("ErrorCode"),
        error_message: Option<String> = element("ErrorMessage"),
    }
}

xml_shape! {
    #[derive(Default)]
    ErrorDocument finish {
        key: String = element("Key"),
    }
}

xml_shape! {
    #[derive(Default)]
    EventBridgeConfiguration finish {
    }
}

xml_shape! {
    #[derive(Default)]
    EventHoldDuration finish {
        days: Option<i32> = element("Days"),
        years: Option<i32> = element("Years"),
    }
}

xml_shape! {
    ExistingObjectReplication finish {
        status: enums::ExistingObjectReplicationStatus = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    FilterRule finish {
        name: Option<enums::FilterRuleName> = element("Name"),
        value: Option<String> = element("Value"),
    }
}

xml_shape! {
    #[derive(Default)]
    GetBucketMetadataConfigurationResult finish {
        metadata_configuration_result: shapes::MetadataConfigurationResult = element("MetadataConfigurationResult"),
    }
}

xml_shape! {
    #[derive(Default)]
    GetBucketMetadataTableConfigurationResult finish {
        metadata_table_configuration_result: shapes::MetadataTableConfigurationResult = element("MetadataTableConfigurationResult"),
        status: String = element("Status"),
        error: Option<shapes::ErrorDetails> = element("Error"),
    }
}

xml_shape! {
    #[derive(Default)]
    GetObjectAttributesParts finish {
        total_parts_count: Option<i32> = element("PartsCount"),
        part_number_marker: Option<i32> = element("PartNumberMarker"),
        next_part_number_marker: Option<i32> = element("NextPartNumberMarker"),
        max_parts: Option<i32> = element("MaxParts"),
        is_truncated: Option<bool> = element("IsTruncated"),
        parts: Vec<shapes::ObjectPart> = flat("Part"),
    }
}

xml_shape! {
    GlacierJobParameters finish {
        tier: enums::Tier = element("Tier"),
    }
}

xml_shape! {
    #[derive(Default)]
    Grant finish {
        grantee: Option<shapes::Grantee> = element("Grantee"),
        permission: Option<enums::Permission> = element("Permission"),
    }
}

xml_shape! {
    Grantee finish {
        r#type: enums::Type = attribute("xsi:type"),
        display_name: Option<String> = element("DisplayName"),
        email_address: Option<String> = element("EmailAddress"),
        id: Option<String> = element("ID"),
        uri: Option<String> = element("URI"),
    }
}

xml_shape! {
    #[derive(Default)]
    IndexDocument finish {
        suffix: String = element("Suffix"),
    }
}

xml_shape! {
    #[derive(Default)]
    Initiator finish {
        id: Option<String> = element("ID"),
        display_name: Option<String> = element("DisplayName"),
    }
}

xml_shape! {
    #[derive(Default)]
    InputSerialization finish {
        csv: Option<shapes::CSVInput> = element("CSV"),
        compression_type: Option<enums::CompressionType> = element("CompressionType"),
        json: Option<shapes::JSONInput> = element("JSON"),
        parquet: Option<shapes::ParquetInput> = element("Parquet"),
    }
}

xml_shape! {
    #[derive(Default)]
    IntelligentTieringAndOperator finish {
        prefix: Option<String> = element("Prefix"),
        tags: Vec<shapes::Tag> = flat("Tag"),
    }
}

xml_shape! {
    IntelligentTieringConfiguration finish {
        id: String = element("Id"),
        filter: Option<shapes::IntelligentTieringFilter> = element("Filter"),
        status: enums::IntelligentTieringStatus = element("Status"),
        tierings: Vec<shapes::Tiering> = some("Tiering"),
    }
}

xml_shape! {
    #[derive(Default)]
    IntelligentTieringFilter finish {
        prefix: Option<String> = element("Prefix"),
        tag: Option<shapes::Tag> = element("Tag"),
        and: Option<shapes::IntelligentTieringAndOperator> = element("And"),
    }
}

xml_shape! {
    InventoryConfiguration finish {
        destination: shapes::InventoryDestination = element("Destination"),
        is_enabled: bool = element("IsEnabled"),
        filter: Option<shapes::InventoryFilter> = element("Filter"),
        id: String = element("Id"),
        included_object_versions: enums::InventoryIncludedObjectVersions = element("IncludedObjectVersions"),
        optional_fields: Vec<enums::InventoryOptionalField> = list("OptionalFields", "Field"),
        schedule: shapes::InventorySchedule = element("Schedule"),
    }
}

xml_shape! {
    InventoryDestination finish {
        s3_bucket_destination: shapes::InventoryS3BucketDestination = element("S3BucketDestination"),
    }
}

xml_shape! {
    #[derive(Default)]
    InventoryEncryption finish {
        sse_s3: Option<shapes::SSES3> = element("SSE-S3"),
        sse_kms: Option<shapes::SSEKMS> = element("SSE-KMS"),
    }
}

xml_shape! {
    #[derive(Default)]
    InventoryFilter finish {
        prefix: String = element("Prefix"),
    }
}

xml_shape! {
    InventoryS3BucketDestination finish {
        account_id: Option<String> = element("AccountId"),
        bucket: String = element("Bucket"),
        format: enums::InventoryFormat = element("Format"),
        prefix: Option<String> = element("Prefix"),
        encryption: Option<shapes::InventoryEncryption> = element("Encryption"),
    }
}

xml_shape! {
    InventorySchedule finish {
        frequency: enums::InventoryFrequency = element("Frequency"),
    }
}

xml_shape! {
    InventoryTableConfiguration finish {
        configuration_state: enums::InventoryConfigurationState = element("ConfigurationState"),
        encryption_configuration: Option<shapes::MetadataTableEncryptionConfiguration> = element("EncryptionConfiguration"),
    }
}

xml_shape! {
    InventoryTableConfigurationResult finish {
        configuration_state: enums::InventoryConfigurationState = element("ConfigurationState"),
        table_status: Option<String> = element("TableStatus"),
        error: Option<shapes::ErrorDetails> = element("Error"),
        table_name: Option<String> = element("TableName"),
        table_arn: Option<String> = element("TableArn"),
    }
}

xml_shape! {
    InventoryTableConfigurationUpdates finish {
        configuration_state: enums::InventoryConfigurationState = element("ConfigurationState"),
        encryption_configuration: Option<shapes::MetadataTableEncryptionConfiguration> = element("EncryptionConfiguration"),
    }
}

xml_shape! {
    #[derive(Default)]
    JSONInput finish {
        r#type: Option<enums::JSONType> = element("Type"),
    }
}

xml_shape! {
    #[derive(Default)]
    JSONOutput finish {
        record_delimiter: Option<String> = element("RecordDelimiter"),
    }
}

xml_shape! {
    JournalTableConfiguration finish {
        record_expiration: shapes::RecordExpiration = element("RecordExpiration"),
        encryption_configuration: Option<shapes::MetadataTableEncryptionConfiguration> = element("EncryptionConfiguration"),
    }
}

xml_shape! {
    JournalTableConfigurationResult finish {
        table_status: String = element("TableStatus"),
        error: Option<shapes::ErrorDetails> = element("Error"),
        table_name: String = element("TableName"),
        table_arn: Option<String> = element("TableArn"),
        record_expiration: shapes::RecordExpiration = element("RecordExpiration"),
    }
}

xml_shape! {
    JournalTableConfigurationUpdates finish {
        record_expiration: shapes::RecordExpiration = element("RecordExpiration"),
    }
}

xml_shape! {
    #[derive(Default)]
    LambdaFunctionConfiguration finish {
        id: Option<String> = element("Id"),
        lambda_function_arn: String = element("CloudFunction"),
        events: Vec<enums::Event> = some("Event"),
        filter: Option<shapes::NotificationConfigurationFilter> = element("Filter"),
    }
}

xml_shape! {
    #[derive(Default)]
    LifecycleConfiguration finish {
        rules: Vec<shapes::Rule> = some("Rule"),
    }
}

xml_shape! {
    #[derive(Default)]
    LifecycleExpiration finish {
        date: Option<Timestamp> = element("Date"),
        days: Option<i32> = element("Days"),
        expired_object_delete_marker: Option<bool> = element("ExpiredObjectDeleteMarker"),
    }
}

xml_shape! {
    LifecycleRule finish {
        expiration: Option<shapes::LifecycleExpiration> = element("Expiration"),
        id: Option<String> = element("ID"),
        prefix: Option<String> = element("Prefix"),
        filter: Option<shapes::LifecycleRuleFilter> = element("Filter"),
        status: enums::ExpirationStatus = element("Status"),
        transitions: Vec<shapes::Transition> = flat("Transition"),
        noncurrent_version_transitions: Vec<shapes::NoncurrentVersionTransition> = flat("NoncurrentVersionTransition"),
        noncurrent_version_expiration: Option<shapes::NoncurrentVersionExpiration> = element("NoncurrentVersionExpiration"),
        abort_incomplete_multipart_upload: Option<shapes::AbortIncompleteMultipartUpload> = element("AbortIncompleteMultipartUpload"),
    }
}

xml_shape! {
    #[derive(Default)]
    LifecycleRuleAndOperator finish {
        prefix: Option<String> = element("Prefix"),
        tags: Vec<shapes::Tag> = flat("Tag"),
        object_size_greater_than: Option<i64> = element("ObjectSizeGreaterThan"),
        object_size_less_than: Option<i64> = element("ObjectSizeLessThan"),
    }
}

xml_shape! {
    #[derive(Default)]
    LifecycleRuleFilter finish {
        prefix: Option<String> = element("Prefix"),
        tag: Option<shapes::Tag> = element("Tag"),
        object_size_greater_than: Option<i64> = element("ObjectSizeGreaterThan"),
        object_size_less_than: Option<i64> = element("ObjectSizeLessThan"),
        and: Option<shapes::LifecycleRuleAndOperator> = element("And"),
    }
}

xml_shape! {
    #[derive(Default)]
    LocationInfo finish {
        r#type: Option<enums::LocationType> = element("Type"),
        name: Option<String> = element("Name"),
    }
}

xml_shape! {
    #[derive(Default)]
    LoggingEnabled finish {
        target_bucket: String = element("TargetBucket"),
        target_grants: Vec<shapes::TargetGrant> = list("TargetGrants", "Grant"),
        target_prefix: String = element("TargetPrefix"),
        target_object_key_format: Option<shapes::TargetObjectKeyFormat> = element("TargetObjectKeyFormat"),
    }
}

xml_shape! {
    MetadataConfiguration finish {
        journal_table_configuration: shapes::JournalTableConfiguration = element("JournalTableConfiguration"),
        inventory_table_configuration: Option<shapes::InventoryTableConfiguration> = element("InventoryTableConfiguration"),
        annotation_table_configuration: Option<shapes::AnnotationTableConfiguration> = element("AnnotationTableConfiguration"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetadataConfigurationResult finish {
        destination_result: shapes::DestinationResult = element("DestinationResult"),
        journal_table_configuration_result: Option<shapes::JournalTableConfigurationResult> = element("JournalTableConfigurationResult"),
        inventory_table_configuration_result: Option<shapes::InventoryTableConfigurationResult> = element("InventoryTableConfigurationResult"),
        annotation_table_configuration_result: Option<shapes::AnnotationTableConfigurationResult> = element("AnnotationTableConfigurationResult"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetadataEntry finish {
        name: Option<String> = element("Name"),
        value: Option<String> = element("Value"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetadataTableConfiguration finish {
        s3_tables_destination: shapes::S3TablesDestination = element("S3TablesDestination"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetadataTableConfigurationResult finish {
        s3_tables_destination_result: shapes::S3TablesDestinationResult = element("S3TablesDestinationResult"),
    }
}

xml_shape! {
    MetadataTableEncryptionConfiguration finish {
        sse_algorithm: enums::TableSseAlgorithm = element("SseAlgorithm"),
        kms_key_arn: Option<String> = element("KmsKeyArn"),
    }
}

xml_shape! {
    Metrics finish {
        status: enums::MetricsStatus = element("Status"),
        event_threshold: Option<shapes::ReplicationTimeValue> = element("EventThreshold"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetricsAndOperator finish {
        prefix: Option<String> = element("Prefix"),
        tags: Vec<shapes::Tag> = flat("Tag"),
        access_point_arn: Option<String> = element("AccessPointArn"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetricsConfiguration finish {
        id: String = element("Id"),
        filter: Option<shapes::MetricsFilter> = element("Filter"),
    }
}

xml_shape! {
    #[derive(Default)]
    MetricsFilter finish {
        prefix: Option<String> = element("Prefix"),
        tag: Option<shapes::Tag> = element("Tag"),
        access_point_arn: Option<String> = element("AccessPointArn"),
        and: Option<shapes::MetricsAndOperator> = element("And"),
    }
}

xml_shape! {
    #[derive(Default)]
    MultipartUpload finish {
        upload_id: Option<String> = element("UploadId"),
        key: Option<String> = element("Key"),
        initiated: Option<Timestamp> = element("Initiated"),
        storage_class: Option<enums::StorageClass> = element("StorageClass"),
        owner: Option<shapes::Owner> = element("Owner"),
        initiator: Option<shapes::Initiator> = element("Initiator"),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = element("ChecksumAlgorithm"),
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
        version_id: Option<String> = element("VersionId"),
    }
}

xml_shape! {
    #[derive(Default)]
    NoncurrentVersionExpiration finish {
        noncurrent_days: Option<i32> = element("NoncurrentDays"),
        newer_noncurrent_versions: Option<i32> = element("NewerNoncurrentVersions"),
    }
}

xml_shape! {
    #[derive(Default)]
    NoncurrentVersionTransition finish {
        noncurrent_days: Option<i32> = element("NoncurrentDays"),
        storage_class: Option<enums::TransitionStorageClass> = element("StorageClass"),
        newer_noncurrent_versions: Option<i32> = element("NewerNoncurrentVersions"),
    }
}

xml_shape! {
    #[derive(Default)]
    NotificationConfiguration finish {
        topic_configurations: Vec<shapes::TopicConfiguration> = flat("TopicConfiguration"),
        queue_configurations: Vec<shapes::QueueConfiguration> = flat("QueueConfiguration"),
        lambda_function_configurations: Vec<shapes::LambdaFunctionConfiguration> = flat("CloudFunctionConfiguration"),
        event_bridge_configuration: Option<shapes::EventBridgeConfiguration> = element("EventBridgeConfiguration"),
    }
}

xml_shape! {
    #[derive(Default)]
    NotificationConfigurationDeprecated finish {
        topic_configuration: Option<shapes::TopicConfigurationDeprecated> = element("TopicConfiguration"),
        queue_configuration: Option<shapes::QueueConfigurationDeprecated> = element("QueueConfiguration"),
        cloud_function_configuration: Option<shapes::CloudFunctionConfiguration> = element("CloudFunctionConfiguration"),
    }
}

xml_shape! {
    #[derive(Default)]
    NotificationConfigurationFilter finish {
        key: Option<shapes::S3KeyFilter> = element("S3Key"),
    }
}

xml_shape! {
    #[derive(Default)]
    Object finish {
        key: Option<String> = element("Key"),
        last_modified: Option<Timestamp> = element("LastModified"),
        etag: Option<String> = quoted("ETag"),
        checksum_algorithm: Vec<enums::ChecksumAlgorithm> = flat("ChecksumAlgorithm"),
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
        size: Option<i64> = element("Size"),
        storage_class: Option<enums::ObjectStorageClass> = element("StorageClass"),
        owner: Option<shapes::Owner> = element("Owner"),
        restore_status: Option<shapes::RestoreStatus> = element("RestoreStatus"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectEncryption finish {
        sse_kms: Option<shapes::SSEKMSEncryption> = element("SSE-KMS"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectIdentifier finish {
        key: String = element("Key"),
        version_id: Option<String> = element("VersionId"),
        etag: Option<String> = quoted("ETag"),
        last_modified_time: Option<Timestamp> = element("LastModifiedTime"),
        size: Option<i64> = element("Size"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectLockConfiguration finish {
        object_lock_enabled: Option<enums::ObjectLockEnabled> = element("ObjectLockEnabled"),
        rule: Option<shapes::ObjectLockRule> = element("Rule"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectLockLegalHold finish {
        status: Option<enums::ObjectLockLegalHoldStatus> = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectLockRetention finish {
        mode: Option<enums::ObjectLockRetentionMode> = element("Mode"),
        retain_until_date: Option<Timestamp> = element("RetainUntilDate"),
        event_hold: Option<enums::ObjectLockEventHold> = element("EventHold"),
        event_hold_duration: Option<shapes::EventHoldDuration> = element("EventHoldDuration"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectLockRule finish {
        default_retention: Option<shapes::DefaultRetention> = element("DefaultRetention"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectPart finish {
        part_number: Option<i32> = element("PartNumber"),
        size: Option<i64> = element("Size"),
        checksum_crc32: Option<String> = element("ChecksumCRC32"),
        checksum_crc32c: Option<String> = element("ChecksumCRC32C"),
        checksum_crc64nvme: Option<String> = element("ChecksumCRC64NVME"),
        checksum_sha1: Option<String> = element("ChecksumSHA1"),
        checksum_sha256: Option<String> = element("ChecksumSHA256"),
        checksum_sha512: Option<String> = element("ChecksumSHA512"),
        checksum_md5: Option<String> = element("ChecksumMD5"),
        checksum_xxhash64: Option<String> = element("ChecksumXXHASH64"),
        checksum_xxhash3: Option<String> = element("ChecksumXXHASH3"),
        checksum_xxhash128: Option<String> = element("ChecksumXXHASH128"),
    }
}

xml_shape! {
    #[derive(Default)]
    ObjectVersion finish {
        etag: Option<String> = quoted("ETag"),
        checksum_algorithm: Vec<enums::ChecksumAlgorithm> = flat("ChecksumAlgorithm"),
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
        size: Option<i64> = element("Size"),
        storage_class: Option<enums::ObjectVersionStorageClass> = element("StorageClass"),
        key: Option<String> = element("Key"),
        version_id: Option<String> = element("VersionId"),
        is_latest: Option<bool> = element("IsLatest"),
        last_modified: Option<Timestamp> = element("LastModified"),
        owner: Option<shapes::Owner> = element("Owner"),
        restore_status: Option<shapes::RestoreStatus> = element("RestoreStatus"),
    }
}

xml_shape! {
    #[derive(Default)]
    OutputLocation finish {
        s3: Option<shapes::S3Location> = element("S3"),
    }
}

xml_shape! {
    #[derive(Default)]
    OutputSerialization finish {
        csv: Option<shapes::CSVOutput> = element("CSV"),
        json: Option<shapes::JSONOutput> = element("JSON"),
    }
}

xml_shape! {
    #[derive(Default)]
    Owner finish {
        display_name: Option<String> = element("DisplayName"),
        id: Option<String> = element("ID"),
    }
}

xml_shape! {
    #[derive(Default)]
    OwnershipControls finish {
        rules: Vec<shapes::OwnershipControlsRule> = some("Rule"),
    }
}

xml_shape! {
    OwnershipControlsRule finish {
        object_ownership: enums::ObjectOwnership = element("ObjectOwnership"),
    }
}

xml_shape! {
    #[derive(Default)]
    ParquetInput finish {
    }
}

xml_shape! {
    #[derive(Default)]
    Part finish {
        part_number: Option<i32> = element("PartNumber"),
        last_modified: Option<Timestamp> = element("LastModified"),
        etag: Option<String> = quoted("ETag"),
        size: Option<i64> = element("Size"),
        checksum_crc32: Option<String> = element("ChecksumCRC32"),
        checksum_crc32c: Option<String> = element("ChecksumCRC32C"),
        checksum_crc64nvme: Option<String> = element("ChecksumCRC64NVME"),
        checksum_sha1: Option<String> = element("ChecksumSHA1"),
        checksum_sha256: Option<String> = element("ChecksumSHA256"),
        checksum_sha512: Option<String> = element("ChecksumSHA512"),
        checksum_md5: Option<String> = element("ChecksumMD5"),
        checksum_xxhash64: Option<String> = element("ChecksumXXHASH64"),
        checksum_xxhash3: Option<String> = element("ChecksumXXHASH3"),
        checksum_xxhash128: Option<String> = element("ChecksumXXHASH128"),
    }
}

xml_shape! {
    #[derive(Default)]
    PartitionedPrefix finish {
        partition_date_source: Option<enums::PartitionDateSource> = element("PartitionDateSource"),
    }
}

xml_shape! {
    #[derive(Default)]
    PolicyStatus finish {
        is_public: Option<bool> = element("IsPublic"),
    }
}

xml_shape! {
    #[derive(Default)]
    PublicAccessBlockConfiguration finish {
        block_public_acls: Option<bool> = element("BlockPublicAcls"),
        ignore_public_acls: Option<bool> = element("IgnorePublicAcls"),
        block_public_policy: Option<bool> = element("BlockPublicPolicy"),
        restrict_public_buckets: Option<bool> = element("RestrictPublicBuckets"),
    }
}

xml_shape! {
    #[derive(Default)]
    QueueConfiguration finish {
        id: Option<String> = element("Id"),
        queue_arn: String = element("Queue"),
        events: Vec<enums::Event> = some("Event"),
        filter: Option<shapes::NotificationConfigurationFilter> = element("Filter"),
    }
}

xml_shape! {
    #[derive(Default)]
    QueueConfigurationDeprecated finish {
        id: Option<String> = element("Id"),
        events: Vec<enums::Event> = flat("Event"),
        queue: Option<String> = element("Queue"),
    }
}

xml_shape! {
    RecordExpiration finish {
        expiration: enums::ExpirationState = element("Expiration"),
        days: Option<i32> = element("Days"),
    }
}

xml_shape! {
    #[derive(Default)]
    Redirect finish {
        host_name: Option<String> = element("HostName"),
        http_redirect_code: Option<String> = element("HttpRedirectCode"),
        protocol: Option<enums::Protocol> = element("Protocol"),
        replace_key_prefix_with: Option<String> = element("ReplaceKeyPrefixWith"),
        replace_key_with: Option<String> = element("ReplaceKeyWith"),
    }
}

xml_shape! {
    #[derive(Default)]
    RedirectAllRequestsTo finish {
        host_name: String = element("HostName"),
        protocol: Option<enums::Protocol> = element("Protocol"),
    }
}

xml_shape! {
    ReplicaModifications finish {
        status: enums::ReplicaModificationsStatus = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    ReplicationConfiguration finish {
        role: String = element("Role"),
        rules: Vec<shapes::ReplicationRule> = some("Rule"),
    }
}

xml_shape! {
    ReplicationRule finish {
        id: Option<String> = element("ID"),
        priority: Option<i32> = element("Priority"),
        prefix: Option<String> = element("Prefix"),
        filter: Option<shapes::ReplicationRuleFilter> = element("Filter"),
        status: enums::ReplicationRuleStatus = element("Status"),
        source_selection_criteria: Option<shapes::SourceSelectionCriteria> = element("SourceSelectionCriteria"),
        existing_object_replication: Option<shapes::ExistingObjectReplication> = element("ExistingObjectReplication"),
        destination: shapes::Destination = element("Destination"),
        delete_marker_replication: Option<shapes::DeleteMarkerReplication> = element("DeleteMarkerReplication"),
    }
}

xml_shape! {
    #[derive(Default)]
    ReplicationRuleAndOperator finish {
        prefix: Option<String> = element("Prefix"),
        tags: Vec<shapes::Tag> = flat("Tag"),
    }
}

xml_shape! {
    #[derive(Default)]
    ReplicationRuleFilter finish {
        prefix: Option<String> = element("Prefix"),
        tag: Option<shapes::Tag> = element("Tag"),
        and: Option<shapes::ReplicationRuleAndOperator> = element("And"),
    }
}

xml_shape! {
    ReplicationTime finish {
        status: enums::ReplicationTimeStatus = element("Status"),
        time: shapes::ReplicationTimeValue = element("Time"),
    }
}

xml_shape! {
    #[derive(Default)]
    ReplicationTimeValue finish {
        minutes: Option<i32> = element("Minutes"),
    }
}

xml_shape! {
    RequestPaymentConfiguration finish {
        payer: enums::Payer = element("Payer"),
    }
}

xml_shape! {
    #[derive(Default)]
    RequestProgress finish {
        enabled: Option<bool> = element("Enabled"),
    }
}

xml_shape! {
    #[derive(Default)]
    RestoreRequest finish {
        days: Option<i32> = element("Days"),
        glacier_job_parameters: Option<shapes::GlacierJobParameters> = element("GlacierJobParameters"),
        r#type: Option<enums::RestoreRequestType> = element("Type"),
        tier: Option<enums::Tier> = element("Tier"),
        description: Option<String> = element("Description"),
        select_parameters: Option<shapes::SelectParameters> = element("SelectParameters"),
        output_location: Option<shapes::OutputLocation> = element("OutputLocation"),
    }
}

xml_shape! {
    #[derive(Default)]
    RestoreStatus finish {
        is_restore_in_progress: Option<bool> = element("IsRestoreInProgress"),
        restore_expiry_date: Option<Timestamp> = element("RestoreExpiryDate"),
    }
}

xml_shape! {
    #[derive(Default)]
    RoutingRule finish {
        condition: Option<shapes::Condition> = element("Condition"),
        redirect: shapes::Redirect = element("Redirect"),
    }
}

xml_shape! {
    Rule finish {
        expiration: Option<shapes::LifecycleExpiration> = element("Expiration"),
        id: Option<String> = element("ID"),
        prefix: String = element("Prefix"),
        status: enums::ExpirationStatus = element("Status"),
        transition: Option<shapes::Transition> = element("Transition"),
        noncurrent_version_transition: Option<shapes::NoncurrentVersionTransition> = element("NoncurrentVersionTransition"),
        noncurrent_version_expiration: Option<shapes::NoncurrentVersionExpiration> = element("NoncurrentVersionExpiration"),
        abort_incomplete_multipart_upload: Option<shapes::AbortIncompleteMultipartUpload> = element("AbortIncompleteMultipartUpload"),
    }
}

xml_shape! {
    #[derive(Default)]
    S3KeyFilter finish {
        filter_rules: Vec<shapes::FilterRule> = flat("FilterRule"),
    }
}

xml_shape! {
    #[derive(Default)]
    S3Location finish {
        bucket_name: String = element("BucketName"),
        prefix: String = element("Prefix"),
        encryption: Option<shapes::Encryption> = element("Encryption"),
        canned_acl: Option<enums::ObjectCannedACL> = element("CannedACL"),
        access_control_list: Vec<shapes::Grant> = always_list("AccessControlList", "Grant"),
        tagging: Option<shapes::Tagging> = element("Tagging"),
        user_metadata: Vec<shapes::MetadataEntry> = list("UserMetadata", "MetadataEntry"),
        storage_class: Option<enums::StorageClass> = element("StorageClass"),
    }
}

xml_shape! {
    #[derive(Default)]
    S3TablesDestination finish {
        table_bucket_arn: String = element("TableBucketArn"),
        table_name: String = element("TableName"),
    }
}

xml_shape! {
    #[derive(Default)]
    S3TablesDestinationResult finish {
        table_bucket_arn: String = element("TableBucketArn"),
        table_name: String = element("TableName"),
        table_arn: String = element("TableArn"),
        table_namespace: String = element("TableNamespace"),
    }
}

xml_shape! {
    #[derive(Default)]
    SSEKMS finish {
        key_id: String = element("KeyId"),
    }
}

xml_shape! {
    #[derive(Default)]
    SSEKMSEncryption finish {
        kms_key_arn: String = element("KMSKeyArn"),
        bucket_key_enabled: Option<bool> = element("BucketKeyEnabled"),
    }
}

xml_shape! {
    #[derive(Default)]
    SSES3 finish {
    }
}

xml_shape! {
    #[derive(Default)]
    ScanRange finish {
        start: Option<i64> = element("Start"),
        end: Option<i64> = element("End"),
    }
}

xml_shape! {
    SelectObjectContentRequest finish {
        expression: String = element("Expression"),
        expression_type: enums::ExpressionType = element("ExpressionType"),
        request_progress: Option<shapes::RequestProgress> = element("RequestProgress"),
        input_serialization: shapes::InputSerialization = element("InputSerialization"),
        output_serialization: shapes::OutputSerialization = element("OutputSerialization"),
        scan_range: Option<shapes::ScanRange> = element("ScanRange"),
    }
}

xml_shape! {
    SelectParameters finish {
        input_serialization: shapes::InputSerialization = element("InputSerialization"),
        expression_type: enums::ExpressionType = element("ExpressionType"),
        expression: String = element("Expression"),
        output_serialization: shapes::OutputSerialization = element("OutputSerialization"),
    }
}

xml_shape! {
    ServerSideEncryptionByDefault finish {
        sse_algorithm: enums::ServerSideEncryption = element("SSEAlgorithm"),
        kms_master_key_id: Option<String> = element("KMSMasterKeyID"),
    }
}

xml_shape! {
    #[derive(Default)]
    ServerSideEncryptionConfiguration finish {
        rules: Vec<shapes::ServerSideEncryptionRule> = some("Rule"),
    }
}

xml_shape! {
    #[derive(Default)]
    ServerSideEncryptionRule finish {
        apply_server_side_encryption_by_default: Option<shapes::ServerSideEncryptionByDefault> = element("ApplyServerSideEncryptionByDefault"),
        bucket_key_enabled: Option<bool> = element("BucketKeyEnabled"),
        blocked_encryption_types: Option<shapes::BlockedEncryptionTypes> = element("BlockedEncryptionTypes"),
    }
}

xml_shape! {
    SessionCredentials finish {
        access_key_id: String = element("AccessKeyId"),
        secret_access_key: Secret = element("SecretAccessKey"),
        session_token: Secret = element("SessionToken"),
        expiration: Timestamp = element("Expiration"),
    }
}

xml_shape! {
    #[derive(Default)]
    SimplePrefix finish {
    }
}

xml_shape! {
    #[derive(Default)]
    SourceSelectionCriteria finish {
        sse_kms_encrypted_objects: Option<shapes::SseKmsEncryptedObjects> = element("SseKmsEncryptedObjects"),
        replica_modifications: Option<shapes::ReplicaModifications> = element("ReplicaModifications"),
    }
}

xml_shape! {
    SseKmsEncryptedObjects finish {
        status: enums::SseKmsEncryptedObjectsStatus = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    StorageClassAnalysis finish {
        data_export: Option<shapes::StorageClassAnalysisDataExport> = element("DataExport"),
    }
}

xml_shape! {
    StorageClassAnalysisDataExport finish {
        output_schema_version: enums::StorageClassAnalysisSchemaVersion = element("OutputSchemaVersion"),
        destination: shapes::AnalyticsExportDestination = element("Destination"),
    }
}

xml_shape! {
    #[derive(Default)]
    Tag finish {
        key: String = element("Key"),
        value: String = element("Value"),
    }
}

xml_shape! {
    #[derive(Default)]
    Tagging finish {
        tag_set: Vec<shapes::Tag> = full_list("TagSet", "Tag"),
    }
}

xml_shape! {
    #[derive(Default)]
    TargetGrant finish {
        grantee: Option<shapes::Grantee> = element("Grantee"),
        permission: Option<enums::BucketLogsPermission> = element("Permission"),
    }
}

xml_shape! {
    #[derive(Default)]
    TargetObjectKeyFormat finish {
        simple_prefix: Option<shapes::SimplePrefix> = element("SimplePrefix"),
        partitioned_prefix: Option<shapes::PartitionedPrefix> = element("PartitionedPrefix"),
    }
}

xml_shape! {
    Tiering finish {
        days: i32 = element("Days"),
        access_tier: enums::IntelligentTieringAccessTier = element("AccessTier"),
    }
}

xml_shape! {
    #[derive(Default)]
    TopicConfiguration finish {
        id: Option<String> = element("Id"),
        topic_arn: String = element("Topic"),
        events: Vec<enums::Event> = some("Event"),
        filter: Option<shapes::NotificationConfigurationFilter> = element("Filter"),
    }
}

xml_shape! {
    #[derive(Default)]
    TopicConfigurationDeprecated finish {
        id: Option<String> = element("Id"),
        events: Vec<enums::Event> = flat("Event"),
        topic: Option<String> = element("Topic"),
    }
}

xml_shape! {
    #[derive(Default)]
    Transition finish {
        date: Option<Timestamp> = element("Date"),
        days: Option<i32> = element("Days"),
        storage_class: Option<enums::TransitionStorageClass> = element("StorageClass"),
    }
}

xml_shape! {
    #[derive(Default)]
    VersioningConfiguration finish {
        mfa_delete: Option<enums::MFADelete> = element("MfaDelete"),
        status: Option<enums::BucketVersioningStatus> = element("Status"),
    }
}

xml_shape! {
    #[derive(Default)]
    WebsiteConfiguration finish {
        error_document: Option<shapes::ErrorDocument> = element("ErrorDocument"),
        index_document: Option<shapes::IndexDocument> = element("IndexDocument"),
        redirect_all_requests_to: Option<shapes::RedirectAllRequestsTo> = element("RedirectAllRequestsTo"),
        routing_rules: Vec<shapes::RoutingRule> = list("RoutingRules", "RoutingRule"),
    }
}
