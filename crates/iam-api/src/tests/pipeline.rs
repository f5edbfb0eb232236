//! What comes before an operation.

use super::{Ask, EVE, World, key_of};
use crate::{BODY_BYTES_MAX, Fact};

fn whoami() -> Ask {
    Ask::post("sts", &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")])
}

#[test]
fn a_signature_covers_the_body() {
    let world = World::new();
    world.send(whoami()).ok();
    let signed = world.sign(whoami());
    let mut other = signed.clone();
    other.body = b"Action=GetAccessKeyInfo&AccessKeyId=alice00000000000".to_vec();
    let got = world.send_signed(other).refused(403, "SignatureDoesNotMatch");
    assert!(!got.facts.iter().any(|fact| matches!(fact, Fact::Operation(_) | Fact::Account(_))));
    // Also when a header says that nothing is covered.
    let mut declared = world.sign(whoami().header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
    world.send_signed(declared.clone()).ok();
    declared.body.push(b'&');
    world.send_signed(declared).refused(403, "SignatureDoesNotMatch");
}

#[test]
fn who_cannot_be_known_is_refused_before_the_body_is_read() {
    let world = World::new();
    let unread = |ask: Ask, code: &str| {
        let got = world.send(ask).refused(403, code);
        assert!(!got.facts.iter().any(|fact| matches!(fact, Fact::BodyBytes(_))));
    };
    unread(whoami().by(None), "MissingAuthenticationToken");
    unread(whoami().by(Some(&key_of("nobody"))), "InvalidClientTokenId");
    unread(whoami().header("x-amz-security-token", "t0ken"), "InvalidClientTokenId");
    for service in ["s3", "kms", "IAM"] {
        let mut ask = whoami();
        ask.service = service;
        unread(ask, "SignatureDoesNotMatch");
    }
    let version_2 = whoami().by(None).header("authorization", "AWS alice00000000000:c2ln");
    world.send(version_2).refused(400, "IncompleteSignature");
    for header in ["AWS4-HMAC-SHA256 Credential=a/20260101/r/iam/aws4_request", "Bearer x"] {
        world
            .send(whoami().by(None).header("authorization", header))
            .refused(400, "IncompleteSignature");
    }
}

#[test]
fn a_signature_is_for_its_service_and_its_time() {
    let world = World::new();
    let mut ask = whoami();
    ask.service = "iam";
    let got = world.send(ask).refused(403, "SignatureDoesNotMatch");
    let message = "Credential should be scoped to correct service: 'sts'.";
    assert_eq!(got.element("Message"), Some(message));
    for age_seconds in [16 * 60, -16 * 60] {
        let mut ask = whoami();
        ask.age_seconds = age_seconds;
        let got = world.send(ask).refused(403, "SignatureDoesNotMatch");
        assert!(got.element("Message").unwrap().starts_with("Signature expired"), "{}", got.body);
    }
}

#[test]
fn a_form_names_one_operation_of_one_version() {
    let world = World::new();
    let send = |parameters: &[(&str, &str)]| world.send(Ask::post("iam", parameters));
    send(&[]).refused(400, "MissingAction");
    send(&[("Action", "")]).refused(400, "MissingAction");
    let got =
        send(&[("Action", "MakeCoffee"), ("Version", "2010-05-08")]).refused(400, "InvalidAction");
    let message = "Could not find operation MakeCoffee for version 2010-05-08";
    assert_eq!(got.element("Message"), Some(message));
    send(&[("Action", "GetUser"), ("Version", "2011-06-15")]).refused(400, "InvalidAction");
    let long = "x".repeat(10_000);
    let got = send(&[("Action", &long)]).refused(400, "InvalidAction");
    assert!(got.body.len() < 1000, "{}", got.body.len());
    let twice = "Action=GetUser&Action=DeleteUser";
    world.send(Ask::posting("iam", twice)).refused(404, "MalformedQueryString");
}

#[test]
fn bodies_are_bounded_and_text() {
    let world = World::new();
    let send = |body: Vec<u8>| world.send(Ask::posting("iam", body));
    send(vec![b'a'; BODY_BYTES_MAX + 1]).refused(413, "RequestEntityTooLarge");
    send(vec![b'a'; BODY_BYTES_MAX]).refused(400, "MissingAction");
    send(vec![b'&'; BODY_BYTES_MAX]).refused(400, "MissingAction");
    for garbage in [&b"\xff\xfe"[..], b"Action=%zz", b"Action=%ff"] {
        send(garbage.to_vec()).refused(404, "MalformedQueryString");
    }
    let many = (0..5000).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
    send(many.into_bytes()).refused(404, "MalformedQueryString");
}

/// A user's requests are bound to the user whose key it is, whatever the form says.
#[test]
fn the_caller_is_who_signed() {
    let world = World::new();
    let parameters = [("Action", "GetCallerIdentity"), ("UserId", "x"), ("aws:userid", "alice")];
    let got = world.send(Ask::post("sts", &parameters).by(Some(EVE))).ok();
    assert_eq!(got.element("UserId"), Some("AIDAEVE"));
}
