//! `larder bench` against a server of this build.

use crate::harness::{Server, larder, root_keys};
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;

const SHORT: Duration = Duration::from_millis(200);

/// Runs the tool and reads its JSON; every round must have requests and no errors.
fn bench(server: &Server, data: &TempDir, words: &[&str]) -> Value {
    let (access, secret) = root_keys(data.path());
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

/// Told to stop while it prepares objects, and while it measures.
#[test]
fn a_signal_ends_a_run_and_nothing_stays() {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let keys = root_keys(data.path());
    let endpoint = format!("http://{}", server.address);
    let bucket = || server.signed(&keys, "GET", "/larder-bench", b"").text().to_owned();
    for words in [["get", "--objects", "100000000"], ["put", "--duration", "60m"]] {
        let mut command = larder(&["bench"]);
        command.args(words).args(["--endpoint", &endpoint]);
        command.args(["--access-key", &keys.0, "--secret-key", &keys.1]);
        let mut running = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        while !bucket().contains("<Key>") {
            assert!(running.try_wait().unwrap().is_none(), "{words:?} has ended");
            std::thread::sleep(SHORT);
        }
        let pid = running.id().to_string();
        let told = std::process::Command::new("kill").args(["-s", "INT", &pid]).status();
        assert!(told.unwrap().success());
        let output = running.wait_with_output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains("stopped by a signal"), "{errors}");
        assert!(!bucket().contains("<Key>"), "{}", bucket());
    }
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
