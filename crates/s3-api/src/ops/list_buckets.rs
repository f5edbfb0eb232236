//! ListBuckets.

use super::paging::{owner, parse_token, time, token};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::HeaderMap;
use larder_objects::ListBuckets;
use larder_s3_model::inputs::ListBucketsInput;
use larder_s3_model::xml::XmlWriter;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;

/// Most buckets of a page, and the page's size when none is asked for: AWS's highest quota.
const MAX_BUCKETS_MAX: i32 = 10_000;

pub(crate) async fn list_buckets<S: Storage>(
    grant: Grant<S, kind::ListBuckets>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(ListBucketsInput::decode)?;
    // "If the request contains at least one valid parameter, it is included in the response."
    let regions = input != ListBucketsInput::default();
    let max = input.max_buckets.unwrap_or(MAX_BUCKETS_MAX);
    if !(1..=MAX_BUCKETS_MAX).contains(&max) {
        return Err(S3Error::invalid_argument(
            format!("Argument max-buckets must be an integer between 1 and {MAX_BUCKETS_MAX}"),
            "max-buckets",
            max.to_string(),
        )
        .into());
    }
    let after = input.continuation_token.as_deref().map(parse_token).transpose()?;
    let account = grant.caller()?;
    let default_region = call.settings.region();
    let list = ListBuckets {
        owner_id: account.canonical_id.clone(),
        prefix: input.prefix.clone().unwrap_or_default(),
        region: input.bucket_region,
        default_region: default_region.to_owned(),
        start_after: after.filter(|after| !after.is_empty()),
        max: max as usize,
    };
    let page = grant.list(list).await?;
    let mut body = Vec::with_capacity(1024);
    let mut writer = XmlWriter::new(&mut body);
    writer.document("ListAllMyBucketsResult");
    owner(&mut writer, "Owner", account);
    writer.open("Buckets");
    for bucket in &page.buckets {
        writer.open("Bucket");
        writer.element("Name", bucket.name.as_str());
        time(&mut writer, "CreationDate", bucket.created);
        if regions {
            writer.element("BucketRegion", bucket.region.as_deref().unwrap_or(default_region));
        }
        writer.close("Bucket");
    }
    writer.close("Buckets");
    if let Some(next) = &page.next {
        writer.element("ContinuationToken", &token(next));
    }
    if let Some(prefix) = &input.prefix {
        writer.element("Prefix", prefix);
    }
    writer.close("ListAllMyBucketsResult");
    Ok(Reply::xml(HeaderMap::new(), body.into()))
}
