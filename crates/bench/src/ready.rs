//! Starting: until ready, with how many syncs, and how much memory then.

use crate::process::Server;
use crate::report::{Limit, Report, Row};
use crate::settings::Settings;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const STARTS: usize = 5;
const READY_LIMIT_MS: f64 = 100.0;
const FIRST_READY_LIMIT_MS: f64 = 250.0;
const SYNCS_LIMIT: f64 = 40.0;
const RESIDENT_LIMIT_MIB: f64 = 30.0;
/// After it, an idle server has done all that a start leaves to be done.
const IDLE: Duration = Duration::from_secs(2);

/// Measures first starts, starts on existing data, ephemeral ones, syncs and memory.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    let log = work.join("ready.log");
    let path = |name: String| {
        let path = work.join(name).into_os_string().into_string();
        path.map_err(|_| "the work directory is not UTF-8".to_owned())
    };
    let first = path("first".to_owned())?;
    let mut starts = Vec::new();
    for start in 0..STARTS {
        let data = path(format!("first-{start}"))?;
        starts.push(start_and_stop(settings, &log, &["--data", &data])?);
    }
    report.add(ready("first start", best(starts), FIRST_READY_LIMIT_MS));
    let server = Server::larder(settings, &log, &[], &["--data", &first])?;
    sleep(IDLE);
    report.add(resident("resident memory, idle on an empty store", &server, RESIDENT_LIMIT_MIB)?);
    server.stop()?;
    let mut existing = vec![("existing directory", vec!["--data".to_owned(), first])];
    let loaded = work.join("get");
    if loaded.exists() {
        let what = "existing directory with the loaded keys";
        existing.push((what, vec!["--data".to_owned(), path("get".to_owned())?]));
    }
    existing.push(("--ephemeral", vec!["--ephemeral".to_owned()]));
    for (what, args) in existing {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let starts: Result<Vec<f64>, String> =
            (0..STARTS).map(|_| start_and_stop(settings, &log, &args)).collect();
        report.add(ready(what, best(starts?), READY_LIMIT_MS));
    }
    report.add(syncs(settings, work)?);
    Ok(())
}

/// Milliseconds until ready.
fn start_and_stop(settings: &Settings, log: &Path, args: &[&str]) -> Result<f64, String> {
    let server = Server::larder(settings, log, &[], args)?;
    let ready_ms = server.ready_after.as_secs_f64() * 1e3;
    server.stop()?;
    Ok(ready_ms)
}

fn best(starts: Vec<f64>) -> f64 {
    starts.into_iter().fold(f64::INFINITY, f64::min)
}

fn ready(what: &str, best_ms: f64, limit_ms: f64) -> Row {
    Row {
        what: format!("ready, {what} (best of {STARTS})"),
        larder: format!("{best_ms:.1} ms"),
        beside: String::new(),
        value: Some(best_ms),
        unit: " ms",
        limit: Limit::AtMost(limit_ms),
    }
}

fn resident(what: &str, server: &Server, limit_mib: f64) -> Result<Row, String> {
    let mib = server.resident_bytes()? as f64 / f64::from(1 << 20);
    Ok(Row {
        what: what.to_owned(),
        larder: format!("{mib:.1} MiB"),
        beside: String::new(),
        value: Some(mib),
        unit: " MiB",
        limit: Limit::AtMost(limit_mib),
    })
}

/// Counts the syncs of a first start up to its readiness.
fn syncs(settings: &Settings, work: &Path) -> Result<Row, String> {
    let mut row = Row {
        what: "syncs of a first start (fsync, fdatasync, sync_file_range, msync)".to_owned(),
        larder: "not measured: strace is not installed".to_owned(),
        beside: String::new(),
        value: None,
        unit: "",
        limit: Limit::AtMost(SYNCS_LIMIT),
    };
    let mut probe = Command::new("strace");
    let probe = probe.arg("-V").stdout(Stdio::null()).stderr(Stdio::null());
    if !probe.status().is_ok_and(|status| status.success()) {
        return Ok(row);
    }
    let (trace, data) = (work.join("trace"), work.join("traced"));
    let (trace, data) = (trace.to_str(), data.to_str());
    let (Some(trace), Some(data)) = (trace, data) else {
        return Err("the work directory is not UTF-8".to_owned());
    };
    // With -D the server itself is the child, so that it can be watched and stopped as usual.
    let calls = "trace=fsync,fdatasync,sync_file_range,msync,syncfs,sync";
    let wrapper = ["strace", "-D", "-f", "-q", "-e", calls, "-e", "signal=none", "-o", trace];
    let server = Server::larder(settings, &work.join("ready.log"), &wrapper, &["--data", data])?;
    let text = fs::read_to_string(trace).map_err(|error| format!("{trace}: {error}"))?;
    server.stop()?;
    let count = text.lines().filter(|line| is_call(line)).count();
    row.larder = count.to_string();
    row.value = Some(count as f64);
    Ok(row)
}

/// Whether a line of a trace begins a call; one that was interrupted in the log ends on a second
/// line, which names it as `resumed`.
pub fn is_call(line: &str) -> bool {
    line.contains("sync") && line.contains('(') && !line.contains(" resumed>")
}
