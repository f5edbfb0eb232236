//! What the test does to the disk: power, space, damage.

use super::content::{PAGE, SECTOR};
use super::{Disk, Power, State};
use std::path::Path;

/// Power and damage.
impl Disk {
    /// The power goes now, unless it has gone already: from here on nothing reaches the platter.
    pub fn freeze(&self) {
        let mut state = self.state();
        if state.power == Power::On {
            state.power = Power::Gone;
            state.counts.power_between += 1;
        }
    }

    /// Ends the calls that wait, once whoever made them was killed.
    pub fn bury(&self) {
        let held = {
            let mut state = self.state();
            state.power = Power::Buried;
            std::mem::take(&mut state.held)
        };
        held.into_iter().for_each(|end| end());
    }

    /// What was not synced is lost, kept or torn; then there is power again. Nothing may be
    /// mounted.
    pub fn cut(&self) {
        let mut state = self.state();
        let State { tree, space, plan, counts, chance, tear, .. } = &mut *state;
        let (fates, lost, kept) = tree.cut(chance, *tear);
        space.set_used(tree.pages());
        plan.disarm();
        counts.cuts += 1;
        counts.fates += fates;
        counts.entries_lost += lost;
        counts.entries_kept += kept;
        state.power = Power::On;
    }

    /// Nothing is lost but the calls that were on their way: the machine stayed up, only the server
    /// died. What was not synced is still not. Nothing may be mounted.
    pub fn resume(&self) {
        let mut state = self.state();
        state.plan.disarm();
        state.tree.close_all();
        let pages = state.tree.pages();
        state.space.set_used(pages);
        state.power = Power::On;
    }

    /// Only so many bytes are free from now on; `None` gives all of it back.
    pub fn limit_space(&self, free_bytes: Option<u64>) {
        self.state().space.limit(free_bytes);
    }

    /// Space that is taken.
    pub fn used_mib(&self) -> u64 {
        (self.state().space.used() * PAGE) >> 20
    }

    /// The paths of all files that hold `part` in their path.
    pub fn paths(&self, part: &str) -> Vec<String> {
        let files = self.state().tree.files();
        files.into_iter().map(|(path, _)| path).filter(|path| path.contains(part)).collect()
    }

    /// A file as readers see it.
    pub fn content(&self, path: &str) -> Option<Vec<u8>> {
        let mut state = self.state();
        let number = number_of(&state, path)?;
        let content = state.tree.file(number).ok()?;
        Some(content.read(0, content.length()))
    }

    /// Writes the files below a path to a directory of the machine, for a look at them.
    pub fn export(&self, part: &str, to: &Path) -> std::io::Result<()> {
        for path in self.paths(part) {
            let copy = to.join(&path);
            if let Some(parent) = copy.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(copy, self.content(&path).unwrap_or_default())?;
        }
        Ok(())
    }

    /// The sector of a byte, as readers see it.
    pub fn sector(&self, path: &str, offset: u64) -> Option<Vec<u8>> {
        let mut state = self.state();
        let number = number_of(&state, path)?;
        let content = state.tree.file(number).ok()?;
        Some(content.read(offset / SECTOR * SECTOR, SECTOR))
    }

    /// Flips one bit, on the platter and for readers; false when there is no such byte.
    pub fn flip(&self, path: &str, offset: u64, bit: u8) -> bool {
        let mut state = self.state();
        let Some(number) = number_of(&state, path) else {
            return false;
        };
        let Ok(content) = state.tree.file(number) else {
            return false;
        };
        if offset >= content.length() {
            return false;
        }
        content.flip(offset, bit);
        state.counts.bits_flipped += 1;
        true
    }
}

fn number_of(state: &State, path: &str) -> Option<u64> {
    let files = state.tree.files();
    files.into_iter().find(|(found, _)| found == path).map(|(_, number)| number)
}
