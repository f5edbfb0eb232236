//! Which policy is asked when, and what an Allow of the bucket passes by.

use super::{ALLOW_ALL, ALLOW_LIST, Case, DENY_ALL, OTHER, OWN, aws, bucket_policy};
use crate::policy::{AclGrant, DecidedBy, Missing, PolicySource, Verdict};

const USER: &str = "arn:aws:iam::111122223333:user/alice";
const ROLE: &str = "arn:aws:iam::111122223333:role/reader";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/reader/nightly";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/guest";
const ROOT: &str = "arn:aws:iam::111122223333:root";

/// Who is named, who asks, and whether the Allow suffices where the identity's policies, the
/// boundary or the session's policies do not allow.
#[test]
fn what_an_allow_of_the_bucket_passes_by_depends_on_whom_it_names() {
    let table = [
        // named, caller, identity silent, boundary silent, session silent
        (USER, "alice", "allow", "allow", "allow"),
        (ROLE, "session", "allow", "-", "-"),
        (SESSION, "session", "allow", "allow", "allow"),
        (FEDERATED, "federated", "allow", "allow", "allow"),
        (USER, "federated", "allow", "-", "-"),
        (ROOT, "alice", "-", "-", "-"),
        (OWN, "alice", "-", "-", "-"),
        (ROOT, "session", "-", "-", "-"),
        (OWN, "federated", "-", "-", "-"),
        ("*", "alice", "allow", "allow", "allow"),
        ("*", "session", "allow", "allow", "allow"),
        ("*", "federated", "allow", "allow", "allow"),
    ];
    for (named, caller, identity, boundary, session) in table {
        let bucket = bucket_policy("Allow", &aws(named));
        // A federated session has what its session policies give, so it has some that allow.
        let base = Case {
            caller,
            identity: vec![ALLOW_ALL],
            session: (caller != "alice").then(|| vec![ALLOW_ALL]),
            bucket: Some(&bucket),
            ..Case::default()
        };
        assert_eq!(base.outcome(), "allow", "{named} {caller}");
        let silent = Case { identity: vec![], ..base.clone() };
        assert_eq!(silent.outcome(), identity, "{named} {caller}: identity");
        let silent = Case { boundary: Some(ALLOW_LIST), ..base.clone() };
        assert_eq!(silent.outcome(), boundary, "{named} {caller}: boundary");
        let silent = Case { session: Some(vec![ALLOW_LIST]), ..base.clone() };
        assert_eq!(silent.outcome(), session, "{named} {caller}: session");
        // A deny anywhere denies, whatever is passed by.
        let denied = [
            Case { identity: vec![ALLOW_ALL, DENY_ALL], ..base.clone() },
            Case { boundary: Some(DENY_ALL), ..base.clone() },
            Case { session: Some(vec![ALLOW_ALL, DENY_ALL]), ..base.clone() },
        ];
        for case in denied {
            assert_eq!(case.outcome(), "deny", "{named} {caller}");
        }
    }
}

#[test]
fn without_a_bucket_policy_the_identity_its_boundary_and_its_session_must_all_allow() {
    type Row<'a> = (&'a str, &'a [&'a str], Option<&'a str>, Option<&'a [&'a str]>, &'a str);
    let table: [Row<'_>; 15] = [
        ("alice", &[], None, None, "-"),
        ("alice", &[ALLOW_LIST], None, None, "-"),
        ("alice", &[ALLOW_LIST, ALLOW_ALL], None, None, "allow"),
        ("alice", &[ALLOW_ALL], Some(ALLOW_LIST), None, "-"),
        ("alice", &[ALLOW_ALL], Some(ALLOW_ALL), None, "allow"),
        ("alice", &[], Some(ALLOW_ALL), None, "-"),
        ("alice", &[ALLOW_ALL], Some(DENY_ALL), None, "deny"),
        ("session", &[ALLOW_ALL], None, None, "allow"),
        ("session", &[ALLOW_ALL], None, Some(&[ALLOW_LIST]), "-"),
        ("session", &[ALLOW_ALL], None, Some(&[ALLOW_LIST, ALLOW_ALL]), "allow"),
        ("session", &[], None, Some(&[ALLOW_ALL]), "-"),
        ("session", &[ALLOW_ALL], Some(ALLOW_LIST), Some(&[ALLOW_ALL]), "-"),
        ("federated", &[ALLOW_ALL], None, None, "-"),
        ("federated", &[ALLOW_ALL], None, Some(&[]), "-"),
        ("federated", &[ALLOW_ALL], None, Some(&[ALLOW_ALL]), "allow"),
    ];
    for (caller, identity, boundary, session, expected) in table {
        let session = session.map(<[_]>::to_vec);
        let case =
            Case { caller, identity: identity.to_vec(), boundary, session, ..Case::default() };
        assert_eq!(case.outcome(), expected, "{caller} {identity:?} {boundary:?}");
    }
}

#[test]
fn between_accounts_both_sides_must_allow() {
    let everyone = bucket_policy("Allow", r#""Principal":"*""#);
    let by_account = bucket_policy("Allow", &aws(OTHER));
    let by_user = bucket_policy("Allow", &aws("arn:aws:iam::444455556666:user/alice"));
    let table: [(&str, &[&str], Option<&str>, &str); 13] = [
        ("alice@other", &[ALLOW_ALL], None, "-"),
        ("alice@other", &[], Some(&by_user), "-"),
        ("alice@other", &[ALLOW_ALL], Some(&by_user), "allow"),
        ("alice@other", &[ALLOW_ALL], Some(&by_account), "allow"),
        ("alice@other", &[], Some(&everyone), "-"),
        ("alice@other", &[ALLOW_ALL], Some(&everyone), "allow"),
        ("bob@other", &[ALLOW_ALL], Some(&by_user), "-"),
        ("root@other", &[], None, "-"),
        ("root@other", &[], Some(&by_account), "allow"),
        ("root@other", &[], Some(&by_user), "-"),
        ("session@other", &[ALLOW_ALL], Some(&by_account), "allow"),
        ("session@other", &[], Some(&by_account), "-"),
        ("federated@other", &[ALLOW_ALL], Some(&by_account), "-"),
    ];
    for (caller, identity, bucket, expected) in table {
        let case = Case { caller, identity: identity.to_vec(), bucket, ..Case::default() };
        assert_eq!(case.outcome(), expected, "{caller} {bucket:?}");
        // The caller's own deny counts there, too.
        let denied = Case { identity: vec![ALLOW_ALL, DENY_ALL], ..case };
        assert_eq!(denied.outcome(), "deny", "{caller}");
    }
}

#[test]
fn who_signs_nothing_has_the_resource_side_alone() {
    let everyone = bucket_policy("Allow", r#""Principal":"*""#);
    let by_aws = bucket_policy("Allow", &aws("*"));
    let by_account = bucket_policy("Allow", &aws(OWN));
    let table = [
        (None, None, "-"),
        (Some(&everyone), None, "allow"),
        (Some(&by_aws), None, "allow"),
        (Some(&by_account), None, "-"),
        (None, Some(AclGrant::Everyone), "allow"),
    ];
    for caller in ["anonymous", "worker"] {
        for (bucket, acl, expected) in table {
            let bucket = bucket.map(String::as_str);
            // Whatever an identity's policies say, there is no identity whose they could be.
            let case = Case { caller, bucket, acl, ..Case::default() };
            assert_eq!(case.outcome(), expected, "{caller} {bucket:?} {acl:?}");
        }
    }
}

#[test]
fn the_owners_root_may_always_open_the_bucket_again() {
    let locked = bucket_policy("Deny", r#""Principal":"*""#);
    let table = [
        ("root", "s3:GetBucketPolicy", "allow"),
        ("root", "s3:PutBucketPolicy", "allow"),
        ("root", "s3:DeleteBucketPolicy", "allow"),
        ("root", "s3:GetObject", "deny"),
        ("root", "s3:GetBucketPolicyStatus", "deny"),
        ("root", "s3:DeleteBucket", "deny"),
        ("alice", "s3:PutBucketPolicy", "deny"),
        ("session", "s3:DeleteBucketPolicy", "deny"),
        ("root@other", "s3:DeleteBucketPolicy", "deny"),
        ("anonymous", "s3:GetBucketPolicy", "deny"),
    ];
    for (caller, action, expected) in table {
        let resource = "arn:aws:s3:::jam";
        let case = Case {
            caller,
            action,
            resource: if action == "s3:GetObject" { "arn:aws:s3:::jam/plum" } else { resource },
            identity: vec![ALLOW_ALL],
            bucket: Some(&locked),
            ..Case::default()
        };
        assert_eq!(case.outcome(), expected, "{caller} {action}");
    }
    let open = Case { caller: "root", ..Case::default() };
    assert_eq!(open.verdict(), Verdict::Allowed(DecidedBy::Root), "root needs no policy");
}

/// Allow statements of a bucket's policy reach objects of the bucket's owner; Deny statements all.
#[test]
fn an_object_of_another_account_is_out_of_reach_for_the_buckets_allow() {
    let allow = bucket_policy("Allow", r#""Principal":"*""#);
    let deny = bucket_policy("Deny", r#""Principal":"*""#);
    let table = [
        (&allow, None, false, "allow"),
        (&allow, None, true, "-"),
        (&allow, Some(AclGrant::Everyone), true, "allow"),
        (&deny, Some(AclGrant::Everyone), true, "deny"),
        (&deny, Some(AclGrant::Everyone), false, "deny"),
    ];
    for (bucket, acl, foreign_object, expected) in table {
        let bucket = Some(&bucket[..]);
        let case = Case { caller: "anonymous", bucket, acl, foreign_object, ..Case::default() };
        assert_eq!(case.outcome(), expected, "{acl:?} {foreign_object}");
    }
}

/// A grant of an access control list to an account delegates; one to everybody reaches everybody.
#[test]
fn grants_of_access_control_lists() {
    let table: [(&str, AclGrant, &[&str], &str); 8] = [
        ("alice@other", AclGrant::Account, &[], "-"),
        ("alice@other", AclGrant::Account, &[ALLOW_ALL], "allow"),
        ("root@other", AclGrant::Account, &[], "allow"),
        ("alice", AclGrant::Account, &[], "-"),
        ("alice", AclGrant::Account, &[ALLOW_ALL], "allow"),
        ("alice", AclGrant::Everyone, &[], "allow"),
        ("alice", AclGrant::Everyone, &[DENY_ALL], "deny"),
        ("anonymous", AclGrant::Everyone, &[], "allow"),
    ];
    for (caller, acl, identity, expected) in table {
        let case = Case { caller, acl: Some(acl), identity: identity.to_vec(), ..Case::default() };
        assert_eq!(case.outcome(), expected, "{caller} {acl:?}");
    }
}

#[test]
fn a_verdict_names_what_decided() {
    let bucket = bucket_policy("Allow", &aws(USER));
    let case = Case { caller: "alice", bucket: Some(&bucket), ..Case::default() };
    let policy = PolicySource::Resource;
    assert_eq!(case.verdict(), Verdict::Allowed(DecidedBy::Statement { policy, statement: 0 }));
    let case = Case { identity: vec![ALLOW_LIST, DENY_ALL], ..case };
    let policy = PolicySource::Identity(1);
    let denied = Verdict::ExplicitlyDenied(DecidedBy::Statement { policy, statement: 0 });
    assert_eq!(case.verdict(), denied);
    let missing = |case: &Case<'_>| match case.verdict() {
        Verdict::ImplicitlyDenied(missing) => missing,
        other => panic!("{other:?}"),
    };
    let alice = Case { caller: "alice", ..Case::default() };
    assert_eq!(missing(&alice), Missing::Identity);
    let bounded = Case { identity: vec![ALLOW_ALL], boundary: Some(ALLOW_LIST), ..alice.clone() };
    assert_eq!(missing(&bounded), Missing::Boundary);
    let in_session = Case {
        caller: "session",
        identity: vec![ALLOW_ALL],
        session: Some(vec![ALLOW_LIST]),
        ..Case::default()
    };
    assert_eq!(missing(&in_session), Missing::Session);
    assert_eq!(missing(&Case { caller: "alice@other", ..alice }), Missing::Resource);
}
