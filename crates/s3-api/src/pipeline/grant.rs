//! The right to do what was asked. Nothing in `objects` can be reached without one.

use crate::call::Call;
use crate::error::Failure;
use crate::ops::{Entry, Need};
use crate::service::Shared;
use larder_iam::Account;
use larder_objects::{Bucket, Objects};
use larder_s3_model::{Level, Operation};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::{AccountId, BucketName, InvalidObjectKey, ObjectKey, Owner};
use std::sync::Arc;

/// A verified right to an operation on a bucket or key. Only the pipeline makes one.
pub(crate) struct Grant<S: Storage> {
    objects: Objects<S>,
    account: Arc<Account>,
    name: Option<BucketName>,
    bucket: Option<Arc<Bucket>>,
    key: Option<ObjectKey>,
}

impl<S: Storage> Clone for Grant<S> {
    fn clone(&self) -> Self {
        Self {
            objects: self.objects.clone(),
            account: self.account.clone(),
            name: self.name.clone(),
            bucket: self.bucket.clone(),
            key: self.key.clone(),
        }
    }
}

impl<S: Storage> Grant<S> {
    /// Buckets and objects.
    pub(crate) fn objects(&self) -> &Objects<S> {
        &self.objects
    }

    /// Who asks.
    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// The bucket. Operations at bucket or object level have one, except CreateBucket.
    pub(crate) fn bucket(&self) -> &Arc<Bucket> {
        self.bucket.as_ref().expect("the operation's level has a bucket")
    }

    /// The bucket, where the operation has one.
    pub(super) fn bucket_if_any(&self) -> Option<&Bucket> {
        self.bucket.as_deref()
    }

    /// The bucket's name, which CreateBucket has as well.
    pub(crate) fn bucket_name(&self) -> &BucketName {
        self.name.as_ref().expect("the operation's level has a bucket")
    }

    /// The key. Operations at object level have one.
    pub(crate) fn key(&self) -> &ObjectKey {
        self.key.as_ref().expect("the operation's level has a key")
    }

    /// Who will own an object: the bucket's owner, whoever writes it ("Bucket owner enforced").
    pub(crate) fn object_owner(&self) -> Owner {
        self.bucket().owner.clone()
    }
}

/// What a right is asked for, when it is not what the request's path names.
pub(crate) struct Elsewhere<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    /// `x-amz-source-expected-bucket-owner`.
    pub(crate) expected_owner: Option<&'a str>,
}

impl<S: Storage> Shared<S> {
    /// The right to what the request's path names, for every action that the operation needs.
    pub(super) async fn admit(
        &self,
        call: &Call<'_>,
        operation: Operation,
        entry: &Entry,
    ) -> Result<Grant<S>, Failure> {
        let caller = call.caller.as_ref().map(|key| &key.account);
        let (name, key) = match operation.info().level {
            Level::Service => (None, None),
            Level::Bucket => (call.target.bucket.as_deref(), None),
            Level::Object => (call.target.bucket.as_deref(), call.target.key.as_deref()),
        };
        let name = name.map(bucket_name).transpose()?;
        let bucket = match &name {
            Some(name) if !super::makes_bucket(operation) => Some(self.objects.bucket(name).await?),
            _ => None,
        };
        if let Some(bucket) = &bucket {
            self.check_owner(bucket, call.header("x-amz-expected-bucket-owner").as_deref())?;
        }
        let owner = bucket.as_ref().map(|bucket| &bucket.owner);
        // What is not built needs no action yet, but is no more open than the rest.
        let none = [Need::always("")];
        let needs = match entry {
            Entry::Built(needs) => *needs,
            Entry::NotBuilt(_) => &none,
        };
        for need in needs.iter().filter(|need| need.applies(call)) {
            permit(caller, need.action, owner)?;
        }
        Ok(Grant {
            objects: self.objects.clone(),
            account: caller.cloned().ok_or_else(denied)?,
            name,
            bucket,
            key: key.map(object_key).transpose()?,
        })
    }

    pub(super) fn check_owner(
        &self,
        bucket: &Bucket,
        expected: Option<&str>,
    ) -> Result<(), Failure> {
        let Some(expected) = expected else {
            return Ok(());
        };
        let invalid = |_| Failure::new(ErrorCode::InvalidBucketOwnerAWSAccountID);
        let expected = AccountId::new(expected).map_err(invalid)?;
        match self.account_ids.get(&bucket.owner.canonical_id) == Some(&expected) {
            true => Ok(()),
            false => Err(denied()),
        }
    }
}

impl<S: Storage> Grant<S> {
    /// The right to another bucket and key than the path's: the source of a copy.
    pub(crate) async fn elsewhere(
        &self,
        call: &Call<'_>,
        action: &'static str,
        place: &Elsewhere<'_>,
    ) -> Result<Self, Failure> {
        let name = bucket_name(place.bucket)?;
        let bucket = self.objects.bucket(&name).await;
        let bucket =
            bucket.map_err(|error| Failure::from(error).element("BucketName", name.as_str()))?;
        if let Some(expected) = place.expected_owner {
            let invalid = |_| Failure::new(ErrorCode::InvalidBucketOwnerAWSAccountID);
            let expected = AccountId::new(expected).map_err(invalid)?;
            // An owner other than the caller is refused below in any case.
            if expected != self.account.id {
                return Err(denied());
            }
        }
        let caller = call.caller.as_ref().map(|key| &key.account);
        permit(caller, action, Some(&bucket.owner))?;
        Ok(Self {
            objects: self.objects.clone(),
            account: self.account.clone(),
            name: Some(name),
            bucket: Some(bucket),
            key: Some(object_key(place.key)?),
        })
    }

    /// Asks for an action on one more key of the same bucket (an entry of DeleteObjects).
    pub(crate) fn permits(&self, action: &'static str, _key: &ObjectKey) -> Result<(), Failure> {
        permit(Some(&self.account), action, Some(&self.bucket().owner))
    }
}

/// The parts of a grant for a browser's form, which signs in its body.
pub(super) struct FormParts<S: Storage> {
    pub(super) objects: Objects<S>,
    pub(super) account: Option<Arc<Account>>,
    pub(super) bucket: Arc<Bucket>,
    pub(super) key: ObjectKey,
}

impl<S: Storage> FormParts<S> {
    pub(super) fn grant(self, action: &'static str) -> Result<Grant<S>, Failure> {
        permit(self.account.as_ref(), action, Some(&self.bucket.owner))?;
        Ok(Grant {
            objects: self.objects,
            account: self.account.ok_or_else(denied)?,
            name: Some(self.bucket.name.clone()),
            bucket: Some(self.bucket),
            key: Some(self.key),
        })
    }
}

/// Today's rule: an account may do everything in its own buckets, and list and create buckets;
/// nobody else may do anything.
fn permit(
    caller: Option<&Arc<Account>>,
    _action: &'static str,
    owner: Option<&Owner>,
) -> Result<(), Failure> {
    let caller = caller.ok_or_else(denied)?;
    match owner {
        Some(owner) if owner.canonical_id != caller.owner.canonical_id => Err(denied()),
        _ => Ok(()),
    }
}

fn denied() -> Failure {
    Failure::new(ErrorCode::AccessDenied)
}

pub(super) fn bucket_name(name: &str) -> Result<BucketName, Failure> {
    BucketName::new(name)
        .map_err(|_| Failure::new(ErrorCode::InvalidBucketName).element("BucketName", name))
}

/// A request's key, wherever it stands: in the path, a form, a copy's source or a document.
///
/// Errors: `KeyTooLongError`, `InvalidArgument` for none, `BadRequest` for one that would leave its
/// bucket if it were a path. AWS answers 400 to these, without a document.
pub(crate) fn object_key(key: &str) -> Result<ObjectKey, Failure> {
    if leaves_bucket(key) {
        return Err(Failure::with(
            ErrorCode::BadRequest,
            "The key has more `..` than elements before them, so that as a path it would leave its \
             bucket.",
        ));
    }
    ObjectKey::new(key).map_err(|error| match error {
        InvalidObjectKey::TooLong => Failure::new(ErrorCode::KeyTooLongError)
            .element("Size", key.len().to_string())
            .element("MaxSizeAllowed", larder_types::limits::OBJECT_KEY_BYTES_MAX.to_string()),
        InvalidObjectKey::Empty => {
            Failure::with(ErrorCode::InvalidArgument, "A key must be specified.")
        }
    })
}

/// Whether a file system would resolve the key to a place outside of its bucket: object user guide,
/// "Naming Amazon S3 objects".
fn leaves_bucket(key: &str) -> bool {
    // Nearly no key has two dots in a row, and a DeleteObjects has a thousand keys.
    if !key.as_bytes().windows(2).any(|pair| pair == b"..") {
        return false;
    }
    let mut depth = 0_usize;
    for element in key.split('/') {
        match element {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}
