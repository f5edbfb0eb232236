//! The power goes: under load, while the server starts, several times in a row over one store.

use super::Sum;
use crate::chance::Chance;
use crate::disk::{Call, Fault};
use crate::load::Weather;
use crate::stand::{Serving, Stand};
use std::time::Duration;

/// Longest load before the power goes all the same.
const LOAD_MAX: Duration = Duration::from_secs(6);
/// One start in so many loses its power.
const START_CUT_EVERY: u64 = 3;

/// In one round of so many the server is killed on its way to the cut.
const KILL_EVERY: u64 = 3;

const ANY: &[Call] = &[
    Call::Write,
    Call::DurableWrite,
    Call::Sync,
    Call::SyncDirectory,
    Call::Create,
    Call::Rename,
    Call::Remove,
    Call::Allocate,
];

/// Where the power goes under load: calls, a part of their paths, how many of them may pass.
const PLACES: &[(&[Call], &str, u64)] = &[
    (&[Call::DurableWrite], "data/journal/", 2000),
    (&[Call::DurableWrite], "data/journal/", 200),
    (&[Call::Sync, Call::SyncDirectory], "data/journal", 6),
    (&[Call::Create, Call::Write], "data/journal/", 8),
    (&[Call::Write], "data/index/", 200),
    (&[Call::Sync], "data/index/tables/", 4),
    (&[Call::Sync], "data/index/v", 3),
    (&[Call::SyncDirectory], "data/index", 6),
    (&[Call::Create], "data/index/", 6),
    (&[Call::Rename], "data/index/", 3),
    (&[Call::Remove], "data/index/", 6),
    (&[Call::Write], "data/blobs/", 60),
    (&[Call::Sync], "data/blobs/", 20),
    (&[Call::Create, Call::SyncDirectory], "data/blobs", 20),
    (&[Call::Remove], "data/blobs/", 10),
];

/// Load, cut, restart, comparison.
pub fn round(stand: &mut Stand, first: bool, sum: &mut Sum) -> Result<(), String> {
    if stand.chance.one_in(START_CUT_EVERY) {
        let skip = stand.chance.below(if first { 30 } else { 12 });
        stand.disk.arm(Fault::power(ANY, "", skip));
    }
    let Some(mut serving) = begin_without_power(stand, first)? else {
        return Ok(());
    };
    stand.disk.disarm();
    if stand.chance.one_in(KILL_EVERY) {
        // What a reading shows after the kill must survive the cut, too.
        serving = match kill(stand, serving)? {
            Some(serving) => serving,
            None => return Ok(()),
        };
        sum.note("kills in the middle of a call, before a cut", 1);
    }
    let patience = arm(stand);
    let load = stand.load(&serving, Weather::Power);
    if !stand.disk.wait_for_power_to_go(patience) {
        stand.disk.freeze();
    }
    stand.cut(serving)?;
    stand.stop(load)?;
    if stand.chance.one_in(START_CUT_EVERY) {
        let skip = stand.chance.below(12);
        stand.disk.arm(Fault::power(ANY, "", skip));
    }
    let Some(mut serving) = stand.start()? else {
        return Ok(());
    };
    stand.disk.disarm();
    stand.verify(&mut serving, Weather::Calm)?;
    stand.cut(serving)?;
    sum.note("restarts without any flag or step", 1);
    Ok(())
}

/// Load, a kill that loses nothing yet, restart, comparison.
fn kill(stand: &mut Stand, serving: Serving) -> Result<Option<Serving>, String> {
    let mut patience = LOAD_MAX;
    if stand.chance.one_in(2) {
        // The one write whose outcome nobody has seen.
        let skip = stand.chance.below(500);
        stand.disk.arm(Fault::power(&[Call::DurableWrite], "data/journal/", skip));
    } else {
        patience = arm(stand);
    }
    let load = stand.load(&serving, Weather::Power);
    if !stand.disk.wait_for_power_to_go(patience) {
        stand.disk.freeze();
    }
    stand.kill(serving)?;
    stand.stop(load)?;
    let Some(mut serving) = stand.start()? else {
        return Ok(None);
    };
    stand.verify(&mut serving, Weather::Calm)?;
    Ok(Some(serving))
}

/// A first start whose power goes may not have made the buckets yet.
fn begin_without_power(stand: &mut Stand, first: bool) -> Result<Option<Serving>, String> {
    if !first {
        return stand.start();
    }
    let serving = stand.start()?;
    stand.disk.disarm();
    match serving {
        Some(serving) => {
            stand.make_buckets(&serving)?;
            Ok(Some(serving))
        }
        None => Ok(None),
    }
}

/// Chooses where the power goes; says how long to wait for it.
fn arm(stand: &mut Stand) -> Duration {
    let chance: &mut Chance = &mut stand.chance;
    if chance.one_in(5) {
        return Duration::from_millis(200 + chance.below(2500));
    }
    let (calls, path, most) = chance.pick(PLACES);
    let skip = chance.below(*most);
    stand.disk.arm(Fault::power(calls, path, skip));
    LOAD_MAX
}
