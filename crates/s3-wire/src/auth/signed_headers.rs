//! The list of signed headers that a Version 4 signature names.

use super::claim::Place;
use crate::error::WireError;

/// The names of `SignedHeaders`: lower case, unique and in ascending order.
///
/// Whoever repeats a name makes the server repeat that header's value in the canonical request as
/// often; with each name once, a canonical request is no longer than its head. Signature Version 4
/// prescribes the order ("Create a canonical request"), so that no honest client is refused.
pub(crate) struct SignedHeaders<'a>(Vec<&'a str>);

impl<'a> SignedHeaders<'a> {
    /// Splits the list.
    ///
    /// Errors: `AuthorizationHeaderMalformed` or `AuthorizationQueryParametersError`, by `place`.
    pub(crate) fn parse(list: &'a str, place: Place) -> Result<Self, WireError> {
        let names: Vec<&str> = list.split(';').collect();
        let lower = |name: &&str| !name.is_empty() && !name.bytes().any(|b| b.is_ascii_uppercase());
        if !names.iter().all(lower) {
            return Err(place.wrong_signed_headers("each name is in lower case and not empty"));
        }
        if names.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(place.wrong_signed_headers("names are unique and in ascending order"));
        }
        Ok(Self(names))
    }

    /// Whether this header, named in lower case, is signed.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.binary_search(&name).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, SignedHeaders};
    use crate::error::ErrorCode;

    #[test]
    fn names_are_lower_case_unique_and_ascending() {
        let parse = |list| SignedHeaders::parse(list, Place::Header).map_err(|error| error.code);
        let signed = parse("a;host;x-amz-date;x-amz-meta-b").unwrap();
        assert!(signed.contains("host") && signed.contains("x-amz-meta-b"));
        assert!(!signed.contains("x-amz") && !signed.contains(""));
        for bad in ["", "host;", ";host", "Host", "host;host", "x;host", "a;b;b;c", "a;;b"] {
            let refused = parse(bad).map(|_| ());
            assert_eq!(refused, Err(ErrorCode::AuthorizationHeaderMalformed), "{bad}");
            let refused = SignedHeaders::parse(bad, Place::Query).map(|_| ());
            let code = refused.map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::AuthorizationQueryParametersError), "{bad}");
        }
    }
}
