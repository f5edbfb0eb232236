//! The settings, read from flags, environment and configuration file by one table.

mod accounts;
mod nearest;
mod sources;
mod table;
mod values;

#[cfg(test)]
mod tests;

pub(crate) use accounts::ConfiguredAccount;
pub(crate) use table::help;
pub(crate) use values::rate;

use crate::listener::Network;
use larder_s3_api::Profile;
use larder_s3_wire::auth::SigV2;
use larder_types::BucketName;
use sources::{Given, Source};
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use table::SETTINGS;

/// Least memory that the server is told to use: below it the index would thrash.
pub(crate) const MEMORY_MIN: u64 = 64 << 20;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, otherwise JSON.
    #[default]
    Auto,
    /// Text.
    Text,
    /// One JSON object per line.
    Json,
}

/// Every setting's value.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Option<PathBuf>,
    /// Whether secret keys stand in the configuration file.
    pub(crate) config_has_secrets: bool,
    pub(crate) data: PathBuf,
    pub(crate) ephemeral: bool,
    pub(crate) listen: Vec<SocketAddr>,
    /// Empty when there is to be no admin listener.
    pub(crate) admin_listen: Vec<SocketAddr>,
    /// Whether the operator chose it; the default may be taken.
    pub(crate) admin_listen_asked: bool,
    pub(crate) domains: Vec<String>,
    pub(crate) region: Option<String>,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) root_access_key: Option<String>,
    pub(crate) root_secret_key: Option<String>,
    pub(crate) master_key_file: Option<PathBuf>,
    pub(crate) master_key: Option<String>,
    pub(crate) buckets: Vec<BucketName>,
    pub(crate) sigv2: SigV2,
    pub(crate) profile: Profile,
    pub(crate) memory: u64,
    pub(crate) connections_max: usize,
    /// Without a value half of [`Settings::connections_max`].
    pub(crate) connections_per_address: Option<usize>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) idle_timeout: Duration,
    pub(crate) shutdown_grace: Duration,
    pub(crate) scrub_rate: u64,
    pub(crate) scrub_every: Duration,
    pub(crate) log_format: LogFormat,
    pub(crate) log_level: log::LevelFilter,
    pub(crate) audit_log: Option<PathBuf>,
    pub(crate) accounts: Vec<ConfiguredAccount>,
}

impl Default for Settings {
    /// Nothing set: the table's defaults are applied by [`load`].
    fn default() -> Self {
        Self {
            config: None,
            config_has_secrets: false,
            data: PathBuf::new(),
            ephemeral: false,
            listen: Vec::new(),
            admin_listen: Vec::new(),
            admin_listen_asked: false,
            domains: Vec::new(),
            region: None,
            tls_cert: None,
            tls_key: None,
            root_access_key: None,
            root_secret_key: None,
            master_key_file: None,
            master_key: None,
            buckets: Vec::new(),
            sigv2: SigV2::default(),
            profile: Profile::default(),
            memory: 0,
            connections_max: 0,
            connections_per_address: None,
            trusted_proxies: Vec::new(),
            idle_timeout: Duration::ZERO,
            shutdown_grace: Duration::ZERO,
            scrub_rate: 0,
            scrub_every: Duration::ZERO,
            log_format: LogFormat::Auto,
            log_level: log::LevelFilter::Off,
            audit_log: None,
            accounts: Vec::new(),
        }
    }
}

/// The variables that may be settings, as text.
pub(crate) fn environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, String> {
    let ours = variables.filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(sources::PREFIX))?;
        let text = value.into_string().map_err(|_| format!("{name} is not UTF-8"));
        Some(text.map(|value| (name, value)))
    });
    ours.collect()
}

/// Reads the settings from the command line's words, the environment and the configuration file
/// that they name, which `read` reads. An error is one line that says how to mend it.
pub(crate) fn load(
    words: &[String],
    environment: &[(String, String)],
    read: impl Fn(&Path) -> io::Result<Vec<u8>>,
) -> Result<Settings, String> {
    let flags = sources::flags(words)?;
    let variables = sources::environment(environment)?;
    let config = [&flags, &variables].into_iter().find_map(|given| sources::find(given, "config"));
    let (file, accounts) = match config.and_then(|given| given.values.first()) {
        None => (Vec::new(), Vec::new()),
        Some(path) => {
            let text = read(Path::new(path)).map_err(|error| {
                format!("the configuration file {path} cannot be read: {error}")
            })?;
            sources::file(path, &text)?
        }
    };
    let secret = |given: &Given| given.setting.kind == table::Kind::Secret;
    let config_has_secrets = !accounts.is_empty() || file.iter().any(secret);
    let mut settings = Settings { accounts, config_has_secrets, ..Settings::default() };
    for setting in SETTINGS {
        let layers = [&flags, &variables, &file];
        match layers.into_iter().find_map(|given| sources::find(given, setting.name)) {
            Some(given) => {
                settings.admin_listen_asked |= setting.name == table::ADMIN_LISTEN;
                apply(&mut settings, given)?;
            }
            None if setting.default.is_empty() => {}
            None => (setting.set)(&mut settings, setting.default)
                .expect("the table's defaults are valid, which a test checks"),
        }
    }
    check(&settings)?;
    Ok(settings)
}

fn apply(settings: &mut Settings, given: &Given) -> Result<(), String> {
    for value in &given.values {
        (given.setting.set)(settings, value).map_err(|expected| match given.setting.kind {
            table::Kind::Secret => format!("{}: {expected}", given.source),
            _ => format!("{} {value:?}: {expected}", given.source),
        })?;
    }
    Ok(())
}

/// What no single setting can know.
fn check(settings: &Settings) -> Result<(), String> {
    let pairs = [
        ("tls-cert", settings.tls_cert.is_some(), "tls-key", settings.tls_key.is_some()),
        (
            "root-access-key",
            settings.root_access_key.is_some(),
            "root-secret-key",
            settings.root_secret_key.is_some(),
        ),
    ];
    for (a, has_a, b, has_b) in pairs {
        if has_a != has_b {
            let (given, missing) = if has_a { (a, b) } else { (b, a) };
            return Err(format!("{given} is set and {missing} is not: set both or neither"));
        }
    }
    if settings.master_key.is_some() && settings.master_key_file.is_some() {
        return Err("master-key and master-key-file are both set: set one of them".into());
    }
    Ok(())
}

/// Names the nearest known spelling of a mistyped setting.
fn unknown(source: Source, name: &str) -> String {
    let spell = |setting: &table::Setting| match source {
        Source::Flag => setting.flag(),
        Source::Environment => setting.variable(),
        Source::File => setting.key(),
    };
    let known = SETTINGS.iter().filter(|s| source != Source::Flag || s.has_flag());
    let nearest = nearest::nearest(name, known.map(spell));
    format!("unknown setting {name}; did you mean {nearest}? `larder help` lists all of them")
}
