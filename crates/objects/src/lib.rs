//! What S3 promises about buckets, keys and versions
