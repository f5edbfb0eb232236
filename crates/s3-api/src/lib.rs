//! The S3 pipeline: authenticate, authorise, run an operation, answer
