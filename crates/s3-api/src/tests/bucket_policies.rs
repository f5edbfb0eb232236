//! Policies of buckets, from their PUT to what they decide.

use crate::testing::{Ask, Got, World};

fn policy(world: &World, statements: &str) -> Got {
    let body = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    world.send(Ask::new("PUT", "/photos?policy").body(body))
}

fn shared(statements: &str) -> World {
    let world = World::with_bucket("photos");
    world.send(Ask::new("DELETE", "/photos?publicAccessBlock")).ok();
    world
        .send(Ask::new("PUT", "/photos/open/a").body("open").header("x-amz-tagging", "kind=plum"))
        .ok();
    world.send(Ask::new("PUT", "/photos/closed/a").body("closed")).ok();
    policy(&world, statements).ok();
    world
}

fn get(path: &str) -> Ask {
    Ask::new("GET", path)
}

#[test]
fn a_public_prefix_is_read_without_a_name() {
    let world = shared(
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/open/*"}"#,
    );
    assert_eq!(world.send(get("/photos/open/a").by(None)).ok().text(), "open");
    assert_eq!(world.send(get("/photos/open/a").by(Some("bob"))).ok().text(), "open");
    world.send(get("/photos/closed/a").by(None)).refused(403, "AccessDenied");
    world.send(get("/photos").by(None)).refused(403, "AccessDenied");
    // Who may not list does not learn what is missing.
    world.send(get("/photos/open/b").by(None)).refused(403, "AccessDenied");
    world.send(Ask::new("PUT", "/photos/open/b").by(None).body("x")).refused(403, "AccessDenied");
    world.send(Ask::new("DELETE", "/photos/open/a").by(None)).refused(403, "AccessDenied");
    world.send(Ask::new("DELETE", "/photos?policy")).ok();
    world.send(get("/photos/open/a").by(None)).refused(403, "AccessDenied");
}

#[test]
fn another_account_does_what_it_was_given() {
    let world = shared(
        r#"{"Effect":"Allow","Principal":{"AWS":"222222222222"},
            "Action":["s3:GetObject","s3:ListBucket","s3:PutObject"],
            "Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/open/*"],
            "Condition":{"StringLikeIfExists":{"s3:prefix":"open/*"}}}"#,
    );
    world.send(get("/photos?prefix=open%2F").by(Some("bob"))).ok();
    world.send(get("/photos?prefix=closed%2F").by(Some("bob"))).refused(403, "AccessDenied");
    world.send(Ask::new("PUT", "/photos/open/b").by(Some("bob")).body("x")).ok();
    world
        .send(Ask::new("PUT", "/photos/closed/b").by(Some("bob")).body("x"))
        .refused(403, "AccessDenied");
    // With the key as the prefix of a listing.
    world.send(get("/photos/open/nothing").by(Some("bob"))).refused(404, "NoSuchKey");
    // The source of a copy is asked for like any read.
    let copy = |source: &str| {
        let copy = Ask::new("PUT", "/photos/open/copy").by(Some("bob"));
        world.send(copy.header("x-amz-copy-source", source))
    };
    copy("photos/open/b").ok();
    // Its tags would be read and written, too.
    copy("photos/open/a").refused(403, "AccessDenied");
    copy("photos/closed/a").refused(403, "AccessDenied");
}

#[test]
fn a_deny_binds_the_owner_but_for_the_policy_itself() {
    let world = shared(
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:*",
            "Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}"#,
    );
    world.send(get("/photos/open/a")).refused(403, "AccessDenied");
    world.send(get("/photos")).refused(403, "AccessDenied");
    world.send(get("/photos?policy")).ok();
    world.send(Ask::new("DELETE", "/photos?policy")).ok();
    world.send(get("/photos/open/a")).ok();
}

#[test]
fn entries_of_a_list_are_decided_one_by_one() {
    let world = shared(
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",
            "Resource":"arn:aws:s3:::photos/closed/*"}"#,
    );
    let body =
        "<Delete><Object><Key>open/a</Key></Object><Object><Key>closed/a</Key></Object></Delete>";
    let got = world.send(Ask::new("POST", "/photos?delete").body(body).md5()).ok();
    assert!(got.text().contains("<Deleted><Key>open/a</Key></Deleted>"), "{}", got.text());
    assert!(got.text().contains("<Code>AccessDenied</Code>"), "{}", got.text());
    world.send(get("/photos/open/a")).refused(404, "NoSuchKey");
    world.send(get("/photos/closed/a")).ok();
}

#[test]
fn the_tags_of_an_object_decide() {
    let world = shared(
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringEquals":{"s3:ExistingObjectTag/kind":"plum"}}}"#,
    );
    assert_eq!(world.send(get("/photos/open/a").by(None)).ok().text(), "open");
    world.send(get("/photos/closed/a").by(None)).refused(403, "AccessDenied");
    world.send(Ask::new("DELETE", "/photos/open/a?tagging")).ok();
    world.send(get("/photos/open/a").by(None)).refused(403, "AccessDenied");
}

#[test]
fn what_is_written_must_have_what_the_policy_wants() {
    let world = shared(
        r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject",
            "Resource":"arn:aws:s3:::photos/*",
            "Condition":{"StringNotEquals":{"s3:RequestObjectTag/kind":["plum","fig"]}}},
           {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/*",
            "Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}"#,
    );
    let put = |tags: &str| Ask::new("PUT", "/photos/b").header("x-amz-tagging", tags).body("x");
    world.send(put("kind=plum")).ok();
    world.send(put("kind=pear")).refused(403, "AccessDenied");
    world.send(Ask::new("PUT", "/photos/b").body("x")).refused(403, "AccessDenied");
}

/// RestrictPublicBuckets acts at once, and lets go again.
#[test]
fn a_restricted_bucket_is_closed_to_strangers() {
    let world = shared(
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/open/*"}"#,
    );
    world.send(get("/photos/open/a").by(None)).ok();
    let block = |restrict: bool| {
        let body = format!(
            "<PublicAccessBlockConfiguration><RestrictPublicBuckets>{restrict}\
             </RestrictPublicBuckets></PublicAccessBlockConfiguration>"
        );
        world.send(Ask::new("PUT", "/photos?publicAccessBlock").body(body).md5()).ok();
    };
    block(true);
    world.send(get("/photos/open/a").by(None)).refused(403, "AccessDenied");
    world.send(get("/photos/open/a").by(Some("bob"))).refused(403, "AccessDenied");
    world.send(get("/photos/open/a")).ok();
    block(false);
    world.send(get("/photos/open/a").by(None)).ok();
}

/// A key that is missing is told to those who might list it.
#[test]
fn a_listing_s_prefix_decides_who_learns_of_missing_keys() {
    let world = shared(
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::photos/*"},
           {"Effect":"Allow","Principal":"*","Action":"s3:ListBucket",
            "Resource":"arn:aws:s3:::photos",
            "Condition":{"StringLike":{"s3:prefix":"open/*"}}}"#,
    );
    world.send(get("/photos/open/none").by(None)).refused(404, "NoSuchKey");
    world.send(get("/photos/closed/none").by(None)).refused(403, "AccessDenied");
    // What the request calls its prefix is not asked.
    world.send(get("/photos/closed/none?prefix=open%2F").by(None)).refused(403, "AccessDenied");
}
