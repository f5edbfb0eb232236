//! The load generator: one thread, raw sockets, one request in flight on each connection.

use crate::batch::{Batch, Prepared};
use crate::bodies::Bodies;
use crate::response::{self, Response};
use crate::settings::OBJECT_BYTES;
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

/// A batch that takes longer has hung.
const BATCH_TIME_MAX: Duration = Duration::from_secs(120);
/// The longest answer, a page of 1,000 versions among them.
const BUFFER_BYTES: usize = 1 << 20;
const SENT_BYTES: usize = 16 << 10;
/// One body in so many is compared byte for byte; of the others the length is.
const COMPARE_EVERY: usize = 64;

/// What the answers must be; anything else fails the run.
#[derive(Clone, Copy)]
pub enum Expect {
    /// Status 200 without a body.
    Empty,
    /// Status 200 with the body of the object asked for.
    Object,
    /// Status 200 with the body of this object, whatever was asked for.
    Always(usize),
    /// Status 200 with the length of an object, and no body.
    Head,
    /// Status 200 with so many of this text in the body.
    Page(&'static str, usize),
    /// Status 204 without a body.
    Gone,
}

/// What a batch took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// All of it, connecting not counted.
    pub whole: Duration,
    /// The request that waited longest for its answer.
    pub slowest: Duration,
}

/// A batch and what stands around it.
#[derive(Clone)]
pub struct Load {
    pub address: SocketAddr,
    pub connections: usize,
    pub batch: Arc<Batch>,
    pub bodies: Arc<Bodies>,
    pub expect: Expect,
}

impl Load {
    /// Sends the whole batch; returns how long it took.
    ///
    /// # Errors
    /// Any answer that is not what was expected, any broken connection.
    pub fn run(&self) -> Result<Took, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("no reactor: {error}"))?;
        LocalSet::new().block_on(&runtime, async {
            let mut streams = Vec::new();
            for _ in 0..self.connections {
                let stream = TcpStream::connect(self.address).await;
                let stream = stream.map_err(|error| format!("connect: {error}"))?;
                stream.set_nodelay(true).map_err(|error| format!("nodelay: {error}"))?;
                streams.push(stream);
            }
            let started = Instant::now();
            let sending = self.send_all(streams);
            let sent = tokio::time::timeout(BATCH_TIME_MAX, sending).await;
            let hung = |_| format!("a batch hung for {} s", BATCH_TIME_MAX.as_secs());
            let slowest = sent.map_err(hung)??;
            Ok(Took { whole: started.elapsed(), slowest })
        })
    }

    async fn send_all(&self, streams: Vec<TcpStream>) -> Result<Duration, String> {
        let (load, next) = (Rc::new(self.clone()), Rc::new(Cell::new(0)));
        let mut connections = JoinSet::new();
        for stream in streams {
            connections.spawn_local(load.clone().send(stream, next.clone()));
        }
        let mut slowest = Duration::ZERO;
        while let Some(ended) = connections.join_next().await {
            let ended = ended.map_err(|error| format!("a connection's task: {error}"))??;
            slowest = slowest.max(ended);
        }
        Ok(slowest)
    }

    /// Takes requests off the batch until none is left; returns how long the slowest took.
    async fn send(
        self: Rc<Self>,
        mut stream: TcpStream,
        next: Rc<Cell<usize>>,
    ) -> Result<Duration, String> {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut out = Vec::with_capacity(SENT_BYTES);
        let mut slowest = Duration::ZERO;
        loop {
            let index = next.get();
            let Some(request) = self.batch.requests.get(index) else {
                return Ok(slowest);
            };
            let started = Instant::now();
            next.set(index + 1);
            let head = self.batch.head(request);
            let sent = if self.batch.sends_bodies {
                out.clear();
                out.extend_from_slice(head);
                out.extend_from_slice(self.bodies.of(request.object));
                stream.write_all(&out).await
            } else {
                stream.write_all(head).await
            };
            sent.map_err(|error| format!("request {index}: {error}"))?;
            let has_body = !matches!(self.expect, Expect::Head);
            let answer = read_response(&mut stream, &mut buffer, has_body).await;
            let answer = answer.map_err(|error| format!("request {index}: {error}"))?;
            slowest = slowest.max(started.elapsed());
            let bytes = if has_body { answer.total_bytes() } else { answer.head_bytes };
            self.check(index, request, answer, &buffer[..bytes])?;
        }
    }

    fn check(
        &self,
        index: usize,
        request: &Prepared,
        answer: Response,
        bytes: &[u8],
    ) -> Result<(), String> {
        let refuse = |what: &str| {
            let (head, bytes) = (self.batch.head(request), response::text(bytes));
            Err(format!("request {index}: {what}\n{}\n{bytes}", response::text(head)))
        };
        let object = match self.expect {
            Expect::Gone => return if answer.status == 204 { Ok(()) } else { refuse("not 204") },
            Expect::Page(word, count) => {
                let found = response::count(&bytes[answer.head_bytes..], word.as_bytes());
                let is_whole = answer.status == 200 && found == count;
                return if is_whole { Ok(()) } else { refuse(&format!("{found} times {word}")) };
            }
            Expect::Head => {
                let is_right = answer.status == 200 && answer.content_bytes == OBJECT_BYTES;
                return if is_right { Ok(()) } else { refuse("no head of an object of ours") };
            }
            Expect::Empty => None,
            Expect::Object => Some(request.object),
            Expect::Always(object) => Some(object),
        };
        let body = object.map_or(&[][..], |object| self.bodies.of(object));
        if answer.status != 200 {
            return refuse("the status is not 200");
        }
        if answer.content_bytes != body.len() {
            return refuse("the body has another length");
        }
        if index.is_multiple_of(COMPARE_EVERY) && &bytes[answer.head_bytes..] != body {
            return refuse("the body is another one");
        }
        Ok(())
    }
}

/// Reads one response, or its head alone, to the start of `buffer`.
async fn read_response(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    has_body: bool,
) -> Result<Response, String> {
    let mut filled = 0;
    let mut response = None;
    loop {
        let read = stream.read(&mut buffer[filled..]).await;
        filled += match read {
            Ok(0) => return Err(format!("closed after {:?}", response::text(&buffer[..filled]))),
            Ok(read) => read,
            Err(error) => return Err(error.to_string()),
        };
        if response.is_none() {
            response = Response::parse(&buffer[..filled])?;
        }
        let Some(response) = response else {
            continue;
        };
        let expected = if has_body { response.total_bytes() } else { response.head_bytes };
        if expected > buffer.len() {
            return Err(format!("{} bytes are not an object of ours", response.content_bytes));
        }
        if filled == expected {
            return Ok(response);
        }
        if filled > expected {
            return Err("more bytes than the response has".to_owned());
        }
    }
}
