//! The engine against the conformance suite and against the model, on simulated and real disks.

mod agreement;
mod conformance;
mod consumers;
mod crash;
mod harness;
mod maintenance;
mod properties;
