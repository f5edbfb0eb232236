//! Servers as child processes: started, asked, watched through /proc, stopped.

use crate::batch::{ACCESS_KEY, BUCKET, SECRET_KEY};
use crate::response::Response;
use crate::settings::Settings;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const READY_TIME_MAX: Duration = Duration::from_secs(30);
const READY_POLL: Duration = Duration::from_micros(500);
const STOP_TIME_MAX: Duration = Duration::from_secs(30);
const STOP_POLL: Duration = Duration::from_millis(5);
/// One server start at most waits so long for what the last one left to be tidied up.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(15);
const SETTLE_WINDOW: Duration = Duration::from_millis(500);
/// CPU in a window that counts as doing nothing.
const SETTLED_SECONDS: f64 = 0.01;
/// The kernel tells times in ticks; `sysconf(_SC_CLK_TCK)` has been 100 on every Linux for decades.
const TICKS_PER_SECOND: f64 = 100.0;
/// Who asks for readiness.
const READY_REQUEST: &[u8] =
    b"GET /_/health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// CPU time in nanoseconds by thread: `stat` has the sum, but in ticks of 10 ms, too coarse for a
/// round. What a thread did that ended in between is missed; servers' threads stay.
pub struct Cpu(HashMap<PathBuf, u64>);

impl Cpu {
    /// Seconds on a CPU since `before`.
    pub fn seconds_since(&self, before: &Self) -> f64 {
        let since = |(thread, now): (&PathBuf, &u64)| now - before.0.get(thread).unwrap_or(&0);
        self.0.iter().map(since).sum::<u64>() as f64 / 1e9
    }
}

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub ready_after: Duration,
}

impl Server {
    /// Starts larder with its log in `log`; `args` say where the data is. `wrapper` is put in front
    /// of its command line.
    pub fn larder(
        settings: &Settings,
        log: &Path,
        wrapper: &[&str],
        args: &[&str],
    ) -> Result<Self, String> {
        let larder = settings.larder.to_str().ok_or("the path of larder is not UTF-8")?;
        let line: Vec<&str> = wrapper.iter().copied().chain([larder, "serve"]).collect();
        let address = free_address()?;
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).args(args).args(["--listen", &address.to_string()]);
        command.args(&settings.server_args);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LARDER_")) {
            command.env_remove(name);
        }
        command.env("LARDER_ROOT_ACCESS_KEY", ACCESS_KEY);
        command.env("LARDER_ROOT_SECRET_KEY", SECRET_KEY);
        command.env("LARDER_BUCKETS", BUCKET);
        Self::start(command, address, log)
    }

    /// Starts the bare server, which answers everything with the response in file `wire`.
    pub fn bare(wire: &Path, log: &Path) -> Result<Self, String> {
        let address = free_address()?;
        let own = std::env::current_exe().map_err(|error| format!("own binary: {error}"))?;
        let mut command = Command::new(own);
        command.arg(crate::bare::COMMAND).arg(address.port().to_string()).arg(wire);
        Self::start(command, address, log)
    }

    fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{command:?}: {error}");
        let output = OpenOptions::new().create(true).append(true).open(log).map_err(failed)?;
        let copy = output.try_clone().map_err(failed)?;
        command.stdin(Stdio::null()).stdout(output).stderr(copy);
        let started = Instant::now();
        let child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        while started.elapsed() < READY_TIME_MAX {
            if is_ready(address) {
                server.ready_after = started.elapsed();
                return Ok(server);
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("{command:?}: {status}\n{}", tail(log)));
            }
            sleep(READY_POLL);
        }
        Err(format!("not ready after {} s\n{}", READY_TIME_MAX.as_secs(), tail(log)))
    }

    /// The CPU time of its threads so far, user and system.
    pub fn cpu(&self) -> Result<Cpu, String> {
        let tasks = format!("/proc/{}/task", self.child.id());
        let failed = |error: std::io::Error| format!("{tasks}: {error}; this needs Linux");
        let mut threads = HashMap::new();
        for entry in fs::read_dir(&tasks).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            // A thread that ends while it is looked at has nothing more to tell.
            if let Ok(schedstat) = fs::read_to_string(path.join("schedstat")) {
                threads.insert(path, on_cpu_ns(&schedstat)?);
            }
        }
        Ok(Cpu(threads))
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> Result<u64, String> {
        self.status_bytes("VmRSS:")
    }

    fn status_bytes(&self, name: &str) -> Result<u64, String> {
        let status = read_proc(&format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| format!("the kernel does not tell {name}"))
    }

    /// The most memory that was ever resident, in bytes.
    pub fn peak_bytes(&self) -> Result<u64, String> {
        self.status_bytes("VmHWM:")
    }

    /// System calls that read, so far.
    pub fn reads(&self) -> Result<u64, String> {
        let io = read_proc(&format!("/proc/{}/io", self.child.id()))?;
        let count = io.lines().find_map(|line| line.strip_prefix("syscr:")?.trim().parse().ok());
        count.ok_or("the kernel does not tell syscr".to_owned())
    }

    /// Waits until nothing goes on in the background, or for some seconds: whether it came to rest.
    pub fn settle(&self) -> Result<bool, String> {
        let started = Instant::now();
        while started.elapsed() < SETTLE_TIME_MAX {
            let before = self.cpu()?;
            sleep(SETTLE_WINDOW);
            if self.cpu()?.seconds_since(&before) < SETTLED_SECONDS {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks it to end and waits until it has.
    pub fn stop(mut self) -> Result<(), String> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        sent.map_err(|error| format!("kill: {error}"))?;
        let asked = Instant::now();
        while asked.elapsed() < STOP_TIME_MAX {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("the server ended with {status}")),
                _ => sleep(STOP_POLL),
            }
        }
        Err(format!("still there {} s after SIGTERM", STOP_TIME_MAX.as_secs()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU seconds of all ended children of this process and of theirs.
pub fn children_cpu_seconds() -> Result<f64, String> {
    ticks(&read_proc("/proc/self/stat")?, &[CUTIME, CSTIME])
}

/// Sends one request on a connection of its own and returns the whole response.
pub fn ask(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{address}: {error}");
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    stream.set_read_timeout(Some(READY_TIME_MAX)).map_err(failed)?;
    stream.write_all(request).map_err(failed)?;
    let mut wire = Vec::new();
    let mut piece = [0; 16 << 10];
    loop {
        if let Some(response) = Response::parse(&wire)?
            && wire.len() >= response.total_bytes()
        {
            return Ok(wire);
        }
        match stream.read(&mut piece).map_err(failed)? {
            0 => return Err(format!("{address}: closed within the response")),
            read => wire.extend_from_slice(&piece[..read]),
        }
    }
}

fn is_ready(address: SocketAddr) -> bool {
    let answer = ask(address, READY_REQUEST);
    answer.is_ok_and(|wire| wire.starts_with(b"HTTP/1.1 200"))
}

/// A port of loopback that is free, which nobody else takes in the moments until a server does.
pub fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map_err(|error| format!("no free port: {error}"))
}

/// The first field of a `schedstat`: time on a CPU.
pub fn on_cpu_ns(schedstat: &str) -> Result<u64, String> {
    let first = schedstat.split(' ').next().and_then(|word| word.trim().parse().ok());
    first.ok_or_else(|| format!("not a schedstat: {schedstat:?}"))
}

/// Fields of /proc/PID/stat, counted from the one after the name in parentheses (proc(5): field 3).
const CUTIME: usize = 13;
const CSTIME: usize = 14;

/// The sum of these fields of a `stat` line, in seconds.
pub fn ticks(stat: &str, fields: &[usize]) -> Result<f64, String> {
    let rest = stat.rsplit_once(')').ok_or("not a stat line")?.1;
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let value = |field: &usize| words.get(*field)?.parse::<f64>().ok();
    let sum: Option<f64> = fields.iter().map(value).sum();
    sum.map(|ticks| ticks / TICKS_PER_SECOND).ok_or("a stat line is too short".to_owned())
}

fn read_proc(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}; this needs Linux"))
}

fn tail(log: &Path) -> String {
    let mut text = String::new();
    let read = File::open(log).and_then(|mut file| file.read_to_string(&mut text));
    if read.is_err() {
        return String::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
