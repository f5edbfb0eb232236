//! Puts the parts together, runs them, and takes them apart again.

use crate::answer::App;
use crate::banner::{self, Addresses};
use crate::control::{self, Control};
use crate::keys::ConfiguredFirst;
use crate::listener::{
    Admission, ConnectionLimits, ListenerContext, Side, Tls, accept, listen, listen_admin,
};
use crate::log::{AuditLog, Logs};
use crate::master_key::KeyPlace;
use crate::metrics::Metrics;
use crate::settings::{self, Settings};
use crate::store::{Running, Store};
use crate::{limits, master_key, privacy, root};
use larder_iam::{Audit, KeySource, PolicyRules, Rules};
use larder_identities::Identities;
use larder_objects::{CreateBucket, Error, Objects};
use larder_platform::{MemoryBudget, Platform};
use larder_s3_api::{ApiSettings, Parts, Service};
use larder_storage_local::index::{CachedIndex, Index, LsmIndex, MemoryIndex, MemoryTables};
use larder_storage_local::{Local, OpenError, Options};
use larder_workers::{ScrubSettings, Workers};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Most threads on which disk reads wait.
const BLOCKING_THREADS_MAX: usize = 64;
/// How long such a thread is kept for the next read.
const BLOCKING_THREAD_KEPT: Duration = Duration::from_secs(5);
/// How long futures may take to notice that the runtime ends.
const RUNTIME_END_MAX: Duration = Duration::from_secs(1);

/// Time for the log's last lines after a second signal.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Parts of the memory setting: one memtable, of which there may be two.
const MEMTABLE_PART: u64 = 16;
/// Parts of the memory setting: the cache of index blocks, the one of rows read lately and the one
/// of small objects that are read often. What is left is for requests.
const BLOCK_CACHE_PART: u64 = 5;
/// See [`BLOCK_CACHE_PART`].
const ROW_CACHE_PART: u64 = 6;
/// See [`BLOCK_CACHE_PART`].
const HOT_RECORD_PART: u64 = 12;
/// Part of the memory setting for what is known of places where rows were removed.
const GAPS_PART: u64 = 256;
/// Part of the memory setting for large objects on their way in and out.
const TRANSFER_PART: u64 = 8;
/// Part of the memory setting for what requests hold besides: documents, their parsed forms, small
/// objects on their way in.
const REQUEST_PART: u64 = 8;
/// Least memory for those in bytes, whatever the setting: the largest document that S3 allows, and
/// what it is made into, must fit.
const REQUEST_BYTES_MIN: u64 = 24 << 20;

const _: () = assert!(settings::MEMORY_MIN / MEMTABLE_PART >= 4 << 20);

/// What the server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Opening the store.
    Starting,
    /// Serving.
    Serving,
    /// Finishing what was accepted.
    Stopping,
}

fn audit_log(machine: &Platform, settings: &Settings) -> Result<Option<Arc<AuditLog>>, String> {
    let Some(path) = &settings.audit_log else {
        return Ok(None);
    };
    let opened = AuditLog::open(&*machine.disk, path);
    opened
        .map(|log| Some(Arc::new(log)))
        .map_err(|error| format!("the audit log {} cannot be opened: {error}", path.display()))
}

/// Serves until a signal ends it. An error is one line that says how to mend it.
pub(crate) fn serve(words: &[String]) -> Result<(), String> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .thread_name("reactor")
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .thread_keep_alive(BLOCKING_THREAD_KEPT)
        .build()
        .map_err(|error| format!("the system refuses threads: {error}"))?;
    let entered = runtime.enter();
    let machine = Platform::real();
    let environment = settings::environment(std::env::vars_os())?;
    let settings = settings::load(words, &environment, |path| machine.disk.read_all(path))?;
    let logs = Logs::new(&machine, settings.log_format, settings.log_level);
    // Dropped last, so that it writes what the others had to say.
    let writer = logs.start(&machine);
    let platform = if settings.ephemeral { Platform::memory() } else { machine.clone() };
    let request_memory = (settings.memory / REQUEST_PART).max(REQUEST_BYTES_MIN);
    let request_memory = MemoryBudget::new(request_memory as usize);
    let platform = platform.with_request_memory(request_memory);
    let (phase, phase_seen) = watch::channel(Phase::Starting);
    let metrics = Arc::new(Metrics::new());
    let app = Arc::new(App {
        platform,
        domains: settings.domains.clone(),
        logs,
        audit: audit_log(&machine, &settings)?,
        metrics,
        phase: phase_seen,
        store: OnceLock::new(),
    });
    let server = Server { runtime: &runtime, machine, app, phase };
    let result = server.run(settings);
    drop(entered);
    // Ends what outlived the grace. The engine is still held here: its threads are joined by
    // dropping it, which no reactor thread may do.
    let app = server.app.clone();
    drop(server);
    runtime.shutdown_timeout(RUNTIME_END_MAX);
    drop(app);
    drop(writer);
    result
}

struct Server<'a> {
    runtime: &'a Runtime,
    /// The real machine, also for an ephemeral store.
    machine: Platform,
    app: Arc<App>,
    phase: watch::Sender<Phase>,
}

impl Server<'_> {
    fn run(&self, mut settings: Settings) -> Result<(), String> {
        let mut signals = Signals::new()?;
        let tls = match (settings.tls_cert.clone(), settings.tls_key.clone()) {
            (Some(certificate), Some(key)) => {
                let tls = Tls::load(self.machine.disk.clone(), certificate, key)?;
                Some(Arc::new(tls))
            }
            _ => None,
        };
        let listeners = listen(&settings.listen, "--listen")?;
        let admin = listen_admin(&settings.admin_listen, settings.admin_listen_asked)?;
        let addresses = Addresses::of(&listeners, &admin);
        let (admission, admin_admission) = admissions(&settings);
        let context = ListenerContext {
            side: Side::Public,
            app: self.app.clone(),
            platform: self.machine.clone(),
            tls: tls.clone(),
            admission,
            idle: settings.idle_timeout,
            phase: self.phase.subscribe(),
        };
        let admin_context =
            ListenerContext { side: Side::Admin, admission: admin_admission, ..context.clone() };
        for (context, listeners) in [(&context, listeners), (&admin_context, admin)] {
            for bound in listeners {
                self.machine.spawn(accept(context.clone(), bound.listener));
            }
        }
        if let Some(tls) = tls {
            self.machine.spawn(tls.keep_fresh(self.machine.clone()));
        }
        privacy::warn(&settings);
        let keys = self.open(&mut settings)?;
        self.phase.send_replace(Phase::Serving);
        log::info!("ready");
        banner::print(&settings, &addresses, &keys);
        self.runtime.block_on(signals.next());
        log::info!("stopping: finishing what was accepted; a second signal stops at once");
        self.phase.send_replace(Phase::Stopping);
        let tasks = self.machine.tasks.clone();
        self.machine.spawn(async move {
            signals.next().await;
            log::warn!("stopped by a second signal");
            // Nobody waits for a log that nobody takes.
            tasks.sleep(LAST_WORDS).await;
            std::process::exit(1);
        });
        let grace = self.machine.tasks.sleep(settings.shutdown_grace);
        let everyone = async {
            context.admission.emptied().await;
            admin_context.admission.emptied().await;
        };
        let finished = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = everyone => true,
                () = grace => false,
            }
        });
        if finished {
            log::info!("stopped")
        } else {
            log::warn!("stopped with requests unfinished: the grace is over")
        }
        Ok(())
    }

    /// Opens the store and everything that works on it. Blocks.
    fn open(&self, settings: &mut Settings) -> Result<root::KeyOrigin, String> {
        let platform = &self.app.platform;
        let engine = open_engine(platform, settings).map_err(|error| match error {
            OpenError::Io(error) => {
                format!("the data directory {} cannot be used: {error}", settings.data.display())
            }
            error => error.to_string(),
        })?;
        let (accounts, place) = root::accounts(settings, platform)?;
        let store = Arc::new(engine.clone());
        let key_place = KeyPlace {
            text: settings.master_key.take(),
            file: settings.master_key_file.as_deref(),
            data: Some(&*settings.data).filter(|_| !settings.ephemeral),
        };
        let master = master_key::load(&key_place, platform)?;
        let identities = Identities::new(store.clone(), platform.clone(), master);
        self.runtime.block_on(master_key::verify(&identities))?;
        let objects = Objects::new(store, platform.clone(), larder_objects::Settings::default());
        self.runtime.block_on(create_buckets(&objects, settings))?;
        let keys = self.runtime.block_on(ConfiguredFirst::seeded(accounts, identities.clone()))?;
        let keys: Arc<dyn KeySource> = Arc::new(keys);
        let rules: Arc<dyn Rules> = Arc::new(PolicyRules);
        let audit = self.app.audit.clone().map(|audit| audit as Arc<dyn Audit>);
        let queries = larder_iam_api::Service::new(larder_iam_api::Parts {
            identities,
            keys: keys.clone(),
            rules: rules.clone(),
            audit: audit.clone(),
            platform: platform.clone(),
            domains: settings.domains.clone(),
        });
        let service = Service::new(Parts {
            objects: objects.clone(),
            keys,
            rules,
            audit,
            platform: platform.clone(),
            settings: ApiSettings {
                region: settings.region.clone(),
                domains: settings.domains.clone(),
                sigv2: settings.sigv2,
                profile: settings.profile,
            },
        });
        let running = Arc::new(Running { engine: engine.clone(), objects: objects.clone() });
        let every = Some(settings.scrub_every).filter(|every| *every > Duration::ZERO);
        let workers = Workers::start(larder_workers::Parts {
            engine,
            objects,
            platform: platform.clone(),
            scrub: ScrubSettings { bytes_per_second: settings.scrub_rate, every },
        });
        if !settings.ephemeral {
            let (platform, engine) = (self.machine.clone(), running.clone());
            let (scrub, phase) = (workers.scrub().clone(), self.phase.subscribe());
            control::start(Control { platform, engine, scrub, phase }, &settings.data);
        }
        // Set once: a server starts once.
        let (service, queries) = (Box::new(service), Box::new(queries));
        let _ = self.app.store.set(Store { service, queries, engine: running, workers });
        Ok(place)
    }
}

fn open_engine(platform: &Platform, settings: &Settings) -> Result<Local, OpenError> {
    let mut options = Options::new(&settings.data);
    options.memtable_bytes = settings.memory / MEMTABLE_PART;
    options.hot_record_bytes = (settings.memory / HOT_RECORD_PART) as usize;
    options.gaps.bytes_max = (settings.memory / GAPS_PART) as usize;
    options.transfer_bytes = (settings.memory / TRANSFER_PART) as usize;
    let block_cache_bytes = settings.memory / BLOCK_CACHE_PART;
    let row_cache_bytes = (settings.memory / ROW_CACHE_PART) as usize;
    let index = |path: &Path| -> Result<Arc<dyn Index>, OpenError> {
        if settings.ephemeral {
            return Ok(Arc::new(MemoryIndex::new(MemoryTables::default())));
        }
        match LsmIndex::open(&*platform.disk, path, block_cache_bytes) {
            Ok(index) => Ok(Arc::new(CachedIndex::new(Arc::new(index), row_cache_bytes))),
            Err(error) => Err(OpenError::Index(error.to_string())),
        }
    };
    if settings.ephemeral {
        // There is no other process to see it, so that the name does not matter.
        options.directory = "ephemeral".into();
    }
    Local::open(platform.clone(), options, index)
}

/// Who is served on the public side and on the admin side. Of the latter one address may have all:
/// mostly there is no other.
fn admissions(settings: &Settings) -> (Admission, Admission) {
    let connections_max = limits::connections(settings.connections_max);
    let half = (connections_max / 2).max(1);
    let public = ConnectionLimits {
        connections_max,
        per_address_max: settings.connections_per_address.unwrap_or(half).min(connections_max),
        proxies: settings.trusted_proxies.clone(),
    };
    let most = limits::ADMIN_CONNECTIONS_MAX;
    let admin =
        ConnectionLimits { connections_max: most, per_address_max: most, proxies: Vec::new() };
    (Admission::new(public), Admission::new(admin))
}

async fn create_buckets(objects: &Objects<Local>, settings: &Settings) -> Result<(), String> {
    for name in &settings.buckets {
        let create = CreateBucket {
            owner: root::account().owner,
            region: settings.region.clone(),
            tags: Vec::new(),
            documents: settings.profile.documents(None),
        };
        match objects.create_bucket(name, create).await {
            Ok(_) => log::info!("bucket {name} was created"),
            Err(Error::BucketAlreadyOwnedByYou(_)) => {}
            Err(Error::BucketAlreadyExists) => {
                return Err(format!("bucket {name} belongs to another account; leave it out"));
            }
            Err(error) => return Err(format!("bucket {name} cannot be created: {error}")),
        }
    }
    Ok(())
}

/// The signals that end the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, String> {
        let of =
            |kind| signal(kind).map_err(|error| format!("signals cannot be received: {error}"));
        Ok(Self {
            terminate: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
