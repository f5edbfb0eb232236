//! The table of settings: flags, environment, configuration file and help all come from it.

use super::Settings;
use super::values;

/// Most settings there may ever be: more than this nobody reads.
const SETTINGS_MAX: usize = 40;

/// The one setting whose default may be given up.
pub(super) const ADMIN_LISTEN: &str = "admin-listen";

/// How a setting takes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One value.
    One,
    /// May be given more than once; commas separate values.
    Many,
    /// On or off; the flag alone means on.
    Switch,
    /// One value that may not stand on a command line, where every user of the machine sees it.
    Secret,
}

/// One setting, with everything that is to be known about it.
pub(crate) struct Setting {
    /// Its name in words joined by `-`; all other spellings derive from it.
    pub(crate) name: &'static str,
    /// What stands for the value in the help; empty for a switch.
    pub(crate) value: &'static str,
    /// How it takes its value.
    pub(crate) kind: Kind,
    /// The value when none is given; empty for none.
    pub(crate) default: &'static str,
    /// What it is for, in one sentence.
    pub(crate) help: &'static str,
    /// Reads one value into the settings; the error says what was expected.
    pub(crate) set: fn(&mut Settings, &str) -> Result<(), String>,
}

const _: () = assert!(SETTINGS.len() <= SETTINGS_MAX);

/// Every setting, in the order of the help.
pub(crate) static SETTINGS: &[Setting] = &[
    Setting {
        name: "config",
        value: "FILE",
        kind: Kind::One,
        default: "",
        help: "TOML file with settings (names with `_`) and `[[account]]` tables",
        set: |s, text| values::path(text).map(|v| s.config = Some(v)),
    },
    Setting {
        name: "data",
        value: "DIR",
        kind: Kind::One,
        default: "./larder-data",
        help: "data directory; made when it is not there",
        set: |s, text| values::path(text).map(|v| s.data = v),
    },
    Setting {
        name: "ephemeral",
        value: "",
        kind: Kind::Switch,
        default: "false",
        help: "keep everything in memory and forget it at the end, for test suites",
        set: |s, text| values::switch(text).map(|v| s.ephemeral = v),
    },
    Setting {
        name: "listen",
        value: "ADDR:PORT",
        kind: Kind::Many,
        default: "127.0.0.1:9000",
        help: "where to listen; port 0 takes a free one",
        set: |s, text| values::addresses(text).map(|v| s.listen.extend(v)),
    },
    Setting {
        name: ADMIN_LISTEN,
        value: "ADDR:PORT",
        kind: Kind::Many,
        default: "127.0.0.1:9001",
        help: "where the operator's pages are, such as the metrics; off: nowhere",
        set: |s, text| match text {
            "off" => Ok(()),
            text => values::addresses(text).map(|v| s.admin_listen.extend(v)),
        },
    },
    Setting {
        name: "domain",
        value: "NAME",
        kind: Kind::Many,
        default: "localhost",
        help: "a name under which buckets are subdomains",
        set: |s, text| values::domain(text).map(|v| s.domains.push(v)),
    },
    Setting {
        name: "region",
        value: "NAME",
        kind: Kind::One,
        default: "",
        help: "the region to insist on; without it every region in a signature is fine",
        set: |s, text| values::region(text).map(|v| s.region = Some(v)),
    },
    Setting {
        name: "tls-cert",
        value: "FILE",
        kind: Kind::One,
        default: "",
        help: "certificate chain (PEM); with it all addresses speak TLS. Reloaded when it changes",
        set: |s, text| values::path(text).map(|v| s.tls_cert = Some(v)),
    },
    Setting {
        name: "tls-key",
        value: "FILE",
        kind: Kind::One,
        default: "",
        help: "private key of the certificate (PEM)",
        set: |s, text| values::path(text).map(|v| s.tls_key = Some(v)),
    },
    Setting {
        name: "root-access-key",
        value: "ID",
        kind: Kind::Secret,
        default: "",
        help: "access key of the root account; without it one is made at the first start",
        set: |s, text| values::text(text).map(|v| s.root_access_key = Some(v)),
    },
    Setting {
        name: "root-secret-key",
        value: "SECRET",
        kind: Kind::Secret,
        default: "",
        help: "secret key of the root account",
        set: |s, text| values::text(text).map(|v| s.root_secret_key = Some(v)),
    },
    Setting {
        name: "master-key-file",
        value: "FILE",
        kind: Kind::One,
        default: "",
        help: "file with the key that secrets are sealed under; without it one is made in the data",
        set: |s, text| values::path(text).map(|v| s.master_key_file = Some(v)),
    },
    Setting {
        name: "master-key",
        value: "HEX",
        kind: Kind::Secret,
        default: "",
        help: "that key itself, 64 hexadecimal digits",
        set: |s, text| values::text(text).map(|v| s.master_key = Some(v)),
    },
    Setting {
        name: "buckets",
        value: "NAME",
        kind: Kind::Many,
        default: "",
        help: "buckets that the root account is to have; made at start when they are not there",
        set: |s, text| values::bucket(text).map(|v| s.buckets.push(v)),
    },
    Setting {
        name: "profile",
        value: "NAME",
        kind: Kind::One,
        default: "aws",
        help: "what new buckets start with: aws (no ACLs, public access blocked) or open",
        set: |s, text| values::profile(text).map(|v| s.profile = v),
    },
    Setting {
        name: "sigv2",
        value: "WHERE",
        kind: Kind::One,
        default: "presigned",
        help: "the outdated signature version 2: off, presigned (in URLs and forms) or on",
        set: |s, text| values::sigv2(text).map(|v| s.sigv2 = v),
    },
    Setting {
        name: "memory",
        value: "SIZE",
        kind: Kind::One,
        default: "256MiB",
        help: "memory for the index and for requests",
        set: |s, text| values::memory(text).map(|v| s.memory = v),
    },
    Setting {
        name: "connections-max",
        value: "COUNT",
        kind: Kind::One,
        default: "10000",
        help: "connections served at once; others are told to slow down, but health is answered",
        set: |s, text| values::count(text).map(|v| s.connections_max = v),
    },
    Setting {
        name: "connections-per-address",
        value: "COUNT",
        kind: Kind::One,
        default: "",
        help: "connections of one address at once; without it half of connections-max",
        set: |s, text| values::count(text).map(|v| s.connections_per_address = Some(v)),
    },
    Setting {
        name: "trusted-proxy",
        value: "ADDR[/BITS]",
        kind: Kind::Many,
        default: "",
        help: "a proxy whose X-Forwarded-For tells the client's address",
        set: |s, text| values::network(text).map(|v| s.trusted_proxies.push(v)),
    },
    Setting {
        name: "idle-timeout",
        value: "TIME",
        kind: Kind::One,
        default: "60s",
        help: "how long a connection may be open between two requests",
        set: |s, text| values::duration(text).map(|v| s.idle_timeout = v),
    },
    Setting {
        name: "shutdown-grace",
        value: "TIME",
        kind: Kind::One,
        default: "30s",
        help: "how long requests in flight may go on after SIGTERM",
        set: |s, text| values::duration(text).map(|v| s.shutdown_grace = v),
    },
    Setting {
        name: "scrub-rate",
        value: "SIZE",
        kind: Kind::One,
        default: "64MiB",
        help: "bytes that a scrub reads in a second at most",
        set: |s, text| values::rate(text).map(|v| s.scrub_rate = v),
    },
    Setting {
        name: "scrub-every",
        value: "TIME",
        kind: Kind::One,
        default: "off",
        help: "how long after a scrub the next one begins; off: only `larder scrub` begins one",
        set: |s, text| values::period(text).map(|v| s.scrub_every = v),
    },
    Setting {
        name: "log-format",
        value: "FORMAT",
        kind: Kind::One,
        default: "auto",
        help: "text, json, or auto: text on a terminal, otherwise json",
        set: |s, text| values::log_format(text).map(|v| s.log_format = v),
    },
    Setting {
        name: "log-level",
        value: "LEVEL",
        kind: Kind::One,
        default: "info",
        help: "off, error, warn, info (one line per request too), debug or trace",
        set: |s, text| values::log_level(text).map(|v| s.log_level = v),
    },
    Setting {
        name: "audit-log",
        value: "FILE",
        kind: Kind::One,
        default: "off",
        help: "where every authorisation is taken down, as JSON lines; -: standard output",
        set: |s, text| values::path_or_off(text).map(|v| s.audit_log = v),
    },
];

impl Setting {
    /// `--tls-cert`.
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.name)
    }

    /// `LARDER_TLS_CERT`.
    pub(crate) fn variable(&self) -> String {
        format!("LARDER_{}", self.name.replace('-', "_").to_ascii_uppercase())
    }

    /// `tls_cert`.
    pub(crate) fn key(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Whether it may stand on the command line.
    pub(crate) fn has_flag(&self) -> bool {
        self.kind != Kind::Secret
    }
}

/// The help, from the table.
pub(crate) fn help() -> String {
    let mut out = String::from("larder: Amazon S3 as one binary, one command, one directory\n\n");
    for (usage, what) in crate::commands::USAGES {
        out.push_str(&format!("  larder {usage}\n      {what}\n"));
    }
    out.push_str(
        "\nSettings. Each can also be an environment variable (--tls-cert: LARDER_TLS_CERT) or a\n\
         line of the configuration file (tls_cert). A flag wins over the environment, the\n\
         environment over the file. What is repeatable also takes several values with commas\n\
         between them.\n",
    );
    for setting in SETTINGS {
        let name = if setting.has_flag() {
            setting.flag()
        } else {
            format!("{} (no flag)", setting.variable())
        };
        let value = match setting.value {
            "" => String::new(),
            value => format!(" {value}"),
        };
        let repeat = if setting.kind == Kind::Many { "; repeatable" } else { "" };
        let default = match (setting.default, setting.kind) {
            ("", _) | (_, Kind::Switch) => String::new(),
            (default, _) => format!(" [{default}]"),
        };
        out.push_str(&format!("\n  {name}{value}\n      {}{repeat}{default}\n", setting.help));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{SETTINGS, help};
    use crate::settings::Settings;
    use std::collections::HashSet;

    #[test]
    fn every_default_is_valid_and_every_name_once() {
        let mut names = HashSet::new();
        for setting in SETTINGS {
            assert!(names.insert(setting.name), "{} twice", setting.name);
            if !setting.default.is_empty() {
                (setting.set)(&mut Settings::default(), setting.default).unwrap();
            }
        }
    }

    #[test]
    fn help_names_every_setting_and_fits_a_terminal() {
        let help = help();
        for setting in SETTINGS {
            assert!(help.contains(setting.help), "{}", setting.name);
        }
        assert!(help.contains("\n  --listen ADDR:PORT\n"));
        assert!(help.contains("repeatable [127.0.0.1:9000]"));
        assert!(help.contains("LARDER_ROOT_SECRET_KEY (no flag) SECRET"));
        assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    }
}
