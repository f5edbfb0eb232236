//! POST forms: the multipart parser, the claim, the policy.
//!
//! An input is a Content-Type, a line end, and a body.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use larder_fuzz::arrivals;
use larder_fuzz::meter::{Budget, bounded};
use larder_s3_wire::auth::{AuthSettings, PostClaim, SigV2, Verifier};
use larder_s3_wire::error::WireError;
use larder_s3_wire::post_form::{
    FORM_FIELDS_BYTES_MAX, FormEvent, FormFields, PostFormParser, PostPolicy,
};
use larder_s3_wire::signer::Signer;
use larder_types::Timestamp;
use serde_json::{Value, json};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2013-05-24T00:00:00Z.
const NOW: Timestamp = Timestamp { ms: 1_369_353_600_000 };

/// Fields are held once as they came and once taken apart.
const PARSE: Budget = Budget { fixed: 96 << 10, held_per_byte: 8, total_per_byte: 64 };
/// A policy is JSON in base64, and its tree is larger than its text.
const CHECK: Budget = Budget { fixed: 64 << 10, held_per_byte: 64, total_per_byte: 256 };

/// The fields, the file's data, and how the form ended.
#[derive(Debug, PartialEq)]
struct Outcome {
    fields: Option<FormFields>,
    data: Vec<u8>,
    end: Result<(), WireError>,
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(line) = data.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let Ok(content_type) = std::str::from_utf8(&data[..line]) else {
        return;
    };
    let body = &data[line + 1..];
    if PostFormParser::new(content_type).is_err() {
        return;
    }
    let outcomes =
        arrivals(body).map(|pieces| bounded(body.len(), PARSE, || parse(content_type, &pieces)));
    assert_eq!(outcomes[0], outcomes[1], "byte by byte");
    assert_eq!(outcomes[0], outcomes[2], "in pieces");
    let [Outcome { fields: Some(fields), .. }, ..] = outcomes else {
        return;
    };
    let texts = fields.fields.iter().map(|(name, value)| name.len() + value.len());
    assert!(texts.sum::<usize>() <= FORM_FIELDS_BYTES_MAX, "fields beyond their limit");
    bounded(body.len(), CHECK, || {
        let _ = judge(&fields);
    });
    signed(fields);
});

fn parse(content_type: &str, pieces: &[Bytes]) -> Outcome {
    let mut parser = PostFormParser::new(content_type).expect("it was tried");
    let mut outcome = Outcome {
        fields: None,
        data: Vec::with_capacity(pieces.iter().map(Bytes::len).sum()),
        end: Ok(()),
    };
    for piece in pieces {
        let mut input = piece.clone();
        loop {
            match parser.feed(&mut input) {
                Ok(Some(FormEvent::Fields(fields))) => {
                    assert!(outcome.fields.replace(fields).is_none(), "the fields come once");
                }
                Ok(Some(FormEvent::Data(data))) => {
                    assert!(outcome.fields.is_some(), "no data comes before the fields");
                    outcome.data.extend_from_slice(&data);
                }
                Ok(None) => break,
                Err(error) => return Outcome { end: Err(error), ..outcome },
            }
        }
        assert!(input.is_empty(), "a parser that asks for more has used up what it had");
    }
    outcome.end = parser.finish();
    outcome
}

/// What the server does with the fields of a form before it reads the file.
fn judge(fields: &FormFields) -> Result<(), WireError> {
    let verifier = Verifier::new(AuthSettings { sigv2: SigV2::On, ..AuthSettings::default() });
    let (claim, policy) = fields.claim()?;
    if let Some(policy) = policy {
        policy.check(fields, "bucket", NOW)?.check(fields.fields.len() as u64)?;
    }
    verifier.verify_post(&claim, SECRET, NOW).map(|_| ())
}

/// A form whose policy names every field of it is accepted, and with any field changed, one more,
/// or another policy it is not.
fn signed(mut fields: FormFields) {
    let claim = ["policy", "awsaccesskeyid", "signature", "file", "bucket", "key"];
    let mut seen = vec![];
    fields.fields.retain(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let own =
            !claim.contains(&name.as_str()) && !name.starts_with("x-amz-") && !name.is_empty();
        // A placeholder is compared after it was replaced.
        let own = own && !name.starts_with("x-ignore-") && !value.contains("${filename}");
        let first = !seen.contains(&name);
        seen.push(name);
        own && first
    });
    fields.fields.push(("key".to_owned(), "k".to_owned()));
    let policy = policy_for(&fields);
    let signer = Signer {
        access_key: "AKIAIOSFODNN7EXAMPLE",
        secret: SECRET,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: NOW,
    };
    let count = fields.fields.len();
    fields.fields.extend(signer.sign_post_policy(&policy));
    let verdict = judge_signed(&fields);
    assert!(verdict.is_ok(), "signed by ourselves, and refused: {verdict:?} {policy}");
    for at in 0..count {
        let mut changed = fields.clone();
        changed.fields[at].1.push('x');
        assert!(judge_signed(&changed).is_err(), "{:?} is accepted", changed.fields[at]);
    }
    let mut more = fields.clone();
    more.fields.push(("x-amz-acl".to_owned(), "public-read".to_owned()));
    assert!(judge_signed(&more).is_err(), "a field that no condition names is accepted");
    let mut other = fields.clone();
    let wider = STANDARD.encode(policy.replace("2013-05-25", "2113-05-25"));
    let field = other.fields.iter_mut().find(|(name, _)| name == "policy");
    field.expect("the signer adds it").1 = wider;
    assert!(judge_signed(&other).is_err(), "another policy is accepted");
}

fn judge_signed(fields: &FormFields) -> Result<(), WireError> {
    let verifier = Verifier::new(AuthSettings::default());
    let (claim, policy) = fields.claim()?;
    assert!(matches!(claim, PostClaim::V4 { .. }), "signed by Version 4");
    let policy: PostPolicy = policy.expect("it was signed");
    policy.check(fields, "bucket", NOW)?;
    verifier.verify_post(&claim, SECRET, NOW).map(|_| ())
}

fn policy_for(fields: &FormFields) -> String {
    let mut conditions = vec![json!({"bucket": "bucket"})];
    for (name, value) in &fields.fields {
        conditions.push(json!(["eq", format!("${name}"), value]));
    }
    for name in ["x-amz-algorithm", "x-amz-credential", "x-amz-date"] {
        conditions.push(json!(["starts-with", format!("${name}"), ""]));
    }
    let conditions = Value::Array(conditions);
    json!({"expiration": "2013-05-25T00:00:00Z", "conditions": conditions}).to_string()
}
