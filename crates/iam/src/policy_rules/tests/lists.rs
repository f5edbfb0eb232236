//! Access control lists beside policies.

use super::{ALL, Case, OTHER, OWN, account, allow, deny, user_of};
use crate::acl::{Grant, Grantee, Group, Permission};
use crate::{Action, BucketAcls, Decision, Existing, ExistingObject, Principal};
use larder_types::Owner;

/// Whom a list of `jam/plum` or of its bucket lets do what, where lists count.
#[test]
fn lists_decide_beside_policies() {
    let (own, other) = (account(OWN).owner.clone(), account(OTHER).owner.clone());
    let read_of = |who: Grantee| [Grant { grantee: who, permission: Permission::Read }];
    let everybody = read_of(Grantee::Group(Group::AllUsers));
    let signed = read_of(Grantee::Group(Group::AuthenticatedUsers));
    let to_other = read_of(Grantee::Account(other.clone()));
    let to_owner = read_of(Grantee::Account(own.clone()));
    let writes =
        [Grant { grantee: Grantee::Account(other.clone()), permission: Permission::Write }];
    let none: [Grant; 0] = [];
    let root = |id| Principal::AccountRoot(account(id));
    let all = allow(ALL);
    /// What is tried, who asks for what, whose object, its list, its bucket's, the outcome.
    type Row<'a> = (&'a str, Principal, &'static str, &'a Owner, &'a [Grant], &'a [Grant], bool);
    let cases: Vec<Row<'_>> = vec![
        ("public", Principal::Anonymous, "s3:GetObject", &own, &everybody, &none, true),
        ("public, to signed", root(OTHER), "s3:GetObject", &own, &everybody, &none, true),
        ("signed", Principal::Anonymous, "s3:GetObject", &own, &signed, &none, false),
        ("signed", root(OTHER), "s3:GetObject", &own, &signed, &none, true),
        (
            "a user needs its own, too",
            user_of(OTHER, &[]),
            "s3:GetObject",
            &own,
            &to_other,
            &none,
            false,
        ),
        ("and has it", user_of(OTHER, &[&all]), "s3:GetObject", &own, &to_other, &none, true),
        ("to read is not to write", root(OTHER), "s3:PutObjectAcl", &own, &to_other, &none, false),
        ("a bucket's list", root(OTHER), "s3:PutObject", &own, &none, &writes, true),
        ("gives no objects", root(OTHER), "s3:GetObject", &own, &none, &to_other, false),
        ("lists", root(OTHER), "s3:ListBucket", &own, &none, &to_other, true),
        ("another's object", root(OWN), "s3:GetObject", &other, &none, &none, false),
        ("given back", root(OWN), "s3:GetObject", &other, &to_owner, &none, true),
        ("is its own", root(OTHER), "s3:GetObject", &other, &none, &none, true),
        ("and may be removed", root(OWN), "s3:DeleteObject", &other, &none, &none, true),
        ("by nobody else", root(OTHER), "s3:DeleteObject", &other, &none, &none, false),
    ];
    for (what, principal, action, owner, object, bucket, allowed) in cases {
        let acls = BucketAcls { grants: Some(bucket), ignores_public: false };
        let found = ExistingObject { owner, tags: &[], grants: Some(object) };
        let action = Action::new(action).as_str();
        let mut case = Case {
            acls: Some(acls),
            existing: Existing::Found(found),
            ..Case::of(principal.clone(), action)
        };
        assert_eq!(case.decide().is_allowed(), allowed, "{what}: {principal} {action}");
        case.acls = Some(BucketAcls { ignores_public: true, ..acls });
        let is_public = [object, bucket].concat().iter().any(Grant::is_public);
        assert_eq!(case.decide().is_allowed(), allowed && !is_public, "{what}, ignored");
        case.acls = None;
        let is_owner = principal == root(OWN);
        assert_eq!(case.decide().is_allowed(), is_owner, "{what}: lists do not count");
    }
}

#[test]
fn a_policy_s_allow_does_not_reach_another_s_object_and_its_deny_does() {
    let (own, other) = (account(OWN).owner.clone(), account(OTHER).owner.clone());
    let public = r#""Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::jam/*""#;
    let decide = |policy: String, owner: &Owner, who: Principal| {
        let found = ExistingObject { owner, tags: &[], grants: None };
        let case = Case {
            acls: Some(BucketAcls { grants: None, ignores_public: false }),
            existing: Existing::Found(found),
            ..Case::of(who, "s3:GetObject").bucket_policy(policy)
        };
        case.decide()
    };
    assert_eq!(decide(allow(public), &own, Principal::Anonymous), Decision::Allowed);
    assert_eq!(decide(allow(public), &other, Principal::Anonymous), Decision::ImplicitlyDenied);
    let writer = || Principal::AccountRoot(account(OTHER));
    assert_eq!(decide(allow(public), &other, writer()), Decision::Allowed);
    assert_eq!(decide(deny(public), &other, writer()), Decision::ExplicitlyDenied);
}

#[test]
fn where_lists_count_the_object_is_looked_at_first() {
    let case = |action, existing| Case {
        acls: Some(BucketAcls { grants: None, ignores_public: false }),
        existing,
        ..Case::of(Principal::AccountRoot(account(OWN)), action)
    };
    assert_eq!(case("s3:GetObject", Existing::Unknown).decide(), Decision::NeedsObject);
    assert_eq!(case("s3:GetObject", Existing::Missing).decide(), Decision::Allowed);
    for action in ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucket"] {
        assert_eq!(case(action, Existing::Unknown).decide(), Decision::Allowed, "{action}");
    }
    assert_eq!(case("s3:PutObjectAcl", Existing::New).decide(), Decision::Allowed);
}
