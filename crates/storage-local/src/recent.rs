//! What was used lately, within a budget of bytes.

use bytes::Bytes;
use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What an entry takes beside its key and value, in bytes: map, queue, counters, allocations.
const ENTRY_BYTES: usize = 160;

/// Values by key. When they take too much, the oldest go first; one that was used since it last
/// came up gets another round (CLOCK).
pub(crate) struct Recent<K> {
    entries: HashMap<K, RecentValue>,
    /// Keys in the order in which they come up.
    order: VecDeque<K>,
    bytes: usize,
    bytes_max: usize,
}

struct RecentValue {
    value: Bytes,
    bytes: usize,
    used: bool,
}

impl<K: Clone + Eq + Hash> Recent<K> {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), bytes: 0, bytes_max }
    }

    pub(crate) fn get<Q>(&mut self, key: &Q) -> Option<Bytes>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entry = self.entries.get_mut(key)?;
        entry.used = true;
        Some(entry.value.clone())
    }

    /// Adds a value, unless the key has one. `key_bytes` is what the key takes.
    pub(crate) fn insert(&mut self, key: K, key_bytes: usize, value: Bytes) {
        if self.entries.contains_key(&key) {
            return;
        }
        let bytes = key_bytes + value.len() + ENTRY_BYTES;
        self.bytes += bytes;
        self.order.push_back(key.clone());
        self.entries.insert(key, RecentValue { value, bytes, used: false });
        while self.bytes > self.bytes_max {
            let Some(oldest) = self.order.pop_front() else { return };
            match self.entries.get_mut(&oldest) {
                None => {}
                Some(entry) if entry.used => {
                    entry.used = false;
                    self.order.push_back(oldest);
                }
                Some(_) => self.remove(&oldest),
            }
        }
    }

    pub(crate) fn remove<Q>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
        // Removed keys stay in the order until they come up; they must not outnumber the others.
        if self.order.len() > 2 * self.entries.len() + 16 {
            let entries = &self.entries;
            self.order.retain(|key| entries.contains_key(key.borrow()));
        }
    }

    #[cfg(test)]
    pub(crate) fn is_bounded(&self) -> bool {
        self.bytes <= self.bytes_max && self.order.len() <= 2 * self.entries.len() + 17
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRY_BYTES, Recent};
    use bytes::Bytes;

    #[test]
    fn what_is_used_stays() {
        let mut recent = Recent::new(10 * (ENTRY_BYTES + 10));
        for n in 0..1000u32 {
            recent.insert(n, 4, Bytes::from_static(b"value."));
            assert!(recent.get(&0).is_some(), "used all the time");
            assert!(recent.is_bounded());
        }
        assert!(recent.get(&999).is_some() && recent.get(&500).is_none());
        recent.remove(&0);
        assert!(recent.get(&0).is_none());
        let whole = vec![0; 10 * ENTRY_BYTES + 200];
        recent.insert(1, 4, whole.into());
        assert!(recent.get(&1).is_none() && recent.is_bounded(), "too large to be kept");
    }
}
