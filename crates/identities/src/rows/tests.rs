//! Fixtures of every released format, and what becomes of fields that are not known.

use super::address::{self, PolicyUse};
use super::{
    AccessKeyRecord, AccountRecord, Counts, IdName, IdentityKind, IdentityRecord, IdentitySchema,
    InlinePolicy, KeyEntry, KeyUse, OidcProviderRecord, PolicyRecord, PolicyVersionRecord, Record,
    RoleDetail, SessionKeyEntry, SystemKeys, Text, VersionEntry,
};
use crate::seal::Fingerprint;
use larder_storage::value::{CRITICAL, Malformed, UnknownFields};
use larder_storage::{RowKey, RowSchema as _};
use larder_types::{AccountId, Owner, Timestamp, hex};

const AT: Timestamp = Timestamp { ms: 1_800_000_000_000 };

fn pairs() -> Vec<(String, String)> {
    vec![("team".into(), "red".into())]
}

fn account_id() -> AccountId {
    AccountId::new("111122223333").unwrap()
}

fn an_account() -> AccountRecord {
    AccountRecord {
        owner: Owner { canonical_id: "canonical".into(), display_name: "pantry".into() },
        email: "a@b".into(),
        created: AT,
        counts: Counts { users: 1, groups: 2, roles: 3, policies: 4, oidc_providers: 5 },
        keys: vec![KeyEntry { id: "AKIA1".into(), created: AT }],
        alias: Some("pantry".into()),
        unknown: UnknownFields::default(),
    }
}

fn a_user() -> IdentityRecord {
    IdentityRecord {
        tags: pairs(),
        boundary: Some("arn:limit".into()),
        inline: vec![InlinePolicy { name: "own".into(), document: "{}".into() }],
        attached: vec!["arn:reads".into()],
        groups: vec!["AGPA1".into()],
        keys: vec![KeyEntry { id: "AKIA1".into(), created: AT }],
        ..IdentityRecord::new("Ann", "/a/", "AIDA1".into(), AT)
    }
}

fn a_group() -> IdentityRecord {
    IdentityRecord { members: 7, ..IdentityRecord::new("readers", "/", "AGPA1".into(), AT) }
}

fn a_role() -> IdentityRecord {
    let role = RoleDetail {
        trust_policy: "{}".into(),
        max_session_s: 3_600,
        description: Some("reads".into()),
    };
    IdentityRecord { role: Some(role), ..IdentityRecord::new("reader", "/", "AROA1".into(), AT) }
}

fn a_key() -> AccessKeyRecord {
    AccessKeyRecord {
        is_active: true,
        account: account_id(),
        user_id: Some("AIDA1".into()),
        created: AT,
        sealed_secret: vec![1, 2, 3],
        last_use: Some(KeyUse { at: AT, service: "s3".into(), region: "eu-central-1".into() }),
        unknown: UnknownFields::default(),
    }
}

fn a_policy() -> PolicyRecord {
    PolicyRecord {
        name: "Reads".into(),
        path: "/".into(),
        id: "ANPA1".into(),
        created: AT,
        updated: AT,
        default_version: 1,
        next_version: 3,
        attachments: 4,
        boundary_uses: 5,
        tags: pairs(),
        description: Some("reads".into()),
        versions: vec![VersionEntry { number: 1, created: AT }],
        unknown: UnknownFields::default(),
    }
}

fn a_provider() -> OidcProviderRecord {
    OidcProviderRecord {
        url: "issuer.example.com".into(),
        created: AT,
        tags: pairs(),
        client_ids: vec!["sts".into()],
        thumbprints: vec!["00".into()],
        unknown: UnknownFields::default(),
    }
}

fn system_keys() -> SystemKeys {
    let key = SessionKeyEntry { number: 1, created: AT, sealed_key: vec![4, 5] };
    SystemKeys {
        master: Fingerprint([6; 8]),
        session_keys: vec![key],
        unknown: UnknownFields::default(),
    }
}

/// A row of every kind: its name among the fixtures, its address, its value.
fn rows() -> Vec<(&'static str, RowKey, Vec<u8>)> {
    let of = |suffix| address::of_account(&account_id(), suffix);
    let named = IdName { kind: IdentityKind::User, name: "Ann".into() };
    let version = PolicyVersionRecord { document: "{}".into() };
    let use_of = PolicyUse::Permissions;
    let (user, group, role) = (IdentityKind::User, IdentityKind::Group, IdentityKind::Role);
    let value = |result: Result<bytes::Bytes, _>| result.unwrap().to_vec();
    vec![
        ("account-1", of(address::account()), value(an_account().encode())),
        ("user-1", of(address::identity(user, "Ann")), value(a_user().encode())),
        ("group-1", of(address::identity(group, "Readers")), value(a_group().encode())),
        ("role-1", of(address::identity(role, "reader")), value(a_role().encode())),
        ("id-1", of(address::id_name("AIDA1")), value(named.encode())),
        ("member-1", of(address::member("AGPA1", "Ann")), value(Text("Ann".into()).encode())),
        ("policy-1", of(address::policy("Reads")), value(a_policy().encode())),
        ("policy-version-1", of(address::policy_version("Reads", 1)), value(version.encode())),
        (
            "attachment-1",
            of(address::attachment("Reads", use_of, user, "Ann")),
            value(Text("Ann".into()).encode()),
        ),
        ("oidc-1", of(address::oidc_provider("issuer.example.com")), value(a_provider().encode())),
        ("access-key-1", address::access_key("AKIA1"), value(a_key().encode())),
        (
            "canonical-id-1",
            address::canonical_id("canonical"),
            value(Text("111122223333".into()).encode()),
        ),
        ("email-1", address::email("A@b"), value(Text("111122223333".into()).encode())),
        ("alias-1", address::alias("pantry"), value(Text("111122223333".into()).encode())),
        ("system-1", address::system_keys(), value(system_keys().encode())),
    ]
}

/// Today's code writes exactly the fixture: key, suffix, value.
#[test]
fn fixtures() {
    let fixtures = include_str!("../../fixtures/rows-1.txt");
    let lines: Vec<String> = rows()
        .iter()
        .map(|(name, row, value)| {
            let [key, suffix, value] = [&row.key[..], &row.suffix, value].map(hex::encode);
            let suffix = if suffix.is_empty() { "-" } else { &suffix };
            format!("{name} {key} {suffix} {value}")
        })
        .collect();
    assert_eq!(lines.join("\n"), fixtures.trim(), "a released format never changes");
}

#[test]
fn values_are_read_as_they_were_written() {
    fn same<T: Record + PartialEq + std::fmt::Debug>(record: T) {
        let value = record.encode().unwrap();
        assert_eq!(T::decode(&value).unwrap(), record);
        for end in 0..value.len() {
            if let Ok(shorter) = T::decode(&value[..end]) {
                assert_ne!(shorter, record, "cut at {end}");
            }
        }
    }
    same(an_account());
    same(AccountRecord { keys: vec![], alias: None, ..an_account() });
    [a_user(), a_group(), a_role()].into_iter().for_each(same);
    same(a_key());
    same(AccessKeyRecord { user_id: None, is_active: false, last_use: None, ..a_key() });
    same(a_policy());
    same(PolicyVersionRecord { document: "{}".into() });
    same(a_provider());
    same(system_keys());
}

#[test]
fn unknown_fields_are_carried_along_and_critical_ones_refused() {
    fn again<T: Record>(value: &[u8]) -> Result<Vec<u8>, Malformed> {
        Ok(T::decode(value)?.encode().unwrap().to_vec())
    }
    type Again = fn(&[u8]) -> Result<Vec<u8>, Malformed>;
    let carries: [(&str, Again); 7] = [
        ("account-1", again::<AccountRecord>),
        ("user-1", again::<IdentityRecord>),
        ("role-1", again::<IdentityRecord>),
        ("policy-1", again::<PolicyRecord>),
        ("oidc-1", again::<OidcProviderRecord>),
        ("access-key-1", again::<AccessKeyRecord>),
        ("system-1", again::<SystemKeys>),
    ];
    for (name, row, value) in rows() {
        let with = |tag: u8| [&value[..], &[tag, 2, 0, 8, 9]].concat();
        let known = IdentitySchema.read(&row, &with(0x7f));
        assert!(known.is_ok(), "{name}: {known:?}");
        assert!(IdentitySchema.read(&row, &with(u8::MAX)).is_err(), "{name}");
        assert!(IdentitySchema.read(&row, &with(CRITICAL + 2)).is_err(), "{name}");
        let mut newer = value.clone();
        newer[0] = 2;
        assert!(IdentitySchema.read(&row, &newer).is_err(), "{name}");
        if let Some((_, again)) = carries.iter().find(|(carrying, _)| *carrying == name) {
            assert_eq!(again(&with(0x7f)).unwrap(), with(0x7f), "{name}");
        }
    }
}

#[test]
fn rows_have_names_and_unknown_ones_are_refused() {
    let names: Vec<String> = rows().iter().map(|(_, row, _)| IdentitySchema.name(row)).collect();
    for expected in [
        "account 111122223333",
        "user ann of account 111122223333",
        "access key AKIA1",
        "account of a@b",
        "keys of the system",
    ] {
        assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
    }
    let unknown = address::of_account(&account_id(), "z".into());
    assert!(IdentitySchema.read(&unknown, &[1]).is_err());
    let unknown = RowKey { key: "z/".into(), suffix: bytes::Bytes::new(), ..unknown };
    assert!(IdentitySchema.read(&unknown, &[1]).is_err());
}
