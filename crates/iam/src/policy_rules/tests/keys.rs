//! Which condition keys are answered.

use super::{Case, OWN, account, user_of};
use crate::policy::reference;
use crate::{Existing, ExistingObject};

/// Keys of actions that are there, about what is not: a condition on them finds them absent. The
/// page on access names them.
const ABOUT_WHAT_IS_NOT_THERE: [&str; 12] = [
    "s3:AccessGrantsInstanceArn",
    "s3:AccessPointNetworkOrigin",
    "s3:AccessPointTag/",
    "s3:BucketTag/",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:InventoryAccessibleOptionalFields",
    "s3:ObjectCreationOperation",
    "s3:ResourceAccount",
    "s3:TlsVersion",
    "s3:locationconstraint",
    "s3:object-lock-remaining-retention-days",
];

#[test]
fn the_keys_of_an_object_s_actions_are_answered_or_named() {
    let owner = account(OWN).owner.clone();
    let tags = [("x", "1")];
    let found = ExistingObject { owner: &owner, tags: &tags, grants: None };
    for action in
        ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
    {
        let mut case = Case::of(user_of(OWN, &[]), action);
        case.existing = Existing::Found(found);
        case.version = Some("v");
        case.sent.tags = vec![("x".into(), "1".into())];
        let info = reference::action(action).unwrap();
        let listed = || reference::condition_keys().filter(|key| info.has_key(&full(key.name)));
        for key in listed() {
            let bare = key.name.trim_start_matches("s3:").to_lowercase();
            for header in [bare.clone(), format!("x-amz-{bare}")] {
                case.sent.headers.insert(header, "sent".into());
            }
            case.sent.query.insert(bare, "sent".into());
        }
        for key in listed().filter(|key| key.name.starts_with("s3:")) {
            let is_answered = case.key(&full(key.name).to_lowercase()).is_some();
            let is_named = ABOUT_WHAT_IS_NOT_THERE.contains(&key.name);
            assert!(is_answered != is_named, "{} of {action}: {is_answered}", key.name);
        }
    }
}

/// A key's name with the name of a tag where one follows.
fn full(name: &str) -> String {
    if name.ends_with('/') { format!("{name}x") } else { name.to_owned() }
}
