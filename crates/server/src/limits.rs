//! The system's limit of open files against what connections and the engine need.

use crate::listener::OVER_LIMIT_OPEN_MAX;
use rustix::process::{Resource, getrlimit, setrlimit};

/// Connections of the admin listener at once; they are not part of the setting.
pub(crate) const ADMIN_CONNECTIONS_MAX: usize = 32;

/// Descriptors kept for the engine's files, the listeners and the runtime, for the admin listener's
/// connections and for those over the limit on both sides.
const FILES_RESERVED: u64 = (256 + ADMIN_CONNECTIONS_MAX + 2 * OVER_LIMIT_OPEN_MAX) as u64;

/// Most connections, whatever the settings and the system say.
const CONNECTIONS_MAX: usize = 1 << 20;

/// Raises the limit of open files as far as we may and returns how many of `wanted` connections
/// fit into it.
pub(crate) fn connections(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let mut raised = limit;
        raised.current = limit.maximum;
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit = raised,
            Err(error) => log::debug!("the limit of open files stays: {error}"),
        }
    }
    let fitting = fitting(wanted, limit.current);
    if fitting < wanted {
        log::warn!(
            "at most {fitting} connections at once instead of {wanted}: raise the limit of open \
             files (ulimit -n)"
        );
    }
    fitting
}

/// `limit` is `None` when there is none.
fn fitting(wanted: usize, limit: Option<u64>) -> usize {
    let files = limit.map_or(usize::MAX, |limit| {
        let left = limit.saturating_sub(FILES_RESERVED).max(limit / 2).max(1);
        usize::try_from(left).unwrap_or(usize::MAX)
    });
    wanted.min(files).min(CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn connections_fit_into_the_limit() {
        for (limit, expected) in [
            (None, 10_000),
            (Some(1 << 20), 10_000),
            (Some(1024), 608),
            (Some(64), 32),
            (Some(0), 1),
        ] {
            assert_eq!(fitting(10_000, limit), expected, "{limit:?}");
        }
    }
}
