//! Locks and counters whose order of use matters between threads: the standard ones, or those of
//! the model checker, which tries orders (`tests/races`). Metrics and other leaves use the standard
//! ones directly: nothing is decided by them.

#[cfg(not(feature = "model-check"))]
pub(crate) use std::sync::atomic::{AtomicI64, AtomicU64};
#[cfg(not(feature = "model-check"))]
pub(crate) use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

#[cfg(feature = "model-check")]
pub(crate) use shuttle::sync::atomic::{AtomicI64, AtomicU64};
#[cfg(feature = "model-check")]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
