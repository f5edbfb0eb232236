//! What is a query request, and what is S3's.

use super::{Ask, HOST, World};
use crate::is_query_request;
use larder_s3_wire::target::parse_target;

fn is_query(ask: &Ask) -> bool {
    let host = ask.headers.get("host").map(|host| host.to_str().unwrap());
    let target = parse_target(host, &ask.path, &[HOST.to_owned()]).unwrap();
    is_query_request(&ask.method, &ask.headers, &target)
}

#[test]
fn a_form_posted_to_the_root_is_a_query() {
    let post = Ask::post("iam", &[("Action", "GetUser")]);
    assert!(is_query(&post));
    for kind in ["multipart/form-data; boundary=x", "application/xml", "text/plain"] {
        assert!(!is_query(&post.clone().header("content-type", kind)), "{kind}");
    }
    assert!(!is_query(&post.clone().header("host", "bucket.larder.test")));
    for path in ["/bucket", "//", "/bucket/key"] {
        let mut other = post.clone();
        other.path = path.into();
        assert!(!is_query(&other), "{path}");
    }
    for method in [http::Method::PUT, http::Method::DELETE, http::Method::HEAD] {
        let mut other = post.clone();
        other.method = method;
        assert!(!is_query(&other));
    }
}

/// ListBuckets stays what it is, whatever parameters it has: only the service in the signature's
/// scope makes a GET another's.
#[test]
fn a_get_is_a_query_when_it_is_signed_for_one() {
    let world = World::new();
    let mut get = Ask::posting("s3", "");
    get.method = http::Method::GET;
    get.headers.remove("content-type");
    for (service, path, expected) in [
        ("s3", "/", false),
        ("s3", "/?Action=GetCallerIdentity", false),
        ("sts", "/", false),
        ("sts", "/?Action=GetCallerIdentity", true),
        ("iam", "/?Action=GetUser", true),
        ("iam", "/bucket?Action=GetUser", false),
        ("kms", "/?Action=GetUser", false),
    ] {
        let mut ask = get.clone();
        (ask.service, ask.path) = (service, path.to_owned());
        assert_eq!(is_query(&world.sign(ask.clone())), expected, "{service} {path}");
        ask.path = world.presigned(path, service, 60);
        ask.signer = None;
        assert_eq!(is_query(&ask), expected, "{service} {path} presigned");
    }
    get.path = "/?Action=GetCallerIdentity".into();
    assert!(!is_query(&get), "unsigned");
}
