//! What is acted on.

use crate::acl::Grant;
use crate::policy::Policy;
use larder_types::{BucketName, Owner};
use std::fmt;

/// What is acted on, with what decides who may. Rules match it exhaustively or deny what they do
/// not name: there is no resource that is nobody's.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Resource<'a> {
    /// No bucket: the caller's own account, as in ListBuckets.
    Service,
    /// A bucket that is to be made.
    NewBucket(&'a BucketName),
    /// A bucket.
    Bucket(BucketResource<'a>),
    /// An object, or the key of one.
    Object(ObjectResource<'a>),
    /// What IAM and STS act on: the ARN of a user, a role, a policy; `*` for no single thing.
    Identity(&'a str),
}

/// A bucket that exists.
#[derive(Clone, Copy, Debug)]
pub struct BucketResource<'a> {
    /// Its name.
    pub name: &'a BucketName,
    /// Who owns it.
    pub owner: &'a Owner,
    /// Its policy.
    pub policy: Option<&'a Policy>,
    /// Whether a public policy lets in nobody but the owner's account (Block Public Access,
    /// `RestrictPublicBuckets`).
    pub restricts_public: bool,
    /// What its access control lists say. `None` where lists do not count and all objects are the
    /// bucket owner's (`BucketOwnerEnforced`).
    pub acls: Option<BucketAcls<'a>>,
}

/// The access control lists of a bucket in which they count.
#[derive(Clone, Copy, Debug)]
pub struct BucketAcls<'a> {
    /// What the bucket's own list grants; `None` for the owner's full control alone.
    pub grants: Option<&'a [Grant]>,
    /// Whether what lists grant to everybody does not count (Block Public Access,
    /// `IgnorePublicAcls`), on the bucket and on its objects.
    pub ignores_public: bool,
}

/// An object, or the key of one.
#[derive(Clone, Copy, Debug)]
pub struct ObjectResource<'a> {
    /// The bucket.
    pub bucket: BucketResource<'a>,
    /// The key.
    pub key: &'a str,
    /// The version that is named (`s3:VersionId`), as the request has it.
    pub version: Option<&'a str>,
    /// What is stored there.
    pub existing: Existing<'a>,
}

/// What is stored at a key, as far as it was looked up.
#[derive(Clone, Copy, Debug)]
pub enum Existing<'a> {
    /// Nobody looked: few rules need it. Those that do say so by `Decision::NeedsObject`.
    Unknown,
    /// It does not matter: the request writes a new object.
    New,
    /// Nothing that could be read.
    Missing,
    /// This object.
    Found(ExistingObject<'a>),
}

/// What rules may need of an object that exists.
#[derive(Clone, Copy, Debug)]
pub struct ExistingObject<'a> {
    /// Who owns it.
    pub owner: &'a Owner,
    /// Its tags, key and value (`s3:ExistingObjectTag/<key>`).
    pub tags: &'a [(&'a str, &'a str)],
    /// What its access control list grants; `None` for the owner's full control alone.
    pub grants: Option<&'a [Grant]>,
}

impl fmt::Display for Resource<'_> {
    /// The ARN; `*` where there is no bucket.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service => f.write_str("*"),
            Self::Identity(arn) => f.write_str(arn),
            Self::NewBucket(name) => write!(f, "arn:aws:s3:::{name}"),
            Self::Bucket(bucket) => write!(f, "arn:aws:s3:::{}", bucket.name),
            Self::Object(object) => {
                write!(f, "arn:aws:s3:::{}/{}", object.bucket.name, object.key)
            }
        }
    }
}
