//! One connection with one request in flight, for those that may block.

use crate::answer::Answer;
use crate::response::{Expect, Response};
use std::io::{Error, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
const READ_BYTES: usize = 64 << 10;

/// A connection, which is made when it is first used and again after it broke.
pub struct Connection {
    address: SocketAddr,
    /// The longest that one read or write may take.
    time_max: Duration,
    stream: Option<TcpStream>,
}

impl Connection {
    /// To this address; a read or write that takes longer than `time_max` breaks it.
    pub fn new(address: SocketAddr, time_max: Duration) -> Self {
        Self { address, time_max, stream: None }
    }

    /// Sends a request, head and body, and reads its whole answer; `method` is the request's.
    ///
    /// # Errors
    /// The connection broke or no whole answer came: what became of the request is not known.
    pub fn send(&mut self, method: &str, head: &[u8], body: &[u8]) -> Result<Answer, Error> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        // A server that refuses a request may answer before it has read the body, and close.
        let sent = stream.write_all(head).and_then(|()| stream.write_all(body));
        let response = match read(&mut stream, method != "HEAD") {
            Ok(response) => response,
            Err(error) => return Err(sent.err().unwrap_or(error)),
        };
        // What was not sent must not be taken for the next request.
        if sent.is_ok() && response.keep_alive {
            self.stream = Some(stream);
        }
        Ok(response.into_answer())
    }

    fn connect(&self) -> Result<TcpStream, Error> {
        let stream = TcpStream::connect_timeout(&self.address, CONNECT_TIME_MAX)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.time_max))?;
        stream.set_write_timeout(Some(self.time_max))?;
        Ok(stream)
    }
}

fn read(stream: &mut TcpStream, has_body: bool) -> Result<Response<'static>, Error> {
    let mut response = Response::new(has_body, Expect::Whole);
    let mut buffer = vec![0; READ_BYTES];
    while !response.is_done() {
        match stream.read(&mut buffer)? {
            0 => response.close().map_err(Error::other)?,
            count => response.feed(&buffer[..count]).map_err(Error::other)?,
        }
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::Connection;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::Duration;

    /// Answers each connection with one of these texts after its first bytes came, then closes it.
    fn answers(texts: &'static [&'static str]) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        #[allow(clippy::disallowed_methods, reason = "a server for a client that blocks")]
        std::thread::spawn(move || {
            for text in texts {
                let (mut stream, _) = listener.accept().unwrap();
                stream.read_exact(&mut [0; 4]).unwrap();
                stream.write_all(text.as_bytes()).unwrap();
            }
        });
        Connection::new(address, Duration::from_secs(20))
    }

    #[test]
    fn a_connection_that_broke_is_made_again() {
        let mut connection = answers(&[
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\na",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nb",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n",
        ]);
        assert_eq!(connection.send("GET", b"GET ", b"").unwrap().body, b"a");
        let cut = connection.send("GET", b"GET ", b"").unwrap_err();
        assert!(cut.to_string().contains("closed within a response"), "{cut}");
        let head = connection.send("HEAD", b"HEAD", b"").unwrap();
        assert_eq!((head.status, head.body.len()), (404, 0));
    }
}
