//! Every operation asks for the permissions that AWS documents for it, and each is enough to stop
//! it.

mod buckets;

use super::post_object::Form;
use crate::ops::{TableEntry, entry};
use crate::testing::{Ask, World};
use larder_iam::{Decision, Existing, PolicyRules, Principal, Request, Resource, Rules};
use larder_objects::{Cause, EventName, Objects};
use larder_s3_model::OPERATIONS;
use larder_storage::model::Model;
use larder_types::{BucketName, ObjectKey};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// An action and the ARN that it is asked on.
type Right = (String, String);

/// The owner's rules, which note what they are asked and deny one right.
#[derive(Default)]
struct Recording {
    asked: Mutex<BTreeSet<Right>>,
    denied: Mutex<Option<Right>>,
}

impl Recording {
    fn take(&self) -> BTreeSet<Right> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn deny(&self, right: &Right) {
        *self.denied.lock().unwrap() = Some(right.clone());
    }
}

impl Rules for Recording {
    fn decide(&self, request: &Request<'_>) -> Decision {
        let right = (request.action.to_string(), request.resource.to_string());
        self.asked.lock().unwrap().insert(right.clone());
        if self.denied.lock().unwrap().as_ref() == Some(&right) {
            return Decision::ExplicitlyDenied;
        }
        PolicyRules.decide(request)
    }

    fn could_allow(&self, request: &Request<'_>) -> bool {
        PolicyRules.could_allow(request)
    }
}

/// A request, and what AWS documents that it needs: an action and what it is on, `*` for nothing.
struct Case {
    operation: &'static str,
    ask: Ask,
    needs: Vec<(&'static str, &'static str)>,
    /// Whether it succeeds with all of it; what is not built is refused behind the rights.
    succeeds: bool,
}

impl Case {
    fn right(need: &(&'static str, &'static str)) -> Right {
        let (action, on) = need;
        let arn = if *on == "*" { "*".to_owned() } else { format!("arn:aws:s3:::{on}") };
        (format!("s3:{action}"), arn)
    }

    fn refused(mut self) -> Self {
        self.succeeds = false;
        self
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.ask = self.ask.header(name, value);
        self
    }
}

fn case(operation: &'static str, ask: Ask, needs: &[(&'static str, &'static str)]) -> Case {
    Case { operation, ask, needs: needs.to_vec(), succeeds: true }
}

/// What the requests of [`cases`] work on.
struct Stage {
    world: World,
    rules: Arc<Recording>,
    version: String,
    upload: String,
    etag: String,
}

/// `photos` keeps versions and has `a` with a tag, `plain` without one, and an upload of `parts`
/// with one part; `empty` is empty.
fn stage() -> Stage {
    let rules = Arc::new(Recording::default());
    let world = World::with_rules(rules.clone());
    world.bucket("photos");
    world.bucket("empty");
    world.versioning("photos", true);
    world.send(Ask::new("PUT", "/photos/plain").body("plain")).ok();
    let put = Ask::new("PUT", "/photos/a").header("x-amz-tagging", "k=v").body("hello");
    let version = world.send(put).ok().header("x-amz-version-id").unwrap().to_owned();
    let created = world.send(Ask::new("POST", "/photos/parts?uploads")).ok();
    let upload = created.element("UploadId").unwrap().to_owned();
    let part = format!("/photos/parts?partNumber=1&uploadId={upload}");
    let etag = world.send(Ask::new("PUT", part).body("part")).ok();
    let etag = etag.header("etag").unwrap().to_owned();
    rules.take();
    Stage { world, rules, version, upload, etag }
}

const TAGS: &str = "<Tagging><TagSet><Tag><Key>k</Key><Value>w</Value></Tag></TagSet></Tagging>";

fn get(path: impl Into<String>) -> Ask {
    Ask::new("GET", path)
}

fn put(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Ask {
    Ask::new("PUT", path).body(body).md5()
}

/// API reference, "Permissions" of each operation; user guide, "Required permissions for Amazon S3
/// API operations".
fn cases(stage: &Stage) -> Vec<Case> {
    let mut all = buckets::of_buckets();
    all.extend(buckets::of_documents());
    all.extend(of_objects(stage));
    all.extend(of_writes(stage));
    all.extend(of_copies(stage));
    all.extend(of_forms(stage));
    all
}

fn of_objects(stage: &Stage) -> Vec<Case> {
    let version = &stage.version;
    let current = |subresource: &str| format!("/photos/a{subresource}");
    let versioned = |subresource: &str| format!("/photos/a?{subresource}versionId={version}");
    let attributes = |ask: Ask| ask.header("x-amz-object-attributes", "ETag");
    let acl = |path: String| Ask::new("PUT", path).header("x-amz-acl", "private");
    let on_a = |actions: &[&'static str]| -> Vec<(&'static str, &'static str)> {
        actions.iter().map(|action| (*action, "photos/a")).collect()
    };
    let of = |operation, ask, actions: &[&'static str]| case(operation, ask, &on_a(actions));
    let head = |path: String| Ask::new("HEAD", path);
    let delete = |path: String| Ask::new("DELETE", path);
    vec![
        of("GetObject", get(current("")), &["GetObject"]),
        of("GetObject", get(versioned("")), &["GetObjectVersion"]),
        of("HeadObject", head(current("")), &["GetObject"]),
        of("HeadObject", head(versioned("")), &["GetObjectVersion"]),
        of(
            "GetObjectAttributes",
            attributes(get(current("?attributes"))),
            &["GetObject", "GetObjectAttributes"],
        ),
        of(
            "GetObjectAttributes",
            attributes(get(versioned("attributes&"))),
            &["GetObjectVersion", "GetObjectVersionAttributes"],
        ),
        of("GetObjectAcl", get(current("?acl")), &["GetObjectAcl"]),
        of("GetObjectAcl", get(versioned("acl&")), &["GetObjectVersionAcl"]),
        of("PutObjectAcl", acl(current("?acl")), &["PutObjectAcl"]),
        of("PutObjectAcl", acl(versioned("acl&")), &["PutObjectVersionAcl"]),
        of("GetObjectTagging", get(current("?tagging")), &["GetObjectTagging"]),
        of("GetObjectTagging", get(versioned("tagging&")), &["GetObjectVersionTagging"]),
        of("PutObjectTagging", put(current("?tagging"), TAGS), &["PutObjectTagging"]),
        of("PutObjectTagging", put(versioned("tagging&"), TAGS), &["PutObjectVersionTagging"]),
        of("DeleteObjectTagging", delete(current("?tagging")), &["DeleteObjectTagging"]),
        of("DeleteObjectTagging", delete(versioned("tagging&")), &["DeleteObjectVersionTagging"]),
        of("DeleteObject", delete(current("")), &["DeleteObject"]),
        of("DeleteObject", delete(versioned("")), &["DeleteObjectVersion"]),
    ]
}

/// The headers beside a write that ask for more, and whether the write is built with them.
const BESIDE: [(&str, &str, &str, bool); 6] = [
    ("x-amz-tagging", "k=v", "PutObjectTagging", true),
    ("x-amz-acl", "bucket-owner-full-control", "PutObjectAcl", true),
    ("x-amz-acl", "public-read", "PutObjectAcl", false),
    ("x-amz-grant-read", "id=\"bob-id\"", "PutObjectAcl", false),
    ("x-amz-object-lock-mode", "GOVERNANCE", "PutObjectRetention", false),
    ("x-amz-object-lock-legal-hold", "ON", "PutObjectLegalHold", false),
];

fn of_writes(stage: &Stage) -> Vec<Case> {
    let Stage { upload, etag, .. } = stage;
    let complete = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    let parts = |query: &str| format!("/photos/parts?{query}uploadId={upload}");
    let write = ("PutObject", "photos/parts");
    let mut all = vec![
        case("UploadPart", put(parts("partNumber=2&"), "more"), &[write]),
        case("CompleteMultipartUpload", Ask::new("POST", parts("")).body(complete), &[write]),
        case(
            "AbortMultipartUpload",
            Ask::new("DELETE", parts("")),
            &[("AbortMultipartUpload", "photos/parts")],
        ),
        case("ListParts", get(parts("")), &[("ListMultipartUploadParts", "photos/parts")]),
    ];
    let put = ("PutObject", "photos/new");
    for (operation, method, path) in [
        ("PutObject", "PUT", "/photos/new"),
        ("CreateMultipartUpload", "POST", "/photos/new?uploads"),
    ] {
        let ask = || Ask::new(method, path);
        all.push(case(operation, ask(), &[put]));
        for (name, value, action, built) in BESIDE {
            let needs = [put, (action, "photos/new")];
            let one = case(operation, ask().header(name, value), &needs);
            all.push(if built { one } else { one.refused() });
        }
    }
    all
}

fn of_copies(stage: &Stage) -> Vec<Case> {
    let Stage { version, upload, .. } = stage;
    let copy = |source: &str| Ask::new("PUT", "/photos/new").header("x-amz-copy-source", source);
    let put = ("PutObject", "photos/new");
    let of_version = format!("photos/a?versionId={version}");
    let with_tags = [put, ("PutObjectTagging", "photos/new"), ("GetObject", "photos/a")];
    let mut all = vec![
        case("CopyObject", copy("photos/plain"), &[put, ("GetObject", "photos/plain")]),
        // The source's tags go along unless they are replaced.
        case(
            "CopyObject",
            copy("photos/a"),
            &[
                put,
                ("PutObjectTagging", "photos/new"),
                ("GetObject", "photos/a"),
                ("GetObjectTagging", "photos/a"),
            ],
        ),
        case(
            "CopyObject",
            copy(&of_version),
            &[
                put,
                ("PutObjectTagging", "photos/new"),
                ("GetObjectVersion", "photos/a"),
                ("GetObjectVersionTagging", "photos/a"),
            ],
        ),
        case("CopyObject", copy("photos/a"), &with_tags)
            .header("x-amz-tagging-directive", "REPLACE")
            .header("x-amz-tagging", "k=v"),
        case("CopyObject", copy("photos/a"), &[put, ("GetObject", "photos/a")])
            .header("x-amz-tagging-directive", "REPLACE"),
    ];
    for (name, value, action, _) in BESIDE.iter().filter(|(.., built)| !built) {
        let needs = [put, (action, "photos/new"), ("GetObject", "photos/plain")];
        all.push(case("CopyObject", copy("photos/plain"), &needs).header(name, value).refused());
    }
    let path = format!("/photos/parts?partNumber=2&uploadId={upload}");
    let part = |source: &str| Ask::new("PUT", path.clone()).header("x-amz-copy-source", source);
    let put = ("PutObject", "photos/parts");
    all.push(case("UploadPartCopy", part("photos/a"), &[put, ("GetObject", "photos/a")]));
    all.push(case("UploadPartCopy", part(&of_version), &[put, ("GetObjectVersion", "photos/a")]));
    all
}

fn of_forms(stage: &Stage) -> Vec<Case> {
    let form = |fields: &[(&str, &str)]| {
        let mut all = vec![("key", "new")];
        all.extend(fields);
        let mut form = Form::new(&all);
        for (name, _) in fields {
            form = form.condition(&format!("[\"starts-with\",\"${name}\",\"\"]"));
        }
        form.signed(&stage.world).ask()
    };
    let put = ("PutObject", "photos/new");
    let mut all = vec![
        case("PostObject", form(&[]), &[put]),
        case("PostObject", form(&[("tagging", TAGS)]), &[put, ("PutObjectTagging", "photos/new")]),
        case("PostObject", form(&[("acl", "private")]), &[put, ("PutObjectAcl", "photos/new")]),
    ];
    for (name, value, action, _) in BESIDE.iter().filter(|(.., built)| !built) {
        let needs = [put, (action, "photos/new")];
        all.push(case("PostObject", form(&[(name, value)]), &needs).refused());
    }
    all
}

#[test]
fn operations_ask_for_what_aws_documents() {
    let count = cases(&stage()).len();
    let mut seen = BTreeSet::from(["DeleteObjects"]);
    for index in 0..count {
        let stage = stage();
        let Case { operation, ask, needs, succeeds } = cases(&stage).swap_remove(index);
        let what = format!("{operation} {} {:?}", ask.path, ask.headers);
        let got = stage.world.send(ask);
        assert_eq!(got.operation, Some(operation), "{what}");
        assert_ne!(got.error_code, Some("AccessDenied"), "{what}");
        assert_eq!(got.status.is_success(), succeeds, "{what}: {}", got.text());
        let expected: BTreeSet<Right> = needs.iter().map(Case::right).collect();
        assert_eq!(stage.rules.take(), expected, "{what}");
        seen.insert(operation);
    }
    for info in OPERATIONS.iter().filter(|i| matches!(entry(i.operation), TableEntry::Built(_))) {
        assert!(seen.contains(info.name), "{} has a case", info.name);
    }
    assert!(seen.contains("PostObject"));
}

#[test]
fn each_right_that_is_missing_stops_the_operation_before_it_does_anything() {
    let count = cases(&stage()).len();
    let mut denials = 0;
    for index in 0..count {
        for missing in 0..usize::MAX {
            let stage = stage();
            let Case { operation, ask, needs, .. } = cases(&stage).swap_remove(index);
            let Some(need) = needs.get(missing) else {
                break;
            };
            let before = stage.world.store.dump();
            stage.rules.deny(&Case::right(need));
            let got = stage.world.send(ask);
            let what = format!("{operation} without {need:?}: {}", got.text());
            let refused = (got.status.as_u16(), got.error_code);
            assert_eq!(refused, (403, Some("AccessDenied")), "{what}");
            assert!(stage.world.store.dump() == before, "{what} did something");
            denials += 1;
        }
    }
    assert!(denials > count);
}

/// DeleteObjects: "403 AccessDenied" of one entry stands in the answer, and is no other entry's.
#[test]
fn entries_are_denied_one_by_one() {
    let stage = stage();
    let list = |keys: &[&str]| {
        let objects: String = keys
            .iter()
            .map(|key| match key.split_once('@') {
                Some((key, version)) => {
                    format!("<Object><Key>{key}</Key><VersionId>{version}</VersionId></Object>")
                }
                None => format!("<Object><Key>{key}</Key></Object>"),
            })
            .collect();
        Ask::new("POST", "/photos?delete").body(format!("<Delete>{objects}</Delete>")).md5()
    };
    let of_version = format!("a@{}", stage.version);
    for (denied, action) in [("plain", "DeleteObject"), ("a", "DeleteObjectVersion")] {
        let before = stage.world.store.dump();
        let on: &'static str = if denied == "a" { "photos/a" } else { "photos/plain" };
        stage.rules.deny(&Case::right(&(action, on)));
        let only = if denied == "a" { of_version.as_str() } else { "plain" };
        let got = stage.world.send(list(&[only])).ok();
        assert_eq!(got.element("Code"), Some("AccessDenied"), "{}", got.text());
        assert_eq!(got.element("Key"), Some(denied));
        assert!(stage.world.store.dump() == before);
    }
    stage.rules.take();
    let got = stage.world.send(list(&["plain", "none", &of_version])).ok();
    assert_eq!(got.text().matches("<Deleted>").count(), 2, "{}", got.text());
    assert_eq!(got.text().matches("<Error>").count(), 1, "{}", got.text());
    let needs = [
        ("DeleteObject", "photos/plain"),
        ("DeleteObject", "photos/none"),
        ("DeleteObjectVersion", "photos/a"),
    ];
    assert_eq!(stage.rules.take(), needs.iter().map(Case::right).collect());
    stage.world.send(Ask::new("HEAD", "/photos/plain")).refused(404, "NoSuchKey");
    stage.world.send(get(format!("/photos/a?versionId={}", stage.version))).ok();
}

/// GetObject: "If you don't have the s3:ListBucket permission, Amazon S3 returns an HTTP status
/// code 403".
#[test]
fn who_may_not_list_does_not_learn_which_keys_are_missing() {
    let stage = stage();
    let copy = |path: &'static str, source: &str| {
        Ask::new("PUT", path).header("x-amz-copy-source", source)
    };
    let gone = stage.version.replace(|c: char| c.is_ascii_digit(), "0");
    let part: &'static str =
        Box::leak(format!("/photos/parts?partNumber=2&uploadId={}", stage.upload).into_boxed_str());
    let asks = [
        get("/photos/none"),
        get(format!("/photos/a?versionId={gone}")),
        Ask::new("HEAD", "/photos/none"),
        get("/photos/none?attributes").header("x-amz-object-attributes", "ETag"),
        get("/photos/none?acl"),
        Ask::new("PUT", "/photos/none?acl").header("x-amz-acl", "private"),
        get("/photos/none?tagging"),
        put("/photos/none?tagging", TAGS),
        Ask::new("DELETE", "/photos/none?tagging"),
        copy("/photos/new", "photos/none"),
        copy(part, "photos/none"),
    ];
    let list = Case::right(&("ListBucket", "photos"));
    for ask in asks {
        *stage.rules.denied.lock().unwrap() = None;
        let got = stage.world.send(ask.clone());
        assert_eq!(got.status.as_u16(), 404, "{} {}", ask.path, got.text());
        stage.rules.deny(&list);
        stage.world.send(ask).refused(403, "AccessDenied");
    }
    // What is there needs no such right.
    stage.world.send(get("/photos/a")).ok();
}

/// The owner that a client expects of a copy's source is the source's, whoever asks.
#[test]
fn the_expected_owner_of_a_source_is_the_sources() {
    let stage = stage();
    let copy = |account: &str| {
        let copy = Ask::new("PUT", "/photos/new").header("x-amz-copy-source", "photos/plain");
        copy.header("x-amz-source-expected-bucket-owner", account)
    };
    stage.world.send(copy("111111111111")).ok();
    let before = stage.world.store.dump();
    stage.world.send(copy("222222222222")).refused(403, "AccessDenied");
    stage.world.send(copy("alice")).refused(400, "InvalidBucketOwnerAWSAccountID");
    assert!(stage.world.store.dump() == before);
    // Bob expects the owner, and may still not read.
    let by_bob = copy("111111111111").by(Some("bob"));
    stage.world.send(by_bob).refused(403, "AccessDenied");
}

/// Rules that allow by an object's tag, and change the tags as soon as they have seen them.
#[derive(Default)]
struct ByTag {
    objects: Mutex<Option<Objects<Model>>>,
    shown: Mutex<Vec<String>>,
}

impl ByTag {
    /// Removes the tags of `photos/a`. The model answers at once.
    fn untag(&self) {
        let Some(objects) = self.objects.lock().unwrap().take() else {
            return;
        };
        let work = pin!(async {
            let bucket = objects.bucket(&BucketName::new("photos").unwrap()).await.unwrap();
            let key = ObjectKey::new("a").unwrap();
            let cause = Cause {
                event: Some(EventName::ObjectTaggingDelete),
                principal: &Principal::Anonymous,
                request_id: None,
                source_address: None,
            };
            objects.writer(&cause).put_tags(&bucket, &key, None, &[]).await.unwrap();
        });
        assert_eq!(work.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()));
    }
}

impl Rules for ByTag {
    fn decide(&self, request: &Request<'_>) -> Decision {
        let Resource::Object(object) = request.resource else {
            return PolicyRules.decide(request);
        };
        let mut shown = self.shown.lock().unwrap();
        match object.existing {
            Existing::Unknown if request.action.as_str().starts_with("s3:Get") => {
                shown.push("unknown".into());
                Decision::NeedsObject
            }
            Existing::Unknown | Existing::New => PolicyRules.decide(request),
            Existing::Missing => {
                shown.push("missing".into());
                Decision::Allowed
            }
            Existing::Found(found) => {
                shown.push(format!("{} {:?}", found.owner.canonical_id, found.tags));
                self.untag();
                if found.tags == [("k", "v")] {
                    Decision::Allowed
                } else {
                    Decision::ImplicitlyDenied
                }
            }
        }
    }

    fn could_allow(&self, request: &Request<'_>) -> bool {
        PolicyRules.could_allow(request)
    }
}

/// Between the decision and the operation the object changes: what was decided on is answered.
#[test]
fn what_the_rules_were_shown_is_what_is_read() {
    let copy = |source: &str| Ask::new("PUT", "/photos/new").header("x-amz-copy-source", source);
    for ask in [get("/photos/a?tagging"), copy("photos/a")] {
        let rules = Arc::new(ByTag::default());
        let world = World::with_rules(rules.clone());
        world.bucket("photos");
        let put = |key: &str, tags: &str| {
            let path = format!("/photos/{key}");
            world.send(Ask::new("PUT", path).header("x-amz-tagging", tags).body("hello")).ok();
        };
        put("a", "k=v");
        put("b", "k=other");
        *rules.objects.lock().unwrap() = Some(world.objects.clone());
        let is_copy = ask.method == "PUT";
        let got = world.send(ask.clone()).ok();
        assert_eq!(rules.shown.lock().unwrap()[..2], ["unknown", "alice-id [(\"k\", \"v\")]"]);
        if is_copy {
            let tags = world.send(get("/photos/new?tagging")).ok();
            assert_eq!(tags.element("Value"), Some("v"));
        } else {
            assert_eq!(got.element("Value"), Some("v"));
        }
        // Now it has no tags, and the rules are shown that.
        world.send(ask.clone()).refused(403, "AccessDenied");
        let other = ask.path.replace("/a", "/b");
        let other = if is_copy { copy("photos/b") } else { get(other) };
        world.send(other).refused(403, "AccessDenied");
        let none = if is_copy { copy("photos/none") } else { get("/photos/none?tagging") };
        rules.shown.lock().unwrap().clear();
        world.send(none).refused(404, "NoSuchKey");
        assert_eq!(rules.shown.lock().unwrap()[..], ["unknown", "missing"]);
    }
}
