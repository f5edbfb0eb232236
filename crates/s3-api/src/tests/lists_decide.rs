//! Access control lists and object ownership, by what they let whom do.

use crate::testing::{Ask, Got, World};

/// A bucket of alice's with a canned list, where lists count.
fn bucket(canned: &str) -> World {
    let world = World::open();
    world.send(Ask::new("PUT", "/photos").header("x-amz-acl", canned)).ok();
    world
}

fn send(world: &World, who: Option<&'static str>, method: &'static str, path: &str) -> Got {
    let ask = Ask::new(method, path).by(who);
    world.send(if method == "PUT" { ask.body("x") } else { ask })
}

fn refused(got: Got) {
    got.refused(403, "AccessDenied");
}

const BOB: Option<&str> = Some("bob");
const ALICE: Option<&str> = Some("alice");

#[test]
fn canned_lists_of_buckets() {
    for (canned, lists, writes) in [
        ("private", [false, false], [false, false]),
        ("public-read", [true, true], [false, false]),
        ("public-read-write", [true, true], [true, true]),
        ("authenticated-read", [false, true], [false, false]),
    ] {
        let world = bucket(canned);
        for (at, who) in [None, BOB].into_iter().enumerate() {
            assert_eq!(send(&world, who, "GET", "/photos").status == 200, lists[at], "{canned}");
            let put = send(&world, who, "PUT", "/photos/a");
            assert_eq!(put.status == 200, writes[at], "{canned} {who:?}");
        }
    }
}

#[test]
fn canned_lists_of_objects() {
    for (canned, reads) in [
        ("private", [false, false]),
        ("public-read", [true, true]),
        ("authenticated-read", [false, true]),
    ] {
        let world = bucket("private");
        world.send(Ask::new("PUT", "/photos/a").header("x-amz-acl", canned).body("x")).ok();
        for (at, who) in [None, BOB].into_iter().enumerate() {
            assert_eq!(send(&world, who, "GET", "/photos/a").status == 200, reads[at], "{canned}");
            refused(send(&world, who, "PUT", "/photos/a"));
            refused(send(&world, who, "DELETE", "/photos/a"));
            refused(send(&world, who, "GET", "/photos/a?acl"));
        }
    }
}

/// Who writes into another's bucket owns what it wrote: the bucket's owner may remove it and no
/// more, unless it was given.
#[test]
fn objects_belong_to_their_writers() {
    let world = bucket("public-read-write");
    send(&world, BOB, "PUT", "/photos/a").ok();
    refused(send(&world, ALICE, "GET", "/photos/a"));
    refused(send(&world, ALICE, "GET", "/photos/a?acl"));
    send(&world, BOB, "GET", "/photos/a").ok();
    let acl = send(&world, BOB, "GET", "/photos/a?acl").ok();
    assert_eq!(acl.element("ID"), Some("bob-id"));
    let given = Ask::new("PUT", "/photos/a").by(BOB).header("x-amz-acl", "bucket-owner-read");
    world.send(given.body("x")).ok();
    send(&world, ALICE, "GET", "/photos/a").ok();
    refused(send(&world, ALICE, "GET", "/photos/a?acl"));
    let given = Ask::new("PUT", "/photos/a?acl").by(BOB);
    world.send(given.header("x-amz-acl", "bucket-owner-full-control")).ok();
    let acl = send(&world, ALICE, "GET", "/photos/a?acl").ok();
    assert_eq!(acl.element("ID"), Some("bob-id"), "still its writer's");
    send(&world, BOB, "PUT", "/photos/b").ok();
    assert_eq!(send(&world, ALICE, "DELETE", "/photos/b").status, 204);
    refused(send(&world, ALICE, "PUT", "/photos/a?tagging"));
}

#[test]
fn the_setting_of_ownership_decides_who_owns() {
    let owner_with = |setting: &str, canned: Option<&str>| {
        let world = bucket("public-read-write");
        let body = format!(
            "<OwnershipControls><Rule><ObjectOwnership>{setting}</ObjectOwnership></Rule>\
             </OwnershipControls>"
        );
        world.send(Ask::new("PUT", "/photos?ownershipControls").body(body).md5()).ok();
        let put = Ask::new("PUT", "/photos/a").by(BOB).body("x");
        let put = match canned {
            Some(canned) => put.header("x-amz-acl", canned),
            None => put,
        };
        world.send(put).ok();
        let list = send(&world, ALICE, "GET", "/photos?fetch-owner=true&list-type=2").ok();
        list.element("ID").unwrap().to_owned()
    };
    let full = Some("bucket-owner-full-control");
    assert_eq!(owner_with("ObjectWriter", None), "bob-id");
    assert_eq!(owner_with("ObjectWriter", full), "bob-id");
    assert_eq!(owner_with("BucketOwnerPreferred", None), "bob-id");
    assert_eq!(owner_with("BucketOwnerPreferred", Some("public-read")), "bob-id");
    assert_eq!(owner_with("BucketOwnerPreferred", full), "alice-id");
}

/// With lists switched off a bucket's objects are its owner's again; switched on, as they were.
#[test]
fn enforced_ownership_takes_objects_back_and_gives_them_again() {
    let world = bucket("private");
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"AWS":"222222222222"},"Action":"s3:PutObject",
        "Resource":"arn:aws:s3:::photos/*"}}"#;
    world.send(Ask::new("PUT", "/photos?policy").body(policy)).ok();
    send(&world, BOB, "PUT", "/photos/a").ok();
    refused(send(&world, ALICE, "GET", "/photos/a"));
    let enforced = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced\
                    </ObjectOwnership></Rule></OwnershipControls>";
    world.send(Ask::new("PUT", "/photos?ownershipControls").body(enforced).md5()).ok();
    send(&world, ALICE, "GET", "/photos/a").ok();
    refused(send(&world, BOB, "GET", "/photos/a"));
    world.send(Ask::new("DELETE", "/photos?ownershipControls")).ok();
    refused(send(&world, ALICE, "GET", "/photos/a"));
    send(&world, BOB, "GET", "/photos/a").ok();
}

/// Who may list learns that a key is missing, by a list as by a policy.
#[test]
fn missing_keys_are_told_to_those_who_may_list() {
    send(&bucket("public-read"), None, "GET", "/photos/none").refused(404, "NoSuchKey");
    refused(send(&bucket("private"), None, "GET", "/photos/none"));
    send(&bucket("private"), ALICE, "GET", "/photos/none").refused(404, "NoSuchKey");
}
