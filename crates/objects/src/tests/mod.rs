mod buckets;
mod documents;
mod events;
mod objects;
mod oracle;
pub(crate) mod races;
mod turns;
mod versions;
