//! IAM's quotas ("IAM and AWS STS quotas"). Where one differs from AWS's default, its reason.

/// Most users of an account. AWS: 5,000, which may not be raised; a listing here costs what it
/// shows, and a user is one row.
pub const USERS_MAX: u32 = 100_000;
/// Most groups of an account (AWS: 300, up to 500).
pub const GROUPS_MAX: u32 = 500;
/// Most roles of an account (AWS: 1,000, up to 5,000).
pub const ROLES_MAX: u32 = 5_000;
/// Most customer managed policies of an account (AWS: 1,500, up to 5,000).
pub const POLICIES_MAX: u32 = 5_000;
/// Most OpenID Connect providers of an account.
pub const OIDC_PROVIDERS_MAX: u32 = 100;
/// Most groups that a user is in.
pub const GROUPS_PER_USER_MAX: usize = 10;
/// Most managed policies attached to one user, group or role.
pub const ATTACHED_POLICIES_MAX: usize = 10;
/// Most access keys of a user or root.
pub const ACCESS_KEYS_MAX: usize = 2;
/// Most versions of a managed policy.
pub const POLICY_VERSIONS_MAX: usize = 5;
/// Most tags of a user, role, policy or provider.
pub const TAGS_MAX: usize = 50;
/// Characters of a managed policy without white space.
pub const MANAGED_POLICY_CHARS_MAX: usize = 6_144;
/// Characters of all inline policies of a user without white space.
pub const USER_INLINE_CHARS_MAX: usize = 2_048;
/// Characters of all inline policies of a group without white space.
pub const GROUP_INLINE_CHARS_MAX: usize = 5_120;
/// Characters of all inline policies of a role without white space.
pub const ROLE_INLINE_CHARS_MAX: usize = 10_240;
/// Characters of a trust policy without white space (AWS: 2,048, up to 4,096).
pub const TRUST_POLICY_CHARS_MAX: usize = 4_096;
/// Shortest `MaxSessionDuration` of a role in seconds.
pub const ROLE_SESSION_S_MIN: u32 = 3_600;
/// Longest `MaxSessionDuration` of a role in seconds.
pub const ROLE_SESSION_S_MAX: u32 = 43_200;
/// Longest session of any kind in seconds (GetSessionToken, GetFederationToken).
pub const SESSION_S_MAX: u32 = 129_600;
/// Characters of a session's inline policy without white space, and of all its policies.
pub const SESSION_POLICY_CHARS_MAX: usize = 2_048;
/// Most managed policies named as session policies.
pub const SESSION_MANAGED_POLICIES_MAX: usize = 10;
/// Most client ids of an OpenID Connect provider.
pub const CLIENT_IDS_MAX: usize = 100;
/// Most thumbprints of an OpenID Connect provider.
pub const THUMBPRINTS_MAX: usize = 5;
/// Most entries of a page of a listing.
pub const PAGE_MAX: usize = 1_000;

/// How often a change is tried again after it lost to others, who are other gateways.
pub(crate) const ATTEMPTS_MAX: u32 = 16;
/// Characters of a user's or role's name.
pub(crate) const NAME_CHARS_MAX: usize = 64;
/// Characters of a group's or policy's name.
pub(crate) const LONG_NAME_CHARS_MAX: usize = 128;
/// Characters of a path.
pub(crate) const PATH_CHARS_MAX: usize = 512;
/// Characters of a description.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 1_000;
