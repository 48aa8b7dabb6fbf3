//! What stands beside the records and names them: roles, metadata, shares and what was deleted.

use crate::roles::Access;
use crate::state::{Row, State};

impl State {
    /// Forgets what belongs to records that are gone for good.
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
        shared.values_mut().for_each(|share| share.retain(|asset| self.is_asset(asset)));
        self.shared = shared;
        let mut replies = std::mem::take(&mut self.replies);
        replies.retain(|_, reply| self.is_comment(reply.text("comment_id")));
        self.replies = replies;
        self
    }

    /// Says where something names what is not there, if it does.
    pub(super) fn check_beside(&self) -> Result<(), String> {
        self.check_access(&self.access)?;
        for (asset, values) in &self.metadata.0 {
            if !self.is_asset(asset) {
                let needed = "there is no such file, folder or version stack";
                return Err(format!("state.metadata.{asset}: {needed}"));
            }
            let missing = values.keys().find(|field| !self.metadata_fields.contains_key(*field));
            if let Some(field) = missing {
                let needed = "there is no field of this id or name";
                return Err(format!("state.metadata.{asset}.{field}: {needed}"));
            }
        }
        for (id, share) in &self.shared {
            if !self.shares.contains_key(id) {
                return Err(format!("state.shared.{id}: there is no such share"));
            }
            if let Some(asset) = share.assets().find(|asset| !self.is_asset(asset)) {
                return Err(format!("state.shared.{id}.assets: there is no {asset}"));
            }
        }
        for (id, deleted) in &self.deleted {
            for row in deleted.rows() {
                if !self.accounts.contains_key(&row.account) {
                    let told = format!("there is no account {:?}", row.account);
                    return Err(format!("state.deleted.{id}: {told}"));
                }
                if !self.users.contains_key(&row.creator) {
                    let told = format!("there is no user {:?}", row.creator);
                    return Err(format!("state.deleted.{id}: {told}"));
                }
            }
        }
        Ok(())
    }

    fn check_access(&self, access: &Access) -> Result<(), String> {
        for (place, whom) in access.all() {
            if !self.is_place(place) {
                let needed = "there is no such account, workspace, project or folder";
                return Err(format!("state.access.given.{place}: {needed}"));
            }
            if !self.is_anybody(whom) {
                let told = format!("there is no user or group {whom:?}");
                return Err(format!("state.access.given.{place}: {told}"));
            }
        }
        for (group, user) in access.all_members() {
            if !self.groups.contains_key(group) {
                return Err(format!("state.access.members.{group}: there is no such group"));
            }
            if !self.users.contains_key(user) {
                return Err(format!("state.access.members.{group}: there is no user {user:?}"));
            }
        }
        Ok(())
    }

    /// Something that roles are given at, be it recently deleted.
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

    /// A file, folder or version stack, be it recently deleted.
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
