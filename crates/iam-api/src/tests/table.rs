//! Over the table of contents.

use super::{Ask, EVE, World};
use crate::ops::{TableEntry, entry};
use crate::{Fact, coverage_markdown};
use larder_iam_model::{OPERATIONS, OperationInfo};

fn request_of(info: &OperationInfo) -> Ask {
    Ask::post(info.service.name(), &[("Action", info.name), ("Version", info.service.version())])
}

/// What any operation could need: what an operation does not know it does not look at.
const EVERYTHING: [(&str, &str); 27] = [
    ("AccessKeyId", "alice00000000000"),
    ("AccountAlias", "acme"),
    ("AssumeRolePolicyDocument", "{}"),
    ("ClientID", "c"),
    ("Description", "d"),
    ("GroupName", "n"),
    ("Name", "fed"),
    ("NewPath", "/"),
    ("OpenIDConnectProviderArn", "arn:aws:iam::111111111111:oidc-provider/a"),
    ("Path", "/p/"),
    ("PermissionsBoundary", "arn:aws:iam::111111111111:policy/p"),
    ("PolicyArn", "arn:aws:iam::111111111111:policy/p"),
    ("PolicyDocument", "{}"),
    ("PolicyName", "p"),
    ("RoleArn", "arn:aws:iam::111111111111:role/n"),
    ("RoleName", "n"),
    ("RoleSessionName", "session"),
    ("ServiceName", "s"),
    ("SetAsDefault", "true"),
    ("Status", "Active"),
    ("TagKeys.member.1", "k"),
    ("Tags.member.1.Key", "k"),
    ("Tags.member.1.Value", "v"),
    ("ThumbprintList.member.1", "0123456789012345678901234567890123456789"),
    ("Url", "https://issuer.test"),
    ("UserName", "n"),
    ("VersionId", "v1"),
];

/// The request with all that its operation needs.
fn whole_request_of(info: &OperationInfo) -> Ask {
    let mut parameters = vec![("Action", info.name), ("Version", info.service.version())];
    parameters.extend_from_slice(&EVERYTHING);
    Ask::post(info.service.name(), &parameters)
}

#[test]
fn every_operation_denies_by_default() {
    let world = World::new();
    for info in &OPERATIONS {
        let ask = whole_request_of(info);
        world.send(ask.clone().by(None)).refused(403, "MissingAuthenticationToken");
        let stranger = world.send(ask.by(Some(EVE)));
        if entry(info.operation) == TableEntry::Open {
            // The root: a session of eve's needs more of eve than her key.
            drop(world.send(whole_request_of(info)).ok());
            assert_ne!(stranger.element("Code"), Some("AccessDenied"), "{}", info.name);
            continue;
        }
        let denied = stranger.refused(403, "AccessDenied");
        let message = denied.element("Message").unwrap();
        assert!(message.contains(info.action), "{message}");
        assert!(!denied.facts.contains(&Fact::MustFinish), "{}", info.name);
        assert!(denied.facts.contains(&Fact::Operation(info.operation)));
        // A form without what it needs is told so, or is denied as well.
        let got = world.send(request_of(info).by(Some(EVE)));
        let code = got.element("Code").unwrap();
        assert!(matches!(code, "AccessDenied" | "ValidationError"), "{} {code}", info.name);
    }
    // Nothing of it left a trace.
    let summary = world.iam("GetAccountSummary", &[]).ok();
    for what in ["Users", "Groups", "Roles", "Policies", "Providers", "AccountAccessKeysPresent"] {
        assert!(summary.body.contains(&format!("<key>{what}</key><value>0</value>")), "{what}");
    }
    assert_eq!(world.iam("ListAccountAliases", &[]).ok().element("AccountAliases"), Some(""));
}

/// The root of another account has all rights, and none of them here.
#[test]
fn the_root_of_another_account_is_a_stranger() {
    let world = World::new();
    let mut seen = 0;
    for info in OPERATIONS.iter().filter(|info| entry(info.operation) == TableEntry::Built) {
        let got = world.send(whole_request_of(info).by(Some("bob0000000000000")));
        // By name an operation is about the caller's own account.
        let names_another = got.status == 403;
        if names_another {
            got.refused(403, "AccessDenied");
            seen += 1;
        }
    }
    // What is named by its ARN: policies and providers; and whose a key is.
    assert!(seen > 15, "{seen}");
    let summary = world.iam("GetAccountSummary", &[]).ok();
    assert!(summary.body.contains("<key>Users</key><value>0</value>"));
}

#[test]
fn what_is_not_built_says_why() {
    let world = World::new();
    let mut seen = 0;
    for info in &OPERATIONS {
        let TableEntry::NotBuilt(reason) = entry(info.operation) else {
            continue;
        };
        let got = world.send(request_of(info)).refused(501, "NotImplemented");
        let message = got.element("Message").unwrap();
        assert!(message.starts_with(info.name) && message.ends_with(reason), "{message}");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn an_action_is_named_for_its_operation() {
    for info in &OPERATIONS {
        assert_eq!(info.action, format!("{}:{}", info.service.name(), info.name));
    }
}

#[test]
fn the_coverage_page_is_printed_from_the_table() {
    let page = coverage_markdown();
    assert!(
        include_str!("../../../../docs/coverage.md").ends_with(&page),
        "CONTRIBUTING.md says how it is printed"
    );
    for info in &OPERATIONS {
        assert_eq!(page.matches(&format!("| [{}](", info.name)).count(), 1, "{}", info.name);
    }
}
