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
    let world = World::with_bucket("photos");
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
    let world = World::with_bucket("photos");
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
    let world = World::with_bucket("photos");
    put(&world, "policy", PUBLIC).ok();
    assert_eq!(world.send(Ask::new("DELETE", "/photos")).status, 204);
    world.bucket("photos");
    get(&world, "policy").refused(404, "NoSuchBucketPolicy");
}
