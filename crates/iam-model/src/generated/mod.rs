//! What `cargo xtask querygen` made of AWS's service models.
//!
//! Written by `cargo xtask querygen`.

#![allow(missing_docs, reason = "AWS's reference describes every member")]
pub mod errors;
pub mod iam;
pub mod operations;
pub mod sts;
