//! Requester Pays: who has to agree to pay.

use crate::testing::{Ask, World};

const BOB: Option<&str> = Some("bob");

/// A bucket that everybody may read and write, whose requesters pay.
fn world() -> World {
    let world = World::open();
    world.send(Ask::new("PUT", "/photos").header("x-amz-acl", "public-read-write")).ok();
    world.send(Ask::new("PUT", "/photos/a").header("x-amz-acl", "public-read").body("a")).ok();
    let body =
        "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
    world.send(Ask::new("PUT", "/photos?requestPayment").body(body).md5()).ok();
    world
}

fn agreeing(ask: Ask) -> Ask {
    ask.header("x-amz-request-payer", "requester")
}

#[test]
fn others_say_that_they_pay_and_learn_that_they_do() {
    let world = world();
    let charged = |ask: Ask| {
        let got = world.send(ask).ok();
        got.header("x-amz-request-charged").map(str::to_owned)
    };
    for (method, path) in
        [("GET", "/photos/a"), ("HEAD", "/photos/a"), ("GET", "/photos"), ("PUT", "/photos/b")]
    {
        let ask = || Ask::new(method, path);
        assert_eq!(charged(ask()), None, "the owner: {method} {path}");
        assert_eq!(world.send(ask().by(BOB)).status, 403, "{method} {path}");
        assert_eq!(world.send(agreeing(ask()).by(None)).status, 403, "nobody pays for nobody");
        assert_eq!(charged(agreeing(ask()).by(BOB)).as_deref(), Some("requester"));
    }
    let other = Ask::new("GET", "/photos/a").header("x-amz-request-payer", "owner").by(BOB);
    world.send(other).refused(403, "AccessDenied");
    assert_eq!(
        charged(Ask::new("GET", "/photos/a?x-amz-request-payer=requester").by(BOB)).as_deref(),
        Some("requester")
    );
}

#[test]
fn the_source_of_a_copy_has_its_payer() {
    let world = world();
    world.send(Ask::new("PUT", "/bobs").by(BOB)).ok();
    let copy = || Ask::new("PUT", "/bobs/a").header("x-amz-copy-source", "photos/a").by(BOB);
    world.send(copy()).refused(403, "AccessDenied");
    world.send(agreeing(copy())).ok();
}
