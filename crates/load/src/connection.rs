//! One connection with one request in flight; made anew after it broke.

use crate::endpoint_load::EndpointLoad;
use crate::machine;
use crate::request::{HeadWriter, Request};
use larder_client::{Expect, Response};
use std::io::{Error, ErrorKind, IoSlice};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request that takes longer has failed.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);
const BUFFER_BYTES: usize = 64 << 10;

/// A client's side of a connection.
pub(crate) struct Connection {
    shared: Arc<EndpointLoad>,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    heads: HeadWriter,
    head: Vec<u8>,
}

impl Connection {
    /// Connects when it is first used.
    pub(crate) fn new(shared: Arc<EndpointLoad>) -> Self {
        let (buffer, heads) = (vec![0; BUFFER_BYTES], HeadWriter::new(&shared.endpoint.host));
        Self { shared, stream: None, buffer, heads, head: Vec::new() }
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// No whole answer came; the next request makes a new connection.
    pub(crate) async fn ask<'e>(
        &mut self,
        request: &Request<'_>,
        expect: Expect<'e>,
    ) -> Result<Response<'e>, String> {
        self.head.clear();
        self.heads.write(&mut self.head, &self.shared.plan, request);
        let exchange = self.exchange(request, expect);
        let answer = match machine::within(REQUEST_TIME_MAX, exchange).await {
            Some(answer) => answer,
            None => Err("no answer in 60 s".to_owned()),
        };
        if !answer.as_ref().is_ok_and(|response| response.keep_alive) {
            self.stream = None;
        }
        answer
    }

    async fn exchange<'e>(
        &mut self,
        request: &Request<'_>,
        expect: Expect<'e>,
    ) -> Result<Response<'e>, String> {
        let named = |error: Error| format!("connection: {}", error.kind());
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.shared.endpoint.address).await.map_err(named)?;
            stream.set_nodelay(true).map_err(named)?;
            self.stream = Some(stream);
        }
        let stream = self.stream.as_mut().expect("just connected");
        send(stream, &self.head, request.body).await.map_err(named)?;
        let mut response = Response::new(request.method != "HEAD", expect);
        while !response.is_done() {
            match stream.read(&mut self.buffer).await.map_err(named)? {
                0 => response.close()?,
                read => response.feed(&self.buffer[..read])?,
            }
        }
        Ok(response)
    }
}

/// Sends head and body without copying either.
async fn send(stream: &mut TcpStream, head: &[u8], body: &[u8]) -> Result<(), Error> {
    let mut sent = 0;
    while sent < head.len() + body.len() {
        let rest = &head[sent.min(head.len())..];
        let slices = [IoSlice::new(rest), IoSlice::new(&body[sent.saturating_sub(head.len())..])];
        match stream.write_vectored(&slices).await? {
            0 => return Err(ErrorKind::WriteZero.into()),
            written => sent += written,
        }
    }
    Ok(())
}
