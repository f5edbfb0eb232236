//! The long life of a store: loaded, overwritten, deleted; then what it holds and what it costs.

use crate::batch::Batch;
use crate::bodies::{Bodies, GROUPS, group};
use crate::load::{Expect, Load, Took};
use crate::process::{Server, ask, free_address};
use crate::report::{Limit, Report, Row, median, micros};
use crate::settings::{PUT_CONNECTIONS, Settings};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

/// Bytes of an object.
const BYTES: usize = 1024;
/// Requests signed at a time.
const BATCH: usize = 50_000;
/// Keys when pages are measured for the first time.
const FEW_KEYS: usize = 10_000;
/// A third of the groups of keys is deleted, the next third is overwritten. A group's keys are
/// neighbours, so that the first third of all keys goes.
const DELETED: std::ops::Range<usize> = 0..GROUPS / 3;
const OVERWRITTEN: std::ops::Range<usize> = GROUPS / 3..GROUPS * 2 / 3;
const PAGE_ROUNDS: usize = 5;
const PAGES: usize = 40;
const PAGE_CONNECTIONS: usize = 4;
/// How long the background may take to come to an end.
const SETTLE_ROUNDS: usize = 60;
/// The index goes to tables after five seconds without a write, and is rewritten five seconds
/// later: only who has done nothing for longer has settled.
const REST: Duration = Duration::from_secs(12);
/// Server CPU within [`REST`] that counts as nothing.
const REST_CPU_SECONDS: f64 = 0.05;
/// How long an idle server is watched.
const IDLE: Duration = Duration::from_secs(10);
/// Bytes of a record that are neither row nor payload.
const RECORD_HEADER_BYTES: f64 = 32.0;

const JOURNAL_LIMIT: f64 = 1.4;
const INDEX_LIMIT: f64 = 1.3;
const STALL_LIMIT: f64 = 1.0;
const RESTART_LIMIT: f64 = 5.0;
const PAGE_LIMIT: f64 = 2.0;
const FIRST_PAGE_LIMIT_MS: f64 = 10.0;
const MEMORY_LIMIT_MIB: f64 = 256.0;

/// A kind of page: its name, its query, what stands before each entry, and how many a full one has.
const KINDS: [(&str, &str, &str, usize); 3] = [
    ("keys", "list-type=2", "<Key>", 1000),
    ("prefixes", "delimiter=%2F&list-type=2&prefix=photos%2F2026%2F", "<CommonPrefixes>", GROUPS),
    ("versions", "versions=", "<Version>", 1000),
];

struct Life<'a> {
    settings: &'a Settings,
    data: PathBuf,
    log: PathBuf,
    bodies: Arc<Bodies>,
    server: Server,
    /// Where the server's metrics are.
    admin: SocketAddr,
}

/// Batches of one kind.
struct Stretch {
    rate: f64,
    slowest: Duration,
}

/// Runs through a life and tells what came of it.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    let (data, log) = (work.join("life"), work.join("life.log"));
    let admin = free_address()?;
    let server = start(settings, &data, &log, admin)?;
    let bodies = Arc::new(Bodies::new(BYTES));
    let life = Life { settings, data, log, bodies, server, admin };
    let count = settings.life_objects();
    life.put(&mut (0..FEW_KEYS), 0)?;
    life.server.settle()?;
    let few = life.pages(GROUPS)?;
    let loaded = life.put(&mut (FEW_KEYS..count), 0)?;
    let all = 0..count;
    let overwritten =
        life.put(&mut all.clone().filter(|n| OVERWRITTEN.contains(&group(*n))), count)?;
    let deleted = life.delete(&mut all.clone().filter(|n| DELETED.contains(&group(*n))))?;
    let live = all.filter(|n| !DELETED.contains(&group(*n))).count();
    let stretches = [("PUTs", loaded), ("overwrites", overwritten), ("DELETEs", deleted)];
    for (what, stretch) in stretches {
        report.add(single(
            format!("{count} objects of 1 KiB: {what}, the slowest answer"),
            format!("{:.2} s ({:.0}/s)", stretch.slowest.as_secs_f64(), stretch.rate),
            stretch.slowest.as_secs_f64(),
            " s",
            Limit::AtMost(STALL_LIMIT),
        ));
    }
    life.settle()?;
    life.tell_space(live, report)?;
    let first =
        life.load(Batch::pages(&life.host(), KINDS[0].1, 1), Expect::Page("<Key>", 1000), 1)?;
    let ms = first.slowest.as_secs_f64() * 1e3;
    report.add(single(
        format!("the first page behind {} deleted keys, once settled", count - live),
        format!("{ms:.1} ms"),
        ms,
        " ms",
        Limit::AtMost(FIRST_PAGE_LIMIT_MS),
    ));
    let many = life.pages(GROUPS - DELETED.len())?;
    for (((name, ..), few), many) in KINDS.iter().zip(few).zip(many) {
        report.add(Row {
            what: format!("a page of {name} among {live} keys: server CPU"),
            larder: micros(many),
            beside: format!("among {FEW_KEYS} {}", micros(few)),
            value: Some(many / few),
            unit: "x",
            limit: Limit::AtMost(PAGE_LIMIT),
        });
    }
    life.tell_idle(report)?;
    let peak = life.server.peak_bytes()? as f64 / f64::from(1 << 20);
    report.add(single(
        "peak resident memory until here".to_owned(),
        format!("{peak:.0} MiB"),
        peak,
        " MiB",
        Limit::AtMost(MEMORY_LIMIT_MIB),
    ));
    life.tell_restarts(report)
}

fn start(
    settings: &Settings,
    data: &Path,
    log: &Path,
    admin: SocketAddr,
) -> Result<Server, String> {
    let data = data.to_str().ok_or("the work directory is not UTF-8")?;
    let admin = admin.to_string();
    Server::larder(settings, log, &[], &["--data", data, "--admin-listen", &admin])
}

/// A row about Larder alone.
fn single(what: String, larder: String, value: f64, unit: &'static str, limit: Limit) -> Row {
    Row { what, larder, beside: String::new(), value: Some(value), unit, limit }
}

impl Life<'_> {
    fn host(&self) -> String {
        self.server.address.to_string()
    }

    fn load(&self, batch: Batch, expect: Expect, connections: usize) -> Result<Took, String> {
        let (address, bodies) = (self.server.address, self.bodies.clone());
        Load { address, connections, batch: Arc::new(batch), bodies, expect }.run()
    }

    /// PUTs of these objects; their bodies are those of the objects `other` further on.
    fn put(
        &self,
        objects: &mut dyn Iterator<Item = usize>,
        other: usize,
    ) -> Result<Stretch, String> {
        self.stretch(objects, |host, some| {
            (Batch::puts_with(host, &self.bodies, some.iter().copied(), other), Expect::Empty)
        })
    }

    fn delete(&self, objects: &mut dyn Iterator<Item = usize>) -> Result<Stretch, String> {
        self.stretch(objects, |host, some| {
            (Batch::deletes(host, some.iter().copied()), Expect::Gone)
        })
    }

    fn stretch(
        &self,
        objects: &mut dyn Iterator<Item = usize>,
        batch: impl Fn(&str, &[usize]) -> (Batch, Expect),
    ) -> Result<Stretch, String> {
        let (mut rates, mut slowest) = (Vec::new(), Duration::ZERO);
        loop {
            let some: Vec<usize> = objects.take(BATCH).collect();
            if some.is_empty() {
                return Ok(Stretch { rate: median(rates), slowest });
            }
            let (batch, expect) = batch(&self.host(), &some);
            let took = self.load(batch, expect, PUT_CONNECTIONS)?;
            rates.push(some.len() as f64 / took.whole.as_secs_f64());
            slowest = slowest.max(took.slowest);
        }
    }

    /// Server CPU of each kind of page, warm, in seconds.
    fn pages(&self, groups: usize) -> Result<Vec<f64>, String> {
        let mut costs = Vec::new();
        for (_, query, word, full) in KINDS {
            let expect = Expect::Page(word, if full == GROUPS { groups } else { full });
            let mut rounds = Vec::new();
            for _ in 0..PAGE_ROUNDS {
                let before = self.server.cpu()?;
                self.load(Batch::pages(&self.host(), query, PAGES), expect, PAGE_CONNECTIONS)?;
                rounds.push(self.server.cpu()?.seconds_since(&before) / PAGES as f64);
            }
            costs.push(median(rounds));
        }
        Ok(costs)
    }

    /// Waits until gc and compaction have nothing left to do.
    fn settle(&self) -> Result<(), String> {
        for _ in 0..SETTLE_ROUNDS {
            self.server.settle()?;
            let before = self.server.cpu()?;
            sleep(REST);
            if self.server.cpu()?.seconds_since(&before) < REST_CPU_SECONDS {
                return Ok(());
            }
        }
        Err("the background does not come to an end".to_owned())
    }

    /// The space that rows and payloads take, against what they are.
    fn tell_space(&self, live: usize, report: &mut Report) -> Result<(), String> {
        let (used, records) =
            (self.metric("larder_segment_bytes")?, self.metric("larder_segment_live_bytes")?);
        let rows = records - live as f64 * (BYTES as f64 + RECORD_HEADER_BYTES);
        let index = directory_bytes(&self.data.join("index"))? as f64;
        for (what, bytes, of, limit) in [
            ("journal bytes over those of live records", used, records, JOURNAL_LIMIT),
            ("index bytes over those of live rows", index, rows, INDEX_LIMIT),
        ] {
            report.add(Row {
                what: what.to_owned(),
                larder: format!("{:.0} MB", bytes / 1e6),
                beside: format!("{:.0} MB", of / 1e6),
                value: Some(bytes / of),
                unit: "x",
                limit: Limit::AtMost(limit),
            });
        }
        Ok(())
    }

    fn tell_idle(&self, report: &mut Report) -> Result<(), String> {
        self.settle()?;
        let before = (self.server.reads()?, self.server.cpu()?);
        sleep(IDLE);
        let reads = self.server.reads()? - before.0;
        let cpu = self.server.cpu()?.seconds_since(&before.1) * 1e3;
        report.add(single(
            format!("system calls that read, in {} s without requests", IDLE.as_secs()),
            format!("{reads} ({cpu:.2} ms CPU)"),
            reads as f64,
            "",
            Limit::AtMost(0.0),
        ));
        Ok(())
    }

    fn tell_restarts(mut self, report: &mut Report) -> Result<(), String> {
        self.server.stop()?;
        self.server = start(self.settings, &self.data, &self.log, self.admin)?;
        let stopped = self.server.ready_after;
        self.server.settle()?;
        self.put(&mut (0..BATCH), 0)?;
        // Dropping a server kills it.
        drop(self.server);
        self.server = start(self.settings, &self.data, &self.log, self.admin)?;
        let killed = self.server.ready_after;
        for (how, after) in [("a clean stop", stopped), ("a kill under way", killed)] {
            report.add(single(
                format!("ready after {how}"),
                format!("{:.2} s", after.as_secs_f64()),
                after.as_secs_f64(),
                " s",
                Limit::AtMost(RESTART_LIMIT),
            ));
        }
        self.server.stop()
    }

    fn metric(&self, name: &str) -> Result<f64, String> {
        let request = b"GET /_/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let page = String::from_utf8_lossy(&ask(self.admin, request)?).into_owned();
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        line.ok_or_else(|| format!("the metrics have no {name}"))
    }
}

/// Bytes of all files below a directory.
fn directory_bytes(path: &Path) -> Result<u64, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = 0;
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let about = entry.metadata().map_err(failed)?;
        bytes += if about.is_dir() { directory_bytes(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}
