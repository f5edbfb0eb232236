//! What the fuzz targets share.
//!
//! Holds: a meter of memory; readers of inputs: choices byte by byte, heads as text; arrivals.
//! Never: a property of the product; each target states its own.
//! Enter at: [`meter::bounded`], [`Draw`], [`Request`], [`arrivals`].

mod draw;
pub mod meter;
mod pieces;
mod request;

pub use draw::Draw;
pub use pieces::arrivals;
pub use request::Request;
