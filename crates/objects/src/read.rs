//! A version is looked up, what to read of it is decided, and its body is opened: as one.
//!
//! Between the look-up and the opening the version may be replaced and its body freed. Then all of
//! it is done again from the look-up: what is decided (conditions, range) is decided about the
//! version that is read. Nobody above needs to know.

use crate::{Bucket, Error, ObjectBody, ObjectVersion, Objects};
use larder_storage::Storage;
use larder_types::{ByteRange, ObjectKey, VersionId};

/// How often a version that is gone before it could be read is looked up in all.
pub(crate) const READ_ATTEMPTS_MAX: u32 = 5;

/// What is to be read.
pub struct ReadTarget<'a> {
    /// Its bucket.
    pub bucket: &'a Bucket,
    /// Its key.
    pub key: &'a ObjectKey,
    /// The version; `None` for the current one.
    pub version: Option<VersionId>,
    /// What was found already; it counts as the first look-up.
    pub found: Option<ObjectVersion>,
}

/// How much of a version is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nothing: what was found is enough.
    Nothing,
    /// All of it.
    Whole,
    /// These bytes, at least one.
    Range(ByteRange),
}

/// Decides what is read of a version, each time that one is found.
pub trait ReadPlan<S: Storage>: Sync {
    /// What else was decided.
    type Decision: Send;
    /// Why nothing is read.
    type Refusal: From<Error> + Send;

    /// Decides about `found`.
    fn decide(
        &self,
        objects: &Objects<S>,
        found: &ObjectVersion,
    ) -> impl Future<Output = Result<(Extent, Self::Decision), Self::Refusal>> + Send;

    /// Says why nothing was found in `bucket`.
    fn not_found(&self, bucket: &Bucket, error: Error) -> Self::Refusal;
}

/// A version of which something can be read.
pub struct OpenVersion<S: Storage> {
    /// The version.
    pub version: ObjectVersion,
    /// How many bytes of it are read.
    pub length: u64,
    /// These bytes; `None` for [`Extent::Nothing`].
    pub body: Option<ObjectBody<S>>,
}

impl<S: Storage> Objects<S> {
    /// Finds a version, has `plan` decide, and opens what it wants.
    ///
    /// Refuses with what `plan` makes of [`Error::NoSuchKey`], [`Error::NoSuchVersion`] and
    /// [`Error::MethodNotAllowed`], and with what it refuses; [`Error::InvalidRange`];
    /// [`Error::VersionGone`] when the version was replaced each time.
    pub async fn read<P: ReadPlan<S>>(
        &self,
        target: ReadTarget<'_>,
        plan: &P,
    ) -> Result<(OpenVersion<S>, P::Decision), P::Refusal> {
        let ReadTarget { bucket, key, version, found } = target;
        let not_found = |error| plan.not_found(bucket, error);
        let mut found = match found {
            Some(found) => found,
            None => self.lookup(bucket, key, version).await.map_err(not_found)?,
        };
        let mut attempts = 1;
        loop {
            let (extent, decision) = plan.decide(self, &found).await?;
            match self.open_version(found, extent).await {
                Err(Error::VersionGone) if attempts < READ_ATTEMPTS_MAX => {}
                opened => return Ok((opened?, decision)),
            }
            attempts += 1;
            // Boxed: the usual read looks up once.
            found = Box::pin(self.lookup(bucket, key, version)).await.map_err(not_found)?;
        }
    }

    /// Opens a version that was looked up.
    ///
    /// [`Error::InvalidRange`], [`Error::VersionGone`].
    pub async fn open_version(
        &self,
        version: ObjectVersion,
        extent: Extent,
    ) -> Result<OpenVersion<S>, Error> {
        let size = version.record.size();
        let (range, length) = match extent {
            Extent::Nothing => return Ok(OpenVersion { version, length: 0, body: None }),
            Extent::Whole => (None, size),
            Extent::Range(range) if range.start < range.end && range.end <= size => {
                (Some(range), range.length())
            }
            Extent::Range(_) => return Err(Error::InvalidRange { size }),
        };
        let body = Some(self.open(&version, range).await?);
        Ok(OpenVersion { version, length, body })
    }
}
