//! The bare hyper server: the floor under any HTTP server built on hyper.
//!
//! It reads every request to its end and answers with one response that it was given, head and
//! body, so that both sides of the comparison read and write the same bytes.

use crate::response::Response as Received;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpListener;

/// The first argument that makes this binary the bare server; then come the port and a file with a
/// response as it stood on the wire.
pub const COMMAND: &str = "bare-server";

/// Written by hyper itself, on either side.
const HYPERS_OWN: [&str; 3] = ["date", "content-length", "connection"];

/// Serves until it is killed.
pub fn main(args: &[String]) -> Result<(), String> {
    let [port, file] = args else {
        return Err(format!("{COMMAND} PORT FILE"));
    };
    let port = port.parse().map_err(|error| format!("{port}: {error}"))?;
    let wire = std::fs::read(Path::new(file)).map_err(|error| format!("{file}: {error}"))?;
    let answer = Arc::new(Answer::from_wire(wire)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no reactor: {error}"))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let serving = async { serve(TcpListener::bind(address).await?, answer).await };
    runtime.block_on(serving).map_err(|error| format!("{address}: {error}"))
}

/// Serves `answer` for ever.
pub async fn serve(listener: TcpListener, answer: Arc<Answer>) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = answer.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let response = answer.response();
                async move {
                    let mut body = request.into_body();
                    // A body that breaks off ends its connection, too.
                    while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                    }
                    Ok::<_, Infallible>(response)
                }
            });
            let mut http = http1::Builder::new();
            // As the server's listener, but for the timer: the floor has none.
            http.max_header_size(64 << 10).max_buf_size(128 << 10);
            // A client that hangs up is no news.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// What every request is answered with.
pub struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// Takes a response apart that was read from a connection.
    pub fn from_wire(wire: Vec<u8>) -> Result<Self, String> {
        let received = Received::parse(&wire)?.ok_or("the response has no end of its head")?;
        let head = String::from_utf8_lossy(&wire[..received.head_bytes]).into_owned();
        let mut headers = HeaderMap::new();
        for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(format!("not a header: {line}"))?;
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| e.to_string())?;
            let value = HeaderValue::from_str(value.trim()).map_err(|e| e.to_string())?;
            if !HYPERS_OWN.contains(&name.as_str()) {
                headers.append(name, value);
            }
        }
        let body = Bytes::from(wire).slice(received.head_bytes..);
        Ok(Self { headers, body })
    }

    fn response(&self) -> Response<Whole> {
        let mut response = Response::new(Whole(self.body.clone()));
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// A body in one piece.
struct Whole(Bytes);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = std::mem::take(&mut self.0);
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}
