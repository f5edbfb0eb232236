//! What the pipeline is made of, and what it answers.

use http::HeaderValue;
use larder_digest::Md5Queue;
use larder_documents::Profile;
use larder_iam::{Audit, KeyCache, KeySource, Rules};
use larder_objects::Objects;
use larder_platform::{MemoryBudget, Platform};
use larder_s3_wire::auth::{AuthSettings, SigV2, Verifier};
use larder_storage::Storage;
use std::net::SocketAddr;
use std::sync::Arc;

/// The parts that a service works with.
pub struct Parts<S: Storage> {
    /// Buckets and objects.
    pub objects: Objects<S>,
    /// Who may sign.
    pub keys: Arc<dyn KeySource>,
    /// Who may do what.
    pub rules: Arc<dyn Rules>,
    /// Where authorisations are taken down.
    pub audit: Option<Arc<dyn Audit>>,
    /// Clock, randomness, tasks.
    pub platform: Platform,
    /// Values.
    pub settings: ApiSettings,
}

/// Values that an operator may choose.
#[derive(Clone, Debug, Default)]
pub struct ApiSettings {
    /// The region. `None` accepts any in signatures and stores any LocationConstraint.
    pub region: Option<String>,
    /// Names under which buckets are subdomains.
    pub domains: Vec<String>,
    /// Where Signature Version 2 is accepted.
    pub sigv2: SigV2,
    /// What new buckets start with.
    pub profile: Profile,
}

/// Part of the requests' memory that forms may hold besides, before it is known who sends them.
const FORM_PART: usize = 8;

/// The region that answers name when none is set.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

impl ApiSettings {
    /// The region that answers name.
    pub(crate) fn region(&self) -> &str {
        self.region.as_deref().unwrap_or(DEFAULT_REGION)
    }
}

/// What is known of a request apart from itself.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The client's address.
    pub remote: Option<SocketAddr>,
    /// Whether the connection is encrypted.
    pub secure: bool,
}

/// The S3 service. Cheap to clone.
pub struct Service<S: Storage>(pub(crate) Arc<ServiceParts<S>>);

/// What all requests share.
pub(crate) struct ServiceParts<S: Storage> {
    pub(crate) objects: Objects<S>,
    pub(crate) keys: KeyCache,
    pub(crate) rules: Arc<dyn Rules>,
    pub(crate) audit: Option<Arc<dyn Audit>>,
    pub(crate) platform: Platform,
    pub(crate) settings: ApiSettings,
    pub(crate) verifier: Verifier,
    /// What forms hold before their signatures are verified.
    pub(crate) form_memory: MemoryBudget,
    /// Where bodies that come at the same time are hashed.
    pub(crate) md5_queue: Md5Queue,
    /// `x-amz-id-2`: which process answered.
    pub(crate) host_id: HeaderValue,
}

impl<S: Storage> Service<S> {
    /// A service over these parts.
    pub fn new(parts: Parts<S>) -> Self {
        let Parts { objects, keys, rules, audit, platform, settings } = parts;
        let mut host = [0; 24];
        platform.random.fill(&mut host);
        Self(Arc::new(ServiceParts {
            objects,
            keys: KeyCache::new(keys, platform.clock.clone()),
            rules,
            audit,
            verifier: Verifier::new(AuthSettings {
                region: settings.region.clone(),
                sigv2: settings.sigv2,
                ..AuthSettings::default()
            }),
            form_memory: MemoryBudget::new(platform.request_memory.max() / FORM_PART),
            md5_queue: Md5Queue::new(platform.tasks.clone()),
            platform,
            settings,
            host_id: HeaderValue::from_str(&larder_types::hex::encode(&host))
                .expect("hex is visible"),
        }))
    }
}

impl<S: Storage> Clone for Service<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
