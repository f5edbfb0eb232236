//! GetObject and HeadObject.

use crate::access::{Grant, kind, missing};
use crate::call::Call;
use crate::error::{Failure, invalid_range};
use crate::header_values::HeaderValues;
use crate::reply::{Reply, checksum_headers, version_header};
use crate::response_body::ResponseBody;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use larder_objects::conditions::{EtagCondition, ReadConditions};
use larder_objects::read::{Extent, ReadPlan};
use larder_objects::{
    Bucket, Error, ObjectVersion, Objects, PartRange, StorageClass, VersionRecord,
};
use larder_s3_model::inputs::GetObjectInput;
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::rfc2047;
use larder_storage::Storage;
use larder_types::limits::PART_NUMBER_MAX;
use larder_types::{ByteRange, Checksum, ETag, RangeSpec, Timestamp};

/// The response-* parameters and the headers that they replace.
const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-cache-control", header::CACHE_CONTROL),
    ("response-content-disposition", header::CONTENT_DISPOSITION),
    ("response-content-encoding", header::CONTENT_ENCODING),
    ("response-content-language", header::CONTENT_LANGUAGE),
    ("response-content-type", header::CONTENT_TYPE),
    ("response-expires", header::EXPIRES),
];

const PARTS_COUNT: HeaderName = HeaderName::from_static("x-amz-mp-parts-count");
const WEBSITE_REDIRECT: HeaderName = HeaderName::from_static("x-amz-website-redirect-location");
/// Most answers' headers fit without growing, those that every answer has included.
const HEADERS_TYPICAL: usize = 20;

/// What to read.
struct Reading {
    conditions: ReadConditions,
    range: Option<String>,
    /// `If-Range`; not in the model.
    if_range: Option<String>,
    part_number: Option<i32>,
    checksums: bool,
}

impl Reading {
    /// What a request asks for.
    fn of(call: &Call<'_>) -> Result<Self, Failure> {
        let input = call.input(GetObjectInput::decode)?;
        let if_range = call.headers.get(header::IF_RANGE);
        Ok(Self {
            conditions: ReadConditions {
                if_match: input.if_match.as_deref().map(EtagCondition::parse),
                if_none_match: input.if_none_match.as_deref().map(EtagCondition::parse),
                if_modified_since: input.if_modified_since,
                if_unmodified_since: input.if_unmodified_since,
            },
            range: input.range,
            if_range: if_range.map(|value| value.to_str().unwrap_or_default().to_owned()),
            part_number: input.part_number,
            checksums: input.checksum_mode.is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED")),
        })
    }

    /// Whether the range is of what the client has the rest of (RFC 9110 13.1.5): a weak ETag, or
    /// text that is neither ETag nor date, is never the same.
    fn range_applies(&self, record: &VersionRecord) -> bool {
        let Some(text) = &self.if_range else {
            return true;
        };
        match ETag::parse(text) {
            Ok(etag) => etag == record.etag,
            Err(_) => Timestamp::parse_http_date(text)
                .is_some_and(|at| at.seconds() == record.modified.seconds()),
        }
    }
}

/// The part of an object that is answered.
struct Selected {
    range: Option<ByteRange>,
    parts_count: Option<u32>,
    /// The checksum of the whole answer, if one is known.
    checksum: Option<Checksum>,
}

/// Both operations: their inputs and outputs are the same but for the data.
pub(crate) async fn get_object<S: Storage>(
    mut grant: Grant<S, kind::ReadObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let reading = Reading::of(call)?;
    check_overrides(call)?;
    let (opened, selected) = grant.read(&GetPlan { call, reading: &reading }).await?;
    let found = &opened.version;
    let Some(selected) = selected else {
        return Ok(not_modified(&grant, found));
    };
    let record = &found.record;
    let length = selected.range.map_or(record.size(), ByteRange::length);
    let body = match opened.body {
        Some(body) => ResponseBody::object(body, length).await?,
        None => ResponseBody::Empty,
    };
    let mut headers = HeaderMap::with_capacity(HEADERS_TYPICAL);
    let values = &mut HeaderValues::new();
    describe(&mut headers, values, record);
    validators(&mut headers, values, (&grant, found));
    headers.insert(header::CONTENT_LENGTH, values.number(length));
    let mut status = StatusCode::OK;
    if let Some(range) = selected.range {
        status = StatusCode::PARTIAL_CONTENT;
        let shown = format!("bytes {}-{}/{}", range.start, range.end - 1, record.size());
        headers.insert(header::CONTENT_RANGE, values.text(&shown));
    }
    if let Some(count) = selected.parts_count {
        headers.insert(PARTS_COUNT, values.number(count.into()));
    }
    if reading.checksums {
        checksum_headers(&mut headers, selected.checksum.as_ref());
        // A part's checksum comes with the type of the object's.
        if let (Some(_), Some(whole)) = (&selected.checksum, &record.checksum) {
            let kind = HeaderValue::from_static(whole.checksum_type().name());
            headers.insert("x-amz-checksum-type", kind);
        }
    }
    override_headers(call, &mut headers, values);
    Ok(Reply { status, headers, body })
}

/// Decides what is answered; `None` for what the client has already.
struct GetPlan<'a, 'b> {
    call: &'a Call<'b>,
    reading: &'a Reading,
}

impl<S: Storage> ReadPlan<S> for GetPlan<'_, '_> {
    type Decision = Option<Selected>;
    type Refusal = Failure;

    async fn decide(
        &self,
        objects: &Objects<S>,
        found: &ObjectVersion,
    ) -> Result<(Extent, Option<Selected>), Failure> {
        match self.reading.conditions.check(&found.record.etag, found.record.modified) {
            Err(Error::NotModified) => return Ok((Extent::Nothing, None)),
            other => other?,
        }
        let selected = select(objects, found, self.reading).await?;
        let extent = match selected.range {
            _ if self.call.method == Method::HEAD => Extent::Nothing,
            Some(range) => Extent::Range(range),
            None => Extent::Whole,
        };
        Ok((extent, Some(selected)))
    }

    fn not_found(&self, bucket: &Bucket, error: Error) -> Failure {
        let key = self.call.target.key.as_deref().unwrap_or_default();
        missing(self.call, bucket, key, error)
    }
}

async fn select<S: Storage>(
    objects: &Objects<S>,
    found: &ObjectVersion,
    reading: &Reading,
) -> Result<Selected, Failure> {
    let size = found.record.size();
    if let Some(number) = reading.part_number {
        if reading.range.is_some() {
            return Err(Failure::with(
                ErrorCode::InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter",
            ));
        }
        let number = part_number(number)?;
        let PartRange { range, parts_count, checksum } = objects.part(found, number).await?;
        return Ok(Selected { range, parts_count, checksum });
    }
    let whole =
        Selected { range: None, parts_count: None, checksum: found.record.checksum.clone() };
    let asked = reading.range.as_deref().filter(|_| reading.range_applies(&found.record));
    let Some((header, spec)) = asked.and_then(|text| Some((text, RangeSpec::parse(text)?))) else {
        return Ok(whole);
    };
    match spec.resolve(size) {
        Some(range) => {
            // The whole object's checksum says nothing of a part of it.
            let all = range.start == 0 && range.end == size;
            let checksum = whole.checksum.filter(|_| all);
            Ok(Selected { range: Some(range), parts_count: None, checksum })
        }
        None => Err(invalid_range(size, header)),
    }
}

/// A part number within S3's limits.
pub(crate) fn part_number(number: i32) -> Result<u32, Failure> {
    match u32::try_from(number) {
        Ok(number) if (1..=PART_NUMBER_MAX).contains(&number) => Ok(number),
        _ => Err(S3Error::invalid_argument(
            "Part number must be an integer between 1 and 10000, inclusive",
            "partNumber",
            number.to_string(),
        )
        .into()),
    }
}

fn not_modified<S: Storage>(grant: &Grant<S, kind::ReadObject>, found: &ObjectVersion) -> Reply {
    let mut reply = Reply::empty(StatusCode::NOT_MODIFIED);
    let values = &mut HeaderValues::new();
    validators(&mut reply.headers, values, (grant, found));
    let stored = &found.record.attributes.headers;
    for (name, value) in
        [(header::CACHE_CONTROL, &stored.cache_control), (header::EXPIRES, &stored.expires)]
    {
        if let Some(value) = value {
            reply.headers.insert(name, values.text(value));
        }
    }
    reply
}

/// What caches and conditions go by; in 304 too.
fn validators<S: Storage>(
    headers: &mut HeaderMap,
    values: &mut HeaderValues,
    (grant, found): (&Grant<S, kind::ReadObject>, &ObjectVersion),
) {
    let record = &found.record;
    headers.insert(header::LAST_MODIFIED, values.http_date(record.modified));
    headers.insert(header::ETAG, values.etag(&record.etag));
    version_header(headers, grant.bucket().shown(record.version()));
}

/// The stored description of an object.
fn describe(headers: &mut HeaderMap, values: &mut HeaderValues, record: &VersionRecord) {
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let attributes = &record.attributes;
    let stored = &attributes.headers;
    let content_type = match &stored.content_type {
        Some(content_type) => values.text(content_type),
        None => HeaderValue::from_static("binary/octet-stream"),
    };
    headers.insert(header::CONTENT_TYPE, content_type);
    for (name, value) in [
        (header::CACHE_CONTROL, &stored.cache_control),
        (header::CONTENT_DISPOSITION, &stored.content_disposition),
        (header::CONTENT_ENCODING, &stored.content_encoding),
        (header::CONTENT_LANGUAGE, &stored.content_language),
        (header::EXPIRES, &stored.expires),
        (WEBSITE_REDIRECT, &stored.website_redirect_location),
    ] {
        if let Some(value) = value {
            headers.insert(name, values.text(value));
        }
    }
    for (name, value) in &attributes.metadata {
        if let Ok(name) = HeaderName::try_from(format!("x-amz-meta-{name}")) {
            headers.insert(name, values.text(&rfc2047::encode(value)));
        }
    }
    if attributes.storage_class != StorageClass::Standard {
        let class = HeaderValue::from_static(attributes.storage_class.name());
        headers.insert("x-amz-storage-class", class);
    }
    if !attributes.tags.is_empty() {
        headers.insert("x-amz-tagging-count", values.number(attributes.tags.len() as u64));
    }
}

/// Refuses `response-*` parameters that say nothing, or what no header can say.
///
/// Errors: `InvalidRequest` without a signature, `InvalidArgument`.
fn check_overrides(call: &Call<'_>) -> Result<(), Failure> {
    let asked = |(name, _): &&(String, String)| name.starts_with("response-");
    for (name, value) in call.target.query.iter().filter(asked) {
        if call.is_anonymous() {
            return Err(Failure::with(
                ErrorCode::InvalidRequest,
                "Request specific response headers cannot be used for anonymous GET requests.",
            ));
        }
        let invalid = |message: String| S3Error::invalid_argument(message, name, value.as_str());
        if !OVERRIDES.iter().any(|(known, _)| known == name) {
            return Err(invalid(format!(
                "{name} is not in the set of overridable response headers. Please refer to the S3 \
                 API documentation for a complete list of overridable response headers."
            ))
            .into());
        }
        if !value.chars().all(|c| u8::try_from(c).is_ok()) {
            let message = "Header value cannot be represented using ISO-8859-1.";
            return Err(invalid(message.to_owned()).into());
        }
    }
    Ok(())
}

fn override_headers(call: &Call<'_>, headers: &mut HeaderMap, values: &mut HeaderValues) {
    if call.target.query.is_empty() {
        return;
    }
    for (parameter, name) in OVERRIDES {
        if let Some(value) = call.target.query_value(parameter) {
            headers.insert(name, values.latin1(value));
        }
    }
}
