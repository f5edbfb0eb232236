//! Asks the rules for all that an operation needs, and gives the grant.

use super::grant::{Admitted, OperationScope, Source};
use super::need::{Need, On};
use super::payer;
use super::source::{COPY_SOURCE, CopySource};
use crate::call::Call;
use crate::error::Failure;
use crate::names::{bucket_name, object_key, version_id};
use crate::requested::Requested;
use crate::service::ServiceParts;
use crate::tags;
use larder_documents::{BucketAcl, BucketPolicy, OwnershipControls, PublicAccessBlock};
use larder_iam::{
    Action, Audit, AuditError, Authorisation, BucketAcls, BucketResource, Context, Decision,
    Existing, ExistingObject, ObjectResource, Request, RequestValues, Resource,
};
use larder_objects::{Bucket, Error, ObjectVersion};
use larder_s3_model::Level;
use larder_s3_model::enums::ObjectOwnership;
use larder_s3_wire::error::ErrorCode;
use larder_s3_wire::post_form::{FormFields, PostPolicy, SizeRange};
use larder_storage::Storage;
use larder_types::{AccountId, ObjectKey, VersionId};
use std::borrow::Cow;
use std::sync::Arc;

const LIST_BUCKET: Action = Action::new("s3:ListBucket");
const PUT_OBJECT: Action = Action::new("s3:PutObject");

/// A form whose signature is verified.
pub(crate) struct FormRequest<'a> {
    pub(crate) fields: &'a FormFields,
    /// A signed form has one.
    pub(crate) policy: Option<&'a PostPolicy>,
    pub(crate) needs: &'static [Need],
}

/// The fields of a form under the names of the headers that they stand for.
pub(crate) struct FormValues<'a>(pub(crate) &'a FormFields);

impl RequestValues for FormValues<'_> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = match name {
            // A document here; a query string in the header.
            "x-amz-tagging" => self.0.get("tagging").filter(|text| !text.trim().is_empty()),
            "x-amz-acl" => self.0.get("acl").or_else(|| self.0.get(name)),
            _ => self.0.get(name),
        };
        value.map(Cow::Borrowed)
    }

    fn query(&self, _: &str) -> Option<&str> {
        None
    }

    fn tags(&self) -> Vec<(String, String)> {
        // What cannot be read is refused when the object's attributes are.
        let tags = tags::of_form(self.0).unwrap_or_default();
        tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
    }
}

impl<S: Storage> ServiceParts<S> {
    /// Asks for what an operation at this level needs before its body is read, on what the
    /// request's path names and on a copy's source.
    ///
    /// Errors: `AccessDenied`, those of names, `NoSuchBucket`.
    pub(crate) async fn admit(
        &self,
        call: &Call<'_>,
        level: Level,
        needs: &'static [Need],
    ) -> Result<Admitted<S>, Failure> {
        let place = self.place(call, level, needs).await?;
        let key = call.target.key.as_deref().filter(|_| level == Level::Object);
        let version = call.target.query_value("versionId");
        let writes = needs.iter().any(|need| need.on == On::Object && need.action == PUT_OBJECT);
        let existing_object = if writes { Existing::New } else { Existing::Unknown };
        let named = Named { place: &place, key, version, existing: existing_object };
        let mut found = None;
        match ask_for_named(call, &named, needs) {
            // Boxed, so that other requests have not the size of one that looks first.
            Err(Refused::NeedsObject) => {
                let look_up = async {
                    let bucket = named.bucket().ok_or_else(denied)?;
                    let key = object_key(key.ok_or_else(denied)?)?;
                    self.existing(bucket, &key, version_id(version)?).await
                };
                found = Box::pin(look_up).await?;
                let tags = found.as_deref().map(tags_of).unwrap_or_default();
                let existing = existing(&found, &tags);
                ask_for_named(call, &Named { existing, ..named }, needs)?;
            }
            asked => asked?,
        }
        if let Some(bucket) = named.bucket() {
            payer::check(call, bucket, call)?;
        }
        let key = key.map(object_key).transpose()?;
        let version = version_id(version)?;
        let mut admitted = Admitted::new(self.objects.clone(), call, place);
        admitted.key = key;
        admitted.version = version;
        admitted.found = found;
        admitted.needs = needs;
        if needs.iter().any(|need| need.on == On::Source) {
            // Boxed, so that other requests have not the size of a copy's.
            admitted.source = Some(Box::pin(self.source(call, needs)).await?);
        }
        Ok(admitted)
    }

    /// Asks for what a form needs on the key that it names, and checks that its policy holds for
    /// it: nobody has a grant that the policy did not mean. With it come the sizes that the policy
    /// allows.
    ///
    /// Errors: as of [`Self::admit`], those of [`PostPolicy::check`].
    pub(crate) async fn admit_form(
        &self,
        call: &Call<'_>,
        form: &FormRequest<'_>,
    ) -> Result<(Admitted<S>, SizeRange), Failure> {
        let (fields, needs) = (form.fields, form.needs);
        let name = bucket_name(call.target.bucket.as_deref().unwrap_or_default())?;
        let bucket = self.objects.bucket(&name).await?;
        let key = object_key(fields.key()?)?;
        let values = FormValues(fields);
        let context = &call.context(&values);
        let resource = object_resource(&bucket, key.as_str());
        for need in needs.iter().filter(|need| need.applies(&values, false)) {
            ask(call, context, need.action, resource)?;
        }
        payer::check(call, &bucket, &values)?;
        let size = match form.policy {
            Some(policy) => policy.check(fields, name.as_str(), call.verified.at)?,
            None => SizeRange::ANY,
        };
        let place = OperationScope::Bucket(bucket);
        let mut admitted = Admitted::new(self.objects.clone(), call, place);
        admitted.key = Some(key);
        admitted.needs = needs;
        Ok((admitted, size))
    }

    /// What the path names, as far as it has to exist.
    async fn place(
        &self,
        call: &Call<'_>,
        level: Level,
        needs: &[Need],
    ) -> Result<OperationScope, Failure> {
        let name = call.target.bucket.as_deref().filter(|_| level != Level::Service);
        let Some(name) = name.map(bucket_name).transpose()? else {
            return Ok(OperationScope::Service);
        };
        if needs.iter().any(|need| need.on == On::NewBucket) {
            return Ok(OperationScope::NewBucket(name));
        }
        let bucket = self.objects.bucket(&name).await?;
        let expected = call.header("x-amz-expected-bucket-owner");
        self.check_owner(&bucket, expected.as_deref()).await?;
        Ok(OperationScope::Bucket(bucket))
    }

    /// The source of a copy, which may be read.
    async fn source(&self, call: &Call<'_>, needs: &[Need]) -> Result<Box<Source>, Failure> {
        let header = call.header(COPY_SOURCE).unwrap_or_default();
        let named = CopySource::parse(&header)?;
        let name = bucket_name(&named.bucket)?;
        let bucket = self.objects.bucket(&name).await;
        let bucket =
            bucket.map_err(|error| Failure::from(error).element("BucketName", name.as_str()))?;
        let expected = call.header("x-amz-source-expected-bucket-owner");
        self.check_owner(&bucket, expected.as_deref()).await?;
        let shown = named.version.map(|version| version.to_string());
        let resource = ObjectResource {
            bucket: bucket_resource(&bucket),
            key: &named.key,
            version: shown.as_deref(),
            existing: Existing::Unknown,
        };
        let mut found = None;
        match ask_for_source(call, needs, resource) {
            Err(Refused::NeedsObject) => {
                found = self.existing(&bucket, &object_key(&named.key)?, named.version).await?;
                let tags = found.as_deref().map(tags_of).unwrap_or_default();
                let existing = existing(&found, &tags);
                ask_for_source(call, needs, ObjectResource { existing, ..resource })?;
            }
            asked => asked?,
        }
        payer::check(call, &bucket, call)?;
        let key = object_key(&named.key)?;
        Ok(Box::new(Source { bucket, key, version: named.version, found }))
    }

    /// What is stored at a key, for rules that depend on it; `None` for nothing that could be read.
    async fn existing(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        version: Option<VersionId>,
    ) -> Result<Option<Box<ObjectVersion>>, Failure> {
        match self.objects.lookup(bucket, key, version).await {
            Ok(found) => Ok(Some(Box::new(found))),
            Err(
                Error::NoSuchKey { .. } | Error::NoSuchVersion | Error::MethodNotAllowed { .. },
            ) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Compares a bucket's owner with the account that the client expects.
    ///
    /// Errors: `AccessDenied`, `InvalidBucketOwnerAWSAccountID`.
    async fn check_owner(
        &self,
        bucket: &Arc<Bucket>,
        expected: Option<&str>,
    ) -> Result<(), Failure> {
        let Some(expected) = expected else {
            return Ok(());
        };
        let invalid = |_| Failure::new(ErrorCode::InvalidBucketOwnerAWSAccountID);
        let expected = AccountId::new(expected).map_err(invalid)?;
        let owner = self.keys.source().account_id(&bucket.owner.canonical_id).await;
        if owner? == Some(expected) { Ok(()) } else { Err(denied()) }
    }
}

/// What a request's path names.
struct Named<'a> {
    place: &'a OperationScope,
    key: Option<&'a str>,
    version: Option<&'a str>,
    existing: Existing<'a>,
}

/// Why something was not allowed.
enum Refused {
    Denied,
    /// Nobody can say before the object was looked up.
    NeedsObject,
    /// The decision could not be taken down.
    Unaudited(AuditError),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Denied | Refused::NeedsObject => denied(),
            Refused::Unaudited(error) => error.into(),
        }
    }
}

impl<'a> Named<'a> {
    fn bucket(&self) -> Option<&'a Bucket> {
        match self.place {
            OperationScope::Bucket(bucket) => Some(bucket),
            OperationScope::Service | OperationScope::NewBucket(_) => None,
        }
    }

    /// What a need is on; `None` for a row of the table that does not fit its operation's level.
    fn resource(&self, on: On) -> Option<Resource<'_>> {
        match (on, self.place) {
            (On::Service, OperationScope::Service) => Some(Resource::Service),
            (On::NewBucket, OperationScope::NewBucket(name)) => Some(Resource::NewBucket(name)),
            (On::Bucket | On::Entry, OperationScope::Bucket(bucket)) => {
                Some(Resource::Bucket(bucket_resource(bucket)))
            }
            (On::Object, OperationScope::Bucket(bucket)) => {
                Some(Resource::Object(ObjectResource {
                    bucket: bucket_resource(bucket),
                    key: self.key?,
                    version: self.version,
                    existing: self.existing,
                }))
            }
            _ => None,
        }
    }
}

/// Asks for all needs on what the path names. Of the entries of a list, which is still to be read,
/// it asks only whether one of them could be allowed.
///
/// Where nothing was asked nothing is allowed.
fn ask_for_named(call: &Call<'_>, named: &Named<'_>, needs: &[Need]) -> Result<(), Refused> {
    let context = &call.context(call);
    let mut is_asked = false;
    let mut entries = needs.iter().filter(|need| need.on == On::Entry).peekable();
    if entries.peek().is_some() {
        let resource = named.resource(On::Entry).ok_or(Refused::Denied)?;
        let principal = call.principal();
        let could = |need: &Need| {
            call.rules.could_allow(&Request { principal, action: need.action, resource, context })
        };
        let first = entries.peek().map(|need| need.action);
        is_asked = entries.any(could);
        if let Some(action) = first.filter(|_| !is_asked) {
            // What denies every entry is taken down once, of the bucket.
            decide(call, context, action, resource)?;
        }
    }
    for need in needs.iter().filter(|need| !matches!(need.on, On::Entry | On::Source)) {
        if need.applies(call, named.version.is_some()) && !need.is_late() {
            let resource = named.resource(need.on).ok_or(Refused::Denied)?;
            decide(call, context, need.action, resource)?;
            is_asked = true;
        }
    }
    if is_asked { Ok(()) } else { Err(Refused::Denied) }
}

/// Asks for all that a copy needs on its source before it is looked up.
fn ask_for_source(
    call: &Call<'_>,
    needs: &[Need],
    source: ObjectResource<'_>,
) -> Result<(), Refused> {
    let context = &call.context(call);
    let asked = |need: &&Need| need.on == On::Source && !need.is_late();
    for need in needs.iter().filter(asked) {
        if need.applies(call, source.version.is_some()) {
            decide(call, context, need.action, Resource::Object(source))?;
        }
    }
    Ok(())
}

/// What was found, with its tags.
fn existing<'a>(
    found: &'a Option<Box<ObjectVersion>>,
    tags: &'a [(&'a str, &'a str)],
) -> Existing<'a> {
    found.as_deref().map_or(Existing::Missing, |found| existing_object(found, tags))
}

/// What rules may need of a version.
pub(super) fn existing_object<'a>(
    found: &'a ObjectVersion,
    tags: &'a [(&'a str, &'a str)],
) -> Existing<'a> {
    Existing::Found(ExistingObject {
        owner: &found.record.owner,
        tags,
        grants: found.record.attributes.acl.as_deref(),
    })
}

/// The tags of a version, as rules read them.
pub(super) fn tags_of(found: &ObjectVersion) -> Vec<(&str, &str)> {
    found.record.attributes.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect()
}

/// Asks the rules, which know of the object no more than its resource says.
///
/// Errors: `AccessDenied`.
pub(super) fn ask(
    call: &Call<'_>,
    context: &Context<'_>,
    action: Action,
    resource: Resource<'_>,
) -> Result<(), Failure> {
    Ok(decide(call, context, action, resource)?)
}

fn decide(
    call: &Call<'_>,
    context: &Context<'_>,
    action: Action,
    resource: Resource<'_>,
) -> Result<(), Refused> {
    let request = Request { principal: call.principal(), action, resource, context };
    let decision = match call.audit {
        Some(audit) => audited(call, audit, &request)?,
        None => call.rules.decide(&request),
    };
    match decision {
        Decision::Allowed => Ok(()),
        Decision::NeedsObject => Err(Refused::NeedsObject),
        Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Err(Refused::Denied),
    }
}

/// Decides and takes down what was decided, before anything is done on it.
fn audited(call: &Call<'_>, audit: &dyn Audit, request: &Request<'_>) -> Result<Decision, Refused> {
    let explanation = &call.rules.explain(request);
    if explanation.decision != Decision::NeedsObject {
        let authorisation = Authorisation {
            request,
            explanation,
            request_id: call.request_id,
            operation: call.record.operation.map_or("-", Requested::name),
            access_key: call.record.access_key.as_deref(),
        };
        audit.authorised(&authorisation).map_err(Refused::Unaudited)?;
    }
    Ok(explanation.decision)
}

/// A listing that would show one key.
struct ListingOf<'a>(&'a str);

impl RequestValues for ListingOf<'_> {
    fn header(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn query(&self, name: &str) -> Option<&str> {
        (name == "prefix").then_some(self.0)
    }

    fn tags(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// Whether the caller may list a key, with the key as the prefix, which decides what a refusal
/// tells. It is no right that anything is done on.
pub(super) fn may_list(call: &Call<'_>, bucket: &Bucket, key: &str) -> bool {
    let listing = ListingOf(key);
    let context = &call.context(&listing);
    let resource = Resource::Bucket(bucket_resource(bucket));
    let request = Request { principal: call.principal(), action: LIST_BUCKET, resource, context };
    call.rules.decide(&request).is_allowed()
}

pub(super) fn bucket_resource(bucket: &Bucket) -> BucketResource<'_> {
    let policy = bucket.documents.get::<BucketPolicy>().map(BucketPolicy::policy);
    let block = bucket.documents.get::<PublicAccessBlock>();
    let ownership = OwnershipControls::of(&bucket.documents);
    let counts = ownership != ObjectOwnership::BucketOwnerEnforced;
    BucketResource {
        name: &bucket.name,
        owner: &bucket.owner,
        policy,
        restricts_public: block.is_some_and(|block| block.restrict_public_buckets),
        acls: counts.then(|| BucketAcls {
            grants: bucket.documents.get::<BucketAcl>().map(|acl| &acl.0[..]),
            ignores_public: block.is_some_and(|block| block.ignore_public_acls),
        }),
    }
}

/// The key of an object that is written.
pub(super) fn object_resource<'a>(bucket: &'a Bucket, key: &'a str) -> Resource<'a> {
    let bucket = bucket_resource(bucket);
    Resource::Object(ObjectResource { bucket, key, version: None, existing: Existing::New })
}

pub(super) fn denied() -> Failure {
    Failure::new(ErrorCode::AccessDenied)
}
