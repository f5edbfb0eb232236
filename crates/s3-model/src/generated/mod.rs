//! What the service model says.
//!
//! Written by `cargo xtask s3gen`; edit `overrides.toml` instead.

#![allow(missing_docs, reason = "AWS's reference documents each field by its name")]

pub mod enums;
pub(crate) mod headers;
pub mod inputs;
pub mod operations;
pub mod outputs;
pub mod shapes;

#[cfg(test)]
use crate::{DecodeError, RequestHead};

#[cfg(test)]
type Decoder = fn(&RequestHead<'_>, &[u8]) -> Option<DecodeError>;
/// How each operation's input is decoded, in the table's order.
#[cfg(test)]
pub(crate) const DECODERS: &[Decoder] = &[
    |head, body| inputs::AbortMultipartUploadInput::decode(head, body).err(),
    |head, body| inputs::CompleteMultipartUploadInput::decode(head, body).err(),
    |head, body| inputs::CopyObjectInput::decode(head, body).err(),
    |head, body| inputs::CreateBucketInput::decode(head, body).err(),
    |head, body| inputs::CreateBucketMetadataConfigurationInput::decode(head, body).err(),
    |head, body| inputs::CreateBucketMetadataTableConfigurationInput::decode(head, body).err(),
    |head, body| inputs::CreateMultipartUploadInput::decode(head, body).err(),
    |head, body| inputs::CreateSessionInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketAnalyticsConfigurationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketCorsInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketEncryptionInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketIntelligentTieringConfigurationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketInventoryConfigurationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketLifecycleInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketMetadataConfigurationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketMetadataTableConfigurationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketMetricsConfigurationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketOwnershipControlsInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketPolicyInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketReplicationInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketTaggingInput::decode(head, body).err(),
    |head, body| inputs::DeleteBucketWebsiteInput::decode(head, body).err(),
    |head, body| inputs::DeleteObjectInput::decode(head, body).err(),
    |head, body| inputs::DeleteObjectAnnotationInput::decode(head, body).err(),
    |head, body| inputs::DeleteObjectTaggingInput::decode(head, body).err(),
    |head, body| inputs::DeleteObjectsInput::decode(head, body).err(),
    |head, body| inputs::DeletePublicAccessBlockInput::decode(head, body).err(),
    |head, body| inputs::GetBucketAbacInput::decode(head, body).err(),
    |head, body| inputs::GetBucketAccelerateConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketAclInput::decode(head, body).err(),
    |head, body| inputs::GetBucketAnalyticsConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketCorsInput::decode(head, body).err(),
    |head, body| inputs::GetBucketEncryptionInput::decode(head, body).err(),
    |head, body| inputs::GetBucketIntelligentTieringConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketInventoryConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketLifecycleInput::decode(head, body).err(),
    |head, body| inputs::GetBucketLifecycleConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketLocationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketLoggingInput::decode(head, body).err(),
    |head, body| inputs::GetBucketMetadataConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketMetadataTableConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketMetricsConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketNotificationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketNotificationConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketOwnershipControlsInput::decode(head, body).err(),
    |head, body| inputs::GetBucketPolicyInput::decode(head, body).err(),
    |head, body| inputs::GetBucketPolicyStatusInput::decode(head, body).err(),
    |head, body| inputs::GetBucketReplicationInput::decode(head, body).err(),
    |head, body| inputs::GetBucketRequestPaymentInput::decode(head, body).err(),
    |head, body| inputs::GetBucketTaggingInput::decode(head, body).err(),
    |head, body| inputs::GetBucketVersioningInput::decode(head, body).err(),
    |head, body| inputs::GetBucketWebsiteInput::decode(head, body).err(),
    |head, body| inputs::GetObjectInput::decode(head, body).err(),
    |head, body| inputs::GetObjectAclInput::decode(head, body).err(),
    |head, body| inputs::GetObjectAnnotationInput::decode(head, body).err(),
    |head, body| inputs::GetObjectAttributesInput::decode(head, body).err(),
    |head, body| inputs::GetObjectLegalHoldInput::decode(head, body).err(),
    |head, body| inputs::GetObjectLockConfigurationInput::decode(head, body).err(),
    |head, body| inputs::GetObjectRetentionInput::decode(head, body).err(),
    |head, body| inputs::GetObjectTaggingInput::decode(head, body).err(),
    |head, body| inputs::GetObjectTorrentInput::decode(head, body).err(),
    |head, body| inputs::GetPublicAccessBlockInput::decode(head, body).err(),
    |head, body| inputs::HeadBucketInput::decode(head, body).err(),
    |head, body| inputs::HeadObjectInput::decode(head, body).err(),
    |head, body| inputs::ListBucketAnalyticsConfigurationsInput::decode(head, body).err(),
    |head, body| inputs::ListBucketIntelligentTieringConfigurationsInput::decode(head, body).err(),
    |head, body| inputs::ListBucketInventoryConfigurationsInput::decode(head, body).err(),
    |head, body| inputs::ListBucketMetricsConfigurationsInput::decode(head, body).err(),
    |head, body| inputs::ListBucketsInput::decode(head, body).err(),
    |head, body| inputs::ListDirectoryBucketsInput::decode(head, body).err(),
    |head, body| inputs::ListMultipartUploadsInput::decode(head, body).err(),
    |head, body| inputs::ListObjectAnnotationsInput::decode(head, body).err(),
    |head, body| inputs::ListObjectVersionsInput::decode(head, body).err(),
    |head, body| inputs::ListObjectsInput::decode(head, body).err(),
    |head, body| inputs::ListObjectsV2Input::decode(head, body).err(),
    |head, body| inputs::ListPartsInput::decode(head, body).err(),
    |head, body| inputs::PutBucketAbacInput::decode(head, body).err(),
    |head, body| inputs::PutBucketAccelerateConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketAclInput::decode(head, body).err(),
    |head, body| inputs::PutBucketAnalyticsConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketCorsInput::decode(head, body).err(),
    |head, body| inputs::PutBucketEncryptionInput::decode(head, body).err(),
    |head, body| inputs::PutBucketIntelligentTieringConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketInventoryConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketLifecycleInput::decode(head, body).err(),
    |head, body| inputs::PutBucketLifecycleConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketLoggingInput::decode(head, body).err(),
    |head, body| inputs::PutBucketMetricsConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketNotificationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketNotificationConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketOwnershipControlsInput::decode(head, body).err(),
    |head, body| inputs::PutBucketPolicyInput::decode(head, body).err(),
    |head, body| inputs::PutBucketReplicationInput::decode(head, body).err(),
    |head, body| inputs::PutBucketRequestPaymentInput::decode(head, body).err(),
    |head, body| inputs::PutBucketTaggingInput::decode(head, body).err(),
    |head, body| inputs::PutBucketVersioningInput::decode(head, body).err(),
    |head, body| inputs::PutBucketWebsiteInput::decode(head, body).err(),
    |head, body| inputs::PutObjectInput::decode(head, body).err(),
    |head, body| inputs::PutObjectAclInput::decode(head, body).err(),
    |head, body| inputs::PutObjectAnnotationInput::decode(head, body).err(),
    |head, body| inputs::PutObjectLegalHoldInput::decode(head, body).err(),
    |head, body| inputs::PutObjectLockConfigurationInput::decode(head, body).err(),
    |head, body| inputs::PutObjectRetentionInput::decode(head, body).err(),
    |head, body| inputs::PutObjectTaggingInput::decode(head, body).err(),
    |head, body| inputs::PutPublicAccessBlockInput::decode(head, body).err(),
    |head, body| inputs::RenameObjectInput::decode(head, body).err(),
    |head, body| inputs::RestoreObjectInput::decode(head, body).err(),
    |head, body| inputs::SelectObjectContentInput::decode(head, body).err(),
    |head, body| {
        inputs::UpdateBucketMetadataAnnotationTableConfigurationInput::decode(head, body).err()
    },
    |head, body| {
        inputs::UpdateBucketMetadataInventoryTableConfigurationInput::decode(head, body).err()
    },
    |head, body| {
        inputs::UpdateBucketMetadataJournalTableConfigurationInput::decode(head, body).err()
    },
    |head, body| inputs::UpdateObjectEncryptionInput::decode(head, body).err(),
    |head, body| inputs::UploadPartInput::decode(head, body).err(),
    |head, body| inputs::UploadPartCopyInput::decode(head, body).err(),
    |head, body| inputs::WriteGetObjectResponseInput::decode(head, body).err(),
];
