//! What a run found, as a table and as JSON.

use crate::plan::{Endpoint, Length, Plan};
use crate::round::RoundResult;
use crate::tally::Tally;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The latencies shown.
const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

/// The rounds of each side.
pub struct Report {
    plan: Plan,
    sides: Vec<(Endpoint, Vec<RoundResult>)>,
}

impl Report {
    pub(crate) fn new(plan: &Plan, endpoints: impl Iterator<Item = Endpoint>) -> Self {
        let sides = endpoints.map(|endpoint| (endpoint, Vec::new())).collect();
        Self { plan: plan.clone(), sides }
    }

    pub(crate) fn add(&mut self, side: usize, outcome: RoundResult) {
        self.sides[side].1.push(outcome);
    }

    /// Whether any measured request failed.
    pub fn has_errors(&self) -> bool {
        self.sides.iter().flat_map(|(_, rounds)| rounds).any(|round| round.tallies.all.errors() > 0)
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let mut line = |text: &str| writeln!(out, "{text}").expect("a String takes everything");
        for (endpoint, rounds) in &self.sides {
            let (operation, connections) = (self.plan.operation.name(), self.plan.connections);
            line(&format!("{operation} on http://{}, {connections} connections", endpoint.host));
            line(
                "round   requests  requests/s      MB/s   errors  latency ms:  min      p50      \
                 p90      p99    p99.9      max",
            );
            for (n, round) in rounds.iter().enumerate() {
                line(&row(&(n + 1).to_string(), &round.tallies.all, round.seconds));
                for (name, tally) in &round.tallies.each {
                    line(&row(name, tally, round.seconds));
                }
            }
            for (n, round) in rounds.iter().enumerate() {
                for (error, count) in &round.tallies.all.errors {
                    line(&format!("round {}: {count} times {error}", n + 1));
                }
                if let Some(text) = round.costs() {
                    line(&format!("round {}: {text}", n + 1));
                }
            }
        }
        for (name, ratios) in self.ratios() {
            let list: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.3}")).collect();
            let median = median(&ratios);
            line(&format!("second / first, {name}: {}; median {median:.3}", list.join(", ")));
        }
        out
    }

    /// For programs: one object with `sides`, their `rounds`, and `ratios` of a comparison.
    pub fn json(&self) -> String {
        let side = |(endpoint, rounds): &(Endpoint, Vec<RoundResult>)| {
            let rounds: Vec<Value> = rounds.iter().map(RoundResult::json).collect();
            json!({ "endpoint": format!("http://{}", endpoint.host), "rounds": rounds })
        };
        let ratios = self.ratios().into_iter().map(|(name, ratios)| {
            let median = median(&ratios);
            (name.to_owned(), json!({ "rounds": ratios, "median": median }))
        });
        let value = json!({
            "operation": self.plan.operation.name(),
            "plan": plan_json(&self.plan),
            "sides": self.sides.iter().map(side).collect::<Vec<Value>>(),
            "ratios": ratios.collect::<serde_json::Map<String, Value>>(),
        });
        format!("{value:#}\n")
    }

    /// Of the second side over the first, round by round; only those that both sides know.
    fn ratios(&self) -> Vec<(&'static str, Vec<f64>)> {
        let [(_, first), (_, second)] = &self.sides[..] else { return Vec::new() };
        let of = |name, value: &dyn Fn(&RoundResult) -> Option<f64>| {
            let ratio = |(a, b)| Some(value(b)? / value(a)?);
            let ratios: Vec<f64> = first.iter().zip(second).filter_map(ratio).collect();
            let whole = ratios.len() == first.len() && ratios.iter().all(|r| r.is_finite());
            whole.then_some((name, ratios))
        };
        let p99 =
            |round: &RoundResult| Some(round.tallies.all.latency.value_at_quantile(0.99) as f64);
        let found = [
            of("rate", &|round| Some(round.rate())),
            of("p99", &p99),
            of("server CPU per request", &|round| round.server_us()),
        ];
        found.into_iter().flatten().collect()
    }
}

impl RoundResult {
    /// Successful requests a second.
    fn rate(&self) -> f64 {
        self.tallies.all.requests as f64 / self.seconds
    }

    fn per_request_us(&self, seconds: f64) -> f64 {
        // A failed request costs CPU, too.
        let all = &self.tallies.all;
        seconds * 1e6 / (all.requests + all.errors()).max(1) as f64
    }

    fn server_us(&self) -> Option<f64> {
        self.server.map(|server| self.per_request_us(server.cpu_seconds))
    }

    fn costs(&self) -> Option<String> {
        let mut parts = Vec::new();
        if let (Some(server), Some(us)) = (&self.server, self.server_us()) {
            parts.push(format!("server CPU {us:.1} us a request"));
            parts.extend(server.peak_bytes.map(|bytes| format!("peak RSS {} MiB", bytes >> 20)));
            let written = server.written_bytes;
            parts.extend(written.map(|bytes| format!("{} MiB sent to disk", bytes >> 20)));
        }
        let own = self.own_cpu_seconds.map(|seconds| self.per_request_us(seconds));
        parts.extend(own.map(|us| format!("this tool's own CPU {us:.1} us a request")));
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn json(&self) -> Value {
        let mut value = tally_json(&self.tallies.all, self.seconds);
        value["seconds"] = self.seconds.into();
        value["own_cpu_us_per_request"] =
            self.own_cpu_seconds.map(|seconds| self.per_request_us(seconds)).into();
        let each = self.tallies.each.iter();
        let each = each.map(|(name, tally)| ((*name).to_owned(), tally_json(tally, self.seconds)));
        value["operations"] = Value::Object(each.collect());
        if let Some(server) = &self.server {
            value["server"] = json!({
                "cpu_us_per_request": self.server_us(),
                "peak_rss_bytes": server.peak_bytes,
                "written_bytes": server.written_bytes,
            });
        }
        value
    }
}

/// A line of the table.
fn row(name: &str, tally: &Tally, seconds: f64) -> String {
    let mut text = format!(
        "{name:>6} {:>9} {:>11.1} {:>9.2} {:>8}        ",
        tally.requests,
        tally.requests as f64 / seconds,
        tally.bytes as f64 / seconds / 1e6,
        tally.errors()
    );
    for (_, ms) in latencies(tally) {
        write!(text, " {ms:>8.3}").expect("a String takes everything");
    }
    text
}

fn tally_json(tally: &Tally, seconds: f64) -> Value {
    let latency = latencies(tally).into_iter().map(|(name, ms)| (name.to_owned(), ms.into()));
    json!({
        "requests": tally.requests,
        "requests_per_second": tally.requests as f64 / seconds,
        "bytes": tally.bytes,
        "mb_per_second": tally.bytes as f64 / seconds / 1e6,
        "errors": tally.errors(),
        "errors_by_code": tally.errors,
        "latency_ms": latency.collect::<serde_json::Map<String, Value>>(),
    })
}

/// What was asked for, as far as it tells runs apart.
fn plan_json(plan: &Plan) -> Value {
    let (seconds, requests) = match plan.length {
        Length::Time(time) => (Some(time.as_secs_f64()), None),
        Length::Requests(requests) => (None, Some(requests)),
    };
    json!({
        "connections": plan.connections,
        "sizes": plan.sizes.to_string(),
        "part_bytes": plan.part_bytes,
        "seconds": seconds,
        "requests": requests,
        "warm_up_seconds": plan.warm_up.as_secs_f64(),
        "objects": plan.objects,
        "keys": plan.keys.to_string(),
        "unsigned_payload": plan.unsigned_payload,
    })
}

/// Milliseconds with their names, from the least to the most.
fn latencies(tally: &Tally) -> Vec<(&'static str, f64)> {
    let ms = |ns: u64| ns as f64 / 1e6;
    let latency = &tally.latency;
    let mut all = vec![("min", ms(latency.min()))];
    all.extend(QUANTILES.map(|(name, share)| (name, ms(latency.value_at_quantile(share)))));
    all.push(("max", ms(latency.max())));
    all
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => f64::NAN,
        (count, half) if count % 2 == 1 => sorted[half],
        (_, half) => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, median};
    use crate::plan::Endpoint;
    use crate::round::RoundResult;
    use crate::tally::{Tallies, Tally};

    fn outcome(requests: u64, errors: u64) -> RoundResult {
        let mut tally = Tally::default();
        (0..requests).for_each(|_| tally.count(2_000_000, Ok(1_000_000)));
        (0..errors).for_each(|_| tally.count(1, Err("503 SlowDown".to_owned())));
        let each = std::collections::BTreeMap::from([("get", Tally::default())]);
        let tallies = Tallies { all: tally, each };
        RoundResult { tallies, seconds: 2.0, server: None, own_cpu_seconds: Some(1e-3) }
    }

    #[test]
    fn table_and_json_tell_the_same() {
        let endpoint = Endpoint::parse("http://127.0.0.1:1", None).unwrap();
        let sides = vec![
            (endpoint.clone(), vec![outcome(100, 0), outcome(200, 0)]),
            (endpoint, vec![outcome(200, 3), outcome(200, 0)]),
        ];
        let report = Report { plan: crate::plan::tests::plan(), sides };
        assert!(report.has_errors());
        let table = report.table();
        assert!(table.contains("3 times 503 SlowDown"), "{table}");
        assert!(table.contains("second / first, rate: 2.000, 1.000; median 1.500"), "{table}");
        assert!(table.lines().any(|line| line.starts_with("   get ")), "{table}");
        assert!(table.contains("own CPU 10.0 us a request"), "{table}");
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        let round = &json["sides"][1]["rounds"][0];
        assert_eq!((&round["requests"], &round["errors"]), (&200.into(), &3.into()));
        assert_eq!(round["mb_per_second"], 100.0);
        assert!((round["latency_ms"]["p50"].as_f64().unwrap() - 2.0).abs() < 0.01);
        assert_eq!(round["operations"]["get"]["requests"], 0);
        assert_eq!(
            (&json["plan"]["sizes"], &json["plan"]["seconds"]),
            (&"4096".into(), &2.0.into())
        );
        assert_eq!(json["ratios"]["rate"]["median"], 1.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    }
}
