use super::{
    Acl, AclScope, CannedAcl, GRANTS_BYTES_MAX, GRANTS_MAX, Grant, Grantee, GranteeName, Group,
    InvalidGrantees, Permission, grantees_of_header,
};
use crate::policy::AclGrant;
use crate::{Account, Principal};
use larder_types::{AccountId, Owner};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use std::sync::Arc;

fn owner(name: &str) -> Owner {
    Owner { canonical_id: format!("{name}-id"), display_name: name.into() }
}

fn root(number: &str, name: &str) -> Principal {
    let id = AccountId::new(number).unwrap();
    Principal::AccountRoot(Arc::new(Account { id, owner: owner(name), email: String::new() }))
}

fn alice() -> Principal {
    root("111111111111", "alice")
}

fn bob() -> Principal {
    root("222222222222", "bob")
}

const BUCKET_READ: [&str; 3] =
    ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];
const OBJECT_READ: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];

/// User guide, "Mapping of ACL permissions and access policy permissions".
#[test]
fn what_permissions_allow() {
    let (bucket, object) = (AclScope::Bucket, AclScope::Object);
    let table: &[(Permission, AclScope, &[&str])] = &[
        (Permission::Read, bucket, &BUCKET_READ),
        (Permission::Write, bucket, &["s3:PutObject"]),
        (Permission::ReadAcp, bucket, &["s3:GetBucketAcl"]),
        (Permission::WriteAcp, bucket, &["s3:PutBucketAcl"]),
        (Permission::Read, object, &OBJECT_READ),
        (Permission::Write, object, &[]),
        (Permission::ReadAcp, object, &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"]),
        (Permission::WriteAcp, object, &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"]),
    ];
    let all: Vec<&str> = table.iter().flat_map(|(_, _, actions)| actions.iter().copied()).collect();
    let others = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:*"];
    for (permission, scope, allowed) in table {
        let of = |permission| Acl {
            owner: owner("alice"),
            grants: vec![Grant::to(&owner("bob"), permission)],
        };
        for action in all.iter().chain(&others) {
            let expected = allowed.contains(action).then_some(AclGrant::Account);
            let grants = of(*permission).grants(&bob(), action, *scope);
            assert_eq!(grants, expected, "{permission:?} {scope:?} {action}");
            if expected.is_some() {
                let full = of(Permission::FullControl);
                assert_eq!(full.grants(&bob(), action, *scope), expected, "{action}");
            }
        }
    }
    // A bucket's list never lets anybody read objects.
    let full = Acl {
        owner: owner("alice"),
        grants: vec![Grant::to(&owner("bob"), Permission::FullControl)],
    };
    for action in OBJECT_READ {
        assert_eq!(full.grants(&bob(), action, bucket), None, "{action}");
    }
    // The owner as a grantee of WRITE may remove versions too.
    let own =
        Acl { owner: owner("alice"), grants: vec![Grant::to(&owner("alice"), Permission::Write)] };
    let delete = "s3:DeleteObjectVersion";
    assert_eq!(own.grants(&alice(), delete, bucket), Some(AclGrant::Account));
}

#[test]
fn whom_grants_reach() {
    let to = |group| {
        let grants = vec![Grant { grantee: Grantee::Group(group), permission: Permission::Read }];
        Acl { owner: owner("alice"), grants }
    };
    let asks =
        |acl: &Acl, principal: &Principal| acl.grants(principal, "s3:GetObject", AclScope::Object);
    let everyone = to(Group::AllUsers);
    for principal in [alice(), bob(), Principal::Anonymous] {
        assert_eq!(asks(&everyone, &principal), Some(AclGrant::Everyone), "{principal}");
    }
    let signed = to(Group::AuthenticatedUsers);
    assert_eq!(asks(&signed, &bob()), Some(AclGrant::Account));
    assert_eq!(asks(&signed, &Principal::Anonymous), None);
    let logs = to(Group::LogDelivery);
    assert_eq!(asks(&logs, &bob()), None);
    let none = Acl { owner: owner("alice"), grants: Vec::new() };
    assert_eq!(asks(&none, &alice()), None);
    // Without any grant the owner still reads and writes the list.
    for action in ["s3:GetObjectAcl", "s3:PutObjectAcl"] {
        assert_eq!(none.grants(&alice(), action, AclScope::Object), Some(AclGrant::Account));
        assert_eq!(none.grants(&bob(), action, AclScope::Object), None);
    }
}

#[test]
fn canned_lists() {
    let (writer, bucket) = (owner("bob"), owner("alice"));
    let expand = |canned: CannedAcl| {
        let acl = canned.expand(&writer, &bucket);
        assert_eq!(acl.grants[0], Grant::to(&writer, Permission::FullControl));
        let show = |grant: &Grant| match &grant.grantee {
            Grantee::Account(account) => (account.display_name.clone(), grant.permission.name()),
            Grantee::Group(group) => (format!("{group:?}"), grant.permission.name()),
        };
        acl.grants[1..].iter().map(show).collect::<Vec<_>>()
    };
    for (canned, name) in CannedAcl::ALL {
        assert_eq!(CannedAcl::parse(name), Some(canned));
        let expected: &[(&str, &str)] = match canned {
            CannedAcl::Private => &[],
            CannedAcl::PublicRead => &[("AllUsers", "READ")],
            CannedAcl::PublicReadWrite => &[("AllUsers", "READ"), ("AllUsers", "WRITE")],
            CannedAcl::AwsExecRead => &[("", "READ")],
            CannedAcl::AuthenticatedRead => &[("AuthenticatedUsers", "READ")],
            CannedAcl::BucketOwnerRead => &[("alice", "READ")],
            CannedAcl::BucketOwnerFullControl => &[("alice", "FULL_CONTROL")],
            CannedAcl::LogDeliveryWrite => &[("LogDelivery", "WRITE"), ("LogDelivery", "READ_ACP")],
        };
        let found = expand(canned);
        let found: Vec<_> = found.iter().map(|(who, what)| (who.as_str(), *what)).collect();
        assert_eq!(found, expected, "{name}");
        let own = canned.expand(&bucket, &bucket);
        let about_owner =
            matches!(canned, CannedAcl::BucketOwnerRead | CannedAcl::BucketOwnerFullControl);
        assert_eq!(own.is_owners_alone(), about_owner || canned == CannedAcl::Private, "{name}");
        let public = name.starts_with("public") || name.starts_with("authenticated");
        assert_eq!(own.is_public(), public, "{name}");
        assert!(!own.clone().without_public().is_public());
        assert!(own.gives_full_control_to(&bucket));
    }
    assert_eq!(CannedAcl::parse("public"), None);
}

#[test]
fn grant_headers() {
    let id = |id: &str| GranteeName::Id(id.into());
    let email = GranteeName::Email("a@b.example".into());
    let all = GranteeName::Group(Group::AllUsers);
    for (header, expected) in [
        ("id=abc", Ok(vec![id("abc")])),
        ("id=\"abc\", id=def", Ok(vec![id("abc"), id("def")])),
        (" ID = \"abc\" ,emailAddress=\"a@b.example\"", Ok(vec![id("abc"), email])),
        ("uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"", Ok(vec![all])),
        ("uri=http://x", Err(InvalidGrantees::Group("http://x".into()))),
        ("", Err(InvalidGrantees::Format)),
        ("abc", Err(InvalidGrantees::Format)),
        ("id=", Err(InvalidGrantees::Format)),
        ("id=\"\"", Err(InvalidGrantees::Format)),
        ("id=\"abc", Err(InvalidGrantees::Format)),
        ("id=\"", Err(InvalidGrantees::Format)),
        ("id=abc,", Err(InvalidGrantees::Format)),
        ("name=abc", Err(InvalidGrantees::Format)),
    ] {
        assert_eq!(grantees_of_header(header), expected, "{header}");
    }
}

fn a_grant() -> impl Strategy<Value = Grant> {
    let account = ("[a-f0-9]{1,64}", "[ -~é]{0,40}").prop_map(|(canonical_id, display_name)| {
        Grantee::Account(Owner { canonical_id, display_name })
    });
    let group = prop_oneof![
        Just(Group::AllUsers),
        Just(Group::AuthenticatedUsers),
        Just(Group::LogDelivery)
    ];
    let grantee = prop_oneof![account, group.prop_map(Grantee::Group)];
    (grantee, 0..5_usize)
        .prop_map(|(grantee, at)| Grant { grantee, permission: Permission::ALL[at].0 })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn stored_grants_are_read_again(grants in vec(a_grant(), 0..GRANTS_MAX + 1)) {
        let encoded = Grant::encode_all(&grants);
        assert!(grants.iter().all(Grant::fits) && encoded.len() <= GRANTS_BYTES_MAX);
        assert_eq!(Grant::decode_all(&encoded), Ok(grants));
    }

    /// What is read from any bytes is written as the same bytes: nothing of them is ignored.
    #[test]
    fn no_byte_of_stored_grants_is_ignored(bytes in vec(any::<u8>(), 0..60)) {
        let bytes: Vec<u8> = [1].into_iter().chain(bytes.into_iter().map(|b| b % 6)).collect();
        if let Ok(grants) = Grant::decode_all(&bytes) {
            assert_eq!(Grant::encode_all(&grants), bytes);
        }
    }

    /// Lists never deny: with a grant more, nobody may less.
    #[test]
    fn a_grant_more_takes_nothing_away(
        grants in vec(a_grant(), 0..6),
        more in a_grant(),
        at in 0..6_usize,
    ) {
        let before = Acl { owner: owner("alice"), grants };
        let mut after = before.clone();
        after.grants.insert(at.min(before.grants.len()), more);
        let others = ["s3:PutObject", "s3:GetBucketAcl"];
        let actions = BUCKET_READ.iter().chain(&OBJECT_READ).chain(&others);
        for action in actions {
            for principal in [alice(), bob(), Principal::Anonymous] {
                for scope in [AclScope::Bucket, AclScope::Object] {
                    let had = before.grants(&principal, action, scope);
                    let has = after.grants(&principal, action, scope);
                    assert!(has.is_some() || had.is_none(), "{action}");
                    assert!(had != Some(AclGrant::Everyone) || has == had, "{action}");
                }
            }
        }
    }

    #[test]
    fn any_header_is_read_or_refused(header in "[ -~]{0,80}") {
        let _ = grantees_of_header(&header);
    }
}

/// Nobody writes one, and it would not be written again as it was read.
#[test]
fn stored_names_have_a_longest() {
    let grant = |id: usize, name: usize| {
        let mut bytes = vec![1, 0, 0];
        for length in [id, name] {
            bytes.push(u8::try_from(length).unwrap());
            bytes.extend(vec![b'a'; length]);
        }
        Grant::decode_all(&bytes)
    };
    let read = grant(96, 96).unwrap();
    assert_eq!(Grant::decode_all(&Grant::encode_all(&read)).unwrap(), read);
    assert!(grant(97, 0).is_err() && grant(0, 97).is_err());
}
