//! Conditions of reads, writes and deletes. Pure.

use crate::{Error, VersionRecord};
use larder_types::{ETag, Timestamp};

/// What an `If-Match` or `If-None-Match` header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EtagCondition {
    /// `*`: whatever is there.
    Any,
    /// One of these. Texts that no object can have as its ETag are left out: they match nothing.
    OneOf(Vec<ETag>),
}

/// Conditions of GetObject, HeadObject and of a copy's source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadConditions {
    /// `If-Match`.
    pub if_match: Option<EtagCondition>,
    /// `If-None-Match`.
    pub if_none_match: Option<EtagCondition>,
    /// `If-Modified-Since`, whole seconds.
    pub if_modified_since: Option<Timestamp>,
    /// `If-Unmodified-Since`, whole seconds.
    pub if_unmodified_since: Option<Timestamp>,
}

/// Conditions of PutObject, CopyObject and CompleteMultipartUpload, about the current version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteConditions {
    /// `If-Match`: the current object has this ETag.
    pub if_match: Option<EtagCondition>,
    /// `If-None-Match`: there is no current object, or one of another ETag.
    pub if_none_match: Option<EtagCondition>,
}

/// Conditions of DeleteObject and of an entry of DeleteObjects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteConditions {
    /// `If-Match`.
    pub if_match: Option<EtagCondition>,
    /// `x-amz-if-match-last-modified-time`, whole seconds.
    pub last_modified: Option<Timestamp>,
    /// `x-amz-if-match-size`.
    pub size: Option<u64>,
}

impl EtagCondition {
    /// Parses the header: `*`, or ETags with or without quotes, separated by commas.
    pub fn parse(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        let tag = |text: &str| {
            let text = text.trim();
            ETag::parse(text.strip_prefix("W/").unwrap_or(text)).ok()
        };
        Self::OneOf(header.split(',').filter_map(tag).collect())
    }

    fn matches(&self, etag: &ETag) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.contains(etag),
        }
    }
}

impl ReadConditions {
    /// Checks the conditions in the order of RFC 9110, section 13.2.2, as GetObject does:
    /// [`Error::PreconditionFailed`] or [`Error::NotModified`]. A copy's caller turns the latter
    /// into the former.
    pub fn check(&self, etag: &ETag, modified: Timestamp) -> Result<(), Error> {
        let seconds = modified.seconds();
        if let Some(condition) = &self.if_match {
            if !condition.matches(etag) {
                return Err(Error::PreconditionFailed("If-Match"));
            }
        } else if self.if_unmodified_since.is_some_and(|t| seconds > t.seconds()) {
            return Err(Error::PreconditionFailed("If-Unmodified-Since"));
        }
        if let Some(condition) = &self.if_none_match {
            if condition.matches(etag) {
                return Err(Error::NotModified);
            }
        } else if self.if_modified_since.is_some_and(|t| seconds <= t.seconds()) {
            return Err(Error::NotModified);
        }
        Ok(())
    }
}

impl WriteConditions {
    /// Whether there is any condition.
    pub fn any(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }

    /// Checks in the order of RFC 9110, section 13.2.2, against the current version, which may be
    /// missing or a delete marker: both mean that there is no object (S3 user guide, "Conditional
    /// write behavior").
    pub(crate) fn check(&self, current: Option<&VersionRecord>) -> Result<(), Error> {
        let object = current.filter(|record| !record.delete_marker);
        match (&self.if_match, object) {
            (None, _) => {}
            (Some(condition), Some(object)) if condition.matches(&object.etag) => {}
            (Some(_), Some(_)) => return Err(Error::PreconditionFailed("If-Match")),
            (Some(_), None) => {
                let delete_marker = current.map(VersionRecord::version);
                return Err(Error::NoSuchKey { delete_marker });
            }
        }
        match (&self.if_none_match, object) {
            (Some(condition), Some(object)) if condition.matches(&object.etag) => {
                Err(Error::PreconditionFailed("If-None-Match"))
            }
            _ => Ok(()),
        }
    }
}

impl DeleteConditions {
    /// Whether there is any condition.
    pub fn any(&self) -> bool {
        self.if_match.is_some() || self.last_modified.is_some() || self.size.is_some()
    }

    /// Checks against the current version. A missing key fails a condition with `NoSuchKey`, a
    /// delete marker with `PreconditionFailed`.
    pub(crate) fn check(&self, current: Option<&VersionRecord>) -> Result<(), Error> {
        if !self.any() {
            return Ok(());
        }
        let Some(current) = current else {
            return Err(Error::NoSuchKey { delete_marker: None });
        };
        let etag = self.if_match.as_ref();
        if current.delete_marker || etag.is_some_and(|c| !c.matches(&current.etag)) {
            return Err(Error::PreconditionFailed("If-Match"));
        }
        let seconds = current.modified.seconds();
        if self.last_modified.is_some_and(|t| t.seconds() != seconds) {
            return Err(Error::PreconditionFailed("x-amz-if-match-last-modified-time"));
        }
        if self.size.is_some_and(|size| size != current.size()) {
            return Err(Error::PreconditionFailed("x-amz-if-match-size"));
        }
        Ok(())
    }
}
