//! Access keys, from their making to their end.

use super::{Ask, Got, World, key_of};
use crate::Fact;

fn whoami(id: &str, secret: &str) -> Ask {
    let mut ask = Ask::post("sts", &[("Action", "GetCallerIdentity")]);
    (ask.signer, ask.secret) = (Some(id.to_owned()), Some(secret.to_owned()));
    ask
}

fn made(got: &Got) -> (String, String) {
    let text = |name| got.element(name).unwrap().to_owned();
    (text("AccessKeyId"), text("SecretAccessKey"))
}

#[test]
fn a_key_signs_from_its_making_to_its_end() {
    let world = World::new();
    world.iam("CreateUser", &[("UserName", "ada"), ("Path", "/staff/")]).ok();
    let got = world.iam("CreateAccessKey", &[("UserName", "ada")]).ok();
    assert!(got.facts.contains(&Fact::MustFinish));
    assert_eq!((got.element("UserName"), got.element("Status")), (Some("ada"), Some("Active")));
    let (id, secret) = made(&got);
    assert_eq!((id.len(), &id[..4], secret.len()), (20, "AKIA", 40));
    let last_use = || world.iam("GetAccessKeyLastUsed", &[("AccessKeyId", &id)]).ok();
    let unused = last_use();
    assert_eq!(unused.element("UserName"), Some("ada"));
    assert_eq!(
        (unused.element("ServiceName"), unused.element("Region")),
        (Some("N/A"), Some("N/A"))
    );
    assert_eq!(unused.element("LastUsedDate"), None);
    let who = world.send(whoami(&id, &secret)).ok();
    assert_eq!(who.element("Arn"), Some("arn:aws:iam::111111111111:user/staff/ada"));
    // No request waits for the note.
    world.sim.run_until_idle();
    let used = last_use();
    assert_eq!(
        (used.element("ServiceName"), used.element("Region")),
        (Some("sts"), Some("us-east-1"))
    );
    assert!(used.element("LastUsedDate").is_some());
    let key = [("UserName", "ada"), ("AccessKeyId", id.as_str())];
    let update = |status| world.iam("UpdateAccessKey", &[key[0], key[1], ("Status", status)]);
    update("Inactive").ok();
    world.send(whoami(&id, &secret)).refused(403, "InvalidClientTokenId");
    let listed = world.iam("ListAccessKeys", &[("UserName", "ada")]).ok();
    assert_eq!(listed.elements("AccessKeyId"), [id.as_str()]);
    assert_eq!(listed.element("Status"), Some("Inactive"));
    assert!(!listed.body.contains(&secret), "a secret is shown once");
    update("Active").ok();
    world.send(whoami(&id, &secret)).ok();
    update("Expired").refused(400, "ValidationError");
    world.iam("DeleteUser", &[("UserName", "ada")]).refused(409, "DeleteConflict");
    world.iam("DeleteAccessKey", &key).ok();
    world.send(whoami(&id, &secret)).refused(403, "InvalidClientTokenId");
    world.iam("DeleteAccessKey", &key).refused(404, "NoSuchEntity");
    world.iam("DeleteUser", &[("UserName", "ada")]).ok();
}

#[test]
fn there_are_two_at_most_and_the_root_has_its_own() {
    let world = World::new();
    world.iam("CreateUser", &[("UserName", "ada")]).ok();
    for _ in 0..2 {
        world.iam("CreateAccessKey", &[("UserName", "ada")]).ok();
        world.iam("CreateAccessKey", &[]).ok();
    }
    world.iam("CreateAccessKey", &[("UserName", "ada")]).refused(409, "LimitExceeded");
    let (id, secret) = {
        let listed = world.iam("ListAccessKeys", &[]).ok();
        let id = listed.elements("AccessKeyId")[0].to_owned();
        world.iam("DeleteAccessKey", &[("AccessKeyId", &id)]).ok();
        made(&world.iam("CreateAccessKey", &[]).ok())
    };
    let root = world.send(whoami(&id, &secret)).ok();
    assert_eq!(root.element("Arn"), Some("arn:aws:iam::111111111111:root"));
    let page = world.iam("ListAccessKeys", &[("UserName", "ada"), ("MaxItems", "1")]).ok();
    assert_eq!(page.element("IsTruncated"), Some("true"));
    let marker = page.element("Marker").unwrap();
    let rest = world.iam("ListAccessKeys", &[("UserName", "ada"), ("Marker", marker)]).ok();
    assert_eq!(rest.element("IsTruncated"), Some("false"));
    assert_ne!(rest.elements("AccessKeyId"), page.elements("AccessKeyId"));
    assert_eq!(rest.elements("AccessKeyId").len(), 1);
}

/// Nobody learns which keys there are elsewhere: what is not there is refused as another's is.
#[test]
fn the_keys_of_others_are_not_told_of() {
    let world = World::new();
    let (id, _) = {
        let mut ask = Ask::post("iam", &[("Action", "CreateAccessKey")]);
        ask.signer = Some(key_of("bob"));
        made(&world.send(ask).ok())
    };
    for id in [id.as_str(), "AKIANOSUCHKEY0000000"] {
        world.iam("GetAccessKeyLastUsed", &[("AccessKeyId", id)]).refused(403, "AccessDenied");
        world.iam("DeleteAccessKey", &[("AccessKeyId", id)]).refused(404, "NoSuchEntity");
    }
}
