//! Data of the simulator with its serialized form, independent of the operations that change it.

mod access;
mod adobe_group;
mod deleted;
mod demo;
mod event;
mod metadata;
mod row;
mod secrets_serde;
mod share;
mod table_serde;
mod uploads;
mod users;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub(crate) use self::access::{Access, Role};
pub(crate) use self::adobe_group::{AdobeGroup, AdobeGroups};
pub(crate) use self::deleted::{Deleted, attachment_ids};
pub use self::demo::Demo;
pub(crate) use self::event::{Actor, Event, EventLog, MAX_EVENTS, PendingDelivery};
pub(crate) use self::metadata::MetadataValues;
pub(crate) use self::row::{Row, Table, UNSPECIFIED, insert, new_id, random_secret};
pub(crate) use self::share::{Activity, ShareContents};
pub(crate) use self::uploads::{Remote, RemoteSource, Upload, Uploads, file_status};
pub use self::users::User;
pub(crate) use self::users::{Token, add_user, insert_user, own_view};

/// All records.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    /// Users in the form of `users.show`.
    #[serde(with = "table_serde")]
    pub(crate) users: Table,
    #[serde(with = "table_serde")]
    pub(crate) accounts: Table,
    #[serde(with = "table_serde")]
    pub(crate) workspaces: Table,
    #[serde(with = "table_serde")]
    pub(crate) projects: Table,
    #[serde(with = "table_serde")]
    pub(crate) folders: Table,
    #[serde(with = "table_serde")]
    pub(crate) files: Table,
    #[serde(with = "table_serde")]
    pub(crate) version_stacks: Table,
    /// Files of each version stack, oldest first.
    pub(crate) versions: BTreeMap<String, Vec<String>>,
    /// Deleted assets that can be restored, by their ids.
    pub(crate) deleted: IndexMap<String, Deleted>,
    #[serde(with = "table_serde")]
    pub(crate) comments: Table,
    #[serde(with = "table_serde")]
    pub(crate) groups: Table,
    pub(crate) adobe_groups: AdobeGroups,
    pub(crate) access: Access,
    #[serde(with = "table_serde")]
    pub(crate) webhooks: Table,
    #[serde(with = "table_serde")]
    pub(crate) actions: Table,
    #[serde(with = "table_serde")]
    pub(crate) collections: Table,
    #[serde(with = "table_serde")]
    pub(crate) watermark_templates: Table,
    #[serde(with = "table_serde")]
    pub(crate) shares: Table,
    /// Assets, reviewers and activities of each share, by the id of the share.
    pub(crate) shared: BTreeMap<String, ShareContents>,
    /// Definitions of metadata fields; those without an account belong to all accounts.
    #[serde(with = "table_serde")]
    pub(crate) metadata_fields: Table,
    pub(crate) metadata: MetadataValues,
    /// Replies to comments.
    #[serde(with = "table_serde")]
    pub(crate) replies: Table,
    pub(crate) events: EventLog,
    #[serde(skip)]
    pub(crate) uploads: Uploads,
}

impl State {
    /// Returns a record by its id, from the tables to which roles apply.
    pub(crate) fn record(&self, id: &str) -> Option<&Row> {
        let Self { workspaces, projects, folders, files, version_stacks, .. } = self;
        let Self { comments, collections, shares, .. } = self;
        let all =
            [folders, files, version_stacks, comments, projects, workspaces, collections, shares];
        all.into_iter().find_map(|table| table.get(id))
    }

    /// Returns the total size of the files that `counts` selects, in bytes.
    pub(crate) fn storage(&self, counts: impl Fn(&Row) -> bool) -> u64 {
        let files = self.files.values().filter(|file| counts(file));
        files.filter_map(|file| file.field("file_size").as_u64()).sum()
    }
}
