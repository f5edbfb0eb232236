//! Whether a caller may do something to an identity. The one place that asks.

use crate::failure::Failure;
use larder_iam::{Audit, Authorisation, Decision, Request, Rules};
use larder_iam_model::CommonError;
use larder_types::RequestId;

/// Who is asked, and on behalf of which request.
pub(crate) struct Access<'a> {
    pub(crate) rules: &'a dyn Rules,
    pub(crate) audit: Option<&'a dyn Audit>,
    pub(crate) request_id: RequestId,
    pub(crate) operation: &'static str,
    pub(crate) access_key: &'a str,
    /// Whether a refusal says which kind of policy is missing.
    pub(crate) says_why: bool,
}

impl Access<'_> {
    /// Asks the rules, and takes down what they decide before anything is done on it.
    ///
    /// Errors: `AccessDenied` with AWS's sentence.
    pub(crate) fn authorise(&self, request: &Request<'_>) -> Result<(), Failure> {
        let decision = match self.audit {
            Some(audit) => {
                let explanation = &self.rules.explain(request);
                audit.authorised(&Authorisation {
                    request,
                    explanation,
                    request_id: self.request_id,
                    operation: self.operation,
                    access_key: Some(self.access_key),
                })?;
                explanation.decision
            }
            None => self.rules.decide(request),
        };
        if decision.is_allowed() { Ok(()) } else { Err(self.denied(request, decision)) }
    }

    fn denied(&self, request: &Request<'_>, decision: Decision) -> Failure {
        let Request { principal, action, resource, .. } = request;
        let because = if decision == Decision::ExplicitlyDenied {
            " with an explicit deny in a policy".to_owned()
        } else if self.says_why {
            format!(" because no identity-based policy allows the {action} action")
        } else {
            String::new()
        };
        Failure::new(
            CommonError::AccessDenied,
            format!(
                "User: {principal} is not authorized to perform: {action} on resource: \
                 {resource}{because}"
            ),
        )
    }
}
