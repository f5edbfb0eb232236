//! A browser's form: its signature is in its body, in front of the file.

use super::cors::note_cors;
use crate::access::{FormRequest, is_requester};
use crate::call::Call;
use crate::error::Failure;
use crate::ops::{self, Form, POST_OBJECT};
use crate::reply::Reply;
use crate::service::ServiceParts;
use larder_storage::Storage;

impl<S: Storage> ServiceParts<S> {
    /// PostObject.
    pub(super) async fn post_object(&self, call: &mut Call<'_>) -> Result<Reply, Failure> {
        // What forms hold until it is known who sends them is apart from the memory of other
        // requests, so that whoever fills it keeps out no one else.
        let mut held = self.form_memory.reservation();
        let mut form = Form::read(call, &mut held).await?;
        let (claim, policy) = form.fields.claim()?;
        let token = form.fields.get("x-amz-security-token");
        self.authenticate_form(call, &claim, token).await?;
        let request =
            FormRequest { fields: &form.fields, policy: policy.as_ref(), needs: POST_OBJECT };
        let (admitted, size) = self.admit_form(call, &request).await?;
        form.size = size;
        if let Some(bucket) = admitted.bucket() {
            note_cors(call, bucket);
            call.is_charged = is_requester(call, bucket);
        }
        call.record.must_finish.set();
        call.hold(held.bytes())?;
        drop(held);
        ops::post_object(admitted.grant(), call, form).await
    }
}
