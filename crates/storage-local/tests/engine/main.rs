//! The engine against the conformance suite and against the model, on simulated and real disks.

mod agreement;
mod care;
mod conformance;
mod consumers;
mod crash;
mod harness;
mod properties;
