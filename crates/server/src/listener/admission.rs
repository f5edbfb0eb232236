//! Which connections are served: so many in all, and of them a share for each address, so that one
//! client cannot take them all, whatever it does with them.
//!
//! A connection over the limit is let in for a moment, to be told so; health is answered there,
//! too. When many want that moment the oldest of them gives way, so that a new one always gets it.

use super::forwarded::Network;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};

/// Connections over the limit at once.
const OVER_LIMIT_MAX: usize = 32;
/// Most of them while those that gave way are being closed; beyond it the next one waits for that.
pub(crate) const OVER_LIMIT_OPEN_MAX: usize = 2 * OVER_LIMIT_MAX;

/// What fits in.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionLimits {
    /// Connections in all; at least 1.
    pub(crate) connections_max: usize,
    /// Connections of one address, and requests that trusted proxies bring for it; at least 1.
    pub(crate) per_address_max: usize,
    /// Whose connections count for those whom they bring.
    pub(crate) proxies: Vec<Network>,
}

/// Counts connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Admission(Arc<Inner>);

struct Inner {
    limits: ConnectionLimits,
    taken: Mutex<Taken>,
    /// Told when a connection has gone.
    left: Notify,
}

#[derive(Default)]
struct Taken {
    connections: usize,
    /// Only addresses that have something.
    by_address: HashMap<IpAddr, usize>,
    /// Connections over the limit, the oldest first. Dropping what is there ends one.
    over_limit: VecDeque<(u64, oneshot::Sender<()>)>,
    /// Those and the ones that are ending.
    over_limit_open: usize,
    over_limit_total: u64,
}

/// What a new connection gets.
pub(crate) enum EntryDecision {
    Permit(Permit),
    OverLimit(OverLimit),
}

/// The right to be served, given back when dropped.
pub(crate) struct Permit {
    admission: Admission,
    /// A connection's, or a single request's.
    is_connection: bool,
    /// Whose share it is part of.
    address: Option<IpAddr>,
}

/// A moment, given back when dropped.
pub(crate) struct OverLimit {
    admission: Admission,
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

impl Admission {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        let (taken, left) = (Mutex::default(), Notify::new());
        Self(Arc::new(Inner { limits, taken, left }))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn limits(&self) -> &ConnectionLimits {
        &self.0.limits
    }

    /// Whether connections from there count for those whom they bring.
    pub(crate) fn is_proxy(&self, remote: IpAddr) -> bool {
        self.0.limits.proxies.iter().any(|proxy| proxy.contains(remote))
    }

    /// A new connection from there. Waits for no client: what has to go first was told to.
    pub(crate) async fn enter(&self, remote: IpAddr) -> EntryDecision {
        loop {
            // Made before the look, so that nothing is missed between the two.
            let left = self.0.left.notified();
            if let Some(entry) = self.try_enter(remote) {
                return entry;
            }
            left.await;
        }
    }

    fn try_enter(&self, remote: IpAddr) -> Option<EntryDecision> {
        let address = Some(whose(remote)).filter(|_| !self.is_proxy(remote));
        let mut taken = self.taken();
        if taken.connections < self.0.limits.connections_max
            && taken.share(address, self.0.limits.per_address_max)
        {
            taken.connections += 1;
            let admission = self.clone();
            return Some(EntryDecision::Permit(Permit { admission, is_connection: true, address }));
        }
        if taken.over_limit_open == OVER_LIMIT_OPEN_MAX {
            return None;
        }
        if taken.over_limit.len() == OVER_LIMIT_MAX {
            taken.over_limit.pop_front();
        }
        taken.over_limit_open += 1;
        taken.over_limit_total += 1;
        let (number, (end, gives_way)) = (taken.over_limit_total, oneshot::channel());
        taken.over_limit.push_back((number, end));
        Some(EntryDecision::OverLimit(OverLimit { admission: self.clone(), number, gives_way }))
    }

    /// A request that a trusted proxy brings for this client; `None` when its share is used up.
    pub(crate) fn admit(&self, client: IpAddr) -> Option<Permit> {
        let address = Some(whose(client));
        let admitted = self.taken().share(address, self.0.limits.per_address_max);
        admitted.then(|| Permit { admission: self.clone(), is_connection: false, address })
    }

    /// Ends when there is no connection.
    pub(crate) async fn emptied(&self) {
        loop {
            // As above.
            let left = self.0.left.notified();
            if self.taken().is_empty() {
                return;
            }
            left.await;
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
        self.connections == 0 && self.over_limit_open == 0
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.admission.taken();
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
            self.admission.0.left.notify_waiters();
        }
    }
}

impl OverLimit {
    /// Ends when a newer connection needs the moment.
    pub(crate) async fn gives_way(&mut self) {
        // The sender never sends: it is dropped.
        let _ = (&mut self.gives_way).await;
    }
}

impl Drop for OverLimit {
    fn drop(&mut self) {
        let mut taken = self.admission.taken();
        taken.over_limit.retain(|(number, _)| *number != self.number);
        taken.over_limit_open -= 1;
        self.admission.0.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Admission, ConnectionLimits, EntryDecision, OVER_LIMIT_MAX, OVER_LIMIT_OPEN_MAX, OverLimit,
        Permit,
    };
    use std::future::poll_fn;
    use std::net::IpAddr;
    use std::task::Poll;
    use tokio::sync::oneshot::error::TryRecvError;

    fn admission(connections_max: usize, per_address_max: usize) -> Admission {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Admission::new(ConnectionLimits { connections_max, per_address_max, proxies })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn permit(admission: &Admission, from: &str) -> Option<Permit> {
        match admission.try_enter(ip(from)) {
            Some(EntryDecision::Permit(permit)) => Some(permit),
            Some(EntryDecision::OverLimit(_)) | None => None,
        }
    }

    fn over_limit(admission: &Admission, from: &str) -> Option<OverLimit> {
        match admission.try_enter(ip(from)) {
            Some(EntryDecision::OverLimit(over_limit)) => Some(over_limit),
            Some(EntryDecision::Permit(_)) | None => None,
        }
    }

    #[test]
    fn an_address_has_a_share_and_all_have_a_limit() {
        let admission = admission(5, 3);
        let mut held: Vec<_> = (0..3).map(|_| permit(&admission, "192.0.2.1").unwrap()).collect();
        assert!(permit(&admission, "192.0.2.1").is_none());
        assert!(permit(&admission, "::ffff:192.0.2.1").is_none(), "it is the same address");
        held.extend(permit(&admission, "2001:db8::1"));
        held.extend(permit(&admission, "2001:db8::2"));
        assert!(permit(&admission, "192.0.2.2").is_none(), "all are taken");
        held.remove(0);
        held.extend(permit(&admission, "192.0.2.2"));
        assert_eq!(held.len(), 5);
        drop(held);
        assert!(admission.taken().by_address.is_empty() && admission.taken().is_empty());
        let _three: Vec<_> =
            (0..3).map(|n| permit(&admission, &format!("2001:db8::{n}"))).collect();
        assert!(permit(&admission, "2001:db8::4").is_none(), "a /64 is one client's");
        assert!(permit(&admission, "2001:db8:0:1::4").is_some());
    }

    #[test]
    fn a_proxy_counts_for_those_whom_it_brings() {
        let admission = admission(5, 2);
        let connections: Vec<_> = (0..4).map(|_| permit(&admission, "10.0.0.1").unwrap()).collect();
        let direct = permit(&admission, "192.0.2.1").unwrap();
        let request = admission.admit(ip("192.0.2.1")).unwrap();
        assert!(admission.admit(ip("192.0.2.1")).is_none(), "one by itself, one through the proxy");
        assert!(admission.admit(ip("192.0.2.2")).is_some());
        drop(request);
        assert!(admission.admit(ip("192.0.2.1")).is_some());
        assert!(permit(&admission, "10.0.0.1").is_none(), "a proxy's connections are limited, too");
        drop((connections, direct));
        assert!(admission.taken().by_address.is_empty() && admission.taken().is_empty());
    }

    #[tokio::test]
    async fn a_new_one_always_gets_its_moment_and_the_oldest_gives_way() {
        let admission = admission(1, 1);
        let held = permit(&admission, "192.0.2.1").unwrap();
        let mut moments: Vec<OverLimit> =
            (0..OVER_LIMIT_MAX).map(|_| over_limit(&admission, "192.0.2.1").unwrap()).collect();
        let newest = over_limit(&admission, "192.0.2.2").unwrap();
        moments[0].gives_way().await;
        assert!(moments[1].gives_way.try_recv() == Err(TryRecvError::Empty), "it stays");
        let more: Vec<_> =
            (0..OVER_LIMIT_OPEN_MAX).map_while(|_| over_limit(&admission, "192.0.2.1")).collect();
        assert_eq!(moments.len() + 1 + more.len(), OVER_LIMIT_OPEN_MAX);
        let mut next = Box::pin(admission.enter(ip("192.0.2.1")));
        let is_early = poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx).is_ready())).await;
        assert!(!is_early, "nobody has gone yet");
        drop(moments.remove(0));
        assert!(matches!(next.await, EntryDecision::OverLimit(_)));
        let mut emptied = Box::pin(admission.emptied());
        let mut is_waiting =
            async || poll_fn(|cx| Poll::Ready(emptied.as_mut().poll(cx).is_pending())).await;
        assert!(is_waiting().await);
        drop((newest, moments, more));
        assert!(admission.taken().over_limit.is_empty() && is_waiting().await, "one is served");
        drop(held);
        assert!(!is_waiting().await);
    }
}
