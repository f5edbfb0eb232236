//! PostObject: a browser's form, whose file becomes an object.

use super::location::location;
use super::object_headers::attributes_of_form;
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::{Reply, checksum_headers, etag_header, version_header, written_version};
use crate::request_body::IDLE_MAX;
use form_body::FormBody;
use http::{HeaderValue, StatusCode, header};
use larder_objects::conditions::WriteConditions;
use larder_objects::{PutObject, Stored};
use larder_platform::Reservation;
use larder_s3_model::xml::XmlWriter;
use larder_s3_wire::error::ErrorCode;
use larder_s3_wire::percent::uri_encode;
use larder_s3_wire::post_form::{
    FORM_FIELDS_BYTES_MAX, FormEvent, FormFields, PostFormParser, SizeRange,
};
use larder_storage::Storage;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

mod form_body;

/// Longest time for the fields before the file, from the moment that the client makes us wait.
const FIELDS_MAX: Duration = Duration::from_secs(30);
const _: () = assert!(FIELDS_MAX.as_secs() < IDLE_MAX.as_secs());

/// A form up to its file.
pub(crate) struct Form {
    pub(crate) fields: FormFields,
    parser: PostFormParser,
    /// The first bytes of the file.
    pending: bytes::Bytes,
    /// The sizes of a file that the policy allows.
    pub(crate) size: SizeRange,
}

impl Form {
    /// Reads the fields before the file, whose memory is reserved in `held`.
    ///
    /// Errors: `MalformedPOSTRequest` and those of the parser, `RequestTimeout`, `SlowDown`.
    pub(crate) async fn read(call: &mut Call<'_>, held: &mut Reservation) -> Result<Self, Failure> {
        let content_type = call.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|text| text.to_str().ok()).unwrap_or_default();
        let mut parser = PostFormParser::new(content_type)?;
        let (fields, pending) = read_fields(call, (&mut parser, held)).await?;
        Ok(Self { fields, parser, pending, size: SizeRange::ANY })
    }
}

/// Stores the file of a form.
pub(crate) async fn post_object<S: Storage>(
    grant: Grant<S, kind::WriteObject>,
    call: &mut Call<'_>,
    form: Form,
) -> Result<Reply, Failure> {
    let Form { fields, parser, pending, size } = form;
    let put = PutObject {
        owner: grant.object_owner(),
        attributes: attributes_of_form(call, grant.bucket(), &fields).await?,
        conditions: WriteConditions::default(),
        length: None,
    };
    let location = location(call, grant.key().as_str());
    let expected = form_body::Expected::of(&fields)?;
    let mut body = FormBody::new(call, parser, (size, expected)).after(pending);
    let stored = grant.post(put, &mut body).await?;
    let at =
        FormTarget { location, bucket: grant.bucket().name.as_str(), key: grant.key().as_str() };
    Ok(reply(&fields, &at, &stored))
}

/// Reads up to the file. The parser bounds what is held before it, and [`FIELDS_MAX`] how long:
/// until the fields are there, nobody knows who sends them.
async fn read_fields(
    call: &mut Call<'_>,
    into: (&mut PostFormParser, &mut Reservation),
) -> Result<(FormFields, bytes::Bytes), Failure> {
    let tasks = call.platform.tasks.clone();
    let mut reading = pin!(read_to_file(call, into));
    let mut deadline = None;
    poll_fn(|cx| {
        if let Poll::Ready(read) = reading.as_mut().poll(cx) {
            return Poll::Ready(read);
        }
        let deadline = deadline.get_or_insert_with(|| tasks.sleep(FIELDS_MAX));
        deadline.as_mut().poll(cx).map(|()| Err(Failure::new(ErrorCode::RequestTimeout)))
    })
    .await
}

async fn read_to_file(
    call: &mut Call<'_>,
    (parser, held): (&mut PostFormParser, &mut Reservation),
) -> Result<(FormFields, bytes::Bytes), Failure> {
    while let Some(mut data) = call.body.next(call.platform).await? {
        held.grow(data.len().min(FORM_FIELDS_BYTES_MAX))?;
        if let Some(FormEvent::Fields(fields)) = parser.feed(&mut data)? {
            return Ok((fields, data));
        }
    }
    Err(Failure::new(ErrorCode::MalformedPOSTRequest))
}

/// Where the object is now.
struct FormTarget<'a> {
    location: String,
    bucket: &'a str,
    key: &'a str,
}

fn reply(fields: &FormFields, at: &FormTarget<'_>, stored: &Stored) -> Reply {
    let etag = &stored.record.etag;
    let mut reply = match fields.success_action_redirect().and_then(|to| redirect(to, at, stored)) {
        Some(target) => {
            let mut reply = Reply::empty(StatusCode::SEE_OTHER);
            reply.headers.insert(header::LOCATION, target);
            reply
        }
        None => {
            let mut reply = match fields.success_action_status() {
                201 => {
                    let body = document(at, &etag.to_string());
                    let mut reply = Reply::xml(http::HeaderMap::new(), body.into());
                    reply.status = StatusCode::CREATED;
                    reply
                }
                200 => Reply::empty(StatusCode::OK),
                _ => Reply::empty(StatusCode::NO_CONTENT),
            };
            let location = HeaderValue::from_str(&at.location);
            reply.headers.insert(header::LOCATION, location.expect("a URL is visible ASCII"));
            reply
        }
    };
    etag_header(&mut reply.headers, etag);
    checksum_headers(&mut reply.headers, stored.record.checksum.as_ref());
    version_header(&mut reply.headers, written_version(stored.version));
    reply
}

/// The URL to send the browser to. "If Amazon S3 cannot interpret the URL, it acts as if the field
/// is not present."
fn redirect(to: &str, at: &FormTarget<'_>, stored: &Stored) -> Option<HeaderValue> {
    // A file's name may stand in it, with all that no URL holds.
    let to = &visible(to);
    let uri: http::Uri = to.parse().ok()?;
    uri.scheme()?;
    let joint = if to.contains('?') { '&' } else { '?' };
    let key = uri_encode(at.key, true);
    let etag = stored.record.etag;
    let target = format!("{to}{joint}bucket={}&key={key}&etag=%22{etag}%22", at.bucket);
    HeaderValue::from_str(&target).ok()
}

/// The same URL with spaces and all that is not ASCII percent-encoded.
fn visible(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_ascii_graphic() {
            out.push(c);
        } else {
            out.push_str(&uri_encode(c.encode_utf8(&mut [0; 4]), true));
        }
    }
    out
}

/// The document of status 201; it has no namespace.
fn document(at: &FormTarget<'_>, etag: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(512);
    let mut writer = XmlWriter::new(&mut body);
    writer.raw(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    writer.open("PostResponse");
    writer.element("Location", &at.location);
    writer.element("Bucket", at.bucket);
    writer.element("Key", at.key);
    writer.quoted("ETag", etag);
    writer.close("PostResponse");
    body
}
