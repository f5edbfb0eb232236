//! Server CPU of a signed GET, beside a bare hyper server.

use crate::batch::Batch;
use crate::bodies::{Bodies, Random};
use crate::load::{Expect, Load};
use crate::process::{Server, ask};
use crate::report::{Limit, Report, Row, median, micros};
use crate::settings::{GET_CONNECTIONS, HOT_KEYS, KEYS, OBJECT_BYTES, PUT_CONNECTIONS, Settings};
use std::path::Path;
use std::sync::Arc;

const UNIFORM_LIMIT: f64 = 4.0;
const HOT_LIMIT: f64 = 2.5;
const HEAD_LIMIT: f64 = 3.0;
/// Requests that are signed at a time when all keys are put or read: some 50 MB.
const LOAD_BATCH: usize = 10_000;
/// Requests before the first round, so that neither side is measured cold.
const WARM_UP: usize = 5_000;

/// The two servers and the bodies that they answer with.
struct Pair {
    larder: Server,
    bare: Server,
    bodies: Arc<Bodies>,
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Method {
    Get,
    Head,
}

/// What is asked of both servers: this, of so many keys.
#[derive(Clone, Copy)]
struct Reads {
    method: Method,
    keys: usize,
}

/// One round of one side: CPU per request and requests per second.
#[derive(Clone, Copy)]
struct Cost {
    cpu_seconds: f64,
    rate: f64,
}

/// Loads the keys, then measures the uniform choice and the hottest keys.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    let bodies = Arc::new(Bodies::new(OBJECT_BYTES));
    let data = work.join("get");
    let data = data.to_str().ok_or("the work directory is not UTF-8")?;
    let larder = Server::larder(settings, &work.join("get.log"), &[], &["--data", data])?;
    load_keys(&larder, &bodies)?;
    larder.settle()?;
    let bare = start_bare(&larder, work)?;
    let pair = Pair { larder, bare, bodies };
    report.add(pair.first_reads()?);
    pair.compare(settings, Reads { method: Method::Get, keys: KEYS }, UNIFORM_LIMIT, report)?;
    pair.compare(settings, Reads { method: Method::Get, keys: HOT_KEYS }, HOT_LIMIT, report)?;
    pair.compare(settings, Reads { method: Method::Head, keys: KEYS }, HEAD_LIMIT, report)?;
    pair.larder.stop()
}

/// Puts every key, through the same generator.
fn load_keys(larder: &Server, bodies: &Arc<Bodies>) -> Result<(), String> {
    let host = larder.address.to_string();
    for start in (0..KEYS).step_by(LOAD_BATCH) {
        let objects = start..(start + LOAD_BATCH).min(KEYS);
        let load = Load {
            address: larder.address,
            connections: PUT_CONNECTIONS,
            batch: Arc::new(Batch::puts(&host, bodies, objects)),
            bodies: bodies.clone(),
            expect: Expect::Empty,
        };
        load.run().map_err(|error| format!("loading: {error}"))?;
    }
    Ok(())
}

/// A bare server that answers with what larder answers for object 0.
fn start_bare(larder: &Server, work: &Path) -> Result<Server, String> {
    let batch = Batch::gets(&larder.address.to_string(), 0..1);
    let wire = ask(larder.address, batch.head(&batch.requests[0]))?;
    let file = work.join("response");
    std::fs::write(&file, wire).map_err(|error| format!("{}: {error}", file.display()))?;
    Server::bare(&file, &work.join("bare.log"))
}

impl Pair {
    /// Reads each key once. After it both comparisons find what fits into memory there, as on any
    /// machine that has been serving for a while.
    fn first_reads(&self) -> Result<Row, String> {
        let host = self.larder.address.to_string();
        let mut costs = Vec::new();
        for start in (0..KEYS).step_by(LOAD_BATCH) {
            let batch = Batch::gets(&host, start..(start + LOAD_BATCH).min(KEYS));
            costs.push(self.cost(&self.larder, &Arc::new(batch), Expect::Object)?);
        }
        let of = |side: fn(&Cost) -> f64| median(costs.iter().map(side).collect());
        Ok(Row {
            what: format!("GET 4 KiB, each of {KEYS} keys for the first time"),
            larder: format!("{} ({:.0}/s)", micros(of(|c| c.cpu_seconds)), of(|c| c.rate)),
            beside: String::new(),
            value: Some(of(|c| c.cpu_seconds)),
            unit: " s",
            limit: Limit::None,
        })
    }

    fn compare(
        &self,
        settings: &Settings,
        reads: Reads,
        limit: f64,
        report: &mut Report,
    ) -> Result<(), String> {
        let Reads { method, keys } = reads;
        let mut random = Random::new(keys as u64);
        self.round(&mut random, reads, WARM_UP)?;
        let mut rounds = Vec::new();
        for _ in 0..settings.get_rounds() {
            rounds.push(self.round(&mut random, reads, settings.gets_per_round())?);
        }
        let of = |side: fn(&(Cost, Cost)) -> f64| median(rounds.iter().map(side).collect());
        let chosen = if keys == KEYS { "chosen uniformly" } else { "the hottest" };
        let what = match method {
            Method::Get => "GET 4 KiB",
            Method::Head => "HEAD",
        };
        report.add(Row {
            what: format!("{what}, {keys} keys, {chosen}: server CPU per request"),
            larder: format!("{} ({:.0}/s)", micros(of(|r| r.0.cpu_seconds)), of(|r| r.0.rate)),
            beside: format!(
                "bare hyper {} ({:.0}/s)",
                micros(of(|r| r.1.cpu_seconds)),
                of(|r| r.1.rate)
            ),
            value: Some(of(|r| r.0.cpu_seconds / r.1.cpu_seconds)),
            unit: "x",
            limit: Limit::AtMost(limit),
        });
        Ok(())
    }

    /// The same signed requests to both servers, one after the other.
    fn round(
        &self,
        random: &mut Random,
        reads: Reads,
        count: usize,
    ) -> Result<(Cost, Cost), String> {
        let Reads { method, keys } = reads;
        let host = self.larder.address.to_string();
        let objects: Vec<usize> = (0..count).map(|_| random.below(keys)).collect();
        let objects = objects.into_iter();
        let (batch, larders, bares) = match method {
            Method::Get => (Batch::gets(&host, objects), Expect::Object, Expect::Always(0)),
            Method::Head => (Batch::heads(&host, objects), Expect::Head, Expect::Head),
        };
        let batch = Arc::new(batch);
        // Who goes first changes with the dice, so that neither side always has the warmer machine.
        if random.below(2) == 0 {
            let larder = self.cost(&self.larder, &batch, larders)?;
            return Ok((larder, self.cost(&self.bare, &batch, bares)?));
        }
        let bare = self.cost(&self.bare, &batch, bares)?;
        Ok((self.cost(&self.larder, &batch, larders)?, bare))
    }

    fn cost(&self, server: &Server, batch: &Arc<Batch>, expect: Expect) -> Result<Cost, String> {
        let load = Load {
            address: server.address,
            connections: GET_CONNECTIONS,
            batch: batch.clone(),
            bodies: self.bodies.clone(),
            expect,
        };
        let count = batch.requests.len() as f64;
        let before = server.cpu()?;
        let took = load.run().map_err(|error| format!("GET: {error}"))?;
        let cpu_seconds = server.cpu()?.seconds_since(&before) / count;
        Ok(Cost { cpu_seconds, rate: count / took.whole.as_secs_f64() })
    }
}
