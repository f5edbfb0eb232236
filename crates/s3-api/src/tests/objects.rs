//! PutObject, GetObject, HeadObject.

use crate::testing::{Ask, World};

#[test]
fn put_get_head() {
    let world = World::with_bucket("photos");
    let put = world.send(Ask::new("PUT", "/photos/a").body("hello")).ok();
    assert_eq!(put.header("etag"), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(put.header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    assert_eq!(put.operation, Some("PutObject"));
    let get = world.send(Ask::new("GET", "/photos/a")).ok();
    assert_eq!((get.text(), get.header("content-length")), ("hello", Some("5")));
    assert_eq!(get.header("content-type"), Some("binary/octet-stream"));
    assert_eq!(get.header("etag"), put.header("etag"));
    assert_eq!(get.header("accept-ranges"), Some("bytes"));
    assert_eq!(get.header("server"), Some("Larder"));
    assert_eq!(get.header("x-amz-version-id"), None);
    assert_eq!(get.header("x-amz-request-id").map(str::len), Some(16));
    let head = world.send(Ask::new("HEAD", "/photos/a")).ok();
    assert_eq!((head.text(), head.header("content-length")), ("", Some("5")));
    assert_eq!(head.header("last-modified"), get.header("last-modified"));
}
