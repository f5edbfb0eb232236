//! The master key, under which the secrets of access keys and sessions are sealed.

use larder_identities::{Identities, MasterKey, MasterKeyState};
use larder_platform::Platform;
use larder_storage::MetaStore;
use std::io;
use std::path::Path;

/// The file in the data directory that has it when nobody says where it is. Backups leave it out.
pub(crate) const FILE_NAME: &str = "master.key";

const EXPECTED: &str = "a master key is 64 hexadecimal digits";

/// Where the master key is to be found. The first that is there counts.
#[derive(Default)]
pub(crate) struct KeyPlace<'a> {
    /// The key itself.
    pub(crate) text: Option<String>,
    /// The file that the operator named.
    pub(crate) file: Option<&'a Path>,
    /// The data directory; an ephemeral store has none.
    pub(crate) data: Option<&'a Path>,
}

/// The master key: as it is given, from the file that is named, or from the data directory, where
/// the first start makes one.
pub(crate) fn load(place: &KeyPlace<'_>, platform: &Platform) -> Result<MasterKey, String> {
    if let Some(text) = &place.text {
        return MasterKey::parse(text).ok_or_else(|| format!("LARDER_MASTER_KEY: {EXPECTED}"));
    }
    if let Some(path) = place.file {
        let content = platform.disk.read_all(path).map_err(|error| {
            format!("the master key cannot be read from {}: {error}", path.display())
        })?;
        return parse(path, &content);
    }
    let Some(data) = place.data else {
        return Ok(MasterKey::generate(&*platform.random).0);
    };
    let path = data.join(FILE_NAME);
    match platform.disk.read_all(&path) {
        Ok(content) => parse(&path, &content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (key, text) = MasterKey::generate(&*platform.random);
            let content = format!("{text}\n");
            platform.disk.write_private(&path, content.as_bytes()).map_err(|error| {
                format!("the master key cannot be written to {}: {error}", path.display())
            })?;
            Ok(key)
        }
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn parse(path: &Path, content: &[u8]) -> Result<MasterKey, String> {
    let key = std::str::from_utf8(content).ok().and_then(MasterKey::parse);
    key.ok_or_else(|| format!("{} holds no master key: {EXPECTED}", path.display()))
}

/// Says in one line what is lost when this is not the key that sealed what is stored.
pub(crate) async fn verify<S: MetaStore>(identities: &Identities<S>) -> Result<(), String> {
    let state = identities.verify_master_key().await;
    match state.map_err(|error| format!("the master key cannot be verified: {error}"))? {
        MasterKeyState::First | MasterKeyState::Same => {}
        MasterKeyState::Other => log::warn!(
            "the stored access keys were sealed under another master key: those of users cannot \
             sign until it is put back, those of the configuration still do"
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FILE_NAME, KeyPlace, load};
    use larder_platform::Platform;
    use larder_platform::sim::Simulation;
    use std::path::Path;

    fn machine() -> Platform {
        let platform = Simulation::new(1).platform();
        platform.disk.create_dir(Path::new("/data")).unwrap();
        platform
    }

    fn in_data() -> KeyPlace<'static> {
        KeyPlace { data: Some(Path::new("/data")), ..KeyPlace::default() }
    }

    #[test]
    fn a_key_is_made_once() {
        let platform = machine();
        let first = load(&in_data(), &platform).unwrap().fingerprint();
        let content = platform.disk.read_all(&Path::new("/data").join(FILE_NAME)).unwrap();
        assert_eq!(content.len(), 65);
        assert_eq!(load(&in_data(), &platform).unwrap().fingerprint(), first);
        assert_ne!(load(&KeyPlace::default(), &platform).unwrap().fingerprint(), first);
    }

    #[test]
    fn a_key_is_given_or_in_a_file_and_a_bad_one_is_not_repeated() {
        let platform = machine();
        let given = |text: &str| KeyPlace { text: Some(text.into()), ..in_data() };
        let file = Path::new("/data/elsewhere");
        let named = || KeyPlace { file: Some(file), ..in_data() };
        assert!(load(&named(), &platform).unwrap_err().contains("/data/elsewhere"));
        platform.disk.write_private(file, "0a".repeat(32).as_bytes()).unwrap();
        let from_file = load(&named(), &platform).unwrap().fingerprint();
        let from_text = load(&given(&"0A".repeat(32)), &platform).unwrap().fingerprint();
        assert_eq!(from_file, from_text);
        let error = load(&given("hunter2"), &platform).unwrap_err();
        assert!(error.contains("LARDER_MASTER_KEY") && !error.contains("hunter2"), "{error}");
        platform.disk.write_private(file, b"hunter2").unwrap();
        let error = load(&named(), &platform).unwrap_err();
        assert!(error.contains("elsewhere") && !error.contains("hunter2"), "{error}");
        assert!(platform.disk.read_all(&Path::new("/data").join(FILE_NAME)).is_err());
    }
}
