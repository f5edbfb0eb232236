//! The device answers errors for a while. What was acknowledged stays, what fails is said to have
//! failed, and afterwards everything works again without a restart.

use super::{Sum, begin};
use crate::disk::{Call, Fault};
use crate::load::Weather;
use crate::stand::Stand;
use std::thread::sleep;
use std::time::Duration;

/// Load before and between faults, and behind the last.
const LOAD: Duration = Duration::from_millis(700);
/// For workers that try again after a second.
const RECOVERY: Duration = Duration::from_millis(2500);
/// Load behind the faults, in which nothing may fail.
const AFTER: Duration = Duration::from_millis(500);
/// Different faults of a round.
const FAULTS: u64 = 3;

/// Calls that fail, a part of their paths, and how often in a row.
const PLACES: &[(&[Call], &str, u64)] = &[
    (&[Call::DurableWrite], "data/journal/", 1),
    (&[Call::DurableWrite], "data/journal/", 3),
    (&[Call::Sync, Call::SyncDirectory], "data/journal", 1),
    (&[Call::Create, Call::Write, Call::Allocate], "data/journal/", 2),
    (&[Call::Read], "data/journal/", 3),
    (&[Call::Write], "data/index/", 1),
    (&[Call::Sync], "data/index/", 1),
    (&[Call::Sync], "data/index/tables/", 2),
    (&[Call::SyncDirectory], "data/index", 1),
    (&[Call::Create, Call::Rename], "data/index/", 1),
    (&[Call::Read], "data/index/", 2),
    (&[Call::Write], "data/blobs/", 3),
    (&[Call::Sync], "data/blobs/", 2),
    (&[Call::Create, Call::SyncDirectory], "data/blobs", 1),
    (&[Call::Read], "data/blobs/", 3),
    (&[Call::Remove], "data/", 1),
];

/// Load with faults, calm, comparison, cut, restart, comparison.
pub fn round(stand: &mut Stand, first: bool, sum: &mut Sum) -> Result<(), String> {
    let Some(mut serving) = begin(stand, first)? else {
        return Ok(());
    };
    let load = stand.load(&serving, Weather::Errors);
    for _ in 0..FAULTS {
        sleep(LOAD);
        let (calls, path, times) = stand.chance.pick(PLACES);
        stand.disk.arm(Fault::error(calls, path, *times));
    }
    sleep(LOAD);
    stand.stop(load)?;
    stand.disk.disarm();
    sleep(RECOVERY);
    // The device is well again: every answer must be right, and every write accepted.
    stand.verify(&mut serving, Weather::Calm)?;
    let load = stand.load(&serving, Weather::Calm);
    sleep(AFTER);
    stand.stop(load)?;
    stand.must_run(&mut serving);
    sum.note("recoveries without a restart", 1);
    stand.cut(serving)?;
    let Some(mut serving) = stand.start()? else {
        return Ok(());
    };
    stand.verify(&mut serving, Weather::Calm)?;
    stand.cut(serving)
}
