//! A run that is told to stop ends early and removes what it put.

use crate::machine::reactor;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a process ends with that a second signal ended.
const STOPPED: i32 = 130;

/// Whether the process was told to stop, by Ctrl-C or SIGTERM.
#[derive(Default)]
pub(crate) struct Stop(AtomicBool);

impl Stop {
    /// Listens from now on, on a thread of its own. A second signal ends the process at once.
    #[allow(clippy::disallowed_methods, reason = "a thread that only waits for signals")]
    pub(crate) fn at_a_signal() -> Result<Arc<Self>, String> {
        let stop = Arc::new(Self::default());
        let told = stop.clone();
        let runtime = reactor()?;
        let entered = runtime.enter();
        let listen = |kind| signal(kind).map_err(|error| format!("no signals: {error}"));
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        drop(entered);
        std::thread::spawn(move || {
            runtime.block_on(async {
                either(&mut interrupt, &mut terminate).await;
                told.0.store(true, Ordering::Release);
                // Who read this may have been told to stop as well.
                let line = b"stopping: what was put is removed, unless told again or to keep it\n";
                let _ = std::io::stderr().write_all(line);
                either(&mut interrupt, &mut terminate).await;
            });
            std::process::exit(STOPPED);
        });
        Ok(stop)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Goes on unless the process was told to stop.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.is_set() { Err("stopped by a signal: no report".to_owned()) } else { Ok(()) }
    }
}

async fn either(first: &mut Signal, second: &mut Signal) {
    tokio::select! {
        _ = first.recv() => {}
        _ = second.recv() => {}
    }
}
