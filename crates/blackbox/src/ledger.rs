//! What the server acknowledged, and what it may therefore hold.

use crate::chance::Chance;
use larder_types::hex;
use std::collections::BTreeMap;

/// States of one key that are remembered, to tell what a wrong one is.
const PAST_MAX: usize = 64;

/// A body that can be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub seed: u64,
    pub length: usize,
}

impl Body {
    pub fn bytes(&self) -> Vec<u8> {
        let mut chance = Chance::new(self.seed);
        let mut out = Vec::with_capacity(self.length + 8);
        while out.len() < self.length {
            out.extend_from_slice(&chance.next().to_le_bytes());
        }
        out.truncate(self.length);
        out
    }
}

/// An object as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// One, or the parts of an upload.
    pub bodies: Vec<Body>,
    pub etag: String,
    /// `x-amz-meta-note`.
    pub note: String,
    pub content_type: String,
    /// The value of the one tag, `shelf`.
    pub tag: Option<String>,
}

impl Object {
    pub fn new(body: Body, note: String, content_type: String) -> (Self, Vec<u8>) {
        let bytes = body.bytes();
        let etag = hex::encode(&larder_digest::md5(&bytes));
        (Self { bodies: vec![body], etag, note, content_type, tag: None }, bytes)
    }

    pub fn length(&self) -> usize {
        self.bodies.iter().map(|body| body.length).sum()
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.bodies.iter().flat_map(Body::bytes).collect()
    }
}

/// What a key of a bucket without versions may hold.
#[derive(Clone, Debug)]
pub struct Slot {
    /// One state when it is known; more after operations whose end is not known.
    pub may: Vec<Option<Object>>,
    /// ETags of what it held, or might have held, before.
    pub past: Vec<String>,
    /// The test damaged its bytes on the disk: it is listed but cannot be read.
    pub damaged: bool,
}

impl Default for Slot {
    fn default() -> Self {
        Self { may: vec![None], past: Vec::new(), damaged: false }
    }
}

impl Slot {
    /// The state, when it is known.
    pub fn known(&self) -> Option<&Option<Object>> {
        match self.may.as_slice() {
            [state] => Some(state),
            _ => None,
        }
    }

    /// The object, when it is known that there is one.
    pub fn object(&self) -> Option<&Object> {
        self.known()?.as_ref()
    }

    fn remember(&mut self) {
        for object in self.may.iter().flatten() {
            self.past.push(object.etag.clone());
        }
        let excess = self.past.len().saturating_sub(PAST_MAX);
        self.past.drain(..excess);
    }

    /// An operation was acknowledged, or a reading showed it.
    pub fn set(&mut self, state: Option<Object>) {
        if self.may != [state.clone()] {
            self.remember();
            self.may = vec![state];
        }
    }

    /// Nobody knows what became of an operation.
    pub fn might(&mut self, state: Option<Object>) {
        if !self.may.contains(&state) {
            self.may.push(state);
        }
    }
}

/// A version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: String,
    /// `None`: a delete marker.
    pub object: Option<Object>,
    /// Its removal was tried and not acknowledged.
    pub may_be_gone: bool,
}

/// The versions of a key, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    pub versions: Vec<Version>,
    /// What was tried and not acknowledged: versions that may be there, in this order, behind those
    /// that were there then.
    pub maybe: Vec<Option<Object>>,
    /// Version ids that were removed.
    pub removed: Vec<String>,
}

impl Chain {
    pub fn is_known(&self) -> bool {
        self.maybe.is_empty() && self.versions.iter().all(|version| !version.may_be_gone)
    }
}

/// A multipart upload under way.
#[derive(Clone, Debug)]
pub struct Upload {
    pub key: String,
    pub id: String,
    pub note: String,
    /// Parts in order: number, body, ETag; those that were acknowledged.
    pub parts: Vec<(u32, Body, String)>,
    /// A completion was tried and not acknowledged.
    pub may_be_complete: bool,
}

/// All that one client knows. It is the only one to use its keys.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Keys of the bucket without versions.
    pub plain: BTreeMap<String, Slot>,
    /// Keys of the bucket with versions.
    pub kept: BTreeMap<String, Chain>,
    pub uploads: Vec<Upload>,
    /// Buckets of its own: whether they may exist and may not exist.
    pub buckets: BTreeMap<String, (bool, bool)>,
}
