//! The policy of a bucket: who may do what with it and its objects, in JSON.
//!
//! It is stored and answered as it was written. The messages are those of PutBucketPolicy.

use crate::{
    BucketDocument, BucketFacts, DocumentKind, DocumentOperations, InvalidDocument, JSON,
    PublicAccessBlock,
};
use larder_iam::policy::{Attachment, POLICY_BYTES_MAX, Policy, PolicyError, PolicyErrorKind};

const NOT_JSON: &str = "Policies must be valid JSON and the first byte must be '{'";
const BLOCKED: &str = "Access Denied: public policies are blocked by the BlockPublicPolicy block \
                       public access setting.";

/// A bucket's policy.
#[derive(Clone, Debug)]
pub struct BucketPolicy {
    text: String,
    policy: Policy,
}

impl BucketPolicy {
    /// What it says.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl BucketDocument for BucketPolicy {
    const KIND: DocumentKind = DocumentKind::Policy;

    fn parse(body: &[u8]) -> Result<Self, InvalidDocument> {
        let text = std::str::from_utf8(body).map_err(|_| malformed(NOT_JSON))?;
        let policy = Policy::parse(text, Attachment::Bucket).map_err(invalid)?;
        Ok(Self { text: text.to_owned(), policy })
    }

    fn encode(&self) -> Vec<u8> {
        self.text.clone().into_bytes()
    }

    fn check(&self, bucket: &BucketFacts<'_>) -> Result<(), InvalidDocument> {
        self.policy.check_bucket(bucket.name.as_str()).map_err(invalid)?;
        let blocks = |block: &PublicAccessBlock| block.block_public_policy;
        if bucket.documents.get().is_some_and(blocks) && self.policy.is_public() {
            return Err(InvalidDocument::Refused { code: "AccessDenied", message: BLOCKED.into() });
        }
        Ok(())
    }
}

impl DocumentOperations for BucketPolicy {
    const READ_ACTION: &'static str = "s3:GetBucketPolicy";
    const WRITE_ACTION: &'static str = "s3:PutBucketPolicy";
    const DELETE_ACTION: &'static str = "s3:DeleteBucketPolicy";
    const CONTENT_TYPE: &'static str = JSON;
    const ONLY_OWNERS_ACCOUNT: bool = true;

    fn absent() -> Result<Self, &'static str> {
        Err("NoSuchBucketPolicy")
    }
}

fn malformed(message: impl Into<String>) -> InvalidDocument {
    InvalidDocument::Refused { code: "MalformedPolicy", message: message.into() }
}

/// AWS's words for what is wrong with a policy.
fn invalid(error: PolicyError) -> InvalidDocument {
    let PolicyError { kind, found } = error;
    let missing = |field: &str, words: &str| match found.as_str() {
        "" => format!("Missing required field {field}"),
        _ => words.to_owned(),
    };
    malformed(match kind {
        PolicyErrorKind::TooLarge => format!(
            "Normalized policy document exceeds the maximum allowed size of {POLICY_BYTES_MAX} \
             bytes."
        ),
        PolicyErrorKind::Json => NOT_JSON.to_owned(),
        PolicyErrorKind::UnknownField => format!("Unknown field {found}"),
        PolicyErrorKind::Version => "The policy must contain a valid version string".to_owned(),
        PolicyErrorKind::NoStatement => {
            "Could not parse the policy: Statement is empty!".to_owned()
        }
        PolicyErrorKind::Sid => {
            format!("Statement IDs (SID) in a single policy must be unique: {found}")
        }
        PolicyErrorKind::Effect => missing("Effect", &format!("Invalid effect: {found}")),
        PolicyErrorKind::Principal => missing("Principal", "Invalid principal in policy"),
        PolicyErrorKind::Action => missing("Action", "Policy has invalid action"),
        PolicyErrorKind::Resource => missing("Resource", "Policy has invalid resource"),
        PolicyErrorKind::Condition => "Policy has an invalid condition key".to_owned(),
        PolicyErrorKind::ActionOnNothing => {
            "Action does not apply to any resource(s) in statement".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::BucketPolicy;
    use crate::{BucketDocument, BucketDocuments, BucketFacts, InvalidDocument};
    use larder_types::{BucketName, Owner};

    fn put(document: &str) -> Result<BucketPolicy, String> {
        let name = BucketName::new("jam").unwrap();
        let owner = Owner { canonical_id: "alice-id".into(), display_name: String::new() };
        let documents = &BucketDocuments::default();
        let facts = BucketFacts { name: &name, owner: &owner, documents };
        let policy = BucketPolicy::parse(document.as_bytes());
        let checked = policy.and_then(|policy| policy.check(&facts).map(|()| policy));
        checked.map_err(|error| match error {
            InvalidDocument::Refused { code: "MalformedPolicy", message } => message,
            other => panic!("{document}: {other:?}"),
        })
    }

    #[test]
    fn it_is_stored_as_it_was_written() {
        let text = "{ \"Version\" : \"2012-10-17\",\n \"Statement\":[{\"Effect\":\"Allow\",\
                    \"Principal\":\"*\",\"Action\":\"s3:GetObject\",\
                    \"Resource\":\"arn:aws:s3:::jam/*\"}] }";
        let policy = put(text).unwrap();
        assert_eq!(policy.encode(), text.as_bytes());
        assert_eq!(policy.policy().len(), 1);
        assert!(policy.policy().is_public());
    }

    #[test]
    fn what_aws_refuses_is_said_in_its_words() {
        let statement =
            |inner: &str| format!(r#"{{"Version":"2012-10-17","Statement":{{{inner}}}}}"#);
        let allow =
            r#""Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::jam""#;
        for (document, words) in [
            (String::new(), "Policies must be valid JSON and the first byte must be '{'"),
            ("[]".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
            (
                r#"{"Version":"2012-10-17"}"#.to_owned(),
                "Could not parse the policy: Statement is empty!",
            ),
            (statement(&format!("{allow},\"Other\":1")), "Unknown field Other"),
            (
                format!(r#"{{"Version":"2013-01-01","Statement":{{{allow}}}}}"#),
                "The policy must contain a valid version string",
            ),
            (
                statement(&allow.replace(r#""Effect":"Allow","#, "")),
                "Missing required field Effect",
            ),
            (statement(&allow.replace("Allow", "allow")), "Invalid effect: allow"),
            (
                statement(&allow.replace(r#""Principal":"*","#, "")),
                "Missing required field Principal",
            ),
            (
                statement(&allow.replace(r#"l":"*""#, r#"l":{"AWS":"bob"}"#)),
                "Invalid principal in policy",
            ),
            (statement(&allow.replace(r#""Action":"s3:*","#, "")), "Missing required field Action"),
            (statement(&allow.replace("s3:*", "s3:Nothing")), "Policy has invalid action"),
            (statement(&allow.replace("s3:::jam", "s3:::other")), "Policy has invalid resource"),
            (statement(&allow.replace("arn:aws:s3:::jam", "*")), "Policy has invalid resource"),
            (statement(&allow.replace("arn:aws:s3:::jam", "jam")), "Policy has invalid resource"),
            (
                statement(&allow.replace("s3:*", "s3:GetObject")),
                "Action does not apply to any resource(s) in statement",
            ),
            (
                statement(&format!(
                    r#"{allow},"Condition":{{"StringEquals":{{"s3:nothing":"a"}}}}"#
                )),
                "Policy has an invalid condition key",
            ),
            (
                statement(&format!(r#"{allow},"Sid":"{}""#, "s".repeat(20_480))),
                "Normalized policy document exceeds the maximum allowed size of 20480 bytes.",
            ),
        ] {
            assert_eq!(put(&document).unwrap_err(), words, "{document}");
        }
        let twice = format!(r#"{{"Statement":[{{{allow},"Sid":"a"}},{{{allow},"Sid":"a"}}]}}"#);
        assert!(put(&twice).unwrap_err().contains("must be unique"));
    }
}
