//! Turns: operations that lost a race for a key go on one after the other.
//!
//! Whether a change is right is not decided here: every commit checks the rows that it was planned
//! from. A turn only decides who tries next. Without turns the losers of a race all plan again and
//! race again, one of them wins, and with many writers some lose until their attempts are used up.
//!
//! A key has a queue only while somebody has its turn or waits for it, so that keys which nobody
//! fights over cost one look at a counter. Nobody has two turns, so that they cannot wait for each
//! other in a circle: who holds a turn takes its [`crate::attempts::Attempts`] along.

use bytes::Bytes;
use larder_storage::SpaceId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Mutex as FairMutex, OwnedMutexGuard};

/// Most operations that have or want the turn of one key; each of them may hold a small body, and
/// all of them together must not take what requests for other keys need.
const QUEUE_MAX: usize = 256;

type Contended = (SpaceId, Bytes);

/// The keys that operations take turns at. A clone is one count of references more.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<Table>);

#[derive(Default)]
struct Table {
    /// How many queues there are; read without the lock where nothing is contended.
    count: AtomicUsize,
    /// One queue for each key with a [`QueuedTurn`], so never more than there are operations.
    queues: Mutex<HashMap<Contended, Queue>>,
}

#[derive(Default)]
struct Queue {
    /// Its holder has the turn. It is handed on in the order in which it was asked for.
    turn: Arc<FairMutex<()>>,
    /// Those who hold the turn or wait for it.
    places: usize,
}

/// The queue of this key is full.
#[derive(Debug)]
pub(crate) struct QueueFull;

/// A place in the queue of a key. Dropped, waiting or with the turn, it is given up, and the next
/// in the queue moves on.
pub(crate) struct QueuedTurn {
    turns: Turns,
    key: Contended,
    turn: Arc<FairMutex<()>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// The last place in the queue of a key; `None` when the key has no queue.
    pub(crate) fn join_queue(
        &self,
        space: SpaceId,
        key: &Bytes,
    ) -> Result<Option<QueuedTurn>, QueueFull> {
        // A queue that begins just now is missed: then this operation races once more.
        if self.0.count.load(Ordering::Relaxed) == 0 {
            return Ok(None);
        }
        match self.queues().entry((space, key.clone())) {
            Entry::Vacant(_) => Ok(None),
            Entry::Occupied(mut queue) => {
                let key = queue.key().clone();
                queue.get_mut().place(self, key).map(Some)
            }
        }
    }

    /// The last place in the queue of a key, which may be the first one.
    pub(crate) fn start_queue(&self, space: SpaceId, key: &Bytes) -> Result<QueuedTurn, QueueFull> {
        let key = (space, key.clone());
        let mut queues = self.queues();
        let queue = queues.entry(key.clone()).or_default();
        let place = queue.place(self, key);
        self.0.count.store(queues.len(), Ordering::Relaxed);
        place
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<Contended, Queue>> {
        self.0.queues.lock().expect("no panic while locked")
    }

    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.queues().values().map(|queue| queue.places).sum()
    }
}

impl Queue {
    fn place(&mut self, turns: &Turns, key: Contended) -> Result<QueuedTurn, QueueFull> {
        if self.places == QUEUE_MAX {
            return Err(QueueFull);
        }
        self.places += 1;
        Ok(QueuedTurn { turns: turns.clone(), key, turn: self.turn.clone(), held: None })
    }
}

impl QueuedTurn {
    /// Ends when this place has the turn. It has it until it is dropped.
    pub(crate) async fn turn(&mut self) {
        self.held = Some(self.turn.clone().lock_owned().await);
    }
}

impl Drop for QueuedTurn {
    fn drop(&mut self) {
        // Handed on before the queue may end: who comes in between finds it still there.
        self.held = None;
        let mut queues = self.turns.queues();
        if let Some(queue) = queues.get_mut(&self.key) {
            queue.places -= 1;
            if queue.places == 0 {
                queues.remove(&self.key);
                self.turns.0.count.store(queues.len(), Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{QUEUE_MAX, QueuedTurn, Turns};
    use bytes::Bytes;
    use futures_util::FutureExt;
    use larder_storage::SpaceId;

    const SPACE: SpaceId = SpaceId(7);

    fn key() -> Bytes {
        Bytes::from_static(b"key")
    }

    fn join(turns: &Turns) -> QueuedTurn {
        turns.start_queue(SPACE, &key()).unwrap()
    }

    #[test]
    fn a_queue_is_there_as_long_as_it_has_places() {
        let turns = Turns::default();
        assert!(turns.join_queue(SPACE, &key()).unwrap().is_none());
        let one = join(&turns);
        let two = turns.join_queue(SPACE, &key()).unwrap().unwrap();
        assert!(turns.join_queue(SPACE, &Bytes::from_static(b"other")).unwrap().is_none());
        assert!(turns.join_queue(SpaceId(8), &key()).unwrap().is_none());
        drop(one);
        assert_eq!(turns.places(), 1);
        drop(two);
        assert!(turns.join_queue(SPACE, &key()).unwrap().is_none());
        assert!(turns.queues().is_empty());
    }

    #[test]
    fn turns_go_round_in_order() {
        let turns = Turns::default();
        let (mut one, mut two, mut three) = (join(&turns), join(&turns), join(&turns));
        assert!(one.turn().now_or_never().is_some());
        let mut second = Box::pin(two.turn());
        let mut third = Box::pin(three.turn());
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        drop(one);
        assert!(third.as_mut().now_or_never().is_none(), "the second is first");
        assert!(second.as_mut().now_or_never().is_some());
    }

    #[test]
    fn who_goes_away_waiting_or_with_the_turn_holds_up_nobody() {
        let turns = Turns::default();
        let (mut one, mut two, mut three) = (join(&turns), join(&turns), join(&turns));
        assert!(one.turn().now_or_never().is_some());
        let mut second = Box::pin(two.turn());
        assert!(second.as_mut().now_or_never().is_none());
        let mut third = Box::pin(three.turn());
        assert!(third.as_mut().now_or_never().is_none());
        drop(second);
        drop(two);
        drop(one);
        assert!(third.as_mut().now_or_never().is_some());
        drop(third);
        drop(three);
        assert_eq!(turns.places(), 0);
    }

    #[test]
    fn a_queue_has_a_limit() {
        let turns = Turns::default();
        let places: Vec<_> = (0..QUEUE_MAX).map(|_| join(&turns)).collect();
        assert!(turns.start_queue(SPACE, &key()).is_err());
        assert!(turns.join_queue(SPACE, &key()).is_err());
        drop(places);
        assert!(turns.start_queue(SPACE, &key()).is_ok());
    }
}
