//! Files and directories: as they look now, and as they would look after a power cut.

use super::content::{Content, Fates, Outcome};
use super::errno::{EEXIST, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY};
use super::{Chance, Errno};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The number of the root directory.
pub const ROOT: u64 = 1;

type Entries = BTreeMap<String, u64>;

/// What a node is.
pub enum Kind {
    File(Content),
    Directory {
        /// What readers see.
        now: Entries,
        /// What a cut certainly leaves.
        durable: Entries,
    },
}

/// A file or directory.
pub struct Node {
    pub kind: Kind,
    pub mode: u32,
    /// Where it was seen last.
    parent: u64,
    name: String,
    /// Open handles: a file without a name lives on while there are any.
    opens: u64,
    linked: bool,
}

/// A change of a directory that was not synced.
enum Change {
    Link { to: (u64, String), node: u64 },
    Unlink { from: (u64, String), node: u64 },
    Rename { from: (u64, String), to: (u64, String), node: u64 },
}

impl Change {
    /// The directory whose sync makes it durable.
    fn directory(&self) -> u64 {
        match self {
            Self::Link { to, .. } | Self::Rename { to, .. } => to.0,
            Self::Unlink { from, .. } => from.0,
        }
    }
}

/// All nodes.
pub struct Tree {
    nodes: HashMap<u64, Node>,
    next: u64,
    /// Changes of directories since their last sync, in order.
    changes: Vec<Change>,
}

impl Tree {
    pub fn new() -> Self {
        let mut tree = Self { nodes: HashMap::new(), next: ROOT, changes: Vec::new() };
        tree.add(Kind::directory(), 0o755, (0, String::new()));
        tree
    }

    fn add(&mut self, kind: Kind, mode: u32, place: (u64, String)) -> u64 {
        let number = self.next;
        self.next += 1;
        let (parent, name) = place;
        self.nodes.insert(number, Node { kind, mode, parent, name, opens: 0, linked: true });
        number
    }

    pub fn node(&self, number: u64) -> Result<&Node, Errno> {
        self.nodes.get(&number).ok_or(ENOENT)
    }

    pub fn node_mut(&mut self, number: u64) -> Result<&mut Node, Errno> {
        self.nodes.get_mut(&number).ok_or(ENOENT)
    }

    pub fn file(&mut self, number: u64) -> Result<&mut Content, Errno> {
        match &mut self.node_mut(number)?.kind {
            Kind::File(content) => Ok(content),
            Kind::Directory { .. } => Err(EISDIR),
        }
    }

    pub fn entries(&self, number: u64) -> Result<&Entries, Errno> {
        match &self.node(number)?.kind {
            Kind::Directory { now, .. } => Ok(now),
            Kind::File(_) => Err(ENOTDIR),
        }
    }

    fn entries_mut(&mut self, number: u64) -> Result<(&mut Entries, &mut Entries), Errno> {
        match &mut self.node_mut(number)?.kind {
            Kind::Directory { now, durable } => Ok((now, durable)),
            Kind::File(_) => Err(ENOTDIR),
        }
    }

    pub fn lookup(&self, directory: u64, name: &str) -> Result<u64, Errno> {
        self.entries(directory)?.get(name).copied().ok_or(ENOENT)
    }

    /// The path from the root, without a leading `/`.
    pub fn path(&self, number: u64) -> String {
        let mut parts = Vec::new();
        let mut at = number;
        while at != ROOT
            && let Some(node) = self.nodes.get(&at)
        {
            parts.push(node.name.as_str());
            at = node.parent;
        }
        parts.reverse();
        parts.join("/")
    }

    /// Every file by its path.
    pub fn files(&self) -> Vec<(String, u64)> {
        let is_file = |node: &Node| node.linked && matches!(node.kind, Kind::File(_));
        let files = self.nodes.iter().filter(|(_, node)| is_file(node));
        let mut files: Vec<(String, u64)> =
            files.map(|(number, _)| (self.path(*number), *number)).collect();
        files.sort();
        files
    }

    pub fn create(
        &mut self,
        directory: u64,
        name: &str,
        kind: Kind,
        mode: u32,
    ) -> Result<u64, Errno> {
        if self.lookup(directory, name).is_ok() {
            return Err(EEXIST);
        }
        self.entries(directory)?;
        let place = (directory, name.to_owned());
        let node = self.add(kind, mode, place.clone());
        self.entries_mut(directory)?.0.insert(name.to_owned(), node);
        self.changes.push(Change::Link { to: place, node });
        Ok(node)
    }

    /// Removes an entry. Returns the pages that this frees.
    pub fn remove(&mut self, directory: u64, name: &str, is_dir: bool) -> Result<u64, Errno> {
        let node = self.lookup(directory, name)?;
        match &self.node(node)?.kind {
            Kind::Directory { .. } if !is_dir => return Err(EISDIR),
            Kind::File(_) if is_dir => return Err(ENOTDIR),
            Kind::Directory { now, .. } if !now.is_empty() => return Err(ENOTEMPTY),
            _ => {}
        }
        self.entries_mut(directory)?.0.remove(name);
        self.changes.push(Change::Unlink { from: (directory, name.to_owned()), node });
        Ok(self.unlink(node))
    }

    fn unlink(&mut self, number: u64) -> u64 {
        let Some(node) = self.nodes.get_mut(&number) else {
            return 0;
        };
        node.linked = false;
        if node.opens == 0 { node.pages() } else { 0 }
    }

    /// Renames, replacing a file. Returns the pages that this frees.
    pub fn rename(&mut self, from: (u64, String), to: (u64, String)) -> Result<u64, Errno> {
        let node = self.lookup(from.0, &from.1)?;
        let replaced = self.lookup(to.0, &to.1).ok();
        if replaced == Some(node) {
            return Ok(0);
        }
        if let Some(replaced) = replaced
            && matches!(self.node(replaced)?.kind, Kind::Directory { .. })
        {
            return Err(EISDIR);
        }
        self.entries(to.0)?;
        self.entries_mut(from.0)?.0.remove(&from.1);
        self.entries_mut(to.0)?.0.insert(to.1.clone(), node);
        let moved = self.node_mut(node)?;
        (moved.parent, moved.name) = to.clone();
        self.changes.push(Change::Rename { from, to, node });
        Ok(replaced.map_or(0, |replaced| self.unlink(replaced)))
    }

    pub fn opened(&mut self, number: u64) -> Result<(), Errno> {
        self.node_mut(number)?.opens += 1;
        Ok(())
    }

    /// A handle was closed. Returns the pages that this frees.
    pub fn closed(&mut self, number: u64) -> u64 {
        let Some(node) = self.nodes.get_mut(&number) else {
            return 0;
        };
        node.opens = node.opens.saturating_sub(1);
        if node.opens == 0 && !node.linked { node.pages() } else { 0 }
    }

    /// Nobody has anything open any more.
    pub fn close_all(&mut self) {
        self.nodes.values_mut().for_each(|node| node.opens = 0);
    }

    /// Makes a directory's entries durable.
    pub fn sync_directory(&mut self, directory: u64) {
        let changes = std::mem::take(&mut self.changes);
        let (synced, left): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| change.directory() == directory);
        self.changes = left;
        for change in synced {
            self.apply(change);
        }
    }

    fn durable(&mut self, directory: u64) -> Option<&mut Entries> {
        self.entries_mut(directory).ok().map(|(_, durable)| durable)
    }

    /// Makes a change durable, if what it changes is there.
    fn apply(&mut self, change: Change) {
        let (gone, come) = match change {
            Change::Link { to, node } => (None, Some((to, node))),
            Change::Unlink { from, node } => (Some((from, node)), None),
            Change::Rename { from, to, node } => (Some((from, node)), Some((to, node))),
        };
        if let Some(((directory, name), node)) = gone
            && let Some(entries) = self.durable(directory)
            && entries.get(&name) == Some(&node)
        {
            entries.remove(&name);
        }
        if let Some(((directory, name), node)) = come
            && let Some(entries) = self.durable(directory)
        {
            entries.insert(name, node);
        }
    }

    /// The power goes: what was not synced happened or not, each change for itself. Returns what
    /// became of sectors, and how many changes of directories were lost and kept.
    pub fn cut(&mut self, chance: &mut Chance, tear: bool) -> (Fates, u64, u64) {
        let outcome = Outcome::choose(chance);
        let (mut lost, mut kept) = (0, 0);
        for change in std::mem::take(&mut self.changes) {
            match outcome.pick(chance, 1) {
                0 => lost += 1,
                _ => {
                    kept += 1;
                    self.apply(change);
                }
            }
        }
        let mut reached = HashSet::new();
        self.reach(ROOT, &mut reached);
        self.nodes.retain(|number, _| reached.contains(number));
        let mut fates = Fates::default();
        let mut numbers: Vec<u64> = reached.into_iter().collect();
        numbers.sort_unstable();
        for number in numbers {
            let node = self.nodes.get_mut(&number).expect("it was just reached");
            (node.opens, node.linked) = (0, true);
            match &mut node.kind {
                Kind::File(content) => fates += content.cut(chance, tear),
                Kind::Directory { now, durable } => now.clone_from(durable),
            }
        }
        (fates, lost, kept)
    }

    fn reach(&mut self, directory: u64, reached: &mut HashSet<u64>) {
        reached.insert(directory);
        let entries = self.durable(directory).map(|entries| entries.clone());
        for (name, number) in entries.into_iter().flatten() {
            let Some(node) = self.nodes.get_mut(&number) else {
                continue;
            };
            (node.parent, node.name) = (directory, name);
            match node.kind {
                Kind::Directory { .. } => self.reach(number, reached),
                Kind::File(_) => {
                    reached.insert(number);
                }
            }
        }
    }

    /// Pages of everything that is there.
    pub fn pages(&self) -> u64 {
        self.nodes.values().filter(|node| node.linked || node.opens > 0).map(Node::pages).sum()
    }
}

impl Kind {
    pub fn directory() -> Self {
        Self::Directory { now: Entries::new(), durable: Entries::new() }
    }
}

impl Node {
    pub fn pages(&self) -> u64 {
        match &self.kind {
            Kind::File(content) => content.pages(),
            Kind::Directory { .. } => 0,
        }
    }
}
