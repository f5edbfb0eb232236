//! Managed policies and their versions.

use super::paging::{page, paging};
use super::shapes;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    CreatePolicyRequest, CreatePolicyResponse, CreatePolicyVersionRequest,
    CreatePolicyVersionResponse, DeletePolicyRequest, DeletePolicyVersionRequest, GetPolicyRequest,
    GetPolicyResponse, GetPolicyVersionRequest, GetPolicyVersionResponse, ListPoliciesRequest,
    ListPoliciesResponse, ListPolicyTagsRequest, ListPolicyTagsResponse, ListPolicyVersionsRequest,
    ListPolicyVersionsResponse, Policy, SetDefaultPolicyVersionRequest, TagPolicyRequest,
    UntagPolicyRequest,
};
use larder_identities::{Error, NewPolicy, Paging, PolicyFilter, PolicyRecord};
use larder_storage::MetaStore;

/// What AWS's own policies are listed behind.
const AWS_ACCOUNT: &str = "arn:aws:iam::aws:policy";
/// Goes before the markers of pages that go on with AWS's own policies.
const AWS_MARKER: &str = "aws:";

pub(super) async fn create_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreatePolicyRequest,
) -> Result<CreatePolicyResponse, Failure> {
    let new = NewPolicy {
        name: input.policy_name,
        path: input.path,
        document: input.policy_document,
        description: input.description,
        tags: shapes::pairs(input.tags.unwrap_or_default()),
    };
    let record = call.identities().create_policy(call.account(), new).await?;
    let policy = shapes::policy(record.arn(call.account()), &record);
    Ok(CreatePolicyResponse { policy: Some(policy) })
}

pub(super) async fn get_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetPolicyRequest,
) -> Result<GetPolicyResponse, Failure> {
    let record = call.identities().policy(call.account(), &input.policy_arn).await?;
    Ok(GetPolicyResponse { policy: Some(shapes::policy(input.policy_arn, &record)) })
}

pub(super) async fn delete_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeletePolicyRequest,
) -> Result<(), Failure> {
    Ok(call.identities().delete_policy(call.account(), &input.policy_arn).await?)
}

/// ListPolicies: those of the account first, AWS's own behind them.
pub(super) async fn list_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListPoliciesRequest,
) -> Result<ListPoliciesResponse, Failure> {
    let account = call.account();
    let filter = PolicyFilter {
        path_prefix: input.path_prefix,
        only_attached: input.only_attached.unwrap_or(false),
        only_boundaries: input.policy_usage_filter.as_deref() == Some("PermissionsBoundary"),
    };
    let scope = input.scope.as_deref().unwrap_or("All");
    let paging = paging(input.marker, input.max_items);
    let in_aws = paging.marker.as_deref().and_then(|marker| marker.strip_prefix(AWS_MARKER));
    let (mut policies, mut marker) = (Vec::new(), None);
    if scope != "AWS" && in_aws.is_none() {
        let found = call.identities().list_policies(account, filter.clone(), &paging).await?;
        policies.extend(found.entries.iter().map(|record| listed(record.arn(account), record)));
        marker = found.marker;
    }
    if scope != "Local" && marker.is_none() {
        let all = call.identities().list_aws_policies(account, &filter).await?;
        let rest = Paging {
            marker: in_aws.map(str::to_owned),
            max: paging.max.saturating_sub(policies.len()),
        };
        let (found, next) = page(all, &rest)?;
        let arn = |record: &PolicyRecord| format!("{AWS_ACCOUNT}{}{}", record.path, record.name);
        policies.extend(found.iter().map(|record| listed(arn(record), record)));
        marker = next.map(|next| format!("{AWS_MARKER}{next}"));
    }
    Ok(ListPoliciesResponse { policies, is_truncated: Some(marker.is_some()), marker })
}

/// A policy in a list, which has neither description nor tags.
fn listed(arn: String, record: &PolicyRecord) -> Policy {
    Policy { description: None, tags: Vec::new(), ..shapes::policy(arn, record) }
}

/// The number of a version: `v3` has 3.
///
/// Errors: `NoSuchEntity` for one that no policy has.
fn number(arn: &str, version_id: &str) -> Result<u32, Failure> {
    let number = version_id.strip_prefix('v').and_then(|digits| digits.parse().ok());
    let missing = || {
        Error::NoSuchEntity(format!(
            "Policy {arn} version {version_id} does not exist or is not attachable."
        ))
    };
    Ok(number.ok_or_else(missing)?)
}

pub(super) async fn create_policy_version<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreatePolicyVersionRequest,
) -> Result<CreatePolicyVersionResponse, Failure> {
    let is_default = input.set_as_default.unwrap_or(false);
    let (arn, document) = (&input.policy_arn, &input.policy_document);
    let identities = call.identities();
    let version =
        identities.create_policy_version(call.account(), arn, document, is_default).await?;
    let default = if is_default { version.number } else { 0 };
    let version = shapes::version(version, default, None);
    Ok(CreatePolicyVersionResponse { policy_version: Some(version) })
}

pub(super) async fn get_policy_version<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetPolicyVersionRequest,
) -> Result<GetPolicyVersionResponse, Failure> {
    let (account, arn) = (call.account(), &input.policy_arn);
    let number = number(arn, &input.version_id)?;
    let policy = call.identities().policy(account, arn).await?;
    let (version, document) = call.identities().policy_version(account, arn, number).await?;
    let version = shapes::version(version, policy.default_version, Some(document));
    Ok(GetPolicyVersionResponse { policy_version: Some(version) })
}

pub(super) async fn list_policy_versions<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListPolicyVersionsRequest,
) -> Result<ListPolicyVersionsResponse, Failure> {
    let policy = call.identities().policy(call.account(), &input.policy_arn).await?;
    // The newest first.
    let newest = policy.versions.iter().rev();
    let all = newest.map(|version| shapes::version(*version, policy.default_version, None));
    let (versions, marker) = page(all.collect(), &paging(input.marker, input.max_items))?;
    Ok(ListPolicyVersionsResponse { versions, is_truncated: Some(marker.is_some()), marker })
}

pub(super) async fn delete_policy_version<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeletePolicyVersionRequest,
) -> Result<(), Failure> {
    let arn = &input.policy_arn;
    let number = number(arn, &input.version_id)?;
    Ok(call.identities().delete_policy_version(call.account(), arn, number).await?)
}

pub(super) async fn set_default_policy_version<S: MetaStore>(
    call: &Call<'_, S>,
    input: SetDefaultPolicyVersionRequest,
) -> Result<(), Failure> {
    let arn = &input.policy_arn;
    let number = number(arn, &input.version_id)?;
    Ok(call.identities().set_default_policy_version(call.account(), arn, number).await?)
}

pub(super) async fn list_policy_tags<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListPolicyTagsRequest,
) -> Result<ListPolicyTagsResponse, Failure> {
    let policy = call.identities().policy(call.account(), &input.policy_arn).await?;
    let (tags, marker) = page(shapes::tags(&policy.tags), &paging(input.marker, input.max_items))?;
    Ok(ListPolicyTagsResponse { tags, is_truncated: Some(marker.is_some()), marker })
}

pub(super) async fn tag_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: TagPolicyRequest,
) -> Result<(), Failure> {
    let tags = shapes::pairs(input.tags);
    Ok(call.identities().tag_policy(call.account(), &input.policy_arn, &tags).await?)
}

pub(super) async fn untag_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: UntagPolicyRequest,
) -> Result<(), Failure> {
    let (arn, keys) = (&input.policy_arn, &input.tag_keys);
    Ok(call.identities().untag_policy(call.account(), arn, keys).await?)
}
