//! Temporary sessions: what a caller gets to sign with, as itself or as a role.

use crate::call::Call;
use crate::failure::Failure;
use crate::request::Fact;
use larder_iam::policy::{Attachment, Policy};
use larder_iam::{Action, Principal, RoleTrust};
use larder_iam_model::CommonError;
use larder_iam_model::sts::{
    AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser, Credentials, FederatedUser,
    GetFederationTokenRequest, GetFederationTokenResponse, GetSessionTokenRequest,
    GetSessionTokenResponse, Tag,
};
use larder_identities::limits::ROLE_SESSION_S_MIN;
use larder_identities::{Error, IdentityRecord, IdentityRef, NewSession, SessionOf};
use larder_s3_model::Secret;
use larder_storage::MetaStore;
use larder_types::AccountId;

/// How long a user's own session lasts when nothing is said, in seconds.
const USER_SESSION_S: u32 = 43_200;
/// Longest session that a root asks for, and one that a role's session asks for, in seconds.
const SHORT_SESSION_S_MAX: u32 = 3_600;

const ASSUME_ROLE: Action = Action::new("sts:AssumeRole");
const TAG_SESSION: Action = Action::new("sts:TagSession");
const SET_SOURCE_IDENTITY: Action = Action::new("sts:SetSourceIdentity");

/// GetSessionToken: asks for no right, as on AWS. A root's session lasts an hour at most, whatever
/// it asks for.
pub(super) async fn get_session_token<S: MetaStore>(
    call: &mut Call<'_, S>,
    input: GetSessionTokenRequest,
) -> Result<GetSessionTokenResponse, Failure> {
    if call.signer.key.session.is_some() {
        return Err(denied("Cannot call GetSessionToken with session credentials"));
    }
    check_factor(input.serial_number.as_deref(), input.token_code.as_deref())?;
    check_size(input.minimum_session_token_size)?;
    let duration_s = seconds(input.duration_seconds).unwrap_or(USER_SESSION_S);
    let (user_id, duration_s) = match &call.signer.key.principal {
        Principal::AccountRoot(_) => (None, duration_s.min(SHORT_SESSION_S_MAX)),
        Principal::User(user) => (Some(user.id.clone()), duration_s),
        _ => return Err(denied("Cannot call GetSessionToken with session credentials")),
    };
    let new = NewSession {
        account: call.account().clone(),
        of: SessionOf::User { user_id },
        duration_s,
        tags: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
        mfa: false,
    };
    call.record.note(Fact::MustFinish);
    let (credentials, _) = issue(call, new).await?;
    Ok(GetSessionTokenResponse { credentials: Some(credentials), ..Default::default() })
}

/// GetFederationToken, which the caller may by the time it gets here. A root's session lasts an
/// hour at most, whatever it asks for.
pub(super) async fn get_federation_token<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetFederationTokenRequest,
) -> Result<GetFederationTokenResponse, Failure> {
    let refused = || denied("Cannot call GetFederationToken with session credentials");
    if call.signer.key.session.is_some() {
        return Err(refused());
    }
    let duration_s = seconds(input.duration_seconds).unwrap_or(USER_SESSION_S);
    let (user_id, duration_s) = match &call.signer.key.principal {
        Principal::AccountRoot(_) => (None, duration_s.min(SHORT_SESSION_S_MAX)),
        Principal::User(user) => (Some(user.id.clone()), duration_s),
        _ => return Err(refused()),
    };
    let account = call.account();
    let arn = format!("arn:aws:sts::{account}:federated-user/{}", input.name);
    let tags = pairs(input.tags.unwrap_or_default());
    if !tags.is_empty() {
        call.authorise(TAG_SESSION, &arn)?;
    }
    check_size(input.minimum_session_token_size)?;
    let federated_user_id = format!("{account}:{}", input.name);
    let new = NewSession {
        account: account.clone(),
        of: SessionOf::Federated { user_id, name: input.name },
        duration_s,
        tags,
        policy: input.policy,
        policy_arns: arns(input.policy_arns.unwrap_or_default())?,
        mfa: false,
    };
    let (credentials, packed_policy_size) = issue(call, new).await?;
    Ok(GetFederationTokenResponse {
        credentials: Some(credentials),
        federated_user: Some(FederatedUser { federated_user_id, arn }),
        packed_policy_size,
        ..Default::default()
    })
}

/// AssumeRole.
pub(super) async fn assume_role<S: MetaStore>(
    call: &mut Call<'_, S>,
    input: AssumeRoleRequest,
) -> Result<AssumeRoleResponse, Failure> {
    if matches!(call.signer.key.principal, Principal::AccountRoot(_)) {
        return Err(denied("Roles may not be assumed by root accounts."));
    }
    let source_identity = source_identity(call, &input)?;
    let tags = pairs(input.tags.clone().unwrap_or_default());
    let role = role(call, &input.role_arn).await?;
    let record = role.record.as_ref();
    let policy = record.and_then(trust_policy);
    let trust = RoleTrust {
        owner: &role.owner,
        policy: policy.as_ref(),
        role_tags: record.map_or(&[], |record| &record.tags),
        session_name: &input.role_session_name,
        external_id: input.external_id.as_deref(),
        source_identity: source_identity.as_deref(),
        tags: &tags,
    };
    call.authorise_by_trust(&trust, ASSUME_ROLE, &input.role_arn)?;
    if !tags.is_empty() {
        call.authorise_by_trust(&trust, TAG_SESSION, &input.role_arn)?;
    }
    if source_identity.is_some() {
        call.authorise_by_trust(&trust, SET_SOURCE_IDENTITY, &input.role_arn)?;
    }
    let Some(record) = record else {
        return Err(denied("The role is not there."));
    };
    check_factor(input.serial_number.as_deref(), input.token_code.as_deref())?;
    check_size(input.minimum_session_token_size)?;
    check_built(&input)?;
    let name = input.role_session_name;
    let new = NewSession {
        account: role.account.clone(),
        of: SessionOf::Role {
            id: record.id.clone(),
            name: name.clone(),
            source_identity: source_identity.clone(),
        },
        duration_s: role_seconds(call, input.duration_seconds)?,
        tags,
        policy: input.policy,
        policy_arns: arns(input.policy_arns.unwrap_or_default())?,
        mfa: false,
    };
    call.record.note(Fact::MustFinish);
    let (credentials, packed_policy_size) = issue(call, new).await?;
    let arn = format!("arn:aws:sts::{}:assumed-role/{}/{name}", role.account, record.name);
    let assumed_role_id = format!("{}:{name}", record.id);
    Ok(AssumeRoleResponse {
        credentials: Some(credentials),
        assumed_role_user: Some(AssumedRoleUser { assumed_role_id, arn }),
        packed_policy_size,
        source_identity,
        ..Default::default()
    })
}

/// A role by its ARN, and whose it is.
struct Role {
    account: AccountId,
    /// The canonical user id of its account; empty when there is none.
    owner: String,
    /// `None` when there is no such role.
    record: Option<IdentityRecord>,
}

/// Errors: `ValidationError` when the ARN is no role's.
async fn role<S: MetaStore>(call: &Call<'_, S>, arn: &str) -> Result<Role, Failure> {
    let invalid = || Failure::new(CommonError::ValidationError, format!("{arn} is invalid"));
    let rest = arn.strip_prefix("arn:aws:iam::").ok_or_else(invalid)?;
    let (account, path) = rest.split_once(":role/").ok_or_else(invalid)?;
    let account = AccountId::new(account).map_err(|_| invalid())?;
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).ok_or_else(invalid)?;
    let Some(owner) = call.identities().account(&account).await? else {
        return Ok(Role { account, owner: String::new(), record: None });
    };
    let owner = owner.account(&account).owner.canonical_id;
    let identity = IdentityRef::role(&account, name);
    let record = match call.identities().identity(identity).await {
        Ok(record) => Some(record).filter(|record| record.arn(identity.kind, &account) == arn),
        Err(Error::NoSuchEntity(_)) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Role { account, owner, record })
}

/// What the role trusts; one that cannot be read trusts nobody.
fn trust_policy(record: &IdentityRecord) -> Option<Policy> {
    let document = &record.role.as_ref()?.trust_policy;
    Policy::parse(document, Attachment::Trust)
        .inspect_err(|error| log::error!("a trust policy of {} cannot be read: {error}", record.id))
        .ok()
}

/// Who stands behind the new session. Within a chain of roles it stays who it was.
///
/// Errors: `AccessDenied` when somebody else is named.
fn source_identity<S: MetaStore>(
    call: &Call<'_, S>,
    input: &AssumeRoleRequest,
) -> Result<Option<String>, Failure> {
    let Principal::RoleSession(session) = &call.signer.key.principal else {
        return Ok(input.source_identity.clone());
    };
    match (&session.source_identity, &input.source_identity) {
        (Some(own), Some(asked)) if own != asked => {
            Err(denied("The source identity of a chain of roles cannot be changed."))
        }
        (Some(own), _) => Ok(Some(own.clone())),
        (None, asked) => Ok(asked.clone()),
    }
}

/// How long a role's session lasts. One that another role's session asks for is short.
fn role_seconds<S: MetaStore>(call: &Call<'_, S>, asked: Option<i32>) -> Result<u32, Failure> {
    let duration_s = seconds(asked).unwrap_or(ROLE_SESSION_S_MIN);
    let is_chained = matches!(call.signer.key.principal, Principal::RoleSession(_));
    if is_chained && duration_s > SHORT_SESSION_S_MAX {
        return Err(Failure::new(
            CommonError::ValidationError,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    Ok(duration_s)
}

/// The model bounds it.
fn seconds(asked: Option<i32>) -> Option<u32> {
    asked.and_then(|seconds| u32::try_from(seconds).ok())
}

fn pairs(tags: Vec<Tag>) -> Vec<(String, String)> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// Errors: `ValidationError` for one without an ARN.
fn arns(
    policies: Vec<larder_iam_model::sts::PolicyDescriptorType>,
) -> Result<Vec<String>, Failure> {
    let missing =
        || Failure::new(CommonError::ValidationError, "A session policy has no ARN in PolicyArns");
    policies.into_iter().map(|policy| policy.arn.ok_or_else(missing)).collect()
}

fn denied(message: &'static str) -> Failure {
    Failure::new(CommonError::AccessDenied, message)
}

fn not_implemented(message: &'static str) -> Failure {
    Failure::new(CommonError::NotImplemented, message)
}

/// There are no MFA devices, so that no code is right.
fn check_factor(serial_number: Option<&str>, code: Option<&str>) -> Result<(), Failure> {
    if serial_number.is_none() && code.is_none() {
        return Ok(());
    }
    Err(denied(
        "MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA \
         serial number is valid and associated with this user.",
    ))
}

fn check_size(min: Option<i32>) -> Result<(), Failure> {
    if min.unwrap_or(0) == 0 {
        return Ok(());
    }
    Err(not_implemented("MinimumSessionTokenSize is not implemented: tokens are not padded"))
}

/// What is not passed on to a session must not be dropped in silence: policies may rely on it.
fn check_built(input: &AssumeRoleRequest) -> Result<(), Failure> {
    if input.transitive_tag_keys.as_ref().is_some_and(|keys| !keys.is_empty()) {
        return Err(not_implemented(
            "TransitiveTagKeys is not implemented: tags end with their session",
        ));
    }
    if input.provided_contexts.as_ref().is_some_and(|contexts| !contexts.is_empty()) {
        return Err(not_implemented("ProvidedContexts is not implemented"));
    }
    Ok(())
}

/// Makes a session, for which a new day's sealing key may be stored. Returns what it signs with,
/// and the packed size of its policies and tags in percent where it has any.
async fn issue<S: MetaStore>(
    call: &Call<'_, S>,
    new: NewSession,
) -> Result<(Credentials, Option<i32>), Failure> {
    let is_packed = !new.tags.is_empty() || new.policy.is_some() || !new.policy_arns.is_empty();
    let made = call.identities().issue_session(new).await.map_err(|error| match error {
        // STS knows no NoSuchEntity.
        Error::NoSuchEntity(what) => Failure::new(CommonError::ValidationError, what),
        error => error.into(),
    })?;
    let credentials = Credentials {
        access_key_id: made.access_key_id,
        secret_access_key: Secret::new(made.secret.expose()),
        session_token: made.session_token,
        expiration: made.expires_at,
    };
    Ok((credentials, is_packed.then(|| made.packed_percent.into())))
}
