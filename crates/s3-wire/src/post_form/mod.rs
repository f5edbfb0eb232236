//! Browser uploads: `multipart/form-data` whose file becomes an object (PostObject).

mod fields;
mod parser;
mod policy;

pub use fields::FormFields;
pub use parser::{FORM_FIELDS_BYTES_MAX, FormEvent, PostFormParser};
pub use policy::{PostPolicy, SizeRange};

#[cfg(test)]
mod tests;
