//! Over the table of contents.

use super::{Ask, EVE, World};
use crate::coverage_markdown;
use crate::ops::{TableEntry, entry};
use larder_iam_model::{OPERATIONS, OperationInfo};

fn request_of(info: &OperationInfo) -> Ask {
    Ask::post(info.service.name(), &[("Action", info.name), ("Version", info.service.version())])
}

/// Denied comes first: whoever has no right learns nothing of what a request lacks, nor of what is
/// there.
#[test]
fn every_operation_denies_by_default() {
    let world = World::new();
    for info in &OPERATIONS {
        let ask = request_of(info);
        world.send(ask.clone().by(None)).refused(403, "MissingAuthenticationToken");
        match entry(info.operation) {
            TableEntry::Open => drop(world.send(ask.by(Some(EVE))).ok()),
            TableEntry::Built | TableEntry::NotBuilt(_) => {
                let got = world.send(ask.by(Some(EVE)));
                let code = got.element("Code").unwrap();
                // What an operation is about has to be there before it is known who may.
                assert!(matches!(code, "AccessDenied" | "ValidationError"), "{} {code}", info.name);
            }
        }
    }
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
