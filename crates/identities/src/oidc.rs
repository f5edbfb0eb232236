//! OpenID Connect providers, whose tokens AssumeRoleWithWebIdentity takes.

use crate::change::{Change, change};
use crate::limits::{CLIENT_IDS_MAX, OIDC_PROVIDERS_MAX, THUMBPRINTS_MAX};
use crate::listing::Rows;
use crate::names::{remove_tags, set_tags};
use crate::rows::{OidcProviderRecord, address};
use crate::{Error, Identities, Paging};
use larder_storage::MetaStore;
use larder_storage::value::UnknownFields;
use larder_types::AccountId;

/// Characters of a provider's URL and of a client id.
const TEXT_CHARS_MAX: usize = 255;
/// Characters of a thumbprint: a SHA-1 digest in hexadecimal.
const THUMBPRINT_CHARS: usize = 40;

/// A provider to create.
#[derive(Clone, Debug, Default)]
pub struct NewOidcProvider {
    /// Its URL: `https://`, host, path.
    pub url: String,
    /// The audiences that its tokens may have.
    pub client_ids: Vec<String>,
    /// SHA-1 digests of certificates, in hexadecimal.
    pub thumbprints: Vec<String>,
    /// Its tags, key and value.
    pub tags: Vec<(String, String)>,
}

impl<S: MetaStore> Identities<S> {
    /// CreateOpenIDConnectProvider.
    pub async fn create_oidc_provider(
        &self,
        account: &AccountId,
        new: NewOidcProvider,
    ) -> Result<OidcProviderRecord, Error> {
        let url = check_url(&new.url)?;
        check_client_ids(&new.client_ids)?;
        check_thumbprints(&new.thumbprints)?;
        let mut provider = OidcProviderRecord {
            url: url.to_owned(),
            created: self.now(),
            tags: Vec::new(),
            client_ids: new.client_ids,
            thumbprints: new.thumbprints,
            unknown: UnknownFields::default(),
        };
        set_tags(&mut provider.tags, &new.tags)?;
        change!(self, account, change => async {
            let mut record = change.account_record().await?;
            let row = address::oidc_provider(&provider.url);
            if change.get::<OidcProviderRecord>(row.clone()).await?.is_some() {
                let text = format!("Provider with url {} already exists.", new.url);
                return Err(Error::EntityAlreadyExists(text));
            }
            if record.counts.oidc_providers >= OIDC_PROVIDERS_MAX {
                return Err(Error::LimitExceeded(format!(
                    "Cannot exceed quota for OpenIdConnectProvidersPerAccount: {OIDC_PROVIDERS_MAX}"
                )));
            }
            record.counts.oidc_providers += 1;
            change.put(row, &provider)?;
            change.put(address::account(), &record)
        })?;
        Ok(provider)
    }

    /// GetOpenIDConnectProvider.
    pub async fn oidc_provider(
        &self,
        account: &AccountId,
        arn: &str,
    ) -> Result<OidcProviderRecord, Error> {
        let row = address::oidc_provider(url_of(account, arn)?);
        self.read(account, row).await?.ok_or_else(|| missing(arn))
    }

    /// ListOpenIDConnectProviders: all of them, there are few.
    pub async fn list_oidc_providers(
        &self,
        account: &AccountId,
    ) -> Result<Vec<OidcProviderRecord>, Error> {
        let paging = Paging::first(OIDC_PROVIDERS_MAX as usize);
        let rows = Rows { account, prefix: address::oidc_providers(), paging: &paging };
        let found = self.list(rows, |_: &OidcProviderRecord| true).await?;
        Ok(found.entries.into_iter().map(|(_, provider)| provider).collect())
    }

    /// DeleteOpenIDConnectProvider. One that is not there is fine, as AWS has it.
    pub async fn delete_oidc_provider(&self, account: &AccountId, arn: &str) -> Result<(), Error> {
        let row = address::oidc_provider(url_of(account, arn)?);
        change!(self, account, change => async {
            let mut record = change.account_record().await?;
            if change.get::<OidcProviderRecord>(row.clone()).await?.is_none() {
                return Ok(());
            }
            record.counts.oidc_providers = record.counts.oidc_providers.saturating_sub(1);
            change.delete(row.clone());
            change.put(address::account(), &record)
        })
    }

    /// AddClientIDToOpenIDConnectProvider. One that is there stays.
    pub async fn add_oidc_client_id(
        &self,
        account: &AccountId,
        arn: &str,
        client_id: &str,
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut provider = change.oidc_provider(arn).await?;
            if !provider.client_ids.iter().any(|known| known == client_id) {
                provider.client_ids.push(client_id.to_owned());
            }
            check_client_ids(&provider.client_ids)?;
            change.put(address::oidc_provider(&provider.url), &provider)
        })
    }

    /// RemoveClientIDFromOpenIDConnectProvider. One that is not there is fine.
    pub async fn remove_oidc_client_id(
        &self,
        account: &AccountId,
        arn: &str,
        client_id: &str,
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut provider = change.oidc_provider(arn).await?;
            provider.client_ids.retain(|known| known != client_id);
            change.put(address::oidc_provider(&provider.url), &provider)
        })
    }

    /// UpdateOpenIDConnectProviderThumbprint: these are the ones from now on.
    pub async fn set_oidc_thumbprints(
        &self,
        account: &AccountId,
        arn: &str,
        thumbprints: &[String],
    ) -> Result<(), Error> {
        check_thumbprints(thumbprints)?;
        change!(self, account, change => async {
            let mut provider = change.oidc_provider(arn).await?;
            provider.thumbprints = thumbprints.to_vec();
            change.put(address::oidc_provider(&provider.url), &provider)
        })
    }

    /// TagOpenIDConnectProvider.
    pub async fn tag_oidc_provider(
        &self,
        account: &AccountId,
        arn: &str,
        tags: &[(String, String)],
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut provider = change.oidc_provider(arn).await?;
            set_tags(&mut provider.tags, tags)?;
            change.put(address::oidc_provider(&provider.url), &provider)
        })
    }

    /// UntagOpenIDConnectProvider.
    pub async fn untag_oidc_provider(
        &self,
        account: &AccountId,
        arn: &str,
        keys: &[String],
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut provider = change.oidc_provider(arn).await?;
            remove_tags(&mut provider.tags, keys);
            change.put(address::oidc_provider(&provider.url), &provider)
        })
    }
}

impl<S: MetaStore> Change<'_, S> {
    async fn oidc_provider(&mut self, arn: &str) -> Result<OidcProviderRecord, Error> {
        let row = address::oidc_provider(url_of(self.account, arn)?);
        self.get(row).await?.ok_or_else(|| missing(arn))
    }
}

fn missing(arn: &str) -> Error {
    Error::NoSuchEntity(format!("OpenIDConnect Provider not found for arn {arn}"))
}

/// The URL, without its scheme, that an ARN of this account names.
fn url_of<'a>(account: &AccountId, arn: &'a str) -> Result<&'a str, Error> {
    let prefix = format!("arn:aws:iam::{account}:oidc-provider/");
    let url = arn.strip_prefix(&prefix).filter(|url| (1..=TEXT_CHARS_MAX).contains(&url.len()));
    url.ok_or_else(|| missing(arn))
}

/// A URL of a provider, without its scheme.
fn check_url(url: &str) -> Result<&str, Error> {
    let invalid = || Error::Validation("Invalid Open ID Connect Provider URL".into());
    let rest = url.strip_prefix("https://").filter(|_| url.len() <= TEXT_CHARS_MAX);
    let rest = rest.ok_or_else(invalid)?;
    let sound = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/:%".contains(&b));
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || !sound { Err(invalid()) } else { Ok(rest) }
}

fn check_client_ids(ids: &[String]) -> Result<(), Error> {
    if ids.len() > CLIENT_IDS_MAX {
        return Err(Error::LimitExceeded(format!(
            "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {CLIENT_IDS_MAX}"
        )));
    }
    if ids.iter().all(|id| (1..=TEXT_CHARS_MAX).contains(&id.chars().count())) {
        return Ok(());
    }
    Err(Error::Validation("The specified value for clientID is invalid.".into()))
}

fn check_thumbprints(thumbprints: &[String]) -> Result<(), Error> {
    if thumbprints.len() > THUMBPRINTS_MAX {
        return Err(Error::InvalidInput("A provider has at most 5 thumbprints.".into()));
    }
    let sound = |text: &String| {
        text.len() == THUMBPRINT_CHARS && text.bytes().all(|b| b.is_ascii_hexdigit())
    };
    if thumbprints.iter().all(sound) {
        return Ok(());
    }
    Err(Error::Validation("The specified value for thumbprint is invalid.".into()))
}
