//! Stored bits flip. What is damaged is answered with an error or served from elsewhere; all else
//! is served; nobody ever gets wrong bytes; the log says what to do.

use super::{Sum, begin};
use crate::ledger::Object;
use crate::load::{PLAIN, Weather};
use crate::report::Wrong;
use crate::stand::{Begun, Serving, Stand};
use crate::tools::last_lines;
use std::thread::sleep;
use std::time::{Duration, Instant};

const LOAD: Duration = Duration::from_millis(1500);
/// A log line is written in this time.
const LOG_PATIENCE: Duration = Duration::from_secs(2);
const LOG_POLL: Duration = Duration::from_millis(20);
/// Objects that are damaged while the server runs.
const VICTIMS: u64 = 6;
/// Bytes of a body that it is found by.
const MARK_BYTES: usize = 64;
/// Bits that flip while the server is down.
const FLIPS_MAX: u64 = 4;
/// Where they flip.
const PLACES: &[&str] = &["data/journal/", "data/index/tables/", "data/index/", "data/blobs/"];
/// Words of which a line that tells the operator what to do has one.
const ADVICE: &[&str] = &["larder repair", "larder check", "larder restore", "backup"];

/// A bit that was flipped, and the sector as it was then.
struct Flip {
    path: String,
    offset: u64,
    bit: u8,
    sector: Vec<u8>,
}

/// Load, damage while it runs, damage while it is down; each time undone, and then all is there.
pub fn round(stand: &mut Stand, first: bool, sum: &mut Sum) -> Result<(), String> {
    let Some(mut serving) = begin(stand, first)? else {
        return Ok(());
    };
    let load = stand.load(&serving, Weather::Calm);
    sleep(LOAD);
    stand.stop(load)?;
    stand.verify(&mut serving, Weather::Calm)?;
    damage_objects(stand, &mut serving, sum)?;
    stand.cut(serving)?;
    damage_at_rest(stand, sum)?;
    let Some(mut serving) = stand.start()? else {
        return Ok(());
    };
    stand.verify(&mut serving, Weather::Calm)?;
    stand.cut(serving)
}

/// Flips a bit in every copy of some objects' bodies while the server runs.
fn damage_objects(stand: &mut Stand, serving: &mut Serving, sum: &mut Sum) -> Result<(), String> {
    let flips = flip_objects(stand);
    let before = serving.server.said().len();
    let mut errors = 0;
    for (key, object) in damaged_objects(stand) {
        if stand.read_damaged(serving, &format!("/{PLAIN}/{key}"), &object)? {
            errors += 1
        } else {
            sum.note("damaged objects served right from elsewhere", 1)
        }
    }
    sum.note("damaged objects answered with an error", errors);
    if errors > 0 && !soon_advises(serving, before) {
        let said = serving.server.said();
        let text = format!("no advice in the log: {}", last_error(&said));
        stand.tally.wrong(Wrong::Advice, text);
    }
    // Everything else is served as if nothing had happened.
    stand.verify(serving, Weather::Calm)?;
    undo(stand, flips, sum);
    for ledger in stand.ledgers() {
        ledger.plain.values_mut().for_each(|slot| slot.damaged = false);
    }
    stand.verify(serving, Weather::Calm)
}

/// Chooses objects and damages them. Copies of a body may share its bytes, so that all objects
/// with such a body count as damaged.
fn flip_objects(stand: &mut Stand) -> Vec<Flip> {
    let files: Vec<(String, Vec<u8>)> = ["data/journal/", "data/blobs/"]
        .iter()
        .flat_map(|part| stand.disk.paths(part))
        .filter_map(|path| stand.disk.content(&path).map(|content| (path, content)))
        .collect();
    let (mut flips, mut bodies) = (Vec::new(), Vec::new());
    for _ in 0..VICTIMS {
        let Some(object) = choose(stand) else {
            continue;
        };
        let bytes = object.bytes();
        let within = stand.chance.below(object.bodies[0].length as u64);
        for (path, content) in &files {
            for at in positions(content, &bytes[..MARK_BYTES]) {
                flips.extend(flip(stand, path, at + within));
            }
        }
        bodies.push(object.bodies[0].seed);
    }
    for ledger in stand.ledgers() {
        for slot in ledger.plain.values_mut() {
            let damaged = |object: &Object| object.bodies.iter().any(|b| bodies.contains(&b.seed));
            slot.damaged = slot.object().is_some_and(damaged);
        }
    }
    flips
}

fn damaged_objects(stand: &mut Stand) -> Vec<(String, Object)> {
    let slots = stand.ledgers().iter().flat_map(|ledger| &ledger.plain);
    let damaged = slots.filter(|(_, slot)| slot.damaged);
    damaged.filter_map(|(key, slot)| Some((key.clone(), slot.object()?.clone()))).collect()
}

/// Someone's object that is large enough to be found and not damaged yet.
fn choose(stand: &mut Stand) -> Option<Object> {
    let owners = stand.ledgers().len() as u64;
    let owner = stand.chance.below(owners) as usize;
    let large = |object: &Object| object.bodies[0].length >= MARK_BYTES;
    let slots = stand.ledgers()[owner].plain.values();
    let objects: Vec<Object> =
        slots.filter_map(|slot| slot.object()).filter(|o| large(o)).cloned().collect();
    if objects.is_empty() { None } else { Some(stand.chance.pick(&objects).clone()) }
}

fn positions(content: &[u8], mark: &[u8]) -> Vec<u64> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = content[at..].iter().position(|byte| *byte == mark[0]) {
        at += found;
        if content[at..].starts_with(mark) {
            out.push(at as u64);
        }
        at += 1;
    }
    out
}

fn flip(stand: &mut Stand, path: &str, offset: u64) -> Option<Flip> {
    let bit = stand.chance.below(8) as u8;
    if !stand.disk.flip(path, offset, bit) {
        return None;
    }
    let sector = stand.disk.sector(path, offset)?;
    Some(Flip { path: path.to_owned(), offset, bit, sector })
}

/// Flips the bits back where nothing else has been written meanwhile.
fn undo(stand: &mut Stand, flips: Vec<Flip>, sum: &mut Sum) {
    for flip in flips.into_iter().rev() {
        if stand.disk.sector(&flip.path, flip.offset).as_ref() == Some(&flip.sector) {
            stand.disk.flip(&flip.path, flip.offset, flip.bit);
        } else {
            sum.note("flipped bits that were overwritten before they were flipped back", 1);
        }
    }
}

/// Whether the log says what to do, behind its first `before` bytes. A server may write its log
/// after its answers.
fn soon_advises(serving: &Serving, before: usize) -> bool {
    let until = Instant::now() + LOG_PATIENCE;
    loop {
        let said = serving.server.said();
        if advises(said.get(before..).unwrap_or_default()) {
            return true;
        }
        if Instant::now() > until {
            return false;
        }
        sleep(LOG_POLL);
    }
}

/// The last line that tells of an error.
fn last_error(said: &str) -> &str {
    said.lines().rfind(|line| line.contains("ERROR")).unwrap_or_default()
}

fn advises(said: &str) -> bool {
    said.lines().any(|line| ADVICE.iter().any(|word| line.contains(word)))
}

/// Flips bits anywhere while the server is down.
fn damage_at_rest(stand: &mut Stand, sum: &mut Sum) -> Result<(), String> {
    let place = *stand.chance.pick(PLACES);
    let paths = stand.disk.paths(place);
    if paths.is_empty() {
        return Ok(());
    }
    let mut flips = Vec::new();
    for _ in 0..1 + stand.chance.below(FLIPS_MAX) {
        let path = stand.chance.pick(&paths).clone();
        let length = stand.disk.content(&path).map_or(0, |content| content.len());
        if length > 0 {
            let offset = stand.chance.below(length as u64);
            flips.extend(flip(stand, &path, offset));
        }
    }
    if let Some(said) = stand.offline_check()? {
        sum.note(format!("`larder check` found damage in {place}"), 1);
        if !advises(&said) {
            stand.tally.wrong(Wrong::Advice, format!("`larder check` says only: {said}"));
        }
    }
    match stand.start_once()? {
        Begun::Ended(said) => {
            sum.note(format!("starts refused with damage in {place}"), 1);
            if !advises(&said) {
                let text = format!("a start with damage in {place}: {}", last_lines(&said));
                stand.tally.wrong(Wrong::Advice, text);
            }
        }
        Begun::Serving(mut serving) => {
            sum.note(format!("starts with damage in {place}"), 1);
            let errors = stand.tally.server_errors();
            stand.verify(&mut serving, Weather::Errors)?;
            if stand.tally.server_errors() > errors {
                sum.note(format!("of these, with error answers, damage in {place}"), 1);
                if !soon_advises(&serving, 0) {
                    let said = serving.server.said();
                    let text = format!("errors with damage in {place}: {}", last_error(&said));
                    stand.tally.wrong(Wrong::Advice, text);
                }
            }
            stand.cut_damaged(serving)?;
        }
        Begun::PowerGone(_) => return Err("the power went without being asked to".to_owned()),
    }
    if place.starts_with("data/index") && stand.plan.tools.has_repair {
        return repair_index(stand, sum);
    }
    undo(stand, flips, sum);
    Ok(())
}

/// The index is derived from the journal: a repair brings all of it back.
fn repair_index(stand: &mut Stand, sum: &mut Sum) -> Result<(), String> {
    if let Some(said) = stand.repair()? {
        stand.tally.wrong(Wrong::Check, format!("`larder repair` of the index: {said}"));
        return Ok(());
    }
    sum.note("indexes repaired", 1);
    if let Some(said) = stand.offline_check()? {
        stand.tally.wrong(Wrong::Check, format!("`larder check` after a repair: {said}"));
    }
    let Some(mut serving) = stand.start()? else {
        return Ok(());
    };
    stand.verify(&mut serving, Weather::Calm)?;
    stand.cut(serving)
}
