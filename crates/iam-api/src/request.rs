//! What comes in: a request with a body that is read when its head is sound, and who records what
//! becomes known of it.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, Version};
use larder_iam_model::Operation;
use larder_platform::Reservation;
use larder_types::{AccountId, RequestId};
use std::net::IpAddr;
use std::pin::Pin;

/// Longest body of a query request in bytes. A policy document has at most 131,072 characters; a
/// simulation may hold several.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// A request as it arrived.
pub struct Query<'a> {
    /// The HTTP method.
    pub method: Method,
    /// The HTTP version.
    pub version: Version,
    /// The target.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: &'a mut dyn Body,
    /// What is known of the request apart from itself.
    pub connection: Connection,
}

/// What is known of a request apart from itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connection {
    /// The client's address; `None` when not known.
    pub address: Option<IpAddr>,
    /// Whether the connection is encrypted.
    pub secure: bool,
}

/// A body that is being read.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<Bytes, BodyFault>> + Send + 'a>>;

/// A request's body.
pub trait Body: Send {
    /// The whole of it, at most `max` bytes, which are reserved in `held` as they arrive.
    fn read_all<'a>(&'a mut self, max: usize, held: &'a mut Reservation) -> Reading<'a>;
}

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// There is more than was asked for.
    TooLarge,
    /// The client was silent for too long, or is too slow.
    Timeout,
    /// The connection failed, or its framing is broken.
    Broken(String),
    /// Requests hold all the memory that they may.
    NoMemory,
}

/// What becomes known of a request on its way, for its access record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Its id.
    RequestId(RequestId),
    /// What it asks for.
    Operation(Operation),
    /// The access key id that it names, whether its signature holds or not.
    AccessKey(String),
    /// Bytes of its body that were read.
    BodyBytes(u64),
    /// The account that signed.
    Account(AccountId),
    /// A change was granted: the request has to be driven to its end.
    MustFinish,
    /// It was refused: the code, and what was wrong, without values that may be secrets.
    Refused(&'static str, String),
    /// The HTTP status of its answer.
    Status(u16),
}

/// Where facts are recorded.
pub trait Record: Send + Sync {
    /// Records a fact.
    fn note(&mut self, fact: Fact);
}
