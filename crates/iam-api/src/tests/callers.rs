//! GetCallerIdentity and GetAccessKeyInfo.

use super::{ALICE, Ask, EVE, World, key_of};
use crate::Fact;
use larder_iam_model::Operation;
use larder_types::AccountId;

fn whoami() -> Ask {
    Ask::post("sts", &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")])
}

#[test]
fn everybody_learns_who_they_are() {
    let world = World::new();
    let root = world.send(whoami()).ok();
    assert_eq!(root.element("UserId"), Some(ALICE));
    assert_eq!(root.element("Account"), Some(ALICE));
    assert_eq!(root.element("Arn"), Some("arn:aws:iam::111111111111:root"));
    let space = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">";
    assert!(root.body.starts_with(space), "{}", root.body);
    assert!(root.facts.contains(&Fact::Operation(Operation::GetCallerIdentity)));
    assert!(root.facts.contains(&Fact::AccessKey(key_of("alice"))));
    assert!(root.facts.contains(&Fact::Account(AccountId::new(ALICE).unwrap())));
    assert!(!root.facts.contains(&Fact::MustFinish));
    let user = world.send(whoami().by(Some(EVE))).ok();
    assert_eq!(user.element("UserId"), Some("AIDAEVE"));
    assert_eq!(user.element("Arn"), Some("arn:aws:iam::111111111111:user/staff/eve"));
}

/// The form that some clusters hand to a server as proof of who they are.
#[test]
fn a_presigned_url_tells_who_signed_it() {
    let world = World::new();
    let path = world.presigned("/?Action=GetCallerIdentity&Version=2011-06-15", "sts", 60);
    let mut ask = Ask::posting("sts", "").by(None);
    ask.method = http::Method::GET;
    ask.headers.remove("content-type");
    ask.path = path;
    let got = world.send(ask.clone()).ok();
    assert_eq!(got.element("Account"), Some(ALICE));
    let mut other = ask.clone();
    other.path = ask.path.replace("GetCallerIdentity", "GetSessionToken");
    world.send(other).refused(403, "SignatureDoesNotMatch");
    let mut with_body = ask.clone();
    with_body.body = b"x".to_vec();
    world.send(with_body).refused(403, "SignatureDoesNotMatch");
    world.sim.block_on(world.sim.platform().tasks.sleep(std::time::Duration::from_secs(61)));
    world.send(ask).refused(403, "SignatureDoesNotMatch");
}

#[test]
fn a_key_tells_its_account_to_those_who_may_ask() {
    let world = World::new();
    let ask = |id: &str| Ask::post("sts", &[("Action", "GetAccessKeyInfo"), ("AccessKeyId", id)]);
    let got = world.send(ask(&key_of("bob"))).ok();
    assert_eq!(got.element("Account"), Some("222222222222"));
    world.send(ask(&key_of("nobody"))).refused(400, "ValidationError");
    let denied = world.send(ask(&key_of("bob")).by(Some(EVE))).refused(403, "AccessDenied");
    assert_eq!(
        denied.element("Message"),
        Some(
            "User: arn:aws:iam::111111111111:user/staff/eve is not authorized to perform: \
             sts:GetAccessKeyInfo on resource: * because no identity-based policy allows the \
             sts:GetAccessKeyInfo action"
        )
    );
    let short = world.send(ask("x")).refused(400, "ValidationError");
    assert!(short.element("Message").unwrap().contains("'accessKeyId'"), "{}", short.body);
}
