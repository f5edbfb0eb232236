//! What the process uses, for metrics.

/// Use of resources by this process; `None` where the system does not tell (outside of Linux).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessUsage {
    /// Resident memory.
    pub rss_bytes: Option<u64>,
    /// Open file descriptors.
    pub open_files: Option<u64>,
    /// Processor time in our code.
    pub cpu_user_ns: Option<u64>,
    /// Processor time in the kernel on our behalf.
    pub cpu_system_ns: Option<u64>,
}

/// The kernel counts processor time for /proc in hundredths of a second on every architecture.
const TICK_NS: u64 = 10_000_000;

/// Reads the use so far. Blocks for some tens of microseconds.
pub fn process_usage() -> ProcessUsage {
    let cpu = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_ticks(&stat));
    ProcessUsage {
        rss_bytes: kibibytes("/proc/self/status", "VmRSS:"),
        open_files: std::fs::read_dir("/proc/self/fd").ok().map(|entries| {
            // One of them is the listing itself.
            (entries.count() as u64).saturating_sub(1)
        }),
        cpu_user_ns: cpu.map(|(user, _)| user * TICK_NS),
        cpu_system_ns: cpu.map(|(_, system)| system * TICK_NS),
    }
}

/// Memory that could be used without swapping.
pub(super) fn available_memory_bytes() -> Option<u64> {
    kibibytes("/proc/meminfo", "MemAvailable:")
}

/// User and system ticks: the 14th and 15th field. The second may hold anything in parentheses.
fn cpu_ticks(stat: &str) -> Option<(u64, u64)> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn kibibytes(file: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    let number: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::{cpu_ticks, process_usage};

    #[test]
    fn stat_is_read_behind_any_name() {
        let stat = "12 (a) b) c) S 1 2 3 4 5 6 7 8 9 10 41 42 13";
        assert_eq!(cpu_ticks(stat), Some((41, 42)));
        assert_eq!(cpu_ticks("12 (a"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_something() {
        let usage = process_usage();
        assert!(usage.rss_bytes.unwrap() > 100_000 && usage.open_files.unwrap() > 2);
        assert!(usage.cpu_user_ns.is_some() && usage.cpu_system_ns.is_some());
    }
}
