//! The disk runs full under load and has space again later.

use super::{Sum, begin};
use crate::load::Weather;
use crate::report::Wrong;
use crate::stand::Stand;
use std::thread::sleep;
use std::time::{Duration, Instant};

const LOAD: Duration = Duration::from_millis(1000);
/// Longest load until the first 507, and what is added for each MiB that is free: that a busy
/// machine is slow to fill them is no wrong answer.
const FULL_MAX: Duration = Duration::from_secs(20);
const FULL_PER_MIB: Duration = Duration::from_secs(1);
/// Load on a full disk.
const FULL_LOAD: Duration = Duration::from_millis(1500);
/// In this time after space has returned writes are accepted again.
const RECOVERY_MAX: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);
/// What is still free when the disk begins to run full, in MiB, at most.
const FREE_MIB_MAX: u64 = 60;
const MIB: u64 = 1 << 20;

/// Load, full disk, reading and deleting, space, writing, cut, comparison.
pub fn round(stand: &mut Stand, first: bool, sum: &mut Sum) -> Result<(), String> {
    let Some(mut serving) = begin(stand, first)? else {
        return Ok(());
    };
    let load = stand.load(&serving, Weather::Full);
    sleep(LOAD);
    let free_mib = stand.chance.below(FREE_MIB_MAX);
    let free = free_mib * MIB;
    stand.disk.limit_space(Some(free));
    let until = Instant::now() + FULL_MAX + FULL_PER_MIB * free_mib as u32;
    let mut full = false;
    while !full && Instant::now() < until {
        sleep(POLL);
        full = !stand.accepts_writes(&serving)?;
    }
    sleep(FULL_LOAD);
    stand.stop(load)?;
    if !full {
        stand.tally.wrong(Wrong::Answer, format!("no 507 with {free} bytes free"));
    }
    // Reading goes on, all of it, and so does deleting.
    stand.verify(&mut serving, Weather::Calm)?;
    let deleted = stand.delete_some(&serving)?;
    sum.note("deletions on a full disk", deleted);
    if stand.chance.one_in(2) {
        // A cut on a full disk: the server starts, reads and deletes on one, too.
        stand.cut(serving)?;
        serving = match stand.start()? {
            Some(serving) => serving,
            None => return Ok(()),
        };
        stand.verify(&mut serving, Weather::Calm)?;
        let deleted = stand.delete_some(&serving)?;
        sum.note("deletions on a full disk after a restart", deleted);
    }
    stand.disk.limit_space(None);
    let returned = Instant::now();
    while !stand.accepts_writes(&serving)? {
        if returned.elapsed() > RECOVERY_MAX {
            let text = format!("writes are refused {RECOVERY_MAX:?} after space returned");
            stand.tally.wrong(Wrong::Answer, text);
            break;
        }
        sleep(POLL);
    }
    sum.note("milliseconds until writes went on", returned.elapsed().as_millis() as u64);
    sum.note("recoveries without a restart", 1);
    let load = stand.load(&serving, Weather::Calm);
    sleep(LOAD);
    stand.stop(load)?;
    stand.must_run(&mut serving);
    stand.cut(serving)?;
    let Some(mut serving) = stand.start()? else {
        return Ok(());
    };
    stand.verify(&mut serving, Weather::Calm)?;
    stand.cut(serving)
}
