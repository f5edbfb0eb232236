//! The identities that are stored, beside the accounts that the configuration names.

use larder_iam::{AccessKey, Accounts, Found, KeySource};
use larder_identities::{Identities, MasterKey, MasterKeyState};
use larder_platform::Platform;
use larder_storage::MetaStore;
use larder_types::AccountId;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The file in the data directory with the key that secrets are sealed under.
const FILE_NAME: &str = "master-key";

/// Opens what is stored, and sees to it that the configuration's accounts are there. `data` is the
/// data directory; a store in memory has none.
pub(crate) async fn open<S: MetaStore>(
    store: Arc<S>,
    platform: &Platform,
    data: Option<&Path>,
    accounts: &Accounts,
) -> Result<Identities<S>, String> {
    let identities = Identities::new(store, platform.clone(), master_key(data, platform)?);
    let state = identities.verify_master_key().await;
    if state.map_err(|error| error.to_string())? == MasterKeyState::Other {
        log::error!(
            "the file {FILE_NAME} is not the one that access keys were sealed under: those do not \
             sign until it is back"
        );
    }
    for account in accounts.accounts() {
        let ensured = identities.ensure_account(account).await;
        ensured.map_err(|error| format!("account {}: {error}", account.id))?;
    }
    Ok(identities)
}

/// The key that secrets are sealed under: made at the first start, in a file that nobody else may
/// read. A store in memory has one for its time.
fn master_key(data: Option<&Path>, platform: &Platform) -> Result<MasterKey, String> {
    let Some(data) = data else {
        return Ok(MasterKey::generate(&*platform.random).0);
    };
    let path = data.join(FILE_NAME);
    let shown = path.display();
    match platform.disk.read_all(&path) {
        Ok(content) => {
            let key = std::str::from_utf8(&content).ok().and_then(MasterKey::parse);
            key.ok_or_else(|| {
                format!("{shown} holds no master key: restore the file from where it was kept")
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (key, text) = MasterKey::generate(&*platform.random);
            let written = platform.disk.write_private(&path, format!("{text}\n").as_bytes());
            written
                .map_err(|error| format!("the master key cannot be written to {shown}: {error}"))?;
            Ok(key)
        }
        Err(error) => Err(format!("{shown} cannot be read: {error}")),
    }
}

/// The keys that the configuration names, and behind them those that are stored.
pub(crate) struct Keys<S: MetaStore> {
    pub(crate) configured: Accounts,
    pub(crate) stored: Identities<S>,
}

impl<S: MetaStore> KeySource for Keys<S> {
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
        match self.configured.access_key(id) {
            Some(key) => Box::pin(std::future::ready(Ok(Some(key.clone())))),
            None => self.stored.access_key(id),
        }
    }

    fn account_id<'a>(&'a self, canonical_id: &'a str) -> Found<'a, AccountId> {
        self.stored.account_id(canonical_id)
    }

    fn generation(&self) -> u64 {
        KeySource::generation(&self.stored)
    }
}

#[cfg(test)]
mod tests {
    use super::master_key;
    use larder_platform::sim::Simulation;
    use std::path::Path;

    #[test]
    fn a_master_key_is_made_once_and_never_replaced() {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        let disk = &platform.disk;
        disk.create_dir(Path::new("/data")).unwrap();
        let data = Some(Path::new("/data"));
        let file = Path::new("/data/master-key");
        let first = master_key(data, &platform).unwrap().fingerprint();
        let content = disk.read_all(file).unwrap();
        assert_eq!(content.len(), 65);
        assert_eq!(master_key(data, &platform).unwrap().fingerprint(), first);
        assert_eq!(disk.read_all(file).unwrap(), content);
        for damaged in [&b""[..], b"not hex", &content[..20], b"\xff"] {
            let sim = Simulation::new(2);
            let platform = sim.platform();
            platform.disk.create_dir(Path::new("/data")).unwrap();
            platform.disk.write_private(file, damaged).unwrap();
            let error = master_key(data, &platform).err().unwrap();
            assert!(error.contains("/data/master-key"), "{error}");
            assert_eq!(platform.disk.read_all(file).unwrap(), damaged);
        }
        assert_ne!(master_key(None, &platform).unwrap().fingerprint(), first);
    }
}
