mod buckets;
mod objects;
mod oracle;
mod races;
mod versions;
