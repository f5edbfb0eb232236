//! TLS, HTTP/2 and the certificate's renewal.

use crate::harness::{Server, check_refusal, larder, path};
use bytes::Bytes;
use http::{Request, Version};
use http_body::Body;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use std::{fs, io};
use tempfile::{TempDir, tempdir};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate, its key and where they are.
pub struct Files {
    _directory: TempDir,
    pub certificate: PathBuf,
    key: PathBuf,
}

/// No body.
struct Nothing;

impl Body for Nothing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

impl Files {
    pub fn new() -> Self {
        let directory = tempdir().unwrap();
        let (certificate, key) =
            (directory.path().join("cert.pem"), directory.path().join("key.pem"));
        let files = Self { _directory: directory, certificate, key };
        files.renew();
        files
    }

    fn renew(&self) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&self.certificate, cert.pem()).unwrap();
        fs::write(&self.key, signing_key.serialize_pem()).unwrap();
    }

    fn server(&self) -> Server {
        self.server_with(&["--ephemeral"])
    }

    /// A server that has this certificate, with these settings.
    pub fn server_with(&self, settings: &[&str]) -> Server {
        let tls = ["--tls-cert", path(&self.certificate), "--tls-key", path(&self.key)];
        Server::start(&[settings, &tls].concat())
    }
}

/// Connects as a client that trusts this certificate alone.
pub async fn connect(
    address: SocketAddr,
    certificate: &Path,
    protocol: &[u8],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

fn request(server: &Server, version: Version) -> Request<Nothing> {
    let uri = match version {
        Version::HTTP_2 => format!("https://{}/_/health/ready", server.address),
        _ => "/_/health/ready".to_owned(),
    };
    let request = Request::get(uri).version(version);
    let request = match version {
        Version::HTTP_2 => request,
        _ => request.header("host", "localhost"),
    };
    request.body(Nothing).unwrap()
}

/// Status and body of a request over the protocol that ALPN settled on.
async fn ask(server: &Server, certificate: &Path, http2: bool) -> io::Result<(u16, Vec<u8>)> {
    let protocol: &[u8] = if http2 { b"h2" } else { b"http/1.1" };
    let stream = connect(server.address, certificate, protocol).await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
    let io = TokioIo::new(stream);
    let response = if http2 {
        let (mut sender, connection) =
            http2::handshake(TokioExecutor::new(), io).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let response = sender.send_request(request(server, Version::HTTP_2)).await;
        response.map_err(io::Error::other)?
    } else {
        let (mut sender, connection) = http1::handshake(io).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let response = sender.send_request(request(server, Version::HTTP_11)).await;
        response.map_err(io::Error::other)?
    };
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let mut out = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(io::Error::other)?;
        out.extend_from_slice(frame.data_ref().unwrap());
    }
    Ok((status, out))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_protocols_over_tls() {
    let files = Files::new();
    let server = files.server();
    assert!(server.banner.contains("https://") && server.banner.contains("--ca-bundle "));
    for http2 in [true, false] {
        let answer = ask(&server, &files.certificate, http2).await.unwrap();
        assert_eq!(answer, (200, b"ready\n".to_vec()), "HTTP/2: {http2}");
    }
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
    let files = Files::new();
    let server = files.server();
    let old = files.certificate.with_extension("old");
    fs::copy(&files.certificate, &old).unwrap();
    files.renew();
    server.signal("HUP");
    let mut tries = 0;
    while ask(&server, &files.certificate, true).await.is_err() {
        tries += 1;
        assert!(tries < 500, "the new certificate is not taken");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(ask(&server, &old, true).await.is_err());
    let renewed = files.certificate.with_extension("renewed");
    fs::copy(&files.certificate, &renewed).unwrap();
    fs::write(&files.certificate, "broken").unwrap();
    server.signal("HUP");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ask(&server, &renewed, false).await.unwrap().0, 200);
    let log = server.stop();
    assert!(log.contains("the TLS certificate in use stays"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_taken_within_a_second() {
    let files = Files::new();
    let server = files.server();
    for _ in 0..3 {
        files.renew();
        let begun = Instant::now();
        while ask(&server, &files.certificate, true).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(1), "it is not taken");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // One file after the other: for a moment the two do not belong together.
    let others = Files::new();
    fs::copy(&others.certificate, &files.certificate).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    fs::copy(&others.key, &files.key).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(ask(&server, &others.certificate, false).await.unwrap().0, 200);
    let broken = files.certificate.with_extension("new");
    fs::write(&broken, "broken").unwrap();
    fs::rename(&broken, &files.certificate).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(ask(&server, &others.certificate, false).await.unwrap().0, 200);
    let log = server.stop();
    assert_eq!(log.matches("the TLS certificate was reloaded").count(), 4, "{log}");
    assert_eq!(log.matches("the TLS certificate in use stays").count(), 1, "{log}");
}

#[test]
fn a_key_that_others_may_read_is_told() {
    let files = Files::new();
    let said = |mode| {
        fs::set_permissions(&files.key, fs::Permissions::from_mode(mode)).unwrap();
        let log = files.server().stop();
        let key = path(&files.key);
        let expected = format!("private: {key} (mode 0640); run `chmod -R go= {key}`");
        assert_eq!(log.contains("other users may use"), log.contains(&expected), "{log}");
        log.contains(&expected)
    };
    assert!(said(0o640) && !said(0o600));
}

#[test]
fn bad_certificates_refuse_to_start() {
    let (files, others) = (Files::new(), Files::new());
    let words = |certificate, key| {
        let mut command = larder(&["--ephemeral", "--listen", "127.0.0.1:0", "--tls-cert"]);
        command.args([path(certificate), "--tls-key", path(key)]);
        command
    };
    check_refusal(&mut words(&files.key, &files.key), "holds no PEM certificate");
    check_refusal(&mut words(&files.certificate, &files.certificate), "no PEM private key");
    check_refusal(&mut words(&files.certificate, &others.key), "cannot be used together");
    check_refusal(&mut words(Path::new("/none.pem"), &files.key), "/none.pem cannot be read");
}
