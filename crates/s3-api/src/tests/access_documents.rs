//! The documents that decide about access: bucket policies, public access, ownership.

use crate::testing::{Ask, Got, World};
use larder_iam::{Decision, Request, Rules};
use std::sync::Arc;

/// Everybody may do everything: what is refused is refused by the documents themselves.
struct Everything;

impl Rules for Everything {
    fn decide(&self, _: &Request<'_>) -> Decision {
        Decision::Allowed
    }

    fn could_allow(&self, _: &Request<'_>) -> bool {
        true
    }
}

const PUBLIC: &str = "{\n  \"Version\": \"2012-10-17\", \"Statement\": [{ \"Effect\": \"Allow\",\
                      \"Principal\": \"*\", \"Action\": \"s3:GetObject\",\
                      \"Resource\": \"arn:aws:s3:::photos/*\" }]\n}\n";

/// A world with a bucket that blocks nothing.
fn open() -> World {
    let world = World::open();
    world.bucket("photos");
    world
}

fn put(world: &World, subresource: &str, body: &str) -> Got {
    world.send(Ask::new("PUT", format!("/photos?{subresource}")).body(body).md5())
}

fn get(world: &World, subresource: &str) -> Got {
    world.send(Ask::new("GET", format!("/photos?{subresource}")))
}

fn delete(world: &World, subresource: &str) -> Got {
    world.send(Ask::new("DELETE", format!("/photos?{subresource}")))
}

#[test]
fn a_policy_comes_back_as_it_was_written() {
    let world = open();
    let got = get(&world, "policy").refused(404, "NoSuchBucketPolicy");
    assert_eq!(got.element("BucketName"), Some("photos"));
    get(&world, "policyStatus").refused(404, "NoSuchBucketPolicy");
    let ask = Ask::new("PUT", "/photos?policy").body(PUBLIC);
    let got = world.send(ask.header("x-amz-confirm-remove-self-bucket-access", "true"));
    assert_eq!((got.status.as_u16(), got.text()), (204, ""));
    let got = get(&world, "policy").ok();
    assert_eq!((got.text(), got.header("content-type")), (PUBLIC, Some("application/json")));
    assert_eq!(get(&world, "policyStatus").ok().element("IsPublic"), Some("true"));
    let of_one = PUBLIC.replace("\"*\"", "{\"AWS\":\"222222222222\"}");
    put(&world, "policy", &of_one).ok();
    assert_eq!(get(&world, "policyStatus").ok().element("IsPublic"), Some("false"));
    assert_eq!(delete(&world, "policy").status, 204);
    assert_eq!(delete(&world, "policy").status, 204, "it is gone already");
    get(&world, "policy").refused(404, "NoSuchBucketPolicy");
}

#[test]
fn a_policy_that_aws_refuses_replaces_nothing() {
    let world = open();
    put(&world, "policy", PUBLIC).ok();
    put(&world, "policy", "").refused(400, "MissingRequestBodyError");
    for (body, words) in [
        ("<Policy/>".to_owned(), "Policies must be valid JSON"),
        (PUBLIC.replace("photos", "other"), "Policy has invalid resource"),
        (PUBLIC.replace("photos/*", "photos"), "Action does not apply to any resource"),
        (PUBLIC.replace("GetObject", "GetNothing"), "Policy has invalid action"),
        (PUBLIC.replace("Allow", "Perhaps"), "Invalid effect"),
    ] {
        let got = put(&world, "policy", &body).refused(400, "MalformedPolicy");
        assert!(got.element("Message").unwrap().contains(words), "{}", got.text());
    }
    assert_eq!(get(&world, "policy").ok().text(), PUBLIC);
}

/// Botocore of PutBucketPolicy: whoever has the right but is of another account gets 405.
#[test]
fn a_policy_is_the_owner_s_account_s_alone() {
    let world = World::with_rules(Arc::new(Everything));
    world.bucket("photos");
    delete(&world, "publicAccessBlock");
    put(&world, "policy", PUBLIC).ok();
    for signer in [Some("bob"), None] {
        let ask = |method| Ask::new(method, "/photos?policy").by(signer);
        world.send(ask("GET")).refused(405, "MethodNotAllowed");
        world.send(ask("PUT").body(PUBLIC)).refused(405, "MethodNotAllowed");
        world.send(ask("DELETE")).refused(405, "MethodNotAllowed");
        // That is said of the policy, not of other documents.
        world.send(Ask::new("GET", "/photos?policyStatus").by(signer)).ok();
    }
    assert_eq!(get(&world, "policy").ok().text(), PUBLIC);
}

#[test]
fn a_policy_goes_with_its_bucket() {
    let world = open();
    put(&world, "policy", PUBLIC).ok();
    assert_eq!(world.send(Ask::new("DELETE", "/photos")).status, 204);
    world.bucket("photos");
    get(&world, "policy").refused(404, "NoSuchBucketPolicy");
}

fn ownership(setting: &str) -> String {
    format!(
        "<OwnershipControls xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>\
         <ObjectOwnership>{setting}</ObjectOwnership></Rule></OwnershipControls>"
    )
}

fn block(switch: &str) -> String {
    format!(
        "<PublicAccessBlockConfiguration><{switch}>true</{switch}></PublicAccessBlockConfiguration>"
    )
}

/// API reference of CreateBucket, and AWS's announcement of April 2023.
#[test]
fn what_new_buckets_start_with() {
    let create = |world: &World, name: &str, ownership: Option<&str>| {
        let mut ask = Ask::new("PUT", format!("/{name}"));
        if let Some(ownership) = ownership {
            ask = ask.header("x-amz-object-ownership", ownership);
        }
        world.send(ask)
    };
    let read = |world: &World, path: &str| world.send(Ask::new("GET", path));
    let world = World::new();
    create(&world, "one", None).ok();
    let got = read(&world, "/one?ownershipControls").ok();
    assert_eq!(got.element("ObjectOwnership"), Some("BucketOwnerEnforced"));
    let got = read(&world, "/one?publicAccessBlock").ok();
    assert_eq!(got.text().matches(">true<").count(), 4, "{}", got.text());
    create(&world, "two", Some("BucketOwnerPreferred")).ok();
    let got = read(&world, "/two?ownershipControls").ok();
    assert_eq!(got.element("ObjectOwnership"), Some("BucketOwnerPreferred"));
    create(&world, "three", Some("Nobody")).refused(400, "InvalidArgument");
    read(&world, "/three?ownershipControls").refused(404, "NoSuchBucket");
    let world = World::open();
    create(&world, "one", None).ok();
    read(&world, "/one?ownershipControls").refused(404, "OwnershipControlsNotFoundError");
    read(&world, "/one?publicAccessBlock").refused(404, "NoSuchPublicAccessBlockConfiguration");
    create(&world, "two", Some("ObjectWriter")).ok();
    let got = read(&world, "/two?ownershipControls").ok();
    assert_eq!(got.element("ObjectOwnership"), Some("ObjectWriter"));
}

#[test]
fn ownership_controls_come_and_go() {
    let world = open();
    for setting in ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"] {
        assert_eq!(put(&world, "ownershipControls", &ownership(setting)).ok().status, 200);
        let got = get(&world, "ownershipControls").ok();
        assert_eq!(got.element("ObjectOwnership"), Some(setting));
    }
    put(&world, "ownershipControls", &ownership("Nobody")).refused(400, "MalformedXML");
    assert_eq!(delete(&world, "ownershipControls").status, 204);
    get(&world, "ownershipControls").refused(404, "OwnershipControlsNotFoundError");
}

#[test]
fn who_pays_is_the_owner_until_told() {
    let world = World::with_bucket("photos");
    assert_eq!(get(&world, "requestPayment").ok().element("Payer"), Some("BucketOwner"));
    let payer = |payer: &str| {
        let body = format!(
            "<RequestPaymentConfiguration><Payer>{payer}</Payer></RequestPaymentConfiguration>"
        );
        put(&world, "requestPayment", &body)
    };
    payer("Requester").ok();
    assert_eq!(get(&world, "requestPayment").ok().element("Payer"), Some("Requester"));
    payer("Nobody").refused(400, "MalformedXML");
    payer("BucketOwner").ok();
    assert_eq!(get(&world, "requestPayment").ok().element("Payer"), Some("BucketOwner"));
}

/// User guide, "Block public access settings": BlockPublicPolicy refuses what is written from then
/// on, and leaves what is there.
#[test]
fn public_policies_are_blocked_where_they_are_written() {
    let world = open();
    put(&world, "policy", PUBLIC).ok();
    for other in ["BlockPublicAcls", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        put(&world, "publicAccessBlock", &block(other)).ok();
        put(&world, "policy", PUBLIC).ok();
    }
    put(&world, "publicAccessBlock", &block("BlockPublicPolicy")).ok();
    let got = put(&world, "policy", PUBLIC).refused(403, "AccessDenied");
    assert!(got.text().contains("BlockPublicPolicy"), "{}", got.text());
    assert_eq!(get(&world, "policy").ok().text(), PUBLIC, "it was there before");
    put(&world, "policy", &PUBLIC.replace("\"*\"", "{\"AWS\":\"222222222222\"}")).ok();
    put(&world, "policy", &PUBLIC.replace("Allow", "Deny")).ok();
    assert_eq!(delete(&world, "publicAccessBlock").status, 204);
    get(&world, "publicAccessBlock").refused(404, "NoSuchPublicAccessBlockConfiguration");
    put(&world, "policy", PUBLIC).ok();
}
