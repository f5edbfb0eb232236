//! Reading back and comparing.

use super::{KEPT, PLAIN, Weather, Worker, said};
use crate::client::Broken;
use crate::ledger::Object;
use crate::report::Wrong;
use larder_client::{Answer, Request, xml};

const NOT_FOUND: u16 = 404;

/// What a reading came to.
pub(super) enum Read {
    Absent,
    Seen(Seen),
    /// An error answer, which has been counted.
    Error,
    /// No answer.
    Gone,
}

/// An object as it was read.
pub(super) struct Seen {
    answer: Answer,
    tag: Option<String>,
}

impl Seen {
    pub(super) fn is(&self, object: &Object) -> bool {
        self.has_data_of(object)
            && self.answer.header("x-amz-meta-note") == Some(&object.note)
            && self.answer.header("content-type") == Some(&object.content_type)
            && self.tag == object.tag
    }

    fn has_data_of(&self, object: &Object) -> bool {
        self.answer.etag() == object.etag
            && self.answer.body.len() == object.length()
            && self.answer.body == object.bytes()
    }

    /// In a few words.
    fn describe(&self) -> String {
        format!(
            "{} bytes, ETag {}, note {:?}, tag {:?}",
            self.answer.body.len(),
            self.answer.etag(),
            self.answer.header("x-amz-meta-note").map(|note| &note[..note.len().min(20)]),
            self.tag
        )
    }
}

impl Worker {
    /// An answer that is neither a success nor a plain no.
    pub(super) fn odd(&mut self, status: u16, what: impl Into<String>) {
        *self.tally.errors.entry(status).or_default() += 1;
        if self.weather != Weather::Errors || status < 500 {
            self.tally.wrong(Wrong::Answer, format!("{}: {status}", what.into()));
        }
    }

    /// GetObject, and GetObjectTagging where there is a tag.
    pub(super) fn fetch(&mut self, target: &str) -> Read {
        let answer = match self.client.send(&Request::new("GET", target)) {
            Ok(answer) => answer,
            Err(broken) => return self.broken(target, &broken),
        };
        match answer.status {
            200 => {}
            NOT_FOUND => return Read::Absent,
            status => {
                self.odd(status, format!("GET {target}: {}", said(&answer)));
                return Read::Error;
            }
        }
        let mut tag = None;
        if answer.header("x-amz-tagging-count").is_some() {
            let separator = if target.contains('?') { '&' } else { '?' };
            let target = format!("{target}{separator}tagging=");
            let tagging = match self.client.send(&Request::new("GET", &target)) {
                Ok(tagging) => tagging,
                Err(broken) => return self.broken(&target, &broken),
            };
            if !tagging.is_success() {
                self.odd(tagging.status, format!("GET {target}"));
                return Read::Error;
            }
            tag = xml::text(&tagging.text(), "Value");
        }
        Read::Seen(Seen { answer, tag })
    }

    /// A body that cannot be verified to its end is cut off.
    fn broken(&mut self, target: &str, broken: &Broken) -> Read {
        self.unanswered(&format!("GET {target}"), broken);
        if self.weather == Weather::Errors {
            *self.tally.errors.entry(0).or_default() += 1;
            return Read::Error;
        }
        Read::Gone
    }

    /// Reads one of the keys; false when the server is gone.
    pub(super) fn read_some(&mut self) -> bool {
        let key = if self.chance.one_in(20) { self.large_key() } else { self.plain_key() };
        self.check_plain(&key)
    }

    /// Compares a key with what it may hold, which is known afterwards; false when the server is
    /// gone.
    pub(super) fn check_plain(&mut self, key: &str) -> bool {
        if self.ledger.plain.get(key).is_some_and(|slot| slot.damaged) {
            return true;
        }
        let read = self.fetch(&format!("/{PLAIN}/{key}"));
        let slot = self.ledger.plain.entry(key.to_owned()).or_default();
        let found = match &read {
            Read::Gone => return false,
            Read::Error => return true,
            Read::Absent => slot.may.iter().position(Option::is_none),
            Read::Seen(seen) => {
                slot.may.iter().position(|state| state.as_ref().is_some_and(|o| seen.is(o)))
            }
        };
        self.tally.verified += 1;
        if let Some(found) = found {
            let state = slot.may[found].clone();
            slot.set(state);
            return true;
        }
        let may: Vec<String> = slot.may.iter().map(describe).collect();
        let may = may.join(" or ");
        let (wrong, text) = match &read {
            Read::Seen(seen) => {
                let same_data = slot.may.iter().flatten().any(|object| seen.has_data_of(object));
                let was_held = slot.past.contains(&seen.answer.etag());
                let wrong = match () {
                    () if same_data => Wrong::Lost,
                    () if was_held && slot.may == [None] => Wrong::Resurrected,
                    () if was_held => Wrong::Lost,
                    () => Wrong::Bytes,
                };
                (wrong, seen.describe())
            }
            _ => (Wrong::Lost, "nothing".to_owned()),
        };
        self.tally.wrong(wrong, format!("{key}: holds {text}; it must hold {may}"));
        true
    }

    pub(super) fn read_some_version(&mut self) -> bool {
        let key = self.kept_key();
        let Some(chain) = self.ledger.kept.get(&key) else {
            return true;
        };
        if chain.versions.is_empty() {
            return true;
        }
        let at = self.chance.below(chain.versions.len() as u64) as usize;
        self.check_version(&key, at)
    }

    /// Compares a version with what it was; false when the server is gone.
    pub(super) fn check_version(&mut self, key: &str, at: usize) -> bool {
        let version = self.ledger.kept[key].versions[at].clone();
        let Some(object) = &version.object else {
            return true;
        };
        let target = format!("/{KEPT}/{key}?versionId={}", version.id);
        match self.fetch(&target) {
            Read::Gone => return false,
            Read::Error => return true,
            Read::Seen(seen) if seen.is(object) => {}
            Read::Seen(seen) => {
                let text = format!("{target}: {}; it must be {}", seen.describe(), object.etag);
                self.tally.wrong(Wrong::Bytes, text);
            }
            Read::Absent if version.may_be_gone => {}
            Read::Absent => self.tally.wrong(Wrong::Lost, target),
        }
        self.tally.verified += 1;
        true
    }

    /// A removed version stays away; false when the server is gone.
    pub(super) fn check_removed(&mut self, key: &str, id: &str) -> bool {
        let target = format!("/{KEPT}/{key}?versionId={id}");
        match self.fetch(&target) {
            Read::Gone => return false,
            Read::Seen(_) => self.tally.wrong(Wrong::Resurrected, target),
            Read::Absent | Read::Error => {}
        }
        self.tally.verified += 1;
        true
    }
}

fn describe(state: &Option<Object>) -> String {
    match state {
        None => "nothing".to_owned(),
        Some(object) => format!(
            "{} bytes, ETag {}, note {:?}, tag {:?}",
            object.length(),
            object.etag,
            &object.note[..object.note.len().min(20)],
            object.tag
        ),
    }
}
