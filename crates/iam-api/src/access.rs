//! Whether a caller may do something to an identity. The one place that asks.

use crate::failure::Failure;
use larder_iam::{Action, Context, Decision, Principal};
use larder_iam_model::CommonError;

/// A right that is asked for.
#[derive(Clone, Copy)]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// To do what: `iam:CreateUser`.
    pub action: Action,
    /// On what: an ARN, or `*` for an action on no single thing.
    pub resource: &'a str,
    /// Under which circumstances.
    pub context: &'a Context<'a>,
}

/// Decides. Pure, as `larder_iam::Rules` is.
pub trait AccessRules: Send + Sync {
    /// Whether the request is allowed. What no rule names is denied.
    fn decide(&self, request: &AccessRequest<'_>) -> Decision;
}

/// The rules without policies: the root of an account may do everything in its account, and nobody
/// else may do anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct RootRules;

impl AccessRules for RootRules {
    fn decide(&self, request: &AccessRequest<'_>) -> Decision {
        let Principal::AccountRoot(account) = request.principal else {
            return Decision::ImplicitlyDenied;
        };
        let is_own = match account_of(request.resource) {
            // What names no account is nobody else's: `*`, or what is refused as no ARN.
            None => true,
            // AWS's own policies are everybody's to read and attach.
            Some(owner) => owner == account.id.as_str() || owner == "aws",
        };
        if is_own { Decision::Allowed } else { Decision::ImplicitlyDenied }
    }
}

/// The account that an ARN names.
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:aws:")?.split(':').nth(2)
}

/// Asks the rules.
///
/// Errors: `AccessDenied` with AWS's sentence.
pub(crate) fn authorise(
    rules: &dyn AccessRules,
    request: &AccessRequest<'_>,
) -> Result<(), Failure> {
    let AccessRequest { principal, action, resource, .. } = request;
    let because = match rules.decide(request) {
        Decision::Allowed => return Ok(()),
        Decision::ExplicitlyDenied => "with an explicit deny in a policy".to_owned(),
        Decision::ImplicitlyDenied | Decision::NeedsObject => {
            format!("because no identity-based policy allows the {action} action")
        }
    };
    Err(Failure::new(
        CommonError::AccessDenied,
        format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} \
             {because}"
        ),
    ))
}
