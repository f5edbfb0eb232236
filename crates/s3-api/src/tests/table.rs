//! Over the table of contents.

use crate::access::On;
use crate::coverage_markdown;
use crate::ops::{TableEntry, entry};
use crate::testing::{Ask, World};
use larder_iam::policy::reference::action as action_info;
use larder_s3_model::{Level, OPERATIONS, OperationInfo};

/// A request of an operation's form, with a body that is no document of any.
fn request_of(info: &'static OperationInfo) -> Ask {
    let path = match info.level {
        Level::Service => "/",
        Level::Bucket => "/photos",
        Level::Object => "/photos/a",
    };
    let query: Vec<String> = info
        .query
        .iter()
        .map(
            |(name, value)| {
                if value.is_empty() { format!("{name}=1") } else { format!("{name}={value}") }
            },
        )
        .collect();
    let mut ask = Ask::new(info.method, format!("{path}?{}", query.join("&")));
    for name in info.headers {
        ask = ask.header(name, "photos/a");
    }
    if matches!(info.method, "PUT" | "POST") {
        ask = ask.body("<garbage").md5();
    }
    ask
}

#[test]
fn every_operation_is_reached_and_denies_by_default() {
    let world = World::with_bucket("photos");
    for info in OPERATIONS.iter().filter(|info| info.superseded_by.is_none()) {
        let ask = request_of(info);
        let anonymous = world.send(ask.clone().by(None)).refused(403, "AccessDenied");
        assert_eq!(anonymous.operation, Some(info.name), "shadowed");
        let other = world.send(ask.by(Some("bob")));
        match info.name {
            "ListBuckets" => assert_eq!(other.status, 200),
            "CreateBucket" => assert_ne!(other.status, 200),
            _ if info.level == Level::Service => {
                other.refused(501, "NotImplemented");
            }
            _ => {
                other.refused(403, "AccessDenied");
            }
        }
    }
    // Nothing of it left a trace.
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
}

#[test]
fn what_is_not_built_says_why() {
    let world = World::with_bucket("photos");
    let mut seen = 0;
    for info in OPERATIONS.iter().filter(|info| info.superseded_by.is_none()) {
        let TableEntry::NotBuilt(reason) = entry(info.operation) else {
            continue;
        };
        let got = world.send(request_of(info)).refused(501, "NotImplemented");
        if info.method != "HEAD" {
            assert!(got.element("Message").unwrap().contains(reason), "{}", got.text());
        }
        seen += 1;
    }
    assert!(seen > 0);
}

/// Each action of the table is one of AWS's, and acts there on what it is asked for here.
#[test]
fn the_actions_are_those_of_the_service_reference() {
    let mut seen = 0;
    for info in &OPERATIONS {
        let TableEntry::Built(needs) = entry(info.operation) else {
            continue;
        };
        for need in needs {
            let (name, action) = (info.name, need.action.as_str());
            let known = action_info(action).unwrap_or_else(|| panic!("{name}: {action} is none"));
            let resource = match need.on {
                On::Service => None,
                On::NewBucket | On::Bucket => Some("bucket"),
                On::Object | On::Source | On::Entry => Some("object"),
            };
            let fits = resource
                .map_or(known.resources.is_empty(), |resource| known.resources.contains(&resource));
            assert!(fits, "{name} asks for {action} on {resource:?}, AWS on {:?}", known.resources);
            seen += 1;
        }
    }
    assert!(seen > 50);
}

#[test]
fn superseded_operations_are_not_built() {
    for info in OPERATIONS.iter().filter(|info| info.superseded_by.is_some()) {
        assert!(matches!(entry(info.operation), TableEntry::NotBuilt(_)), "{}", info.name);
    }
}

#[test]
fn the_coverage_page_is_printed_from_the_table() {
    let page = coverage_markdown();
    assert!(
        include_str!("../../../../docs/coverage.md").starts_with(&page),
        "CONTRIBUTING.md says how it is printed"
    );
    for info in &OPERATIONS {
        let row = format!("| [{}](", info.name);
        assert_eq!(page.matches(&row).count(), 1, "{}", info.name);
    }
    assert!(page.contains("API_GetObject.html) | yes | `s3:GetObject`, `s3:GetObjectVersion` |"));
    assert!(page.contains("| PostObject | yes |"));
}
