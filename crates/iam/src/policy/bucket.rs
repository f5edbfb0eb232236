//! Whether a policy may be that of a certain bucket.

use super::parse::{PolicyError, PolicyErrorKind};
use super::pattern::ArnPattern;
use super::reference::names_an_action_on;
use super::statement::{Policy, Statement};

/// The parts of a bucket's ARN before its name.
const BEFORE_NAME: [&str; 5] = ["arn", "aws", "s3", "", ""];

/// What a Resource is of the bucket whose policy it is in.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    bucket: bool,
    objects: bool,
}

impl Policy {
    /// Whether the bucket of this name may have the policy: every Resource is the bucket or an
    /// object in it, and every Action acts on one of the resources of its statement.
    ///
    /// Errors: [`PolicyErrorKind::Resource`], [`PolicyErrorKind::ActionOnNothing`].
    pub fn check_bucket(&self, name: &str) -> Result<(), PolicyError> {
        self.statements.iter().try_for_each(|statement| check(statement, name))
    }
}

fn check(statement: &Statement, name: &str) -> Result<(), PolicyError> {
    let Some(resource) = &statement.resource else {
        return Err(PolicyError::new(PolicyErrorKind::Resource, ""));
    };
    let mut all = Reached::default();
    for pattern in &resource.patterns {
        let reached = reached(pattern, name);
        if !reached.bucket && !reached.objects {
            return Err(PolicyError::new(PolicyErrorKind::Resource, name));
        }
        all.bucket |= reached.bucket;
        all.objects |= reached.objects;
    }
    // Of all but some nothing is said that could be checked.
    if resource.not || statement.action.not {
        return Ok(());
    }
    let types: &[&str] = match (all.bucket, all.objects) {
        (true, true) => &["bucket", "object"],
        (true, false) => &["bucket"],
        (false, _) => &["object"],
    };
    if statement.action.patterns.iter().all(|pattern| names_an_action_on(pattern, types)) {
        Ok(())
    } else {
        Err(PolicyError::new(PolicyErrorKind::ActionOnNothing, ""))
    }
}

/// What of the bucket a pattern may match. `*` alone names every service's resources, which is not
/// the bucket's to say.
fn reached(pattern: &ArnPattern, name: &str) -> Reached {
    let ArnPattern::Parts(parts) = pattern else { return Reached::default() };
    let (before, of_bucket) = (&parts[..BEFORE_NAME.len()], &parts[BEFORE_NAME.len()]);
    if !before.iter().zip(BEFORE_NAME).all(|(part, expected)| part.matches(expected)) {
        return Reached::default();
    }
    Reached { bucket: of_bucket.matches(name), objects: of_bucket.may_begin(&format!("{name}/")) }
}

#[cfg(test)]
mod tests {
    use crate::policy::{Attachment, Policy, PolicyErrorKind};

    fn check(resource: &str, action: &str) -> Option<PolicyErrorKind> {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*",
                "Action":{action},"Resource":{resource}}}}}"#
        );
        let policy = Policy::parse(&document, Attachment::Bucket).expect(&document);
        policy.check_bucket("jam").err().map(|error| error.kind)
    }

    #[test]
    fn resources_are_of_the_bucket() {
        let table = [
            (r#""arn:aws:s3:::jam/*""#, true),
            (r#""arn:aws:s3:::jam""#, true),
            (r#""arn:aws:s3:::jam*""#, true),
            (r#""arn:aws:s3:::*""#, true),
            (r#""arn:aws:s3:::j?m/a""#, true),
            (r#"["arn:aws:s3:::jam","arn:aws:s3:::jam/a/b"]"#, true),
            (r#""arn:aws:s3:::jam/${aws:username}/*""#, true),
            (r#""*""#, false),
            (r#""arn:aws:s3:::jam2/*""#, false),
            (r#""arn:aws:s3:::ja""#, false),
            (r#""arn:aws:s3:::ja/m""#, false),
            (r#""arn:aws:s3:::JAM""#, false),
            (r#""arn:aws:s3:eu:111122223333:jam""#, false),
            (r#""arn:aws:iam:::jam""#, false),
            (r#"["arn:aws:s3:::jam","arn:aws:s3:::other"]"#, false),
        ];
        for (resource, expected) in table {
            let found = check(resource, r#""s3:*""#);
            assert_eq!(found.is_none(), expected, "{resource}");
            assert!(expected || found == Some(PolicyErrorKind::Resource), "{resource}");
        }
    }

    #[test]
    fn actions_act_on_a_resource_of_their_statement() {
        let (bucket, objects) = (r#""arn:aws:s3:::jam""#, r#""arn:aws:s3:::jam/*""#);
        let both = format!("[{bucket},{objects}]");
        for (action, on_bucket, on_objects) in [
            (r#""s3:GetObject""#, false, true),
            (r#""s3:ListBucket""#, true, false),
            (r#""s3:*""#, true, true),
            (r#""*""#, true, true),
            (r#""s3:Get*""#, true, true),
            (r#"["s3:GetObject","s3:PutObject"]"#, false, true),
        ] {
            assert_eq!(check(bucket, action).is_none(), on_bucket, "{action}");
            assert_eq!(check(objects, action).is_none(), on_objects, "{action}");
            assert_eq!(check(&both, action), None, "{action}");
        }
        let mixed = r#"["s3:GetObject","s3:ListBucket"]"#;
        assert_eq!(check(&both, mixed), None);
        assert_eq!(check(bucket, mixed), Some(PolicyErrorKind::ActionOnNothing));
        let of_the_account = r#""s3:ListAllMyBuckets""#;
        assert_eq!(check(&both, of_the_account), Some(PolicyErrorKind::ActionOnNothing));
    }
}
