//! Durable PUTs, beside a file per object.

use crate::batch::Batch;
use crate::bodies::Bodies;
use crate::files;
use crate::load::{Expect, Load};
use crate::process::Server;
use crate::report::{Limit, Report, Row, median, micros};
use crate::settings::{PUT_CONNECTIONS, Settings};
use std::path::Path;
use std::sync::Arc;

const RATE_LIMIT: f64 = 10.0;
const WARM_UP: usize = 2_000;

/// Alternates rounds of new objects through the server and of new files beside its data.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    let bodies = Arc::new(Bodies::new());
    let data = work.join("put");
    let data = data.to_str().ok_or("the work directory is not UTF-8")?;
    let server = Server::larder(settings, &work.join("put.log"), &[], &["--data", data])?;
    put(&server, &bodies, 0, WARM_UP)?;
    let count = settings.puts_per_round();
    let (mut larder, mut costs, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..settings.rounds() {
        let tree = work.join(format!("files-{round}"));
        beside.push(files::write_objects(&tree, &bodies, settings.files_seconds())?);
        let before = server.cpu_seconds()?;
        larder.push(put(&server, &bodies, WARM_UP + round * count, count)?);
        costs.push((server.cpu_seconds()? - before) / count as f64);
    }
    let ratios = larder.iter().zip(&beside).map(|(larder, beside)| larder / beside).collect();
    report.add(Row {
        what: format!("durable PUT 4 KiB, {PUT_CONNECTIONS} connections: requests per second"),
        larder: format!("{:.0}/s ({} CPU each)", median(larder), micros(median(costs))),
        beside: format!("file per object {:.0}/s", median(beside)),
        value: Some(median(ratios)),
        unit: "x",
        limit: Limit::AtLeast(RATE_LIMIT),
    });
    server.stop()
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
    let elapsed = load.run().map_err(|error| format!("PUT: {error}"))?;
    Ok(count as f64 / elapsed.as_secs_f64())
}
