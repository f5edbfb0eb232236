//! Inputs, outputs, headers and XML of every S3 operation, generated from AWS's service model
