//! The real binary, started as an operator starts it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these tests look at a process from outside: its files, its sockets, its end"
)]

mod backup;
mod bench;
mod connections;
mod crowds;
mod framing;
mod gone;
mod harness;
mod maintenance;
mod modes;
mod own_paths;
mod page_alone;
mod start;
mod stop;
mod streams;
mod tls;
