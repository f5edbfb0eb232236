//! Access control lists as requests say them and answers show them: by a canned list's name, by
//! grant headers or by a document, one of the three.

use crate::call::Call;
use crate::error::Failure;
use larder_documents::{OwnershipControls, check_acl};
use larder_iam::acl::{
    Acl, CannedAcl, GRANTS_MAX, Grant, Grantee, GranteeName, Group, InvalidGrantees, Permission,
    grantees_of_header,
};
use larder_iam::{AccountName, RequestValues};
use larder_objects::Bucket;
use larder_s3_model::enums::ObjectOwnership;
use larder_s3_model::{enums, shapes, xml};
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_types::Owner;

const CANNED: &str = "x-amz-acl";
/// The grant headers, each with what it grants.
const GRANT_HEADERS: [(&str, Permission); 5] = [
    ("x-amz-grant-full-control", Permission::FullControl),
    ("x-amz-grant-read", Permission::Read),
    ("x-amz-grant-read-acp", Permission::ReadAcp),
    ("x-amz-grant-write", Permission::Write),
    ("x-amz-grant-write-acp", Permission::WriteAcp),
];

/// The list that headers ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AclHeaders {
    /// A canned one.
    Canned(CannedAcl),
    /// These grants.
    Grants(Vec<(GranteeName, Permission)>),
}

impl AclHeaders {
    /// Reads the headers; `None` when none of them is there.
    ///
    /// Errors: `InvalidRequest` when a list is named and written out, `InvalidArgument`.
    pub(super) fn read(values: &dyn RequestValues) -> Result<Option<Self>, Failure> {
        let canned = values.header(CANNED).filter(|name| !name.is_empty());
        let mut grants = Vec::new();
        let mut has_grants = false;
        for (name, permission) in GRANT_HEADERS {
            let Some(value) = values.header(name) else { continue };
            has_grants = true;
            let named = grantees_of_header(&value).map_err(|error| invalid_grantees(&error))?;
            grants.extend(named.into_iter().map(|grantee| (grantee, permission)));
        }
        let Some(canned) = canned else {
            return Ok(has_grants.then_some(Self::Grants(grants)));
        };
        if has_grants {
            let message = "Specifying both Canned ACLs and Header Grants is not allowed";
            return Err(Failure::with(ErrorCode::InvalidRequest, message));
        }
        match CannedAcl::parse(&canned) {
            Some(canned) => Ok(Some(Self::Canned(canned))),
            None => Err(S3Error::invalid_argument("Invalid canned ACL", CANNED, &*canned).into()),
        }
    }

    /// The list written out, for what `owner` owns in a bucket of `bucket_owner`.
    ///
    /// Errors: `InvalidArgument`, `UnresolvableGrantByEmailAddress`, `InvalidRequest`.
    pub(super) async fn resolve(
        self,
        call: &Call<'_>,
        owner: &Owner,
        bucket_owner: &Owner,
    ) -> Result<Acl, Failure> {
        match self {
            Self::Canned(canned) => Ok(canned.expand(owner, bucket_owner)),
            Self::Grants(named) => {
                Ok(Acl { owner: owner.clone(), grants: resolve_all(call, named).await? })
            }
        }
    }
}

/// The list that a request says by its headers or its document, for what `owner` owns in a bucket
/// of `bucket_owner`.
///
/// Errors: `UnexpectedContent` for both, `MissingSecurityHeader` for neither, those of either.
pub(super) async fn asked(
    call: &Call<'_>,
    owner: &Owner,
    bucket_owner: &Owner,
) -> Result<Acl, Failure> {
    match AclHeaders::read(call)? {
        Some(_) if !call.control.is_empty() => Err(Failure::new(ErrorCode::UnexpectedContent)),
        Some(headers) => headers.resolve(call, owner, bucket_owner).await,
        None if call.control.is_empty() => {
            Err(Failure::new(ErrorCode::MissingSecurityHeader).element("MissingHeaderName", CANNED))
        }
        None => acl_of_body(call, owner).await,
    }
}

/// What the list of a new object grants, as `values` ask for it; `None` for its owner's full
/// control, and where lists do not count and this one says what holds anyway.
///
/// Errors: those of lists, `AccessControlListNotSupported`, `AccessDenied`.
pub(super) async fn of_new_object(
    call: &Call<'_>,
    values: &dyn RequestValues,
    bucket: &Bucket,
    owner: &Owner,
) -> Result<Option<Vec<Grant>>, Failure> {
    let Some(headers) = AclHeaders::read(values)? else { return Ok(None) };
    let acl = headers.resolve(call, owner, &bucket.owner).await?;
    if says_what_is_enforced(bucket, &acl) {
        return Ok(None);
    }
    check_acl(&acl.grants, &bucket.documents)?;
    Ok(Some(acl.grants))
}

/// The grants of a document about what `owner` owns.
///
/// Errors: `MalformedACLError`, `AccessDenied` for a document that names another owner, those of
/// [`AclHeaders::resolve`].
async fn acl_of_body(call: &Call<'_>, owner: &Owner) -> Result<Acl, Failure> {
    let malformed = || Failure::new(ErrorCode::MalformedACLError);
    let policy: shapes::AccessControlPolicy =
        xml::from_body(&call.control, "AccessControlPolicy").map_err(|_| malformed())?;
    let named_owner = policy.owner.and_then(|owner| owner.id).ok_or_else(malformed)?;
    if named_owner != owner.canonical_id {
        return Err(Failure::new(ErrorCode::AccessDenied));
    }
    let mut named = Vec::with_capacity(policy.grants.len());
    for grant in policy.grants {
        let grantee = grant.grantee.ok_or_else(malformed)?;
        let permission = grant.permission.ok_or_else(malformed)?;
        let permission = Permission::parse(permission.as_str()).ok_or_else(malformed)?;
        named.push((grantee_name(grantee)?, permission));
    }
    Ok(Acl { owner: owner.clone(), grants: resolve_all(call, named).await? })
}

fn grantee_name(grantee: shapes::Grantee) -> Result<GranteeName, Failure> {
    let name = match grantee.r#type {
        enums::Type::CanonicalUser => grantee.id.map(GranteeName::Id),
        enums::Type::AmazonCustomerByEmail => grantee.email_address.map(GranteeName::Email),
        enums::Type::Group => {
            let uri = grantee.uri.unwrap_or_default();
            let group = Group::of_uri(&uri);
            let unknown = || invalid_grantees(&InvalidGrantees::Group(uri.clone()));
            Some(GranteeName::Group(group.ok_or_else(unknown)?))
        }
    };
    name.ok_or_else(|| Failure::new(ErrorCode::MalformedACLError))
}

async fn resolve_all(
    call: &Call<'_>,
    named: Vec<(GranteeName, Permission)>,
) -> Result<Vec<Grant>, Failure> {
    if named.len() > GRANTS_MAX {
        let message = format!("An access control list has at most {GRANTS_MAX} grants.");
        return Err(Failure::with(ErrorCode::InvalidRequest, message));
    }
    let mut grants = Vec::with_capacity(named.len());
    for (name, permission) in named {
        let grantee = resolve_one(call, name).await?;
        grants.push(Grant { grantee, permission });
    }
    Ok(grants)
}

async fn resolve_one(call: &Call<'_>, name: GranteeName) -> Result<Grantee, Failure> {
    let found = match &name {
        GranteeName::Group(group) => return Ok(Grantee::Group(*group)),
        GranteeName::Id(id) => call.accounts.owner(AccountName::CanonicalId(id)).await?,
        GranteeName::Email(email) => call.accounts.owner(AccountName::Email(email)).await?,
    };
    let grant = found.map(|owner| Grant::to(&owner, Permission::Read)).filter(Grant::fits);
    match (grant, name) {
        (Some(grant), _) => Ok(grant.grantee),
        (None, GranteeName::Email(_)) => {
            Err(Failure::new(ErrorCode::UnresolvableGrantByEmailAddress))
        }
        (None, GranteeName::Id(id)) => {
            Err(S3Error::invalid_argument("Invalid id", "CanonicalUser/ID", id).into())
        }
        (None, GranteeName::Group(group)) => Ok(Grantee::Group(group)),
    }
}

fn invalid_grantees(error: &InvalidGrantees) -> Failure {
    match error {
        InvalidGrantees::Format => {
            Failure::with(ErrorCode::InvalidArgument, "Argument format not recognized")
        }
        InvalidGrantees::Group(uri) => {
            S3Error::invalid_argument("Invalid group uri", "Group/URI", uri.as_str()).into()
        }
    }
}

/// A list as answers show it: what groups are granted comes first, as suites for S3 expect.
pub(super) fn shown(acl: &Acl) -> (shapes::Owner, Vec<shapes::Grant>) {
    let owner = shapes::Owner {
        display_name: named(&acl.owner.display_name),
        id: Some(acl.owner.canonical_id.clone()),
    };
    let is_group = |grant: &&Grant| matches!(grant.grantee, Grantee::Group(_));
    let (groups, accounts): (Vec<&Grant>, Vec<&Grant>) = acl.grants.iter().partition(is_group);
    (owner, groups.into_iter().chain(accounts).map(shown_grant).collect())
}

fn shown_grant(grant: &Grant) -> shapes::Grant {
    let nobody = |r#type| shapes::Grantee {
        r#type,
        display_name: None,
        email_address: None,
        id: None,
        uri: None,
    };
    let grantee = match &grant.grantee {
        Grantee::Account(account) => shapes::Grantee {
            display_name: named(&account.display_name),
            id: Some(account.canonical_id.clone()),
            ..nobody(enums::Type::CanonicalUser)
        },
        Grantee::Group(group) => {
            shapes::Grantee { uri: Some(group.uri().to_owned()), ..nobody(enums::Type::Group) }
        }
    };
    let permission =
        enums::Permission::ALL.iter().find(|known| known.as_str() == grant.permission.name());
    shapes::Grant { grantee: Some(grantee), permission: permission.copied() }
}

fn named(name: &str) -> Option<String> {
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// Whether lists do not count in the bucket and this one gives its owner full control and nobody
/// anything else.
pub(super) fn says_what_is_enforced(bucket: &Bucket, acl: &Acl) -> bool {
    let ownership = OwnershipControls::of(&bucket.documents);
    ownership == ObjectOwnership::BucketOwnerEnforced
        && acl.is_owners_alone()
        && acl.gives_full_control_to(&bucket.owner)
}
