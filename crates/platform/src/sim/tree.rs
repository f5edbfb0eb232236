//! Directories: the entries that live in memory and those that are durable.

use super::content::{BLOCK, Content, Outcome};
use super::faults::{Fault, Plan};
use super::prng::Prng;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path};

pub(super) type NodeId = u64;

const ROOT: NodeId = 0;

enum Node {
    Directory(Directory),
    File(Content),
}

#[derive(Default)]
struct Directory {
    live: BTreeMap<String, NodeId>,
    durable: BTreeMap<String, NodeId>,
}

/// A change of entries that no directory sync has made durable yet.
enum Change {
    Link { dir: NodeId, name: String, node: NodeId },
    Unlink { dir: NodeId, name: String, node: NodeId },
    Rename { from: (NodeId, String), to: (NodeId, String), node: NodeId },
}

/// All nodes of the disk. The root directory exists and is durable.
pub(super) struct Tree {
    nodes: BTreeMap<NodeId, Node>,
    next: NodeId,
    pending: Vec<Change>,
    open: BTreeMap<NodeId, u32>,
    pub(super) locks: BTreeSet<NodeId>,
    pub(super) free_bytes: u64,
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Tree {
    pub(super) fn new(capacity_bytes: u64) -> Self {
        let nodes = BTreeMap::from([(ROOT, Node::Directory(Directory::default()))]);
        Self {
            nodes,
            next: ROOT + 1,
            pending: Vec::new(),
            open: BTreeMap::new(),
            locks: BTreeSet::new(),
            free_bytes: capacity_bytes,
        }
    }

    fn directory(&self, id: NodeId) -> io::Result<&Directory> {
        match self.nodes.get(&id) {
            Some(Node::Directory(directory)) => Ok(directory),
            Some(Node::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(not_found()),
        }
    }

    fn directory_mut(&mut self, id: NodeId) -> &mut Directory {
        match self.nodes.get_mut(&id) {
            Some(Node::Directory(directory)) => directory,
            _ => unreachable!("looked up as a directory under the same lock"),
        }
    }

    /// The content of an open file.
    pub(super) fn content(&mut self, id: NodeId) -> io::Result<&mut Content> {
        match self.nodes.get_mut(&id) {
            Some(Node::File(content)) => Ok(content),
            Some(Node::Directory(_)) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(not_found()),
        }
    }

    pub(super) fn find(&self, path: &Path) -> io::Result<NodeId> {
        let mut at = ROOT;
        for component in path.components() {
            match component {
                Component::RootDir | Component::CurDir => {}
                Component::Normal(name) => {
                    let name = name.to_str().ok_or(io::ErrorKind::InvalidInput)?;
                    at = *self.directory(at)?.live.get(name).ok_or_else(not_found)?;
                }
                _ => return Err(io::ErrorKind::InvalidInput.into()),
            }
        }
        Ok(at)
    }

    /// The directory that holds, or would hold, the entry; and its name there.
    fn slot(&self, path: &Path) -> io::Result<(NodeId, String)> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or(io::ErrorKind::InvalidInput)?;
        let dir = self.find(path.parent().unwrap_or(Path::new("")))?;
        self.directory(dir)?;
        Ok((dir, name.to_owned()))
    }

    fn link(&mut self, path: &Path, node: Node) -> io::Result<NodeId> {
        let (dir, name) = self.slot(path)?;
        if self.directory(dir)?.live.contains_key(&name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let id = self.next;
        self.next += 1;
        self.nodes.insert(id, node);
        self.directory_mut(dir).live.insert(name.clone(), id);
        self.pending.push(Change::Link { dir, name, node: id });
        Ok(id)
    }

    pub(super) fn create_file(&mut self, path: &Path) -> io::Result<NodeId> {
        self.link(path, Node::File(Content::default()))
    }

    pub(super) fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        match self.find(path) {
            Ok(id) if self.directory(id).is_ok() => Ok(()),
            _ => self.link(path, Node::Directory(Directory::default())).map(|_| ()),
        }
    }

    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        Ok(self.directory(self.find(path)?)?.live.keys().cloned().collect())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        let (dir, name) = self.slot(path)?;
        let node = *self.directory(dir)?.live.get(&name).ok_or_else(not_found)?;
        self.content(node)?;
        self.directory_mut(dir).live.remove(&name);
        self.credit(node);
        self.pending.push(Change::Unlink { dir, name, node });
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (from, to) = (self.slot(from)?, self.slot(to)?);
        let node = *self.directory(from.0)?.live.get(&from.1).ok_or_else(not_found)?;
        if from == to {
            return Ok(());
        }
        let replaced = self.directory(to.0)?.live.get(&to.1).copied();
        if let Some(replaced) = replaced {
            self.content(replaced)?;
            self.content(node)?;
            self.credit(replaced);
        }
        self.directory_mut(from.0).live.remove(&from.1);
        self.directory_mut(to.0).live.insert(to.1.clone(), node);
        self.pending.push(Change::Rename { from, to, node });
        Ok(())
    }

    /// The space of a file that just lost its name is free again.
    fn credit(&mut self, node: NodeId) {
        if let Some(Node::File(content)) = self.nodes.get(&node) {
            self.free_bytes += content.blocks() * BLOCK as u64;
        }
    }

    /// Makes the entries of one directory durable. A rename across directories is durable with its
    /// target directory; its old name stays until the source directory is synced too.
    pub(super) fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        let synced = self.find(path)?;
        self.directory(synced)?;
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Link { dir, .. } | Change::Unlink { dir, .. } if dir == synced => {
                    self.harden(change);
                }
                Change::Rename { from, to, node } if to.0 == synced => {
                    self.set_durable(&to, node);
                    let unlink = Change::Unlink { dir: from.0, name: from.1, node };
                    if from.0 == synced {
                        self.harden(unlink);
                    } else {
                        self.pending.push(unlink);
                    }
                }
                other => self.pending.push(other),
            }
        }
        self.sweep();
        Ok(())
    }

    fn set_durable(&mut self, slot: &(NodeId, String), node: NodeId) {
        self.directory_mut(slot.0).durable.insert(slot.1.clone(), node);
    }

    fn unset_durable(&mut self, slot: &(NodeId, String), node: NodeId) {
        let durable = &mut self.directory_mut(slot.0).durable;
        // Another file may bear the name by now.
        if durable.get(&slot.1) == Some(&node) {
            durable.remove(&slot.1);
        }
    }

    fn harden(&mut self, change: Change) {
        match change {
            Change::Link { dir, name, node } => self.set_durable(&(dir, name), node),
            Change::Unlink { dir, name, node } => self.unset_durable(&(dir, name), node),
            Change::Rename { from, to, node } => {
                self.unset_durable(&from, node);
                self.set_durable(&to, node);
            }
        }
    }

    pub(super) fn opened(&mut self, node: NodeId) {
        *self.open.entry(node).or_insert(0) += 1;
    }

    pub(super) fn closed(&mut self, node: NodeId) {
        if let Some(count) = self.open.get_mut(&node) {
            *count -= 1;
            if *count == 0 {
                self.open.remove(&node);
            }
        }
    }

    /// Handles and locks die with their process.
    pub(super) fn forget_process(&mut self) {
        self.open.clear();
        self.locks.clear();
    }

    /// Frees nodes that no name, durable or live, no pending change and no handle leads to.
    fn sweep(&mut self) {
        let mut reached = BTreeSet::from([ROOT]);
        let mut queue: Vec<NodeId> = vec![ROOT];
        queue.extend(self.open.keys());
        for change in &self.pending {
            let (Change::Link { node, .. }
            | Change::Unlink { node, .. }
            | Change::Rename { node, .. }) = change;
            queue.push(*node);
        }
        while let Some(id) = queue.pop() {
            reached.insert(id);
            if let Some(Node::Directory(directory)) = self.nodes.get(&id) {
                let entries = directory.live.values().chain(directory.durable.values());
                queue.extend(entries.filter(|node| !reached.contains(node)));
            }
        }
        self.nodes.retain(|id, _| reached.contains(id));
    }

    /// The power goes: each unsynced change of entries happened or did not, a rename as a whole.
    pub(super) fn cut(&mut self, rng: &mut Prng, plan: &mut Plan) {
        let used_before = self.used_bytes();
        let outcome = Outcome::choose(rng);
        for change in std::mem::take(&mut self.pending) {
            let kept = match outcome {
                Outcome::AllLost => false,
                Outcome::AllKept => true,
                Outcome::Torn => rng.chance(1, 2),
            };
            if kept { self.harden(change) } else { plan.fire(Fault::EntryLost) }
        }
        for node in self.nodes.values_mut() {
            if let Node::Directory(directory) = node {
                directory.live = directory.durable.clone();
            }
        }
        self.forget_process();
        self.sweep();
        for node in self.nodes.values_mut() {
            if let Node::File(content) = node {
                let sectors = content.cut(rng);
                plan.fire_times(Fault::SectorKept, sectors.kept);
                plan.fire_times(Fault::SectorLost, sectors.lost);
                plan.fire_times(Fault::Torn, u64::from(sectors.kept > 0 && sectors.lost > 0));
            }
        }
        self.free_bytes = (self.free_bytes + used_before).saturating_sub(self.used_bytes());
    }

    /// Bytes of all files that have a name.
    pub(super) fn used_bytes(&self) -> u64 {
        let mut blocks = 0;
        for node in self.nodes.values() {
            let Node::Directory(directory) = node else {
                continue;
            };
            for entry in directory.live.values() {
                if let Some(Node::File(content)) = self.nodes.get(entry) {
                    blocks += content.blocks();
                }
            }
        }
        blocks * BLOCK as u64
    }
}
