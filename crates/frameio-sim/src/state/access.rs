//! Roles of users and groups, and the records to which they apply.
//!
//! A role applies to the record on which it is given and to everything inside; of several roles the
//! highest applies. A restricted project or folder is open only to users with a role on it and to those
//! with full access to its parent.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Row, State};

/// Role of a user or group, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Member of the account, without access to its content.
    Member,
    Viewer,
    Commenter,
    EditOnly,
    Editor,
    FullAccess,
    WorkspaceAdmin,
    Admin,
    Owner,
}

impl Role {
    const ALL: [Self; 9] = [
        Self::Member,
        Self::Viewer,
        Self::Commenter,
        Self::EditOnly,
        Self::Editor,
        Self::FullAccess,
        Self::WorkspaceAdmin,
        Self::Admin,
        Self::Owner,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Viewer => "viewer",
            Self::Commenter => "commenter",
            Self::EditOnly => "edit_only",
            Self::Editor => "editor",
            Self::FullAccess => "full_access",
            Self::WorkspaceAdmin => "workspace_admin",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    pub(crate) fn of(name: &Value) -> Option<Self> {
        Self::ALL.into_iter().find(|role| name == role.name())
    }
}

/// Given roles and members of groups.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Access {
    /// Roles by the id of an account, workspace, project or folder, and of a user or group.
    given: BTreeMap<String, IndexMap<String, Role>>,
    /// Users of each group, by its id.
    members: BTreeMap<String, IndexSet<String>>,
    deactivated: BTreeSet<String>,
    /// Ids of locked accounts.
    locked: BTreeSet<String>,
    /// Users who are not connected to the sign-in of Adobe.
    disconnected: BTreeSet<String>,
    /// Whether the accounts are administered in the Adobe Admin Console; `None` accepts all tokens.
    in_admin_console: Option<bool>,
}

impl Access {
    pub(crate) fn give(&mut self, place: &str, whom: &str, role: Role) {
        self.given.entry(place.to_owned()).or_default().insert(whom.to_owned(), role);
    }

    /// Removes a role; returns false if `whom` had no role on the place.
    pub(crate) fn take(&mut self, place: &str, whom: &str) -> bool {
        self.given.get_mut(place).is_some_and(|given| given.shift_remove(whom).is_some())
    }

    /// Returns the role that was given to a user or group on the place itself.
    pub(crate) fn given(&self, place: &str, whom: &str) -> Option<Role> {
        self.given.get(place)?.get(whom).copied()
    }

    /// Returns all users and groups that were given a role on the place itself.
    pub(crate) fn given_at(&self, place: &str) -> impl Iterator<Item = (&str, Role)> {
        let given = self.given.get(place).into_iter().flatten();
        given.map(|(whom, role)| (whom.as_str(), *role))
    }

    /// Returns a user's role on the place itself, given to the user or a group.
    pub(crate) fn own(&self, place: &str, user: &str) -> Option<Role> {
        let is = |whom: &str| whom == user || self.is_member(whom, user);
        self.given_at(place).filter(|(whom, _)| is(whom)).map(|(_, role)| role).max()
    }

    pub(crate) fn is_member(&self, group: &str, user: &str) -> bool {
        self.members.get(group).is_some_and(|members| members.contains(user))
    }

    /// Returns the users of a group in the order in which they joined.
    pub(crate) fn members(&self, group: &str) -> impl Iterator<Item = &str> {
        self.members.get(group).into_iter().flatten().map(String::as_str)
    }

    pub(crate) fn join(&mut self, group: &str, user: &str) {
        self.members.entry(group.to_owned()).or_default().insert(user.to_owned());
    }

    /// Removes a user from a group; returns false if the user was not a member.
    pub(crate) fn leave(&mut self, group: &str, user: &str) -> bool {
        self.members.get_mut(group).is_some_and(|members| members.shift_remove(user))
    }

    /// Removes a group with its roles.
    pub(crate) fn disband(&mut self, group: &str) {
        self.members.remove(group);
        for given in self.given.values_mut() {
            given.shift_remove(group);
        }
    }

    /// Returns all places with the users and groups that have a role on them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let given = self.given.iter();
        given.flat_map(|(place, given)| given.keys().map(|whom| (place.as_str(), whom.as_str())))
    }

    /// Returns all pairs of a group and a member.
    pub(crate) fn all_members(&self) -> impl Iterator<Item = (&str, &str)> {
        let members = self.members.iter();
        members.flat_map(|(group, users)| users.iter().map(|it| (group.as_str(), it.as_str())))
    }

    /// Removes roles and members, except for those of the given places, users and groups.
    pub(crate) fn retain(
        &mut self,
        is_place: impl Fn(&str) -> bool,
        is_anybody: impl Fn(&str) -> bool,
    ) {
        self.given.retain(|place, _| is_place(place));
        for given in self.given.values_mut() {
            given.retain(|whom, _| is_anybody(whom));
        }
        self.members.retain(|group, _| is_anybody(group));
    }

    pub(crate) fn deactivate(&mut self, user: &str) {
        self.deactivated.insert(user.to_owned());
    }

    pub(crate) fn is_deactivated(&self, user: &str) -> bool {
        self.deactivated.contains(user)
    }

    pub(crate) fn set_locked(&mut self, account: &str, locked: bool) {
        set(&mut self.locked, account, locked);
    }

    pub(crate) fn is_locked(&self, account: &str) -> bool {
        self.locked.contains(account)
    }

    pub(crate) fn set_connected(&mut self, user: &str, connected: bool) {
        set(&mut self.disconnected, user, !connected);
    }

    pub(crate) fn set_in_admin_console(&mut self, in_admin_console: Option<bool>) {
        self.in_admin_console = in_admin_console;
    }

    /// Returns why the API refuses legacy developer tokens, if it does.
    pub(crate) fn refuses_legacy(&self) -> Option<&'static str> {
        let refused = self.in_admin_console == Some(true);
        refused.then_some("the account is in the Adobe Admin Console, so legacy tokens are refused")
    }

    /// Returns why the API refuses tokens of Adobe for a user, if it does.
    pub(crate) fn refuses_adobe(&self, user: &str) -> Option<&'static str> {
        if self.in_admin_console == Some(false) {
            Some("the account is not in the Adobe Admin Console")
        } else if self.disconnected.contains(user) {
            Some("the user is not connected to the sign-in of Adobe")
        } else {
            None
        }
    }
}

/// Adds an id to a set, or removes it.
fn set(ids: &mut BTreeSet<String>, id: &str, contained: bool) {
    if contained {
        ids.insert(id.to_owned());
    } else {
        ids.remove(id);
    }
}

impl State {
    /// Returns a user's role in an account.
    pub(crate) fn account_role(&self, account: &str, user: &str) -> Option<Role> {
        self.access.given(account, user)
    }

    /// Returns a user's role on a record, given on the record or around it.
    ///
    /// A deactivated user keeps their roles.
    pub(crate) fn role_at(&self, user: &str, row: &Row) -> Option<Role> {
        let account = self.account_role(&row.account, user)?;
        if account >= Role::Admin {
            return Some(account);
        }
        let mut places: Vec<&Row> = iter::successors(Some(row), |row| self.around(row)).collect();
        places.reverse();
        places.into_iter().fold(None, |role, place| {
            let shut = place.field("restricted") == true && role < Some(Role::FullAccess);
            let role = if shut { None } else { role };
            role.max(self.access.own(place.id(), user)).max(self.owns(user, place))
        })
    }

    /// Returns whether a user can see a record.
    pub(crate) fn sees(&self, user: &str, row: &Row) -> bool {
        !self.access.is_deactivated(user) && self.role_at(user, row).is_some()
    }

    /// Returns full access for the creator of a project.
    pub(crate) fn owns(&self, user: &str, row: &Row) -> Option<Role> {
        let owns = row.creator == user && self.projects.contains_key(row.id());
        owns.then_some(Role::FullAccess)
    }

    /// Returns the record that contains a record.
    fn around(&self, row: &Row) -> Option<&Row> {
        ["file_id", "parent_id", "project_id", "workspace_id"]
            .into_iter()
            .find_map(|name| self.record(row.text(name)))
    }
}
