//! What the mount asks of the disk.

use super::content::Content;
use super::errno::{EIO, ENOSPC, ENOTSUP};
use super::faults::Effect;
use super::{Call, Disk, Errno, Kind, Node, Outcome, PAGE, Refusal, State};

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Self::Error(errno)
    }
}

/// The calls of the mount.
impl Disk {
    /// Looks at a node.
    pub fn look<T>(&self, number: u64, look: impl FnOnce(&Node) -> T) -> Outcome<T> {
        Ok(look(self.state().tree.node(number)?))
    }

    pub fn lookup(&self, directory: u64, name: &str) -> Outcome<u64> {
        Ok(self.state().tree.lookup(directory, name)?)
    }

    /// Names and numbers in a directory, in the order of numbers.
    pub fn list(&self, directory: u64) -> Outcome<Vec<(String, u64)>> {
        let state = self.state();
        let entries = state.tree.entries(directory)?;
        let mut entries: Vec<(String, u64)> =
            entries.iter().map(|(name, number)| (name.clone(), *number)).collect();
        entries.sort_unstable_by_key(|(_, number)| *number);
        Ok(entries)
    }

    pub fn set_mode(&self, number: u64, mode: u32) -> Outcome<()> {
        self.state().tree.node_mut(number)?.mode = mode;
        Ok(())
    }

    pub fn opened(&self, number: u64) -> Outcome<()> {
        Ok(self.state().tree.opened(number)?)
    }

    pub fn closed(&self, number: u64) {
        let mut state = self.state();
        let freed = state.tree.closed(number);
        state.space.give(freed);
    }

    /// A call that changes nothing when a fault strikes it.
    fn simple<T>(
        &self,
        call: Call,
        path: &str,
        run: impl FnOnce(&mut State) -> Result<T, Errno>,
    ) -> Outcome<T> {
        let mut state = self.state();
        match self.enter(&mut state, call, path)? {
            None => Ok(run(&mut state)?),
            Some(Effect::InputOutputError) => Err(EIO.into()),
            // Whether it still happened is decided when the power is cut.
            Some(Effect::PowerGone) => {
                let _ = run(&mut state);
                Err(Refusal::Silence)
            }
        }
    }

    fn child(&self, directory: u64, name: &str) -> String {
        format!("{}/{name}", self.state().tree.path(directory))
    }

    pub fn create(&self, directory: u64, name: &str, mode: u32) -> Outcome<u64> {
        self.simple(Call::Create, &self.child(directory, name), |state| {
            state.tree.create(directory, name, Kind::File(Content::default()), mode)
        })
    }

    pub fn create_directory(&self, directory: u64, name: &str, mode: u32) -> Outcome<u64> {
        self.simple(Call::Create, &self.child(directory, name), |state| {
            state.tree.create(directory, name, Kind::directory(), mode)
        })
    }

    pub fn remove(&self, directory: u64, name: &str, is_dir: bool) -> Outcome<()> {
        self.simple(Call::Remove, &self.child(directory, name), |state| {
            let freed = state.tree.remove(directory, name, is_dir)?;
            state.space.give(freed);
            Ok(())
        })
    }

    pub fn rename(&self, from: (u64, &str), to: (u64, &str)) -> Outcome<()> {
        self.simple(Call::Rename, &self.child(to.0, to.1), |state| {
            let (from, to) = ((from.0, from.1.to_owned()), (to.0, to.1.to_owned()));
            let freed = state.tree.rename(from, to)?;
            state.space.give(freed);
            Ok(())
        })
    }

    pub fn sync_directory(&self, directory: u64) -> Outcome<()> {
        let mut state = self.state();
        let path = format!("{}/", state.tree.path(directory));
        match self.enter(&mut state, Call::SyncDirectory, &path)? {
            None => {
                state.tree.sync_directory(directory);
                Ok(())
            }
            Some(Effect::InputOutputError) => Err(EIO.into()),
            Some(Effect::PowerGone) => Err(Refusal::Silence),
        }
    }

    pub fn read(&self, number: u64, offset: u64, bytes: u64) -> Outcome<Vec<u8>> {
        let path = self.state().tree.path(number);
        self.simple(Call::Read, &path, |state| Ok(state.tree.file(number)?.read(offset, bytes)))
    }

    /// Writes; with `durable` what is written is on the platter when it returns. Returns the bytes
    /// written, which are fewer when there is no space for all.
    pub fn write(&self, number: u64, offset: u64, data: &[u8], durable: bool) -> Outcome<usize> {
        let mut state = self.state();
        let path = state.tree.path(number);
        let call = if durable { Call::DurableWrite } else { Call::Write };
        let effect = self.enter(&mut state, call, &path)?;
        let State { tree, space, counts, chance, .. } = &mut *state;
        let content = tree.file(number)?;
        let mut written = data.len() as u64;
        if content.pages_missing(offset, written) > space.free() {
            counts.no_space += 1;
            written = fitting(content, offset, written, space.free());
            if written == 0 {
                return Err(ENOSPC.into());
            }
        }
        let before = content.pages();
        let data = &data[..written as usize];
        let outcome = match effect {
            None => {
                content.write(offset, data, || true);
                if durable {
                    content.harden(offset, written);
                }
                Ok(data.len())
            }
            Some(Effect::InputOutputError) => {
                // All of its work, none of it, or some.
                let share = chance.below(3);
                content.write(offset, data, || chance.below(2) < share);
                Err(EIO.into())
            }
            Some(Effect::PowerGone) => {
                content.write(offset, data, || true);
                Err(Refusal::Silence)
            }
        };
        space.adjust(before, content.pages());
        outcome
    }

    pub fn sync(&self, number: u64) -> Outcome<()> {
        let mut state = self.state();
        let path = state.tree.path(number);
        match self.enter(&mut state, Call::Sync, &path)? {
            None => {
                state.tree.file(number)?.sync();
                Ok(())
            }
            Some(Effect::InputOutputError) => {
                state.tree.file(number)?.abandon();
                Err(EIO.into())
            }
            Some(Effect::PowerGone) => Err(Refusal::Silence),
        }
    }

    /// Reserves blocks. Only plain reservations from the start are understood.
    pub fn allocate(&self, number: u64, offset: u64, length: u64, mode: i32) -> Outcome<()> {
        let path = self.state().tree.path(number);
        self.simple(Call::Allocate, &path, |state| {
            if offset != 0 || mode != 0 {
                return Err(ENOTSUP);
            }
            let content = state.tree.file(number)?;
            let before = content.pages();
            if length.div_ceil(PAGE).saturating_sub(before) > state.space.free() {
                state.counts.no_space += 1;
                return Err(ENOSPC);
            }
            content.allocate(length);
            state.space.adjust(before, content.pages());
            Ok(())
        })
    }

    pub fn set_length(&self, number: u64, length: u64) -> Outcome<()> {
        let mut state = self.state();
        let State { tree, space, .. } = &mut *state;
        let content = tree.file(number)?;
        let before = content.pages();
        content.set_length(length);
        space.adjust(before, content.pages());
        Ok(())
    }

    /// Free pages and pages in all.
    pub fn pages(&self) -> (u64, u64) {
        let state = self.state();
        (state.space.free(), state.space.size())
    }
}

/// How many bytes of a write find room in `free` pages.
fn fitting(content: &Content, offset: u64, bytes: u64, free: u64) -> u64 {
    let mut fits = 0;
    while fits < bytes {
        let next = ((offset + fits) / PAGE + 1) * PAGE - offset;
        let next = next.min(bytes);
        if content.pages_missing(offset, next) > free {
            break;
        }
        fits = next;
    }
    fits
}
