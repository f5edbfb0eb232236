//! The client's side of S3 over HTTP/1.1, for the tools and the tests of this workspace.
//!
//! Holds: signed request heads, the reader of responses, one connection for those that may block.
//! Never: a clock (who signs says when); anything of the server; TLS.
//! Enter at: [`Connection`], or [`Request`] and [`Response`] for those with I/O of their own.

mod answer;
mod connection;
mod request;
mod response;
pub mod xml;

pub use answer::Answer;
pub use connection::Connection;
pub use request::{EMPTY_SHA256, Request, content_md5};
pub use response::{Expect, Response};
