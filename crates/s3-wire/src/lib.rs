//! HTTP heads and bodies as S3 clients send them.
//!
//! Holds: addressing styles, signatures, aws-chunked, body checks, POST forms, error envelope.
//! Never: storage, I/O, tasks, clocks (`now` is an argument), policies, the shapes of operations.
//! Enter at: [`head::settle`], [`target::parse_target`], [`auth::Claim`], [`body::BodyVerifier`].

pub mod auth;
pub mod body;
pub mod chunked;
pub mod error;
pub mod head;
pub mod percent;
pub mod post_form;
pub mod rfc2047;
pub mod signer;
pub mod target;
pub mod xml;
