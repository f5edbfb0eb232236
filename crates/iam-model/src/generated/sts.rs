//! Inputs, outputs and what they are made of.
//!
//! Written by `cargo xtask querygen`.

use crate::constraint::Constraint;
use crate::constraint::Pattern;
use crate::pattern;
use larder_s3_model::Secret;
use larder_types::Timestamp;

static ACCESS_KEY_ID_TYPE: Constraint = Constraint {
    min: Some(16),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\w]*", matches: pattern::word }),
    ..Constraint::NONE
};
static ARN_TYPE: Constraint = Constraint {
    min: Some(20),
    max: Some(2048),
    pattern: Some(Pattern {
        text: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+",
        matches: pattern::arn,
    }),
    ..Constraint::NONE
};
static CLIENT_TOKEN_TYPE: Constraint =
    Constraint { min: Some(4), max: Some(20000), ..Constraint::NONE };
static CONTEXT_ASSERTION_TYPE: Constraint =
    Constraint { min: Some(4), max: Some(2048), ..Constraint::NONE };
static DURATION_SECONDS_TYPE: Constraint =
    Constraint { min: Some(900), max: Some(129600), ..Constraint::NONE };
static ENCODED_MESSAGE_TYPE: Constraint =
    Constraint { min: Some(1), max: Some(10240), ..Constraint::NONE };
static EXTERNAL_ID_TYPE: Constraint = Constraint {
    min: Some(2),
    max: Some(1224),
    pattern: Some(Pattern { text: "[\\w+=,.@:\\/-]*", matches: pattern::serial_number }),
    ..Constraint::NONE
};
static MINIMUM_SESSION_TOKEN_SIZE_TYPE: Constraint =
    Constraint { min: Some(0), max: Some(4096), ..Constraint::NONE };
static PROVIDED_CONTEXTS_LIST_TYPE: Constraint =
    Constraint { min: Some(1), max: Some(5), ..Constraint::NONE };
static ROLE_DURATION_SECONDS_TYPE: Constraint =
    Constraint { min: Some(900), max: Some(43200), ..Constraint::NONE };
static ROLE_SESSION_NAME_TYPE: Constraint = Constraint {
    min: Some(2),
    max: Some(64),
    pattern: Some(Pattern { text: "[\\w+=,.@-]*", matches: pattern::name }),
    ..Constraint::NONE
};
static SERIAL_NUMBER_TYPE: Constraint = Constraint {
    min: Some(9),
    max: Some(256),
    pattern: Some(Pattern { text: "[\\w+=/:,.@-]*", matches: pattern::serial_number }),
    ..Constraint::NONE
};
static SESSION_POLICY_DOCUMENT_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(2048),
    pattern: Some(Pattern {
        text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        matches: pattern::latin_1_lines,
    }),
    ..Constraint::NONE
};
static SOURCE_IDENTITY_TYPE: Constraint = Constraint {
    min: Some(2),
    max: Some(64),
    pattern: Some(Pattern { text: "[\\w+=,.@-]*", matches: pattern::name }),
    ..Constraint::NONE
};
static TAG_KEY_LIST_TYPE: Constraint =
    Constraint { max: Some(50), item: Some(&TAG_KEY_TYPE), ..Constraint::NONE };
static TAG_KEY_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+", matches: pattern::tag }),
    ..Constraint::NONE
};
static TAG_LIST_TYPE: Constraint = Constraint { max: Some(50), ..Constraint::NONE };
static TAG_VALUE_TYPE: Constraint = Constraint {
    min: Some(0),
    max: Some(256),
    pattern: Some(Pattern { text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", matches: pattern::tag }),
    ..Constraint::NONE
};
static TOKEN_CODE_TYPE: Constraint = Constraint {
    min: Some(6),
    max: Some(6),
    pattern: Some(Pattern { text: "[\\d]*", matches: pattern::digits }),
    ..Constraint::NONE
};
static UNRESTRICTED_SESSION_POLICY_DOCUMENT_TYPE: Constraint = Constraint {
    min: Some(1),
    pattern: Some(Pattern {
        text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        matches: pattern::latin_1_lines,
    }),
    ..Constraint::NONE
};
static URL_TYPE: Constraint = Constraint { min: Some(4), max: Some(2048), ..Constraint::NONE };
static USER_NAME_TYPE: Constraint = Constraint {
    min: Some(2),
    max: Some(32),
    pattern: Some(Pattern { text: "[\\w+=,.@-]*", matches: pattern::name }),
    ..Constraint::NONE
};

shape! { #[derive(Default)] AssumeRoleRequest [read] {
    role_arn: String = "RoleArn", &ARN_TYPE;
    role_session_name: String = "RoleSessionName", &ROLE_SESSION_NAME_TYPE;
    policy_arns: Option<Vec<PolicyDescriptorType>> = "PolicyArns", &Constraint::NONE;
    policy: Option<String> = "Policy", &UNRESTRICTED_SESSION_POLICY_DOCUMENT_TYPE;
    duration_seconds: Option<i32> = "DurationSeconds", &ROLE_DURATION_SECONDS_TYPE;
    tags: Option<Vec<Tag>> = "Tags", &TAG_LIST_TYPE;
    transitive_tag_keys: Option<Vec<String>> = "TransitiveTagKeys", &TAG_KEY_LIST_TYPE;
    external_id: Option<String> = "ExternalId", &EXTERNAL_ID_TYPE;
    serial_number: Option<String> = "SerialNumber", &SERIAL_NUMBER_TYPE;
    token_code: Option<String> = "TokenCode", &TOKEN_CODE_TYPE;
    source_identity: Option<String> = "SourceIdentity", &SOURCE_IDENTITY_TYPE;
    provided_contexts: Option<Vec<ProvidedContext>> = "ProvidedContexts", &PROVIDED_CONTEXTS_LIST_TYPE;
    minimum_session_token_size: Option<i32> = "MinimumSessionTokenSize", &MINIMUM_SESSION_TOKEN_SIZE_TYPE;
} }

shape! { #[derive(Default)] AssumeRoleResponse [write] {
    credentials: Option<Credentials> = "Credentials";
    assumed_role_user: Option<AssumedRoleUser> = "AssumedRoleUser";
    packed_policy_size: Option<i32> = "PackedPolicySize";
    source_identity: Option<String> = "SourceIdentity";
    session_token_utilization: Option<i32> = "SessionTokenUtilization";
    session_token_size: Option<i32> = "SessionTokenSize";
} }

shape! { #[derive(Default)] AssumeRoleWithWebIdentityRequest [read] {
    role_arn: String = "RoleArn", &ARN_TYPE;
    role_session_name: String = "RoleSessionName", &ROLE_SESSION_NAME_TYPE;
    web_identity_token: Secret = "WebIdentityToken", &CLIENT_TOKEN_TYPE;
    provider_id: Option<String> = "ProviderId", &URL_TYPE;
    policy_arns: Option<Vec<PolicyDescriptorType>> = "PolicyArns", &Constraint::NONE;
    policy: Option<String> = "Policy", &SESSION_POLICY_DOCUMENT_TYPE;
    duration_seconds: Option<i32> = "DurationSeconds", &ROLE_DURATION_SECONDS_TYPE;
    minimum_session_token_size: Option<i32> = "MinimumSessionTokenSize", &MINIMUM_SESSION_TOKEN_SIZE_TYPE;
} }

shape! { #[derive(Default)] AssumeRoleWithWebIdentityResponse [write] {
    credentials: Option<Credentials> = "Credentials";
    subject_from_web_identity_token: Option<String> = "SubjectFromWebIdentityToken";
    assumed_role_user: Option<AssumedRoleUser> = "AssumedRoleUser";
    packed_policy_size: Option<i32> = "PackedPolicySize";
    provider: Option<String> = "Provider";
    audience: Option<String> = "Audience";
    source_identity: Option<String> = "SourceIdentity";
    session_token_utilization: Option<i32> = "SessionTokenUtilization";
    session_token_size: Option<i32> = "SessionTokenSize";
} }

shape! { #[derive(Default)] AssumedRoleUser [write] {
    assumed_role_id: String = "AssumedRoleId";
    arn: String = "Arn";
} }

shape! { Credentials [write] {
    access_key_id: String = "AccessKeyId";
    secret_access_key: Secret = "SecretAccessKey";
    session_token: String = "SessionToken";
    expiration: Timestamp = "Expiration";
} }

shape! { #[derive(Default)] DecodeAuthorizationMessageRequest [read] {
    encoded_message: String = "EncodedMessage", &ENCODED_MESSAGE_TYPE;
} }

shape! { #[derive(Default)] DecodeAuthorizationMessageResponse [write] {
    decoded_message: Option<String> = "DecodedMessage";
} }

shape! { #[derive(Default)] FederatedUser [write] {
    federated_user_id: String = "FederatedUserId";
    arn: String = "Arn";
} }

shape! { #[derive(Default)] GetAccessKeyInfoRequest [read] {
    access_key_id: String = "AccessKeyId", &ACCESS_KEY_ID_TYPE;
} }

shape! { #[derive(Default)] GetAccessKeyInfoResponse [write] {
    account: Option<String> = "Account";
} }

shape! { #[derive(Default)] GetCallerIdentityRequest [read] {
} }

shape! { #[derive(Default)] GetCallerIdentityResponse [write] {
    user_id: Option<String> = "UserId";
    account: Option<String> = "Account";
    arn: Option<String> = "Arn";
} }

shape! { #[derive(Default)] GetFederationTokenRequest [read] {
    name: String = "Name", &USER_NAME_TYPE;
    policy: Option<String> = "Policy", &SESSION_POLICY_DOCUMENT_TYPE;
    policy_arns: Option<Vec<PolicyDescriptorType>> = "PolicyArns", &Constraint::NONE;
    duration_seconds: Option<i32> = "DurationSeconds", &DURATION_SECONDS_TYPE;
    tags: Option<Vec<Tag>> = "Tags", &TAG_LIST_TYPE;
    minimum_session_token_size: Option<i32> = "MinimumSessionTokenSize", &MINIMUM_SESSION_TOKEN_SIZE_TYPE;
} }

shape! { #[derive(Default)] GetFederationTokenResponse [write] {
    credentials: Option<Credentials> = "Credentials";
    federated_user: Option<FederatedUser> = "FederatedUser";
    packed_policy_size: Option<i32> = "PackedPolicySize";
    session_token_utilization: Option<i32> = "SessionTokenUtilization";
    session_token_size: Option<i32> = "SessionTokenSize";
} }

shape! { #[derive(Default)] GetSessionTokenRequest [read] {
    duration_seconds: Option<i32> = "DurationSeconds", &DURATION_SECONDS_TYPE;
    serial_number: Option<String> = "SerialNumber", &SERIAL_NUMBER_TYPE;
    token_code: Option<String> = "TokenCode", &TOKEN_CODE_TYPE;
    minimum_session_token_size: Option<i32> = "MinimumSessionTokenSize", &MINIMUM_SESSION_TOKEN_SIZE_TYPE;
} }

shape! { #[derive(Default)] GetSessionTokenResponse [write] {
    credentials: Option<Credentials> = "Credentials";
    session_token_utilization: Option<i32> = "SessionTokenUtilization";
    session_token_size: Option<i32> = "SessionTokenSize";
} }

shape! { #[derive(Default)] PolicyDescriptorType [read] {
    arn: Option<String> = "arn", &ARN_TYPE;
} }

shape! { #[derive(Default)] ProvidedContext [read] {
    provider_arn: Option<String> = "ProviderArn", &ARN_TYPE;
    context_assertion: Option<String> = "ContextAssertion", &CONTEXT_ASSERTION_TYPE;
} }

shape! { #[derive(Default)] Tag [read] {
    key: String = "Key", &TAG_KEY_TYPE;
    value: String = "Value", &TAG_VALUE_TYPE;
} }
