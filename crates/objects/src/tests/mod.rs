mod buckets;
mod objects;
mod oracle;
pub(crate) mod races;
mod versions;
