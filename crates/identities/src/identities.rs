//! Users, groups and roles: what is the same for all three.

use crate::change::{Change, change};
use crate::document::{accept, chars};
use crate::limits::{
    GROUPS_MAX, ROLE_SESSION_S_MAX, ROLE_SESSION_S_MIN, ROLES_MAX, TRUST_POLICY_CHARS_MAX,
    USERS_MAX,
};
use crate::listing::Rows;
use crate::names::{check_description, check_name, check_path, folded, remove_tags, set_tags};
use crate::rows::address::PolicyUse;
use crate::rows::{Counts, IdName, IdentityKind, IdentityRecord, RoleDetail, Text, address};
use crate::{Error, Identities, Listing, Paging, ids};
use larder_iam::policy::Attachment;
use larder_storage::MetaStore;
use larder_types::AccountId;

/// A user, group or role, by its name.
#[derive(Clone, Copy, Debug)]
pub struct IdentityRef<'a> {
    /// The account that it is in.
    pub account: &'a AccountId,
    /// What it is.
    pub kind: IdentityKind,
    /// Its name; case does not matter.
    pub name: &'a str,
}

/// A user, group or role to create.
#[derive(Clone, Debug, Default)]
pub struct NewIdentity {
    /// Its path; `None`: `/`.
    pub path: Option<String>,
    /// Its tags, key and value. Groups have none.
    pub tags: Vec<(String, String)>,
    /// The ARN of its permissions boundary. Groups have none.
    pub boundary: Option<String>,
    /// What a role has besides; only a role, and always then.
    pub role: Option<RoleDetail>,
}

/// What UpdateUser and UpdateGroup change.
#[derive(Clone, Debug, Default)]
pub struct UpdateIdentity {
    /// Its new name.
    pub new_name: Option<String>,
    /// Its new path.
    pub new_path: Option<String>,
}

impl<'a> IdentityRef<'a> {
    /// A user of an account.
    pub fn user(account: &'a AccountId, name: &'a str) -> Self {
        Self { account, kind: IdentityKind::User, name }
    }

    /// A group of an account.
    pub fn group(account: &'a AccountId, name: &'a str) -> Self {
        Self { account, kind: IdentityKind::Group, name }
    }

    /// A role of an account.
    pub fn role(account: &'a AccountId, name: &'a str) -> Self {
        Self { account, kind: IdentityKind::Role, name }
    }

    pub(crate) fn missing(&self) -> Error {
        let (kind, name) = (self.kind.as_str(), self.name);
        Error::NoSuchEntity(format!("The {kind} with name {name} cannot be found."))
    }

    fn taken(&self, name: &str) -> Error {
        let kind = match self.kind {
            IdentityKind::User => "User",
            IdentityKind::Group => "Group",
            IdentityKind::Role => "Role",
        };
        Error::EntityAlreadyExists(format!("{kind} with name {name} already exists."))
    }

    pub(crate) fn suffix(&self) -> bytes::Bytes {
        address::identity(self.kind, self.name)
    }
}

/// The count of a kind, and its quota.
fn count_of(counts: &mut Counts, kind: IdentityKind) -> (&mut u32, u32, &'static str) {
    match kind {
        IdentityKind::User => (&mut counts.users, USERS_MAX, "UsersPerAccount"),
        IdentityKind::Group => (&mut counts.groups, GROUPS_MAX, "GroupsPerAccount"),
        IdentityKind::Role => (&mut counts.roles, ROLES_MAX, "RolesPerAccount"),
    }
}

impl<S: MetaStore> Identities<S> {
    /// CreateUser, CreateGroup, CreateRole.
    pub async fn create_identity(
        &self,
        identity: IdentityRef<'_>,
        new: NewIdentity,
    ) -> Result<IdentityRecord, Error> {
        check_name(identity.kind.name_field(), identity.name, identity.kind.name_chars_max())?;
        check_path(new.path.as_deref().unwrap_or("/"))?;
        let is_group = identity.kind == IdentityKind::Group;
        assert!(!is_group || new.tags.is_empty() && new.boundary.is_none(), "a group has neither");
        let is_role = identity.kind == IdentityKind::Role;
        assert!(is_role == new.role.is_some(), "a role has a trust policy, nothing else has");
        let role = new.role.as_ref().map(accept_role).transpose()?;
        change!(self, identity.account, change => change.create(identity, &new, role.clone()))
    }

    /// GetUser, GetRole, and the group of GetGroup.
    pub async fn identity(&self, identity: IdentityRef<'_>) -> Result<IdentityRecord, Error> {
        let found = self.read(identity.account, identity.suffix()).await?;
        found.ok_or_else(|| identity.missing())
    }

    /// UpdateUser, UpdateGroup. A role's name stays.
    pub async fn update_identity(
        &self,
        identity: IdentityRef<'_>,
        update: &UpdateIdentity,
    ) -> Result<IdentityRecord, Error> {
        assert!(identity.kind != IdentityKind::Role, "a role's name and path stay");
        if let Some(name) = &update.new_name {
            check_name("newName", name, identity.kind.name_chars_max())?;
        }
        if let Some(path) = &update.new_path {
            check_path(path)?;
        }
        change!(self, identity.account, change => change.update(identity, update))
    }

    /// DeleteUser, DeleteGroup, DeleteRole.
    ///
    /// Errors: [`Error::DeleteConflict`] while it has policies, keys, groups or members.
    pub async fn delete_identity(&self, identity: IdentityRef<'_>) -> Result<(), Error> {
        change!(self, identity.account, change => change.remove(identity))
    }

    /// ListUsers, ListGroups, ListRoles: those whose path begins with `path_prefix`.
    pub async fn list_identities(
        &self,
        account: &AccountId,
        kind: IdentityKind,
        path_prefix: Option<&str>,
        paging: &Paging,
    ) -> Result<Listing<IdentityRecord>, Error> {
        let path_prefix = path_prefix.unwrap_or("/").to_owned();
        let rows = Rows { account, prefix: address::identities(kind), paging };
        let keep = move |identity: &IdentityRecord| identity.path.starts_with(&path_prefix);
        Ok(self.list(rows, keep).await?.map(|(_, identity)| identity))
    }

    /// TagUser, TagRole.
    pub async fn tag_identity(
        &self,
        identity: IdentityRef<'_>,
        tags: &[(String, String)],
    ) -> Result<(), Error> {
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            set_tags(&mut record.tags, tags)?;
            change.put(identity.suffix(), &record)
        })
    }

    /// UntagUser, UntagRole.
    pub async fn untag_identity(
        &self,
        identity: IdentityRef<'_>,
        keys: &[String],
    ) -> Result<(), Error> {
        change!(self, identity.account, change => async {
            let mut record = change.identity(identity).await?;
            remove_tags(&mut record.tags, keys);
            change.put(identity.suffix(), &record)
        })
    }

    /// UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy: `update` changes what a role has
    /// besides, and the whole is checked then.
    pub async fn update_role(
        &self,
        account: &AccountId,
        name: &str,
        update: impl Fn(&mut RoleDetail),
    ) -> Result<IdentityRecord, Error> {
        let role = IdentityRef::role(account, name);
        change!(self, account, change => async {
            let mut record = change.identity(role).await?;
            let detail = record.role.as_mut().ok_or_else(no_role)?;
            update(detail);
            *detail = accept_role(detail)?;
            change.put(role.suffix(), &record)?;
            Ok::<_, Error>(record)
        })
    }

    /// AddUserToGroup. One who is in it already stays.
    pub async fn add_user_to_group(
        &self,
        account: &AccountId,
        group: &str,
        user: &str,
    ) -> Result<(), Error> {
        let (group, user) = (IdentityRef::group(account, group), IdentityRef::user(account, user));
        change!(self, account, change => change.join(group, user))
    }

    /// RemoveUserFromGroup.
    pub async fn remove_user_from_group(
        &self,
        account: &AccountId,
        group: &str,
        user: &str,
    ) -> Result<(), Error> {
        let (group, user) = (IdentityRef::group(account, group), IdentityRef::user(account, user));
        change!(self, account, change => change.leave(group, user))
    }

    /// ListGroupsForUser: at most ten.
    pub async fn groups_of_user(
        &self,
        account: &AccountId,
        user: &str,
    ) -> Result<Vec<IdentityRecord>, Error> {
        let user = self.identity(IdentityRef::user(account, user)).await?;
        let mut groups = Vec::new();
        for id in &user.groups {
            let (_, group) = self.identity_of_id(account, id).await?.ok_or_else(dangling)?;
            groups.push(group);
        }
        groups.sort_by_key(|group| folded(&group.name));
        Ok(groups)
    }

    /// A page of the users in a group (GetGroup).
    pub async fn users_in_group(
        &self,
        account: &AccountId,
        group: &str,
        paging: &Paging,
    ) -> Result<Listing<IdentityRecord>, Error> {
        let group = self.identity(IdentityRef::group(account, group)).await?;
        let rows = Rows { account, prefix: address::members(&group.id), paging };
        let names = self.list(rows, |_: &Text| true).await?;
        let mut entries = Vec::with_capacity(names.entries.len());
        for (_, Text(name)) in names.entries {
            // One who was renamed or removed since is shown by the next call.
            let user = self.read(account, address::identity(IdentityKind::User, &name)).await?;
            entries.extend(user);
        }
        Ok(Listing { entries, marker: names.marker })
    }

    /// Whom a unique id belongs to; `None` when nobody has it any longer.
    pub async fn identity_of_id(
        &self,
        account: &AccountId,
        id: &str,
    ) -> Result<Option<(IdentityKind, IdentityRecord)>, Error> {
        let Some(named) = self.read::<IdName>(account, address::id_name(id)).await? else {
            return Ok(None);
        };
        let suffix = address::identity(named.kind, &named.name);
        let record = self.read::<IdentityRecord>(account, suffix).await?;
        // The name may be somebody else's since the id was read.
        Ok(record.filter(|record| record.id == id).map(|record| (named.kind, record)))
    }
}

impl<S: MetaStore> Change<'_, S> {
    /// The identity; [`Error::NoSuchEntity`].
    pub(crate) async fn identity(
        &mut self,
        identity: IdentityRef<'_>,
    ) -> Result<IdentityRecord, Error> {
        self.get(identity.suffix()).await?.ok_or_else(|| identity.missing())
    }

    async fn create(
        &mut self,
        identity: IdentityRef<'_>,
        new: &NewIdentity,
        role: Option<RoleDetail>,
    ) -> Result<IdentityRecord, Error> {
        let mut account = self.account_record().await?;
        if self.get::<IdentityRecord>(identity.suffix()).await?.is_some() {
            return Err(identity.taken(identity.name));
        }
        let (count, max, quota) = count_of(&mut account.counts, identity.kind);
        if *count >= max {
            return Err(Error::LimitExceeded(format!("Cannot exceed quota for {quota}: {max}")));
        }
        *count += 1;
        let id = ids::unique(&*self.identities.platform.random, identity.kind.id_prefix());
        let path = new.path.as_deref().unwrap_or("/");
        let mut record = IdentityRecord::new(identity.name, path, id, self.identities.now());
        set_tags(&mut record.tags, &new.tags)?;
        record.role = role;
        if let Some(boundary) = &new.boundary {
            self.use_policy(boundary, PolicyUse::Boundary, identity).await?;
            record.boundary = Some(boundary.clone());
        }
        let named = IdName { kind: identity.kind, name: identity.name.to_owned() };
        self.put(address::id_name(&record.id), &named)?;
        self.put(address::account(), &account)?;
        self.put(identity.suffix(), &record)?;
        Ok(record)
    }

    /// What leads to an identity by its name moves with the name: its id, its memberships and its
    /// attachments. A group's members know it by its id.
    async fn update(
        &mut self,
        identity: IdentityRef<'_>,
        update: &UpdateIdentity,
    ) -> Result<IdentityRecord, Error> {
        let mut record = self.identity(identity).await?;
        if let Some(path) = &update.new_path {
            record.path = path.clone();
        }
        let Some(new_name) = update.new_name.as_ref().filter(|name| **name != record.name) else {
            self.put(identity.suffix(), &record)?;
            return Ok(record);
        };
        let renamed = IdentityRef { name: new_name, ..identity };
        if folded(new_name) != folded(identity.name) {
            if self.get::<IdentityRecord>(renamed.suffix()).await?.is_some() {
                return Err(identity.taken(new_name));
            }
            self.delete(identity.suffix());
        }
        for group in &record.groups {
            self.delete(address::member(group, identity.name));
            self.put(address::member(group, new_name), &Text(new_name.clone()))?;
        }
        for policy in &record.attached {
            self.rename_policy_use(policy, PolicyUse::Permissions, identity, new_name)?;
        }
        if let Some(boundary) = &record.boundary {
            self.rename_policy_use(boundary, PolicyUse::Boundary, identity, new_name)?;
        }
        record.name = new_name.clone();
        let named = IdName { kind: identity.kind, name: new_name.clone() };
        self.put(address::id_name(&record.id), &named)?;
        self.put(renamed.suffix(), &record)?;
        Ok(record)
    }

    async fn remove(&mut self, identity: IdentityRef<'_>) -> Result<(), Error> {
        let record = self.identity(identity).await?;
        let conflict = |what: &str| {
            Err(Error::DeleteConflict(format!("Cannot delete entity, must {what} first.")))
        };
        if self.has_keys(&record.keys).await? {
            return conflict("delete access keys");
        }
        if !record.inline.is_empty() {
            return conflict("delete policies");
        }
        if !record.attached.is_empty() {
            return conflict("detach all policies");
        }
        if !record.groups.is_empty() || record.members > 0 {
            return conflict("remove users from group");
        }
        if let Some(boundary) = &record.boundary {
            self.drop_policy(boundary, PolicyUse::Boundary, identity).await?;
        }
        let mut account = self.account_record().await?;
        let (count, ..) = count_of(&mut account.counts, identity.kind);
        *count = count.saturating_sub(1);
        self.put(address::account(), &account)?;
        self.delete(address::id_name(&record.id));
        self.delete(identity.suffix());
        Ok(())
    }

    async fn join(&mut self, group: IdentityRef<'_>, user: IdentityRef<'_>) -> Result<(), Error> {
        let mut group_record = self.identity(group).await?;
        let mut user_record = self.identity(user).await?;
        if user_record.groups.contains(&group_record.id) {
            return Ok(());
        }
        let max = crate::limits::GROUPS_PER_USER_MAX;
        if user_record.groups.len() >= max {
            return Err(Error::LimitExceeded(format!(
                "Cannot exceed quota for GroupsPerUser: {max}"
            )));
        }
        user_record.groups.push(group_record.id.clone());
        // The count makes the change one of the group as well: it is not removed meanwhile.
        group_record.members += 1;
        let member = address::member(&group_record.id, &user_record.name);
        self.put(member, &Text(user_record.name.clone()))?;
        self.put(group.suffix(), &group_record)?;
        self.put(user.suffix(), &user_record)
    }

    async fn leave(&mut self, group: IdentityRef<'_>, user: IdentityRef<'_>) -> Result<(), Error> {
        let mut group_record = self.identity(group).await?;
        let mut user_record = self.identity(user).await?;
        let Some(at) = user_record.groups.iter().position(|id| *id == group_record.id) else {
            return Err(Error::NoSuchEntity(format!(
                "The user with name {} is not in group {}.",
                user.name, group.name
            )));
        };
        user_record.groups.remove(at);
        group_record.members = group_record.members.saturating_sub(1);
        self.delete(address::member(&group_record.id, &user_record.name));
        self.put(group.suffix(), &group_record)?;
        self.put(user.suffix(), &user_record)
    }
}

/// What a role has besides, as it is stored.
fn accept_role(role: &RoleDetail) -> Result<RoleDetail, Error> {
    if !(ROLE_SESSION_S_MIN..=ROLE_SESSION_S_MAX).contains(&role.max_session_s) {
        return Err(Error::Validation(format!(
            "1 validation error detected: Value '{}' at 'maxSessionDuration' failed to satisfy \
             constraint: Member must have value between {ROLE_SESSION_S_MIN} and \
             {ROLE_SESSION_S_MAX}",
            role.max_session_s
        )));
    }
    if let Some(description) = &role.description {
        check_description(description)?;
    }
    let trust = accept(&role.trust_policy, Attachment::Trust)?;
    if trust.chars > TRUST_POLICY_CHARS_MAX {
        return Err(Error::LimitExceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_CHARS_MAX}"
        )));
    }
    Ok(RoleDetail { trust_policy: trust.text, ..role.clone() })
}

/// Characters that inline policies count for, without white space.
pub(crate) fn inline_chars(record: &IdentityRecord) -> usize {
    record.inline.iter().map(|policy| chars(&policy.document)).sum()
}

fn no_role() -> Error {
    Error::Corrupt("a role has no trust policy".into())
}

pub(crate) fn dangling() -> Error {
    Error::Corrupt("an identity names something that is not there".into())
}
