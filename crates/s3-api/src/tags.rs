//! The tags that a request gives to an object.

use crate::error::Failure;
use larder_objects::Tag;
use larder_s3_model::{shapes, xml};
use larder_s3_wire::error::S3Error;
use larder_s3_wire::percent::{self, Plus};
use larder_s3_wire::post_form::FormFields;

/// The tags of a form's `tagging` field: a document, unlike the header.
pub(crate) fn of_form(fields: &FormFields) -> Result<Vec<Tag>, Failure> {
    let Some(document) = fields.get("tagging").filter(|text| !text.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let tagging: shapes::Tagging = xml::from_body(document.as_bytes(), "Tagging")?;
    let tags = tagging.tag_set.into_iter();
    Ok(tags.map(|tag| Tag { key: tag.key, value: tag.value }).collect())
}

/// The tags of an `x-amz-tagging` header: a query string.
pub(crate) fn of_header(header: Option<&str>) -> Result<Vec<Tag>, Failure> {
    let Some(header) = header else {
        return Ok(Vec::new());
    };
    let invalid = || {
        S3Error::invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query \
             parameters without tag name duplicates.",
            "x-amz-tagging",
            header,
        )
    };
    let decode = |text| percent::decode(text, Plus::Space).map(|text| text.into_owned());
    let mut tags: Vec<Tag> = Vec::new();
    for pair in header.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Ok(key), Ok(value)) = (decode(key), decode(value)) else {
            return Err(invalid().into());
        };
        if tags.iter().any(|tag| tag.key == key) {
            return Err(invalid().into());
        }
        tags.push(Tag { key, value });
    }
    Ok(tags)
}
