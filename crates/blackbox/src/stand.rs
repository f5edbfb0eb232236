//! A store under test: its disk, its server, and what the clients know of it.

use crate::chance::Chance;
use crate::client::Client;
use crate::disk::Disk;
use crate::ledger::{Ledger, Object};
use crate::load::{FULL, KEPT, PLAIN, Running, Weather, Worker};
use crate::mount::Mount;
use crate::report::{Tally, Wrong};
use crate::server::{Launch, Server, Start};
use crate::tools::{Tools, last_lines};
use larder_client::{Request, content_md5};
use std::path::PathBuf;

/// Clients, each on a connection of its own.
const CLIENTS: usize = 8;
/// Cuts in a row before one start is let through.
const STARTS_MAX: usize = 4;

/// What a stand is made with.
#[derive(Clone, Debug)]
pub struct Plan {
    pub launch: Launch,
    /// A directory of ours: mount points and logs.
    pub work: PathBuf,
    pub disk_bytes: u64,
    pub tear: bool,
    pub tools: Tools,
}

/// A store and everything around it.
pub struct Stand {
    pub plan: Plan,
    pub disk: Disk,
    pub chance: Chance,
    pub tally: Tally,
    ledgers: Vec<Ledger>,
    log: PathBuf,
    /// A server was ready on this disk.
    has_served: bool,
    seed: u64,
}

/// A server on its mount.
pub struct Serving {
    pub server: Server,
    mount: Mount,
}

/// Clients at work.
pub struct Load(Vec<Running>);

impl Stand {
    pub fn new(plan: Plan, seed: u64) -> Result<Self, String> {
        let disk = Disk::new(plan.disk_bytes, seed, plan.tear);
        let log = plan.work.join("server.log");
        let ledgers = (0..CLIENTS).map(|_| Ledger::default()).collect();
        let (chance, tally) = (Chance::new(seed), Tally::default());
        Ok(Self { plan, disk, chance, tally, ledgers, log, has_served: false, seed })
    }

    /// Mounts and starts the server. When the power goes meanwhile, the cut is applied and it is
    /// started again. `None`: it gave up, which has been written down.
    pub fn start(&mut self) -> Result<Option<Serving>, String> {
        for _ in 0..STARTS_MAX {
            match self.start_once()? {
                Begun::Serving(serving) => return Ok(Some(serving)),
                Begun::PowerGone(serving) => self.cut(serving)?,
                Begun::Ended(said) => {
                    let last: String = last_lines(&said);
                    self.tally.wrong(Wrong::Start, format!("the server does not start: {last}"));
                    return Ok(None);
                }
            }
        }
        Err("the power never stays on".to_owned())
    }

    /// Mounts and starts the server, whatever comes of it.
    pub fn start_once(&mut self) -> Result<Begun, String> {
        let point = self.plan.work.join("mount");
        std::fs::create_dir_all(&point).map_err(|error| format!("{}: {error}", point.display()))?;
        let mount = Mount::new(self.disk.clone(), &point)
            .map_err(|error| format!("cannot mount at {}: {error}", point.display()))?;
        let data = mount.path().join("data");
        match Server::start(&self.plan.launch, &self.disk, &data, &self.log)? {
            Start::Ready(server) => {
                self.has_served = true;
                Ok(Begun::Serving(Serving { server, mount }))
            }
            Start::PowerGone(server) => Ok(Begun::PowerGone(Serving { server, mount })),
            Start::Ended(said) => {
                unmount(mount)?;
                Ok(Begun::Ended(said))
            }
        }
    }

    /// The power goes, if it has not gone yet: the server is killed, and what was not synced is
    /// lost, kept or torn.
    pub fn cut(&mut self, serving: Serving) -> Result<(), String> {
        self.cut_damaged(serving)?;
        self.check_offline()
    }

    /// The same where bits were flipped: what the server's own check says of those is no wonder.
    pub fn cut_damaged(&mut self, serving: Serving) -> Result<(), String> {
        self.end(serving)?;
        self.disk.cut();
        Ok(())
    }

    /// The server is killed in the middle of what it does, and the machine stays up: all that was
    /// written is there, but what was not synced can still be lost later.
    pub fn kill(&mut self, serving: Serving) -> Result<(), String> {
        self.end(serving)?;
        self.disk.resume();
        Ok(())
    }

    fn end(&mut self, mut serving: Serving) -> Result<(), String> {
        self.must_run(&mut serving);
        self.disk.freeze();
        serving.server.kill()?;
        unmount(serving.mount)
    }

    /// Runs the server's own check where it has one; after a cut it must find nothing.
    fn check_offline(&mut self) -> Result<(), String> {
        if let Some(said) = self.offline_check()? {
            self.tally.wrong(Wrong::Check, format!("`larder check` after a cut: {said}"));
        }
        Ok(())
    }

    /// What the server's own check complains about; `None` when it finds nothing, or when there is
    /// no such check.
    pub fn offline_check(&mut self) -> Result<Option<String>, String> {
        // A first start that lost its power before it had made a store left none to check, and the
        // check says so. Once a server has been ready there must be one.
        let is_format = |path: &String| path.ends_with("data/format");
        let has_store = self.has_served || self.disk.paths("data/format").iter().any(is_format);
        if !self.plan.tools.has_check || !has_store {
            return Ok(None);
        }
        let mount = self.mount()?;
        let found = self.plan.tools.check(&mount.path().join("data"));
        unmount(mount)?;
        found
    }

    /// Has the server's own tool repair the store; what it complains about.
    pub fn repair(&mut self) -> Result<Option<String>, String> {
        let mount = self.mount()?;
        let failed = self.plan.tools.repair(&mount.path().join("data"));
        unmount(mount)?;
        failed
    }

    /// Mounts without a server.
    fn mount(&self) -> Result<Mount, String> {
        let point = self.plan.work.join("mount");
        Mount::new(self.disk.clone(), &point)
            .map_err(|error| format!("cannot mount at {}: {error}", point.display()))
    }

    /// Makes the buckets.
    pub fn make_buckets(&mut self, serving: &Serving) -> Result<(), String> {
        let mut client = Client::new(serving.server.address);
        let versioning = "<VersioningConfiguration><Status>Enabled</Status>\
                          </VersioningConfiguration>";
        for (target, body) in [
            (format!("/{PLAIN}"), ""),
            (format!("/{KEPT}"), ""),
            (format!("/{KEPT}?versioning="), versioning),
        ] {
            let request = Request::new("PUT", &target)
                .header("content-md5", content_md5(body.as_bytes()))
                .body(body.as_bytes());
            let answer = client.send(&request).map_err(|broken| broken.0)?;
            if !answer.is_success() {
                return Err(format!("PUT {target}: {} {}", answer.status, answer.text()));
            }
        }
        Ok(())
    }

    fn worker(&mut self, serving: &Serving, number: usize, weather: Weather) -> Worker {
        let ledger = std::mem::take(&mut self.ledgers[number]);
        let seed = self.chance.next();
        Worker::new(number, serving.server.address, seed, ledger).in_weather(weather)
    }

    /// Starts the clients.
    pub fn load(&mut self, serving: &Serving, weather: Weather) -> Load {
        let spawn = |number| self.worker(serving, number, weather).spawn();
        Load((0..CLIENTS).map(spawn).collect())
    }

    /// Stops the clients and takes over what they know.
    pub fn stop(&mut self, load: Load) -> Result<(), String> {
        for running in load.0 {
            self.take_back(running.join()?);
        }
        Ok(())
    }

    fn take_back(&mut self, worker: Worker) {
        self.ledgers[worker.number] = worker.ledger;
        self.tally.add(worker.tally);
    }

    /// Compares everything with what was acknowledged.
    pub fn verify(&mut self, serving: &mut Serving, weather: Weather) -> Result<(), String> {
        let workers: Vec<Worker> =
            (0..CLIENTS).map(|number| self.worker(serving, number, weather)).collect();
        let verify = |mut worker: Worker| {
            let answered = worker.verify();
            (worker, answered)
        };
        let threads: Vec<_> =
            workers.into_iter().map(|worker| std::thread::spawn(move || verify(worker))).collect();
        let mut answered = true;
        for thread in threads {
            let (worker, whole) = thread.join().map_err(|_| "a client panicked".to_owned())?;
            answered &= whole;
            self.take_back(worker);
        }
        if self.must_run(serving) && !answered {
            self.tally.wrong(Wrong::Answer, "a reading got no answer");
        }
        Ok(())
    }

    /// The server must not have died; says whether it runs.
    pub fn must_run(&mut self, serving: &mut Serving) -> bool {
        let runs = serving.server.is_running();
        if !runs {
            let said = last_lines(&serving.server.said());
            self.tally.wrong(Wrong::Answer, format!("the server died: {said}"));
        }
        runs
    }

    /// Whether a small write is accepted; an error that is not that of a full disk is written down.
    pub fn accepts_writes(&mut self, serving: &Serving) -> Result<bool, String> {
        let mut client = Client::new(serving.server.address);
        let target = format!("/{PLAIN}/probe");
        let answer = client.send(&Request::new("PUT", &target).body(b"probe"));
        let answer = answer.map_err(|broken| format!("a probe: {}", broken.0))?;
        if !answer.is_success() && answer.status != FULL {
            let text = format!("a write on a full disk: {} {}", answer.status, answer.text());
            self.tally.wrong(Wrong::Answer, text);
        }
        Ok(answer.is_success())
    }

    /// Deletes a few keys of each client; returns how many.
    pub fn delete_some(&mut self, serving: &Serving) -> Result<u64, String> {
        const DELETIONS: usize = 10;
        let before = self.tally.acknowledged;
        for number in 0..CLIENTS {
            let mut worker = self.worker(serving, number, Weather::Calm);
            for _ in 0..DELETIONS {
                worker.delete();
            }
            self.take_back(worker);
        }
        Ok(self.tally.acknowledged - before)
    }

    /// Reads an object that is damaged on the disk. True: an error was answered, or the body was
    /// cut off. False: what was served is right.
    pub fn read_damaged(
        &mut self,
        serving: &Serving,
        target: &str,
        object: &Object,
    ) -> Result<bool, String> {
        let mut client = Client::new(serving.server.address);
        let Ok(answer) = client.send(&Request::new("GET", target)) else {
            return Ok(true);
        };
        *self.tally.errors.entry(answer.status).or_default() += 1;
        match answer.status {
            500.. => return Ok(true),
            200 if answer.body == object.bytes() => {}
            200 => self.tally.wrong(Wrong::Bytes, format!("{target}: damage was served")),
            status => {
                let text = format!("{target}, which is damaged: {status} {}", answer.text());
                self.tally.wrong(Wrong::Answer, text);
            }
        }
        Ok(false)
    }

    /// What the clients know.
    pub fn ledgers(&mut self) -> &mut [Ledger] {
        &mut self.ledgers
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }
}

/// How a start came out.
pub enum Begun {
    Serving(Serving),
    PowerGone(Serving),
    /// It gave up; what it said.
    Ended(String),
}

fn unmount(mount: Mount) -> Result<(), String> {
    mount.unmount().map_err(|error| format!("cannot unmount: {error}"))
}
