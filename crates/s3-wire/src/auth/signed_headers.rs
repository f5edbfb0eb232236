//! The list of signed headers that a Version 4 signature names.

use super::claim::CredentialPlace;
use crate::error::WireError;

/// The names of `SignedHeaders`: lower case, unique and in ascending order.
///
/// Whoever repeats a name makes the server repeat that header's value in the canonical request as
/// often; with each name once, a canonical request is no longer than its head. Signature Version 4
/// prescribes the order ("Create a canonical request"), so that no honest client is refused.
pub(crate) struct SignedHeaders<'a> {
    /// The names, unless there are more than these.
    few: [&'a str; FEW],
    many: Vec<&'a str>,
    count: usize,
}

/// Most requests sign fewer; for these nothing is allocated.
const FEW: usize = 24;

impl<'a> SignedHeaders<'a> {
    /// Splits the list.
    ///
    /// Errors: `AuthorizationHeaderMalformed` or `AuthorizationQueryParametersError`, by `place`.
    pub(crate) fn parse(list: &'a str, place: CredentialPlace) -> Result<Self, WireError> {
        let mut signed = Self { few: [""; FEW], many: Vec::new(), count: 0 };
        for name in list.split(';') {
            match signed.few.get_mut(signed.count) {
                Some(place) => *place = name,
                None if signed.many.is_empty() => {
                    signed.many = list.split(';').collect();
                }
                None => {}
            }
            signed.count += 1;
        }
        let names = signed.names();
        let lower = |name: &&str| !name.is_empty() && !name.bytes().any(|b| b.is_ascii_uppercase());
        if !names.iter().all(lower) {
            return Err(place.wrong_signed_headers("each name is in lower case and not empty"));
        }
        if names.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(place.wrong_signed_headers("names are unique and in ascending order"));
        }
        Ok(signed)
    }

    fn names(&self) -> &[&'a str] {
        self.few.get(..self.count).unwrap_or(&self.many)
    }

    /// Whether this header, named in lower case, is signed.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names().binary_search(&name).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{CredentialPlace, SignedHeaders};
    use crate::error::ErrorCode;

    #[test]
    fn names_are_lower_case_unique_and_ascending() {
        let parse =
            |list| SignedHeaders::parse(list, CredentialPlace::Header).map_err(|error| error.code);
        let signed = parse("a;host;x-amz-date;x-amz-meta-b").unwrap();
        assert!(signed.contains("host") && signed.contains("x-amz-meta-b"));
        assert!(!signed.contains("x-amz") && !signed.contains(""));
        let many: Vec<String> = (10..99).map(|n| format!("h{n}")).collect();
        let signed = many.join(";");
        let signed = parse(&signed).unwrap();
        assert!(many.iter().all(|name| signed.contains(name)) && !signed.contains("h9"));
        for bad in ["", "host;", ";host", "Host", "host;host", "x;host", "a;b;b;c", "a;;b"] {
            let refused = parse(bad).map(|_| ());
            assert_eq!(refused, Err(ErrorCode::AuthorizationHeaderMalformed), "{bad}");
            let refused = SignedHeaders::parse(bad, CredentialPlace::Query).map(|_| ());
            let code = refused.map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::AuthorizationQueryParametersError), "{bad}");
        }
    }
}
