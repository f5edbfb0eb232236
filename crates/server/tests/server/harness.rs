//! Starts servers and talks to them.

use base64::Engine;
use http::HeaderMap;
pub use larder_client::Answer;
use larder_client::{Expect, Request, Response};
use larder_s3_wire::signer::{Signer, UNSIGNED_PAYLOAD};
use larder_types::Timestamp;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An access key and its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(pub String, pub String);

/// A server and its data directory. Killed when dropped.
pub struct Server {
    pub child: Child,
    pub address: SocketAddr,
    /// Where the admin pages are; `None` when there is no admin listener.
    pub admin: Option<SocketAddr>,
    pub banner: String,
}

/// The binary with a clean environment and without an admin listener, which a flag may ask for.
pub fn larder(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_larder"));
    command.args(words).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("LARDER_ADMIN_LISTEN", "off");
    command
}

/// Runs the binary to its end.
pub fn run(words: &[&str]) -> Output {
    larder(words).output().unwrap()
}

/// Checks that the binary refuses to start with one line that holds `expected`.
pub fn check_refusal(command: &mut Command, expected: &str) {
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let last = errors.lines().last().unwrap_or_default();
    assert!(last.starts_with("larder: ") && last.contains(expected), "{errors}");
    assert_eq!(errors.lines().filter(|line| line.starts_with("larder: ")).count(), 1, "{errors}");
}

pub fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Server {
    /// Starts on a free port with these settings and waits until it is ready.
    pub fn start(words: &[&str]) -> Self {
        let listen = ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        Self::spawn(larder(&listen).args(words))
    }

    pub fn in_directory(data: &TempDir) -> Self {
        Self::start(&["--data", path(data.path())])
    }

    /// Starts a prepared command, which listens on a free port.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut banner = String::new();
        while !banner.contains("\n  try ") {
            if out.read_line(&mut banner).unwrap() == 0 {
                let mut errors = String::new();
                child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
                panic!("no server: {banner}{errors}");
            }
        }
        let url = banner.split("://").nth(1).unwrap();
        let address = url.split_whitespace().next().unwrap().parse().unwrap();
        let admin = banner.lines().find_map(|line| line.strip_prefix("  admin "));
        let admin = admin.and_then(|line| line.split_once("://")).map(|(_, a)| a.parse().unwrap());
        Self { child, address, admin, banner }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// GET without a signature.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with_host(path, &self.address.to_string())
    }

    pub fn get_with_host(&self, path: &str, host: &str) -> Answer {
        self.exchange(&Request::new("GET", path).header("connection", "close").head(host))
    }

    /// GET from the admin listener.
    pub fn get_admin(&self, path: &str) -> Answer {
        let address = self.admin.expect("an admin listener");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = Request::new("GET", path).header("connection", "close");
        stream.write_all(&request.head(&address.to_string())).unwrap();
        read_answer(&mut stream)
    }

    /// Sends bytes and reads until the server closes.
    pub fn exchange(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        read_answer(&mut stream)
    }

    /// A signed request.
    pub fn signed(&self, keys: &Keys, method: &str, path: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(&self.signed_bytes(keys, method, path, body)).unwrap();
        read_answer_to(method, &mut stream)
    }

    /// The bytes of a signed request that asks for the connection to be closed.
    pub fn signed_bytes(&self, keys: &Keys, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let mut request = Request::new(method, path).header("connection", "close").body(body);
        // Documents must come with a checksum.
        if ["tagging=", "versioning=", "delete="].iter().any(|name| path.contains(name)) {
            let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, body) as u32;
            let text = base64::prelude::BASE64_STANDARD.encode(crc.to_be_bytes());
            request = request.header("x-amz-checksum-crc32", text);
        }
        let host = self.address.to_string();
        [&request.signed_head(&host, &signer(keys), UNSIGNED_PAYLOAD), body].concat()
    }

    /// Signs a request whose body is not signed; adds `host`.
    pub fn sign(&self, keys: &Keys, method: &str, path: &str, headers: &mut HeaderMap) {
        headers.insert("host", self.address.to_string().parse().unwrap());
        signer(keys).sign_request(method, path, headers, UNSIGNED_PAYLOAD);
    }

    /// The value of a line of the metrics page.
    pub fn metric(&self, line: &str) -> Option<f64> {
        let page = self.get_admin("/_/metrics");
        let page = String::from_utf8(page.body).unwrap();
        let found = page.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        found.map(|value| value.parse().unwrap())
    }

    /// Waits until a line of the metrics page has this value. The page's own request counts.
    pub fn settles(&self, line: &str, expected: f64) {
        let until = Instant::now() + PATIENCE;
        while self.metric(line) != Some(expected) {
            assert!(Instant::now() < until, "{line} is {:?}", self.metric(line));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as an operator does; its log is returned.
    pub fn stop(mut self) -> String {
        self.signal("TERM");
        assert_eq!(self.wait().code(), Some(0));
        self.log()
    }

    /// What it wrote to standard error. It must have ended.
    pub fn log(&mut self) -> String {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one answer until the server closes; nothing may come behind it.
pub fn read_answer(stream: &mut impl Read) -> Answer {
    read_answer_to("GET", stream)
}

/// As [`read_answer`], of a request with this method: HEAD has no body.
pub fn read_answer_to(method: &str, stream: &mut impl Read) -> Answer {
    let mut response = Response::new(method != "HEAD", Expect::Whole);
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let fed = response.feed(&bytes);
    let fed = if response.is_done() { fed } else { fed.and_then(|()| response.close()) };
    fed.unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&bytes)));
    response.into_answer()
}

fn signer(keys: &Keys) -> Signer<'_> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Signer {
        access_key: &keys.0,
        secret: &keys.1,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: Timestamp { ms: since.as_millis() as i64 },
    }
}

/// The keys in a data directory.
pub fn root_keys(data: &Path) -> Keys {
    let text = fs::read_to_string(data.join("root-credentials")).unwrap();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        line.unwrap().to_owned()
    };
    Keys(value("aws_access_key_id"), value("aws_secret_access_key"))
}
