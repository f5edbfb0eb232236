//! One client under load: it changes its own keys, reads them back and writes down what it knows.

mod buckets;
mod kept;
mod plain;
mod read;
mod uploads;
mod verify;

use crate::chance::Chance;
use crate::client::{Broken, Client};
use crate::ledger::{Body, Ledger, Object};
use crate::report::{Tally, Wrong};
use larder_client::{Answer, Request};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// The bucket without versions.
pub const PLAIN: &str = "plain";
/// The bucket with versions.
pub const KEPT: &str = "kept";

/// Keys of one client in the bucket without versions.
const PLAIN_KEYS: u64 = 250;
/// Of these, the ones that hold objects of more than a mebibyte.
const LARGE_KEYS: u64 = 6;
/// Keys of one client in the bucket with versions.
const KEPT_KEYS: u64 = 40;
/// Longest `x-amz-meta-note`: long ones make rows large, so that the index is flushed often.
const NOTE_BYTES_MAX: u64 = 1800;
/// Status of a full disk.
pub const FULL: u16 = 507;

/// What a client expects of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Nothing may fail.
    Calm,
    /// The power may go: then there are no answers any more.
    Power,
    /// Errors of the device may be answered, and connections may break.
    Errors,
    /// The disk may be full.
    Full,
}

/// A client.
pub struct Worker {
    pub number: usize,
    client: Client,
    chance: Chance,
    pub ledger: Ledger,
    pub tally: Tally,
    weather: Weather,
}

/// How an operation that changes something ended.
enum End {
    Acknowledged(Answer),
    Refused,
    Unknown,
}

/// A worker in its thread.
pub struct Running {
    thread: JoinHandle<Worker>,
    stop: Arc<AtomicBool>,
}

impl Running {
    /// Tells it to stop and waits for it.
    pub fn join(self) -> Result<Worker, String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "a client panicked".to_owned())
    }
}

impl Worker {
    pub fn new(number: usize, address: SocketAddr, seed: u64, ledger: Ledger) -> Self {
        let (client, chance) = (Client::new(address), Chance::new(seed));
        let weather = Weather::Calm;
        Self { number, client, chance, ledger, tally: Tally::default(), weather }
    }

    pub fn in_weather(mut self, weather: Weather) -> Self {
        self.weather = weather;
        self
    }

    /// Starts a load that goes on until it is told to stop, or the server is gone.
    pub fn spawn(mut self) -> Running {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) && self.step() {}
            self
        });
        Running { thread, stop }
    }

    /// One operation; false when the server is gone.
    fn step(&mut self) -> bool {
        let broken = self.tally.unknown;
        match self.chance.below(100) {
            0..40 => self.put(),
            40..47 => self.delete(),
            47..50 => self.delete_several(),
            50..54 => self.copy(),
            54..58 => self.tag(),
            58..68 => self.put_version(),
            68..72 => self.delete_kept(),
            72 if self.chance.one_in(2) => self.upload(),
            73..75 => self.bucket(),
            75..78 => return self.list_plain(false),
            78..82 => return self.read_some_version(),
            _ => return self.read_some(),
        }
        self.weather == Weather::Errors || broken == self.tally.unknown
    }

    /// Sends an operation that changes something. A refusal must have the status `refusal`.
    fn change(&mut self, name: &'static str, request: &Request<'_>, refusal: Option<u16>) -> End {
        let answer = match self.client.send(request) {
            Ok(answer) => answer,
            Err(broken) => {
                self.tally.unknown += 1;
                self.unanswered(&format!("{name} {}", request.target), &broken);
                return End::Unknown;
            }
        };
        let said = || format!("{name} {}: {}", request.target, said(&answer));
        let full = answer.status == FULL && self.weather == Weather::Full;
        if !answer.is_success() {
            *self.tally.errors.entry(answer.status).or_default() += 1;
        }
        match answer.status {
            200..300 if refusal.is_none() => {
                self.tally.acknowledged += 1;
                *self.tally.by_operation.entry(name).or_default() += 1;
                End::Acknowledged(answer)
            }
            200..300 => {
                self.tally.wrong(Wrong::Answer, format!("{} must be refused", said()));
                End::Unknown
            }
            status if full || refusal == Some(status) => {
                self.tally.refused += 1;
                End::Refused
            }
            500.. if self.weather == Weather::Errors => {
                self.tally.unknown += 1;
                End::Unknown
            }
            _ => {
                self.tally.wrong(Wrong::Answer, said());
                End::Unknown
            }
        }
    }

    /// No answer is wrong as long as nothing takes them away.
    fn unanswered(&mut self, what: &str, broken: &Broken) {
        if matches!(self.weather, Weather::Calm | Weather::Full) {
            self.tally.wrong(Wrong::Answer, format!("{what}: {}", broken.0));
        }
    }

    fn plain_key(&mut self) -> String {
        let number = self.chance.below(PLAIN_KEYS);
        format!("w{}/k{number:04}", self.number)
    }

    fn large_key(&mut self) -> String {
        format!("w{}/large{}", self.number, self.chance.below(LARGE_KEYS))
    }

    fn kept_key(&mut self) -> String {
        format!("w{}/v{:03}", self.number, self.chance.below(KEPT_KEYS))
    }

    /// Sizes on both sides of what is kept in the journal.
    fn small_bytes(&mut self) -> usize {
        let most = *self.chance.pick(&[1, 512, 4096, 4096, 16 << 10, 64 << 10, 200 << 10]);
        self.chance.below(most) as usize
    }

    fn large_bytes(&mut self) -> usize {
        (1 << 20) + self.chance.below(1 << 20) as usize
    }

    fn note(&mut self) -> String {
        let length = self.chance.below(NOTE_BYTES_MAX) as usize;
        let letters = format!("{:016x}", self.chance.next());
        letters.chars().cycle().take(length.max(1)).collect()
    }

    fn body(&mut self, length: usize) -> Body {
        Body { seed: self.chance.next(), length }
    }

    fn object(&mut self, length: usize) -> (Object, Vec<u8>) {
        let body = self.body(length);
        let content_type = *self.chance.pick(&["text/plain", "image/png", "application/x-larder"]);
        let note = self.note();
        Object::new(body, note, content_type.to_owned())
    }
}

/// An answer in one line.
fn said(answer: &Answer) -> String {
    let text: String = answer.text().chars().take(300).collect();
    format!("{} {}", answer.status, text.replace('\n', " "))
}
