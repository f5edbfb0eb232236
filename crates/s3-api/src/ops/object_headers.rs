//! What PutObject, CopyObject, CreateMultipartUpload and PostObject say of an object besides its
//! data, read the same way for all of them.

use super::acl;
use crate::access::FormValues;
use crate::call::Call;
use crate::error::Failure;
use crate::tags;
use larder_objects::conditions::{EtagCondition, WriteConditions};
use larder_objects::{Bucket, ContentHeaders, ObjectAttributes, StorageClass};
use larder_s3_model::enums;
use larder_s3_model::inputs::{CopyObjectInput, CreateMultipartUploadInput, PutObjectInput};
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::post_form::FormFields;
use larder_s3_wire::rfc2047;
use larder_types::limits::USER_METADATA_BYTES_MAX;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Headers of features that are not built. To ignore one would be to break what it asks for.
const UNBUILT: [&str; 3] = [
    "x-amz-server-side-encryption",
    "x-amz-copy-source-server-side-encryption",
    "x-amz-write-offset-bytes",
];
const OBJECT_LOCK: &str = "x-amz-object-lock-";
const NO_OBJECT_LOCK: &str = "Bucket is missing Object Lock Configuration";

/// The storage classes that are kept as labels.
const STORAGE_CLASSES: [StorageClass; 6] = [
    StorageClass::Standard,
    StorageClass::ReducedRedundancy,
    StorageClass::StandardIa,
    StorageClass::OnezoneIa,
    StorageClass::IntelligentTiering,
    StorageClass::GlacierIr,
];

/// Refuses requests that ask for what is not built: encryption, Object Lock, appending.
pub(crate) fn refuse_unbuilt(call: &Call<'_>) -> Result<(), Failure> {
    for name in call.headers.keys() {
        refuse_unbuilt_name(name.as_str())?;
    }
    for (name, _) in &call.target.query {
        refuse_unbuilt_name(&name.to_ascii_lowercase())?;
    }
    Ok(())
}

/// The same for one header or form field, in lower case.
pub(crate) fn refuse_unbuilt_name(name: &str) -> Result<(), Failure> {
    if !name.starts_with("x-amz-") {
        return Ok(());
    }
    if UNBUILT.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(Failure::new(ErrorCode::NotImplemented).element("Header", name));
    }
    if name.starts_with(OBJECT_LOCK) {
        return Err(Failure::with(ErrorCode::InvalidRequest, NO_OBJECT_LOCK));
    }
    Ok(())
}

/// An input that says what an object will be besides its data.
pub(crate) trait DescribesObject {
    /// What it says, as it came.
    fn description(&self) -> Description<'_>;
}

/// What an input says of an object, as it came; content headers are read from the head.
pub(crate) struct Description<'a> {
    metadata: &'a BTreeMap<String, String>,
    tagging: Option<&'a str>,
    storage_class: Option<enums::StorageClass>,
}

macro_rules! describes_object {
    ($($input:ty),+) => {$(
        impl DescribesObject for $input {
            fn description(&self) -> Description<'_> {
                Description {
                    metadata: &self.metadata,
                    tagging: self.tagging.as_deref(),
                    storage_class: self.storage_class,
                }
            }
        }
    )+};
}

describes_object!(PutObjectInput, CopyObjectInput, CreateMultipartUploadInput);

/// The attributes that a request's head asks for.
///
/// Errors: `AccessControlListNotSupported`, `InvalidArgument`, `MetadataTooLarge`,
/// `InvalidStorageClass`; S3's rules for tags are checked by `objects`.
pub(crate) async fn attributes_of_head(
    call: &Call<'_>,
    bucket: &Bucket,
    input: &(impl DescribesObject + Sync),
) -> Result<ObjectAttributes, Failure> {
    let sent = input.description();
    let acl = acl::of_new_object(call, call, bucket).await?;
    Ok(ObjectAttributes {
        acl,
        headers: content_headers(|name| call.header(name).map(Cow::into_owned))?,
        metadata: metadata(sent.metadata)?,
        tags: tags::of_header(sent.tagging)?,
        storage_class: storage_class(sent.storage_class)?,
    })
}

/// The attributes that the fields of a form ask for.
///
/// Errors: those of [`attributes_of_head`], `MalformedXML`, and those of features that are not
/// built.
pub(crate) async fn attributes_of_form(
    call: &Call<'_>,
    bucket: &Bucket,
    fields: &FormFields,
) -> Result<ObjectAttributes, Failure> {
    let mut user = BTreeMap::new();
    for (name, value) in &fields.fields {
        let name = name.to_ascii_lowercase();
        refuse_unbuilt_name(&name)?;
        if let Some(name) = name.strip_prefix("x-amz-meta-") {
            user.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
    }
    let acl = acl::of_new_object(call, &FormValues(fields), bucket).await?;
    Ok(ObjectAttributes {
        acl,
        headers: content_headers(|name| fields.get(name).map(str::to_owned))?,
        metadata: metadata(&user)?,
        tags: tags::of_form(fields)?,
        storage_class: storage_class(class_word(fields.get("x-amz-storage-class"))?)?,
    })
}

/// The headers that S3 gives back as they came. `value` looks a name in lower case up.
///
/// Errors: `InvalidArgument` for a redirect that is neither a path nor a URL.
fn content_headers(value: impl Fn(&str) -> Option<String>) -> Result<ContentHeaders, Failure> {
    let redirect = value("x-amz-website-redirect-location");
    if let Some(location) = &redirect {
        let prefixes = ["/", "http://", "https://"];
        if !prefixes.iter().any(|prefix| location.starts_with(prefix)) {
            return Err(S3Error::invalid_argument(
                "The website redirect location must have a prefix of 'http://' or 'https://' or \
                 '/'.",
                "x-amz-website-redirect-location",
                location.as_str(),
            )
            .into());
        }
    }
    Ok(ContentHeaders {
        content_type: value("content-type").filter(|text| !text.is_empty()),
        content_encoding: value("content-encoding").and_then(without_aws_chunked),
        content_language: value("content-language"),
        content_disposition: value("content-disposition"),
        cache_control: value("cache-control"),
        expires: value("expires"),
        website_redirect_location: redirect,
    })
}

/// The framing is not part of what is stored.
fn without_aws_chunked(text: String) -> Option<String> {
    let codings: Vec<&str> = text.split(',').map(str::trim).collect();
    if !codings.iter().any(|coding| coding.eq_ignore_ascii_case("aws-chunked")) {
        return Some(text);
    }
    let kept: Vec<&str> =
        codings.into_iter().filter(|c| !c.eq_ignore_ascii_case("aws-chunked")).collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// User metadata, decoded.
///
/// Errors: `MetadataTooLarge`.
fn metadata(sent: &BTreeMap<String, String>) -> Result<Vec<(String, String)>, Failure> {
    let decoded: Vec<(String, String)> = sent
        .iter()
        .map(|(name, value)| (name.clone(), rfc2047::decode(value.as_bytes())))
        .collect();
    let size: usize = decoded.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > USER_METADATA_BYTES_MAX {
        return Err(Failure::new(ErrorCode::MetadataTooLarge)
            .element("Size", size.to_string())
            .element("MaxSizeAllowed", USER_METADATA_BYTES_MAX.to_string()));
    }
    Ok(decoded)
}

/// The storage class; STANDARD when none is named.
///
/// Errors: `InvalidStorageClass`.
fn storage_class(named: Option<enums::StorageClass>) -> Result<StorageClass, Failure> {
    let Some(named) = named else {
        return Ok(StorageClass::Standard);
    };
    let known = STORAGE_CLASSES.into_iter().find(|class| class.name() == named.as_str());
    known.ok_or_else(|| {
        Failure::new(ErrorCode::InvalidStorageClass)
            .element("StorageClassRequested", named.as_str())
    })
}

/// The storage class that a form's field names.
fn class_word(field: Option<&str>) -> Result<Option<enums::StorageClass>, Failure> {
    let Some(field) = field else {
        return Ok(None);
    };
    let word = enums::StorageClass::ALL.iter().find(|word| word.as_str() == field);
    let unknown = || {
        Failure::from(S3Error::new(ErrorCode::InvalidStorageClass))
            .element("StorageClassRequested", field)
    };
    word.copied().map(Some).ok_or_else(unknown)
}

/// `If-Match` and `If-None-Match` of a write. AWS answers 501 to an `If-None-Match` that names
/// ETags and to both headers at once; here they mean what RFC 9110 says.
pub(crate) fn write_conditions(
    if_match: Option<&str>,
    if_none_match: Option<&str>,
) -> WriteConditions {
    WriteConditions {
        if_match: if_match.map(EtagCondition::parse),
        if_none_match: if_none_match.map(EtagCondition::parse),
    }
}
