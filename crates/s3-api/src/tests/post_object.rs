//! Browsers' forms.

use crate::RequestBody;
use crate::testing::{Ask, Got, HOST, SlowPieces, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use larder_s3_wire::signer::Signer;
use std::time::Duration;

const TYPE: &str = "multipart/form-data; boundary=XbX";

/// A form in the making; alice signs its policy.
pub(super) struct Form {
    fields: Vec<(String, String)>,
    conditions: String,
    file: Vec<u8>,
    name: String,
}

impl Form {
    pub(super) fn new(fields: &[(&str, &str)]) -> Self {
        let own = |(n, v): &(&str, &str)| ((*n).to_owned(), (*v).to_owned());
        Self {
            fields: fields.iter().map(own).collect(),
            conditions: "[\"starts-with\",\"$key\",\"\"]".to_owned(),
            file: b"hello".to_vec(),
            name: "p q.jpg".to_owned(),
        }
    }

    pub(super) fn condition(mut self, json: &str) -> Self {
        self.conditions = format!("{},{json}", self.conditions);
        self
    }

    fn file(mut self, file: &[u8]) -> Self {
        self.file = file.to_vec();
        self
    }

    fn name(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    pub(super) fn signed(mut self, world: &World) -> Self {
        let signer = Signer {
            access_key: "alice",
            secret: "secret of alice",
            session_token: None,
            region: "us-east-1",
            service: "s3",
            now: world.now(),
        };
        let until = larder_types::Timestamp { ms: world.now().ms + 60_000 };
        let fields = signer.sign_post_policy("");
        let exempt = ["policy", "x-amz-signature"];
        let signing = fields.iter().filter(|(name, _)| !exempt.contains(&&*name.to_lowercase()));
        let signing: String =
            signing.map(|(name, value)| format!(",{{\"{name}\":\"{value}\"}}")).collect();
        let policy = format!(
            "{{\"expiration\":\"{}\",\"conditions\":[{{\"bucket\":\"photos\"}},{}{signing}]}}",
            until.to_iso8601(),
            self.conditions,
        );
        self.fields.extend(signer.sign_post_policy(&policy));
        self
    }

    pub(super) fn ask(&self) -> Ask {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let field = format!(
                "--XbX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(field.as_bytes());
        }
        let file = format!(
            "--XbX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: image/jpeg\r\n\r\n",
            self.name
        );
        body.extend_from_slice(file.as_bytes());
        body.extend_from_slice(&self.file);
        body.extend_from_slice(b"\r\n--XbX--\r\n");
        Ask::new("POST", "/photos").by(None).header("content-type", TYPE).body(body)
    }

    fn send(self, world: &World) -> Got {
        let form = self.signed(world);
        world.send(form.ask())
    }
}

fn stored(world: &World, key: &str) -> Got {
    world.send(Ask::new("GET", format!("/photos/{key}"))).ok()
}

#[test]
fn a_form_becomes_an_object() {
    let world = World::with_bucket("photos");
    let form = Form::new(&[
        ("key", "u/${filename}"),
        ("Content-Type", "text/plain"),
        ("x-amz-meta-Colour", "blue"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("acl", "private"),
        ("tagging", "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"),
        ("x-ignore-me", "x"),
    ]);
    let form = form
        .condition("[\"starts-with\",\"$Content-Type\",\"text/\"]")
        .condition("{\"x-amz-meta-colour\":\"blue\"},{\"x-amz-storage-class\":\"STANDARD_IA\"}")
        .condition("{\"acl\":\"private\"},[\"starts-with\",\"$tagging\",\"\"]")
        .condition("[\"content-length-range\",5,5]");
    let got = form.send(&world).ok();
    assert_eq!((got.status.as_u16(), got.text(), got.operation), (204, "", Some("PostObject")));
    let location = format!("http://{HOST}/photos/u/p%20q.jpg");
    assert_eq!(got.header("location"), Some(&*location));
    assert_eq!(got.header("etag"), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let read = stored(&world, "u/p%20q.jpg");
    assert_eq!((read.text(), read.header("content-type")), ("hello", Some("text/plain")));
    assert_eq!(read.header("x-amz-meta-colour"), Some("blue"));
    assert_eq!(read.header("x-amz-storage-class"), Some("STANDARD_IA"));
    assert_eq!(read.header("x-amz-tagging-count"), Some("1"));
}

/// AWS: "recognized by all form fields", and expanded before the policy is looked at.
#[test]
fn the_files_name_is_put_into_every_field() {
    let world = World::with_bucket("photos");
    let form = |redirect: &str, condition: &str| {
        let fields = [
            ("key", "u/${filename}/${filename}"),
            ("x-amz-meta-name", "<${filename}>"),
            ("Content-Disposition", "attachment; filename=\"${filename}\""),
            ("success_action_redirect", redirect),
        ];
        Form::new(&fields)
            .condition("[\"starts-with\",\"$success_action_redirect\",\"http://x/\"]")
            .condition("[\"starts-with\",\"$content-disposition\",\"\"]")
            .condition(condition)
            .send(&world)
    };
    let expanded = "{\"x-amz-meta-name\":\"<p q.jpg>\"}";
    let got = form("http://x/?done=${filename}", expanded);
    assert_eq!(got.status, 303);
    // A space is no part of a URL.
    let location = got.header("location").unwrap();
    assert!(location.starts_with("http://x/?done=p%20q.jpg&bucket=photos&"), "{location}");
    let read = stored(&world, "u/p%20q.jpg/p%20q.jpg");
    assert_eq!(read.header("x-amz-meta-name"), Some("<p q.jpg>"));
    assert_eq!(read.header("content-disposition"), Some("attachment; filename=\"p q.jpg\""));
    form("http://x/", "{\"x-amz-meta-name\":\"<${filename}>\"}").refused(403, "AccessDenied");
    // What grows beyond twice the largest form is refused before it is made.
    let many = "${filename}".repeat(1200);
    let long = Form::new(&[("key", "a"), ("x-ignore-a", &many)]).name(&"n".repeat(3000));
    long.send(&world).refused(400, "MaxPostPreDataLengthExceeded");
    // Once: a file's name is not looked through again.
    for name in ["p.jpg", "${filename}.jpg"] {
        let form = Form::new(&[("key", "a"), ("success_action_redirect", "http://x/${filename}")])
            .condition("[\"starts-with\",\"$success_action_redirect\",\"http://x/\"]")
            .name(name);
        let got = form.send(&world);
        let expected = format!("http://x/{name}?bucket=photos&key=a&");
        assert!(got.header("location").unwrap().starts_with(&expected), "{:?}", got.headers);
    }
}

#[test]
fn a_form_names_a_key_within_its_bucket() {
    let world = World::with_bucket("photos");
    for key in super::heads::leaving_keys() {
        Form::new(&[("key", key)]).send(&world).refused(400, "BadRequest");
    }
    Form::new(&[("key", "${filename}/x")]).name("..").send(&world).refused(400, "BadRequest");
    Form::new(&[("key", "../${filename}")]).send(&world).refused(400, "BadRequest");
}

/// What `generate_presigned_post` makes in boto3 for us-east-1: Signature Version 2.
#[test]
fn a_form_signed_by_version_2() {
    let world = World::with_bucket("photos");
    let until =
        |seconds: i64| larder_types::Timestamp { ms: world.now().ms + seconds * 1000 }.to_iso8601();
    let conditions = "\"conditions\":[{\"bucket\":\"photos\"},[\"starts-with\",\"$key\",\"u/\"]]";
    let form = |policy: &str, key: &str| {
        let policy = STANDARD.encode(policy);
        let tag = larder_digest::hmac_sha1(b"secret of alice", policy.as_bytes());
        let signature = STANDARD.encode(tag);
        let fields = [("AWSAccessKeyId", "alice"), ("policy", &policy), ("signature", &signature)];
        let mut form = Form::new(&[("key", key)]);
        form.fields.extend(fields.map(|(n, v)| (n.to_owned(), v.to_owned())));
        world.send(form.ask())
    };
    let policy = |seconds| format!("{{\"expiration\":\"{}\",{conditions}}}", until(seconds));
    form(&policy(60), "u/a").ok();
    assert_eq!(stored(&world, "u/a").text(), "hello");
    form(&policy(60), "other").refused(403, "AccessDenied");
    form(&policy(-60), "u/b").refused(403, "AccessDenied");
    form(&format!("{{{conditions}}}"), "u/b").refused(400, "InvalidPolicyDocument");
    let mut bare = Form::new(&[("key", "u/b"), ("AWSAccessKeyId", "alice")]);
    world.send(bare.ask()).refused(400, "InvalidArgument");
    bare.fields.push(("signature".to_owned(), "AAAA".to_owned()));
    world.send(bare.ask()).refused(400, "InvalidArgument");
    world.send(Ask::new("HEAD", "/photos/u/b")).refused(404, "NoSuchKey");
}

/// A form that asks for a part of the bucket, or copies, is none.
#[test]
fn a_form_has_no_subresource() {
    let world = World::with_bucket("photos");
    let form = Form::new(&[("key", "a")]).signed(&world).ask();
    for (name, status) in [("versioning", 405), ("uploads", 405), ("delete", 403)] {
        let mut ask = form.clone();
        ask.path = format!("/photos?{name}");
        assert_eq!(world.send(ask).status, status, "{name}");
    }
    let copy = form.clone().header("x-amz-copy-source", "photos/b");
    world.send(copy).refused(400, "InvalidArgument");
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
    world.send(form).ok();
}

#[test]
fn answers_by_success_action() {
    let world = World::with_bucket("photos");
    let form = |name: &str, value: &str| {
        let condition = format!("{{\"{name}\":\"{value}\"}}");
        Form::new(&[("key", "a&b"), (name, value)]).condition(&condition)
    };
    let got = form("success_action_status", "201").send(&world).ok();
    assert_eq!(got.status.as_u16(), 201);
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>\
         <Location>http://{HOST}/photos/a%26b</Location><Bucket>photos</Bucket>\
         <Key>a&amp;b</Key><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>\
         </PostResponse>"
    );
    assert_eq!((got.text(), got.header("content-type")), (&*expected, Some("application/xml")));
    let got = form("success_action_status", "200").send(&world).ok();
    assert_eq!((got.status.as_u16(), got.text()), (200, ""));
    assert_eq!(form("success_action_status", "404").send(&world).ok().status.as_u16(), 204);
    let etag = "%225d41402abc4b2a76b9719d911017c592%22";
    for (to, joint) in [("http://x/done", '?'), ("https://x/done?a=b", '&')] {
        let got = form("success_action_redirect", to).send(&world);
        let target = format!("{to}{joint}bucket=photos&key=a%26b&etag={etag}");
        assert_eq!((got.status.as_u16(), got.header("location")), (303, Some(&*target)));
    }
    let got = form("success_action_redirect", "no url").send(&world).ok();
    assert_eq!(got.status.as_u16(), 204);
}

#[test]
fn large_files_stream() {
    let world = World::with_bucket("photos");
    let file: Vec<u8> = (0..300_000u32).map(|n| ((n * 7) >> 3) as u8).collect();
    Form::new(&[("key", "a")]).file(&file).send(&world).ok();
    assert_eq!(stored(&world, "a").body, file);
    Form::new(&[("key", "empty")]).file(b"").send(&world).ok();
    assert_eq!(stored(&world, "empty").body, b"");
}

#[test]
fn what_the_policy_forbids() {
    let world = World::with_bucket("photos");
    let nothing_stored = || {
        world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
    };
    let key = || Form::new(&[("key", "a")]);
    let size = |range: &str| key().condition(&format!("[\"content-length-range\",{range}]"));
    size("6,9").send(&world).refused(400, "EntityTooSmall");
    let got = size("0,4").send(&world).refused(400, "EntityTooLarge");
    assert_eq!(got.element("MaxSizeAllowed"), Some("4"));
    key().condition("{\"acl\":\"private\"}").send(&world).refused(403, "AccessDenied");
    Form::new(&[("key", "a"), ("extra", "x")]).send(&world).refused(403, "AccessDenied");
    Form::new(&[]).send(&world).refused(400, "InvalidArgument");
    let mut forged = key().signed(&world);
    let signature = forged.fields.iter_mut().find(|(name, _)| name == "x-amz-signature");
    signature.unwrap().1 = "0".repeat(64);
    world.send(forged.ask()).refused(403, "SignatureDoesNotMatch");
    world.send(key().ask()).refused(403, "AccessDenied");
    nothing_stored();
}

#[test]
fn what_the_file_is_not() {
    let world = World::with_bucket("photos");
    let form = |name: &str, value: &str| {
        let condition = format!("{{\"{name}\":\"{value}\"}}");
        Form::new(&[("key", "a"), (name, value)]).condition(&condition).send(&world)
    };
    form("x-amz-checksum-sha256", "sailorjerry").refused(400, "InvalidRequest");
    let wrong = STANDARD.encode(larder_digest::sha256(b"other"));
    form("x-amz-checksum-sha256", &wrong).refused(400, "BadDigest");
    form("content-md5", &STANDARD.encode([0; 16])).refused(400, "BadDigest");
    form("content-md5", "x").refused(400, "InvalidDigest");
    form("x-amz-storage-class", "CELLAR").refused(400, "InvalidStorageClass");
    let got = form("x-amz-checksum-algorithm", "CRC16").refused(400, "InvalidRequest");
    assert!(got.element("Message").unwrap().contains("[CRC32, CRC32C, CRC64NVME, MD5, SHA1"));
    form("acl", "public-read").refused(400, "AccessControlListNotSupported");
    form("tagging", "k=v").refused(400, "MalformedXML");
    form("x-amz-server-side-encryption", "AES256").refused(501, "NotImplemented");
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
    form("acl", "").ok();
    let sum = STANDARD.encode(larder_digest::sha256(b"hello"));
    let got = form("x-amz-checksum-sha256", &sum).ok();
    assert_eq!(got.header("x-amz-checksum-sha256"), Some(&*sum));
}

#[test]
fn forms_that_are_none() {
    let world = World::with_bucket("photos");
    let post =
        |body: &[u8]| Ask::new("POST", "/photos").by(None).header("content-type", TYPE).body(body);
    world.send(post(b"")).refused(400, "MalformedPOSTRequest");
    world.send(post(b"junk")).refused(400, "MalformedPOSTRequest");
    let whole = Form::new(&[("key", "a")]).signed(&world).ask();
    // The end of the file never comes.
    let cut = whole.body[..whole.body.len() - 11].to_vec();
    world.send(whole.clone().body(cut)).refused(400, "MalformedPOSTRequest");
    let mut endless = whole.body.clone();
    endless.resize(endless.len() + (64 << 10), b'x');
    world.send(whole.clone().body(endless)).refused(400, "MalformedPOSTRequest");
    let long = Form::new(&[("key", "a"), ("x-ignore-long", &"x".repeat(21 << 10))]);
    long.send(&world).refused(400, "MaxPostPreDataLengthExceeded");
    let mut elsewhere = whole.clone();
    elsewhere.path = "/nowhere".to_owned();
    world.send(elsewhere).refused(404, "NoSuchBucket");
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
    world.send(whole).ok();
}

/// Sends a form in pieces of so many bytes, one a second; the seconds that the server took part.
fn slowly(world: &World, form: Form, piece_bytes: usize, expected: (u16, Option<&str>)) -> u64 {
    let ask = form.signed(world).ask();
    let pieces = ask.body.chunks(piece_bytes).map(Bytes::copy_from_slice).collect();
    let mut request = world.request(ask);
    *request.body_mut() = RequestBody::Slow(SlowPieces {
        platform: world.sim.platform(),
        pause: Duration::from_secs(1),
        pieces,
        timer: Default::default(),
    });
    let began_ns = world.sim.now_ns();
    let answer = world.sim.block_on(world.handle(request));
    assert_eq!((answer.response.status().as_u16(), answer.record.error_code), expected);
    (world.sim.now_ns() - began_ns) / 1_000_000_000
}

/// Before the fields are there, nobody knows who sends them; behind them a file may take its time.
#[test]
fn the_fields_have_a_deadline_and_the_file_has_its_own() {
    let world = World::with_bucket("photos");
    let form = || Form::new(&[("key", "a")]);
    // Each second brings something: no silence is long enough to be given up for.
    let waited = slowly(&world, form(), 20, (400, Some("RequestTimeout")));
    assert!((30..=35).contains(&waited), "{waited} s");
    world.send(Ask::new("HEAD", "/photos/a")).refused(404, "NoSuchKey");
    let waited = slowly(&world, form().file(&[7; 100_000]), 2000, (204, None));
    assert!(waited > 45, "{waited} s");
    assert_eq!(stored(&world, "a").body.len(), 100_000);
}
