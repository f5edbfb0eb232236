//! A disk in memory that knows what was synced: files, directories, a power switch.

mod calls;
mod content;
mod faults;
mod power;
mod space;
#[cfg(test)]
mod tests;
mod tree;

pub use content::PAGE;
pub use faults::{Call, Counts, Fault, Refusal};
pub use tree::{Kind, Node, ROOT};

use crate::chance::Chance;
use faults::{Effect, Plan, place};
use space::Space;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;
use tree::Tree;

/// An error number of the operating system.
pub type Errno = i32;

/// What a call comes to.
pub type Outcome<T> = Result<T, Refusal>;

/// The end of a call that got no answer.
type Held = Box<dyn FnOnce() + Send>;

/// A handle on the disk: the mount serves from it, the test commands it.
#[derive(Clone)]
pub struct Disk {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    frozen: Condvar,
}

struct State {
    tree: Tree,
    space: Space,
    plan: Plan,
    counts: Counts,
    chance: Chance,
    power: Power,
    held: Vec<Held>,
    tear: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    /// Gone; calls wait for an answer that never comes.
    Gone,
    /// Gone, and so are those who waited: calls fail at once, so that processes can end.
    Buried,
}

impl Disk {
    /// An empty disk of `bytes`. With `tear`, a cut may end inside a sector's write.
    pub fn new(bytes: u64, seed: u64, tear: bool) -> Self {
        let state = State {
            tree: Tree::new(),
            space: Space::new(bytes),
            plan: Plan::default(),
            counts: Counts::default(),
            chance: Chance::new(seed),
            power: Power::On,
            held: Vec::new(),
            tear,
        };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), frozen: Condvar::new() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no panic while locked")
    }

    /// Registers a call; what strikes it is returned, and counted.
    fn enter(&self, state: &mut State, call: Call, path: &str) -> Outcome<Option<Effect>> {
        match state.power {
            Power::On => {}
            Power::Gone => return Err(Refusal::Silence),
            Power::Buried => return Err(Refusal::Error(errno::EIO)),
        }
        let place = place(path);
        *state.counts.calls.entry((call, place.clone())).or_default() += 1;
        let effect = state.plan.strikes(call, path);
        let counter = match effect {
            None => return Ok(None),
            Some(Effect::InputOutputError) => &mut state.counts.errors,
            Some(Effect::PowerGone) => &mut state.counts.power,
        };
        *counter.entry((call, place)).or_default() += 1;
        if effect == Some(Effect::PowerGone) {
            state.power = Power::Gone;
            self.shared.frozen.notify_all();
        }
        Ok(effect)
    }

    /// Keeps the end of a call that the power cut took, until [`Disk::bury`].
    pub fn hold(&self, end: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        if state.power == Power::Gone {
            state.held.push(Box::new(end));
            return;
        }
        drop(state);
        end();
    }

    /// Arms a fault.
    pub fn arm(&self, fault: Fault) {
        self.state().plan.arm(fault);
    }

    /// Takes all armed faults back.
    pub fn disarm(&self) {
        self.state().plan.disarm();
    }

    /// Counts since the last call of this.
    pub fn take_counts(&self) -> Counts {
        std::mem::take(&mut self.state().counts)
    }

    /// Whether the power is gone.
    pub fn is_frozen(&self) -> bool {
        self.state().power != Power::On
    }

    /// Waits until an armed fault takes the power, at most `patience`; says whether it did.
    pub fn wait_for_power_to_go(&self, patience: Duration) -> bool {
        let state = self.state();
        let waited = self
            .shared
            .frozen
            .wait_timeout_while(state, patience, |state| state.power == Power::On);
        waited.expect("no panic while locked").0.power != Power::On
    }
}

/// Error numbers, which are the same on every Linux that runs this.
pub mod errno {
    use super::Errno;
    pub const ENOENT: Errno = rustix::io::Errno::NOENT.raw_os_error();
    pub const EIO: Errno = rustix::io::Errno::IO.raw_os_error();
    pub const EEXIST: Errno = rustix::io::Errno::EXIST.raw_os_error();
    pub const ENOTDIR: Errno = rustix::io::Errno::NOTDIR.raw_os_error();
    pub const EISDIR: Errno = rustix::io::Errno::ISDIR.raw_os_error();
    pub const EINVAL: Errno = rustix::io::Errno::INVAL.raw_os_error();
    pub const ENOSPC: Errno = rustix::io::Errno::NOSPC.raw_os_error();
    pub const ENOTEMPTY: Errno = rustix::io::Errno::NOTEMPTY.raw_os_error();
    pub const ENOTSUP: Errno = rustix::io::Errno::OPNOTSUPP.raw_os_error();
}
