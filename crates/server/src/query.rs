//! Query requests: IAM and STS at the address of S3.

use crate::store::ServeQueries;
use http::header::{CONNECTION, EXPECT, HOST};
use http::{HeaderValue, Method, Request, Response};
use larder_iam_api::{Body, BodyFault, Fact, Query, Reading, Record, is_query_request};
use larder_platform::{Platform, Reservation};
use larder_s3_api::{
    AccessRecord, BodyFault as Fault, Connection, Intake, RequestBody, Requested, ResponseBody,
};
use larder_s3_wire::target::parse_target;

/// Whether a request is for IAM or STS.
pub(crate) fn is_query(request: &Request<RequestBody>, domains: &[String]) -> bool {
    let uri = request.uri();
    let may_be = match *request.method() {
        Method::POST => true,
        // What S3 is asked with GET is asked often, and mostly says so by now.
        Method::GET => uri.query().is_some_and(|query| query.contains("Action=")),
        _ => false,
    };
    if !may_be || uri.path() != "/" {
        return false;
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or(uri.authority().map(|authority| authority.as_str()));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    parse_target(host, path, domains)
        .is_ok_and(|target| is_query_request(request.method(), request.headers(), &target))
}

/// Answers a query request of this connection, and records it.
pub(crate) async fn handle(
    platform: &Platform,
    service: &dyn ServeQueries,
    request: Request<RequestBody>,
    (connection, record): (&Connection, &mut AccessRecord),
) -> Response<ResponseBody> {
    let (parts, body) = request.into_parts();
    let waits = parts.headers.contains_key(EXPECT);
    let mut body = QueryBody { intake: Intake::new(body), platform };
    let query = Query {
        method: parts.method,
        version: parts.version,
        uri: parts.uri,
        headers: parts.headers,
        body: &mut body,
        connection: larder_iam_api::Connection {
            address: connection.remote.map(|remote| remote.ip()),
            secure: connection.secure,
        },
    };
    let mut response = service.handle(query, &mut Recorder(record)).await.map(ResponseBody::Bytes);
    // A client that waits for `100 Continue` must not get it now.
    let intake = &mut body.intake;
    let stays_open =
        intake.is_end() || !(waits && intake.received() == 0) && intake.drain(platform).await;
    if !stays_open {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A body on its way in.
struct QueryBody<'a> {
    intake: Intake,
    platform: &'a Platform,
}

impl Body for QueryBody<'_> {
    fn read_all<'a>(&'a mut self, max: usize, held: &'a mut Reservation) -> Reading<'a> {
        Box::pin(async move {
            let read = self.intake.read_all(self.platform, max, held).await;
            read.map_err(|fault| match fault {
                Fault::TooLarge(_) => BodyFault::TooLarge,
                Fault::Timeout => BodyFault::Timeout,
                Fault::Broken(how) => BodyFault::Broken(how),
                Fault::NoMemory => BodyFault::NoMemory,
            })
        })
    }
}

/// Records facts for the access line and the metrics.
struct Recorder<'a>(&'a mut AccessRecord);

impl Record for Recorder<'_> {
    fn note(&mut self, fact: Fact) {
        let record = &mut *self.0;
        match fact {
            Fact::RequestId(id) => record.request_id = Some(id),
            Fact::Operation(operation) => record.operation = Some(Requested::Query(operation)),
            Fact::AccessKey(id) => record.access_key = Some(id),
            Fact::BodyBytes(bytes) => record.bytes_received = bytes,
            Fact::Account(account) => record.account = Some(account),
            Fact::MustFinish => record.must_finish.set(),
            Fact::Refused(code, message) => {
                record.error_code = Some(code);
                record.error_message = Some(message.into());
            }
            Fact::Status(status) => record.status = status,
        }
    }
}
