//! What each operation answers; those that are not here answer nothing.
//!
//! Written by `cargo xtask s3gen`; edit `overrides.toml` instead.

use super::headers::Header as H;
use super::{enums, shapes};
use crate::text::Secret;
use larder_types::Timestamp;
use std::collections::BTreeMap;

output! {
    /// Output of AbortMultipartUpload.
    #[derive(Default)]
    AbortMultipartUploadOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}

output! {
    /// Output of CompleteMultipartUpload.
    #[derive(Default)]
    CompleteMultipartUploadOutput document("CompleteMultipartUploadResult") {
        location: Option<String> = element("Location"),
        bucket: Option<String> = element("Bucket"),
        key: Option<String> = element("Key"),
        expiration: Option<String> = header(H::XAmzExpiration),
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
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        version_id: Option<String> = header(H::XAmzVersionId),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of CopyObject.
    #[derive(Default)]
    CopyObjectOutput headers() {
        copy_object_result: Option<shapes::CopyObjectResult> = xml("CopyObjectResult"),
        expiration: Option<String> = header(H::XAmzExpiration),
        copy_source_version_id: Option<String> = header(H::XAmzCopySourceVersionId),
        version_id: Option<String> = header(H::XAmzVersionId),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of CreateBucket.
    #[derive(Default)]
    CreateBucketOutput headers() {
        location: Option<String> = header(H::Location),
        bucket_arn: Option<String> = header(H::XAmzBucketArn),
    }
}

output! {
    /// Output of CreateMultipartUpload.
    #[derive(Default)]
    CreateMultipartUploadOutput document("InitiateMultipartUploadResult") {
        abort_date: Option<Timestamp> = header(H::XAmzAbortDate),
        abort_rule_id: Option<String> = header(H::XAmzAbortRuleId),
        bucket: Option<String> = element("Bucket"),
        key: Option<String> = element("Key"),
        upload_id: Option<String> = element("UploadId"),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzChecksumAlgorithm),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}

output! {
    /// Output of CreateSession.
    CreateSessionOutput document("CreateSessionResult") {
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        credentials: shapes::SessionCredentials = element("Credentials"),
    }
}

output! {
    /// Output of DeleteObject.
    #[derive(Default)]
    DeleteObjectOutput headers() {
        delete_marker: Option<bool> = header(H::XAmzDeleteMarker),
        version_id: Option<String> = header(H::XAmzVersionId),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of DeleteObjectAnnotation.
    #[derive(Default)]
    DeleteObjectAnnotationOutput headers() {
        object_version_id: Option<String> = header(H::XAmzObjectVersionId),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of DeleteObjectTagging.
    #[derive(Default)]
    DeleteObjectTaggingOutput headers() {
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}

output! {
    /// Output of DeleteObjects.
    #[derive(Default)]
    DeleteObjectsOutput document("DeleteResult") {
        deleted: Vec<shapes::DeletedObject> = flat("Deleted"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        errors: Vec<shapes::Error> = flat("Error"),
    }
}

output! {
    /// Output of GetBucketAbac.
    #[derive(Default)]
    GetBucketAbacOutput headers() {
        abac_status: Option<shapes::AbacStatus> = xml("AbacStatus"),
    }
}

output! {
    /// Output of GetBucketAccelerateConfiguration.
    #[derive(Default)]
    GetBucketAccelerateConfigurationOutput document("AccelerateConfiguration") {
        status: Option<enums::BucketAccelerateStatus> = element("Status"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of GetBucketAcl.
    #[derive(Default)]
    GetBucketAclOutput document("AccessControlPolicy") {
        owner: Option<shapes::Owner> = element("Owner"),
        grants: Vec<shapes::Grant> = always_list("AccessControlList", "Grant"),
    }
}

output! {
    /// Output of GetBucketAnalyticsConfiguration.
    #[derive(Default)]
    GetBucketAnalyticsConfigurationOutput headers() {
        analytics_configuration: Option<shapes::AnalyticsConfiguration> = xml("AnalyticsConfiguration"),
    }
}

output! {
    /// Output of GetBucketCors.
    #[derive(Default)]
    GetBucketCorsOutput document("CORSConfiguration") {
        cors_rules: Vec<shapes::CORSRule> = flat("CORSRule"),
    }
}

output! {
    /// Output of GetBucketEncryption.
    #[derive(Default)]
    GetBucketEncryptionOutput headers() {
        server_side_encryption_configuration: Option<shapes::ServerSideEncryptionConfiguration> = xml("ServerSideEncryptionConfiguration"),
    }
}

output! {
    /// Output of GetBucketIntelligentTieringConfiguration.
    #[derive(Default)]
    GetBucketIntelligentTieringConfigurationOutput headers() {
        intelligent_tiering_configuration: Option<shapes::IntelligentTieringConfiguration> = xml("IntelligentTieringConfiguration"),
    }
}

output! {
    /// Output of GetBucketInventoryConfiguration.
    #[derive(Default)]
    GetBucketInventoryConfigurationOutput headers() {
        inventory_configuration: Option<shapes::InventoryConfiguration> = xml("InventoryConfiguration"),
    }
}

output! {
    /// Output of GetBucketLifecycle.
    #[derive(Default)]
    GetBucketLifecycleOutput document("LifecycleConfiguration") {
        rules: Vec<shapes::Rule> = flat("Rule"),
    }
}

output! {
    /// Output of GetBucketLifecycleConfiguration.
    #[derive(Default)]
    GetBucketLifecycleConfigurationOutput document("LifecycleConfiguration") {
        rules: Vec<shapes::LifecycleRule> = flat("Rule"),
        transition_default_minimum_object_size: Option<enums::TransitionDefaultMinimumObjectSize> = header(H::XAmzTransitionDefaultMinimumObjectSize),
    }
}

output! {
    /// Output of GetBucketLocation.
    #[derive(Default)]
    GetBucketLocationOutput headers() {
        location_constraint: Option<String> = root_text("LocationConstraint"),
    }
}

output! {
    /// Output of GetBucketLogging.
    #[derive(Default)]
    GetBucketLoggingOutput document("BucketLoggingStatus") {
        logging_enabled: Option<shapes::LoggingEnabled> = element("LoggingEnabled"),
    }
}

output! {
    /// Output of GetBucketMetadataConfiguration.
    #[derive(Default)]
    GetBucketMetadataConfigurationOutput headers() {
        get_bucket_metadata_configuration_result: Option<shapes::GetBucketMetadataConfigurationResult> = xml("GetBucketMetadataConfigurationResult"),
    }
}

output! {
    /// Output of GetBucketMetadataTableConfiguration.
    #[derive(Default)]
    GetBucketMetadataTableConfigurationOutput headers() {
        get_bucket_metadata_table_configuration_result: Option<shapes::GetBucketMetadataTableConfigurationResult> = xml("GetBucketMetadataTableConfigurationResult"),
    }
}

output! {
    /// Output of GetBucketMetricsConfiguration.
    #[derive(Default)]
    GetBucketMetricsConfigurationOutput headers() {
        metrics_configuration: Option<shapes::MetricsConfiguration> = xml("MetricsConfiguration"),
    }
}

output! {
    /// Output of GetBucketNotification.
    #[derive(Default)]
    GetBucketNotificationOutput document("NotificationConfiguration") {
        topic_configuration: Option<shapes::TopicConfigurationDeprecated> = element("TopicConfiguration"),
        queue_configuration: Option<shapes::QueueConfigurationDeprecated> = element("QueueConfiguration"),
        cloud_function_configuration: Option<shapes::CloudFunctionConfiguration> = element("CloudFunctionConfiguration"),
    }
}

output! {
    /// Output of GetBucketNotificationConfiguration.
    #[derive(Default)]
    GetBucketNotificationConfigurationOutput document("NotificationConfiguration") {
        topic_configurations: Vec<shapes::TopicConfiguration> = flat("TopicConfiguration"),
        queue_configurations: Vec<shapes::QueueConfiguration> = flat("QueueConfiguration"),
        lambda_function_configurations: Vec<shapes::LambdaFunctionConfiguration> = flat("CloudFunctionConfiguration"),
        event_bridge_configuration: Option<shapes::EventBridgeConfiguration> = element("EventBridgeConfiguration"),
    }
}

output! {
    /// Output of GetBucketOwnershipControls.
    #[derive(Default)]
    GetBucketOwnershipControlsOutput headers() {
        ownership_controls: Option<shapes::OwnershipControls> = xml("OwnershipControls"),
    }
}

output! {
    /// Output of GetBucketPolicy.
    #[derive(Default)]
    GetBucketPolicyOutput headers() {
        policy: Option<String> = text_body(),
    }
}

output! {
    /// Output of GetBucketPolicyStatus.
    #[derive(Default)]
    GetBucketPolicyStatusOutput headers() {
        policy_status: Option<shapes::PolicyStatus> = xml("PolicyStatus"),
    }
}

output! {
    /// Output of GetBucketReplication.
    #[derive(Default)]
    GetBucketReplicationOutput headers() {
        replication_configuration: Option<shapes::ReplicationConfiguration> = xml("ReplicationConfiguration"),
    }
}

output! {
    /// Output of GetBucketRequestPayment.
    #[derive(Default)]
    GetBucketRequestPaymentOutput document("RequestPaymentConfiguration") {
        payer: Option<enums::Payer> = element("Payer"),
    }
}

output! {
    /// Output of GetBucketTagging.
    #[derive(Default)]
    GetBucketTaggingOutput document("Tagging") {
        tag_set: Vec<shapes::Tag> = full_list("TagSet", "Tag"),
    }
}

output! {
    /// Output of GetBucketVersioning.
    #[derive(Default)]
    GetBucketVersioningOutput document("VersioningConfiguration") {
        status: Option<enums::BucketVersioningStatus> = element("Status"),
        mfa_delete: Option<enums::MFADeleteStatus> = element("MfaDelete"),
    }
}

output! {
    /// Output of GetBucketWebsite.
    #[derive(Default)]
    GetBucketWebsiteOutput document("WebsiteConfiguration") {
        redirect_all_requests_to: Option<shapes::RedirectAllRequestsTo> = element("RedirectAllRequestsTo"),
        index_document: Option<shapes::IndexDocument> = element("IndexDocument"),
        error_document: Option<shapes::ErrorDocument> = element("ErrorDocument"),
        routing_rules: Vec<shapes::RoutingRule> = list("RoutingRules", "RoutingRule"),
    }
}

output! {
    /// Output of GetObject.
    #[derive(Default)]
    GetObjectOutput headers() {
        delete_marker: Option<bool> = header(H::XAmzDeleteMarker),
        accept_ranges: Option<String> = header(H::AcceptRanges),
        expiration: Option<String> = header(H::XAmzExpiration),
        restore: Option<String> = header(H::XAmzRestore),
        last_modified: Option<Timestamp> = header(H::LastModified),
        content_length: Option<i64> = header(H::ContentLength),
        etag: Option<String> = header_quoted(H::ETag),
        checksum_crc32: Option<String> = header(H::XAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzChecksumXxhash128),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
        missing_meta: Option<i32> = header(H::XAmzMissingMeta),
        version_id: Option<String> = header(H::XAmzVersionId),
        cache_control: Option<String> = header(H::CacheControl),
        content_disposition: Option<String> = header(H::ContentDisposition),
        content_encoding: Option<String> = header(H::ContentEncoding),
        content_language: Option<String> = header(H::ContentLanguage),
        content_range: Option<String> = header(H::ContentRange),
        content_type: Option<String> = header(H::ContentType),
        expires: Option<String> = header(H::Expires),
        website_redirect_location: Option<String> = header(H::XAmzWebsiteRedirectLocation),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        metadata: BTreeMap<String, String> = metadata(),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        storage_class: Option<enums::StorageClass> = header(H::XAmzStorageClass),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        replication_status: Option<enums::ReplicationStatus> = header(H::XAmzReplicationStatus),
        parts_count: Option<i32> = header(H::XAmzMpPartsCount),
        tag_count: Option<i32> = header(H::XAmzTaggingCount),
        object_lock_mode: Option<enums::ObjectLockMode> = header(H::XAmzObjectLockMode),
        object_lock_retain_until_date: Option<Timestamp> = header_iso8601(H::XAmzObjectLockRetainUntilDate),
        object_lock_legal_hold_status: Option<enums::ObjectLockLegalHoldStatus> = header(H::XAmzObjectLockLegalHold),
        object_lock_event_hold: Option<enums::ObjectLockEventHold> = header(H::XAmzObjectLockEventHold),
        object_lock_event_hold_duration_days: Option<i32> = header(H::XAmzObjectLockEventHoldDurationDays),
        object_lock_event_hold_duration_years: Option<i32> = header(H::XAmzObjectLockEventHoldDurationYears),
    }
}

output! {
    /// Output of GetObjectAcl.
    #[derive(Default)]
    GetObjectAclOutput document("AccessControlPolicy") {
        owner: Option<shapes::Owner> = element("Owner"),
        grants: Vec<shapes::Grant> = always_list("AccessControlList", "Grant"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of GetObjectAnnotation.
    #[derive(Default)]
    GetObjectAnnotationOutput headers() {
        object_version_id: Option<String> = header(H::XAmzObjectVersionId),
        last_modified: Option<Timestamp> = header(H::LastModified),
        content_length: Option<i64> = header(H::ContentLength),
        etag: Option<String> = header_quoted(H::ETag),
        checksum_crc32: Option<String> = header(H::XAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzChecksumXxhash128),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        replication_status: Option<enums::ReplicationStatus> = header(H::XAmzReplicationStatus),
    }
}

output! {
    /// Output of GetObjectAttributes.
    #[derive(Default)]
    GetObjectAttributesOutput document("GetObjectAttributesResponse") {
        delete_marker: Option<bool> = header(H::XAmzDeleteMarker),
        last_modified: Option<Timestamp> = header(H::LastModified),
        version_id: Option<String> = header(H::XAmzVersionId),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        etag: Option<String> = element("ETag"),
        checksum: Option<shapes::Checksum> = element("Checksum"),
        object_parts: Option<shapes::GetObjectAttributesParts> = element("ObjectParts"),
        storage_class: Option<enums::StorageClass> = element("StorageClass"),
        object_size: Option<i64> = element("ObjectSize"),
    }
}

output! {
    /// Output of GetObjectLegalHold.
    #[derive(Default)]
    GetObjectLegalHoldOutput headers() {
        legal_hold: Option<shapes::ObjectLockLegalHold> = xml("LegalHold"),
    }
}

output! {
    /// Output of GetObjectLockConfiguration.
    #[derive(Default)]
    GetObjectLockConfigurationOutput headers() {
        object_lock_configuration: Option<shapes::ObjectLockConfiguration> = xml("ObjectLockConfiguration"),
    }
}

output! {
    /// Output of GetObjectRetention.
    #[derive(Default)]
    GetObjectRetentionOutput headers() {
        retention: Option<shapes::ObjectLockRetention> = xml("Retention"),
    }
}

output! {
    /// Output of GetObjectTagging.
    #[derive(Default)]
    GetObjectTaggingOutput document("Tagging") {
        version_id: Option<String> = header(H::XAmzVersionId),
        tag_set: Vec<shapes::Tag> = full_list("TagSet", "Tag"),
    }
}

output! {
    /// Output of GetObjectTorrent.
    #[derive(Default)]
    GetObjectTorrentOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of GetPublicAccessBlock.
    #[derive(Default)]
    GetPublicAccessBlockOutput headers() {
        public_access_block_configuration: Option<shapes::PublicAccessBlockConfiguration> = xml("PublicAccessBlockConfiguration"),
    }
}

output! {
    /// Output of HeadBucket.
    #[derive(Default)]
    HeadBucketOutput headers() {
        bucket_arn: Option<String> = header(H::XAmzBucketArn),
        bucket_location_type: Option<enums::LocationType> = header(H::XAmzBucketLocationType),
        bucket_location_name: Option<String> = header(H::XAmzBucketLocationName),
        bucket_region: Option<String> = header(H::XAmzBucketRegion),
        access_point_alias: Option<bool> = header(H::XAmzAccessPointAlias),
    }
}

output! {
    /// Output of HeadObject.
    #[derive(Default)]
    HeadObjectOutput headers() {
        delete_marker: Option<bool> = header(H::XAmzDeleteMarker),
        accept_ranges: Option<String> = header(H::AcceptRanges),
        expiration: Option<String> = header(H::XAmzExpiration),
        restore: Option<String> = header(H::XAmzRestore),
        archive_status: Option<enums::ArchiveStatus> = header(H::XAmzArchiveStatus),
        last_modified: Option<Timestamp> = header(H::LastModified),
        content_length: Option<i64> = header(H::ContentLength),
        checksum_crc32: Option<String> = header(H::XAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzChecksumXxhash128),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
        etag: Option<String> = header_quoted(H::ETag),
        missing_meta: Option<i32> = header(H::XAmzMissingMeta),
        version_id: Option<String> = header(H::XAmzVersionId),
        cache_control: Option<String> = header(H::CacheControl),
        content_disposition: Option<String> = header(H::ContentDisposition),
        content_encoding: Option<String> = header(H::ContentEncoding),
        content_language: Option<String> = header(H::ContentLanguage),
        content_type: Option<String> = header(H::ContentType),
        content_range: Option<String> = header(H::ContentRange),
        expires: Option<String> = header(H::Expires),
        website_redirect_location: Option<String> = header(H::XAmzWebsiteRedirectLocation),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        metadata: BTreeMap<String, String> = metadata(),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        storage_class: Option<enums::StorageClass> = header(H::XAmzStorageClass),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        replication_status: Option<enums::ReplicationStatus> = header(H::XAmzReplicationStatus),
        parts_count: Option<i32> = header(H::XAmzMpPartsCount),
        tag_count: Option<i32> = header(H::XAmzTaggingCount),
        object_lock_mode: Option<enums::ObjectLockMode> = header(H::XAmzObjectLockMode),
        object_lock_retain_until_date: Option<Timestamp> = header_iso8601(H::XAmzObjectLockRetainUntilDate),
        object_lock_legal_hold_status: Option<enums::ObjectLockLegalHoldStatus> = header(H::XAmzObjectLockLegalHold),
        object_lock_event_hold: Option<enums::ObjectLockEventHold> = header(H::XAmzObjectLockEventHold),
        object_lock_event_hold_duration_days: Option<i32> = header(H::XAmzObjectLockEventHoldDurationDays),
        object_lock_event_hold_duration_years: Option<i32> = header(H::XAmzObjectLockEventHoldDurationYears),
    }
}

output! {
    /// Output of ListBucketAnalyticsConfigurations.
    #[derive(Default)]
    ListBucketAnalyticsConfigurationsOutput document("ListBucketAnalyticsConfigurationResult") {
        is_truncated: Option<bool> = element("IsTruncated"),
        continuation_token: Option<String> = element("ContinuationToken"),
        next_continuation_token: Option<String> = element("NextContinuationToken"),
        analytics_configuration_list: Vec<shapes::AnalyticsConfiguration> = flat("AnalyticsConfiguration"),
    }
}

output! {
    /// Output of ListBucketIntelligentTieringConfigurations.
    #[derive(Default)]
    ListBucketIntelligentTieringConfigurationsOutput document("ListBucketIntelligentTieringConfigurationsOutput") {
        is_truncated: Option<bool> = element("IsTruncated"),
        continuation_token: Option<String> = element("ContinuationToken"),
        next_continuation_token: Option<String> = element("NextContinuationToken"),
        intelligent_tiering_configuration_list: Vec<shapes::IntelligentTieringConfiguration> = flat("IntelligentTieringConfiguration"),
    }
}

output! {
    /// Output of ListBucketInventoryConfigurations.
    #[derive(Default)]
    ListBucketInventoryConfigurationsOutput document("ListInventoryConfigurationsResult") {
        continuation_token: Option<String> = element("ContinuationToken"),
        inventory_configuration_list: Vec<shapes::InventoryConfiguration> = flat("InventoryConfiguration"),
        is_truncated: Option<bool> = element("IsTruncated"),
        next_continuation_token: Option<String> = element("NextContinuationToken"),
    }
}

output! {
    /// Output of ListBucketMetricsConfigurations.
    #[derive(Default)]
    ListBucketMetricsConfigurationsOutput document("ListMetricsConfigurationsResult") {
        is_truncated: Option<bool> = element("IsTruncated"),
        continuation_token: Option<String> = element("ContinuationToken"),
        next_continuation_token: Option<String> = element("NextContinuationToken"),
        metrics_configuration_list: Vec<shapes::MetricsConfiguration> = flat("MetricsConfiguration"),
    }
}

output! {
    /// Output of ListBuckets.
    #[derive(Default)]
    ListBucketsOutput document("ListAllMyBucketsResult") {
        buckets: Vec<shapes::Bucket> = always_list("Buckets", "Bucket"),
        owner: Option<shapes::Owner> = element("Owner"),
        continuation_token: Option<String> = element("ContinuationToken"),
        prefix: Option<String> = element("Prefix"),
    }
}

output! {
    /// Output of ListDirectoryBuckets.
    #[derive(Default)]
    ListDirectoryBucketsOutput document("ListAllMyDirectoryBucketsResult") {
        buckets: Vec<shapes::Bucket> = always_list("Buckets", "Bucket"),
        continuation_token: Option<String> = element("ContinuationToken"),
    }
}

output! {
    /// Output of ListMultipartUploads.
    #[derive(Default)]
    ListMultipartUploadsOutput document("ListMultipartUploadsResult") {
        bucket: Option<String> = element("Bucket"),
        key_marker: Option<String> = element("KeyMarker"),
        upload_id_marker: Option<String> = element("UploadIdMarker"),
        next_key_marker: Option<String> = element("NextKeyMarker"),
        prefix: Option<String> = element("Prefix"),
        delimiter: Option<String> = element("Delimiter"),
        next_upload_id_marker: Option<String> = element("NextUploadIdMarker"),
        max_uploads: Option<i32> = element("MaxUploads"),
        is_truncated: Option<bool> = element("IsTruncated"),
        uploads: Vec<shapes::MultipartUpload> = flat("Upload"),
        common_prefixes: Vec<shapes::CommonPrefix> = flat("CommonPrefixes"),
        encoding_type: Option<enums::EncodingType> = element("EncodingType"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of ListObjectAnnotations.
    #[derive(Default)]
    ListObjectAnnotationsOutput document("ListObjectAnnotationsResult") {
        annotations: Vec<shapes::AnnotationEntry> = list("Annotations", "AnnotationEntry"),
        bucket: Option<String> = element("Bucket"),
        key: Option<String> = element("Key"),
        object_version_id: Option<String> = header(H::XAmzObjectVersionId),
        annotation_prefix: Option<String> = element("AnnotationPrefix"),
        max_annotation_results: Option<i32> = element("MaxAnnotationResults"),
        annotation_count: Option<i32> = element("AnnotationCount"),
        continuation_token: Option<String> = element("ContinuationToken"),
        next_continuation_token: Option<String> = element("NextContinuationToken"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of ListObjectVersions.
    #[derive(Default)]
    ListObjectVersionsOutput document("ListVersionsResult") {
        is_truncated: Option<bool> = element("IsTruncated"),
        key_marker: Option<String> = element("KeyMarker"),
        version_id_marker: Option<String> = element("VersionIdMarker"),
        next_key_marker: Option<String> = element("NextKeyMarker"),
        next_version_id_marker: Option<String> = element("NextVersionIdMarker"),
        versions: Vec<shapes::ObjectVersion> = flat("Version"),
        delete_markers: Vec<shapes::DeleteMarkerEntry> = flat("DeleteMarker"),
        name: Option<String> = element("Name"),
        prefix: Option<String> = element("Prefix"),
        delimiter: Option<String> = element("Delimiter"),
        max_keys: Option<i32> = element("MaxKeys"),
        common_prefixes: Vec<shapes::CommonPrefix> = flat("CommonPrefixes"),
        encoding_type: Option<enums::EncodingType> = element("EncodingType"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of ListObjects.
    #[derive(Default)]
    ListObjectsOutput document("ListBucketResult") {
        is_truncated: Option<bool> = element("IsTruncated"),
        marker: Option<String> = element("Marker"),
        next_marker: Option<String> = element("NextMarker"),
        contents: Vec<shapes::Object> = flat("Contents"),
        name: Option<String> = element("Name"),
        prefix: Option<String> = element("Prefix"),
        delimiter: Option<String> = element("Delimiter"),
        max_keys: Option<i32> = element("MaxKeys"),
        common_prefixes: Vec<shapes::CommonPrefix> = flat("CommonPrefixes"),
        encoding_type: Option<enums::EncodingType> = element("EncodingType"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of ListObjectsV2.
    #[derive(Default)]
    ListObjectsV2Output document("ListBucketResult") {
        is_truncated: Option<bool> = element("IsTruncated"),
        contents: Vec<shapes::Object> = flat("Contents"),
        name: Option<String> = element("Name"),
        prefix: Option<String> = element("Prefix"),
        delimiter: Option<String> = element("Delimiter"),
        max_keys: Option<i32> = element("MaxKeys"),
        common_prefixes: Vec<shapes::CommonPrefix> = flat("CommonPrefixes"),
        encoding_type: Option<enums::EncodingType> = element("EncodingType"),
        key_count: Option<i32> = element("KeyCount"),
        continuation_token: Option<String> = element("ContinuationToken"),
        next_continuation_token: Option<String> = element("NextContinuationToken"),
        start_after: Option<String> = element("StartAfter"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of ListParts.
    #[derive(Default)]
    ListPartsOutput document("ListPartsResult") {
        abort_date: Option<Timestamp> = header(H::XAmzAbortDate),
        abort_rule_id: Option<String> = header(H::XAmzAbortRuleId),
        bucket: Option<String> = element("Bucket"),
        key: Option<String> = element("Key"),
        upload_id: Option<String> = element("UploadId"),
        part_number_marker: Option<i32> = element("PartNumberMarker"),
        next_part_number_marker: Option<i32> = element("NextPartNumberMarker"),
        max_parts: Option<i32> = element("MaxParts"),
        is_truncated: Option<bool> = element("IsTruncated"),
        parts: Vec<shapes::Part> = flat("Part"),
        initiator: Option<shapes::Initiator> = element("Initiator"),
        owner: Option<shapes::Owner> = element("Owner"),
        storage_class: Option<enums::StorageClass> = element("StorageClass"),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = element("ChecksumAlgorithm"),
        checksum_type: Option<enums::ChecksumType> = element("ChecksumType"),
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}

output! {
    /// Output of PutBucketLifecycleConfiguration.
    #[derive(Default)]
    PutBucketLifecycleConfigurationOutput headers() {
        transition_default_minimum_object_size: Option<enums::TransitionDefaultMinimumObjectSize> = header(H::XAmzTransitionDefaultMinimumObjectSize),
    }
}

output! {
    /// Output of PutObject.
    #[derive(Default)]
    PutObjectOutput headers() {
        expiration: Option<String> = header(H::XAmzExpiration),
        etag: Option<String> = header_quoted(H::ETag),
        checksum_crc32: Option<String> = header(H::XAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzChecksumXxhash128),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        version_id: Option<String> = header(H::XAmzVersionId),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        size: Option<i64> = header(H::XAmzObjectSize),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of PutObjectAcl.
    #[derive(Default)]
    PutObjectAclOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of PutObjectAnnotation.
    #[derive(Default)]
    PutObjectAnnotationOutput document("PutObjectAnnotationResult") {
        key: Option<String> = element("Key"),
        annotation_name: Option<String> = element("AnnotationName"),
        object_version_id: Option<String> = header(H::XAmzObjectVersionId),
        etag: Option<String> = header_quoted(H::ETag),
        checksum_crc32: Option<String> = header(H::XAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzChecksumXxhash128),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of PutObjectLegalHold.
    #[derive(Default)]
    PutObjectLegalHoldOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of PutObjectLockConfiguration.
    #[derive(Default)]
    PutObjectLockConfigurationOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of PutObjectRetention.
    #[derive(Default)]
    PutObjectRetentionOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of PutObjectTagging.
    #[derive(Default)]
    PutObjectTaggingOutput headers() {
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}

output! {
    /// Output of RenameObject.
    #[derive(Default)]
    RenameObjectOutput headers() {
    }
}

output! {
    /// Output of RestoreObject.
    #[derive(Default)]
    RestoreObjectOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        restore_output_path: Option<String> = header(H::XAmzRestoreOutputPath),
    }
}

output! {
    /// Output of SelectObjectContent.
    #[derive(Default)]
    SelectObjectContentOutput headers() {
    }
}

output! {
    /// Output of UpdateObjectEncryption.
    #[derive(Default)]
    UpdateObjectEncryptionOutput headers() {
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
    }
}

output! {
    /// Output of UploadPart.
    #[derive(Default)]
    UploadPartOutput headers() {
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        etag: Option<String> = header_quoted(H::ETag),
        checksum_crc32: Option<String> = header(H::XAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzChecksumXxhash128),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}

output! {
    /// Output of UploadPartCopy.
    #[derive(Default)]
    UploadPartCopyOutput headers() {
        copy_source_version_id: Option<String> = header(H::XAmzCopySourceVersionId),
        copy_part_result: Option<shapes::CopyPartResult> = xml("CopyPartResult"),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzRequestCharged),
        version_id: Option<String> = header(H::XAmzVersionId),
    }
}
