//! After a restart: everything is compared with what was acknowledged, by reading and by listing.

use super::{KEPT, PLAIN, Weather, Worker, said};
use crate::ledger::{Chain, Object, Version};
use crate::report::Wrong;
use larder_client::{Request, xml};
use std::collections::BTreeMap;

/// Entries of a page; small, so that listings go over several.
const PAGE_KEYS: usize = 150;
/// Of the keys that are known and were not touched since they were read last, one in so many is
/// read; the listing covers the others.
const READ_EVERY: u64 = 3;

/// A version or delete marker as listed: id, ETag (none for a marker).
type Listed = (String, Option<String>);

impl Worker {
    /// Compares everything; false when the server is gone.
    pub fn verify(&mut self) -> bool {
        let keys: Vec<String> = self.ledger.plain.keys().cloned().collect();
        for key in keys {
            let doubtful = self.ledger.plain[&key].known().is_none();
            if (doubtful || self.chance.one_in(READ_EVERY)) && !self.check_plain(&key) {
                return false;
            }
        }
        self.list_plain(true) && self.verify_kept() && self.check_buckets() && self.check_uploads()
    }

    /// The listing of its own keys is what is known of them; false when the server is gone. With
    /// `all`, every page is read, otherwise the first.
    pub(super) fn list_plain(&mut self, all: bool) -> bool {
        let prefix = format!("w{}/", self.number);
        let mut listed = BTreeMap::new();
        let mut token = String::new();
        let mut last = None;
        loop {
            let next = if token.is_empty() {
                String::new()
            } else {
                format!("&continuation-token={}", encode(&token))
            };
            let target = format!("/{PLAIN}?list-type=2&max-keys={PAGE_KEYS}&prefix={prefix}{next}");
            let Ok(answer) = self.client.send(&Request::new("GET", &target)) else {
                return self.weather == Weather::Errors;
            };
            if !answer.is_success() {
                self.odd(answer.status, format!("{target}: {}", said(&answer)));
                return true;
            }
            let text = answer.text();
            for entry in xml::elements(&text, "Contents") {
                let key = xml::text(entry, "Key").unwrap_or_default();
                let etag = xml::text(entry, "ETag").unwrap_or_default();
                let size = xml::text(entry, "Size").unwrap_or_default();
                last = Some(key.clone());
                listed.insert(key, (etag.trim_matches('"').to_owned(), size));
            }
            match xml::text(&text, "NextContinuationToken") {
                Some(next) if all => token = next,
                Some(_) => break,
                None => {
                    last = None;
                    break;
                }
            }
        }
        self.compare_listing(&listed, last.as_deref());
        true
    }

    /// `last`: the listing goes on behind this key.
    fn compare_listing(&mut self, listed: &BTreeMap<String, (String, String)>, last: Option<&str>) {
        let mut findings = Vec::new();
        for (key, (etag, size)) in listed {
            let slot = self.ledger.plain.get(key);
            let may = slot.map_or(&[][..], |slot| &slot.may);
            let same =
                |object: &Object| object.etag == *etag && object.length().to_string() == *size;
            if !may.iter().flatten().any(same) {
                let wrong = if may == [None] { Wrong::Resurrected } else { Wrong::Listing };
                findings.push((wrong, format!("{key} is listed with ETag {etag}, {size} bytes")));
            }
        }
        for (key, slot) in &self.ledger.plain {
            let covered = last.is_none_or(|last| key.as_str() <= last);
            if covered && slot.may.iter().all(Option::is_some) && !listed.contains_key(key) {
                findings.push((Wrong::Lost, format!("{key} is not listed")));
            }
        }
        self.tally.verified += listed.len() as u64;
        self.tally.findings.extend(findings);
    }

    fn verify_kept(&mut self) -> bool {
        let Some(mut listed) = self.list_versions() else {
            return self.weather == Weather::Errors;
        };
        let keys: Vec<String> = self.ledger.kept.keys().cloned().collect();
        for key in keys {
            let chain = &self.ledger.kept[&key];
            let was_known = chain.is_known();
            let listed = listed.remove(&key).unwrap_or_default();
            match reconcile(chain, listed) {
                Ok(versions) => {
                    let chain = self.ledger.kept.get_mut(&key).expect("just listed");
                    chain.maybe.clear();
                    chain.versions = versions;
                }
                Err((wrong, text)) => {
                    self.tally.wrong(wrong, format!("{key}: {text}"));
                    continue;
                }
            }
            for at in 0..self.ledger.kept[&key].versions.len() {
                let read = !was_known || self.chance.one_in(READ_EVERY);
                if read && !self.check_version(&key, at) {
                    return false;
                }
            }
            let removed = self.ledger.kept[&key].removed.last().cloned();
            if let Some(id) = removed
                && !self.check_removed(&key, &id)
            {
                return false;
            }
        }
        for key in listed.keys() {
            self.tally.wrong(Wrong::Listing, format!("{key} has versions that nobody made"));
        }
        true
    }

    /// Versions by key, oldest first; `None` when they could not be listed.
    fn list_versions(&mut self) -> Option<BTreeMap<String, Vec<Listed>>> {
        let prefix = format!("w{}/", self.number);
        let mut out: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
        let mut next = String::new();
        loop {
            let target = format!("/{KEPT}?versions=&max-keys={PAGE_KEYS}&prefix={prefix}{next}");
            let answer = self.client.send(&Request::new("GET", &target)).ok()?;
            if !answer.is_success() {
                self.odd(answer.status, format!("{target}: {}", said(&answer)));
                return None;
            }
            let text = answer.text();
            for (key, listed) in entries(&text) {
                out.entry(key).or_default().push(listed);
                self.tally.verified += 1;
            }
            let key = xml::text(&text, "NextKeyMarker").filter(|key| !key.is_empty());
            let Some(key) = key else {
                break;
            };
            next = format!("&key-marker={}", encode(&key));
            if let Some(id) = xml::text(&text, "NextVersionIdMarker") {
                next += &format!("&version-id-marker={}", encode(&id));
            }
        }
        out.values_mut().for_each(|versions| versions.reverse());
        Some(out)
    }
}

/// The entries of a page of versions, in its order.
fn entries(page: &str) -> Vec<(String, Listed)> {
    let mut found: Vec<(usize, String, Listed)> = Vec::new();
    for name in ["Version", "DeleteMarker"] {
        for entry in xml::elements(page, name) {
            let at = entry.as_ptr() as usize - page.as_ptr() as usize;
            let key = xml::text(entry, "Key").unwrap_or_default();
            let id = xml::text(entry, "VersionId").unwrap_or_default();
            let etag = xml::text(entry, "ETag").map(|etag| etag.trim_matches('"').to_owned());
            found.push((at, key, (id, etag)));
        }
    }
    found.sort();
    found.into_iter().map(|(_, key, listed)| (key, listed)).collect()
}

/// The versions that a key has, from what is known and what is listed; both oldest first.
fn reconcile(chain: &Chain, listed: Vec<Listed>) -> Result<Vec<Version>, (Wrong, String)> {
    let mut expected = chain.versions.iter().peekable();
    let mut maybe = chain.maybe.clone();
    let mut out = Vec::new();
    for (id, etag) in listed {
        while expected.next_if(|version| version.id != id && version.may_be_gone).is_some() {}
        if let Some(version) = expected.next_if(|version| version.id == id) {
            if version.object.as_ref().map(|object| &object.etag) != etag.as_ref() {
                return Err((Wrong::Bytes, format!("version {id} is listed with {etag:?}")));
            }
            out.push(Version { may_be_gone: false, ..version.clone() });
            continue;
        }
        if let Some(missing) = expected.peek() {
            return Err((Wrong::Lost, format!("version {} before {id}", missing.id)));
        }
        if chain.removed.contains(&id) {
            return Err((Wrong::Resurrected, format!("version {id}")));
        }
        let tried = maybe.iter().position(|tried| tried.as_ref().map(|o| &o.etag) == etag.as_ref());
        let Some(tried) = tried else {
            return Err((Wrong::Listing, format!("version {id}, {etag:?}, that nobody made")));
        };
        let object = maybe.remove(tried);
        out.push(Version { id, object, may_be_gone: false });
    }
    match expected.find(|version| !version.may_be_gone) {
        Some(missing) => Err((Wrong::Lost, format!("version {}", missing.id))),
        None => Ok(out),
    }
}

/// Percent-encoding of all but the plainest letters.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode =
        |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}
