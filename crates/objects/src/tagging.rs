//! Tags of objects and buckets.

use crate::rows::Tag;
use crate::{Bucket, Error, VersionRecord, Writer};
use larder_iam::acl::Grant;
use larder_storage::Storage;
use larder_types::limits::{
    BUCKET_TAGS_MAX, OBJECT_TAGS_MAX, TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX,
};
use larder_types::{ObjectKey, VersionId};

impl<S: Storage> Writer<'_, S> {
    /// PutObjectTagging; with no tags DeleteObjectTagging. Returns the version that was changed.
    /// GetObjectTagging is [`Objects::lookup`].
    pub async fn put_tags(
        self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<VersionId>,
        tags: &[Tag],
    ) -> Result<VersionId, Error> {
        check_object_tags(tags)?;
        let change = |record: &mut VersionRecord| {
            record.attributes.tags = tags.to_vec();
            Ok(())
        };
        self.amend(bucket, key, version, change).await
    }

    /// PutObjectAcl. Returns the version that was changed.
    pub async fn put_acl(
        self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<VersionId>,
        grants: &[Grant],
    ) -> Result<VersionId, Error> {
        let change = |record: &mut VersionRecord| {
            record.attributes.acl = Some(grants.to_vec());
            Ok(())
        };
        self.amend(bucket, key, version, change).await
    }
}

/// S3's rules for the tags of an object ("Categorizing your storage using tags").
pub(crate) fn check_object_tags(tags: &[Tag]) -> Result<(), Error> {
    if tags.len() > OBJECT_TAGS_MAX {
        return Err(Error::InvalidTag("Object tags cannot be greater than 10"));
    }
    check(tags)
}

/// S3's rules for the tags of a bucket.
pub(crate) fn check_bucket_tags(tags: &[Tag]) -> Result<(), Error> {
    if tags.len() > BUCKET_TAGS_MAX {
        return Err(Error::InvalidTag("Bucket tag count cannot be greater than 50"));
    }
    check(tags)
}

/// A text's length as S3 counts it: in UTF-16, where a character takes one or two positions
/// ("Categorizing your storage using tags").
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Whether all characters are of AWS's set: letters, numbers and spaces of any script, and
/// `+ - = . _ : / @`. Marks that are part of a word (vowel signs) pass with the letters.
fn is_taggable(text: &str) -> bool {
    let space = |c: char| c.is_whitespace() && !c.is_control();
    text.chars().all(|c| c.is_alphanumeric() || space(c) || "+-=._:/@".contains(c))
}

fn check(tags: &[Tag]) -> Result<(), Error> {
    for (index, tag) in tags.iter().enumerate() {
        let key_chars = length(&tag.key);
        let key_fits = (1..=TAG_KEY_CHARS_MAX).contains(&key_chars);
        if !key_fits || !is_taggable(&tag.key) {
            return Err(Error::InvalidTag("The TagKey you have provided is invalid"));
        }
        if length(&tag.value) > TAG_VALUE_CHARS_MAX || !is_taggable(&tag.value) {
            return Err(Error::InvalidTag("The TagValue you have provided is invalid"));
        }
        if tag.key.starts_with("aws:") {
            return Err(Error::InvalidTag("System tags cannot be added/updated by requester"));
        }
        if tags[..index].iter().any(|other| other.key == tag.key) {
            return Err(Error::InvalidTag("Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(())
}
