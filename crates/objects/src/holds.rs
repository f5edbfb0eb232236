//! Who works with which incarnation of a bucket.
//!
//! A write may begin before DeleteBucket and commit after it, so that the engine has to remember a
//! closed space for as long as somebody knows it. Everybody who learned a bucket's space in order
//! to write there holds it; when the bucket is gone and nobody holds its space any more, nobody can
//! write there again, and the engine may forget it.
//!
//! One table knows all holds of a store, so that there is one `Objects` for it, and its clones.
//!
//! A hold is taken behind the read of the bucket's row, and the bucket may have been removed, and
//! its space forgotten, in between. So the row is read again while the space is held; only then is
//! the hold verified, and with it those that others took of the same space meanwhile. Whoever finds
//! it unverified reads again, too: it does not matter who came first.

use larder_storage::SpaceId;
use larder_types::BucketName;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// Ended holds that are kept in the table before it is cleared of them, beside as many as go on.
const ENDED_MAX: usize = 64;

/// A hold of a space, for as long as it or a clone of it lives. Nothing is held by default.
#[derive(Clone, Debug, Default)]
pub struct Hold(Option<Arc<AtomicBool>>);

/// Two buckets are equal whoever holds them.
impl PartialEq for Hold {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Hold {}

impl Hold {
    /// Whether something is held.
    pub(crate) fn is_held(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the bucket's row was seen while the space was held.
    pub(crate) fn is_verified(&self) -> bool {
        self.0.as_ref().is_some_and(|verified| verified.load(Ordering::Acquire))
    }

    /// The bucket's row was seen while the space was held.
    pub(crate) fn verify(&self) {
        self.0.as_ref().expect("it is held").store(true, Ordering::Release);
    }
}

/// The holds of all spaces, and the spaces that are closed for good.
#[derive(Default)]
pub(crate) struct Holds(Mutex<Spaces>);

#[derive(Default)]
struct Spaces {
    held: HashMap<SpaceId, Weak<AtomicBool>>,
    /// Spaces whose bucket is gone, with its name, until nobody holds them.
    closed: HashMap<SpaceId, BucketName>,
    /// How large the table may be before it is cleared.
    held_max: usize,
}

impl Holds {
    fn spaces(&self) -> MutexGuard<'_, Spaces> {
        self.0.lock().expect("no panic while locked")
    }

    /// Holds a space.
    pub(crate) fn take(&self, space: SpaceId) -> Hold {
        let mut spaces = self.spaces();
        if let Some(hold) = spaces.held.get(&space).and_then(Weak::upgrade) {
            return Hold(Some(hold));
        }
        if spaces.held.len() >= spaces.held_max {
            spaces.held.retain(|_, hold| hold.strong_count() > 0);
            spaces.held_max = 2 * spaces.held.len() + ENDED_MAX;
        }
        let hold = Arc::default();
        spaces.held.insert(space, Arc::downgrade(&hold));
        Hold(Some(hold))
    }

    /// The bucket of a closed space is gone.
    pub(crate) fn gone(&self, space: SpaceId, name: BucketName) {
        self.spaces().closed.insert(space, name);
    }

    /// Closed spaces that may still be held.
    pub(crate) fn closed(&self) -> Vec<(SpaceId, BucketName)> {
        let spaces = self.spaces();
        spaces.closed.iter().map(|(space, name)| (*space, name.clone())).collect()
    }

    /// Closed spaces that nobody holds. They are not announced again.
    pub(crate) fn take_unheld(&self) -> Vec<(SpaceId, BucketName)> {
        let Spaces { held, closed, .. } = &mut *self.spaces();
        held.retain(|_, hold| hold.strong_count() > 0);
        closed.extract_if(|space, _| !held.contains_key(space)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDED_MAX, Holds};
    use larder_storage::SpaceId;
    use larder_types::BucketName;

    #[test]
    fn a_space_is_free_once_the_last_hold_of_it_has_ended() {
        let (holds, space) = (Holds::default(), SpaceId(7));
        let one = holds.take(space);
        let other = holds.take(space);
        assert!(one.is_held() && other.is_held());
        holds.gone(space, BucketName::new("bucket").unwrap());
        drop(one);
        assert_eq!(holds.take_unheld(), []);
        assert_eq!(holds.closed().len(), 1);
        drop(other);
        assert_eq!(holds.take_unheld(), [(space, BucketName::new("bucket").unwrap())]);
        assert!(holds.take_unheld().is_empty() && holds.closed().is_empty());
    }

    /// A reader that was slow is no reason to believe the next one.
    #[test]
    fn who_takes_what_nobody_has_verified_reads_again() {
        let (holds, space) = (Holds::default(), SpaceId(7));
        let one = holds.take(space);
        let other = holds.take(space);
        assert!(!one.is_verified() && !other.is_verified());
        other.verify();
        assert!(one.is_verified() && holds.take(space).is_verified());
        drop((one, other));
        assert!(!holds.take(space).is_verified(), "nobody held it in between");
    }

    #[test]
    fn ended_holds_are_cleared_away() {
        let holds = Holds::default();
        let kept: Vec<_> = (0..10).map(|n| holds.take(SpaceId(n))).collect();
        kept[3].verify();
        for n in 0..10_000 {
            holds.take(SpaceId(100 + n));
            assert!(holds.spaces().held.len() <= 2 * kept.len() + ENDED_MAX + 1);
        }
        assert!(holds.take(SpaceId(3)).is_verified(), "it is held");
    }
}
