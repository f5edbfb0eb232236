//! The whole server below HTTP on a simulated machine: one seed replays one run.
//!
//! Holds: the machine and its boots, concurrent clients, faults, workloads, checkers, the sweep.
//! Never: anything that ships; real clocks, files or threads (those are the binary's own).
//! Enter at: [`run::run_seed`] and [`sweep::sweep`]; `workloads/` says what clients do, `checkers/`
//! what must hold.

mod body;
mod book;
mod causes;
pub mod checkers;
mod client;
mod faults;
mod index;
mod knobs;
mod machine;
mod observe;
mod operations;
pub mod plan;
pub mod report;
mod rot;
pub mod run;
pub mod sweep;
pub mod workloads;
