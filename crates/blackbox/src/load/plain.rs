//! Changes in the bucket without versions.

use super::{End, PLAIN, Weather, Worker};
use crate::ledger::Object;
use crate::report::Wrong;
use larder_client::{Request, content_md5, xml};
use std::fmt::Write as _;

const PRECONDITION_FAILED: u16 = 412;
/// Keys of one batch deletion at most.
const BATCH_KEYS_MAX: u64 = 5;

/// Headers of a condition and whether it fails.
type Condition = (Option<(&'static str, String)>, bool);

impl Worker {
    /// PutObject: inline, over the limit of that, large; with conditions now and then.
    pub(super) fn put(&mut self) {
        let large = self.chance.one_in(40);
        let (key, length) = if large {
            (self.large_key(), self.large_bytes())
        } else {
            (self.plain_key(), self.small_bytes())
        };
        let slot = self.ledger.plain.entry(key.clone()).or_default();
        let Some(known) = slot.known().cloned() else {
            return;
        };
        let (condition, fails) = self.condition(known.as_ref());
        let (mut object, bytes) = self.object(length);
        let target = format!("/{PLAIN}/{key}");
        let mut request = Request::new("PUT", &target).body(&bytes);
        request = headers(request, &object);
        if self.chance.one_in(6) {
            object.tag = Some(format!("t{}", self.chance.below(1000)));
            request = request.header("x-amz-tagging", format!("shelf={}", tag(&object)));
        }
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        let name = if large { "put large" } else { "put" };
        let end = self.change(name, &request, fails.then_some(PRECONDITION_FAILED));
        self.settle(&key, end, object);
    }

    /// A condition for what a key is known to hold.
    fn condition(&mut self, known: Option<&Object>) -> Condition {
        let absent = Some(("if-none-match", "*".to_owned()));
        match (self.chance.below(12), known) {
            (0, _) => (absent, known.is_some()),
            (1, Some(object)) => (Some(("if-match", format!("\"{}\"", object.etag))), false),
            (2, Some(_)) => (Some(("if-match", format!("\"{}\"", "0".repeat(32)))), true),
            _ => (None, false),
        }
    }

    /// Writes down what an operation that was to leave `object` came to.
    fn settle(&mut self, key: &str, end: End, object: Object) {
        let slot = self.ledger.plain.entry(key.to_owned()).or_default();
        match end {
            End::Acknowledged(answer) => {
                let etag = answer.etag();
                if !etag.is_empty() && etag != object.etag {
                    let text = format!("{key}: the ETag of a PUT is {etag}, not {}", object.etag);
                    self.tally.wrong(Wrong::Answer, text);
                }
                slot.set(Some(object));
            }
            End::Refused => {}
            End::Unknown => slot.might(Some(object)),
        }
    }

    pub fn delete(&mut self) {
        let large = self.chance.one_in(10);
        let key = if large { self.large_key() } else { self.plain_key() };
        let slot = self.ledger.plain.entry(key.clone()).or_default();
        if slot.known().is_none() {
            return;
        }
        let target = format!("/{PLAIN}/{key}");
        let end = self.change("delete", &Request::new("DELETE", &target), None);
        self.gone(&key, &end);
    }

    fn gone(&mut self, key: &str, end: &End) {
        let slot = self.ledger.plain.entry(key.to_owned()).or_default();
        match end {
            End::Acknowledged(_) => slot.set(None),
            End::Refused => {}
            End::Unknown => slot.might(None),
        }
    }

    pub(super) fn delete_several(&mut self) {
        let count = 1 + self.chance.below(BATCH_KEYS_MAX);
        let mut keys: Vec<String> = (0..count).map(|_| self.plain_key()).collect();
        keys.sort();
        keys.dedup();
        keys.retain(|key| self.ledger.plain.get(key).is_none_or(|slot| slot.known().is_some()));
        if keys.is_empty() {
            return;
        }
        let mut body = "<Delete>".to_owned();
        for key in &keys {
            let _ = write!(body, "<Object><Key>{key}</Key></Object>");
        }
        body.push_str("</Delete>");
        let target = format!("/{PLAIN}?delete=");
        let request = Request::new("POST", &target)
            .header("content-md5", content_md5(body.as_bytes()))
            .body(body.as_bytes());
        match self.change("delete several", &request, None) {
            End::Acknowledged(answer) => {
                let text = answer.text();
                let deleted: Vec<String> =
                    xml::elements(&text, "Deleted").filter_map(|d| xml::text(d, "Key")).collect();
                for key in &keys {
                    let end = if deleted.contains(key) {
                        End::Acknowledged(answer.clone())
                    } else {
                        End::Unknown
                    };
                    if matches!(end, End::Unknown) && self.weather != Weather::Errors {
                        let text = format!("{key} is not among the deleted: {text}");
                        self.tally.wrong(Wrong::Answer, text);
                    }
                    self.gone(key, &end);
                }
            }
            end => keys.iter().for_each(|key| self.gone(key, &end)),
        }
    }

    /// CopyObject from one key to another, or to itself with new metadata.
    pub(super) fn copy(&mut self) {
        let (from, to) = (self.plain_key(), self.plain_key());
        let source = self.ledger.plain.get(&from).and_then(|slot| slot.object()).cloned();
        let Some(mut object) = source else {
            return;
        };
        let slot = self.ledger.plain.entry(to.clone()).or_default();
        if slot.known().is_none() {
            return;
        }
        let target = format!("/{PLAIN}/{to}");
        let mut request =
            Request::new("PUT", &target).header("x-amz-copy-source", format!("/{PLAIN}/{from}"));
        if from == to || self.chance.one_in(3) {
            object.note = self.note();
            request = headers(request, &object).header("x-amz-metadata-directive", "REPLACE");
        }
        let end = self.change("copy", &request, None);
        if let End::Acknowledged(answer) = &end
            && xml::text(&answer.text(), "ETag").is_none_or(|etag| !etag.contains(&object.etag))
        {
            let text = format!("{to}: a copy of {} answers {}", object.etag, answer.text());
            self.tally.wrong(Wrong::Answer, text);
        }
        self.settle(&to, end, object);
    }

    /// PutObjectTagging and DeleteObjectTagging.
    pub(super) fn tag(&mut self) {
        let key = self.plain_key();
        let known = self.ledger.plain.get(&key).and_then(|slot| slot.object()).cloned();
        let Some(mut object) = known else {
            return;
        };
        let target = format!("/{PLAIN}/{key}?tagging=");
        let remove = self.chance.one_in(3);
        object.tag = (!remove).then(|| format!("t{}", self.chance.below(1000)));
        let body = format!(
            "<Tagging><TagSet><Tag><Key>shelf</Key><Value>{}</Value></Tag></TagSet></Tagging>",
            tag(&object)
        );
        let checksum = content_md5(body.as_bytes());
        let request = if remove {
            Request::new("DELETE", &target)
        } else {
            let request = Request::new("PUT", &target).header("content-md5", checksum);
            request.body(body.as_bytes())
        };
        let end = self.change("tag", &request, None);
        self.settle(&key, end, object);
    }
}

fn tag(object: &Object) -> &str {
    object.tag.as_deref().unwrap_or_default()
}

/// What goes with an object's body.
pub(super) fn headers<'a>(request: Request<'a>, object: &Object) -> Request<'a> {
    request
        .header("content-type", object.content_type.clone())
        .header("x-amz-meta-note", object.note.clone())
}
