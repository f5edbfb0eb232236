//! `larder scrub`: a running server verifies everything that it stores.

use super::talk::Talk;
use super::words::Words;
use super::{DAMAGE, Failure, count, say};
use std::process::ExitCode;

/// Bytes read between two lines of progress.
const PROGRESS_BYTES: u64 = 1 << 30;

/// Asks the server of a data directory for a pass and shows it to its end.
pub(crate) fn scrub(words: &[String]) -> Result<ExitCode, Failure> {
    let data = Words::read(words, &["--data"])?.data();
    let Some(mut talk) = Talk::begin(&data, "scrub")? else {
        let data = data.display();
        return Err(Failure(format!(
            "no server runs on {data}; `larder check --data {data}` reads a stopped one"
        )));
    };
    let (mut bytes, mut shown) = (0, 0);
    loop {
        let (word, rest) = talk.line()?;
        match word.as_str() {
            "pass" => say("reading at the rate of the setting scrub-rate"),
            "finding" => say(&rest),
            "progress" => {
                bytes = rest.parse().unwrap_or(bytes);
                if bytes - shown >= PROGRESS_BYTES {
                    say(&format!("{} MiB", bytes >> 20));
                    shown = bytes;
                }
            }
            _ => {
                say(&format!("{} MiB read", bytes >> 20));
                return Ok(match rest.parse() {
                    Ok(0) => {
                        say("everything is intact");
                        ExitCode::SUCCESS
                    }
                    Ok(damages) => {
                        say(&format!("{}; the log says what to do", count(damages, "damage")));
                        ExitCode::from(DAMAGE)
                    }
                    Err(_) => return Err(Failure(format!("unexpected answer {word:?}"))),
                });
            }
        }
    }
}
