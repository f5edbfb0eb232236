mod buckets;
mod objects;
mod oracle;
pub(crate) mod races;
mod turns;
mod versions;
