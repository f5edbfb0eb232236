//! HTTP to S3 request heads: addressing styles, signatures, chunked bodies, error envelope
