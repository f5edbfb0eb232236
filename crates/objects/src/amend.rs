//! Changes of a version in place.

use crate::attempts::Outcome;
use crate::{Bucket, Error, VersionRecord, Writer};
use bytes::Bytes;
use larder_storage::Storage;
use larder_types::{ObjectKey, VersionId};

impl<S: Storage> Writer<'_, S> {
    /// Changes what is known of a version that is an object, the current one when none is named.
    /// The version stays where it is, with its body, its id and its time. `change` runs once for
    /// each attempt, on the record as it is then; an error of it ends the operation.
    ///
    /// [`Error::NoSuchKey`], [`Error::NoSuchVersion`], [`Error::MethodNotAllowed`] and those of
    /// `change`.
    pub(crate) async fn amend(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<VersionId>,
        change: impl Fn(&mut VersionRecord) -> Result<(), Error> + Send + Sync,
    ) -> Result<VersionId, Error> {
        let key = Bytes::copy_from_slice(key.as_bytes());
        let mut attempts = self.attempts(bucket.space, &key).await?;
        loop {
            let (mut version, _) = self.locate_object(bucket, version, &mut attempts).await?;
            // The row is written whole, with the small body and the attributes beside it.
            let whole =
                self.load_payload(&mut version).await? && self.load_overflow(&mut version).await?;
            if whole {
                let mut record = (*version.record).clone();
                change(&mut record)?;
                let batch = version.amended(&record, &self.stamp())?;
                let plan = self.change().plan(batch);
                if self.commit_plan(bucket, plan, &mut attempts).await? == Outcome::Done {
                    return Ok(record.version());
                }
            }
            self.lost(&mut attempts, false).await?;
        }
    }
}
