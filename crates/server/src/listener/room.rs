//! Places for connections: so many in all, and of them a share for each address, so that one
//! client cannot take them all, whatever it does with them.
//!
//! A connection without a place is let in for a moment, to be told so; health is answered there,
//! too. When many want that moment the oldest of them gives way, so that a new one always gets it.

use super::forwarded::Network;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};

/// Connections without a place at once.
const BRIEF_MAX: usize = 32;
/// Most of them while those that gave way are being closed. Beyond it, new ones are closed unheard.
pub(crate) const BRIEF_OPEN_MAX: usize = 2 * BRIEF_MAX;

/// What fits in.
#[derive(Clone, Debug)]
pub(crate) struct RoomLimits {
    /// Connections in all; at least 1.
    pub(crate) connections_max: usize,
    /// Connections of one address, and requests that trusted proxies bring for it; at least 1.
    pub(crate) per_address_max: usize,
    /// Whose connections count for those whom they bring.
    pub(crate) proxies: Vec<Network>,
}

/// The places. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Room(Arc<Shared>);

struct Shared {
    limits: RoomLimits,
    taken: Mutex<Taken>,
    /// Told when the last connection has gone.
    empty: Notify,
}

#[derive(Default)]
struct Taken {
    connections: usize,
    /// Only addresses that have something.
    by_address: HashMap<IpAddr, usize>,
    /// Connections without a place, the oldest first. Dropping what is there ends one.
    brief: VecDeque<(u64, oneshot::Sender<()>)>,
    /// Those and the ones that are ending.
    brief_open: usize,
    brief_total: u64,
}

/// What a new connection gets.
pub(crate) enum Entry {
    Place(Place),
    Brief(Brief),
    /// Not even a moment.
    Nothing,
}

/// A place, given back when dropped.
pub(crate) struct Place {
    room: Room,
    /// A connection's, or a single request's.
    is_connection: bool,
    /// Whose share it is part of.
    address: Option<IpAddr>,
}

/// A moment, given back when dropped.
pub(crate) struct Brief {
    room: Room,
    number: u64,
    gives_way: oneshot::Receiver<()>,
}

/// What counts as one address: of IPv6 a /64, since whoever has one has all of it.
fn whose(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        ip => ip,
    }
}

impl Room {
    pub(crate) fn new(limits: RoomLimits) -> Self {
        let (taken, empty) = (Mutex::default(), Notify::new());
        Self(Arc::new(Shared { limits, taken, empty }))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn limits(&self) -> &RoomLimits {
        &self.0.limits
    }

    /// Whether connections from there count for those whom they bring.
    pub(crate) fn is_proxy(&self, remote: IpAddr) -> bool {
        self.0.limits.proxies.iter().any(|proxy| proxy.contains(remote))
    }

    /// A new connection from there.
    pub(crate) fn enter(&self, remote: IpAddr) -> Entry {
        let address = Some(whose(remote)).filter(|_| !self.is_proxy(remote));
        let mut taken = self.taken();
        if taken.connections < self.0.limits.connections_max
            && taken.share(address, self.0.limits.per_address_max)
        {
            taken.connections += 1;
            return Entry::Place(Place { room: self.clone(), is_connection: true, address });
        }
        if taken.brief_open == BRIEF_OPEN_MAX {
            return Entry::Nothing;
        }
        if taken.brief.len() == BRIEF_MAX {
            taken.brief.pop_front();
        }
        taken.brief_open += 1;
        taken.brief_total += 1;
        let (number, (end, gives_way)) = (taken.brief_total, oneshot::channel());
        taken.brief.push_back((number, end));
        Entry::Brief(Brief { room: self.clone(), number, gives_way })
    }

    /// A request that a trusted proxy brings for this client; `None` when its share is used up.
    pub(crate) fn admit(&self, client: IpAddr) -> Option<Place> {
        let address = Some(whose(client));
        let admitted = self.taken().share(address, self.0.limits.per_address_max);
        admitted.then(|| Place { room: self.clone(), is_connection: false, address })
    }

    /// Ends when there is no connection.
    pub(crate) async fn emptied(&self) {
        loop {
            // Made before the look, so that nothing is missed between the two.
            let empty = self.0.empty.notified();
            if self.taken().is_empty() {
                return;
            }
            empty.await;
        }
    }

    fn leave(&self, taken: MutexGuard<'_, Taken>) {
        if taken.is_empty() {
            self.0.empty.notify_waiters();
        }
    }
}

impl Taken {
    /// Takes one of an address's share; whoever counts for others has no share of its own.
    fn share(&mut self, address: Option<IpAddr>, per_address_max: usize) -> bool {
        let Some(address) = address else { return true };
        let held = self.by_address.get(&address).copied().unwrap_or(0);
        if held >= per_address_max {
            return false;
        }
        self.by_address.insert(address, held + 1);
        true
    }

    fn is_empty(&self) -> bool {
        self.connections == 0 && self.brief_open == 0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        if let Some(address) = self.address
            && let Some(held) = taken.by_address.get_mut(&address)
        {
            *held -= 1;
            if *held == 0 {
                taken.by_address.remove(&address);
            }
        }
        if self.is_connection {
            taken.connections -= 1;
            self.room.leave(taken);
        }
    }
}

impl Brief {
    /// Ends when a newer connection needs the moment.
    pub(crate) async fn gives_way(&mut self) {
        // The sender never sends: it is dropped.
        let _ = (&mut self.gives_way).await;
    }
}

impl Drop for Brief {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        taken.brief.retain(|(number, _)| *number != self.number);
        taken.brief_open -= 1;
        self.room.leave(taken);
    }
}

#[cfg(test)]
mod tests {
    use super::{BRIEF_MAX, BRIEF_OPEN_MAX, Brief, Entry, Place, Room, RoomLimits};
    use std::future::poll_fn;
    use std::net::IpAddr;
    use std::task::Poll;
    use tokio::sync::oneshot::error::TryRecvError;

    fn room(connections_max: usize, per_address_max: usize) -> Room {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Room::new(RoomLimits { connections_max, per_address_max, proxies })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn place(room: &Room, from: &str) -> Option<Place> {
        match room.enter(ip(from)) {
            Entry::Place(place) => Some(place),
            Entry::Brief(_) | Entry::Nothing => None,
        }
    }

    fn brief(room: &Room, from: &str) -> Option<Brief> {
        match room.enter(ip(from)) {
            Entry::Brief(brief) => Some(brief),
            Entry::Place(_) | Entry::Nothing => None,
        }
    }

    #[test]
    fn an_address_has_a_share_and_all_have_a_limit() {
        let room = room(5, 3);
        let mut held: Vec<_> = (0..3).map(|_| place(&room, "192.0.2.1").unwrap()).collect();
        assert!(place(&room, "192.0.2.1").is_none());
        assert!(place(&room, "::ffff:192.0.2.1").is_none(), "it is the same address");
        held.extend(place(&room, "2001:db8::1"));
        held.extend(place(&room, "2001:db8::2"));
        assert!(place(&room, "192.0.2.2").is_none(), "all places are taken");
        held.remove(0);
        held.extend(place(&room, "192.0.2.2"));
        assert_eq!(held.len(), 5);
        drop(held);
        assert!(room.taken().by_address.is_empty() && room.taken().is_empty());
        let _three: Vec<_> = (0..3).map(|n| place(&room, &format!("2001:db8::{n}"))).collect();
        assert!(place(&room, "2001:db8::4").is_none(), "a /64 is one client's");
        assert!(place(&room, "2001:db8:0:1::4").is_some());
    }

    #[test]
    fn a_proxy_counts_for_those_whom_it_brings() {
        let room = room(5, 2);
        let connections: Vec<_> = (0..4).map(|_| place(&room, "10.0.0.1").unwrap()).collect();
        let direct = place(&room, "192.0.2.1").unwrap();
        let request = room.admit(ip("192.0.2.1")).unwrap();
        assert!(room.admit(ip("192.0.2.1")).is_none(), "one by itself, one through the proxy");
        assert!(room.admit(ip("192.0.2.2")).is_some());
        drop(request);
        assert!(room.admit(ip("192.0.2.1")).is_some());
        assert!(place(&room, "10.0.0.1").is_none(), "a proxy's connections are limited, too");
        drop((connections, direct));
        assert!(room.taken().by_address.is_empty() && room.taken().is_empty());
    }

    #[tokio::test]
    async fn a_new_one_always_gets_its_moment_and_the_oldest_gives_way() {
        let room = room(1, 1);
        let held = place(&room, "192.0.2.1").unwrap();
        let mut moments: Vec<Brief> =
            (0..BRIEF_MAX).map(|_| brief(&room, "192.0.2.1").unwrap()).collect();
        let newest = brief(&room, "192.0.2.2").unwrap();
        moments[0].gives_way().await;
        assert!(moments[1].gives_way.try_recv() == Err(TryRecvError::Empty), "it stays");
        // Nobody has really gone yet.
        let more: Vec<_> = (0..BRIEF_OPEN_MAX).map_while(|_| brief(&room, "192.0.2.1")).collect();
        assert_eq!(moments.len() + 1 + more.len(), BRIEF_OPEN_MAX);
        assert!(matches!(room.enter(ip("192.0.2.1")), Entry::Nothing));
        let mut emptied = Box::pin(room.emptied());
        let mut is_waiting =
            async || poll_fn(|cx| Poll::Ready(emptied.as_mut().poll(cx).is_pending())).await;
        assert!(is_waiting().await);
        drop((newest, moments, more));
        assert!(room.taken().brief.is_empty() && is_waiting().await, "one has a place");
        drop(held);
        assert!(!is_waiting().await);
    }
}
