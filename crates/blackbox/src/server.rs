//! The server under test: any program that speaks S3 and keeps its data in a directory.

use crate::client::{ACCESS_KEY, Client, SECRET_KEY};
use crate::disk::Disk;
use larder_client::{Answer, Request};
use std::fs::OpenOptions;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const READY_PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(5);
/// Memory that Larder is given: the least, so that its index is flushed often.
const LARDER_MEMORY: &str = "64MiB";

/// How a server is started. In its words `{data}`, `{address}`, `{access}` and `{secret}` stand for
/// what a start needs; words of the form `NAME=value` in front go to its environment.
#[derive(Clone, Debug)]
pub struct Launch {
    pub words: Vec<String>,
    /// The path that answers 200 when it is ready; any answer will do when there is none.
    pub ready: Option<String>,
}

impl Launch {
    pub fn larder(binary: &Path) -> Self {
        let binary = binary.display().to_string();
        let words = [
            "LARDER_ROOT_ACCESS_KEY={access}",
            "LARDER_ROOT_SECRET_KEY={secret}",
            binary.as_str(),
            "serve",
            "--data",
            "{data}",
            "--listen",
            "{address}",
            "--admin-listen",
            "off",
            "--memory",
            LARDER_MEMORY,
            "--log-format",
            "text",
        ];
        let words = words.map(str::to_owned).to_vec();
        Self { words, ready: Some("/_/health/ready".to_owned()) }
    }

    /// Another server by its command line.
    pub fn other(line: &str) -> Self {
        let words = line.split_whitespace().map(str::to_owned).collect();
        Self { words, ready: None }
    }

    fn command(&self, data: &Path, address: SocketAddr) -> Result<Command, String> {
        let data = data.display().to_string();
        let filled = self.words.iter().map(|word| {
            let word = word.replace("{data}", &data).replace("{address}", &address.to_string());
            word.replace("{access}", ACCESS_KEY).replace("{secret}", SECRET_KEY)
        });
        let mut words = filled.peekable();
        let mut environment = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
            environment.push((name.to_owned(), value.to_owned()));
            words.next();
        }
        let program = words.next().ok_or("the server's command line has no program")?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LARDER_")) {
            command.env_remove(name);
        }
        command.args(words).envs(environment).stdin(Stdio::null());
        Ok(command)
    }
}

/// How a start ended.
pub enum Start {
    Ready(Server),
    /// The power went before it was ready.
    PowerGone(Server),
    /// It gave up; what it wrote meanwhile.
    Ended(String),
}

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    disk: Disk,
    log: PathBuf,
    /// Where in the log this run began.
    log_start: u64,
}

impl Server {
    /// Starts it on `data` and waits until it is ready.
    pub fn start(launch: &Launch, disk: &Disk, data: &Path, log: &Path) -> Result<Start, String> {
        let address = free_address()?;
        let mut command = launch.command(data, address)?;
        let failed = |error: std::io::Error| format!("{command:?}: {error}");
        let output = OpenOptions::new().create(true).append(true).open(log).map_err(failed)?;
        let log_start = output.metadata().map_err(failed)?.len();
        let copy = output.try_clone().map_err(failed)?;
        let child = command.stdout(output).stderr(copy).spawn();
        let child = child.map_err(|error| format!("{command:?}: {error}"))?;
        let mut server =
            Self { child, address, disk: disk.clone(), log: log.to_owned(), log_start };
        let until = Instant::now() + READY_PATIENCE;
        while Instant::now() < until {
            if disk.is_frozen() {
                return Ok(Start::PowerGone(server));
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Ok(Start::Ended(format!("{}{status}", server.said())));
            }
            if server.is_ready(launch) {
                return Ok(Start::Ready(server));
            }
            sleep(POLL);
        }
        Err(format!("not ready after {} s:\n{}", READY_PATIENCE.as_secs(), server.said()))
    }

    fn is_ready(&self, launch: &Launch) -> bool {
        let path = launch.ready.as_deref().unwrap_or("/");
        let answer = Client::new(self.address).send(&Request::new("GET", path));
        answer.is_ok_and(|answer: Answer| launch.ready.is_none() || answer.is_success())
    }

    /// What it wrote since this start.
    pub fn said(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(log.get(self.log_start as usize..).unwrap_or_default()).into_owned()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it. The power is gone: its calls end only after that.
    pub fn kill(mut self) -> Result<(), String> {
        self.end().map_err(|error| format!("the server cannot be killed: {error}"))
    }

    fn end(&mut self) -> std::io::Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        // It may die by itself at this moment.
        let _ = self.child.kill();
        self.disk.freeze();
        self.disk.bury();
        self.child.wait().map(|_| ())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has mostly ended already.
        let _ = self.end();
    }
}

/// A free port, which nobody else takes in the moments until the server does.
fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map_err(|error| format!("no free port: {error}"))
}
