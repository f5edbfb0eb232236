//! Multipart uploads: begun, filled part by part, completed or aborted, perhaps after a restart.

use super::{End, PLAIN, Weather, Worker};
use crate::ledger::{Body, Object, Upload};
use crate::report::Wrong;
use larder_client::{Request, xml};
use larder_types::hex;
use std::fmt::Write as _;

/// Uploads of one client under way at a time.
const UPLOADS_MAX: usize = 2;
/// Parts of an upload at most.
const PARTS_MAX: usize = 2;
/// The smallest part that may be followed by another.
const PART_BYTES_MIN: usize = 5 << 20;
const CONTENT_TYPE: &str = "application/x-parts";
const NOT_FOUND: u16 = 404;

impl Worker {
    /// One step of an upload.
    pub(super) fn upload(&mut self) {
        let count = self.ledger.uploads.len();
        if count < UPLOADS_MAX && (count == 0 || self.chance.one_in(3)) {
            return self.begin_upload();
        }
        let at = self.chance.below(count as u64) as usize;
        let upload = self.ledger.uploads[at].clone();
        if upload.may_be_complete {
            return;
        }
        match upload.parts.len() {
            0 => self.upload_part(at, &upload),
            parts if parts < PARTS_MAX && self.chance.one_in(2) => self.upload_part(at, &upload),
            _ if self.chance.one_in(8) => self.abort(at, &upload),
            _ => self.complete(at, &upload),
        }
    }

    fn begin_upload(&mut self) {
        let key = format!("w{}/parts{}", self.number, self.chance.below(4));
        let note = self.note();
        let target = format!("/{PLAIN}/{key}?uploads=");
        let request = Request::new("POST", &target)
            .header("content-type", CONTENT_TYPE)
            .header("x-amz-meta-note", note.clone());
        if let End::Acknowledged(answer) = self.change("begin upload", &request, None) {
            match xml::text(&answer.text(), "UploadId") {
                Some(id) => {
                    let (parts, may_be_complete) = (Vec::new(), false);
                    self.ledger.uploads.push(Upload { key, id, note, parts, may_be_complete });
                }
                None => self.tally.wrong(Wrong::Answer, format!("{key}: an upload without an id")),
            }
        }
    }

    fn upload_part(&mut self, at: usize, upload: &Upload) {
        let number = upload.parts.len() as u32 + 1;
        // All but the last part must be large; which one that will be is not known yet.
        let more = self.chance.below(300 << 10) as usize;
        let length = if number == 1 { PART_BYTES_MIN } else { 0 } + more;
        let body = self.body(length);
        let bytes = body.bytes();
        let etag = hex::encode(&larder_digest::md5(&bytes));
        let target = format!("/{PLAIN}/{}?partNumber={number}&uploadId={}", upload.key, upload.id);
        let request = Request::new("PUT", &target).body(&bytes);
        if let End::Acknowledged(answer) = self.change("upload part", &request, None) {
            if answer.etag() != etag {
                let text = format!("{target}: ETag {}, not {etag}", answer.etag());
                self.tally.wrong(Wrong::Answer, text);
            }
            self.ledger.uploads[at].parts.push((number, body, etag));
        }
    }

    fn complete(&mut self, at: usize, upload: &Upload) {
        let slot = self.ledger.plain.entry(upload.key.clone()).or_default();
        if slot.known().is_none() {
            return;
        }
        let target = format!("/{PLAIN}/{}?uploadId={}", upload.key, upload.id);
        let body = completion(upload);
        let request = Request::new("POST", &target).body(body.as_bytes());
        let object = whole(upload);
        let end = self.change("complete upload", &request, None);
        let slot = self.ledger.plain.entry(upload.key.clone()).or_default();
        match end {
            // It may begin its answer before it knows the end: a failure then has status 200.
            End::Acknowledged(answer) if answer.text().contains("<Error>") => {
                if self.weather != Weather::Errors {
                    self.tally.wrong(Wrong::Answer, format!("{target}: {}", answer.text()));
                }
                slot.might(Some(object));
                self.ledger.uploads[at].may_be_complete = true;
            }
            End::Acknowledged(answer) => {
                slot.set(Some(object.clone()));
                self.ledger.uploads.remove(at);
                if !answer.text().contains(&object.etag) {
                    let text = format!("{target}: not {}: {}", object.etag, answer.text());
                    self.tally.wrong(Wrong::Answer, text);
                }
            }
            End::Refused => {}
            End::Unknown => {
                slot.might(Some(object));
                self.ledger.uploads[at].may_be_complete = true;
            }
        }
    }

    fn abort(&mut self, at: usize, upload: &Upload) {
        let target = format!("/{PLAIN}/{}?uploadId={}", upload.key, upload.id);
        match self.change("abort upload", &Request::new("DELETE", &target), None) {
            End::Refused => {}
            // After an unknown end it is nobody's any more.
            End::Acknowledged(_) | End::Unknown => {
                self.ledger.uploads.remove(at);
            }
        }
    }

    /// Every upload under way has the parts that were acknowledged. Those whose completion may have
    /// happened are forgotten: their keys were read. False when the server is gone.
    pub(super) fn check_uploads(&mut self) -> bool {
        self.ledger.uploads.retain(|upload| !upload.may_be_complete);
        for upload in self.ledger.uploads.clone() {
            let target = format!("/{PLAIN}/{}?uploadId={}", upload.key, upload.id);
            let Ok(answer) = self.client.send(&Request::new("GET", &target)) else {
                return false;
            };
            if !answer.is_success() {
                if answer.status == NOT_FOUND {
                    self.tally.wrong(Wrong::Lost, format!("the upload {target}"));
                } else {
                    self.odd(answer.status, format!("ListParts {target}"));
                }
                continue;
            }
            self.tally.verified += 1;
            let text = answer.text();
            let listed: Vec<(u32, String)> =
                xml::elements(&text, "Part").filter_map(part).collect();
            for (number, _, etag) in &upload.parts {
                let found = listed.iter().find(|(listed, _)| listed == number);
                match found {
                    Some((_, found)) if found == etag => {}
                    // A part that was sent again without an answer may have replaced it; here no
                    // part is sent again once it was acknowledged.
                    found => {
                        let text = format!("part {number} of {target}: {etag}, found {found:?}");
                        self.tally.wrong(Wrong::Lost, text);
                    }
                }
            }
        }
        true
    }
}

fn part(text: &str) -> Option<(u32, String)> {
    let number = xml::text(text, "PartNumber")?.parse().ok()?;
    Some((number, xml::text(text, "ETag")?.trim_matches('"').to_owned()))
}

fn completion(upload: &Upload) -> String {
    let mut body = "<CompleteMultipartUpload>".to_owned();
    for (number, _, etag) in &upload.parts {
        let _ =
            write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>");
    }
    body + "</CompleteMultipartUpload>"
}

/// The object that a completed upload is.
fn whole(upload: &Upload) -> Object {
    let bodies: Vec<Body> = upload.parts.iter().map(|(_, body, _)| body.clone()).collect();
    let digests: Vec<u8> =
        bodies.iter().flat_map(|body| larder_digest::md5(&body.bytes())).collect();
    let etag = format!("{}-{}", hex::encode(&larder_digest::md5(&digests)), bodies.len());
    let (note, content_type) = (upload.note.clone(), CONTENT_TYPE.to_owned());
    Object { bodies, etag, note, content_type, tag: None }
}
