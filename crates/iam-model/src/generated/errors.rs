//! The error codes of single operations.
//!
//! Written by `cargo xtask querygen`.

error_codes! {
    /// A code that the reference of an operation names.
    OperationError
    ConcurrentModification = "ConcurrentModification", 409;
    DeleteConflict = "DeleteConflict", 409;
    DuplicateCertificate = "DuplicateCertificate", 409;
    DuplicateSSHPublicKey = "DuplicateSSHPublicKey", 400;
    EntityAlreadyExists = "EntityAlreadyExists", 409;
    EntityTemporarilyUnmodifiable = "EntityTemporarilyUnmodifiable", 409;
    ExpiredToken = "ExpiredTokenException", 400;
    ExpiredTradeInToken = "ExpiredTradeInTokenException", 400;
    FeatureDisabled = "FeatureDisabled", 404;
    FeatureEnabled = "FeatureEnabled", 409;
    IDPCommunicationError = "IDPCommunicationError", 400;
    IDPRejectedClaim = "IDPRejectedClaim", 403;
    InvalidAuthenticationCode = "InvalidAuthenticationCode", 403;
    InvalidAuthorizationMessage = "InvalidAuthorizationMessageException", 400;
    InvalidCertificate = "InvalidCertificate", 400;
    InvalidIdentityToken = "InvalidIdentityToken", 400;
    InvalidInput = "InvalidInput", 400;
    InvalidPublicKey = "InvalidPublicKey", 400;
    InvalidUserType = "InvalidUserType", 400;
    JWTPayloadSizeExceeded = "JWTPayloadSizeExceededException", 400;
    KeyPairMismatch = "KeyPairMismatch", 400;
    LimitExceeded = "LimitExceeded", 409;
    MalformedCertificate = "MalformedCertificate", 400;
    MalformedPolicyDocument = "MalformedPolicyDocument", 400;
    NameConflict = "NameConflict", 409;
    NoSuchEntity = "NoSuchEntity", 404;
    NotSupportedService = "NotSupportedService", 404;
    OpenIdIdpCommunicationError = "OpenIdIdpCommunicationError", 400;
    OutboundWebIdentityFederationDisabled = "OutboundWebIdentityFederationDisabledException", 403;
    PackedPolicyTooLarge = "PackedPolicyTooLarge", 400;
    PasswordPolicyViolation = "PasswordPolicyViolation", 400;
    PolicyEvaluation = "PolicyEvaluation", 500;
    PolicyNotAttachable = "PolicyNotAttachable", 400;
    RegionDisabled = "RegionDisabledException", 403;
    ReportExpired = "ReportExpired", 410;
    ReportGenerationLimitExceeded = "ReportGenerationLimitExceeded", 409;
    ReportInProgress = "ReportInProgress", 404;
    ReportNotPresent = "ReportNotPresent", 410;
    RoleModified = "RoleModified", 409;
    RoleTemplateDisabled = "RoleTemplateDisabled", 400;
    ServiceFailure = "ServiceFailure", 500;
    SessionDurationEscalation = "SessionDurationEscalationException", 403;
    UnmodifiableEntity = "UnmodifiableEntity", 400;
    UnrecognizedPublicKeyEncoding = "UnrecognizedPublicKeyEncoding", 400;
}
