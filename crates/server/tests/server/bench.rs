//! `larder bench` against a server of this build.

use crate::harness::{Keys, Server, larder, root_keys};
use serde_json::Value;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

const SHORT: Duration = Duration::from_millis(200);

/// Runs the tool and reads its JSON; every round must have requests and no errors.
fn bench(server: &Server, data: &TempDir, words: &[&str]) -> Value {
    let Keys(access, secret) = root_keys(data.path());
    let endpoint = format!("http://{}", server.address);
    let duration = format!("{}ms", SHORT.as_millis());
    let mut command = larder(&["bench"]);
    command.args(words).args(["--endpoint", &endpoint, "--json", "-"]);
    command.args(["--duration", &duration, "--connections", "4"]);
    // What a warm-up deletes is not there to be measured.
    let warm_up = if words[0].starts_with("delete") { "0s" } else { "20ms" };
    command.args(["--warm-up", warm_up]);
    command.env("AWS_ACCESS_KEY_ID", access).env("AWS_SECRET_ACCESS_KEY", secret);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {errors}{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for side in report["sides"].as_array().unwrap() {
        for round in side["rounds"].as_array().unwrap() {
            assert!(round["requests"].as_u64().unwrap() > 0, "{words:?}: {report}");
            assert_eq!(round["errors"], 0, "{words:?}: {report}");
            assert!(round["latency_ms"]["max"].as_f64() >= round["latency_ms"]["p50"].as_f64());
        }
    }
    report
}

#[test]
fn every_operation_without_errors_and_nothing_stays() {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let pid = server.child.id().to_string();
    for words in [
        &["put", "--size", "1KiB-64KiB", "--pid", &pid][..],
        &["get", "--objects", "50", "--keys", "zipf", "--size", "100KiB"],
        &["head", "--objects", "50", "--keys", "hot:3"],
        &["list", "--objects", "1200"],
        &["list-versions", "--objects", "1200"],
        &["list-prefixes", "--objects", "1250"],
        &["list-prefixes", "--objects", "1250", "--prefix-keys", "1", "--scatter"],
        &["delete", "--objects", "2000"],
        &["delete-many", "--objects", "2000"],
        &["multipart", "--size", "6MiB", "--unsigned-payload"],
        &["mixed", "--objects", "50", "--size", "1KiB:3,20KiB:1"],
    ] {
        let report = bench(&server, &data, words);
        assert_eq!(report["operation"], words[0]);
        let round = &report["sides"][0]["rounds"][0];
        let moves = !matches!(words[0], "head" | "delete" | "delete-many");
        assert_eq!(round["bytes"].as_u64().unwrap() > 0, moves, "{report}");
        assert_eq!(round["server"].is_object(), words[0] == "put");
        let operations = round["operations"].as_object().unwrap();
        assert_eq!(operations.contains_key("get"), words[0] == "mixed", "{report}");
    }
    let listing = server.signed(&root_keys(data.path()), "GET", "/larder-bench", b"");
    assert!(listing.text().contains("<IsTruncated>false</IsTruncated>"), "{}", listing.text());
    assert!(!listing.text().contains("<Key>"), "{}", listing.text());
}

/// A bench that is told to stop by a signal; killed when a test fails.
struct Running(Child);

impl Running {
    /// Starts it and waits until there are more objects than before.
    fn start(server: &Server, data: &TempDir, words: &[&str]) -> Self {
        let keys = root_keys(data.path());
        let endpoint = format!("http://{}", server.address);
        let before = keys_listed(server, data);
        let mut command = larder(&["bench"]);
        command.args(words).args(["--endpoint", &endpoint, "--warm-up", "0s"]);
        command.args(["--access-key", &keys.0, "--secret-key", &keys.1]);
        let mut running = Self(command.stderr(Stdio::piped()).spawn().unwrap());
        running.until(|| keys_listed(server, data) > before);
        running
    }

    /// Waits for this while it runs.
    fn until(&mut self, condition: impl Fn() -> bool) {
        while !condition() {
            assert!(self.0.try_wait().unwrap().is_none(), "the bench has ended");
            sleep(SHORT / 20);
        }
    }

    /// Tells it to stop: what it says then.
    fn stop(mut self, signal: &str) -> String {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(self.0.wait().unwrap().code(), Some(2));
        let mut said = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("stopped by a signal"), "{said}");
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many keys the first page shows.
fn keys_listed(server: &Server, data: &TempDir) -> usize {
    let listing = server.signed(&root_keys(data.path()), "GET", "/larder-bench", b"");
    listing.text().matches("<Key>").count()
}

/// Told to stop while it prepares objects, and while it measures.
#[test]
fn a_signal_ends_a_run_and_nothing_stays() {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let runs = [(["get", "--objects", "100000000"], "INT"), (["put", "--duration", "60m"], "TERM")];
    for (words, signal) in runs {
        Running::start(&server, &data, &words).stop(signal);
        assert_eq!(keys_listed(&server, &data), 0, "{words:?}");
    }
    Running::start(&server, &data, &["put", "--duration", "60m", "--keep"]).stop("INT");
    assert_ne!(keys_listed(&server, &data), 0);
}

/// A round of deletes leaves some objects, and the next one is stopped when it has prepared few.
#[test]
fn what_an_earlier_round_left_goes_with_a_stopped_one() {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let words = ["delete", "--objects", "8000", "--requests", "4000", "--rounds", "1000"];
    let mut running = Running::start(&server, &data, &words);
    let listing = || server.signed(&root_keys(data.path()), "GET", "/larder-bench", b"");
    // The first object was deleted and is prepared again.
    for there in [false, true] {
        running.until(|| listing().text().contains("/00000000</Key>") == there);
    }
    running.stop("INT");
    assert_eq!(keys_listed(&server, &data), 0);
}

#[test]
fn a_server_compares_with_itself() {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let endpoint = format!("http://{}", server.address);
    let report = bench(&server, &data, &["get", "--objects", "10", "--compare", &endpoint]);
    assert_eq!(report["sides"].as_array().unwrap().len(), 2);
    assert_eq!(report["ratios"]["rate"]["rounds"].as_array().unwrap().len(), 3);
    let median = report["ratios"]["rate"]["median"].as_f64().unwrap();
    assert!(median.is_finite() && median > 0.0, "{report}");
}

#[test]
fn wrong_keys_are_refused_with_one_line() {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let endpoint = format!("http://{}", server.address);
    let words = ["bench", "put", "--endpoint", &endpoint, "--access-key", "nobody"];
    let output = larder(&words).args(["--secret-key", "nothing", "--bucket", "a-b"]).output();
    let output = output.unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), errors.lines().count()), (Some(2), 1), "{errors}");
    assert!(errors.contains("are --access-key, --secret-key and --region right?"), "{errors}");
}
