//! Whether a caller may do something to an identity. The one place that asks.

use crate::call::Call;
use crate::failure::Failure;
use larder_iam::{Authorisation, Decision, Request};
use larder_iam_model::CommonError;
use larder_storage::MetaStore;

/// Asks the rules, and takes down what they decide before anything is done on it.
///
/// Errors: `AccessDenied` with AWS's sentence.
pub(crate) fn authorise<S: MetaStore>(
    call: &Call<'_, S>,
    request: &Request<'_>,
) -> Result<(), Failure> {
    let parts = call.parts;
    let decision = match &parts.audit {
        Some(audit) => {
            let explanation = &parts.rules.explain(request);
            audit.authorised(&Authorisation {
                request,
                explanation,
                request_id: call.request_id,
                operation: call.operation.name(),
                access_key: Some(&call.signer.key.id),
            })?;
            explanation.decision
        }
        None => parts.rules.decide(request),
    };
    if decision.is_allowed() { Ok(()) } else { Err(denied(request, decision)) }
}

fn denied(request: &Request<'_>, decision: Decision) -> Failure {
    let Request { principal, action, resource, .. } = request;
    let because = if decision == Decision::ExplicitlyDenied {
        "with an explicit deny in a policy".to_owned()
    } else {
        format!("because no identity-based policy allows the {action} action")
    };
    Failure::new(
        CommonError::AccessDenied,
        format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} \
             {because}"
        ),
    )
}
