//! `larder bench`: load on any S3 endpoint, and what came of it.

use super::{DAMAGE, Failure};
use larder_flags::{CommandLine, Syntax};
use larder_load::{
    Endpoint, Keys, Length, Operation, Plan, Report, Sizes, parse_bytes, parse_duration,
};
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::ExitCode;
use std::time::Duration;

/// What `larder bench --help` prints.
pub(crate) const HELP: &str = "\
larder bench OPERATION [OPTION ...]: load on any S3 endpoint, and what came of it

  OPERATION is put, get, head, delete, delete-many (DeleteObjects of 1,000), list (a page of 1,000
  keys), list-prefixes (a page of 1,000 common prefixes), list-versions, multipart or mixed (45 %
  get, 30 % head, 15 % put, 10 % delete). Every request is signed (SigV4); lengths of bodies read
  are checked, and one body in 64 byte for byte; pages must be complete. Answers 0: done, 1: some
  requests failed, 2: could not run, or was stopped: Ctrl-C ends a run early and removes what it
  put, a second one leaves it there.

  --endpoint URL       http://HOST:PORT; https is not spoken [http://127.0.0.1:9000]
  --access-key KEY     [the variable AWS_ACCESS_KEY_ID]
  --secret-key SECRET  [the variable AWS_SECRET_ACCESS_KEY, which does not show in process lists]
  --region REGION      [us-east-1]
  --bucket NAME        made when it is missing; stays [larder-bench]
  --size SIZE          4KiB; or 4KiB-1MiB, each doubling as frequent as the next; or sizes with
                       weights, 4KiB:80,1MiB:20; at most 256MiB [4KiB; multipart: 16MiB]
  --part-size SIZE     of a multipart upload [5MiB]
  --connections N      one request in flight on each [16]
  --duration TIME      500ms, 10s, 2m [10s]
  --requests N         instead of a duration
  --warm-up TIME       load that is not measured, before each round [1s; deletes: 0s]
  --objects N          prepared for reads, lists, deletes and mixed [1000]
  --prefix-keys N      below each prefix of list-prefixes [100]
  --scatter            prepare them in no order of their keys
  --keys WHICH         of them are read: uniform, zipf, or hot:N for the first N [uniform]
  --unsigned-payload   leave bodies out of signatures
  --keep               leave the objects there
  --pid PID            the server's process: its CPU, peak memory and bytes written to disk. Linux
                       does not count the syncs of a process, so they are not told
  --json FILE|-        the report as JSON; with - instead of the table
  --compare URL        the same work on a second endpoint, in turns, with the ratio of each round
  --pid2 PID           the second server's process
  --rounds N           of each endpoint [1; with --compare 3]
";

/// The flags with a value.
const FLAGS: [&str; 19] = [
    "--endpoint",
    "--access-key",
    "--secret-key",
    "--region",
    "--bucket",
    "--size",
    "--part-size",
    "--connections",
    "--duration",
    "--requests",
    "--warm-up",
    "--objects",
    "--prefix-keys",
    "--keys",
    "--pid",
    "--json",
    "--compare",
    "--pid2",
    "--rounds",
];
/// The flags without one.
const SWITCHES: [&str; 3] = ["--scatter", "--unsigned-payload", "--keep"];
const CONNECTIONS_MAX: u64 = 4096;
const OBJECTS_MAX: u64 = 100_000_000;
/// Four digits number the keys below a prefix.
const PREFIX_KEYS_MAX: u64 = 10_000;
const ROUNDS_MAX: u64 = 1000;
/// The least that S3 takes for all parts but the last, and the most parts of an upload.
const PART_BYTES_MIN: u64 = 5 << 20;

/// Runs the load that the words describe.
pub(crate) fn bench(words: &[String]) -> Result<ExitCode, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let asked = Asked::read(words, &variable)?;
    let report = larder_load::run(&asked.plan, &asked.endpoints)?;
    tell(&report, asked.json.as_deref())?;
    Ok(if report.has_errors() { ExitCode::from(DAMAGE) } else { ExitCode::SUCCESS })
}

fn tell(report: &Report, json: Option<&str>) -> Result<(), Failure> {
    // A reader such as `head` may have gone.
    let print = |text: &str| drop(std::io::stdout().write_all(text.as_bytes()));
    match json {
        Some("-") => print(&report.json()),
        Some(path) => {
            print(&report.table());
            write(path, &report.json())
                .map_err(|error| Failure(format!("--json {path}: {error}; use another path")))?;
        }
        None => print(&report.table()),
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "a report for people; nothing rests on it")]
fn write(path: &str, text: &str) -> std::io::Result<()> {
    // As private as all that Larder makes.
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// What the words ask for.
struct Asked {
    plan: Plan,
    endpoints: Vec<Endpoint>,
    json: Option<String>,
}

impl Asked {
    fn read(words: &[String], variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let Some((operation, words)) = words.split_first() else {
            return Err(Failure("bench needs an operation; see `larder bench --help`".into()));
        };
        let operation = Operation::parse(operation)?;
        let syntax = Syntax { values: &FLAGS, switches: &SWITCHES, ..Syntax::default() };
        let words = syntax.read(words)?;
        let plan = Plan {
            operation,
            access_key: credential(&words, "--access-key", variable("AWS_ACCESS_KEY_ID"))?,
            secret_key: credential(&words, "--secret-key", variable("AWS_SECRET_ACCESS_KEY"))?,
            region: text(&words, "--region", "us-east-1")?,
            bucket: text(&words, "--bucket", "larder-bench")?,
            sizes: sizes(&words, operation)?,
            part_bytes: value(&words, "--part-size", "5MiB", parse_bytes)?,
            connections: number(&words, "--connections", 16, CONNECTIONS_MAX)? as usize,
            length: length(&words)?,
            warm_up: warm_up(&words, operation)?,
            objects: number(&words, "--objects", 1000, OBJECTS_MAX)?,
            keys_per_prefix: number(&words, "--prefix-keys", 100, PREFIX_KEYS_MAX)?,
            scatter: words.is_on("--scatter"),
            keys: value(&words, "--keys", "uniform", Keys::parse)?,
            unsigned_payload: words.is_on("--unsigned-payload"),
            keep: words.is_on("--keep"),
            rounds: rounds(&words)?,
            progress: std::io::stderr().is_terminal(),
        };
        if plan.part_bytes < PART_BYTES_MIN {
            return Err(Failure("--part-size: S3 takes no parts below 5MiB".into()));
        }
        let pid = |flag: &str| {
            let pid = words.number(flag, 1..=u64::from(u32::MAX))?;
            Ok::<_, Failure>(pid.map(|pid| pid as u32))
        };
        let first = words.get("--endpoint").unwrap_or("http://127.0.0.1:9000");
        let mut endpoints = vec![Endpoint::parse(first, pid("--pid")?)?];
        match words.get("--compare") {
            Some(second) => endpoints.push(Endpoint::parse(second, pid("--pid2")?)?),
            None if words.get("--pid2").is_some() => {
                return Err(Failure("--pid2 goes with --compare URL".into()));
            }
            None => {}
        }
        Ok(Self { plan, endpoints, json: words.get("--json").map(str::to_owned) })
    }
}

fn value<T>(
    words: &CommandLine,
    flag: &str,
    default: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    let text = words.get(flag).unwrap_or(default);
    parse(text).map_err(|message| Failure(format!("{flag}: {message}")))
}

fn number(words: &CommandLine, flag: &str, default: u64, max: u64) -> Result<u64, Failure> {
    Ok(words.number(flag, 1..=max)?.unwrap_or(default))
}

fn text(words: &CommandLine, flag: &str, default: &str) -> Result<String, Failure> {
    value(words, flag, default, |text| {
        let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        let text = fits.then(|| text.to_owned());
        text.ok_or_else(|| "only letters, digits, '-', '.' and '_'".to_owned())
    })
}

fn credential(
    words: &CommandLine,
    flag: &str,
    variable: Option<String>,
) -> Result<String, Failure> {
    let given = words.get(flag).map(str::to_owned).or(variable);
    let given = given.ok_or_else(|| {
        Failure(format!(
            "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give {flag}"
        ))
    })?;
    if given.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(given)
    } else {
        Err(Failure(format!("{flag}: only printable ASCII characters, no blanks")))
    }
}

fn sizes(words: &CommandLine, operation: Operation) -> Result<Sizes, Failure> {
    let default = if operation == Operation::Multipart { "16MiB" } else { "4KiB" };
    let sizes = value(words, "--size", default, Sizes::parse)?;
    if operation == Operation::Multipart && sizes.at(0.0) == 0 {
        return Err(Failure("--size: a multipart upload has at least one byte".into()));
    }
    Ok(sizes)
}

fn length(words: &CommandLine) -> Result<Length, Failure> {
    match (words.get("--duration"), words.number("--requests", 1..=u64::MAX - 1)?) {
        (Some(_), Some(_)) => {
            Err(Failure("--duration and --requests exclude each other; give one".into()))
        }
        (_, Some(requests)) => Ok(Length::Requests(requests)),
        _ => match value(words, "--duration", "10s", parse_duration)? {
            Duration::ZERO => Err(Failure("--duration: give more than nothing".into())),
            duration => Ok(Length::Time(duration)),
        },
    }
}

fn warm_up(words: &CommandLine, operation: Operation) -> Result<Duration, Failure> {
    let default = if operation.uses_up_objects() { "0s" } else { "1s" };
    value(words, "--warm-up", default, parse_duration)
}

fn rounds(words: &CommandLine) -> Result<u32, Failure> {
    let default = if words.get("--compare").is_some() { 3 } else { 1 };
    Ok(number(words, "--rounds", default, ROUNDS_MAX)? as u32)
}

#[cfg(test)]
mod tests {
    use super::{Asked, HELP};
    use larder_load::{Keys, Length, Operation};
    use std::time::Duration;

    fn read(line: &str) -> Result<Asked, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Asked::read(&words, &|_| Some("x".to_owned())).map_err(|failure| failure.0)
    }

    #[test]
    fn defaults_and_everything_given() {
        let asked = read("get").unwrap();
        assert_eq!(asked.plan.length, Length::Time(Duration::from_secs(10)));
        assert_eq!((asked.plan.connections, asked.plan.rounds, asked.plan.keep), (16, 1, false));
        let asked = read(
            "mixed --keep --scatter --prefix-keys 7 --requests 5 --compare=http://127.0.0.1:2 --pid2 7 --keys zipf \
             --unsigned-payload --access-key k --secret-key s --json -",
        )
        .unwrap();
        assert_eq!((asked.plan.operation, asked.plan.keys), (Operation::Mixed, Keys::Zipf));
        assert_eq!((asked.plan.length, asked.plan.rounds), (Length::Requests(5), 3));
        assert!(asked.plan.keep && asked.plan.unsigned_payload && asked.plan.scatter);
        assert_eq!(asked.plan.keys_per_prefix, 7);
        assert_eq!((asked.endpoints.len(), asked.endpoints[1].pid), (2, Some(7)));
        assert_eq!((asked.plan.access_key.as_str(), asked.json.as_deref()), ("k", Some("-")));
    }

    #[test]
    fn errors_say_how_to_mend_it() {
        for (line, expected) in [
            ("", "larder bench --help"),
            ("copy", "known are put, get"),
            ("put --sizes 4KiB", "this takes --endpoint"),
            ("put --size 4XiB", "--size: \"4XiB\" is not a size such as 4KiB"),
            ("list-prefixes --prefix-keys 20000", "not a number from 1 to 10000"),
            ("put --connections 0", "--connections: \"0\" is not a number from 1 to 4096"),
            ("put --duration 1s --requests 5", "give one"),
            ("put --pid2 7", "--pid2 goes with --compare URL"),
            ("put --endpoint https://a", "https is not spoken here"),
            ("put --bucket a/b", "only letters"),
            ("multipart --part-size 1MiB", "below 5MiB"),
        ] {
            let error = read(line).err().unwrap();
            assert!(error.contains(expected), "{line}: {error}");
        }
        let words = ["put".to_owned()];
        let error = Asked::read(&words, &|_| None).err().unwrap().0;
        assert!(error.contains("set AWS_ACCESS_KEY_ID"), "{error}");
    }

    #[test]
    fn help_names_every_flag_and_fits_a_terminal() {
        for flag in super::FLAGS.iter().chain(&super::SWITCHES) {
            assert!(HELP.contains(&format!("\n  {flag} ")), "{flag}");
        }
        assert!(HELP.lines().all(|line| line.len() <= 100));
    }
}
