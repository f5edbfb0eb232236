//! Which policies an identity has: inline, attached, and as its permissions boundary. Whoever has a
//! managed policy has a row beside the policy that says so, written by the same commit.

use crate::aws_policies::AwsPolicy;
use crate::change::{Change, change};
use crate::document::accept;
use crate::identities::inline_chars;
use crate::limits::{ATTACHED_POLICIES_MAX, LONG_NAME_CHARS_MAX};
use crate::listing::Rows;
use crate::names::check_name;
use crate::policies::{PolicyName, no_such_policy};
use crate::rows::address::PolicyUse;
use crate::rows::{IdentityKind, IdentityRecord, InlinePolicy, PolicyRecord, Text, address};
use crate::{Error, Identities, IdentityRef, Listing, Paging, PolicyFilter};
use bytes::Bytes;
use larder_iam::policy::Attachment;
use larder_storage::MetaStore;
use larder_types::AccountId;

/// Who has a managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyEntity {
    /// What it is.
    pub kind: IdentityKind,
    /// The user, group or role.
    pub record: IdentityRecord,
    /// Whether it has the policy as its permissions boundary.
    pub is_boundary: bool,
}

/// Of those who have a managed policy, which ones to list.
#[derive(Clone, Debug, Default)]
pub struct EntityFilter {
    /// Only these.
    pub kind: Option<IdentityKind>,
    /// Only those that have it as permissions boundary (`true`), or attached (`false`).
    pub is_boundary: Option<bool>,
    /// Those whose path begins with this.
    pub path_prefix: Option<String>,
}

impl<S: MetaStore> Identities<S> {
    /// PutUserPolicy, PutGroupPolicy, PutRolePolicy.
    pub async fn put_inline_policy(
        &self,
        identity: IdentityRef<'_>,
        name: &str,
        document: &str,
    ) -> Result<(), Error> {
        check_name("policyName", name, LONG_NAME_CHARS_MAX)?;
        let document = accept(document, Attachment::Identity)?.text;
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            record.inline.retain(|policy| policy.name != name);
            record.inline.push(InlinePolicy { name: name.to_owned(), document: document.clone() });
            record.inline.sort_by(|a, b| a.name.cmp(&b.name));
            let (kind, max) = (identity.kind, identity.kind.inline_chars_max());
            if inline_chars(&record) > max {
                return Err(Error::LimitExceeded(format!(
                    "Maximum policy size of {max} bytes exceeded for {} {}",
                    kind.as_str(),
                    record.name
                )));
            }
            change.put(identity.suffix(), &record)
        })
    }

    /// GetUserPolicy, GetGroupPolicy, GetRolePolicy: the document.
    pub async fn inline_policy(
        &self,
        identity: IdentityRef<'_>,
        name: &str,
    ) -> Result<String, Error> {
        let record = self.identity(identity).await?;
        let found = record.inline.into_iter().find(|policy| policy.name == name);
        found.map(|policy| policy.document).ok_or_else(|| no_such_inline(identity, name))
    }

    /// DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy.
    pub async fn delete_inline_policy(
        &self,
        identity: IdentityRef<'_>,
        name: &str,
    ) -> Result<(), Error> {
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            let at = record.inline.iter().position(|policy| policy.name == name);
            record.inline.remove(at.ok_or_else(|| no_such_inline(identity, name))?);
            change.put(identity.suffix(), &record)
        })
    }

    /// AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy. One that is attached stays.
    pub async fn attach_policy(&self, identity: IdentityRef<'_>, arn: &str) -> Result<(), Error> {
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            if record.attached.iter().any(|attached| attached == arn) {
                return Ok(());
            }
            if record.attached.len() >= ATTACHED_POLICIES_MAX {
                let quota = match identity.kind {
                    IdentityKind::User => "PoliciesPerUser",
                    IdentityKind::Group => "PoliciesPerGroup",
                    IdentityKind::Role => "PoliciesPerRole",
                };
                return Err(Error::LimitExceeded(format!(
                    "Cannot exceed quota for {quota}: {ATTACHED_POLICIES_MAX}"
                )));
            }
            change.use_policy(arn, PolicyUse::Permissions, identity).await?;
            record.attached.push(arn.to_owned());
            change.put(identity.suffix(), &record)
        })
    }

    /// DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy.
    pub async fn detach_policy(&self, identity: IdentityRef<'_>, arn: &str) -> Result<(), Error> {
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            let at = record.attached.iter().position(|attached| attached == arn);
            record.attached.remove(at.ok_or_else(|| no_such_policy(arn))?);
            change.drop_policy(arn, PolicyUse::Permissions, identity).await?;
            change.put(identity.suffix(), &record)
        })
    }

    /// PutUserPermissionsBoundary, PutRolePermissionsBoundary; with `None`
    /// DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary.
    ///
    /// Errors: [`Error::NoSuchEntity`] when there is none to delete.
    pub async fn set_boundary(
        &self,
        identity: IdentityRef<'_>,
        arn: Option<&str>,
    ) -> Result<(), Error> {
        assert!(identity.kind != IdentityKind::Group, "a group has no boundary");
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            if record.boundary.as_deref() == arn && arn.is_some() {
                return Ok(());
            }
            match &record.boundary {
                Some(old) => change.drop_policy(old, PolicyUse::Boundary, identity).await?,
                None if arn.is_none() => {
                    return Err(Error::NoSuchEntity(format!(
                        "The {} with name {} has no permissions boundary.",
                        identity.kind.as_str(),
                        identity.name
                    )));
                }
                None => {}
            }
            if let Some(arn) = arn {
                change.use_policy(arn, PolicyUse::Boundary, identity).await?;
            }
            record.boundary = arn.map(str::to_owned);
            change.put(identity.suffix(), &record)
        })
    }

    /// ListEntitiesForPolicy.
    pub async fn entities_of_policy(
        &self,
        account: &AccountId,
        arn: &str,
        filter: &EntityFilter,
        paging: &Paging,
    ) -> Result<Listing<PolicyEntity>, Error> {
        self.policy(account, arn).await?;
        let name = PolicyName::parse(account, arn)?.in_attachments();
        let rows = Rows { account, prefix: address::attachments(&name), paging };
        let found = self.list(rows, |_: &Text| true).await?;
        let mut entries = Vec::new();
        for (suffix, Text(name)) in found.entries {
            let Some((kind, is_boundary)) = used_by(&suffix) else { continue };
            if filter.kind.is_some_and(|wanted| wanted != kind)
                || filter.is_boundary.is_some_and(|wanted| wanted != is_boundary)
            {
                continue;
            }
            let path = filter.path_prefix.as_deref().unwrap_or("/");
            let row = address::identity(kind, &name);
            let record = self.read::<IdentityRecord>(account, row).await?;
            let record = record.filter(|record| record.path.starts_with(path));
            entries.extend(record.map(|record| PolicyEntity { kind, record, is_boundary }));
        }
        Ok(Listing { entries, marker: found.marker })
    }

    /// The managed policies of AWS's own that there are, by name.
    pub async fn list_aws_policies(
        &self,
        account: &AccountId,
        filter: &PolicyFilter,
    ) -> Result<Vec<PolicyRecord>, Error> {
        let mut policies = Vec::new();
        for policy in AwsPolicy::all() {
            let policy = self.policy(account, policy.arn).await?;
            let is_attached = policy.attachments + policy.boundary_uses > 0;
            if filter.path_prefix.as_deref().is_none_or(|path| policy.path.starts_with(path))
                && (!filter.only_attached || is_attached)
                && (!filter.only_boundaries || policy.boundary_uses > 0)
            {
                policies.push(policy);
            }
        }
        Ok(policies)
    }

    /// How many have one of AWS's policies attached, and how many as their boundary: its own row
    /// would say so, and it has none.
    pub(crate) async fn count_uses(
        &self,
        account: &AccountId,
        policy: &AwsPolicy,
    ) -> Result<(u32, u32), Error> {
        let prefix = address::attachments(&format!(":{}", policy.name()));
        let mut paging = Paging::first(crate::limits::PAGE_MAX);
        let (mut attachments, mut boundary_uses) = (0, 0);
        loop {
            let rows = Rows { account, prefix: prefix.clone(), paging: &paging };
            let found = self.list(rows, |_: &Text| true).await?;
            for (suffix, _) in &found.entries {
                match used_by(suffix) {
                    Some((_, true)) => boundary_uses += 1,
                    Some((_, false)) => attachments += 1,
                    None => {}
                }
            }
            paging.marker = found.marker;
            if paging.marker.is_none() {
                return Ok((attachments, boundary_uses));
            }
        }
    }
}

/// The kind of whom the rest of an attachment's suffix names, and whether it is its boundary.
fn used_by(suffix: &Bytes) -> Option<(IdentityKind, bool)> {
    let (used_as, letter) = (suffix.first()?, suffix.get(1)?);
    Some((IdentityKind::from_letter(*letter)?, *used_as == PolicyUse::Boundary as u8))
}

fn no_such_inline(identity: IdentityRef<'_>, name: &str) -> Error {
    let kind = identity.kind.as_str();
    Error::NoSuchEntity(format!("The {kind} policy with name {name} cannot be found."))
}

impl<S: MetaStore> Change<'_, S> {
    /// Takes note that an identity has a policy, which must be there.
    pub(crate) async fn use_policy(
        &mut self,
        arn: &str,
        used_as: PolicyUse,
        identity: IdentityRef<'_>,
    ) -> Result<(), Error> {
        let name = PolicyName::parse(self.account, arn)?;
        if matches!(name, PolicyName::Own(_)) {
            self.count_use(arn, used_as, 1).await?;
        }
        let row =
            address::attachment(&name.in_attachments(), used_as, identity.kind, identity.name);
        self.put(row, &Text(identity.name.to_owned()))
    }

    /// Takes note that an identity no longer has a policy.
    pub(crate) async fn drop_policy(
        &mut self,
        arn: &str,
        used_as: PolicyUse,
        identity: IdentityRef<'_>,
    ) -> Result<(), Error> {
        let name = PolicyName::parse(self.account, arn)?;
        if matches!(name, PolicyName::Own(_)) {
            self.count_use(arn, used_as, -1).await?;
        }
        let row =
            address::attachment(&name.in_attachments(), used_as, identity.kind, identity.name);
        self.delete(row);
        Ok(())
    }

    /// Moves the note that an identity has a policy to its new name.
    pub(crate) fn rename_policy_use(
        &mut self,
        arn: &str,
        used_as: PolicyUse,
        identity: IdentityRef<'_>,
        new_name: &str,
    ) -> Result<(), Error> {
        let policy = PolicyName::parse(self.account, arn)?.in_attachments();
        self.delete(address::attachment(&policy, used_as, identity.kind, identity.name));
        let row = address::attachment(&policy, used_as, identity.kind, new_name);
        self.put(row, &Text(new_name.to_owned()))
    }

    async fn count_use(&mut self, arn: &str, used_as: PolicyUse, by: i32) -> Result<(), Error> {
        let mut policy = self.own_policy(arn).await?;
        let count = match used_as {
            PolicyUse::Permissions => &mut policy.attachments,
            PolicyUse::Boundary => &mut policy.boundary_uses,
        };
        *count = count.saturating_add_signed(by);
        self.put(address::policy(&policy.name), &policy)
    }
}
