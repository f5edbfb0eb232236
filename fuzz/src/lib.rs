//! What the fuzz targets share.
//!
//! Holds: a meter of memory, two readers of inputs: choices byte by byte, heads as text.
//! Never: a property of the product; each target states its own.
//! Enter at: [`meter::bounded`], [`Draw`], [`Request`].

mod draw;
pub mod meter;
mod request;

pub use draw::Draw;
pub use request::Request;
