//! What a user downloads and a builder waits for.

use crate::process::children_cpu_seconds;
use crate::report::{Limit, Report, Row};
use crate::settings::{Settings, workspace_root};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

const STRIPPED_LIMIT_MB: f64 = 15.0;
const PACKAGES_LIMIT: f64 = 180.0;
const BUILD_LIMIT_SECONDS: f64 = 600.0;

/// Measures the stripped binary, the packages and, when asked, a build from nothing.
pub fn measure(settings: &Settings, work: &Path, report: &mut Report) -> Result<(), String> {
    report.add(stripped(settings, work)?);
    report.add(packages()?);
    if settings.cold {
        report.add(cold_build(work)?);
    }
    Ok(())
}

fn stripped(settings: &Settings, work: &Path) -> Result<Row, String> {
    let mut row = Row {
        what: "binary, stripped".to_owned(),
        larder: "not measured: strip is not installed".to_owned(),
        beside: String::new(),
        value: None,
        unit: " MB",
        limit: Limit::AtMost(STRIPPED_LIMIT_MB),
    };
    let copy = work.join("larder-stripped");
    let status = Command::new("strip").arg("-o").arg(&copy).arg(&settings.larder).status();
    if status.is_ok_and(|status| status.success()) {
        let length = std::fs::metadata(&copy).map_err(|error| format!("strip: {error}"))?.len();
        row.value = Some(length as f64 / 1e6);
        row.larder = format!("{:.1} MB", length as f64 / 1e6);
    }
    Ok(row)
}

/// As `cargo tree -e normal --prefix none -p larder | sort -u | wc -l` counts them.
fn packages() -> Result<Row, String> {
    let mut command = cargo(&["tree", "-e", "normal", "--prefix", "none", "-p", "larder"]);
    let ran = command.output().map_err(|error| format!("cargo tree: {error}"))?;
    if !ran.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&ran.stderr)));
    }
    let text = String::from_utf8_lossy(&ran.stdout);
    let count = text.lines().collect::<BTreeSet<_>>().len();
    Ok(Row {
        what: "packages in a normal build".to_owned(),
        larder: count.to_string(),
        beside: String::new(),
        value: Some(count as f64),
        unit: "",
        limit: Limit::AtMost(PACKAGES_LIMIT),
    })
}

fn cold_build(work: &Path) -> Result<Row, String> {
    let target = work.join("cold");
    let before = children_cpu_seconds()?;
    let mut command = cargo(&["build", "--release", "--locked", "-p", "larder", "--target-dir"]);
    let status = command.arg(&target).stdout(Stdio::null()).status();
    if !status.is_ok_and(|status| status.success()) {
        return Err("the cold build failed".to_owned());
    }
    let seconds = children_cpu_seconds()? - before;
    Ok(Row {
        what: "cold release build: CPU seconds, user and system".to_owned(),
        larder: format!("{seconds:.0} s"),
        beside: String::new(),
        value: Some(seconds),
        unit: " s",
        limit: Limit::AtMost(BUILD_LIMIT_SECONDS),
    })
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or("cargo".to_owned()));
    command.args(args).current_dir(workspace_root());
    command
}
