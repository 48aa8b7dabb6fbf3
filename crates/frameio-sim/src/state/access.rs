//! Roles of users and groups, and the records to which they apply.
//!
//! A role applies to the record where it is given and to everything inside; of several roles the
//! highest applies. A restricted project or folder is open only to users with a role of their own
//! there, and to those with full access around it.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Row, State};

/// What somebody is somewhere, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Belongs to the account, which opens nothing that is in it.
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

/// What was given to whom, and who is in which group.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Access {
    /// By the id of an account, workspace, project or folder, and that of a user or group.
    given: BTreeMap<String, IndexMap<String, Role>>,
    /// The users in a group, by its id.
    members: BTreeMap<String, IndexSet<String>>,
    deactivated: BTreeSet<String>,
}

impl Access {
    pub(crate) fn give(&mut self, place: &str, whom: &str, role: Role) {
        self.given.entry(place.to_owned()).or_default().insert(whom.to_owned(), role);
    }

    /// False where there was nothing to take.
    pub(crate) fn take(&mut self, place: &str, whom: &str) -> bool {
        self.given.get_mut(place).is_some_and(|given| given.shift_remove(whom).is_some())
    }

    /// What a user, or a group, was given at a place itself.
    pub(crate) fn given(&self, place: &str, whom: &str) -> Option<Role> {
        self.given.get(place)?.get(whom).copied()
    }

    /// Everybody who was given something at a place itself, groups among them.
    pub(crate) fn given_at(&self, place: &str) -> impl Iterator<Item = (&str, Role)> {
        let given = self.given.get(place).into_iter().flatten();
        given.map(|(whom, role)| (whom.as_str(), *role))
    }

    /// What a user has by what was given at a place itself, to them or to a group of theirs.
    pub(crate) fn own(&self, place: &str, user: &str) -> Option<Role> {
        let is = |whom: &str| whom == user || self.is_member(whom, user);
        self.given_at(place).filter(|(whom, _)| is(whom)).map(|(_, role)| role).max()
    }

    pub(crate) fn is_member(&self, group: &str, user: &str) -> bool {
        self.members.get(group).is_some_and(|members| members.contains(user))
    }

    /// The users in a group, in the order in which they came.
    pub(crate) fn members(&self, group: &str) -> impl Iterator<Item = &str> {
        self.members.get(group).into_iter().flatten().map(String::as_str)
    }

    pub(crate) fn join(&mut self, group: &str, user: &str) {
        self.members.entry(group.to_owned()).or_default().insert(user.to_owned());
    }

    /// False where the user was not in the group.
    pub(crate) fn leave(&mut self, group: &str, user: &str) -> bool {
        self.members.get_mut(group).is_some_and(|members| members.shift_remove(user))
    }

    /// Forgets a group, with all that it was given.
    pub(crate) fn disband(&mut self, group: &str) {
        self.members.remove(group);
        for given in self.given.values_mut() {
            given.shift_remove(group);
        }
    }

    /// What was given, everywhere and to everybody: the place, and to whom.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let given = self.given.iter();
        given.flat_map(|(place, given)| given.keys().map(|whom| (place.as_str(), whom.as_str())))
    }

    /// Every group with each of its members.
    pub(crate) fn all_members(&self) -> impl Iterator<Item = (&str, &str)> {
        let members = self.members.iter();
        members.flat_map(|(group, users)| users.iter().map(|it| (group.as_str(), it.as_str())))
    }

    /// Keeps what was given at those places to those users and groups.
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
}

impl State {
    /// What a user is in an account.
    pub(crate) fn account_role(&self, account: &str, user: &str) -> Option<Role> {
        self.access.given(account, user)
    }

    /// What a user is at a record, by what was given there and around it.
    ///
    /// Of those who are deactivated, what they were.
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

    /// Whether a user sees a record.
    pub(crate) fn sees(&self, user: &str, row: &Row) -> bool {
        !self.access.is_deactivated(user) && self.role_at(user, row).is_some()
    }

    /// Who makes a project has full access to it.
    pub(crate) fn owns(&self, user: &str, row: &Row) -> Option<Role> {
        let owns = row.creator == user && self.projects.contains_key(row.id());
        owns.then_some(Role::FullAccess)
    }

    /// What a record is in.
    fn around(&self, row: &Row) -> Option<&Row> {
        ["file_id", "parent_id", "project_id", "workspace_id"]
            .into_iter()
            .find_map(|name| self.record(row.text(name)))
    }
}
