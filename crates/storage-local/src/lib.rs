//! The embedded engine: journal, index, large files
