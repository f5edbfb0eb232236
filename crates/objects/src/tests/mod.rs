mod buckets;
mod documents;
mod events;
mod objects;
mod oracle;
pub(crate) mod races;
mod read;
mod turns;
mod versions;
