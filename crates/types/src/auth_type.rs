//! How a request was authenticated.

/// How a request was authenticated, by the names of the policy key `s3:authType` (Amazon S3 policy
/// keys, "Amazon S3 API signature version").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthType {
    /// Not at all.
    Anonymous,
    /// By the Authorization header.
    RestHeader,
    /// By query parameters.
    RestQueryString,
    /// By the fields of a POST form.
    Post,
}

impl AuthType {
    /// The value of `s3:authType`; `None` for anonymous requests, which have no such key.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Anonymous => None,
            Self::RestHeader => Some("REST-HEADER"),
            Self::RestQueryString => Some("REST-QUERY-STRING"),
            Self::Post => Some("POST"),
        }
    }
}
