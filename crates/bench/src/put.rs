//! Durable PUTs, beside a file per object and a bare hyper server that reads the same bodies.

use crate::batch::Batch;
use crate::bodies::Bodies;
use crate::files::{Tree, write_objects};
use crate::load::{Expect, Load};
use crate::process::{Server, ask};
use crate::report::{Limit, Report, Row, median, micros};
use crate::settings::{OBJECT_BYTES, PUT_CONNECTIONS, Settings};
use std::path::Path;
use std::sync::Arc;

const RATE_LIMIT: f64 = 10.0;
/// CPU per request over that of the bare server, which keeps nothing.
const CPU_LIMIT: f64 = 6.0;
const WARM_UP: usize = 2_000;

/// How files lie, and over how many directories: file systems take one writer at a time in each, so
/// that it matters more than anything else that such a store can choose.
const LAYOUTS: [(&str, usize); 2] =
    [("files in one directory", 1), ("files over 256 directories", 256)];

/// What is measured.
struct Sides<'a> {
    larder: &'a Server,
    bare: &'a Server,
    bodies: &'a Arc<Bodies>,
}

/// Requests per second, CPU per request here and of the bare server, and files per second in each
/// layout.
struct Round {
    rate: f64,
    cpu_seconds: f64,
    bare_cpu_seconds: f64,
    files: [f64; LAYOUTS.len()],
}

/// Alternates rounds of new objects through the server and of new files beside its data.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    let bodies = Arc::new(Bodies::new(OBJECT_BYTES));
    let data = work.join("put");
    let data = data.to_str().ok_or("the work directory is not UTF-8")?;
    let server = Server::larder(settings, &work.join("put.log"), &[], &["--data", data])?;
    put(&server, &bodies, 0, WARM_UP)?;
    let bare = start_bare(&server, &bodies, work)?;
    put(&bare, &bodies, 0, WARM_UP)?;
    let sides = Sides { larder: &server, bare: &bare, bodies: &bodies };
    let mut rounds = Vec::new();
    for round in 0..settings.put_rounds() {
        let first = WARM_UP + round * settings.puts_per_round();
        rounds.push(measure_round(settings, &sides, work, round, first)?);
    }
    let of = |side: &dyn Fn(&Round) -> f64| median(rounds.iter().map(side).collect());
    for (index, (layout, _)) in LAYOUTS.iter().enumerate() {
        report.add(Row {
            what: format!("durable PUT 4 KiB, {PUT_CONNECTIONS} connections, new keys; {layout}"),
            larder: format!(
                "{:.0}/s ({} CPU each)",
                of(&|r| r.rate),
                micros(of(&|r| r.cpu_seconds))
            ),
            beside: format!("file per object {:.0}/s", of(&|r| r.files[index])),
            value: Some(of(&|r| r.rate / r.files[index])),
            unit: "x",
            limit: Limit::AtLeast(RATE_LIMIT),
        });
    }
    report.add(Row {
        what: format!("durable PUT 4 KiB, {PUT_CONNECTIONS} connections: server CPU per request"),
        larder: micros(of(&|r| r.cpu_seconds)),
        beside: format!("bare hyper {}", micros(of(&|r| r.bare_cpu_seconds))),
        value: Some(of(&|r| r.cpu_seconds / r.bare_cpu_seconds)),
        unit: "x",
        limit: Limit::AtMost(CPU_LIMIT),
    });
    server.stop()
}

/// A bare server that answers with what larder answers to a PUT.
fn start_bare(larder: &Server, bodies: &Bodies, work: &Path) -> Result<Server, String> {
    let batch = Batch::puts(&larder.address.to_string(), bodies, 0..1);
    let mut request = batch.head(&batch.requests[0]).to_vec();
    request.extend_from_slice(bodies.of(0));
    let file = work.join("put-response");
    let wire = ask(larder.address, &request)?;
    std::fs::write(&file, wire).map_err(|error| format!("{}: {error}", file.display()))?;
    Server::bare(&file, &work.join("put-bare.log"))
}

/// Objects through the server, then files in each layout, or the other way round.
fn measure_round(
    settings: &Settings,
    sides: &Sides<'_>,
    work: &Path,
    round: usize,
    first: usize,
) -> Result<Round, String> {
    let count = settings.puts_per_round();
    let cost = |server: &Server| -> Result<(f64, f64), String> {
        let before = server.cpu()?;
        let rate = put(server, sides.bodies, first, count)?;
        Ok((rate, server.cpu()?.seconds_since(&before) / count as f64))
    };
    let early = if round.is_multiple_of(2) { Some(cost(sides.larder)?) } else { None };
    let (_, bare_cpu_seconds) = cost(sides.bare)?;
    let mut files = [0.0; LAYOUTS.len()];
    for (rate, (_, directories)) in files.iter_mut().zip(LAYOUTS) {
        let root = &work.join(format!("files-{directories}-{round}"));
        let count = settings.files_per_round(directories);
        *rate = write_objects(&Tree { root, directories, bodies: sides.bodies }, count)?;
    }
    let (rate, cpu_seconds) = early.map_or_else(|| cost(sides.larder), Ok)?;
    Ok(Round { rate, cpu_seconds, bare_cpu_seconds, files })
}

/// PUTs new objects; returns how many per second.
fn put(server: &Server, bodies: &Arc<Bodies>, first: usize, count: usize) -> Result<f64, String> {
    let host = server.address.to_string();
    let load = Load {
        address: server.address,
        connections: PUT_CONNECTIONS,
        batch: Arc::new(Batch::puts(&host, bodies, first..first + count)),
        bodies: bodies.clone(),
        expect: Expect::Empty,
    };
    let took = load.run().map_err(|error| format!("PUT: {error}"))?;
    Ok(count as f64 / took.whole.as_secs_f64())
}
