//! Validation of references outside of the tables: roles, metadata, shares and deleted assets.

use super::check::{ACCOUNTS, USERS};
use super::resolve_names::option_name;
use crate::response::{Problem, step};
use crate::state::{Access, Row, State, Table};

const PLACES: &[&str] = &["state.accounts", "state.workspaces", "state.projects", "state.folders"];

const ASSETS: &[&str] = &["state.files", "state.folders", "state.version_stacks"];

impl State {
    /// Removes data of records that no longer exist.
    pub(super) fn without_leftovers(mut self) -> Self {
        let mut access = std::mem::take(&mut self.access);
        access.retain(|place| self.is_place(place), |whom| self.is_anybody(whom));
        self.access = access;
        let mut metadata = std::mem::take(&mut self.metadata);
        metadata.0.retain(|asset, _| self.is_asset(asset));
        for values in metadata.0.values_mut() {
            values.retain(|field, _| self.metadata_fields.contains_key(field));
        }
        self.metadata = metadata;
        let mut shared = std::mem::take(&mut self.shared);
        shared.retain(|share, _| self.shares.contains_key(share));
        shared.values_mut().for_each(|share| share.assets.retain(|asset| self.is_asset(asset)));
        self.shared = shared;
        let mut replies = std::mem::take(&mut self.replies);
        replies.retain(|_, reply| self.is_comment(reply.text("comment_id")));
        self.replies = replies;
        self
    }

    /// Validates the references outside of the tables.
    pub(super) fn check_other_references(&self) -> Result<(), Problem> {
        self.check_access(&self.access)?;
        self.check_adobe_groups()?;
        self.check_metadata()?;
        self.check_shares()?;
        self.check_deleted()
    }

    fn check_adobe_groups(&self) -> Result<(), Problem> {
        for (id, group) in &self.adobe_groups {
            let at = format!("/state/adobe_groups{}", step(id));
            if !self.accounts.contains_key(&group.account) {
                return Err(Problem::missing_reference(
                    format!("{at}/account"),
                    &group.account,
                    ACCOUNTS,
                ));
            }
            if let Some((index, user)) = first_missing(&group.members, &self.users) {
                return Err(Problem::missing_reference(
                    format!("{at}/members/{index}"),
                    user,
                    USERS,
                ));
            }
        }
        Ok(())
    }

    fn check_metadata(&self) -> Result<(), Problem> {
        for (asset, values) in &self.metadata.0 {
            let at = format!("/state/metadata{}", step(asset));
            if !self.is_asset(asset) {
                return Err(Problem::missing_reference(at, asset, ASSETS));
            }
            let missing = values.keys().find(|field| !self.metadata_fields.contains_key(*field));
            if let Some(field) = missing {
                let detail = "no field with this id or name: add it to 'state.metadata_fields', or \
                              use an existing field";
                return Err(Problem::at(at + &step(field), detail));
            }
            let lost = values.iter().find_map(|(field, value)| {
                let kind = self.metadata_fields.get(field)?.text("field_type");
                let mut chosen = value.as_array()?.iter().filter(|_| kind.starts_with("select"));
                Some((field, chosen.find_map(option_name)?))
            });
            if let Some((field, name)) = lost {
                let detail =
                    format!("the field has no option '{name}', and does not allow new ones");
                return Err(Problem::at(at + &step(field), detail));
            }
        }
        Ok(())
    }

    fn check_shares(&self) -> Result<(), Problem> {
        for (id, share) in &self.shared {
            let at = format!("/state/shared{}", step(id));
            if !self.shares.contains_key(id) {
                return Err(Problem::missing_reference(at, id, &["state.shares"]));
            }
            if let Some(asset) = share.assets.iter().find(|asset| !self.is_asset(asset)) {
                return Err(Problem::missing_reference(format!("{at}/assets"), asset, ASSETS));
            }
        }
        Ok(())
    }

    fn check_deleted(&self) -> Result<(), Problem> {
        for (id, deleted) in &self.deleted {
            let at = format!("/state/deleted{}", step(id));
            for row in deleted.rows() {
                if !self.accounts.contains_key(&row.account) {
                    return Err(Problem::missing_reference(at, &row.account, ACCOUNTS));
                }
                if !self.users.contains_key(&row.creator) {
                    return Err(Problem::missing_reference(at, &row.creator, USERS));
                }
            }
        }
        Ok(())
    }

    fn check_access(&self, access: &Access) -> Result<(), Problem> {
        for (place, whom) in access.all() {
            let at = format!("/state/access/given{}", step(place));
            if !self.is_place(place) {
                return Err(Problem::missing_reference(at, place, PLACES));
            }
            if !self.is_anybody(whom) {
                return Err(Problem::missing_reference(
                    at + &step(whom),
                    whom,
                    &["state.users", "state.groups"],
                ));
            }
        }
        for (group, user) in access.all_members() {
            let at = format!("/state/access/members{}", step(group));
            if !self.groups.contains_key(group) {
                return Err(Problem::missing_reference(at, group, &["state.groups"]));
            }
            if !self.users.contains_key(user) {
                return Err(Problem::missing_reference(at, user, USERS));
            }
        }
        Ok(())
    }

    /// Returns whether roles can be given on a record; the record can be in the trash.
    fn is_place(&self, id: &str) -> bool {
        self.accounts.contains_key(id)
            || self.workspaces.contains_key(id)
            || self.projects.contains_key(id)
            || self.folders.contains_key(id)
            || self.is_deleted(id)
    }

    fn is_anybody(&self, id: &str) -> bool {
        self.users.contains_key(id) || self.groups.contains_key(id)
    }

    /// Returns whether an id belongs to a file, folder or version stack, including deleted ones.
    fn is_asset(&self, id: &str) -> bool {
        self.files.contains_key(id)
            || self.folders.contains_key(id)
            || self.version_stacks.contains_key(id)
            || self.is_deleted(id)
    }

    pub(super) fn is_comment(&self, id: &str) -> bool {
        self.comments.contains_key(id) || self.is_deleted(id)
    }

    fn is_deleted(&self, id: &str) -> bool {
        let mut rows = self.deleted.values().flat_map(|deleted| deleted.rows());
        rows.any(|row: &Row| row.id() == id)
    }
}

/// Returns the first id that is missing in a table, with its index.
fn first_missing<'i>(ids: &'i [String], table: &Table) -> Option<(usize, &'i str)> {
    let mut ids = ids.iter().enumerate();
    ids.find(|(_, id)| !table.contains_key(*id)).map(|(index, id)| (index, id.as_str()))
}
