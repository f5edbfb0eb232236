//! TLS from certificate files, loaded again when they change.

use larder_platform::{Disk, Platform};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;

/// How often the files are compared with what is in use, so that a change is taken within a second.
/// Both are small and in the page cache: it costs some tens of microseconds. SIGHUP compares at
/// once.
const RELOAD_EVERY: Duration = Duration::from_millis(500);

/// The certificate in use.
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    disk: Arc<dyn Disk>,
    current: RwLock<Current>,
}

#[derive(Clone)]
struct Current {
    /// What the two files held.
    files: (Vec<u8>, Vec<u8>),
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Loads the certificate chain and its key. An error says which file is wrong and how.
    pub(crate) fn load(
        disk: Arc<dyn Disk>,
        certificate: PathBuf,
        key: PathBuf,
    ) -> Result<Self, String> {
        let files = read(&*disk, &certificate, &key)?;
        let config = config(&files, &certificate, &key)?;
        let current = RwLock::new(Current { files, config });
        Ok(Self { certificate, key, disk, current })
    }

    /// For the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(current.config.clone())
    }

    /// Takes the files into use if they changed and are valid. Blocks.
    fn reload(&self) -> Result<bool, String> {
        let files = read(&*self.disk, &self.certificate, &self.key)?;
        if self.current.read().unwrap_or_else(PoisonError::into_inner).files == files {
            return Ok(false);
        }
        let config = config(&files, &self.certificate, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current { files, config };
        Ok(true)
    }

    /// Reloads for as long as the process runs. SIGHUP is caught when this returns, not when its
    /// future is first polled: until then it would end the process.
    pub(crate) fn keep_fresh(self: Arc<Self>, platform: Platform) -> impl Future<Output = ()> {
        let hangup = signal(SignalKind::hangup());
        let hangup = hangup.map_err(|error| {
            log::warn!("SIGHUP will not reload the certificate: {error}");
        });
        self.reload_again_and_again(platform, hangup.ok())
    }

    async fn reload_again_and_again(self: Arc<Self>, platform: Platform, hangup: Option<Signal>) {
        let mut hangup = hangup;
        // An invalid pair stays there until somebody mends it; once is enough to say so.
        let mut complained = None;
        // Two files are never replaced at one moment: what is invalid once may be half of a change.
        let mut doubted = None;
        loop {
            let asked = tokio::select! {
                biased;
                () = next(&mut hangup) => true,
                () = platform.tasks.sleep(RELOAD_EVERY) => false,
            };
            let tls = self.clone();
            match platform.blocking(move || tls.reload()).await {
                Some(Ok(changed)) => {
                    if changed {
                        log::info!("the TLS certificate was reloaded");
                    }
                    (complained, doubted) = (None, None);
                }
                Some(Err(error)) if !asked && doubted.as_ref() != Some(&error) => {
                    doubted = Some(error);
                }
                Some(Err(error)) if asked || complained.as_ref() != Some(&error) => {
                    log::error!("the TLS certificate in use stays: {error}");
                    complained = Some(error);
                }
                Some(Err(_)) | None => {}
            }
        }
    }
}

async fn next(hangup: &mut Option<Signal>) {
    match hangup {
        Some(hangup) => {
            hangup.recv().await;
        }
        None => std::future::pending().await,
    }
}

fn read(disk: &dyn Disk, certificate: &Path, key: &Path) -> Result<(Vec<u8>, Vec<u8>), String> {
    let read = |path: &Path| {
        let content = disk.read_all(path);
        content.map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    Ok((read(certificate)?, read(key)?))
}

fn config(
    files: &(Vec<u8>, Vec<u8>),
    certificate: &Path,
    key: &Path,
) -> Result<Arc<ServerConfig>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&files.0).collect();
    let chain = chain.map_err(|error| format!("{}: {error}", certificate.display()))?;
    if chain.is_empty() {
        return Err(format!("{} holds no PEM certificate", certificate.display()));
    }
    let private = PrivateKeyDer::from_pem_slice(&files.1)
        .map_err(|error| format!("{} holds no PEM private key: {error}", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| {
            let (certificate, key) = (certificate.display(), key.display());
            format!("{certificate} and {key} cannot be used together: {error}")
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
