//! How much of the disk is taken.

use super::content::PAGE;

/// Space in pages.
pub struct Space {
    /// What the disk really has.
    capacity: u64,
    /// What it pretends to have while it is to be full.
    limit: Option<u64>,
    used: u64,
}

impl Space {
    pub fn new(bytes: u64) -> Self {
        Self { capacity: bytes / PAGE, limit: None, used: 0 }
    }

    fn total(&self) -> u64 {
        self.limit.unwrap_or(self.capacity).min(self.capacity)
    }

    /// Free pages.
    pub fn free(&self) -> u64 {
        self.total().saturating_sub(self.used)
    }

    /// Size in pages.
    pub fn size(&self) -> u64 {
        self.total()
    }

    /// From now on only so many bytes are free; `None` gives all of it back.
    pub fn limit(&mut self, free_bytes: Option<u64>) {
        self.limit = free_bytes.map(|bytes| self.used + bytes / PAGE);
    }

    /// Taken pages.
    pub fn used(&self) -> u64 {
        self.used
    }

    pub fn give(&mut self, pages: u64) {
        self.used -= pages;
    }

    /// A file that had `before` pages has `after` now.
    pub fn adjust(&mut self, before: u64, after: u64) {
        self.used = self.used + after - before;
    }

    pub fn set_used(&mut self, pages: u64) {
        self.used = pages;
    }
}
