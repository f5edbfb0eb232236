//! What this room's rows mean, for those who verify and rebuild a store below it.

use super::{
    AccessKeyRecord, AccountRecord, IdName, IdentityRecord, OidcProviderRecord, PolicyRecord,
    PolicyVersionRecord, Record, SystemKeys, Text,
};
use larder_storage::value::Malformed;
use larder_storage::{BlobRef, RowKey, RowReferences, RowSchema};

/// Reads the rows of kind Identity. They name no blobs and count for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdentitySchema;

fn check(row: &RowKey, value: &[u8]) -> Result<(), Malformed> {
    match (&row.key[..], row.suffix.first()) {
        ([b'0'..=b'9', ..], Some(b'a')) => AccountRecord::decode(value).map(drop),
        ([b'0'..=b'9', ..], Some(b'u' | b'g' | b'r')) => IdentityRecord::decode(value).map(drop),
        ([b'0'..=b'9', ..], Some(b'i')) => IdName::decode(value).map(drop),
        ([b'0'..=b'9', ..], Some(b'm' | b't')) => Text::decode(value).map(drop),
        ([b'0'..=b'9', ..], Some(b'p')) => PolicyRecord::decode(value).map(drop),
        ([b'0'..=b'9', ..], Some(b'v')) => PolicyVersionRecord::decode(value).map(drop),
        ([b'0'..=b'9', ..], Some(b'o')) => OidcProviderRecord::decode(value).map(drop),
        ([b'k', b'/', ..], None) => AccessKeyRecord::decode(value).map(drop),
        ([b'c' | b'e' | b'n', b'/', ..], None) => Text::decode(value).map(drop),
        ([b's', b'/', ..], None) => SystemKeys::decode(value).map(drop),
        _ => Err(Malformed("an identity's row is of a kind that a newer version knows")),
    }
}

impl RowSchema for IdentitySchema {
    fn read(&mut self, row: &RowKey, value: &[u8]) -> Result<RowReferences, String> {
        check(row, value).map_err(|error| error.0.to_owned())?;
        Ok(RowReferences::default())
    }

    fn name(&self, row: &RowKey) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).escape_debug().to_string();
        let key = text(&row.key);
        let Some((kind, name)) = row.suffix.split_first() else {
            return match key.split_once('/') {
                Some(("k", id)) => format!("access key {id}"),
                Some(("c", id)) => format!("account of the canonical id {id}"),
                Some(("e", email)) => format!("account of {email}"),
                Some(("n", alias)) => format!("account of the alias {alias}"),
                Some(("s", _)) => "keys of the system".to_owned(),
                _ => format!("identity {key}"),
            };
        };
        let what = match kind {
            b'a' => return format!("account {key}"),
            b'u' => "user",
            b'g' => "group",
            b'r' => "role",
            b'i' => "unique id",
            b'm' => "member of a group",
            b'p' => "policy",
            b'v' => "version of a policy",
            b't' => "attachment of a policy",
            b'o' => "OIDC provider",
            _ => "identity",
        };
        format!("{what} {} of account {key}", text(name))
    }

    fn listed(&self, _: &[u8]) -> Result<Vec<BlobRef>, String> {
        Err("identities have no manifests".into())
    }
}
