//! GetObjectAcl and PutObjectAcl. Every bucket enforces the ownership of its owner, so there is one
//! ACL: the owner's full control.

use super::object_headers::refuse_acl;
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_s3_model::inputs::{GetObjectAclInput, PutObjectAclInput};
use larder_s3_model::outputs::GetObjectAclOutput;
use larder_s3_model::{enums, shapes};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::Owner;

pub(crate) async fn get_object_acl<S: Storage>(
    mut grant: Grant<S, kind::ReadAcl>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    call.input(GetObjectAclInput::decode)?;
    let found = grant.look_up(call).await?;
    let (owner, grants) = owner_acl(&found.record.owner);
    let output = GetObjectAclOutput { owner: Some(owner), grants, request_charged: None };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_object_acl<S: Storage>(
    mut grant: Grant<S, kind::ChangeAcl>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(PutObjectAclInput::decode)?;
    let found = grant.look_up(call).await?;
    refuse_acl(call, input.acl.map(|acl| acl.as_str()))?;
    match &input.access_control_policy {
        Some(policy) if !is_owners_alone(policy, &found.record.owner) => {
            Err(Failure::new(ErrorCode::AccessControlListNotSupported))
        }
        None if input.acl.is_none() => Err(Failure::new(ErrorCode::MissingSecurityHeader)
            .element("MissingHeaderName", "x-amz-acl")),
        _ => Ok(Reply::empty(StatusCode::OK)),
    }
}

/// The owner, and the one grant that there is.
pub(crate) fn owner_acl(owner: &Owner) -> (shapes::Owner, Vec<shapes::Grant>) {
    let name = Some(owner.display_name.clone()).filter(|name| !name.is_empty());
    let id = Some(owner.canonical_id.clone());
    let grantee = shapes::Grantee {
        r#type: enums::Type::CanonicalUser,
        display_name: name.clone(),
        email_address: None,
        id: id.clone(),
        uri: None,
    };
    let grant =
        shapes::Grant { grantee: Some(grantee), permission: Some(enums::Permission::FullControl) };
    (shapes::Owner { display_name: name, id }, vec![grant])
}

/// Whether an ACL says what is true anyway: the owner has full control, and nobody else anything.
pub(crate) fn is_owners_alone(policy: &shapes::AccessControlPolicy, owner: &Owner) -> bool {
    let is_owner = |id: &Option<String>| id.as_deref() == Some(owner.canonical_id.as_str());
    let owner_fits = policy.owner.as_ref().is_none_or(|owner| is_owner(&owner.id));
    let fits = |grant: &shapes::Grant| {
        grant.permission == Some(enums::Permission::FullControl)
            && grant.grantee.as_ref().is_some_and(|grantee| is_owner(&grantee.id))
    };
    owner_fits && !policy.grants.is_empty() && policy.grants.iter().all(fits)
}
