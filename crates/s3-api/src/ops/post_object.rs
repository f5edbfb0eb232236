//! PostObject: a browser's form.

use crate::call::Call;
use crate::error::Failure;
use crate::pipeline::FormDoor;
use crate::reply::Reply;
use larder_storage::Storage;

pub(crate) async fn post_object<S: Storage>(
    door: FormDoor<'_, S>,
    call: &mut Call,
) -> Result<Reply, Failure> {
    let _ = (door, call);
    Err(Failure::not_implemented("PostObject is not implemented: not built yet"))
}
