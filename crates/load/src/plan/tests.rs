use super::{Endpoint, Keys, Length, Operation, Plan, Sizes, parse_bytes, parse_duration};
use std::time::Duration;

/// A plan of PUTs.
pub(crate) fn plan() -> Plan {
    Plan {
        operation: Operation::Put,
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        region: "us-east-1".to_owned(),
        bucket: "bench".to_owned(),
        sizes: Sizes::Fixed(4096),
        part_bytes: 5 << 20,
        connections: 4,
        length: Length::Time(Duration::from_secs(2)),
        warm_up: Duration::ZERO,
        objects: 1000,
        keys_per_prefix: 100,
        scatter: false,
        keys: Keys::Uniform,
        unsigned_payload: false,
        keep: false,
        rounds: 1,
        progress: false,
    }
}

#[test]
fn sizes_are_read_and_spread() {
    assert_eq!(parse_bytes("4KiB"), Ok(4096));
    assert_eq!(parse_bytes("1MB"), Ok(1_000_000));
    for bad in ["", "KiB", "-1", "4 KiB", "1XiB", "99999999999GiB"] {
        assert!(parse_bytes(bad).is_err(), "{bad}");
    }
    let sizes = Sizes::parse("4KiB-1MiB").unwrap();
    assert_eq!((sizes.at(0.0), sizes.at(0.5), sizes.at(1.0)), (4096, 65536, 1 << 20));
    let sizes = Sizes::parse("1KiB:80,1MiB:20").unwrap();
    assert_eq!(sizes.to_string(), "1024:80,1048576:20");
    assert_eq!((sizes.at(0.79), sizes.at(0.81), sizes.at(1.0)), (1024, 1 << 20, 1 << 20));
    for bad in ["1MiB-4KiB", "0-4KiB", "4KiB:0", "4KiB:x", "1GiB", "4KiB,"] {
        assert!(Sizes::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn durations_keys_operations() {
    assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
    assert_eq!(parse_duration("2m"), Ok(Duration::from_secs(120)));
    assert_eq!(parse_duration("7"), Ok(Duration::from_secs(7)));
    assert!(parse_duration("soon").is_err());
    assert_eq!(Keys::parse("hot:5"), Ok(Keys::Hot(5)));
    assert!(Keys::parse("hot:0").is_err() && Keys::parse("cold").is_err());
    for (name, operation) in Operation::ALL {
        assert_eq!((Operation::parse(name), operation.name()), (Ok(operation), name));
    }
    assert!(Operation::parse("copy").is_err());
}

#[test]
fn keys_are_chosen_within_bounds() {
    for keys in [Keys::Uniform, Keys::Zipf, Keys::Hot(10)] {
        let chosen: Vec<u64> = (0..1000).map(|n| keys.choose(n as f64 / 1000.0, 100)).collect();
        let end = if keys == Keys::Hot(10) { 10 } else { 100 };
        assert!(chosen.iter().all(|key| *key < end));
        assert!(chosen.contains(&0) && chosen.contains(&(end - 1)));
        let first_tenth = chosen.iter().filter(|key| **key < 10).count();
        let expected = match keys {
            Keys::Uniform => 90..=110,
            Keys::Zipf => 450..=600,
            Keys::Hot(_) => 1000..=1000,
        };
        assert!(expected.contains(&first_tenth), "{keys:?}: {first_tenth}");
    }
}

#[test]
fn endpoints() {
    let endpoint = Endpoint::parse("http://127.0.0.1:9000/", None).unwrap();
    assert_eq!((endpoint.host.as_str(), endpoint.address.port()), ("127.0.0.1:9000", 9000));
    assert_eq!(Endpoint::parse("127.0.0.1", None).unwrap().address.port(), 80);
    for (bad, expected) in [("https://a", "https is not spoken"), ("http://a/b", "not http://")] {
        assert!(Endpoint::parse(bad, None).unwrap_err().contains(expected));
    }
}

#[test]
fn scattered_objects_are_each_prepared_once() {
    for objects in [1, 2, 7, 100, 1_001] {
        let ordered = Plan { objects, ..plan() };
        assert!((0..objects).all(|n| ordered.prepared(n) == n));
        let scattered = Plan { scatter: true, ..ordered };
        let mut numbers: Vec<u64> = (0..objects).map(|n| scattered.prepared(n)).collect();
        let near = numbers.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < objects / 3);
        assert_eq!(near.count(), 0, "neighbours in time are far apart among {objects}");
        numbers.sort_unstable();
        assert_eq!(numbers, (0..objects).collect::<Vec<_>>());
    }
}
