//! The control socket in the data directory: what commands on the same machine ask of a running
//! server. One line asks, lines answer.
//!
//! ```text
//! scrub     pass N, then progress BYTES and finding TEXT, at last done DAMAGES
//! backup    the engine's lines on what it has pinned, then pinned; until the connection ends,
//!           nothing that is stored now is freed
//! ```

use crate::store::RunningEngine;
use crate::wiring::Phase;
use larder_platform::Platform;
use larder_workers::ScrubHandle;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};

/// The socket's name in the data directory.
pub(crate) const SOCKET: &str = "control";
/// Connections served at once; further ones wait.
const CONNECTIONS_MAX: usize = 8;
/// Longest line that asks.
const LINE_BYTES_MAX: u64 = 256;
/// How long a connection may take to ask.
const ASK_MAX: Duration = Duration::from_secs(10);
/// How often progress is sent while somebody watches.
const PROGRESS: Duration = Duration::from_millis(250);

/// What commands may ask for.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) platform: Platform,
    pub(crate) engine: Arc<dyn RunningEngine>,
    pub(crate) scrub: ScrubHandle,
    pub(crate) phase: watch::Receiver<Phase>,
}

/// Serves the socket in a data directory that this process holds. Without one, commands for a
/// running server cannot work; everything else can.
pub(crate) fn start(control: Control, data: &Path) {
    let path = data.join(SOCKET);
    let listener = larder_platform::listen_local(&path).and_then(UnixListener::from_std);
    match listener {
        Ok(listener) => {
            let platform = control.platform.clone();
            platform.spawn(accept(control, listener));
        }
        Err(error) => log::warn!(
            "no control socket at {} ({error}): `larder scrub` and `larder backup` cannot reach \
             this server",
            path.display()
        ),
    }
}

async fn accept(control: Control, listener: UnixListener) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut phase = control.phase.clone();
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else { return };
        let accepted = tokio::select! {
            biased;
            _ = phase.wait_for(|phase| *phase == Phase::Stopping) => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, which others will give back.
            control.platform.tasks.sleep(PROGRESS).await;
            continue;
        };
        let mut phase = phase.clone();
        let served = control.clone();
        control.platform.spawn(async move {
            tokio::select! {
                biased;
                _ = phase.wait_for(|phase| *phase == Phase::Stopping) => {}
                // A client that went away has no use for an error.
                _ = serve(&served, stream) => {}
            }
            drop(permit);
        });
    }
}

async fn serve(control: &Control, stream: UnixStream) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read.take(LINE_BYTES_MAX));
    let mut line = String::new();
    tokio::select! {
        biased;
        line = read.read_line(&mut line) => line?,
        () = control.platform.tasks.sleep(ASK_MAX) => return Ok(()),
    };
    match line.trim_end() {
        "scrub" => scrub(control, &mut write).await,
        "backup" => {
            let pin = control.engine.pin().await;
            log::info!("a backup began: nothing is freed until it ends");
            let mut text = String::new();
            for line in &pin.lines {
                text.push_str(line);
                text.push('\n');
            }
            write.write_all((text + "pinned\n").as_bytes()).await?;
            // Nothing more is expected: this ends when the client does.
            let mut rest = [0; 16];
            while read.get_mut().get_mut().read(&mut rest).await? > 0 {}
            drop(pin.held);
            log::info!("a backup ended");
            Ok(())
        }
        other => {
            let text = format!("error unknown request {other:?}: are both of one version?\n");
            write.write_all(text.as_bytes()).await
        }
    }
}

async fn scrub(
    control: &Control,
    write: &mut (impl tokio::io::AsyncWrite + Unpin),
) -> std::io::Result<()> {
    let pass = control.scrub.begin();
    write.write_all(format!("pass {pass}\n").as_bytes()).await?;
    let mut seen = 0;
    loop {
        control.platform.tasks.sleep(PROGRESS).await;
        let status = control.scrub.status(seen);
        seen += status.findings.len();
        let mut text = String::new();
        for finding in &status.findings {
            text.push_str(&format!("finding {finding}\n"));
        }
        text.push_str(&format!("progress {}\n", status.bytes));
        let over = status.pass != pass || !status.running;
        if over {
            text.push_str(&format!("done {}\n", status.damages));
        }
        write.write_all(text.as_bytes()).await?;
        if over {
            return Ok(());
        }
    }
}
