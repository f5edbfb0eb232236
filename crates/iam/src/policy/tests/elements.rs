//! Principal, Action, Resource and their opposites; what is no policy.

use super::{ALLOW_ALL, Case, aws, bucket_policy};
use crate::policy::{Attachment, Policy, PolicyErrorKind};

#[test]
fn actions_match_without_case_and_by_wildcards() {
    let table = [
        ("s3:GetObject", "s3:GetObject", true),
        ("S3:getobject", "s3:GetObject", true),
        ("s3:GetObject", "s3:GetObjectVersion", false),
        ("s3:GetObject*", "s3:GetObjectVersion", true),
        ("s3:Get*", "s3:PutObject", false),
        ("s3:*", "s3:PutObject", true),
        ("s3:*Object", "s3:PutObject", true),
        ("s3:*Object", "s3:PutObjectAcl", false),
        ("s3:?etObject", "s3:GetObject", true),
        ("s3:?etObject", "s3:etObject", false),
        ("*", "s3:PutObject", true),
        ("*:*", "s3:PutObject", true),
        ("iam:*", "s3:PutObject", false),
        ("s3:L*t*s", "s3:ListBucketVersions", true),
        ("s3:L*t*x", "s3:ListBucketVersions", false),
    ];
    for (pattern, action, expected) in table {
        for (element, not) in [("Action", false), ("NotAction", true)] {
            let document = format!(
                r#"{{"Statement":{{"Effect":"Allow","{element}":"{pattern}","Resource":"*"}}}}"#
            );
            let identity = vec![&document[..]];
            let case = Case { caller: "alice", identity, action, ..Case::default() };
            assert_eq!(case.outcome() == "allow", expected != not, "{element} {pattern} {action}");
        }
    }
}

#[test]
fn resources_match_part_by_part() {
    let table = [
        ("*", "arn:aws:s3:::jam/plum", true),
        ("arn:aws:s3:::*", "arn:aws:s3:::jam/plum", true),
        ("arn:aws:s3:::jam", "arn:aws:s3:::jam", true),
        ("arn:aws:s3:::jam", "arn:aws:s3:::jam/plum", false),
        ("arn:aws:s3:::jam/*", "arn:aws:s3:::jam", false),
        ("arn:aws:s3:::jam/*", "arn:aws:s3:::jam/", true),
        ("arn:aws:s3:::jam/*", "arn:aws:s3:::jam/plum/2026:11", true),
        ("arn:aws:s3:::jam/*", "arn:aws:s3:::jam2/plum", false),
        ("arn:aws:s3:::jam*", "arn:aws:s3:::jam2/plum", true),
        ("arn:aws:s3:::*/plum", "arn:aws:s3:::a/b/plum", true),
        ("arn:aws:s3:::jam/pl?m", "arn:aws:s3:::jam/plüm", true),
        ("arn:aws:s3:::JAM/*", "arn:aws:s3:::jam/plum", false),
        ("arn:aws:*:::jam/*", "arn:aws:s3:::jam/plum", true),
        ("arn:aws:s3:*:*:jam/*", "arn:aws:s3:::jam/plum", true),
        ("arn:*:s3:::jam/plum", "arn:aws:s3:::jam/plum", true),
        ("arn:aws:sqs:::jam/*", "arn:aws:s3:::jam/plum", false),
        ("arn:aws:s3:::*a*a*a*b", "arn:aws:s3:::aaaaaaaaaaaaaaaaaaaa", false),
        ("arn:aws:s3:::*ab*ab", "arn:aws:s3:::abxabab", true),
    ];
    for (pattern, resource, expected) in table {
        for (element, not) in [("Resource", false), ("NotResource", true)] {
            let document = format!(
                r#"{{"Statement":{{"Effect":"Allow","Action":"*","{element}":"{pattern}"}}}}"#
            );
            let identity = vec![&document[..]];
            let case = Case { caller: "alice", identity, resource, ..Case::default() };
            let allowed = case.outcome() == "allow";
            assert_eq!(allowed, expected != not, "{element} {pattern} {resource}");
        }
    }
}

#[test]
fn an_empty_resource_between_stars_takes_no_longer_than_the_product_of_lengths() {
    let pattern = format!("arn:aws:s3:::{}b", "*a".repeat(500));
    let document =
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"{pattern}"}}}}"#);
    let resource = format!("arn:aws:s3:::{}", "a".repeat(1000));
    let identity = vec![&document[..]];
    let case = Case { caller: "alice", identity, resource: &resource, ..Case::default() };
    assert_eq!(case.outcome(), "-", "an exponential matcher would not come back");
}

#[test]
fn whom_a_principal_names() {
    let user = "arn:aws:iam::111122223333:user/alice";
    let role = "arn:aws:iam::111122223333:role/reader";
    let session = "arn:aws:sts::111122223333:assumed-role/reader/nightly";
    let callers =
        ["root", "alice", "bob", "session", "federated", "anonymous", "worker", "alice@other"];
    let table: [(String, &[&str]); 12] = [
        (r#""Principal":"*""#.into(), &callers),
        (aws("*"), &callers),
        (aws("111122223333"), &["root", "alice", "bob", "session", "federated"]),
        (aws("arn:aws:iam::111122223333:root"), &["root", "alice", "bob", "session", "federated"]),
        (
            r#""Principal":{"CanonicalUser":"canonical-111122223333"}"#.into(),
            &["root", "alice", "bob", "session", "federated"],
        ),
        (aws(user), &["alice", "federated"]),
        (aws(role), &["session"]),
        (aws(session), &["session"]),
        (aws("arn:aws:sts::111122223333:assumed-role/reader/other"), &[]),
        (aws("arn:aws:sts::111122223333:federated-user/guest"), &["federated"]),
        (r#""Principal":{"Service":"gc.larder"}"#.into(), &["worker"]),
        (aws("444455556666"), &["alice@other"]),
    ];
    for (principal, denied) in table {
        let bucket = bucket_policy("Deny", &principal);
        for caller in callers {
            let expected = if denied.contains(&caller) { "deny" } else { "other" };
            let bucket = Some(&bucket[..]);
            let case = Case { caller, bucket, identity: vec![ALLOW_ALL], ..Case::default() };
            let outcome = if case.outcome() == "deny" { "deny" } else { "other" };
            assert_eq!(outcome, expected, "{principal} {caller}");
        }
    }
}

/// With Deny, who is spared is listed with the account, and a session with its role.
#[test]
fn whom_a_not_principal_spares() {
    let root = "arn:aws:iam::111122223333:root";
    let alice = "arn:aws:iam::111122223333:user/alice";
    let role = "arn:aws:iam::111122223333:role/reader";
    let session = "arn:aws:sts::111122223333:assumed-role/reader/nightly";
    let table: [(&[&str], &str, bool); 12] = [
        (&[alice, root], "alice", true),
        (&[alice], "alice", false),
        (&[root], "alice", false),
        (&[root], "root", true),
        (&[alice, root], "bob", false),
        (&[alice, root], "root", true),
        (&[session, role, root], "session", true),
        (&[session, root], "session", false),
        (&[role, root], "session", false),
        (&[session, role], "session", false),
        (&[root], "anonymous", false),
        (&["*"], "anonymous", true),
    ];
    for (spared, caller, expected) in table {
        let names = spared.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
        let bucket = bucket_policy("Deny", &format!(r#""NotPrincipal":{{"AWS":[{names}]}}"#));
        let bucket = Some(&bucket[..]);
        let case = Case { caller, bucket, identity: vec![ALLOW_ALL], ..Case::default() };
        assert_eq!(case.outcome() != "deny", expected, "{spared:?} {caller}");
        // Who has a boundary is not spared, whoever is listed.
        if !["root", "anonymous"].contains(&caller) {
            let bounded = Case { boundary: Some(ALLOW_ALL), ..case };
            assert_eq!(bounded.outcome(), "deny", "{spared:?} {caller}");
        }
    }
    // With Allow it opens the bucket to everybody else, anonymous included.
    let bucket = bucket_policy("Allow", &format!(r#""NotPrincipal":{{"AWS":"{alice}"}}"#));
    for (caller, expected) in [("anonymous", "allow"), ("bob", "allow"), ("alice", "-")] {
        let case = Case { caller, bucket: Some(&bucket), ..Case::default() };
        assert_eq!(case.outcome(), expected, "{caller}");
    }
}

#[test]
fn what_is_no_policy_says_why() {
    use PolicyErrorKind as Kind;
    let statement = |inner: &str| format!(r#"{{"Version":"2012-10-17","Statement":{{{inner}}}}}"#);
    let whole = r#""Effect":"Allow","Action":"s3:*","Resource":"*""#;
    let bucket = format!(r#"{whole},"Principal":"*""#);
    let identity = [
        (String::new(), Kind::Json),
        ("[]".into(), Kind::Json),
        ("{".into(), Kind::Json),
        (format!(r#"{{"Statement":{{{whole}}},"Statement":{{{whole}}}}}"#), Kind::Json),
        (
            statement(
                r#""Effect":"Deny",
            "Effect":"Allow","Action":"s3:*","Resource":"*""#,
            ),
            Kind::Json,
        ),
        (format!(r#"{{"Statement":{{{whole}}},"Extra":1}}"#), Kind::UnknownField),
        (statement(&format!(r#"{whole},"Extra":1"#)), Kind::UnknownField),
        (statement(&whole.replace("Effect", "effect")), Kind::UnknownField),
        (format!(r#"{{"Version":"2026-01-01","Statement":{{{whole}}}}}"#), Kind::Version),
        (format!(r#"{{"Version":2012,"Statement":{{{whole}}}}}"#), Kind::Version),
        (r#"{"Version":"2012-10-17"}"#.into(), Kind::NoStatement),
        (r#"{"Statement":[]}"#.into(), Kind::NoStatement),
        (r#"{"Statement":[1]}"#.into(), Kind::NoStatement),
        (format!(r#"{{"Statement":[{{"Sid":"a",{whole}}},{{"Sid":"a",{whole}}}]}}"#), Kind::Sid),
        (statement(&format!(r#"{whole},"Sid":1"#)), Kind::Sid),
        (statement(r#""Action":"s3:*","Resource":"*""#), Kind::Effect),
        (statement(&whole.replace("Allow", "allow")), Kind::Effect),
        (statement(&bucket), Kind::Principal),
        (statement(r#""Effect":"Allow","Resource":"*""#), Kind::Action),
        (statement(&format!(r#"{whole},"NotAction":"s3:*""#)), Kind::Action),
        (statement(&whole.replace("s3:*", "GetObject")), Kind::Action),
        (statement(&whole.replace("s3:*", "s3:")), Kind::Action),
        (statement(&whole.replace("s3:*", "s3:Get Object")), Kind::Action),
        (statement(r#""Effect":"Allow","Action":[],"Resource":"*""#), Kind::Action),
        (statement(r#""Effect":"Allow","Action":"s3:*""#), Kind::Resource),
        (statement(&format!(r#"{whole},"NotResource":"*""#)), Kind::Resource),
        (statement(r#""Effect":"Allow","Action":"s3:*","Resource":"jam/*""#), Kind::Resource),
        (statement(r#""Effect":"Allow","Action":"s3:*","Resource":["*",1]"#), Kind::Resource),
        (
            statement(r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:jam""#),
            Kind::Resource,
        ),
        (" ".repeat(20 * 1024 + 1), Kind::TooLarge),
    ];
    for (document, kind) in identity {
        let error = Policy::parse(&document, Attachment::Identity).expect_err(&document);
        assert_eq!(error.kind, kind, "{document}");
        assert!(!error.to_string().is_empty());
    }
}

/// Principals that are none or where none may be, actions that a bucket does not know.
#[test]
fn what_a_bucket_or_a_role_does_not_take_is_refused() {
    use PolicyErrorKind as Kind;
    let statement = |inner: &str| format!(r#"{{"Version":"2012-10-17","Statement":{{{inner}}}}}"#);
    let whole = r#""Effect":"Allow","Action":"s3:*","Resource":"*""#;
    let bucket = format!(r#"{whole},"Principal":"*""#);
    let principals = [
        r#""alice""#,
        r#"{}"#,
        r#"{"AWS":[]}"#,
        r#"{"AWS":"alice"}"#,
        r#"{"AWS":"1111"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:user/*"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:group/all"}"#,
        r#"{"AWS":"arn:aws:s3:::jam"}"#,
        r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/reader"}"#,
        r#"{"Somebody":"x"}"#,
        r#"{"Service":"*"}"#,
    ];
    for principal in principals {
        let document = statement(&format!(r#"{whole},"Principal":{principal}"#));
        let error = Policy::parse(&document, Attachment::Bucket).expect_err(principal);
        assert_eq!(error.kind, Kind::Principal, "{principal}");
    }
    for action in ["iam:*", "s3:GetNothing", "s3:Get?", "sts:AssumeRole"] {
        let inner = bucket.replace("s3:*", action);
        let error = Policy::parse(&statement(&inner), Attachment::Bucket).expect_err(action);
        assert_eq!(error.kind, Kind::Action, "{action}");
    }
    for action in ["*", "S3:getobject*", "s3:*Acl", "s3:GetObject"] {
        let inner = bucket.replace("s3:*", action);
        assert!(Policy::parse(&statement(&inner), Attachment::Bucket).is_ok(), "{action}");
    }
    let missing = Policy::parse(&statement(whole), Attachment::Bucket).unwrap_err();
    assert_eq!(missing.kind, Kind::Principal);
    let trust = r#""Effect":"Allow","Action":"sts:AssumeRole""#;
    let named = format!(r#"{trust},"Principal":{{"AWS":"111122223333"}}"#);
    assert!(Policy::parse(&statement(&named), Attachment::Trust).is_ok());
    for wrong in [
        trust.to_owned(),
        format!(r#"{named},"Resource":"*""#),
        format!(r#"{trust},"NotPrincipal":{{"AWS":"111122223333"}}"#),
    ] {
        assert!(Policy::parse(&statement(&wrong), Attachment::Trust).is_err(), "{wrong}");
    }
}
