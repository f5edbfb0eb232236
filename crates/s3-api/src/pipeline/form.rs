//! The door for browsers' forms: the signature is in the body, in front of the file.

use super::cors::note_cors;
use super::grant::{Grant, bucket_name, object_key};
use crate::call::Call;
use crate::error::Failure;
use crate::service::Shared;
use larder_platform::MemoryBudget;
use larder_s3_wire::post_form::{FormFields, PostPolicy};
use larder_storage::Storage;

/// Gives PostObject its grant once the form's fields are read.
pub(crate) struct FormDoor<'a, S: Storage>(&'a Shared<S>);

impl<'a, S: Storage> FormDoor<'a, S> {
    pub(super) fn new(shared: &'a Shared<S>) -> Self {
        Self(shared)
    }

    /// What all forms may hold until it is known who sends them. Apart from the memory of other
    /// requests, so that whoever fills it keeps out no one else.
    pub(crate) fn memory(&self) -> &MemoryBudget {
        &self.0.form_memory
    }

    /// Verifies the form's signature and gives the right to the key that it names. The policy is
    /// still to be checked by [`PostPolicy::check`].
    pub(crate) async fn grant(
        &self,
        call: &mut Call<'_>,
        fields: &FormFields,
    ) -> Result<(Grant<S>, Option<PostPolicy>), Failure> {
        let (claim, policy) = fields.claim()?;
        self.0.authenticate_form(call, &claim).await?;
        let name = bucket_name(call.target.bucket.as_deref().unwrap_or_default())?;
        let bucket = self.0.objects.bucket(&name).await?;
        note_cors(call, &bucket);
        let key = object_key(fields.key()?)?;
        let grant = self.0.admit_form(call, bucket, key)?;
        call.record.must_finish.set();
        Ok((grant, policy))
    }
}
