//! Lines and their queue.

use super::line::Line;
use super::{Access, BUFFER_BYTES_MAX, Logs, Writing};
use crate::settings::LogFormat;
use larder_platform::sim::Simulation;
use larder_platform::{Step, Task};
use larder_s3_api::{AccessRecord, Requested};
use larder_types::{RequestId, Timestamp};
use log::Log;

const HOSTILE: &str = "a \"b\\\n\u{1b}[31m\u{0}\u{2028}\u{e9}";

fn record() -> AccessRecord {
    AccessRecord {
        request_id: Some(RequestId::new(0x4442_587F_B7D0_A2F9)),
        operation: Some(Requested::PostObject),
        bucket: Some("bucket".to_owned()),
        key: Some(HOSTILE.to_owned()),
        status: 404,
        error_code: Some("NoSuchKey"),
        error_message: Some("none\nthere".into()),
        ..AccessRecord::default()
    }
}

fn access(record: &AccessRecord) -> Access<'_> {
    Access {
        remote: "10.0.0.1:50000",
        admin: None,
        record,
        bytes_out: 321,
        duration_ns: 1_234_567,
        cut: false,
    }
}

fn line(json: bool) -> String {
    let mut line = Line::new(json, Timestamp { ms: 0 }, log::Level::Info);
    access(&record()).write(&mut line);
    String::from_utf8(line.finish()).unwrap()
}

#[test]
fn json_line() {
    assert_eq!(
        line(true),
        "{\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":\"INFO\",\
         \"request_id\":\"4442587FB7D0A2F9\",\"status\":404,\"operation\":\"PostObject\",\
         \"bucket\":\"bucket\",\
         \"key\":\"a \\\"b\\\\\\n\\u001b[31m\\u0000\u{2028}\u{e9}\",\"error\":\"NoSuchKey\",\
         \"error_message\":\"none\\nthere\",\"bytes_in\":0,\"bytes_out\":321,\
         \"duration_ms\":1.234,\"remote\":\"10.0.0.1:50000\"}\n"
    );
}

#[test]
fn text_line() {
    assert_eq!(
        line(false),
        "1970-01-01T00:00:00.000Z INFO  request_id=4442587FB7D0A2F9 status=404 \
         operation=PostObject bucket=bucket key=\"a \\\"b\\\\\\n\\u001b[31m\\u0000\u{2028}\u{e9}\" \
         error=NoSuchKey error_message=\"none\\nthere\" bytes_in=0 bytes_out=321 duration_ms=1.234 \
         remote=10.0.0.1:50000\n"
    );
}

/// A key cannot add fields to its line, nor end its own.
#[test]
fn text_fields_cannot_be_forged() {
    for (value, shown) in [
        ("plain/key-1.txt", "plain/key-1.txt"),
        ("", "\"\""),
        ("a=b", "\"a=b\""),
        ("a\" status=200 x=\"", "\"a\\\" status=200 x=\\\"\""),
        ("a\tstatus=200", "\"a\\u0009status=200\""),
        ("a\u{2003}b", "\"a\u{2003}b\""),
        ("\"", "\"\\\"\""),
        ("a\\\" b", "\"a\\\\\\\" b\""),
        ("a\\", "a\\\\"),
    ] {
        let mut line = Line::new(false, Timestamp { ms: 0 }, log::Level::Info);
        line.field("key", value);
        let line = String::from_utf8(line.finish()).unwrap();
        assert_eq!(line, format!("1970-01-01T00:00:00.000Z INFO  key={shown}\n"));
    }
}

#[test]
fn long_values_are_cut() {
    for json in [true, false] {
        let mut line = Line::new(json, Timestamp { ms: 0 }, log::Level::Warn);
        line.message(&"\u{20ac}\n".repeat(100_000));
        let line = String::from_utf8(line.finish()).unwrap();
        assert!(line.len() < 8192 && line.ends_with(if json { "\"}\n" } else { "\n" }));
        assert_eq!(line.matches('\n').count(), 1);
    }
}

#[test]
fn a_writer_that_falls_behind_costs_lines_not_memory() {
    let sim = Simulation::new(1);
    let logs = Logs::new(&sim.platform(), LogFormat::Json, log::LevelFilter::Info);
    for _ in 0..BUFFER_BYTES_MAX / 100 {
        logs.access(&access(&record()));
    }
    assert!(logs.waiting().lines.len() <= BUFFER_BYTES_MAX);
    let kept = logs.waiting().lines.iter().filter(|b| **b == b'\n').count() as u64;
    assert_eq!(kept + logs.dropped(), (BUFFER_BYTES_MAX / 100) as u64);
    logs.waiting().lines.clear();
    let mut writing = Writing::new(logs.clone());
    assert_eq!(writing.step(), Step::Sleep);
    assert!(logs.waiting().lines.capacity() < BUFFER_BYTES_MAX / 10, "memory is given back");
}

#[test]
fn levels() {
    let sim = Simulation::new(1);
    let logged = |level, target, at| {
        let logs = Logs::new(&sim.platform(), LogFormat::Text, level);
        logs.enabled(&log::Metadata::builder().target(target).level(at).build())
    };
    use log::{Level, LevelFilter};
    assert!(logged(LevelFilter::Info, "larder_storage_local::gc", Level::Info));
    assert!(!logged(LevelFilter::Info, "larder", Level::Debug));
    assert!(!logged(LevelFilter::Debug, "lsm_tree::tree", Level::Info));
    assert!(logged(LevelFilter::Info, "lsm_tree::tree", Level::Warn));
    assert!(!logged(LevelFilter::Error, "rustls", Level::Warn));
    assert!(logged(LevelFilter::Trace, "hyper", Level::Trace));
}
