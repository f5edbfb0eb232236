//! HTTP/2 clients that take nothing, that reset what they asked for, and others beside them.

use crate::gone::read_log;
use crate::harness::{Keys, PATIENCE, Server, path, root_keys};
use crate::tls::{self, Files};
use bytes::Bytes;
use h2::client::{self, ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use http::{HeaderMap, Method, Request, Response, header};
use std::future::Future;
use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Streams of one connection at once: `STREAMS_MAX` of the listener.
const STREAMS: usize = 32;
/// Requests of one connection that may run: `RUNNING_MAX` of the listener.
const RUNNING: usize = 64;
/// `STALL_MAX` of the listener, and how often it looks.
const STALL: Duration = Duration::from_secs(60);
const LOOKS_EVERY: Duration = Duration::from_secs(10);
/// From here on a copy answers with white space until it is done.
const SLOW_COPY: Duration = Duration::from_secs(10);
/// What an answer may take while somebody else misbehaves, on a busy machine.
const PROMPT: Duration = Duration::from_secs(20);

/// A server over TLS with a bucket and an object.
struct Stand {
    server: Server,
    files: Files,
    keys: Keys,
    _data: TempDir,
}

/// One HTTP/2 connection.
#[derive(Clone)]
struct Client {
    send: SendRequest<Bytes>,
}

/// A request that was sent, and where its answer will be.
struct Asked {
    answer: ResponseFuture,
    body: SendStream<Bytes>,
}

impl Stand {
    /// Starts it with an object of so many bytes at `/bucket/source`.
    async fn new(bytes: usize) -> Self {
        let (files, data) = (Files::new(), TempDir::new().unwrap());
        let server = files.server_with(&["--data", path(data.path())]);
        let keys = root_keys(data.path());
        let stand = Self { server, files, keys, _data: data };
        let mut client = stand.connect(&client::Builder::new()).await;
        assert_eq!(stand.ask(&mut client, Method::PUT, "/bucket", b"").await.0, 200);
        let body = vec![7; bytes];
        let put = stand.ask(&mut client, Method::PUT, "/bucket/source", &body);
        assert_eq!(put.await.0, 200);
        stand
    }

    async fn connect(&self, builder: &client::Builder) -> Client {
        connect(self.server.address, &self.files, builder).await
    }

    fn request(&self, method: Method, path: &str, mut headers: HeaderMap) -> Request<()> {
        self.server.sign(&self.keys, method.as_str(), path, &mut headers);
        // HTTP/2 says it in `:authority`.
        headers.remove(header::HOST);
        let uri = format!("https://{}{path}", self.server.address);
        let mut request = Request::builder().method(method).uri(uri).body(()).unwrap();
        *request.headers_mut() = headers;
        request
    }

    /// Asks for a copy of the source.
    fn copy(&self, to: &str) -> Request<()> {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-copy-source", "/bucket/source".parse().unwrap());
        headers.insert(header::CONTENT_LENGTH, 0.into());
        self.request(Method::PUT, to, headers)
    }

    /// Status and body of a request.
    async fn ask(
        &self,
        client: &mut Client,
        method: Method,
        path: &str,
        body: &[u8],
    ) -> (u16, Bytes) {
        let mut headers = HeaderMap::new();
        if method == Method::PUT {
            headers.insert(header::CONTENT_LENGTH, body.len().into());
        }
        let request = self.request(method, path, headers);
        let mut asked = client.send(request, body.is_empty()).await.unwrap();
        if !body.is_empty() {
            asked.body.send_data(Bytes::copy_from_slice(body), true).unwrap();
        }
        read(asked.answer.await.unwrap()).await
    }

    /// Somebody else writes, reads and lists on a connection of their own, each promptly.
    async fn serves_others(&self, key: &str) {
        let mut other = self.connect(&client::Builder::new()).await;
        let path = format!("/bucket/{key}");
        for (method, path, body) in [
            (Method::PUT, path.as_str(), &b"data"[..]),
            (Method::GET, path.as_str(), b""),
            (Method::GET, "/bucket?list-type=2", b""),
        ] {
            let answer = prompt(self.ask(&mut other, method.clone(), path, body)).await;
            assert_eq!(answer.0, 200, "{method} {path}");
        }
    }

    /// How many keys there are with this prefix.
    async fn count(&self, prefix: &str) -> usize {
        let mut client = self.connect(&client::Builder::new()).await;
        let path = format!("/bucket?list-type=2&prefix={prefix}");
        let (status, page) = self.ask(&mut client, Method::GET, &path, b"").await;
        assert_eq!(status, 200);
        String::from_utf8_lossy(&page).matches("<Key>").count()
    }

    /// The value of a line of the metrics page. Each has a connection of its own: one that is kept
    /// is closed when the server is busy for longer than it may be idle.
    async fn metric(&self, line: &str) -> f64 {
        let builder = client::Builder::new();
        let admin = connect(self.server.admin.unwrap(), &self.files, &builder).await;
        let uri = format!("https://{}/_/metrics", self.server.admin.unwrap());
        let request = Request::builder().uri(uri).body(()).unwrap();
        let asked = admin.send(request, true).await.unwrap();
        let (_, page) = read(asked.answer.await.unwrap()).await;
        let page = String::from_utf8_lossy(&page);
        let value = page.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        value.unwrap().parse().unwrap()
    }

    /// Requests that run, but for the one that asks for this.
    async fn running(&self) -> usize {
        self.metric("larder_requests_open").await as usize - 1
    }

    async fn memory(&self) -> f64 {
        self.metric("process_resident_memory_bytes").await
    }

    /// Waits until the number of those that run is as wanted.
    async fn waits_for(&self, wanted: impl Fn(usize) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let running = self.running().await;
            if wanted(running) {
                return;
            }
            assert!(Instant::now() < until, "{running} run");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Stops the server; returns what `log` has read.
    fn end(mut self, log: JoinHandle<String>) -> String {
        self.server.signal("TERM");
        assert_eq!(self.server.wait().code(), Some(0));
        log.join().unwrap()
    }

    /// Waits until the connection that asks is the only one.
    async fn is_alone(&self) {
        let until = Instant::now() + PATIENCE;
        while self.metric("larder_connections_open").await != 1.0 {
            assert!(Instant::now() < until, "connections stay open");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Client {
    async fn send(&self, request: Request<()>, is_whole: bool) -> Result<Asked, h2::Error> {
        let mut ready = self.send.clone().ready().await?;
        let (answer, body) = ready.send_request(request, is_whole)?;
        Ok(Asked { answer, body })
    }
}

impl Asked {
    fn reset(mut self) {
        self.body.send_reset(Reason::CANCEL);
    }
}

async fn connect(address: SocketAddr, files: &Files, builder: &client::Builder) -> Client {
    let stream = tls::connect(address, &files.certificate, b"h2").await.unwrap();
    let (send, connection) = builder.handshake(stream).await.unwrap();
    tokio::spawn(connection);
    Client { send }
}

/// Status and body of an answer, of which all is taken.
async fn read(answer: Response<h2::RecvStream>) -> (u16, Bytes) {
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut bytes = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        bytes.extend_from_slice(&data);
    }
    (status, bytes.into())
}

async fn prompt<T>(answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(PROMPT, answer).await.expect("others are served meanwhile")
}

/// A client that never gives a window.
fn no_window() -> client::Builder {
    let mut builder = client::Builder::new();
    builder.initial_window_size(0);
    builder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_a_window_is_cut_and_holds_up_nobody() {
    let stand = Stand::new(8 << 20).await;
    stand.serves_others("before").await;
    let before = stand.memory().await;
    let stalled = stand.connect(&no_window()).await;
    let mut answers = Vec::new();
    for _ in 0..STREAMS {
        let get = stand.request(Method::GET, "/bucket/source", HeaderMap::new());
        let asked = stalled.send(get, true).await.unwrap();
        let answer = prompt(asked.answer).await.unwrap();
        assert_eq!(answer.status(), 200);
        answers.push(answer);
    }
    let begun = Instant::now();
    let mut rounds = 0;
    while stand.running().await >= STREAMS {
        stand.serves_others("beside").await;
        // 256 KiB for each stream, and a piece of a large object.
        let memory = stand.memory().await;
        assert!(memory < before + 64e6, "{memory} of {before}");
        rounds += 1;
        assert!(begun.elapsed() < 2 * STALL, "the connection is never given up");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let elapsed = begun.elapsed();
    assert!(elapsed > STALL - LOOKS_EVERY && rounds > 10, "{elapsed:?}, {rounds} rounds");
    stand.waits_for(|running| running == 0).await;
    for answer in answers {
        let taken = answer.into_body().data().await.transpose();
        assert!(!matches!(taken, Ok(Some(data)) if !data.is_empty()), "no window was given");
    }
    drop(stalled);
    stand.is_alone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_reset_streams_hold_up_nobody() {
    const RESETS: usize = 4000;
    let stand = Stand::new(1 << 20).await;
    stand.serves_others("before").await;
    let before = stand.memory().await;
    let (mut resets, mut connections) = (0, 0);
    while resets < RESETS {
        connections += 1;
        assert!(connections <= RESETS / 8, "{resets} resets took {connections} connections");
        let client = stand.connect(&client::Builder::new()).await;
        // HTTP/2 itself gives up a connection whose resets come faster than its requests.
        while resets < RESETS {
            let request = match resets % 3 {
                0 => stand.request(Method::GET, "/bucket/source", HeaderMap::new()),
                1 => stand.request(Method::DELETE, &format!("/bucket/{resets}"), HeaderMap::new()),
                _ => stand.copy(&format!("/bucket/reset-{}", resets % 100)),
            };
            let Ok(asked) = client.send(request, true).await else { break };
            asked.reset();
            resets += 1;
            if resets % 500 == 0 {
                stand.serves_others("beside").await;
                assert!(stand.running().await <= RUNNING + STREAMS + 3 * connections);
            }
        }
    }
    stand.waits_for(|running| running == 0).await;
    stand.is_alone().await;
    let until = Instant::now() + PATIENCE;
    while stand.memory().await > before + 48e6 {
        assert!(Instant::now() < until, "{} of {before}", stand.memory().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stand.serves_others("behind").await;
}

/// Sends copies and resets their streams when they had time to be granted. HTTP/2 itself gives up a
/// connection with more than twenty streams that were reset before they were looked at, so that a
/// last request tells when they were.
async fn copy_and_reset(stand: &Stand, client: &mut Client, batch: usize) {
    let mut asked = Vec::new();
    for n in 1..STREAMS {
        let copy = stand.copy(&format!("/bucket/copy-{batch}-{n:02}"));
        asked.push(client.send(copy, true).await.unwrap());
    }
    assert_eq!(stand.ask(client, Method::GET, "/_/health/live", b"").await.0, 200);
    tokio::time::sleep(Duration::from_millis(100)).await;
    asked.into_iter().for_each(Asked::reset);
}

/// Bytes of an object whose copies take so long that they pile up faster than they end: a batch of
/// them is a GiB to read, hash and write, and is sent in a fraction of a second.
const LONG_COPY: usize = 32 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn changes_without_a_stream_have_a_limit_and_come_to_their_end() {
    let mut stand = Stand::new(LONG_COPY).await;
    let log = read_log(&mut stand.server);
    let mut client = stand.connect(&client::Builder::new()).await;
    let mut batch = 0;
    loop {
        assert!(batch < 8, "{} streams were reset and nothing was refused", batch * STREAMS);
        copy_and_reset(&stand, &mut client, batch).await;
        batch += 1;
        let (status, body) = stand.ask(&mut client, Method::PUT, "/bucket/probe", b"x").await;
        if status == 503 {
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains("<Code>SlowDown</Code>"), "{body}");
            break;
        }
        assert_eq!(status, 200);
    }
    stand.serves_others("beside").await;
    let running = stand.running().await;
    assert!((1..=RUNNING).contains(&running), "{running} run while others are served");
    stand.waits_for(|running| running == 0).await;
    let answer = stand.ask(&mut client, Method::PUT, "/bucket/again", b"x").await;
    assert_eq!(answer.0, 200, "the connection is as good as before");
    let made = stand.count("copy-").await;
    drop(client);
    let log = stand.end(log);
    let copies = log.lines().filter(|line| line.contains("\"operation\":\"CopyObject\""));
    let done = copies.filter(|line| line.contains("\"status\":200,")).count();
    assert_eq!(done, made, "every copy has its line: {log}");
    assert!(made >= RUNNING, "{made} ran, and the next one was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_copy_whose_client_reads_nothing_is_made_to_its_end() {
    let mut stand = Stand::new(64 << 20).await;
    let log = read_log(&mut stand.server);
    let client = stand.connect(&no_window()).await;
    let asked = client.send(stand.copy("/bucket/copy-slow"), true).await.unwrap();
    stand.waits_for(|running| running == 1).await;
    // No disk is so slow that a copy takes this long in a test: the clock goes on without the
    // server.
    stand.server.signal("STOP");
    tokio::time::sleep(SLOW_COPY + Duration::from_secs(1)).await;
    stand.server.signal("CONT");
    let Asked { answer, body } = asked;
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key(header::CONTENT_LENGTH), "the copy was not slow");
    let until = Instant::now() + PATIENCE;
    while stand.count("copy-").await == 0 {
        stand.serves_others("beside").await;
        assert!(Instant::now() < until, "the copy waits for its reader");
    }
    let mut other = stand.connect(&client::Builder::new()).await;
    let put = prompt(stand.ask(&mut other, Method::PUT, "/bucket/copy-slow", b"x")).await;
    assert_eq!(put.0, 200, "nobody has the turn at the key");
    assert_eq!(stand.running().await, 1, "its client may still read how it ended");
    drop((answer, body, client, other));
    stand.waits_for(|running| running == 0).await;
    let log = stand.end(log);
    let line = log.lines().find(|line| line.contains("\"operation\":\"CopyObject\"")).unwrap();
    assert!(line.contains("\"status\":200,") && !line.contains("\"error\":\"I"), "{line}");
}
