//! Which rows changed lately: what the committer compares checks with, without reading the index.

use larder_storage::Moment;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;

/// Changes remembered. A check of a row read longer ago than that is `Stale` and is retried.
pub(crate) const CHANGES_MAX: usize = 1 << 17;

/// What the window knows of a row since a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// Not changed.
    Unchanged,
    /// Changed.
    Changed,
    /// The moment is older than the window.
    Unknown,
}

/// Row hashes are already uniform.
#[derive(Default)]
pub(crate) struct IdentityHasher(u64);

impl std::hash::Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// The window. Two rows with one hash count as one: a false conflict, which is retried.
pub(crate) struct Window {
    latest: HashMap<u64, Moment, BuildHasherDefault<IdentityHasher>>,
    order: VecDeque<(u64, Moment)>,
    /// Every change later than this is remembered.
    floor: Moment,
    changes_max: usize,
}

/// The hash of an index key.
pub fn row_hash(index_key: &[u8]) -> u64 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, index_key)
}

impl Window {
    /// A window that knows nothing of what was before `floor`.
    pub(crate) fn with_capacity(floor: Moment, changes_max: usize) -> Self {
        Self { latest: HashMap::default(), order: VecDeque::new(), floor, changes_max }
    }

    /// Notes a change. Moments never decrease.
    pub(crate) fn changed(&mut self, row: u64, at: Moment) {
        self.latest.insert(row, at);
        self.order.push_back((row, at));
        while self.order.len() > self.changes_max {
            let Some((row, at)) = self.order.pop_front() else {
                break;
            };
            self.floor = at;
            if self.latest.get(&row) == Some(&at) {
                self.latest.remove(&row);
            }
        }
    }

    /// Whether the row changed after `since`.
    pub(crate) fn since(&self, row: u64, since: Moment) -> Since {
        match self.latest.get(&row) {
            Some(at) if *at > since => Since::Changed,
            Some(_) => Since::Unchanged,
            None if since >= self.floor => Since::Unchanged,
            None => Since::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Since, Window};
    use larder_storage::Moment;

    #[test]
    fn remembers_a_bounded_past() {
        let mut window = Window::with_capacity(Moment(10), 2);
        assert_eq!(window.since(1, Moment(9)), Since::Unknown);
        assert_eq!(window.since(1, Moment(10)), Since::Unchanged);
        window.changed(1, Moment(11));
        assert_eq!(window.since(1, Moment(10)), Since::Changed);
        assert_eq!(window.since(1, Moment(11)), Since::Unchanged);
        window.changed(2, Moment(12));
        window.changed(1, Moment(13));
        window.changed(3, Moment(14));
        assert_eq!(window.since(1, Moment(12)), Since::Changed, "the later change is kept");
        assert_eq!(window.since(2, Moment(11)), Since::Unknown);
        assert_eq!(window.since(2, Moment(12)), Since::Unchanged);
    }
}
