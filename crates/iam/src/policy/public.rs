//! Whether a bucket's policy is public, as GetBucketPolicyStatus and Block Public Access mean it.
//!
//! A policy is public unless it is plain that it is not: each Allow must name whom it is for, or
//! hang on a key whose values only some have, each fixed, without wildcards and variables.
//!
//! Source: the S3 user guide, "Blocking public access to your Amazon S3 storage", "The meaning of
//! public".

use super::condition::{Condition, Quantifier, Test};
use super::operator::Expected;
use super::pattern::ArnPattern;
use super::principal::Named;
use super::statement::{Effect, Policy, Statement};

/// Keys that tell callers apart well enough, in lower case, when their values are fixed.
const TELLING_KEYS: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Fewest bits of a network that is not public.
const VERSION_4_BITS_MIN: u32 = 8;
const VERSION_6_BITS_MIN: u32 = 32;

impl Policy {
    /// Whether the policy is public.
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(is_public)
    }
}

fn is_public(statement: &Statement) -> bool {
    if statement.effect == Effect::Deny {
        return false;
    }
    let named = statement.principal.as_ref();
    let is_for_some =
        named.is_some_and(|element| !element.not && element.named.iter().all(names_one));
    !is_for_some && !statement.conditions.iter().any(tells_apart)
}

/// Whether it names somebody in particular. Who signs in with an identity provider may be anybody.
fn names_one(named: &Named) -> bool {
    match named {
        Named::Account(_) | Named::Arn(_) | Named::CanonicalUser(_) | Named::Service(_) => true,
        Named::Everyone | Named::Federated(_) => false,
    }
}

/// Whether a condition leaves out all but some callers. One that holds where its key is missing
/// leaves nobody out.
fn tells_apart(condition: &Condition) -> bool {
    let Test::Compare { operator, quantifier, if_exists, expected } = &condition.test else {
        return false;
    };
    let holds_when_missing = operator.negated || *if_exists || *quantifier == Some(Quantifier::All);
    let key = condition.key.as_str();
    TELLING_KEYS.contains(&key)
        && !holds_when_missing
        && !expected.is_empty()
        && expected.iter().all(|value| is_fixed(key, value))
}

fn is_fixed(key: &str, value: &Expected) -> bool {
    match value {
        Expected::Text(pattern) | Expected::TextIgnoreCase(pattern) => pattern.is_literal(),
        // The name of an access point may be open, as long as its account is not.
        Expected::Arn(ArnPattern::Parts(parts)) if key == "s3:dataaccesspointarn" => {
            parts[..5].iter().all(|part| part.is_literal())
        }
        Expected::Arn(ArnPattern::Parts(parts)) => parts.iter().all(|part| part.is_literal()),
        Expected::Arn(ArnPattern::Any) => false,
        Expected::Network(network) => {
            let (bits, is_version_4) = network.bits();
            bits >= if is_version_4 { VERSION_4_BITS_MIN } else { VERSION_6_BITS_MIN }
        }
        Expected::Bytes(_) | Expected::Number(..) | Expected::Moment(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::{Attachment, Policy};

    fn is_public(inner: &str) -> bool {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Action":"s3:*",
                "Resource":"arn:aws:s3:::jam/*",{inner}}}}}"#
        );
        Policy::parse(&document, Attachment::Bucket).expect(inner).is_public()
    }

    #[test]
    fn who_is_named_decides() {
        let table = [
            (r#""Effect":"Allow","Principal":"*""#, true),
            (r#""Effect":"Allow","Principal":{"AWS":"*"}"#, true),
            (r#""Effect":"Deny","Principal":"*""#, false),
            (r#""Effect":"Allow","Principal":{"AWS":"111122223333"}"#, false),
            (r#""Effect":"Allow","Principal":{"AWS":["111122223333","*"]}"#, true),
            (r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/a"}"#, false),
            (r#""Effect":"Allow","Principal":{"CanonicalUser":"abc"}"#, false),
            (r#""Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"}"#, false),
            (r#""Effect":"Allow","Principal":{"Federated":"graph.facebook.com"}"#, true),
            (r#""Effect":"Allow","NotPrincipal":{"AWS":"111122223333"}"#, true),
        ];
        for (inner, expected) in table {
            assert_eq!(is_public(inner), expected, "{inner}");
        }
    }

    #[test]
    fn for_everybody_a_condition_must_tell_callers_apart() {
        let table = [
            (r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#, false),
            (r#"{"StringEquals":{"aws:SourceVpc":["vpc-1","vpc-2"]}}"#, false),
            (r#"{"StringLike":{"aws:SourceVpc":"vpc-1"}}"#, false),
            (r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, true),
            (r#"{"StringLike":{"aws:SourceVpc":["vpc-1","vpc-*"]}}"#, true),
            (r#"{"StringEquals":{"aws:SourceVpc":"${aws:username}"}}"#, true),
            (r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#, true),
            (r#"{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}"#, true),
            (r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-1/"}}"#, true),
            (r#"{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-1/"}}"#, false),
            (r#"{"Null":{"aws:SourceVpc":"false"}}"#, true),
            (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, false),
            (r#"{"StringEquals":{"aws:UserAgent":"curl"}}"#, true),
            (r#"{"StringEquals":{"s3:prefix":"a"}}"#, true),
            (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
            (r#"{"StringLike":{"aws:userid":"AROLEID:*"}}"#, true),
            (r#"{"StringEquals":{"aws:userid":"AROLEID:me"}}"#, false),
            (r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu:1:topic"}}"#, false),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:1:topic"}}"#, true),
            (r#"{"ArnLike":{"aws:SourceArn":"*"}}"#, true),
            (r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu:1:accesspoint/*"}}"#, false),
            (r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu:*:accesspoint/a"}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.9"}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"8.0.0.0/7"}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":["203.0.113.9","0.0.0.0/1"]}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}"#, false),
            (r#"{"IpAddress":{"aws:SourceIp":"2001:d00::/24"}}"#, true),
            (r#"{"IpAddress":{"aws:SourceIp":"::/0"}}"#, true),
            (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, true),
            // One condition that tells apart is enough: all must hold.
            (r#"{"StringEquals":{"s3:prefix":"a","aws:SourceVpce":"vpce-1"}}"#, false),
        ];
        for (condition, expected) in table {
            let inner = format!(r#""Effect":"Allow","Principal":"*","Condition":{condition}"#);
            assert_eq!(is_public(&inner), expected, "{condition}");
            let named = inner.replace(r#""*""#, r#"{"AWS":"111122223333"}"#);
            if !condition.contains(r#""*""#) {
                assert!(!is_public(&named), "{condition}");
            }
        }
    }
}
