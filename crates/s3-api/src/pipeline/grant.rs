//! The right to do what was asked. Nothing in `objects` can be reached without one.

use super::authenticate::unavailable;
use crate::call::Call;
use crate::error::Failure;
use crate::ops::{Entry, Need};
use crate::service::Shared;
use larder_iam::{Account, Action, BucketResource, ObjectResource, Request, Resource};
use larder_objects::{Bucket, Objects};
use larder_s3_model::{Level, Operation};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::{AccountId, BucketName, InvalidObjectKey, ObjectKey, Owner};
use std::sync::Arc;

/// Asked for operations that are not built, and so have no needs of their own.
const NOT_BUILT: Action = Action::new("s3:NotBuilt");
const PUT_OBJECT: Action = Action::new("s3:PutObject");

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
            let expected = call.header("x-amz-expected-bucket-owner");
            self.check_owner(bucket, expected.as_deref()).await?;
        }
        let version = call.target.query_value("versionId");
        let resource = match (&name, &bucket, key) {
            (None, ..) => Resource::Service,
            (Some(name), None, _) => Resource::NewBucket(name),
            (_, Some(bucket), None) => Resource::Bucket(facts(bucket)),
            (_, Some(bucket), Some(key)) => {
                Resource::Object(ObjectResource { bucket: facts(bucket), key, version })
            }
        };
        // What is not built is no more open than the rest.
        let unbuilt = [Need::always(NOT_BUILT)];
        let needs = match entry {
            Entry::Built(needs) => *needs,
            Entry::NotBuilt(_) => &unbuilt,
        };
        for need in needs.iter().filter(|need| need.applies(call)) {
            permit(call, need.action, resource)?;
        }
        Ok(Grant {
            objects: self.objects.clone(),
            account: call.principal().account().cloned().ok_or_else(denied)?,
            name,
            bucket,
            key: key.map(object_key).transpose()?,
        })
    }

    pub(super) async fn check_owner(
        &self,
        bucket: &Bucket,
        expected: Option<&str>,
    ) -> Result<(), Failure> {
        let Some(expected) = expected else {
            return Ok(());
        };
        let invalid = |_| Failure::new(ErrorCode::InvalidBucketOwnerAWSAccountID);
        let expected = AccountId::new(expected).map_err(invalid)?;
        let owner = self.keys.source().account_id(&bucket.owner.canonical_id).await;
        if owner.map_err(unavailable)? == Some(expected) { Ok(()) } else { Err(denied()) }
    }

    /// The right to the key that a form names.
    pub(super) fn admit_form(
        &self,
        call: &Call<'_>,
        bucket: Arc<Bucket>,
        key: ObjectKey,
    ) -> Result<Grant<S>, Failure> {
        permit(call, PUT_OBJECT, object(&bucket, key.as_str()))?;
        Ok(Grant {
            objects: self.objects.clone(),
            account: call.principal().account().cloned().ok_or_else(denied)?,
            name: Some(bucket.name.clone()),
            bucket: Some(bucket),
            key: Some(key),
        })
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
        permit(call, Action::new(action), object(&bucket, place.key))?;
        Ok(Self {
            objects: self.objects.clone(),
            account: self.account.clone(),
            name: Some(name),
            bucket: Some(bucket),
            key: Some(object_key(place.key)?),
        })
    }

    /// Asks for an action on one more key of the same bucket (an entry of DeleteObjects).
    pub(crate) fn permits(
        &self,
        call: &Call<'_>,
        action: &'static str,
        key: &ObjectKey,
    ) -> Result<(), Failure> {
        permit(call, Action::new(action), object(self.bucket(), key.as_str()))
    }
}

fn facts(bucket: &Bucket) -> BucketResource<'_> {
    BucketResource { name: &bucket.name, owner: &bucket.owner }
}

fn object<'a>(bucket: &'a Bucket, key: &'a str) -> Resource<'a> {
    Resource::Object(ObjectResource { bucket: facts(bucket), key, version: None })
}

/// Asks the rules.
///
/// Errors: `AccessDenied`.
fn permit(call: &Call<'_>, action: Action, resource: Resource<'_>) -> Result<(), Failure> {
    let context = &call.context(call);
    let request = Request { principal: call.principal(), action, resource, context };
    if call.rules.decide(&request).is_allowed() { Ok(()) } else { Err(denied()) }
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
