//! Unique ids, access key ids and secrets, as AWS makes them.
//!
//! Source: the IAM user guide, "IAM identifiers", for the prefixes.

use larder_iam::SecretKey;
use larder_platform::Random;

/// Prefix of a user's unique id.
pub const USER_ID_PREFIX: &str = "AIDA";
/// Prefix of a group's unique id.
pub const GROUP_ID_PREFIX: &str = "AGPA";
/// Prefix of a role's unique id.
pub const ROLE_ID_PREFIX: &str = "AROA";
/// Prefix of a managed policy's unique id.
pub const POLICY_ID_PREFIX: &str = "ANPA";
/// Prefix of the id of a long-term access key.
pub const ACCESS_KEY_PREFIX: &str = "AKIA";
/// Prefix of the id of a temporary access key.
pub const SESSION_KEY_PREFIX: &str = "ASIA";

/// Characters of a unique id behind its prefix.
const UNIQUE_CHARS: usize = 17;
/// Characters of an access key id behind its prefix.
const ACCESS_KEY_CHARS: usize = 16;
/// Characters of a secret: 240 random bits.
const SECRET_CHARS: usize = 40;

const ID_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A unique id. 85 random bits: nobody meets one twice.
pub(crate) fn unique(random: &dyn Random, prefix: &str) -> String {
    format!("{prefix}{}", letters(random, ID_LETTERS, UNIQUE_CHARS))
}

/// The id of a new access key, with one of the prefixes above.
pub(crate) fn access_key(random: &dyn Random, prefix: &str) -> String {
    format!("{prefix}{}", letters(random, ID_LETTERS, ACCESS_KEY_CHARS))
}

/// A new secret.
pub(crate) fn secret(random: &dyn Random) -> SecretKey {
    SecretKey::new(letters(random, SECRET_LETTERS, SECRET_CHARS))
}

fn letters(random: &dyn Random, letters: &[u8], count: usize) -> String {
    let mut bytes = vec![0; count];
    random.fill(&mut bytes);
    // The alphabets' sizes divide 256: every letter is equally likely.
    bytes.iter().map(|byte| char::from(letters[usize::from(*byte) % letters.len()])).collect()
}
