//! Access control lists: who is granted what on a bucket or an object. Pure.
//!
//! A list grants and never denies, and that of a bucket never grants to read its objects.
//!
//! Source: the S3 user guide, "Access control list (ACL) overview".

mod codec;
mod headers;

pub use codec::MalformedGrants;
pub use headers::{GranteeName, InvalidGrantees, grantees_of_header};

use crate::Principal;
use crate::policy::AclGrant;
use larder_types::Owner;

/// Most grants of a list.
pub const GRANTS_MAX: usize = 100;
/// Most bytes of the stored grants of a list.
pub const GRANTS_BYTES_MAX: usize = 1 + GRANTS_MAX * codec::GRANT_BYTES_MAX;

/// The account that `aws-exec-read` names: EC2's, which reads bundles of machine images.
const EXEC_READER: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

/// The access control list of a bucket or an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl {
    /// Who owns what the list is about, and may always read and write the list.
    pub owner: Owner,
    /// What is granted, in the order in which it was written.
    pub grants: Vec<Grant>,
}

/// One right of one grantee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub grantee: Grantee,
    /// What.
    pub permission: Permission,
}

/// To whom something is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// An account, by its canonical user id.
    Account(Owner),
    /// A group of AWS's.
    Group(Group),
}

/// A group of grantees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Everybody, also who signs nothing.
    AllUsers,
    /// Whoever belongs to an account, whichever it is.
    AuthenticatedUsers,
    /// What writes access logs into buckets.
    LogDelivery,
}

/// What is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// All the others.
    FullControl,
    /// To list a bucket; to read an object.
    Read,
    /// To write objects into a bucket; means nothing on an object.
    Write,
    /// To read the list.
    ReadAcp,
    /// To write the list.
    WriteAcp,
}

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AclScope {
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

/// A list that is named instead of written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // AWS's own names, see `CannedAcl::ALL`
pub enum CannedAcl {
    Private,
    PublicRead,
    PublicReadWrite,
    AwsExecRead,
    AuthenticatedRead,
    BucketOwnerRead,
    BucketOwnerFullControl,
    LogDeliveryWrite,
}

impl Group {
    /// Every group with its URI.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::AllUsers, "http://acs.amazonaws.com/groups/global/AllUsers"),
        (Self::AuthenticatedUsers, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"),
        (Self::LogDelivery, "http://acs.amazonaws.com/groups/s3/LogDelivery"),
    ];

    /// The group of a URI.
    pub fn of_uri(uri: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == uri).map(|(group, _)| *group)
    }

    /// Its URI.
    pub fn uri(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Whether everybody is in it: Block Public Access speaks of these.
    pub fn is_public(self) -> bool {
        matches!(self, Self::AllUsers | Self::AuthenticatedUsers)
    }
}

impl Permission {
    /// Every permission with its name.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::FullControl, "FULL_CONTROL"),
        (Self::Read, "READ"),
        (Self::Write, "WRITE"),
        (Self::ReadAcp, "READ_ACP"),
        (Self::WriteAcp, "WRITE_ACP"),
    ];

    /// The permission of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(permission, _)| *permission)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Whether it lets do `action`, as policies name it, on what the list is about. `is_owners`:
    /// the grantee owns the bucket.
    fn allows(self, action: &str, scope: AclScope, is_owners: bool) -> bool {
        let one = |permission: Self| match (scope, permission) {
            (AclScope::Bucket, Self::Read) => matches!(
                action,
                "s3:ListBucket" | "s3:ListBucketVersions" | "s3:ListBucketMultipartUploads"
            ),
            (AclScope::Bucket, Self::Write) => {
                action == "s3:PutObject" || (is_owners && action == "s3:DeleteObjectVersion")
            }
            (AclScope::Bucket, Self::ReadAcp) => action == "s3:GetBucketAcl",
            (AclScope::Bucket, Self::WriteAcp) => action == "s3:PutBucketAcl",
            (AclScope::Object, Self::Read) => {
                matches!(action, "s3:GetObject" | "s3:GetObjectVersion")
            }
            (AclScope::Object, Self::ReadAcp) => {
                matches!(action, "s3:GetObjectAcl" | "s3:GetObjectVersionAcl")
            }
            (AclScope::Object, Self::WriteAcp) => {
                matches!(action, "s3:PutObjectAcl" | "s3:PutObjectVersionAcl")
            }
            (AclScope::Object, Self::Write) | (_, Self::FullControl) => false,
        };
        match self {
            Self::FullControl => {
                [Self::Read, Self::Write, Self::ReadAcp, Self::WriteAcp].into_iter().any(one)
            }
            permission => one(permission),
        }
    }
}

impl CannedAcl {
    /// Every canned list with its name.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Private, "private"),
        (Self::PublicRead, "public-read"),
        (Self::PublicReadWrite, "public-read-write"),
        (Self::AwsExecRead, "aws-exec-read"),
        (Self::AuthenticatedRead, "authenticated-read"),
        (Self::BucketOwnerRead, "bucket-owner-read"),
        (Self::BucketOwnerFullControl, "bucket-owner-full-control"),
        (Self::LogDeliveryWrite, "log-delivery-write"),
    ];

    /// The canned list of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(canned, _)| *canned)
    }

    /// The list written out. Of a bucket, `owner` and `bucket_owner` are the same, and what is
    /// about the owner of the bucket adds nothing.
    pub fn expand(self, owner: &Owner, bucket_owner: &Owner) -> Acl {
        let group = |group, permission| Some(Grant { grantee: Grantee::Group(group), permission });
        let to_bucket_owner = |permission| {
            let is_other = owner.canonical_id != bucket_owner.canonical_id;
            is_other.then(|| Grant::to(bucket_owner, permission))
        };
        let more = match self {
            Self::Private => [None, None],
            Self::PublicRead => [group(Group::AllUsers, Permission::Read), None],
            Self::PublicReadWrite => [
                group(Group::AllUsers, Permission::Read),
                group(Group::AllUsers, Permission::Write),
            ],
            Self::AwsExecRead => {
                let reader = Owner { canonical_id: EXEC_READER.into(), display_name: "".into() };
                [Some(Grant::to(&reader, Permission::Read)), None]
            }
            Self::AuthenticatedRead => [group(Group::AuthenticatedUsers, Permission::Read), None],
            Self::BucketOwnerRead => [to_bucket_owner(Permission::Read), None],
            Self::BucketOwnerFullControl => [to_bucket_owner(Permission::FullControl), None],
            Self::LogDeliveryWrite => [
                group(Group::LogDelivery, Permission::Write),
                group(Group::LogDelivery, Permission::ReadAcp),
            ],
        };
        let mut acl = Acl::private(owner);
        acl.grants.extend(more.into_iter().flatten());
        acl
    }
}

impl Grant {
    /// A grant to an account.
    pub fn to(account: &Owner, permission: Permission) -> Self {
        Self { grantee: Grantee::Account(account.clone()), permission }
    }

    /// Whether it is for everybody.
    pub fn is_public(&self) -> bool {
        matches!(self.grantee, Grantee::Group(group) if group.is_public())
    }

    fn is_for_account(&self, canonical_id: &str) -> bool {
        matches!(&self.grantee, Grantee::Account(account) if account.canonical_id == canonical_id)
    }
}

/// A list as it is stored: whoever decides by it makes no copy.
#[derive(Clone, Copy, Debug)]
pub struct AclView<'a> {
    /// Who owns what the list is about.
    pub owner: &'a Owner,
    /// What it grants.
    pub grants: &'a [Grant],
    /// Whether what it grants to everybody does not count.
    pub ignores_public: bool,
}

impl Acl {
    /// The list of what has none: its owner's full control.
    pub fn private(owner: &Owner) -> Self {
        Self { owner: owner.clone(), grants: vec![Grant::to(owner, Permission::FullControl)] }
    }

    /// What it grants of an action, such as `s3:GetObject`, to who asks. The owner may always read
    /// and write the list.
    pub fn grants(&self, principal: &Principal, action: &str, scope: AclScope) -> Option<AclGrant> {
        AclView { owner: &self.owner, grants: &self.grants, ignores_public: false }
            .grants(principal, action, scope)
    }

    /// Whether it grants something to everybody.
    pub fn is_public(&self) -> bool {
        self.grants.iter().any(Grant::is_public)
    }

    /// The list without what it grants to everybody (IgnorePublicAcls).
    #[must_use]
    pub fn without_public(mut self) -> Self {
        self.grants.retain(|grant| !grant.is_public());
        self
    }

    /// Whether it grants to nobody but its owner.
    pub fn is_owners_alone(&self) -> bool {
        self.grants.iter().all(|grant| grant.is_for_account(&self.owner.canonical_id))
    }

    /// Whether it says that this account has full control.
    pub fn gives_full_control_to(&self, account: &Owner) -> bool {
        self.grants.iter().any(|grant| {
            grant.permission == Permission::FullControl
                && grant.is_for_account(&account.canonical_id)
        })
    }
}

impl AclView<'_> {
    /// See [`Acl::grants`].
    pub fn grants(&self, principal: &Principal, action: &str, scope: AclScope) -> Option<AclGrant> {
        let account = principal.account().map(|account| account.owner.canonical_id.as_str());
        let is_owner = account == Some(self.owner.canonical_id.as_str());
        let always = [Permission::ReadAcp, Permission::WriteAcp];
        let mut best = (is_owner && always.iter().any(|p| p.allows(action, scope, true)))
            .then_some(AclGrant::Account);
        let counts = |grant: &&Grant| !(self.ignores_public && grant.is_public());
        for grant in self.grants.iter().filter(counts) {
            let reaches = match &grant.grantee {
                Grantee::Account(grantee) => account == Some(grantee.canonical_id.as_str()),
                Grantee::Group(Group::AllUsers) => true,
                Grantee::Group(Group::AuthenticatedUsers) => account.is_some(),
                Grantee::Group(Group::LogDelivery) => false,
            };
            // What everybody is granted is granted to the owner as to everybody.
            let to_owner = is_owner && matches!(grant.grantee, Grantee::Account(_));
            if !reaches || !grant.permission.allows(action, scope, to_owner) {
                continue;
            }
            if grant.grantee == Grantee::Group(Group::AllUsers) {
                return Some(AclGrant::Everyone);
            }
            best = Some(AclGrant::Account);
        }
        best
    }
}

#[cfg(test)]
mod tests;
