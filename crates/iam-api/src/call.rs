//! A verified request, as operations see it.

use crate::access::Access;
use crate::failure::Failure;
use crate::request::{Connection, Record};
use crate::service::ServiceParts;
use http::HeaderMap;
use larder_iam::{
    AccessKey, Account, Action, Context, Request, RequestValues, Resource, RoleTrust, Rules,
    Signature, SignatureVersion,
};
use larder_iam_model::{Form, Input, Operation, Output, result_document};
use larder_identities::Identities;
use larder_s3_wire::target::Target;
use larder_storage::MetaStore;
use larder_types::{AccountId, AuthType, RequestId, Timestamp};
use std::borrow::Cow;
use std::sync::Arc;

/// Both services are global: `aws:RequestedRegion` is that of their one endpoint.
const GLOBAL_REGION: &str = "us-east-1";

/// A request whose signature holds.
pub(crate) struct Call<'a, S: MetaStore> {
    pub(crate) parts: &'a ServiceParts<S>,
    pub(crate) record: &'a mut dyn Record,
    pub(crate) request_id: RequestId,
    pub(crate) operation: Operation,
    pub(crate) form: Form,
    pub(crate) signer: Signer,
    pub(crate) head: Head,
    pub(crate) connection: Connection,
}

/// Who signed, and how.
pub(crate) struct Signer {
    pub(crate) key: Arc<AccessKey>,
    /// The account of the key; keys of no account sign nothing.
    pub(crate) account: Arc<Account>,
    pub(crate) auth_type: AuthType,
    pub(crate) signed_at: Option<Timestamp>,
    /// When the signature was verified.
    pub(crate) at: Timestamp,
}

/// A settled head.
pub(crate) struct Head {
    pub(crate) headers: HeaderMap,
    pub(crate) target: Target,
}

impl RequestValues for Head {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()))
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.target.query_value(name)
    }

    /// Objects have no part in these requests.
    fn tags(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

impl<S: MetaStore> Call<'_, S> {
    /// The account of whoever asks.
    pub(crate) fn account(&self) -> &AccountId {
        &self.signer.account.id
    }

    /// What is stored of accounts.
    pub(crate) fn identities(&self) -> &Identities<S> {
        &self.parts.identities
    }

    /// The operation's input.
    pub(crate) fn input<T: Input>(&self) -> Result<T, Failure> {
        Ok(T::decode(&self.form)?)
    }

    /// Asks whether the caller may do something.
    ///
    /// Errors: `AccessDenied`.
    pub(crate) fn authorise(&self, action: Action, resource: &str) -> Result<(), Failure> {
        self.ask(&*self.parts.rules, action, resource)
    }

    /// Asks whether the caller may do something to a role by its trust.
    ///
    /// Errors: `AccessDenied`.
    pub(crate) fn authorise_by_trust(
        &self,
        trust: &RoleTrust<'_>,
        action: Action,
        role: &str,
    ) -> Result<(), Failure> {
        self.ask(trust, action, role)
    }

    fn ask(&self, rules: &dyn Rules, action: Action, resource: &str) -> Result<(), Failure> {
        let Signer { key, auth_type, signed_at, at, .. } = &self.signer;
        let context = &Context {
            signature: Some(Signature { version: SignatureVersion::V4, signed_at: *signed_at }),
            auth_type: *auth_type,
            session: key.session,
            region: GLOBAL_REGION,
            secure_transport: self.connection.secure,
            source_address: self.connection.address,
            now: *at,
            values: &self.head,
        };
        let resource = Resource::Identity(resource);
        let access = Access {
            rules,
            audit: self.parts.audit.as_deref(),
            request_id: self.request_id,
            operation: self.operation.name(),
            access_key: &key.id,
            says_why: self.operation != Operation::AssumeRole,
        };
        access.authorise(&Request { principal: &key.principal, action, resource, context })
    }

    /// The document of a result.
    pub(crate) fn answer(&self, output: &dyn Output) -> Vec<u8> {
        result_document(self.operation, self.request_id.as_str(), output)
    }
}
