//! Managed policies and their versions.

use crate::aws_policies::AwsPolicy;
use crate::change::{Change, change};
use crate::document::accept;
use crate::limits::{
    LONG_NAME_CHARS_MAX, MANAGED_POLICY_CHARS_MAX, POLICIES_MAX, POLICY_VERSIONS_MAX,
};
use crate::listing::Rows;
use crate::names::{check_description, check_name, check_policy_path, remove_tags, set_tags};
use crate::rows::{PolicyRecord, PolicyVersionRecord, VersionEntry, address};
use crate::{Error, Identities, Listing, POLICY_ID_PREFIX, Paging, ids};
use larder_iam::NamedPolicy;
use larder_iam::policy::Attachment;
use larder_storage::MetaStore;
use larder_storage::value::UnknownFields;
use larder_types::AccountId;

/// A managed policy to create.
#[derive(Clone, Debug, Default)]
pub struct NewPolicy {
    /// Its name.
    pub name: String,
    /// Its path; `None`: `/`.
    pub path: Option<String>,
    /// The document of its first version.
    pub document: String,
    /// Description.
    pub description: Option<String>,
    /// Its tags, key and value.
    pub tags: Vec<(String, String)>,
}

/// Which managed policies to list.
#[derive(Clone, Debug, Default)]
pub struct PolicyFilter {
    /// Those whose path begins with this.
    pub path_prefix: Option<String>,
    /// Those that are attached to somebody.
    pub only_attached: bool,
    /// Those that are somebody's permissions boundary.
    pub only_boundaries: bool,
}

/// A managed policy, by its ARN.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PolicyName<'a> {
    /// One of the account, by its name; the path is compared with what is stored.
    Own(&'a str),
    /// One of AWS's.
    Aws(&'static AwsPolicy),
}

impl<'a> PolicyName<'a> {
    /// What an ARN names for an account.
    pub(crate) fn parse(account: &AccountId, arn: &'a str) -> Result<Self, Error> {
        let invalid = || Error::InvalidInput(format!("ARN {arn} is not valid."));
        let rest = arn.strip_prefix("arn:aws:iam::").ok_or_else(invalid)?;
        let (owner, path) = rest.split_once(":policy/").ok_or_else(invalid)?;
        let name = path.rsplit('/').next().filter(|name| !name.is_empty());
        let name = name.ok_or_else(invalid)?;
        check_name("policyArn", name, LONG_NAME_CHARS_MAX).map_err(|_| invalid())?;
        if owner == "aws" {
            return AwsPolicy::find(arn).map(Self::Aws).ok_or_else(|| no_such_policy(arn));
        }
        if owner == account.as_str() { Ok(Self::Own(name)) } else { Err(no_such_policy(arn)) }
    }

    /// As the rows of those who have it name it.
    pub(crate) fn in_attachments(&self) -> String {
        match self {
            Self::Own(name) => (*name).to_owned(),
            Self::Aws(policy) => format!(":{}", policy.name()),
        }
    }
}

pub(crate) fn no_such_policy(arn: &str) -> Error {
    Error::NoSuchEntity(format!("Policy {arn} was not found."))
}

fn no_such_version(arn: &str, number: u32) -> Error {
    Error::NoSuchEntity(format!(
        "Policy {arn} version v{number} does not exist or is not attachable."
    ))
}

fn aws_owns(arn: &str) -> Error {
    Error::PolicyNotAttachable(format!("Policy {arn} is AWS's own and cannot be changed."))
}

/// A document that is a managed policy.
fn accept_managed(document: &str) -> Result<String, Error> {
    let accepted = accept(document, Attachment::Identity)?;
    if accepted.chars > MANAGED_POLICY_CHARS_MAX {
        return Err(Error::LimitExceeded(format!(
            "Cannot exceed quota for PolicySize: {MANAGED_POLICY_CHARS_MAX}"
        )));
    }
    Ok(accepted.text)
}

impl<S: MetaStore> Identities<S> {
    /// CreatePolicy.
    pub async fn create_policy(
        &self,
        account: &AccountId,
        new: NewPolicy,
    ) -> Result<PolicyRecord, Error> {
        check_name("policyName", &new.name, LONG_NAME_CHARS_MAX)?;
        check_policy_path(new.path.as_deref().unwrap_or("/"))?;
        if let Some(description) = &new.description {
            check_description(description)?;
        }
        let document = accept_managed(&new.document)?;
        change!(self, account, change => change.create_policy(&new, &document))
    }

    /// GetPolicy, of the account's and AWS's own.
    pub async fn policy(&self, account: &AccountId, arn: &str) -> Result<PolicyRecord, Error> {
        match PolicyName::parse(account, arn)? {
            PolicyName::Aws(policy) => self.aws_policy(account, policy).await,
            PolicyName::Own(name) => {
                let found = self.read::<PolicyRecord>(account, address::policy(name)).await?;
                let found = found.filter(|policy| policy.arn(account) == arn);
                found.ok_or_else(|| no_such_policy(arn))
            }
        }
    }

    /// DeletePolicy, with its one version.
    ///
    /// Errors: [`Error::DeleteConflict`] while it has other versions or somebody has it.
    pub async fn delete_policy(&self, account: &AccountId, arn: &str) -> Result<(), Error> {
        change!(self, account, change => async {
            let policy = change.own_policy(arn).await?;
            if policy.attachments > 0 || policy.boundary_uses > 0 {
                let text = "Cannot delete a policy attached to entities.";
                return Err(Error::DeleteConflict(text.into()));
            }
            if policy.versions.len() > 1 {
                return Err(Error::DeleteConflict(
                    "This policy has more than one version. Before you delete a policy, you must \
                     delete the policy's versions. The default version is deleted with the policy."
                        .into(),
                ));
            }
            let mut record = change.account_record().await?;
            record.counts.policies = record.counts.policies.saturating_sub(1);
            for version in &policy.versions {
                change.delete(address::policy_version(&policy.name, version.number));
            }
            change.delete(address::policy(&policy.name));
            change.put(address::account(), &record)
        })
    }

    /// ListPolicies: a page of those of the account.
    pub async fn list_policies(
        &self,
        account: &AccountId,
        filter: PolicyFilter,
        paging: &Paging,
    ) -> Result<Listing<PolicyRecord>, Error> {
        let rows = Rows { account, prefix: address::policies(), paging };
        let keep = move |policy: &PolicyRecord| {
            let path = filter.path_prefix.as_deref().unwrap_or("/");
            policy.path.starts_with(path)
                && (!filter.only_attached || policy.attachments + policy.boundary_uses > 0)
                && (!filter.only_boundaries || policy.boundary_uses > 0)
        };
        Ok(self.list(rows, keep).await?.map(|(_, policy)| policy))
    }

    /// CreatePolicyVersion.
    pub async fn create_policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        document: &str,
        set_as_default: bool,
    ) -> Result<VersionEntry, Error> {
        let document = accept_managed(document)?;
        change!(self, account, change => async {
            let mut policy = change.own_policy(arn).await?;
            if policy.versions.len() >= POLICY_VERSIONS_MAX {
                return Err(Error::LimitExceeded(format!(
                    "A managed policy can have up to {POLICY_VERSIONS_MAX} versions. Before you \
                     create a new version, you must delete an existing version."
                )));
            }
            let created = self.now();
            let version = VersionEntry { number: policy.next_version, created };
            policy.next_version += 1;
            policy.versions.push(version);
            if set_as_default {
                (policy.default_version, policy.updated) = (version.number, created);
            }
            let row = address::policy_version(&policy.name, version.number);
            change.put(row, &PolicyVersionRecord { document: document.clone() })?;
            change.put(address::policy(&policy.name), &policy)?;
            Ok(version)
        })
    }

    /// GetPolicyVersion: the version and its document.
    pub async fn policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        number: u32,
    ) -> Result<(VersionEntry, String), Error> {
        let policy = self.policy(account, arn).await?;
        let version = policy.versions.iter().find(|version| version.number == number);
        let version = *version.ok_or_else(|| no_such_version(arn, number))?;
        let name = PolicyName::parse(account, arn)?;
        let document = self.document(account, name, number).await?;
        Ok((version, document.ok_or_else(|| no_such_version(arn, number))?))
    }

    /// DeletePolicyVersion.
    pub async fn delete_policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        number: u32,
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut policy = change.own_policy(arn).await?;
            let at = policy.versions.iter().position(|version| version.number == number);
            let at = at.ok_or_else(|| no_such_version(arn, number))?;
            if policy.default_version == number {
                let text = "Cannot delete the default version of a policy.";
                return Err(Error::DeleteConflict(text.into()));
            }
            policy.versions.remove(at);
            change.delete(address::policy_version(&policy.name, number));
            change.put(address::policy(&policy.name), &policy)
        })
    }

    /// SetDefaultPolicyVersion.
    pub async fn set_default_policy_version(
        &self,
        account: &AccountId,
        arn: &str,
        number: u32,
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut policy = change.own_policy(arn).await?;
            if !policy.versions.iter().any(|version| version.number == number) {
                return Err(no_such_version(arn, number));
            }
            (policy.default_version, policy.updated) = (number, self.now());
            change.put(address::policy(&policy.name), &policy)
        })
    }

    /// TagPolicy.
    pub async fn tag_policy(
        &self,
        account: &AccountId,
        arn: &str,
        tags: &[(String, String)],
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut policy = change.own_policy(arn).await?;
            set_tags(&mut policy.tags, tags)?;
            change.put(address::policy(&policy.name), &policy)
        })
    }

    /// UntagPolicy.
    pub async fn untag_policy(
        &self,
        account: &AccountId,
        arn: &str,
        keys: &[String],
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut policy = change.own_policy(arn).await?;
            remove_tags(&mut policy.tags, keys);
            change.put(address::policy(&policy.name), &policy)
        })
    }

    /// What a managed policy says now.
    ///
    /// Errors: [`Error::NoSuchEntity`].
    pub(crate) async fn managed_policy(
        &self,
        account: &AccountId,
        arn: &str,
    ) -> Result<NamedPolicy, Error> {
        let name = PolicyName::parse(account, arn)?;
        loop {
            let number = match name {
                PolicyName::Aws(_) => 1,
                PolicyName::Own(_) => self.policy(account, arn).await?.default_version,
            };
            // One that was removed since has given way to another.
            if let Some(document) = self.document(account, name, number).await? {
                let policy = self.parsed(arn, &document)?;
                return Ok(NamedPolicy { name: arn.to_owned(), policy });
            }
        }
    }

    async fn document(
        &self,
        account: &AccountId,
        name: PolicyName<'_>,
        number: u32,
    ) -> Result<Option<String>, Error> {
        match name {
            PolicyName::Aws(policy) => Ok(Some(policy.document.to_owned())),
            PolicyName::Own(name) => {
                let row = address::policy_version(name, number);
                let found = self.read::<PolicyVersionRecord>(account, row).await?;
                Ok(found.map(|version| version.document))
            }
        }
    }

    async fn aws_policy(
        &self,
        account: &AccountId,
        policy: &AwsPolicy,
    ) -> Result<PolicyRecord, Error> {
        let (attachments, boundary_uses) = self.count_uses(account, policy).await?;
        let created = policy.created();
        Ok(PolicyRecord {
            name: policy.name().to_owned(),
            path: "/".to_owned(),
            id: policy.id.to_owned(),
            created,
            updated: created,
            default_version: 1,
            next_version: 2,
            attachments,
            boundary_uses,
            tags: Vec::new(),
            description: Some(policy.description.to_owned()),
            versions: vec![VersionEntry { number: 1, created }],
            unknown: UnknownFields::default(),
        })
    }
}

impl<S: MetaStore> Change<'_, S> {
    /// A policy of the account; [`Error::NoSuchEntity`].
    pub(crate) async fn own_policy(&mut self, arn: &str) -> Result<PolicyRecord, Error> {
        let PolicyName::Own(name) = PolicyName::parse(self.account, arn)? else {
            return Err(aws_owns(arn));
        };
        let found = self.get::<PolicyRecord>(address::policy(name)).await?;
        let found = found.filter(|policy| policy.arn(self.account) == arn);
        found.ok_or_else(|| no_such_policy(arn))
    }

    async fn create_policy(
        &mut self,
        new: &NewPolicy,
        document: &str,
    ) -> Result<PolicyRecord, Error> {
        let mut account = self.account_record().await?;
        if self.get::<PolicyRecord>(address::policy(&new.name)).await?.is_some() {
            return Err(Error::EntityAlreadyExists(format!(
                "A policy called {} already exists. Duplicate names are not allowed.",
                new.name
            )));
        }
        if account.counts.policies >= POLICIES_MAX {
            return Err(Error::LimitExceeded(format!(
                "Cannot exceed quota for PoliciesPerAccount: {POLICIES_MAX}"
            )));
        }
        account.counts.policies += 1;
        let created = self.identities.now();
        let mut policy = PolicyRecord {
            name: new.name.clone(),
            path: new.path.clone().unwrap_or_else(|| "/".to_owned()),
            id: ids::unique(&*self.identities.platform.random, POLICY_ID_PREFIX),
            created,
            updated: created,
            default_version: 1,
            next_version: 2,
            attachments: 0,
            boundary_uses: 0,
            tags: Vec::new(),
            description: new.description.clone(),
            versions: vec![VersionEntry { number: 1, created }],
            unknown: UnknownFields::default(),
        };
        set_tags(&mut policy.tags, &new.tags)?;
        let document = PolicyVersionRecord { document: document.to_owned() };
        self.put(address::policy_version(&policy.name, 1), &document)?;
        self.put(address::policy(&policy.name), &policy)?;
        self.put(address::account(), &account)?;
        Ok(policy)
    }
}
