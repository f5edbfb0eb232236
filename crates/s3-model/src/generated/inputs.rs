//! What each operation takes.
//!
//! Written by `cargo xtask s3gen`; edit `overrides.toml` instead.

use super::headers::Header as H;
use super::{enums, shapes};
use crate::text::Secret;
use larder_types::Timestamp;
use std::collections::BTreeMap;

input! {
    /// Input of AbortMultipartUpload.
    #[derive(Default)]
    AbortMultipartUploadInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        upload_id: String = query("uploadId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        if_match_initiated_time: Option<Timestamp> = header(H::XAmzIfMatchInitiatedTime),
    }
}

input! {
    /// Input of CompleteMultipartUpload.
    #[derive(Default)]
    CompleteMultipartUploadInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        multipart_upload: Option<shapes::CompletedMultipartUpload> = xml("CompleteMultipartUpload"),
        upload_id: String = query("uploadId"),
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
        mpu_object_size: Option<i64> = header(H::XAmzMpObjectSize),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        if_match: Option<String> = header(H::IfMatch),
        if_none_match: Option<String> = header(H::IfNoneMatch),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
    }
}

input! {
    /// Input of CopyObject.
    #[derive(Default)]
    CopyObjectInput one_pass {
        acl: Option<enums::ObjectCannedACL> = header_unless_empty(H::XAmzAcl),
        bucket: String = bucket(),
        cache_control: Option<String> = header(H::CacheControl),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzChecksumAlgorithm),
        content_disposition: Option<String> = header(H::ContentDisposition),
        content_encoding: Option<String> = header(H::ContentEncoding),
        content_language: Option<String> = header(H::ContentLanguage),
        content_type: Option<String> = header(H::ContentType),
        copy_source: String = header(H::XAmzCopySource),
        copy_source_if_match: Option<String> = header(H::XAmzCopySourceIfMatch),
        copy_source_if_modified_since: Option<Timestamp> = header(H::XAmzCopySourceIfModifiedSince),
        copy_source_if_none_match: Option<String> = header(H::XAmzCopySourceIfNoneMatch),
        copy_source_if_unmodified_since: Option<Timestamp> = header(H::XAmzCopySourceIfUnmodifiedSince),
        expires: Option<String> = header(H::Expires),
        grant_full_control: Option<String> = header(H::XAmzGrantFullControl),
        grant_read: Option<String> = header(H::XAmzGrantRead),
        grant_read_acp: Option<String> = header(H::XAmzGrantReadAcp),
        grant_write_acp: Option<String> = header(H::XAmzGrantWriteAcp),
        if_match: Option<String> = header(H::IfMatch),
        if_none_match: Option<String> = header(H::IfNoneMatch),
        key: String = key(),
        metadata: BTreeMap<String, String> = metadata(),
        metadata_directive: Option<enums::MetadataDirective> = header(H::XAmzMetadataDirective),
        tagging_directive: Option<enums::TaggingDirective> = header(H::XAmzTaggingDirective),
        annotation_directive: Option<enums::AnnotationDirective> = header(H::XAmzObjectAnnotationDirective),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        storage_class: Option<enums::StorageClass> = header(H::XAmzStorageClass),
        website_redirect_location: Option<String> = header(H::XAmzWebsiteRedirectLocation),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        copy_source_sse_customer_algorithm: Option<String> = header(H::XAmzCopySourceServerSideEncryptionCustomerAlgorithm),
        copy_source_sse_customer_key: Option<Secret> = header(H::XAmzCopySourceServerSideEncryptionCustomerKey),
        copy_source_sse_customer_key_md5: Option<String> = header(H::XAmzCopySourceServerSideEncryptionCustomerKeyMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        tagging: Option<String> = header(H::XAmzTagging),
        object_lock_mode: Option<enums::ObjectLockMode> = header(H::XAmzObjectLockMode),
        object_lock_retain_until_date: Option<Timestamp> = header_iso8601(H::XAmzObjectLockRetainUntilDate),
        object_lock_legal_hold_status: Option<enums::ObjectLockLegalHoldStatus> = header(H::XAmzObjectLockLegalHold),
        object_lock_event_hold: Option<enums::ObjectLockEventHold> = header(H::XAmzObjectLockEventHold),
        object_lock_event_hold_duration_days: Option<i32> = header(H::XAmzObjectLockEventHoldDurationDays),
        object_lock_event_hold_duration_years: Option<i32> = header(H::XAmzObjectLockEventHoldDurationYears),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        expected_source_bucket_owner: Option<String> = header(H::XAmzSourceExpectedBucketOwner),
    }
}

input! {
    /// Input of CreateBucket.
    #[derive(Default)]
    CreateBucketInput one_pass {
        acl: Option<enums::BucketCannedACL> = header_unless_empty(H::XAmzAcl),
        bucket: String = bucket(),
        create_bucket_configuration: Option<shapes::CreateBucketConfiguration> = xml("CreateBucketConfiguration"),
        grant_full_control: Option<String> = header(H::XAmzGrantFullControl),
        grant_read: Option<String> = header(H::XAmzGrantRead),
        grant_read_acp: Option<String> = header(H::XAmzGrantReadAcp),
        grant_write: Option<String> = header(H::XAmzGrantWrite),
        grant_write_acp: Option<String> = header(H::XAmzGrantWriteAcp),
        object_lock_enabled_for_bucket: Option<bool> = header(H::XAmzBucketObjectLockEnabled),
        object_ownership: Option<enums::ObjectOwnership> = header(H::XAmzObjectOwnership),
        bucket_namespace: Option<enums::BucketNamespace> = header(H::XAmzBucketNamespace),
    }
}

input! {
    /// Input of CreateBucketMetadataConfiguration.
    CreateBucketMetadataConfigurationInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        metadata_configuration: shapes::MetadataConfiguration = xml("MetadataConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of CreateBucketMetadataTableConfiguration.
    #[derive(Default)]
    CreateBucketMetadataTableConfigurationInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        metadata_table_configuration: shapes::MetadataTableConfiguration = xml("MetadataTableConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of CreateMultipartUpload.
    #[derive(Default)]
    CreateMultipartUploadInput one_pass {
        acl: Option<enums::ObjectCannedACL> = header_unless_empty(H::XAmzAcl),
        bucket: String = bucket(),
        cache_control: Option<String> = header(H::CacheControl),
        content_disposition: Option<String> = header(H::ContentDisposition),
        content_encoding: Option<String> = header(H::ContentEncoding),
        content_language: Option<String> = header(H::ContentLanguage),
        content_type: Option<String> = header(H::ContentType),
        expires: Option<String> = header(H::Expires),
        grant_full_control: Option<String> = header(H::XAmzGrantFullControl),
        grant_read: Option<String> = header(H::XAmzGrantRead),
        grant_read_acp: Option<String> = header(H::XAmzGrantReadAcp),
        grant_write_acp: Option<String> = header(H::XAmzGrantWriteAcp),
        key: String = key(),
        metadata: BTreeMap<String, String> = metadata(),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        storage_class: Option<enums::StorageClass> = header(H::XAmzStorageClass),
        website_redirect_location: Option<String> = header(H::XAmzWebsiteRedirectLocation),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        tagging: Option<String> = header(H::XAmzTagging),
        object_lock_mode: Option<enums::ObjectLockMode> = header(H::XAmzObjectLockMode),
        object_lock_retain_until_date: Option<Timestamp> = header_iso8601(H::XAmzObjectLockRetainUntilDate),
        object_lock_legal_hold_status: Option<enums::ObjectLockLegalHoldStatus> = header(H::XAmzObjectLockLegalHold),
        object_lock_event_hold: Option<enums::ObjectLockEventHold> = header(H::XAmzObjectLockEventHold),
        object_lock_event_hold_duration_days: Option<i32> = header(H::XAmzObjectLockEventHoldDurationDays),
        object_lock_event_hold_duration_years: Option<i32> = header(H::XAmzObjectLockEventHoldDurationYears),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzChecksumAlgorithm),
        checksum_type: Option<enums::ChecksumType> = header(H::XAmzChecksumType),
    }
}

input! {
    /// Input of CreateSession.
    #[derive(Default)]
    CreateSessionInput one_pass {
        session_mode: Option<enums::SessionMode> = header(H::XAmzCreateSessionMode),
        bucket: String = bucket(),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
    }
}

input! {
    /// Input of DeleteBucket.
    #[derive(Default)]
    DeleteBucketInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketAnalyticsConfiguration.
    #[derive(Default)]
    DeleteBucketAnalyticsConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketCors.
    #[derive(Default)]
    DeleteBucketCorsInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketEncryption.
    #[derive(Default)]
    DeleteBucketEncryptionInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketIntelligentTieringConfiguration.
    #[derive(Default)]
    DeleteBucketIntelligentTieringConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketInventoryConfiguration.
    #[derive(Default)]
    DeleteBucketInventoryConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketLifecycle.
    #[derive(Default)]
    DeleteBucketLifecycleInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketMetadataConfiguration.
    #[derive(Default)]
    DeleteBucketMetadataConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketMetadataTableConfiguration.
    #[derive(Default)]
    DeleteBucketMetadataTableConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketMetricsConfiguration.
    #[derive(Default)]
    DeleteBucketMetricsConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketOwnershipControls.
    #[derive(Default)]
    DeleteBucketOwnershipControlsInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketPolicy.
    #[derive(Default)]
    DeleteBucketPolicyInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketReplication.
    #[derive(Default)]
    DeleteBucketReplicationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketTagging.
    #[derive(Default)]
    DeleteBucketTaggingInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteBucketWebsite.
    #[derive(Default)]
    DeleteBucketWebsiteInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteObject.
    #[derive(Default)]
    DeleteObjectInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        mfa: Option<String> = header(H::XAmzMfa),
        version_id: Option<String> = query("versionId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        bypass_governance_retention: Option<bool> = header(H::XAmzBypassGovernanceRetention),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        if_match: Option<String> = header(H::IfMatch),
        if_match_last_modified_time: Option<Timestamp> = header(H::XAmzIfMatchLastModifiedTime),
        if_match_size: Option<i64> = header(H::XAmzIfMatchSize),
    }
}

input! {
    /// Input of DeleteObjectAnnotation.
    #[derive(Default)]
    DeleteObjectAnnotationInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        annotation_name: String = query("annotationName"),
        version_id: Option<String> = query("versionId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        object_if_match: Option<String> = header(H::XAmzObjectIfMatch),
    }
}

input! {
    /// Input of DeleteObjectTagging.
    #[derive(Default)]
    DeleteObjectTaggingInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of DeleteObjects.
    #[derive(Default)]
    DeleteObjectsInput one_pass {
        bucket: String = bucket(),
        delete: shapes::Delete = xml("Delete"),
        mfa: Option<String> = header(H::XAmzMfa),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        bypass_governance_retention: Option<bool> = header(H::XAmzBypassGovernanceRetention),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
    }
}

input! {
    /// Input of DeletePublicAccessBlock.
    #[derive(Default)]
    DeletePublicAccessBlockInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketAbac.
    #[derive(Default)]
    GetBucketAbacInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketAccelerateConfiguration.
    #[derive(Default)]
    GetBucketAccelerateConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
    }
}

input! {
    /// Input of GetBucketAcl.
    #[derive(Default)]
    GetBucketAclInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketAnalyticsConfiguration.
    #[derive(Default)]
    GetBucketAnalyticsConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketCors.
    #[derive(Default)]
    GetBucketCorsInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketEncryption.
    #[derive(Default)]
    GetBucketEncryptionInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketIntelligentTieringConfiguration.
    #[derive(Default)]
    GetBucketIntelligentTieringConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketInventoryConfiguration.
    #[derive(Default)]
    GetBucketInventoryConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketLifecycle.
    #[derive(Default)]
    GetBucketLifecycleInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketLifecycleConfiguration.
    #[derive(Default)]
    GetBucketLifecycleConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketLocation.
    #[derive(Default)]
    GetBucketLocationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketLogging.
    #[derive(Default)]
    GetBucketLoggingInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketMetadataConfiguration.
    #[derive(Default)]
    GetBucketMetadataConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketMetadataTableConfiguration.
    #[derive(Default)]
    GetBucketMetadataTableConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketMetricsConfiguration.
    #[derive(Default)]
    GetBucketMetricsConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketNotification.
    #[derive(Default)]
    GetBucketNotificationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketNotificationConfiguration.
    #[derive(Default)]
    GetBucketNotificationConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketOwnershipControls.
    #[derive(Default)]
    GetBucketOwnershipControlsInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketPolicy.
    #[derive(Default)]
    GetBucketPolicyInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketPolicyStatus.
    #[derive(Default)]
    GetBucketPolicyStatusInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketReplication.
    #[derive(Default)]
    GetBucketReplicationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketRequestPayment.
    #[derive(Default)]
    GetBucketRequestPaymentInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketTagging.
    #[derive(Default)]
    GetBucketTaggingInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketVersioning.
    #[derive(Default)]
    GetBucketVersioningInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetBucketWebsite.
    #[derive(Default)]
    GetBucketWebsiteInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetObject.
    #[derive(Default)]
    GetObjectInput one_pass {
        bucket: String = bucket(),
        if_match: Option<String> = header(H::IfMatch),
        if_modified_since: Option<Timestamp> = header_lenient(H::IfModifiedSince),
        if_none_match: Option<String> = header(H::IfNoneMatch),
        if_unmodified_since: Option<Timestamp> = header_lenient(H::IfUnmodifiedSince),
        key: String = key(),
        range: Option<String> = header(H::Range),
        response_cache_control: Option<String> = query("response-cache-control"),
        response_content_disposition: Option<String> = query("response-content-disposition"),
        response_content_encoding: Option<String> = query("response-content-encoding"),
        response_content_language: Option<String> = query("response-content-language"),
        response_content_type: Option<String> = query("response-content-type"),
        response_expires: Option<String> = query("response-expires"),
        version_id: Option<String> = query("versionId"),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        part_number: Option<i32> = query("partNumber"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        checksum_mode: Option<String> = header(H::XAmzChecksumMode),
    }
}

input! {
    /// Input of GetObjectAcl.
    #[derive(Default)]
    GetObjectAclInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetObjectAnnotation.
    #[derive(Default)]
    GetObjectAnnotationInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        annotation_name: String = query("annotationName"),
        version_id: Option<String> = query("versionId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        checksum_mode: Option<String> = header(H::XAmzChecksumMode),
    }
}

input! {
    /// Input of GetObjectAttributes.
    #[derive(Default)]
    GetObjectAttributesInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        max_parts: Option<i32> = header(H::XAmzMaxParts),
        part_number_marker: Option<i32> = header(H::XAmzPartNumberMarker),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        object_attributes: Vec<enums::ObjectAttributes> = header_some(H::XAmzObjectAttributes),
    }
}

input! {
    /// Input of GetObjectLegalHold.
    #[derive(Default)]
    GetObjectLegalHoldInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetObjectLockConfiguration.
    #[derive(Default)]
    GetObjectLockConfigurationInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetObjectRetention.
    #[derive(Default)]
    GetObjectRetentionInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetObjectTagging.
    #[derive(Default)]
    GetObjectTaggingInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
    }
}

input! {
    /// Input of GetObjectTorrent.
    #[derive(Default)]
    GetObjectTorrentInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of GetPublicAccessBlock.
    #[derive(Default)]
    GetPublicAccessBlockInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of HeadBucket.
    #[derive(Default)]
    HeadBucketInput look_up {
        bucket: String = bucket(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of HeadObject.
    #[derive(Default)]
    HeadObjectInput one_pass {
        bucket: String = bucket(),
        if_match: Option<String> = header(H::IfMatch),
        if_modified_since: Option<Timestamp> = header_lenient(H::IfModifiedSince),
        if_none_match: Option<String> = header(H::IfNoneMatch),
        if_unmodified_since: Option<Timestamp> = header_lenient(H::IfUnmodifiedSince),
        key: String = key(),
        range: Option<String> = header(H::Range),
        response_cache_control: Option<String> = query("response-cache-control"),
        response_content_disposition: Option<String> = query("response-content-disposition"),
        response_content_encoding: Option<String> = query("response-content-encoding"),
        response_content_language: Option<String> = query("response-content-language"),
        response_content_type: Option<String> = query("response-content-type"),
        response_expires: Option<String> = query("response-expires"),
        version_id: Option<String> = query("versionId"),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        part_number: Option<i32> = query("partNumber"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        checksum_mode: Option<String> = header(H::XAmzChecksumMode),
    }
}

input! {
    /// Input of ListBucketAnalyticsConfigurations.
    #[derive(Default)]
    ListBucketAnalyticsConfigurationsInput look_up {
        bucket: String = bucket(),
        continuation_token: Option<String> = query("continuation-token"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of ListBucketIntelligentTieringConfigurations.
    #[derive(Default)]
    ListBucketIntelligentTieringConfigurationsInput look_up {
        bucket: String = bucket(),
        continuation_token: Option<String> = query("continuation-token"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of ListBucketInventoryConfigurations.
    #[derive(Default)]
    ListBucketInventoryConfigurationsInput look_up {
        bucket: String = bucket(),
        continuation_token: Option<String> = query("continuation-token"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of ListBucketMetricsConfigurations.
    #[derive(Default)]
    ListBucketMetricsConfigurationsInput look_up {
        bucket: String = bucket(),
        continuation_token: Option<String> = query("continuation-token"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of ListBuckets.
    #[derive(Default)]
    ListBucketsInput look_up {
        max_buckets: Option<i32> = query("max-buckets"),
        continuation_token: Option<String> = query("continuation-token"),
        prefix: Option<String> = query("prefix"),
        bucket_region: Option<String> = query("bucket-region"),
    }
}

input! {
    /// Input of ListDirectoryBuckets.
    #[derive(Default)]
    ListDirectoryBucketsInput look_up {
        continuation_token: Option<String> = query("continuation-token"),
        max_directory_buckets: Option<i32> = query("max-directory-buckets"),
    }
}

input! {
    /// Input of ListMultipartUploads.
    #[derive(Default)]
    ListMultipartUploadsInput look_up {
        bucket: String = bucket(),
        delimiter: Option<String> = query("delimiter"),
        encoding_type: Option<enums::EncodingType> = query("encoding-type"),
        key_marker: Option<String> = query("key-marker"),
        max_uploads: Option<i32> = query("max-uploads"),
        prefix: Option<String> = query("prefix"),
        upload_id_marker: Option<String> = query("upload-id-marker"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
    }
}

input! {
    /// Input of ListObjectAnnotations.
    #[derive(Default)]
    ListObjectAnnotationsInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        max_annotation_results: Option<i32> = query("max-annotation-results"),
        annotation_prefix: Option<String> = query("annotation-prefix"),
        continuation_token: Option<String> = query("continuation-token"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of ListObjectVersions.
    #[derive(Default)]
    ListObjectVersionsInput look_up {
        bucket: String = bucket(),
        delimiter: Option<String> = query("delimiter"),
        encoding_type: Option<enums::EncodingType> = query("encoding-type"),
        key_marker: Option<String> = query("key-marker"),
        max_keys: Option<i32> = query("max-keys"),
        prefix: Option<String> = query("prefix"),
        version_id_marker: Option<String> = query("version-id-marker"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        optional_object_attributes: Vec<enums::OptionalObjectAttributes> = header_list(H::XAmzOptionalObjectAttributes),
    }
}

input! {
    /// Input of ListObjects.
    #[derive(Default)]
    ListObjectsInput look_up {
        bucket: String = bucket(),
        delimiter: Option<String> = query("delimiter"),
        encoding_type: Option<enums::EncodingType> = query("encoding-type"),
        marker: Option<String> = query("marker"),
        max_keys: Option<i32> = query("max-keys"),
        prefix: Option<String> = query("prefix"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        optional_object_attributes: Vec<enums::OptionalObjectAttributes> = header_list(H::XAmzOptionalObjectAttributes),
    }
}

input! {
    /// Input of ListObjectsV2.
    #[derive(Default)]
    ListObjectsV2Input look_up {
        bucket: String = bucket(),
        delimiter: Option<String> = query("delimiter"),
        encoding_type: Option<enums::EncodingType> = query("encoding-type"),
        max_keys: Option<i32> = query("max-keys"),
        prefix: Option<String> = query("prefix"),
        continuation_token: Option<String> = query("continuation-token"),
        fetch_owner: Option<bool> = query("fetch-owner"),
        start_after: Option<String> = query("start-after"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        optional_object_attributes: Vec<enums::OptionalObjectAttributes> = header_list(H::XAmzOptionalObjectAttributes),
    }
}

input! {
    /// Input of ListParts.
    #[derive(Default)]
    ListPartsInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        max_parts: Option<i32> = query("max-parts"),
        part_number_marker: Option<i32> = query("part-number-marker"),
        upload_id: String = query("uploadId"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
    }
}

input! {
    /// Input of PutBucketAbac.
    #[derive(Default)]
    PutBucketAbacInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        abac_status: shapes::AbacStatus = xml("AbacStatus"),
    }
}

input! {
    /// Input of PutBucketAccelerateConfiguration.
    #[derive(Default)]
    PutBucketAccelerateConfigurationInput look_up {
        bucket: String = bucket(),
        accelerate_configuration: shapes::AccelerateConfiguration = xml("AccelerateConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
    }
}

input! {
    /// Input of PutBucketAcl.
    #[derive(Default)]
    PutBucketAclInput one_pass {
        acl: Option<enums::BucketCannedACL> = header_unless_empty(H::XAmzAcl),
        access_control_policy: Option<shapes::AccessControlPolicy> = xml("AccessControlPolicy"),
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        grant_full_control: Option<String> = header(H::XAmzGrantFullControl),
        grant_read: Option<String> = header(H::XAmzGrantRead),
        grant_read_acp: Option<String> = header(H::XAmzGrantReadAcp),
        grant_write: Option<String> = header(H::XAmzGrantWrite),
        grant_write_acp: Option<String> = header(H::XAmzGrantWriteAcp),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketAnalyticsConfiguration.
    #[derive(Default)]
    PutBucketAnalyticsConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        analytics_configuration: shapes::AnalyticsConfiguration = xml("AnalyticsConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketCors.
    #[derive(Default)]
    PutBucketCorsInput look_up {
        bucket: String = bucket(),
        cors_configuration: shapes::CORSConfiguration = xml("CORSConfiguration"),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketEncryption.
    #[derive(Default)]
    PutBucketEncryptionInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        server_side_encryption_configuration: shapes::ServerSideEncryptionConfiguration = xml("ServerSideEncryptionConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketIntelligentTieringConfiguration.
    PutBucketIntelligentTieringConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        intelligent_tiering_configuration: shapes::IntelligentTieringConfiguration = xml("IntelligentTieringConfiguration"),
    }
}

input! {
    /// Input of PutBucketInventoryConfiguration.
    PutBucketInventoryConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        inventory_configuration: shapes::InventoryConfiguration = xml("InventoryConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketLifecycle.
    #[derive(Default)]
    PutBucketLifecycleInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        lifecycle_configuration: Option<shapes::LifecycleConfiguration> = xml("LifecycleConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketLifecycleConfiguration.
    #[derive(Default)]
    PutBucketLifecycleConfigurationInput look_up {
        bucket: String = bucket(),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        lifecycle_configuration: Option<shapes::BucketLifecycleConfiguration> = xml("LifecycleConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        transition_default_minimum_object_size: Option<enums::TransitionDefaultMinimumObjectSize> = header(H::XAmzTransitionDefaultMinimumObjectSize),
    }
}

input! {
    /// Input of PutBucketLogging.
    #[derive(Default)]
    PutBucketLoggingInput look_up {
        bucket: String = bucket(),
        bucket_logging_status: shapes::BucketLoggingStatus = xml("BucketLoggingStatus"),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketMetricsConfiguration.
    #[derive(Default)]
    PutBucketMetricsConfigurationInput look_up {
        bucket: String = bucket(),
        id: String = query("id"),
        metrics_configuration: shapes::MetricsConfiguration = xml("MetricsConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketNotification.
    #[derive(Default)]
    PutBucketNotificationInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        notification_configuration: shapes::NotificationConfigurationDeprecated = xml("NotificationConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketNotificationConfiguration.
    #[derive(Default)]
    PutBucketNotificationConfigurationInput look_up {
        bucket: String = bucket(),
        notification_configuration: shapes::NotificationConfiguration = xml("NotificationConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        skip_destination_validation: Option<bool> = header(H::XAmzSkipDestinationValidation),
    }
}

input! {
    /// Input of PutBucketOwnershipControls.
    #[derive(Default)]
    PutBucketOwnershipControlsInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        ownership_controls: shapes::OwnershipControls = xml("OwnershipControls"),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
    }
}

input! {
    /// Input of PutBucketPolicy.
    #[derive(Default)]
    PutBucketPolicyInput one_pass {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        confirm_remove_self_bucket_access: Option<bool> = header(H::XAmzConfirmRemoveSelfBucketAccess),
        policy: String = text_body(),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketReplication.
    #[derive(Default)]
    PutBucketReplicationInput one_pass {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        replication_configuration: shapes::ReplicationConfiguration = xml("ReplicationConfiguration"),
        token: Option<String> = header(H::XAmzBucketObjectLockToken),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketRequestPayment.
    PutBucketRequestPaymentInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        request_payment_configuration: shapes::RequestPaymentConfiguration = xml("RequestPaymentConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketTagging.
    #[derive(Default)]
    PutBucketTaggingInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        tagging: shapes::Tagging = xml("Tagging"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketVersioning.
    #[derive(Default)]
    PutBucketVersioningInput one_pass {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        mfa: Option<String> = header(H::XAmzMfa),
        versioning_configuration: shapes::VersioningConfiguration = xml("VersioningConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutBucketWebsite.
    #[derive(Default)]
    PutBucketWebsiteInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        website_configuration: shapes::WebsiteConfiguration = xml("WebsiteConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObject.
    #[derive(Default)]
    PutObjectInput one_pass {
        acl: Option<enums::ObjectCannedACL> = header_unless_empty(H::XAmzAcl),
        bucket: String = bucket(),
        cache_control: Option<String> = header(H::CacheControl),
        content_disposition: Option<String> = header(H::ContentDisposition),
        content_encoding: Option<String> = header(H::ContentEncoding),
        content_language: Option<String> = header(H::ContentLanguage),
        content_md5: Option<String> = header(H::ContentMd5),
        content_type: Option<String> = header(H::ContentType),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
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
        expires: Option<String> = header(H::Expires),
        if_match: Option<String> = header(H::IfMatch),
        if_none_match: Option<String> = header(H::IfNoneMatch),
        grant_full_control: Option<String> = header(H::XAmzGrantFullControl),
        grant_read: Option<String> = header(H::XAmzGrantRead),
        grant_read_acp: Option<String> = header(H::XAmzGrantReadAcp),
        grant_write_acp: Option<String> = header(H::XAmzGrantWriteAcp),
        key: String = key(),
        write_offset_bytes: Option<i64> = header(H::XAmzWriteOffsetBytes),
        metadata: BTreeMap<String, String> = metadata(),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzServerSideEncryption),
        storage_class: Option<enums::StorageClass> = header(H::XAmzStorageClass),
        website_redirect_location: Option<String> = header(H::XAmzWebsiteRedirectLocation),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        sse_kms_key_id: Option<String> = header(H::XAmzServerSideEncryptionAwsKmsKeyId),
        sse_kms_encryption_context: Option<Secret> = header(H::XAmzServerSideEncryptionContext),
        bucket_key_enabled: Option<bool> = header(H::XAmzServerSideEncryptionBucketKeyEnabled),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        tagging: Option<String> = header(H::XAmzTagging),
        object_lock_mode: Option<enums::ObjectLockMode> = header(H::XAmzObjectLockMode),
        object_lock_retain_until_date: Option<Timestamp> = header_iso8601(H::XAmzObjectLockRetainUntilDate),
        object_lock_legal_hold_status: Option<enums::ObjectLockLegalHoldStatus> = header(H::XAmzObjectLockLegalHold),
        object_lock_event_hold: Option<enums::ObjectLockEventHold> = header(H::XAmzObjectLockEventHold),
        object_lock_event_hold_duration_days: Option<i32> = header(H::XAmzObjectLockEventHoldDurationDays),
        object_lock_event_hold_duration_years: Option<i32> = header(H::XAmzObjectLockEventHoldDurationYears),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObjectAcl.
    #[derive(Default)]
    PutObjectAclInput one_pass {
        acl: Option<enums::ObjectCannedACL> = header_unless_empty(H::XAmzAcl),
        access_control_policy: Option<shapes::AccessControlPolicy> = xml("AccessControlPolicy"),
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        grant_full_control: Option<String> = header(H::XAmzGrantFullControl),
        grant_read: Option<String> = header(H::XAmzGrantRead),
        grant_read_acp: Option<String> = header(H::XAmzGrantReadAcp),
        grant_write: Option<String> = header(H::XAmzGrantWrite),
        grant_write_acp: Option<String> = header(H::XAmzGrantWriteAcp),
        key: String = key(),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        version_id: Option<String> = query("versionId"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObjectAnnotation.
    #[derive(Default)]
    PutObjectAnnotationInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        annotation_name: String = query("annotationName"),
        object_if_match: Option<String> = header(H::XAmzObjectIfMatch),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
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
        content_md5: Option<String> = header(H::ContentMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObjectLegalHold.
    #[derive(Default)]
    PutObjectLegalHoldInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        legal_hold: Option<shapes::ObjectLockLegalHold> = xml("LegalHold"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        version_id: Option<String> = query("versionId"),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObjectLockConfiguration.
    #[derive(Default)]
    PutObjectLockConfigurationInput one_pass {
        bucket: String = bucket(),
        object_lock_configuration: Option<shapes::ObjectLockConfiguration> = xml("ObjectLockConfiguration"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        token: Option<String> = header(H::XAmzBucketObjectLockToken),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObjectRetention.
    #[derive(Default)]
    PutObjectRetentionInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        retention: Option<shapes::ObjectLockRetention> = xml("Retention"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        version_id: Option<String> = query("versionId"),
        bypass_governance_retention: Option<bool> = header(H::XAmzBypassGovernanceRetention),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of PutObjectTagging.
    #[derive(Default)]
    PutObjectTaggingInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        tagging: shapes::Tagging = xml("Tagging"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
    }
}

input! {
    /// Input of PutPublicAccessBlock.
    #[derive(Default)]
    PutPublicAccessBlockInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        public_access_block_configuration: shapes::PublicAccessBlockConfiguration = xml("PublicAccessBlockConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of RenameObject.
    #[derive(Default)]
    RenameObjectInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        rename_source: String = header(H::XAmzRenameSource),
        destination_if_match: Option<String> = header(H::IfMatch),
        destination_if_none_match: Option<String> = header(H::IfNoneMatch),
        destination_if_modified_since: Option<Timestamp> = header_lenient(H::IfModifiedSince),
        destination_if_unmodified_since: Option<Timestamp> = header_lenient(H::IfUnmodifiedSince),
        source_if_match: Option<String> = header(H::XAmzRenameSourceIfMatch),
        source_if_none_match: Option<String> = header(H::XAmzRenameSourceIfNoneMatch),
        source_if_modified_since: Option<Timestamp> = header(H::XAmzRenameSourceIfModifiedSince),
        source_if_unmodified_since: Option<Timestamp> = header(H::XAmzRenameSourceIfUnmodifiedSince),
        client_token: Option<String> = header(H::XAmzClientToken),
    }
}

input! {
    /// Input of RestoreObject.
    #[derive(Default)]
    RestoreObjectInput look_up {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        restore_request: Option<shapes::RestoreRequest> = xml("RestoreRequest"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of SelectObjectContent.
    SelectObjectContentInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        request: shapes::SelectObjectContentRequest = xml("SelectObjectContentRequest"),
    }
}

input! {
    /// Input of UpdateBucketMetadataAnnotationTableConfiguration.
    UpdateBucketMetadataAnnotationTableConfigurationInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        annotation_table_configuration: shapes::AnnotationTableConfigurationUpdates = xml("AnnotationTableConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of UpdateBucketMetadataInventoryTableConfiguration.
    UpdateBucketMetadataInventoryTableConfigurationInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        inventory_table_configuration: shapes::InventoryTableConfigurationUpdates = xml("InventoryTableConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of UpdateBucketMetadataJournalTableConfiguration.
    UpdateBucketMetadataJournalTableConfigurationInput look_up {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
        journal_table_configuration: shapes::JournalTableConfigurationUpdates = xml("JournalTableConfiguration"),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of UpdateObjectEncryption.
    #[derive(Default)]
    UpdateObjectEncryptionInput one_pass {
        bucket: String = bucket(),
        key: String = key(),
        version_id: Option<String> = query("versionId"),
        object_encryption: shapes::ObjectEncryption = xml("ObjectEncryption"),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
    }
}

input! {
    /// Input of UploadPart.
    #[derive(Default)]
    UploadPartInput one_pass {
        bucket: String = bucket(),
        content_md5: Option<String> = header(H::ContentMd5),
        checksum_algorithm: Option<enums::ChecksumAlgorithm> = header(H::XAmzSdkChecksumAlgorithm),
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
        key: String = key(),
        part_number: i32 = query("partNumber"),
        upload_id: String = query("uploadId"),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
    }
}

input! {
    /// Input of UploadPartCopy.
    #[derive(Default)]
    UploadPartCopyInput one_pass {
        bucket: String = bucket(),
        copy_source: String = header(H::XAmzCopySource),
        copy_source_if_match: Option<String> = header(H::XAmzCopySourceIfMatch),
        copy_source_if_modified_since: Option<Timestamp> = header(H::XAmzCopySourceIfModifiedSince),
        copy_source_if_none_match: Option<String> = header(H::XAmzCopySourceIfNoneMatch),
        copy_source_if_unmodified_since: Option<Timestamp> = header(H::XAmzCopySourceIfUnmodifiedSince),
        copy_source_range: Option<String> = header(H::XAmzCopySourceRange),
        key: String = key(),
        part_number: i32 = query("partNumber"),
        upload_id: String = query("uploadId"),
        sse_customer_algorithm: Option<String> = header(H::XAmzServerSideEncryptionCustomerAlgorithm),
        sse_customer_key: Option<Secret> = header(H::XAmzServerSideEncryptionCustomerKey),
        sse_customer_key_md5: Option<String> = header(H::XAmzServerSideEncryptionCustomerKeyMd5),
        copy_source_sse_customer_algorithm: Option<String> = header(H::XAmzCopySourceServerSideEncryptionCustomerAlgorithm),
        copy_source_sse_customer_key: Option<Secret> = header(H::XAmzCopySourceServerSideEncryptionCustomerKey),
        copy_source_sse_customer_key_md5: Option<String> = header(H::XAmzCopySourceServerSideEncryptionCustomerKeyMd5),
        request_payer: Option<enums::RequestPayer> = header(H::XAmzRequestPayer),
        expected_bucket_owner: Option<String> = header(H::XAmzExpectedBucketOwner),
        expected_source_bucket_owner: Option<String> = header(H::XAmzSourceExpectedBucketOwner),
    }
}

input! {
    /// Input of WriteGetObjectResponse.
    #[derive(Default)]
    WriteGetObjectResponseInput one_pass {
        request_route: String = header(H::XAmzRequestRoute),
        request_token: String = header(H::XAmzRequestToken),
        status_code: Option<i32> = header(H::XAmzFwdStatus),
        error_code: Option<String> = header(H::XAmzFwdErrorCode),
        error_message: Option<String> = header(H::XAmzFwdErrorMessage),
        accept_ranges: Option<String> = header(H::XAmzFwdHeaderAcceptRanges),
        cache_control: Option<String> = header(H::XAmzFwdHeaderCacheControl),
        content_disposition: Option<String> = header(H::XAmzFwdHeaderContentDisposition),
        content_encoding: Option<String> = header(H::XAmzFwdHeaderContentEncoding),
        content_language: Option<String> = header(H::XAmzFwdHeaderContentLanguage),
        content_range: Option<String> = header(H::XAmzFwdHeaderContentRange),
        content_type: Option<String> = header(H::XAmzFwdHeaderContentType),
        checksum_crc32: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumCrc32),
        checksum_crc32c: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumCrc32c),
        checksum_crc64nvme: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumCrc64nvme),
        checksum_sha1: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumSha1),
        checksum_sha256: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumSha256),
        checksum_sha512: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumSha512),
        checksum_md5: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumMd5),
        checksum_xxhash64: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumXxhash64),
        checksum_xxhash3: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumXxhash3),
        checksum_xxhash128: Option<String> = header(H::XAmzFwdHeaderXAmzChecksumXxhash128),
        delete_marker: Option<bool> = header(H::XAmzFwdHeaderXAmzDeleteMarker),
        etag: Option<String> = header(H::XAmzFwdHeaderETag),
        expires: Option<String> = header(H::XAmzFwdHeaderExpires),
        expiration: Option<String> = header(H::XAmzFwdHeaderXAmzExpiration),
        last_modified: Option<Timestamp> = header(H::XAmzFwdHeaderLastModified),
        missing_meta: Option<i32> = header(H::XAmzFwdHeaderXAmzMissingMeta),
        metadata: BTreeMap<String, String> = metadata(),
        object_lock_mode: Option<enums::ObjectLockMode> = header(H::XAmzFwdHeaderXAmzObjectLockMode),
        object_lock_legal_hold_status: Option<enums::ObjectLockLegalHoldStatus> = header(H::XAmzFwdHeaderXAmzObjectLockLegalHold),
        object_lock_retain_until_date: Option<Timestamp> = header_iso8601(H::XAmzFwdHeaderXAmzObjectLockRetainUntilDate),
        parts_count: Option<i32> = header(H::XAmzFwdHeaderXAmzMpPartsCount),
        replication_status: Option<enums::ReplicationStatus> = header(H::XAmzFwdHeaderXAmzReplicationStatus),
        request_charged: Option<enums::RequestCharged> = header(H::XAmzFwdHeaderXAmzRequestCharged),
        restore: Option<String> = header(H::XAmzFwdHeaderXAmzRestore),
        server_side_encryption: Option<enums::ServerSideEncryption> = header(H::XAmzFwdHeaderXAmzServerSideEncryption),
        sse_customer_algorithm: Option<String> = header(H::XAmzFwdHeaderXAmzServerSideEncryptionCustomerAlgorithm),
        sse_kms_key_id: Option<String> = header(H::XAmzFwdHeaderXAmzServerSideEncryptionAwsKmsKeyId),
        sse_customer_key_md5: Option<String> = header(H::XAmzFwdHeaderXAmzServerSideEncryptionCustomerKeyMd5),
        storage_class: Option<enums::StorageClass> = header(H::XAmzFwdHeaderXAmzStorageClass),
        tag_count: Option<i32> = header(H::XAmzFwdHeaderXAmzTaggingCount),
        version_id: Option<String> = header(H::XAmzFwdHeaderXAmzVersionId),
        bucket_key_enabled: Option<bool> = header(H::XAmzFwdHeaderXAmzServerSideEncryptionBucketKeyEnabled),
    }
}
