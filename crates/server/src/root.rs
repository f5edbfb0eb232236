//! The root account and where its keys are.

use crate::settings::Settings;
use larder_iam::{Account, Accounts, SecretKey};
use larder_platform::{Platform, Random};
use larder_types::{AccountId, Owner};
use std::io;
use std::path::{Path, PathBuf};

/// The keys' file in the data directory. It is a credentials file as AWS's tools read it.
pub(crate) const FILE_NAME: &str = "root-credentials";

/// The root account is the same whatever its keys are: buckets remember it by these.
const ACCOUNT_ID: &str = "000000000000";
const CANONICAL_ID: &str = "ea42e9f2b3b6725b3881137571381b1b5a76b152beaea0e145ec46f090b47b02";
const DISPLAY_NAME: &str = "root";

/// Characters of generated keys, the same as in AWS's.
const KEY_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// As long as AWS's.
const SECRET_CHARS: usize = 40;
const KEY_PREFIX: &str = "LARD";
const KEY_CHARS: usize = 20;

/// Where the root account's keys are to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// The operator gave them.
    Given,
    /// In this file.
    File(PathBuf),
    /// Nowhere but here: made for this run.
    Run(String, String),
}

/// All accounts, the root account first, and where its keys are.
pub(crate) fn accounts(
    settings: &mut Settings,
    platform: &Platform,
) -> Result<(Accounts, KeyOrigin), String> {
    let (access_key, secret_key, place) = keys(settings, platform)?;
    let mut accounts = Accounts::default();
    let mut add = |account, keys| accounts.add(account, keys).map_err(|error| error.to_string());
    add(account(), vec![(access_key, SecretKey::new(secret_key))])?;
    for (account, keys) in std::mem::take(&mut settings.accounts) {
        add(account, keys)?;
    }
    Ok((accounts, place))
}

/// The root account.
pub(crate) fn account() -> Account {
    Account {
        id: AccountId::new(ACCOUNT_ID).expect("12 digits"),
        owner: Owner { canonical_id: CANONICAL_ID.into(), display_name: DISPLAY_NAME.into() },
        email: String::new(),
    }
}

fn keys(
    settings: &mut Settings,
    platform: &Platform,
) -> Result<(String, String, KeyOrigin), String> {
    let given = (settings.root_access_key.take(), settings.root_secret_key.take());
    if let (Some(access_key), Some(secret_key)) = given {
        return Ok((access_key, secret_key, KeyOrigin::Given));
    }
    let random = &*platform.random;
    if settings.ephemeral {
        let (access_key, secret_key) = generate(random);
        let place = KeyOrigin::Run(access_key.clone(), secret_key.clone());
        return Ok((access_key, secret_key, place));
    }
    let path = settings.data.join(FILE_NAME);
    let (access_key, secret_key) = match platform.disk.read_all(&path) {
        Ok(content) => parse(&path, &content)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let keys = generate(random);
            platform.disk.write_private(&path, file(&keys).as_bytes()).map_err(|error| {
                format!("the root keys cannot be written to {}: {error}", path.display())
            })?;
            keys
        }
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    Ok((access_key, secret_key, KeyOrigin::File(path)))
}

fn generate(random: &dyn Random) -> (String, String) {
    let letters = |letters: &[u8], count: usize| -> String {
        let mut bytes = vec![0; count];
        random.fill(&mut bytes);
        // The alphabets' sizes divide 256: every letter is equally likely.
        bytes.iter().map(|byte| char::from(letters[usize::from(*byte) % letters.len()])).collect()
    };
    let access_key = format!("{KEY_PREFIX}{}", letters(KEY_LETTERS, KEY_CHARS - KEY_PREFIX.len()));
    (access_key, letters(SECRET_LETTERS, SECRET_CHARS))
}

fn file((access_key, secret_key): &(String, String)) -> String {
    format!(
        "# The root account's keys. Larder reads them at start; AWS's tools read this file when\n\
         # AWS_SHARED_CREDENTIALS_FILE names it.\n\
         [default]\n\
         aws_access_key_id = {access_key}\n\
         aws_secret_access_key = {secret_key}\n"
    )
}

fn parse(path: &Path, content: &[u8]) -> Result<(String, String), String> {
    let text = String::from_utf8_lossy(content);
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        let mut values = lines.filter(|(found, _)| found.trim() == name);
        let value = values.next().map(|(_, value)| value.trim().to_owned());
        value.filter(|value| !value.is_empty()).ok_or_else(|| {
            format!(
                "{} has no {name}; restore the file, or remove it to have new root keys made",
                path.display()
            )
        })
    };
    Ok((value("aws_access_key_id")?, value("aws_secret_access_key")?))
}

#[cfg(test)]
mod tests {
    use super::{KeyOrigin, accounts, file, parse};
    use crate::settings::Settings;
    use larder_platform::sim::Simulation;
    use std::path::{Path, PathBuf};

    fn settings() -> Settings {
        Settings { data: PathBuf::from("/data"), ..Settings::default() }
    }

    #[test]
    fn keys_are_made_once() {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        platform.disk.create_dir(Path::new("/data")).unwrap();
        let (first, place) = accounts(&mut settings(), &platform).unwrap();
        assert_eq!(place, KeyOrigin::File("/data/root-credentials".into()));
        let content = platform.disk.read_all(Path::new("/data/root-credentials")).unwrap();
        let (key, secret) = parse(Path::new("x"), &content).unwrap();
        assert_eq!((key.len(), secret.len()), (20, 40));
        let (second, _) = accounts(&mut settings(), &platform).unwrap();
        for accounts in [first, second] {
            assert_eq!(accounts.access_key(&key).unwrap().secret.expose(), secret);
        }
    }

    #[test]
    fn given_keys_win_and_ephemeral_ones_are_not_kept() {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        let mut given = Settings {
            root_access_key: Some("root".into()),
            root_secret_key: Some("root-secret".into()),
            ..settings()
        };
        let (accounts_given, place) = accounts(&mut given, &platform).unwrap();
        assert!(accounts_given.access_key("root").is_some() && place == KeyOrigin::Given);
        let mut ephemeral = Settings { ephemeral: true, ..settings() };
        let (accounts, place) = accounts(&mut ephemeral, &platform).unwrap();
        let KeyOrigin::Run(key, _) = place else { panic!("{place:?}") };
        assert!(accounts.access_key(&key).is_some());
        assert!(platform.disk.list(Path::new("/")).unwrap().is_empty());
    }

    #[test]
    fn a_damaged_file_is_named() {
        let good = file(&("KEY".into(), "se=cret".into()));
        let keys = parse(Path::new("x"), good.as_bytes()).unwrap();
        assert_eq!(keys, ("KEY".to_owned(), "se=cret".to_owned()));
        for bad in ["", "aws_access_key_id = a", "aws_access_key_id =\naws_secret_access_key = b"] {
            assert!(parse(Path::new("the-file"), bad.as_bytes()).unwrap_err().contains("the-file"));
        }
    }
}
