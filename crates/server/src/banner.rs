//! What the operator reads when the server is ready.

use crate::listener::Bound;
use crate::root::KeyOrigin;
use crate::settings::Settings;
use std::io::Write;
use std::net::SocketAddr;

/// Where clients and the operator reach the server.
pub(crate) struct Addresses {
    pub(crate) public: Vec<SocketAddr>,
    /// Empty when there is no admin listener.
    pub(crate) admin: Vec<SocketAddr>,
}

impl Addresses {
    pub(crate) fn of(public: &[Bound], admin: &[Bound]) -> Self {
        let addresses = |bound: &[Bound]| bound.iter().map(|bound| bound.address).collect();
        Self { public: addresses(public), admin: addresses(admin) }
    }
}

/// Prints the banner to standard output.
pub(crate) fn print(settings: &Settings, addresses: &Addresses, keys: &KeyOrigin) {
    let banner = banner(settings, addresses, keys);
    let mut out = std::io::stdout();
    // Nobody may be reading it.
    let _ = out.write_all(banner.as_bytes()).and_then(|()| out.flush());
}

fn banner(settings: &Settings, addresses: &Addresses, keys: &KeyOrigin) -> String {
    let scheme = if settings.tls_cert.is_some() { "https" } else { "http" };
    let urls = |addresses: &[SocketAddr]| -> Vec<String> {
        addresses.iter().map(|address| url(scheme, address)).collect()
    };
    let admin = match urls(&addresses.admin).join(" ") {
        none if none.is_empty() => "off".to_owned(),
        urls => urls,
    };
    let urls = urls(&addresses.public);
    let data = if settings.ephemeral {
        "in memory, gone at the end".to_owned()
    } else {
        settings.data.display().to_string()
    };
    let (keys, environment) = match keys {
        KeyOrigin::Given => (
            "as given".to_owned(),
            "AWS_ACCESS_KEY_ID=$LARDER_ROOT_ACCESS_KEY \
             AWS_SECRET_ACCESS_KEY=$LARDER_ROOT_SECRET_KEY"
                .to_owned(),
        ),
        KeyOrigin::File(path) => (
            path.display().to_string(),
            format!("AWS_SHARED_CREDENTIALS_FILE={}", quoted(&path.display().to_string())),
        ),
        KeyOrigin::Run(access_key, secret_key) => (
            format!("{access_key} {secret_key}"),
            format!("AWS_ACCESS_KEY_ID={access_key} AWS_SECRET_ACCESS_KEY={secret_key}"),
        ),
    };
    let region = settings.region.as_deref().unwrap_or("us-east-1");
    let ca = match &settings.tls_cert {
        Some(path) => format!(" --ca-bundle {}", quoted(&path.display().to_string())),
        None => String::new(),
    };
    let first = urls.first().map_or("", String::as_str);
    format!(
        "Larder {} is ready\n  S3    {}\n  admin {admin}\n  data  {data}\n  keys  {keys}\n  \
         try   {environment} AWS_DEFAULT_REGION={region} aws --endpoint-url {first}{ca} s3 ls\n",
        crate::VERSION,
        urls.join(" ")
    )
}

/// A URL that a client on this machine can use.
fn url(scheme: &str, address: &SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, banner};
    use crate::root::KeyOrigin;
    use crate::settings::Settings;

    #[test]
    fn names_endpoint_keys_and_a_line_to_try() {
        let settings = Settings { data: "./my data".into(), ..Settings::default() };
        let public = vec!["0.0.0.0:9000".parse().unwrap(), "[::1]:9001".parse().unwrap()];
        let mut addresses = Addresses { public, admin: Vec::new() };
        let keys = KeyOrigin::File("./my data/root-credentials".into());
        assert_eq!(
            banner(&settings, &addresses, &keys),
            format!(
                "Larder {} is ready\n  S3    http://localhost:9000 http://[::1]:9001\n  \
                 admin off\n  data  ./my data\n  keys  ./my data/root-credentials\n  try   \
                 AWS_SHARED_CREDENTIALS_FILE='./my data/root-credentials' \
                 AWS_DEFAULT_REGION=us-east-1 aws --endpoint-url http://localhost:9000 s3 ls\n",
                env!("CARGO_PKG_VERSION")
            )
        );
        addresses.admin.push("127.0.0.1:9001".parse().unwrap());
        let banner = banner(&settings, &addresses, &keys);
        assert!(banner.contains("\n  admin http://127.0.0.1:9001\n"), "{banner}");
    }
}
