//! What an operation is asked for, as an ARN.

use crate::call::Call;
use crate::failure::Failure;
use larder_iam::Principal;
use larder_iam_model::CommonError;
use larder_identities::{Error, IdentityKind, IdentityRef};
use larder_storage::MetaStore;
use larder_types::AccountId;

type Arn = Result<String, Failure>;

fn iam(account: &AccountId, rest: &str) -> String {
    format!("arn:aws:iam::{account}:{rest}")
}

/// What is about no single thing.
pub(super) async fn anything<S: MetaStore>(_: &Call<'_, S>) -> Arn {
    Ok("*".to_owned())
}

/// What is named by its ARN.
pub(super) async fn arn<S: MetaStore>(_: &Call<'_, S>, arn: &str) -> Arn {
    Ok(arn.to_owned())
}

/// The ARN of an identity. One that is not there has none, and is asked for at the root of the
/// paths: who may not know learns nothing.
async fn existing<S: MetaStore>(call: &Call<'_, S>, identity: IdentityRef<'_>) -> Arn {
    match call.identities().identity(identity).await {
        Ok(record) => Ok(record.arn(identity.kind, identity.account)),
        Err(Error::NoSuchEntity(_)) => {
            let kind = identity.kind.as_str();
            Ok(iam(identity.account, &format!("{kind}/{}", identity.name)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A user.
pub(super) async fn user<S: MetaStore>(call: &Call<'_, S>, name: &str) -> Arn {
    existing(call, IdentityRef::user(call.account(), name)).await
}

/// A group.
pub(super) async fn group<S: MetaStore>(call: &Call<'_, S>, name: &str) -> Arn {
    existing(call, IdentityRef::group(call.account(), name)).await
}

/// A role.
pub(super) async fn role<S: MetaStore>(call: &Call<'_, S>, name: &str) -> Arn {
    existing(call, IdentityRef::role(call.account(), name)).await
}

/// A user, or whoever asks where none is named.
pub(super) async fn user_or_self<S: MetaStore>(call: &Call<'_, S>, name: &Option<String>) -> Arn {
    match name {
        Some(name) => user(call, name).await,
        None => Ok(call.signer.key.principal.to_string()),
    }
}

/// The user who is named, or who asks where none is; `None` for the root.
///
/// Errors: `ValidationError` for a session, which is no user.
pub(super) fn user_of<S: MetaStore>(
    call: &Call<'_, S>,
    name: Option<String>,
) -> Result<Option<String>, Failure> {
    match (&call.signer.key.principal, name) {
        (_, Some(name)) => Ok(Some(name)),
        (Principal::AccountRoot(_), None) => Ok(None),
        (Principal::User(user), None) => Ok(Some(user.name.clone())),
        (_, None) => Err(Failure::new(
            CommonError::ValidationError,
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// The user, or root, whose an access key is.
///
/// Errors: `AccessDenied` for an id that no key has.
pub(super) async fn owner_of_key<S: MetaStore>(call: &Call<'_, S>, id: &str) -> Arn {
    let identities = call.identities();
    let Some(key) = identities.access_key_record(id).await? else {
        return Err(Failure::new(
            CommonError::AccessDenied,
            format!(
                "User: {} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: \
                 access key {id}",
                call.signer.key.principal
            ),
        ));
    };
    let Some(user_id) = &key.user_id else {
        return Ok(iam(&key.account, "root"));
    };
    let user = identities.identity_of_id(&key.account, user_id).await?;
    Ok(user.map_or_else(
        || iam(&key.account, &format!("user/{user_id}")),
        |(kind, user)| user.arn(kind, &key.account),
    ))
}

fn new_one(account: &AccountId, kind: &str, name: &str, path: &Option<String>) -> String {
    let path = path.as_deref().unwrap_or("/");
    iam(account, &format!("{kind}{path}{name}"))
}

/// A user that is to be made.
pub(super) async fn new_user<S: MetaStore>(
    call: &Call<'_, S>,
    name: &str,
    path: &Option<String>,
) -> Arn {
    Ok(new_one(call.account(), IdentityKind::User.as_str(), name, path))
}

/// A group that is to be made.
pub(super) async fn new_group<S: MetaStore>(
    call: &Call<'_, S>,
    name: &str,
    path: &Option<String>,
) -> Arn {
    Ok(new_one(call.account(), IdentityKind::Group.as_str(), name, path))
}

/// A role that is to be made.
pub(super) async fn new_role<S: MetaStore>(
    call: &Call<'_, S>,
    name: &str,
    path: &Option<String>,
) -> Arn {
    Ok(new_one(call.account(), IdentityKind::Role.as_str(), name, path))
}

/// A managed policy that is to be made.
pub(super) async fn new_policy<S: MetaStore>(
    call: &Call<'_, S>,
    name: &str,
    path: &Option<String>,
) -> Arn {
    Ok(new_one(call.account(), "policy", name, path))
}

/// A federated user whose session is to be made.
pub(super) async fn federated_user<S: MetaStore>(call: &Call<'_, S>, name: &str) -> Arn {
    Ok(format!("arn:aws:sts::{}:federated-user/{name}", call.account()))
}

/// An OpenID Connect provider that is to be made.
pub(super) async fn new_provider<S: MetaStore>(call: &Call<'_, S>, url: &str) -> Arn {
    let url = url.strip_prefix("https://").unwrap_or(url);
    Ok(iam(call.account(), &format!("oidc-provider/{url}")))
}
