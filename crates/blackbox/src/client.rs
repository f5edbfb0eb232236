//! The client of the rounds: one connection, one request at a time, signed.

use larder_client::{Answer, Connection, Request};
use larder_s3_wire::signer::Signer;
use larder_types::Timestamp;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The keys that every server under test is given.
pub const ACCESS_KEY: &str = "blackboxaccess";
/// See [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "blackboxsecretkey0123456789";

/// No answer in this time is no answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(40);

/// The connection broke, or the answer did not come: what became of the request is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

/// A client on its own connection, which it opens again when it broke.
pub struct Client {
    host: String,
    connection: Connection,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let connection = Connection::new(address, ANSWER_TIME_MAX);
        Self { host: address.to_string(), connection }
    }

    /// Sends a request and reads its whole answer.
    pub fn send(&mut self, request: &Request<'_>) -> Result<Answer, Broken> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
        let signer = Signer {
            access_key: ACCESS_KEY,
            secret: SECRET_KEY,
            session_token: None,
            region: "us-east-1",
            service: "s3",
            now: Timestamp { ms: since.as_millis() as i64 },
        };
        let head = request.signed_head(&self.host, &signer, &request.payload());
        let sent = self.connection.send(request.method, &head, request.body);
        sent.map_err(|error| Broken(error.to_string()))
    }
}
