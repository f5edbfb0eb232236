//! The managed policies of AWS's own that people attach by their well-known ARNs, as far as they
//! are about what is served here. They say what AWS's say of these services.

use larder_types::Timestamp;

/// A managed policy of AWS's own.
#[derive(Debug)]
pub(crate) struct AwsPolicy {
    pub(crate) arn: &'static str,
    /// Made up: nothing looks a policy up by it.
    pub(crate) id: &'static str,
    pub(crate) description: &'static str,
    pub(crate) document: &'static str,
}

/// When AWS made the oldest of them: 2015-02-06.
const CREATED_MS: i64 = 1_423_180_800_000;

const AWS_POLICIES: &[AwsPolicy] = &[
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AdministratorAccess",
        id: "ANPALARDERADMINISTRAT",
        description: "Provides full access to AWS services and resources.",
        document: concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","#,
            r#""Resource":"*"}]}"#,
        ),
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
        id: "ANPALARDERS3FULLACCES",
        description: "Provides full access to all buckets via the AWS Management Console.",
        document: concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","#,
            r#""s3-object-lambda:*"],"Resource":"*"}]}"#,
        ),
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        id: "ANPALARDERS3READONLYA",
        description: "Provides read only access to all buckets via the AWS Management Console.",
        document: concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#,
            r#""Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","#,
            r#""s3-object-lambda:List*"],"Resource":"*"}]}"#,
        ),
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/IAMFullAccess",
        id: "ANPALARDERIAMFULLACCE",
        description: "Provides full access to IAM via the AWS Management Console.",
        document: concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","#,
            r#""Resource":"*"}]}"#,
        ),
    },
    AwsPolicy {
        arn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
        id: "ANPALARDERIAMREADONLY",
        description: "Provides read only access to IAM via the AWS Management Console.",
        document: concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#,
            r#""Action":["iam:GenerateCredentialReport","#,
            r#""iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","#,
            r#""iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy"],"#,
            r#""Resource":"*"}]}"#,
        ),
    },
];

impl AwsPolicy {
    /// The policy of this ARN.
    pub(crate) fn find(arn: &str) -> Option<&'static Self> {
        AWS_POLICIES.iter().find(|policy| policy.arn == arn)
    }

    /// All of them.
    pub(crate) fn all() -> &'static [Self] {
        AWS_POLICIES
    }

    pub(crate) fn name(&self) -> &'static str {
        self.arn.rsplit('/').next().unwrap_or(self.arn)
    }

    pub(crate) fn created(&self) -> Timestamp {
        Timestamp { ms: CREATED_MS }
    }
}

#[cfg(test)]
mod tests {
    use super::AwsPolicy;
    use larder_iam::policy::{Attachment, Policy};

    #[test]
    fn each_is_a_policy_with_an_id_of_its_own() {
        for policy in AwsPolicy::all() {
            Policy::parse(policy.document, Attachment::Identity).unwrap();
            assert_eq!(policy.id.len(), 21, "{}", policy.arn);
            let same = AwsPolicy::all().iter().filter(|other| other.id == policy.id);
            assert_eq!(same.count(), 1);
            assert!(policy.arn.ends_with(policy.name()));
        }
    }
}
