//! What is stored, as answers show it.

use larder_iam_model::PolicyDocument;
use larder_iam_model::iam::{
    AttachedPermissionsBoundary, AttachedPolicy, Group, Policy, PolicyVersion, Role, Tag, User,
};
use larder_identities::{IdentityKind, IdentityRecord, PolicyRecord, VersionEntry};
use larder_types::AccountId;

pub(super) fn tags(tags: &[(String, String)]) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// The tags of an input.
pub(super) fn pairs(tags: Vec<Tag>) -> Vec<(String, String)> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

fn boundary(arn: &Option<String>) -> Option<AttachedPermissionsBoundary> {
    arn.as_ref().map(|arn| AttachedPermissionsBoundary {
        permissions_boundary_type: Some("PermissionsBoundaryPolicy".to_owned()),
        permissions_boundary_arn: Some(arn.clone()),
    })
}

pub(super) fn user(account: &AccountId, record: &IdentityRecord) -> User {
    User {
        path: record.path.clone(),
        user_name: record.name.clone(),
        user_id: record.id.clone(),
        arn: record.arn(IdentityKind::User, account),
        create_date: record.created,
        password_last_used: None,
        permissions_boundary: boundary(&record.boundary),
        tags: tags(&record.tags),
    }
}

pub(super) fn group(account: &AccountId, record: &IdentityRecord) -> Group {
    Group {
        path: record.path.clone(),
        group_name: record.name.clone(),
        group_id: record.id.clone(),
        arn: record.arn(IdentityKind::Group, account),
        create_date: record.created,
    }
}

pub(super) fn role(account: &AccountId, record: &IdentityRecord) -> Role {
    let detail = record.role.as_ref();
    Role {
        path: record.path.clone(),
        role_name: record.name.clone(),
        role_id: record.id.clone(),
        arn: record.arn(IdentityKind::Role, account),
        create_date: record.created,
        assume_role_policy_document: detail.map(|role| PolicyDocument(role.trust_policy.clone())),
        description: detail.and_then(|role| role.description.clone()),
        max_session_duration: detail.and_then(|role| i32::try_from(role.max_session_s).ok()),
        permissions_boundary: boundary(&record.boundary),
        tags: tags(&record.tags),
        role_last_used: None,
        source_role_template: None,
    }
}

pub(super) fn attached(arn: &str) -> AttachedPolicy {
    AttachedPolicy {
        policy_name: arn.rsplit('/').next().map(str::to_owned),
        policy_arn: Some(arn.to_owned()),
    }
}

/// A managed policy. Lists leave its description and tags out.
pub(super) fn policy(arn: String, record: &PolicyRecord) -> Policy {
    Policy {
        policy_name: Some(record.name.clone()),
        policy_id: Some(record.id.clone()),
        arn: Some(arn),
        path: Some(record.path.clone()),
        default_version_id: Some(version_id(record.default_version)),
        attachment_count: i32::try_from(record.attachments).ok(),
        permissions_boundary_usage_count: i32::try_from(record.boundary_uses).ok(),
        is_attachable: Some(true),
        description: record.description.clone(),
        create_date: Some(record.created),
        update_date: Some(record.updated),
        tags: tags(&record.tags),
    }
}

pub(super) fn version_id(number: u32) -> String {
    format!("v{number}")
}

pub(super) fn version(
    entry: VersionEntry,
    default: u32,
    document: Option<String>,
) -> PolicyVersion {
    PolicyVersion {
        document: document.map(PolicyDocument),
        version_id: Some(version_id(entry.number)),
        is_default_version: Some(entry.number == default),
        create_date: Some(entry.created),
    }
}
