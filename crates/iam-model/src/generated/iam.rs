//! Inputs, outputs and what they are made of.
//!
//! Written by `cargo xtask querygen`.

use crate::constraint::Constraint;
use crate::constraint::Pattern;
use crate::pattern;
use crate::value::PolicyDocument;
use larder_s3_model::Secret;
use larder_types::Timestamp;
use std::collections::BTreeMap;

static ACCESS_KEY_ID_TYPE: Constraint = Constraint {
    min: Some(16),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\w]+", matches: pattern::word }),
    ..Constraint::NONE
};
static ACCOUNT_ALIAS_TYPE: Constraint = Constraint {
    min: Some(3),
    max: Some(63),
    pattern: Some(Pattern {
        text: "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
        matches: pattern::account_alias,
    }),
    ..Constraint::NONE
};
static ACTION_NAME_LIST_TYPE: Constraint =
    Constraint { item: Some(&ACTION_NAME_TYPE), ..Constraint::NONE };
static ACTION_NAME_TYPE: Constraint =
    Constraint { min: Some(3), max: Some(128), ..Constraint::NONE };
static ARN_TYPE: Constraint = Constraint { min: Some(20), max: Some(2048), ..Constraint::NONE };
static ASSIGNMENT_STATUS_TYPE: Constraint =
    Constraint { words: &["Assigned", "Unassigned", "Any"], ..Constraint::NONE };
static ATTACHMENT_NAME: Constraint = Constraint {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\w+=,.@-]+", matches: pattern::name }),
    ..Constraint::NONE
};
static ATTACHMENT_TYPE: Constraint =
    Constraint { words: &["user", "group", "role"], ..Constraint::NONE };
static CLIENT_ID_LIST_TYPE: Constraint =
    Constraint { item: Some(&CLIENT_ID_TYPE), ..Constraint::NONE };
static CLIENT_ID_TYPE: Constraint = Constraint { min: Some(1), max: Some(255), ..Constraint::NONE };
static CONTEXT_KEY_NAME_TYPE: Constraint =
    Constraint { min: Some(5), max: Some(256), ..Constraint::NONE };
static CONTEXT_KEY_TYPE_ENUM: Constraint = Constraint {
    words: &[
        "string",
        "stringList",
        "numeric",
        "numericList",
        "boolean",
        "booleanList",
        "ip",
        "ipList",
        "binary",
        "binaryList",
        "date",
        "dateList",
    ],
    ..Constraint::NONE
};
static ENTITY_LIST_TYPE: Constraint = Constraint { item: Some(&ENTITY_TYPE), ..Constraint::NONE };
static ENTITY_TYPE: Constraint = Constraint {
    words: &["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"],
    ..Constraint::NONE
};
static EXISTING_USER_NAME_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\w+=,.@-]+", matches: pattern::name }),
    ..Constraint::NONE
};
static GROUP_NAME_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\w+=,.@-]+", matches: pattern::name }),
    ..Constraint::NONE
};
static MARKER_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(320),
    pattern: Some(Pattern { text: "[\\u0020-\\u00FF]+", matches: pattern::latin_1 }),
    ..Constraint::NONE
};
static MAX_ITEMS_TYPE: Constraint =
    Constraint { min: Some(1), max: Some(1000), ..Constraint::NONE };
static OPEN_ID_CONNECT_PROVIDER_URL_TYPE: Constraint =
    Constraint { min: Some(1), max: Some(255), ..Constraint::NONE };
static ORGANIZATION_POLICY_LIST_TYPE: Constraint = Constraint { max: Some(7), ..Constraint::NONE };
static PATH_PREFIX_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(512),
    pattern: Some(Pattern { text: "\\u002F[\\u0021-\\u007F]*", matches: pattern::path_prefix }),
    ..Constraint::NONE
};
static PATH_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(512),
    pattern: Some(Pattern {
        text: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
        matches: pattern::path,
    }),
    ..Constraint::NONE
};
static POLICY_DESCRIPTION_TYPE: Constraint = Constraint { max: Some(1000), ..Constraint::NONE };
static POLICY_DOCUMENT_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(131072),
    pattern: Some(Pattern {
        text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
        matches: pattern::latin_1_lines,
    }),
    ..Constraint::NONE
};
static POLICY_EXCLUSIONS_LIST_TYPE: Constraint = Constraint { max: Some(256), ..Constraint::NONE };
static POLICY_IDENTIFIER_POLICY_TYPE: Constraint = Constraint {
    words: &["inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"],
    ..Constraint::NONE
};
static POLICY_NAME_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(128),
    pattern: Some(Pattern { text: "[\\w+=,.@-]+", matches: pattern::name }),
    ..Constraint::NONE
};
static POLICY_PATH_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(512),
    pattern: Some(Pattern {
        text: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
        matches: pattern::policy_path,
    }),
    ..Constraint::NONE
};
static POLICY_SCOPE_TYPE: Constraint =
    Constraint { words: &["All", "AWS", "Local"], ..Constraint::NONE };
static POLICY_USAGE_TYPE: Constraint =
    Constraint { words: &["PermissionsPolicy", "PermissionsBoundary"], ..Constraint::NONE };
static POLICY_VERSION_ID_TYPE: Constraint = Constraint {
    pattern: Some(Pattern {
        text: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
        matches: pattern::policy_version,
    }),
    ..Constraint::NONE
};
static RESOURCE_HANDLING_OPTION_TYPE: Constraint =
    Constraint { min: Some(1), max: Some(64), ..Constraint::NONE };
static RESOURCE_NAME_LIST_TYPE: Constraint =
    Constraint { item: Some(&RESOURCE_NAME_TYPE), ..Constraint::NONE };
static RESOURCE_NAME_TYPE: Constraint =
    Constraint { min: Some(1), max: Some(2048), ..Constraint::NONE };
static ROLE_DESCRIPTION_TYPE: Constraint = Constraint {
    max: Some(1000),
    pattern: Some(Pattern {
        text: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
        matches: pattern::description,
    }),
    ..Constraint::NONE
};
static ROLE_MAX_SESSION_DURATION_TYPE: Constraint =
    Constraint { min: Some(3600), max: Some(43200), ..Constraint::NONE };
static ROLE_NAME_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(64),
    pattern: Some(Pattern { text: "[\\w+=,.@-]+", matches: pattern::name }),
    ..Constraint::NONE
};
static SIMULATION_POLICY_LIST_TYPE: Constraint =
    Constraint { item: Some(&POLICY_DOCUMENT_TYPE), ..Constraint::NONE };
static STATUS_TYPE: Constraint =
    Constraint { words: &["Active", "Inactive", "Expired"], ..Constraint::NONE };
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
static THUMBPRINT_LIST_TYPE: Constraint =
    Constraint { item: Some(&THUMBPRINT_TYPE), ..Constraint::NONE };
static THUMBPRINT_TYPE: Constraint =
    Constraint { min: Some(40), max: Some(40), ..Constraint::NONE };
static USER_NAME_TYPE: Constraint = Constraint {
    min: Some(1),
    max: Some(64),
    pattern: Some(Pattern { text: "[\\w+=,.@-]+", matches: pattern::name }),
    ..Constraint::NONE
};

shape! { #[derive(Default)] AccessKey [write] {
    user_name: String = "UserName";
    access_key_id: String = "AccessKeyId";
    status: String = "Status";
    secret_access_key: Secret = "SecretAccessKey";
    create_date: Option<Timestamp> = "CreateDate";
} }

shape! { #[derive(Default)] AccessKeyLastUsed [write] {
    last_used_date: Option<Timestamp> = "LastUsedDate";
    service_name: String = "ServiceName";
    region: String = "Region";
} }

shape! { #[derive(Default)] AccessKeyMetadata [write] {
    user_name: Option<String> = "UserName";
    access_key_id: Option<String> = "AccessKeyId";
    status: Option<String> = "Status";
    create_date: Option<Timestamp> = "CreateDate";
} }

shape! { #[derive(Default)] AddClientIDToOpenIDConnectProviderRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
    client_id: String = "ClientID", &CLIENT_ID_TYPE;
} }

shape! { #[derive(Default)] AddUserToGroupRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
} }

shape! { #[derive(Default)] AttachGroupPolicyRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] AttachRolePolicyRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] AttachUserPolicyRequest [read] {
    user_name: String = "UserName", &USER_NAME_TYPE;
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] AttachedPermissionsBoundary [write] {
    permissions_boundary_type: Option<String> = "PermissionsBoundaryType";
    permissions_boundary_arn: Option<String> = "PermissionsBoundaryArn";
} }

shape! { #[derive(Default)] AttachedPolicy [write] {
    policy_name: Option<String> = "PolicyName";
    policy_arn: Option<String> = "PolicyArn";
} }

shape! { #[derive(Default)] ContextEntry [read] {
    context_key_name: Option<String> = "ContextKeyName", &CONTEXT_KEY_NAME_TYPE;
    context_key_values: Option<Vec<String>> = "ContextKeyValues", &Constraint::NONE;
    context_key_type: Option<String> = "ContextKeyType", &CONTEXT_KEY_TYPE_ENUM;
} }

shape! { #[derive(Default)] CreateAccessKeyRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
} }

shape! { #[derive(Default)] CreateAccessKeyResponse [write] {
    access_key: AccessKey = "AccessKey";
} }

shape! { #[derive(Default)] CreateAccountAliasRequest [read] {
    account_alias: String = "AccountAlias", &ACCOUNT_ALIAS_TYPE;
} }

shape! { #[derive(Default)] CreateGroupRequest [read] {
    path: Option<String> = "Path", &PATH_TYPE;
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
} }

shape! { CreateGroupResponse [write] {
    group: Group = "Group";
} }

shape! { #[derive(Default)] CreateOpenIDConnectProviderRequest [read] {
    url: String = "Url", &OPEN_ID_CONNECT_PROVIDER_URL_TYPE;
    client_id_list: Option<Vec<String>> = "ClientIDList", &CLIENT_ID_LIST_TYPE;
    thumbprint_list: Option<Vec<String>> = "ThumbprintList", &THUMBPRINT_LIST_TYPE;
    tags: Option<Vec<Tag>> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] CreateOpenIDConnectProviderResponse [write] {
    open_id_connect_provider_arn: Option<String> = "OpenIDConnectProviderArn";
    tags: Vec<Tag> = "Tags";
} }

shape! { #[derive(Default)] CreatePolicyRequest [read] {
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
    path: Option<String> = "Path", &POLICY_PATH_TYPE;
    policy_document: String = "PolicyDocument", &POLICY_DOCUMENT_TYPE;
    description: Option<String> = "Description", &POLICY_DESCRIPTION_TYPE;
    tags: Option<Vec<Tag>> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] CreatePolicyResponse [write] {
    policy: Option<Policy> = "Policy";
} }

shape! { #[derive(Default)] CreatePolicyVersionRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    policy_document: String = "PolicyDocument", &POLICY_DOCUMENT_TYPE;
    set_as_default: Option<bool> = "SetAsDefault", &Constraint::NONE;
} }

shape! { #[derive(Default)] CreatePolicyVersionResponse [write] {
    policy_version: Option<PolicyVersion> = "PolicyVersion";
} }

shape! { #[derive(Default)] CreateRoleRequest [read] {
    path: Option<String> = "Path", &PATH_TYPE;
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    assume_role_policy_document: String = "AssumeRolePolicyDocument", &POLICY_DOCUMENT_TYPE;
    description: Option<String> = "Description", &ROLE_DESCRIPTION_TYPE;
    max_session_duration: Option<i32> = "MaxSessionDuration", &ROLE_MAX_SESSION_DURATION_TYPE;
    permissions_boundary: Option<String> = "PermissionsBoundary", &ARN_TYPE;
    tags: Option<Vec<Tag>> = "Tags", &TAG_LIST_TYPE;
} }

shape! { CreateRoleResponse [write] {
    role: Role = "Role";
} }

shape! { #[derive(Default)] CreateUserRequest [read] {
    path: Option<String> = "Path", &PATH_TYPE;
    user_name: String = "UserName", &USER_NAME_TYPE;
    permissions_boundary: Option<String> = "PermissionsBoundary", &ARN_TYPE;
    tags: Option<Vec<Tag>> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] CreateUserResponse [write] {
    user: Option<User> = "User";
} }

shape! { #[derive(Default)] DeleteAccessKeyRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
    access_key_id: String = "AccessKeyId", &ACCESS_KEY_ID_TYPE;
} }

shape! { #[derive(Default)] DeleteAccountAliasRequest [read] {
    account_alias: String = "AccountAlias", &ACCOUNT_ALIAS_TYPE;
} }

shape! { #[derive(Default)] DeleteGroupPolicyRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteGroupRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteLoginProfileRequest [read] {
    user_name: Option<String> = "UserName", &USER_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteOpenIDConnectProviderRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] DeletePolicyRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] DeletePolicyVersionRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    version_id: String = "VersionId", &POLICY_VERSION_ID_TYPE;
} }

shape! { #[derive(Default)] DeleteRolePermissionsBoundaryRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteRolePolicyRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteRoleRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteUserPermissionsBoundaryRequest [read] {
    user_name: String = "UserName", &USER_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteUserPolicyRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
} }

shape! { #[derive(Default)] DeleteUserRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
} }

shape! { #[derive(Default)] DetachGroupPolicyRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] DetachRolePolicyRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] DetachUserPolicyRequest [read] {
    user_name: String = "UserName", &USER_NAME_TYPE;
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] EvaluationResult [write] {
    eval_action_name: String = "EvalActionName";
    eval_resource_name: Option<String> = "EvalResourceName";
    eval_decision: String = "EvalDecision";
    matched_statements: Vec<Statement> = "MatchedStatements";
    missing_context_values: Vec<String> = "MissingContextValues";
    organizations_decision_detail: Option<OrganizationsDecisionDetail> = "OrganizationsDecisionDetail";
    permissions_boundary_decision_detail: Option<PermissionsBoundaryDecisionDetail> = "PermissionsBoundaryDecisionDetail";
    eval_decision_details: BTreeMap<String, String> = "EvalDecisionDetails";
    resource_specific_results: Vec<ResourceSpecificResult> = "ResourceSpecificResults";
} }

shape! { #[derive(Default)] GetAccessKeyLastUsedRequest [read] {
    access_key_id: String = "AccessKeyId", &ACCESS_KEY_ID_TYPE;
} }

shape! { #[derive(Default)] GetAccessKeyLastUsedResponse [write] {
    user_name: Option<String> = "UserName";
    access_key_last_used: Option<AccessKeyLastUsed> = "AccessKeyLastUsed";
} }

shape! { #[derive(Default)] GetAccountAuthorizationDetailsRequest [read] {
    filter: Option<Vec<String>> = "Filter", &ENTITY_LIST_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
} }

shape! { #[derive(Default)] GetAccountAuthorizationDetailsResponse [write] {
    user_detail_list: Vec<UserDetail> = "UserDetailList";
    group_detail_list: Vec<GroupDetail> = "GroupDetailList";
    role_detail_list: Vec<RoleDetail> = "RoleDetailList";
    policies: Vec<ManagedPolicyDetail> = "Policies";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] GetAccountSummaryResponse [write] {
    summary_map: BTreeMap<String, i32> = "SummaryMap";
} }

shape! { #[derive(Default)] GetContextKeysForCustomPolicyRequest [read] {
    policy_input_list: Vec<String> = "PolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
} }

shape! { #[derive(Default)] GetContextKeysForPolicyResponse [write] {
    context_key_names: Vec<String> = "ContextKeyNames";
} }

shape! { #[derive(Default)] GetContextKeysForPrincipalPolicyRequest [read] {
    policy_source_arn: String = "PolicySourceArn", &ARN_TYPE;
    policy_input_list: Option<Vec<String>> = "PolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
} }

shape! { #[derive(Default)] GetGroupPolicyRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
} }

shape! { #[derive(Default)] GetGroupPolicyResponse [write] {
    group_name: String = "GroupName";
    policy_name: String = "PolicyName";
    policy_document: PolicyDocument = "PolicyDocument";
} }

shape! { #[derive(Default)] GetGroupRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { GetGroupResponse [write] {
    group: Group = "Group";
    users: Vec<User> = "Users";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] GetLoginProfileRequest [read] {
    user_name: Option<String> = "UserName", &USER_NAME_TYPE;
} }

shape! { GetLoginProfileResponse [write] {
    login_profile: LoginProfile = "LoginProfile";
} }

shape! { #[derive(Default)] GetOpenIDConnectProviderRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] GetOpenIDConnectProviderResponse [write] {
    url: Option<String> = "Url";
    client_id_list: Vec<String> = "ClientIDList";
    thumbprint_list: Vec<String> = "ThumbprintList";
    create_date: Option<Timestamp> = "CreateDate";
    tags: Vec<Tag> = "Tags";
} }

shape! { #[derive(Default)] GetPolicyRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
} }

shape! { #[derive(Default)] GetPolicyResponse [write] {
    policy: Option<Policy> = "Policy";
} }

shape! { #[derive(Default)] GetPolicyVersionRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    version_id: String = "VersionId", &POLICY_VERSION_ID_TYPE;
} }

shape! { #[derive(Default)] GetPolicyVersionResponse [write] {
    policy_version: Option<PolicyVersion> = "PolicyVersion";
} }

shape! { #[derive(Default)] GetRolePolicyRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
} }

shape! { #[derive(Default)] GetRolePolicyResponse [write] {
    role_name: String = "RoleName";
    policy_name: String = "PolicyName";
    policy_document: PolicyDocument = "PolicyDocument";
} }

shape! { #[derive(Default)] GetRoleRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
} }

shape! { GetRoleResponse [write] {
    role: Role = "Role";
} }

shape! { #[derive(Default)] GetUserPolicyRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
} }

shape! { #[derive(Default)] GetUserPolicyResponse [write] {
    user_name: String = "UserName";
    policy_name: String = "PolicyName";
    policy_document: PolicyDocument = "PolicyDocument";
} }

shape! { #[derive(Default)] GetUserRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
} }

shape! { GetUserResponse [write] {
    user: User = "User";
} }

shape! { Group [write] {
    path: String = "Path";
    group_name: String = "GroupName";
    group_id: String = "GroupId";
    arn: String = "Arn";
    create_date: Timestamp = "CreateDate";
} }

shape! { #[derive(Default)] GroupDetail [write] {
    path: Option<String> = "Path";
    group_name: Option<String> = "GroupName";
    group_id: Option<String> = "GroupId";
    arn: Option<String> = "Arn";
    create_date: Option<Timestamp> = "CreateDate";
    group_policy_list: Vec<PolicyDetail> = "GroupPolicyList";
    attached_managed_policies: Vec<AttachedPolicy> = "AttachedManagedPolicies";
} }

shape! { #[derive(Default)] InlinePolicyIdentifierType [read] {
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
    attachment_type: String = "AttachmentType", &ATTACHMENT_TYPE;
    attachment_name: String = "AttachmentName", &ATTACHMENT_NAME;
} }

shape! { InstanceProfile [write] {
    path: String = "Path";
    instance_profile_name: String = "InstanceProfileName";
    instance_profile_id: String = "InstanceProfileId";
    arn: String = "Arn";
    create_date: Timestamp = "CreateDate";
    roles: Vec<Role> = "Roles";
    tags: Vec<Tag> = "Tags";
} }

shape! { #[derive(Default)] ListAccessKeysRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListAccessKeysResponse [write] {
    access_key_metadata: Vec<AccessKeyMetadata> = "AccessKeyMetadata";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListAccountAliasesRequest [read] {
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListAccountAliasesResponse [write] {
    account_aliases: Vec<String> = "AccountAliases";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListAttachedGroupPoliciesRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    path_prefix: Option<String> = "PathPrefix", &POLICY_PATH_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListAttachedGroupPoliciesResponse [write] {
    attached_policies: Vec<AttachedPolicy> = "AttachedPolicies";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListAttachedRolePoliciesRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    path_prefix: Option<String> = "PathPrefix", &POLICY_PATH_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListAttachedRolePoliciesResponse [write] {
    attached_policies: Vec<AttachedPolicy> = "AttachedPolicies";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListAttachedUserPoliciesRequest [read] {
    user_name: String = "UserName", &USER_NAME_TYPE;
    path_prefix: Option<String> = "PathPrefix", &POLICY_PATH_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListAttachedUserPoliciesResponse [write] {
    attached_policies: Vec<AttachedPolicy> = "AttachedPolicies";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListEntitiesForPolicyRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    entity_filter: Option<String> = "EntityFilter", &ENTITY_TYPE;
    path_prefix: Option<String> = "PathPrefix", &PATH_TYPE;
    policy_usage_filter: Option<String> = "PolicyUsageFilter", &POLICY_USAGE_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListEntitiesForPolicyResponse [write] {
    policy_groups: Vec<PolicyGroup> = "PolicyGroups";
    policy_users: Vec<PolicyUser> = "PolicyUsers";
    policy_roles: Vec<PolicyRole> = "PolicyRoles";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListGroupPoliciesRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListGroupPoliciesResponse [write] {
    policy_names: Vec<String> = "PolicyNames";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListGroupsForUserRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListGroupsForUserResponse [write] {
    groups: Vec<Group> = "Groups";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListGroupsRequest [read] {
    path_prefix: Option<String> = "PathPrefix", &PATH_PREFIX_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListGroupsResponse [write] {
    groups: Vec<Group> = "Groups";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListInstanceProfilesForRoleRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListInstanceProfilesForRoleResponse [write] {
    instance_profiles: Vec<InstanceProfile> = "InstanceProfiles";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListInstanceProfilesRequest [read] {
    path_prefix: Option<String> = "PathPrefix", &PATH_PREFIX_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListInstanceProfilesResponse [write] {
    instance_profiles: Vec<InstanceProfile> = "InstanceProfiles";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListMFADevicesRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListMFADevicesResponse [write] {
    mfa_devices: Vec<MFADevice> = "MFADevices";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListOpenIDConnectProviderTagsRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListOpenIDConnectProviderTagsResponse [write] {
    tags: Vec<Tag> = "Tags";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListOpenIDConnectProvidersRequest [read] {
} }

shape! { #[derive(Default)] ListOpenIDConnectProvidersResponse [write] {
    open_id_connect_provider_list: Vec<OpenIDConnectProviderListEntry> = "OpenIDConnectProviderList";
} }

shape! { #[derive(Default)] ListPoliciesRequest [read] {
    scope: Option<String> = "Scope", &POLICY_SCOPE_TYPE;
    only_attached: Option<bool> = "OnlyAttached", &Constraint::NONE;
    path_prefix: Option<String> = "PathPrefix", &POLICY_PATH_TYPE;
    policy_usage_filter: Option<String> = "PolicyUsageFilter", &POLICY_USAGE_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListPoliciesResponse [write] {
    policies: Vec<Policy> = "Policies";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListPolicyTagsRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListPolicyTagsResponse [write] {
    tags: Vec<Tag> = "Tags";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListPolicyVersionsRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListPolicyVersionsResponse [write] {
    versions: Vec<PolicyVersion> = "Versions";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListRolePoliciesRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListRolePoliciesResponse [write] {
    policy_names: Vec<String> = "PolicyNames";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListRoleTagsRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListRoleTagsResponse [write] {
    tags: Vec<Tag> = "Tags";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListRolesRequest [read] {
    path_prefix: Option<String> = "PathPrefix", &PATH_PREFIX_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListRolesResponse [write] {
    roles: Vec<Role> = "Roles";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListSAMLProvidersRequest [read] {
} }

shape! { #[derive(Default)] ListSAMLProvidersResponse [write] {
    saml_provider_list: Vec<SAMLProviderListEntry> = "SAMLProviderList";
} }

shape! { #[derive(Default)] ListSSHPublicKeysRequest [read] {
    user_name: Option<String> = "UserName", &USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListSSHPublicKeysResponse [write] {
    ssh_public_keys: Vec<SSHPublicKeyMetadata> = "SSHPublicKeys";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListServerCertificatesRequest [read] {
    path_prefix: Option<String> = "PathPrefix", &PATH_PREFIX_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListServerCertificatesResponse [write] {
    server_certificate_metadata_list: Vec<ServerCertificateMetadata> = "ServerCertificateMetadataList";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListServiceSpecificCredentialsRequest [read] {
    user_name: Option<String> = "UserName", &USER_NAME_TYPE;
    service_name: Option<String> = "ServiceName", &Constraint::NONE;
    all_users: Option<bool> = "AllUsers", &Constraint::NONE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListServiceSpecificCredentialsResponse [write] {
    service_specific_credentials: Vec<ServiceSpecificCredentialMetadata> = "ServiceSpecificCredentials";
    marker: Option<String> = "Marker";
    is_truncated: Option<bool> = "IsTruncated";
} }

shape! { #[derive(Default)] ListSigningCertificatesRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListSigningCertificatesResponse [write] {
    certificates: Vec<SigningCertificate> = "Certificates";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListUserPoliciesRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListUserPoliciesResponse [write] {
    policy_names: Vec<String> = "PolicyNames";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListUserTagsRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListUserTagsResponse [write] {
    tags: Vec<Tag> = "Tags";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListUsersRequest [read] {
    path_prefix: Option<String> = "PathPrefix", &PATH_PREFIX_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListUsersResponse [write] {
    users: Vec<User> = "Users";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] ListVirtualMFADevicesRequest [read] {
    assignment_status: Option<String> = "AssignmentStatus", &ASSIGNMENT_STATUS_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
} }

shape! { #[derive(Default)] ListVirtualMFADevicesResponse [write] {
    virtual_mfa_devices: Vec<VirtualMFADevice> = "VirtualMFADevices";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { LoginProfile [write] {
    user_name: String = "UserName";
    create_date: Timestamp = "CreateDate";
    password_reset_required: Option<bool> = "PasswordResetRequired";
} }

shape! { MFADevice [write] {
    user_name: String = "UserName";
    serial_number: String = "SerialNumber";
    enable_date: Timestamp = "EnableDate";
} }

shape! { #[derive(Default)] ManagedPolicyDetail [write] {
    policy_name: Option<String> = "PolicyName";
    policy_id: Option<String> = "PolicyId";
    arn: Option<String> = "Arn";
    path: Option<String> = "Path";
    default_version_id: Option<String> = "DefaultVersionId";
    attachment_count: Option<i32> = "AttachmentCount";
    permissions_boundary_usage_count: Option<i32> = "PermissionsBoundaryUsageCount";
    is_attachable: Option<bool> = "IsAttachable";
    description: Option<String> = "Description";
    create_date: Option<Timestamp> = "CreateDate";
    update_date: Option<Timestamp> = "UpdateDate";
    policy_version_list: Vec<PolicyVersion> = "PolicyVersionList";
} }

shape! { #[derive(Default)] OpenIDConnectProviderListEntry [write] {
    arn: Option<String> = "Arn";
} }

shape! { #[derive(Default)] OrderedOrganizationPolicyType [read] {
    service_control_policy_input_list: Option<Vec<String>> = "ServiceControlPolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
} }

shape! { #[derive(Default)] OrganizationsDecisionDetail [write] {
    allowed_by_organizations: Option<bool> = "AllowedByOrganizations";
} }

shape! { #[derive(Default)] PermissionsBoundaryDecisionDetail [write] {
    allowed_by_permissions_boundary: Option<bool> = "AllowedByPermissionsBoundary";
} }

shape! { #[derive(Default)] Policy [write] {
    policy_name: Option<String> = "PolicyName";
    policy_id: Option<String> = "PolicyId";
    arn: Option<String> = "Arn";
    path: Option<String> = "Path";
    default_version_id: Option<String> = "DefaultVersionId";
    attachment_count: Option<i32> = "AttachmentCount";
    permissions_boundary_usage_count: Option<i32> = "PermissionsBoundaryUsageCount";
    is_attachable: Option<bool> = "IsAttachable";
    description: Option<String> = "Description";
    create_date: Option<Timestamp> = "CreateDate";
    update_date: Option<Timestamp> = "UpdateDate";
    tags: Vec<Tag> = "Tags";
} }

shape! { #[derive(Default)] PolicyDetail [write] {
    policy_name: Option<String> = "PolicyName";
    policy_document: Option<PolicyDocument> = "PolicyDocument";
} }

shape! { #[derive(Default)] PolicyGroup [write] {
    group_name: Option<String> = "GroupName";
    group_id: Option<String> = "GroupId";
} }

shape! { #[derive(Default)] PolicyIdentifier [read] {
    policy_type: Option<String> = "PolicyType", &POLICY_IDENTIFIER_POLICY_TYPE;
    policy_arn: Option<String> = "PolicyArn", &ARN_TYPE;
    inline_policy_identifier: Option<InlinePolicyIdentifierType> = "InlinePolicyIdentifier", &Constraint::NONE;
} }

shape! { #[derive(Default)] PolicyRole [write] {
    role_name: Option<String> = "RoleName";
    role_id: Option<String> = "RoleId";
} }

shape! { #[derive(Default)] PolicyUser [write] {
    user_name: Option<String> = "UserName";
    user_id: Option<String> = "UserId";
} }

shape! { #[derive(Default)] PolicyVersion [write] {
    document: Option<PolicyDocument> = "Document";
    version_id: Option<String> = "VersionId";
    is_default_version: Option<bool> = "IsDefaultVersion";
    create_date: Option<Timestamp> = "CreateDate";
} }

shape! { #[derive(Default)] Position [write] {
    line: Option<i32> = "Line";
    column: Option<i32> = "Column";
} }

shape! { #[derive(Default)] PutGroupPolicyRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
    policy_document: String = "PolicyDocument", &POLICY_DOCUMENT_TYPE;
} }

shape! { #[derive(Default)] PutRolePermissionsBoundaryRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    permissions_boundary: String = "PermissionsBoundary", &ARN_TYPE;
} }

shape! { #[derive(Default)] PutRolePolicyRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
    policy_document: String = "PolicyDocument", &POLICY_DOCUMENT_TYPE;
} }

shape! { #[derive(Default)] PutUserPermissionsBoundaryRequest [read] {
    user_name: String = "UserName", &USER_NAME_TYPE;
    permissions_boundary: String = "PermissionsBoundary", &ARN_TYPE;
} }

shape! { #[derive(Default)] PutUserPolicyRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    policy_name: String = "PolicyName", &POLICY_NAME_TYPE;
    policy_document: String = "PolicyDocument", &POLICY_DOCUMENT_TYPE;
} }

shape! { #[derive(Default)] RemoveClientIDFromOpenIDConnectProviderRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
    client_id: String = "ClientID", &CLIENT_ID_TYPE;
} }

shape! { #[derive(Default)] RemoveUserFromGroupRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
} }

shape! { #[derive(Default)] ResourceSpecificResult [write] {
    eval_resource_name: String = "EvalResourceName";
    eval_resource_decision: String = "EvalResourceDecision";
    matched_statements: Vec<Statement> = "MatchedStatements";
    missing_context_values: Vec<String> = "MissingContextValues";
    eval_decision_details: BTreeMap<String, String> = "EvalDecisionDetails";
    permissions_boundary_decision_detail: Option<PermissionsBoundaryDecisionDetail> = "PermissionsBoundaryDecisionDetail";
} }

shape! { Role [write] {
    path: String = "Path";
    role_name: String = "RoleName";
    role_id: String = "RoleId";
    arn: String = "Arn";
    create_date: Timestamp = "CreateDate";
    assume_role_policy_document: Option<PolicyDocument> = "AssumeRolePolicyDocument";
    description: Option<String> = "Description";
    max_session_duration: Option<i32> = "MaxSessionDuration";
    permissions_boundary: Option<AttachedPermissionsBoundary> = "PermissionsBoundary";
    tags: Vec<Tag> = "Tags";
    role_last_used: Option<RoleLastUsed> = "RoleLastUsed";
    source_role_template: Option<SourceRoleTemplate> = "SourceRoleTemplate";
} }

shape! { #[derive(Default)] RoleDetail [write] {
    path: Option<String> = "Path";
    role_name: Option<String> = "RoleName";
    role_id: Option<String> = "RoleId";
    arn: Option<String> = "Arn";
    create_date: Option<Timestamp> = "CreateDate";
    assume_role_policy_document: Option<PolicyDocument> = "AssumeRolePolicyDocument";
    instance_profile_list: Vec<InstanceProfile> = "InstanceProfileList";
    role_policy_list: Vec<PolicyDetail> = "RolePolicyList";
    attached_managed_policies: Vec<AttachedPolicy> = "AttachedManagedPolicies";
    permissions_boundary: Option<AttachedPermissionsBoundary> = "PermissionsBoundary";
    tags: Vec<Tag> = "Tags";
    role_last_used: Option<RoleLastUsed> = "RoleLastUsed";
} }

shape! { #[derive(Default)] RoleLastUsed [write] {
    last_used_date: Option<Timestamp> = "LastUsedDate";
    region: Option<String> = "Region";
} }

shape! { #[derive(Default)] SAMLProviderListEntry [write] {
    arn: Option<String> = "Arn";
    valid_until: Option<Timestamp> = "ValidUntil";
    create_date: Option<Timestamp> = "CreateDate";
} }

shape! { SSHPublicKeyMetadata [write] {
    user_name: String = "UserName";
    ssh_public_key_id: String = "SSHPublicKeyId";
    status: String = "Status";
    upload_date: Timestamp = "UploadDate";
} }

shape! { #[derive(Default)] ServerCertificateMetadata [write] {
    path: String = "Path";
    server_certificate_name: String = "ServerCertificateName";
    server_certificate_id: String = "ServerCertificateId";
    arn: String = "Arn";
    upload_date: Option<Timestamp> = "UploadDate";
    expiration: Option<Timestamp> = "Expiration";
} }

shape! { ServiceSpecificCredentialMetadata [write] {
    user_name: String = "UserName";
    status: String = "Status";
    service_user_name: Option<String> = "ServiceUserName";
    service_credential_alias: Option<String> = "ServiceCredentialAlias";
    create_date: Timestamp = "CreateDate";
    expiration_date: Option<Timestamp> = "ExpirationDate";
    service_specific_credential_id: String = "ServiceSpecificCredentialId";
    service_name: String = "ServiceName";
} }

shape! { #[derive(Default)] SetDefaultPolicyVersionRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    version_id: String = "VersionId", &POLICY_VERSION_ID_TYPE;
} }

shape! { #[derive(Default)] SigningCertificate [write] {
    user_name: String = "UserName";
    certificate_id: String = "CertificateId";
    certificate_body: String = "CertificateBody";
    status: String = "Status";
    upload_date: Option<Timestamp> = "UploadDate";
} }

shape! { #[derive(Default)] SimulateCustomPolicyRequest [read] {
    policy_input_list: Vec<String> = "PolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
    permissions_boundary_policy_input_list: Option<Vec<String>> = "PermissionsBoundaryPolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
    ordered_organization_policy_input_list: Option<Vec<OrderedOrganizationPolicyType>> = "OrderedOrganizationPolicyInputList", &ORGANIZATION_POLICY_LIST_TYPE;
    action_names: Vec<String> = "ActionNames", &ACTION_NAME_LIST_TYPE;
    resource_arns: Option<Vec<String>> = "ResourceArns", &RESOURCE_NAME_LIST_TYPE;
    resource_policy: Option<String> = "ResourcePolicy", &POLICY_DOCUMENT_TYPE;
    resource_owner: Option<String> = "ResourceOwner", &RESOURCE_NAME_TYPE;
    caller_arn: Option<String> = "CallerArn", &RESOURCE_NAME_TYPE;
    context_entries: Option<Vec<ContextEntry>> = "ContextEntries", &Constraint::NONE;
    resource_handling_option: Option<String> = "ResourceHandlingOption", &RESOURCE_HANDLING_OPTION_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
} }

shape! { #[derive(Default)] SimulatePolicyResponse [write] {
    evaluation_results: Vec<EvaluationResult> = "EvaluationResults";
    is_truncated: Option<bool> = "IsTruncated";
    marker: Option<String> = "Marker";
} }

shape! { #[derive(Default)] SimulatePrincipalPolicyRequest [read] {
    policy_source_arn: String = "PolicySourceArn", &ARN_TYPE;
    policy_input_list: Option<Vec<String>> = "PolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
    permissions_boundary_policy_input_list: Option<Vec<String>> = "PermissionsBoundaryPolicyInputList", &SIMULATION_POLICY_LIST_TYPE;
    policy_exclusion_list: Option<Vec<PolicyIdentifier>> = "PolicyExclusionList", &POLICY_EXCLUSIONS_LIST_TYPE;
    action_names: Vec<String> = "ActionNames", &ACTION_NAME_LIST_TYPE;
    resource_arns: Option<Vec<String>> = "ResourceArns", &RESOURCE_NAME_LIST_TYPE;
    resource_policy: Option<String> = "ResourcePolicy", &POLICY_DOCUMENT_TYPE;
    resource_owner: Option<String> = "ResourceOwner", &RESOURCE_NAME_TYPE;
    caller_arn: Option<String> = "CallerArn", &RESOURCE_NAME_TYPE;
    context_entries: Option<Vec<ContextEntry>> = "ContextEntries", &Constraint::NONE;
    resource_handling_option: Option<String> = "ResourceHandlingOption", &RESOURCE_HANDLING_OPTION_TYPE;
    max_items: Option<i32> = "MaxItems", &MAX_ITEMS_TYPE;
    marker: Option<String> = "Marker", &MARKER_TYPE;
} }

shape! { #[derive(Default)] SourceRoleTemplate [write] {
    template_arn: String = "TemplateArn";
    template_minor_version: i32 = "TemplateMinorVersion";
} }

shape! { #[derive(Default)] Statement [write] {
    source_policy_id: Option<String> = "SourcePolicyId";
    source_policy_type: Option<String> = "SourcePolicyType";
    start_position: Option<Position> = "StartPosition";
    end_position: Option<Position> = "EndPosition";
} }

shape! { #[derive(Default)] Tag [read write] {
    key: String = "Key", &TAG_KEY_TYPE;
    value: String = "Value", &TAG_VALUE_TYPE;
} }

shape! { #[derive(Default)] TagOpenIDConnectProviderRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
    tags: Vec<Tag> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] TagPolicyRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    tags: Vec<Tag> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] TagRoleRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    tags: Vec<Tag> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] TagUserRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    tags: Vec<Tag> = "Tags", &TAG_LIST_TYPE;
} }

shape! { #[derive(Default)] UntagOpenIDConnectProviderRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
    tag_keys: Vec<String> = "TagKeys", &TAG_KEY_LIST_TYPE;
} }

shape! { #[derive(Default)] UntagPolicyRequest [read] {
    policy_arn: String = "PolicyArn", &ARN_TYPE;
    tag_keys: Vec<String> = "TagKeys", &TAG_KEY_LIST_TYPE;
} }

shape! { #[derive(Default)] UntagRoleRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    tag_keys: Vec<String> = "TagKeys", &TAG_KEY_LIST_TYPE;
} }

shape! { #[derive(Default)] UntagUserRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    tag_keys: Vec<String> = "TagKeys", &TAG_KEY_LIST_TYPE;
} }

shape! { #[derive(Default)] UpdateAccessKeyRequest [read] {
    user_name: Option<String> = "UserName", &EXISTING_USER_NAME_TYPE;
    access_key_id: String = "AccessKeyId", &ACCESS_KEY_ID_TYPE;
    status: String = "Status", &STATUS_TYPE;
} }

shape! { #[derive(Default)] UpdateAssumeRolePolicyRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    policy_document: String = "PolicyDocument", &POLICY_DOCUMENT_TYPE;
} }

shape! { #[derive(Default)] UpdateGroupRequest [read] {
    group_name: String = "GroupName", &GROUP_NAME_TYPE;
    new_path: Option<String> = "NewPath", &PATH_TYPE;
    new_group_name: Option<String> = "NewGroupName", &GROUP_NAME_TYPE;
} }

shape! { #[derive(Default)] UpdateOpenIDConnectProviderThumbprintRequest [read] {
    open_id_connect_provider_arn: String = "OpenIDConnectProviderArn", &ARN_TYPE;
    thumbprint_list: Vec<String> = "ThumbprintList", &THUMBPRINT_LIST_TYPE;
} }

shape! { #[derive(Default)] UpdateRoleDescriptionRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    description: String = "Description", &ROLE_DESCRIPTION_TYPE;
} }

shape! { #[derive(Default)] UpdateRoleDescriptionResponse [write] {
    role: Option<Role> = "Role";
} }

shape! { #[derive(Default)] UpdateRoleRequest [read] {
    role_name: String = "RoleName", &ROLE_NAME_TYPE;
    description: Option<String> = "Description", &ROLE_DESCRIPTION_TYPE;
    max_session_duration: Option<i32> = "MaxSessionDuration", &ROLE_MAX_SESSION_DURATION_TYPE;
} }

shape! { #[derive(Default)] UpdateRoleResponse [write] {
} }

shape! { #[derive(Default)] UpdateUserRequest [read] {
    user_name: String = "UserName", &EXISTING_USER_NAME_TYPE;
    new_path: Option<String> = "NewPath", &PATH_TYPE;
    new_user_name: Option<String> = "NewUserName", &USER_NAME_TYPE;
} }

shape! { User [write] {
    path: String = "Path";
    user_name: String = "UserName";
    user_id: String = "UserId";
    arn: String = "Arn";
    create_date: Timestamp = "CreateDate";
    password_last_used: Option<Timestamp> = "PasswordLastUsed";
    permissions_boundary: Option<AttachedPermissionsBoundary> = "PermissionsBoundary";
    tags: Vec<Tag> = "Tags";
} }

shape! { #[derive(Default)] UserDetail [write] {
    path: Option<String> = "Path";
    user_name: Option<String> = "UserName";
    user_id: Option<String> = "UserId";
    arn: Option<String> = "Arn";
    create_date: Option<Timestamp> = "CreateDate";
    user_policy_list: Vec<PolicyDetail> = "UserPolicyList";
    group_list: Vec<String> = "GroupList";
    attached_managed_policies: Vec<AttachedPolicy> = "AttachedManagedPolicies";
    permissions_boundary: Option<AttachedPermissionsBoundary> = "PermissionsBoundary";
    tags: Vec<Tag> = "Tags";
} }

shape! { #[derive(Default)] VirtualMFADevice [write] {
    serial_number: String = "SerialNumber";
    base32_string_seed: Option<Secret> = "Base32StringSeed";
    qr_code_png: Option<Secret> = "QRCodePNG";
    user: Option<User> = "User";
    enable_date: Option<Timestamp> = "EnableDate";
    tags: Vec<Tag> = "Tags";
} }
