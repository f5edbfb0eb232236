//! Puts load on any S3 endpoint over plain HTTP and tells what came of it.
//!
//! Holds: the plan of a run, the generator, its connections, histograms, the report.
//! Never: argument text; anything of the server; TLS.
//! Enter at: [`run`].

mod bodies;
mod connection;
mod endpoint_load;
mod machine;
mod plan;
mod process;
mod report;
mod request;
mod round;
mod run;
mod stop;
mod tally;
mod worker;

pub use plan::{Endpoint, Keys, Length, Operation, Plan, Sizes, parse_bytes, parse_duration};
pub use report::Report;
pub use run::run;
