//! What Linux tells of a process.

use crate::machine::read_proc;

/// The kernel tells times in ticks; `sysconf(_SC_CLK_TCK)` has been 100 on every Linux for decades.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process so far. The kernel does not count the syncs of a process, so they are not here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usage {
    /// Seconds on a CPU, user and system, to 10 ms.
    pub(crate) cpu_seconds: f64,
    /// The most memory that was ever resident.
    pub(crate) peak_bytes: Option<u64>,
    /// Bytes sent to the disk; only the process's owner may read that.
    pub(crate) written_bytes: Option<u64>,
}

impl Usage {
    /// Of the process `pid`, a number or `self`.
    ///
    /// # Errors
    /// There is no such process, or this is not Linux.
    pub(crate) fn read(pid: &str) -> Result<Self, String> {
        let file = |name: &str| read_proc(&format!("/proc/{pid}/{name}"));
        let stat = file("stat").map_err(|error| {
            format!("/proc/{pid}: {error}; --pid wants a running process of this Linux machine")
        })?;
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_ascii_whitespace().next()?.parse::<u64>().ok()
        };
        Ok(Self {
            cpu_seconds: cpu_seconds(&stat).ok_or("a stat line is too short")?,
            peak_bytes: file("status")
                .ok()
                .and_then(|text| field(&text, "VmHWM:"))
                .map(|k| k << 10),
            written_bytes: file("io").ok().and_then(|text| field(&text, "write_bytes:")),
        })
    }
}

/// utime and stime of a `stat` line (proc(5): fields 14 and 15, the name in parentheses is 2).
fn cpu_seconds(stat: &str) -> Option<f64> {
    let words: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = |field: usize| words.get(field)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::{Usage, cpu_seconds};

    #[test]
    fn stat_lines() {
        let stat = "7 (a b) c) S 1 1 1 0 -1 4194304 1 2 3 4 150 50 9 9 20 0";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
        assert!(Usage::read("0").unwrap_err().contains("--pid"));
    }
}
