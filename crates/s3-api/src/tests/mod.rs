mod buckets;
mod changes;
mod listings;
mod objects;
mod pipeline;
mod table;
mod uploads;
