//! Wakes background work by the kinds of the rows that are committed.

use crate::row::RowKind;
use std::sync::{Arc, PoisonError, RwLock, Weak};

/// Most watchers of an engine: as many as there are background workers, with room to spare.
const WATCHERS_MAX: usize = 64;

/// A set of kinds of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowKinds(u32);

impl RowKinds {
    /// These kinds.
    pub fn of(kinds: &[RowKind]) -> Self {
        let mut set = Self::default();
        kinds.iter().for_each(|kind| set.insert(*kind));
        set
    }

    /// Adds a kind.
    pub fn insert(&mut self, kind: RowKind) {
        self.0 |= 1 << kind as u32;
    }

    /// Adds those of another set.
    pub fn merge(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether a kind is in both.
    pub fn intersects(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether no kind is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Receives the kinds of committed rows.
pub trait Watcher: Send + Sync {
    /// Rows of these kinds were written, and can be read. Called where commits are made: it tells
    /// somebody else to look, and does not look itself.
    fn committed(&self, kinds: RowKinds);
}

/// An engine's watchers.
#[derive(Default)]
pub struct Watchers(RwLock<Vec<Weak<dyn Watcher>>>);

impl Watchers {
    /// Adds one; it goes when nobody else has it any more.
    ///
    /// # Panics
    /// There are as many as there may be.
    pub fn add(&self, watcher: &Arc<dyn Watcher>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|watcher| watcher.strong_count() > 0);
        assert!(all.len() < WATCHERS_MAX, "watchers are workers, which are few");
        all.push(Arc::downgrade(watcher));
    }

    /// Tells them.
    pub fn tell(&self, kinds: RowKinds) {
        if kinds.is_empty() {
            return;
        }
        for watcher in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if let Some(watcher) = watcher.upgrade() {
                watcher.committed(kinds);
            }
        }
    }
}
