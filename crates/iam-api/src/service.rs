//! What the pipeline is made of.

use larder_iam::{Audit, KeyCache, KeySource, Rules};
use larder_iam_model::Service as ServiceName;
use larder_identities::Identities;
use larder_platform::{MemoryBudget, Platform};
use larder_s3_wire::auth::{AuthSettings, SigV2, Verifier};
use larder_storage::MetaStore;
use std::sync::Arc;

/// The parts that a service works with.
pub struct Parts<S: MetaStore> {
    /// Accounts, users and what else there is.
    pub identities: Identities<S>,
    /// Who may sign.
    pub keys: Arc<dyn KeySource>,
    /// Who may do what.
    pub rules: Arc<dyn Rules>,
    /// Where authorisations are taken down.
    pub audit: Option<Arc<dyn Audit>>,
    /// Clock, randomness, tasks.
    pub platform: Platform,
    /// Names under which buckets are subdomains.
    pub domains: Vec<String>,
}

/// Part of the requests' memory that bodies may hold besides, before their signatures are verified:
/// they cover the body, so that it comes first.
const UNVERIFIED_PART: usize = 8;

/// The query APIs. Cheap to clone.
pub struct Service<S: MetaStore>(pub(crate) Arc<ServiceParts<S>>);

impl<S: MetaStore> Clone for Service<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// What all requests share.
pub(crate) struct ServiceParts<S: MetaStore> {
    pub(crate) identities: Identities<S>,
    pub(crate) keys: KeyCache,
    pub(crate) rules: Arc<dyn Rules>,
    pub(crate) audit: Option<Arc<dyn Audit>>,
    pub(crate) platform: Platform,
    pub(crate) domains: Vec<String>,
    pub(crate) unverified_memory: MemoryBudget,
    iam: Verifier,
    sts: Verifier,
}

impl<S: MetaStore> Service<S> {
    /// A service over these parts.
    pub fn new(parts: Parts<S>) -> Self {
        let Parts { identities, keys, rules, audit, platform, domains } = parts;
        Self(Arc::new(ServiceParts {
            identities,
            keys: KeyCache::new(keys, platform.clock.clone()),
            rules,
            audit,
            unverified_memory: MemoryBudget::new(platform.request_memory.max() / UNVERIFIED_PART),
            iam: verifier(ServiceName::Iam),
            sts: verifier(ServiceName::Sts),
            platform,
            domains,
        }))
    }
}

impl<S: MetaStore> ServiceParts<S> {
    /// What verifies the signatures of a service.
    pub(crate) fn verifier(&self, service: ServiceName) -> &Verifier {
        match service {
            ServiceName::Iam => &self.iam,
            ServiceName::Sts => &self.sts,
        }
    }
}

/// Both services are global: clients sign for the region that they happen to be set to.
fn verifier(service: ServiceName) -> Verifier {
    let services = vec![service.name().to_owned()];
    Verifier::new(AuthSettings { region: None, sigv2: SigV2::Off, services })
}
