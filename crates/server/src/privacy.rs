//! Whether other users of the machine may read what they must not: data, keys, secrets.

use crate::settings::Settings;
use larder_platform::{OpenToOthers, open_to_others};
use std::path::Path;

/// Most files of the data directory that a start looks at: it must not take longer for their
/// number.
const LOOKED_AT_MAX: usize = 2000;

/// Says in one line what users other than the owner may read; nothing when there is nothing. What
/// Larder makes is private, so that a finding comes from another program or an older version.
pub(crate) fn warn(settings: &Settings) {
    if let Some(line) = line(settings) {
        log::warn!("{line}");
    }
}

fn line(settings: &Settings) -> Option<String> {
    let mut found = Vec::new();
    let data = Some(&settings.data).filter(|_| !settings.ephemeral);
    let config = settings.config.as_ref().filter(|_| settings.config_has_secrets);
    for (path, looked_at_max) in
        [(data, LOOKED_AT_MAX), (config, 0), (settings.tls_key.as_ref(), 0)]
    {
        let Some(path) = path else { continue };
        // What is not there cannot be read; who needs it will say so.
        let Ok(open) = open_to_others(path, looked_at_max) else { continue };
        found.extend(describe(path, &open));
    }
    if found.is_empty() {
        return None;
    }
    let paths: Vec<String> = found.iter().map(|(path, _)| path.clone()).collect();
    let described: Vec<String> = found.into_iter().map(|(_, described)| described).collect();
    Some(format!(
        "other users may use what is private: {}; run `chmod -R go= {}`",
        described.join(", "),
        paths.join(" ")
    ))
}

/// The path to correct and what the line says of it.
fn describe(path: &Path, open: &OpenToOthers) -> Option<(String, String)> {
    let (first, mode) = open.first.as_ref()?;
    let (first, path) = (first.display(), path.display().to_string());
    let described = match (open.count - 1, open.more) {
        (0, false) => format!("{first} (mode {mode:04o})"),
        (others, false) => format!("{first} (mode {mode:04o}) and {others} more"),
        (others, true) => format!("{first} (mode {mode:04o}) and at least {others} more"),
    };
    Some((path, described))
}
