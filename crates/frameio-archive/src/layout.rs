//! Layout of an archive, version 1: the files and the JSON in them. `docs/archive.md` documents it.

use frameio_api::assets::Asset;
use frameio_api::comments::Comment;
use frameio_api::files::{File, FileStatus};
use frameio_api::metadata_fields::FieldDefinition;
use frameio_api::permissions::UserRole;
use frameio_api::projects::Project;
use frameio_api::shares::Share;
use frameio_api::users::User;
use frameio_core::{AccountId, AssetId, FileId, FolderId, ProjectId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Version of the layout that this crate writes and reads.
pub const LAYOUT_VERSION: u32 = 1;

/// Value of `format` in the head.
pub(crate) const FORMAT: &str = "frameio-archive";

pub(crate) const HEAD: &str = "archive.json";
pub(crate) const PAGE: &str = "index.html";
/// Directory of the originals.
pub(crate) const MEDIA: &str = "media";
/// Directory of the JSON files.
pub(crate) const DATA: &str = "data";
pub(crate) const PROJECT: &str = "data/project.json";
pub(crate) const FIELDS: &str = "data/fields.json";
pub(crate) const MEMBERS: &str = "data/members.json";
pub(crate) const SHARES: &str = "data/shares.json";
pub(crate) const ITEMS: &str = "data/items.jsonl";
pub(crate) const FILES: &str = "data/files.jsonl";
pub(crate) const COMMENTS: &str = "data/comments.jsonl";
pub(crate) const SUMMARY: &str = "data/summary.json";
/// Directory of the state of runs, which is not part of the archive.
pub(crate) const STATE: &str = ".frameio-archive";

/// `archive.json`: what the archive contains. Written first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) format: String,
    pub(crate) version: u32,
    pub(crate) tool: String,
    pub(crate) created_at: Timestamp,
    pub(crate) account_id: AccountId,
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
}

/// `data/project.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProjectFile {
    pub(crate) account_id: AccountId,
    pub(crate) project: Project,
}

/// `data/fields.json`; `null` if the service refused it.
pub(crate) type FieldsFile = Option<Vec<FieldDefinition>>;

/// `data/members.json`; `null` if the service refused it.
pub(crate) type MembersFile = Option<Vec<UserRole>>;

/// `data/shares.json`; `null` if the service refused it.
pub(crate) type SharesFile = Option<Vec<SavedShare>>;

/// A share. Its passphrase is not saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedShare {
    pub(crate) share: Share,
    pub(crate) has_passphrase: bool,
    /// Shared items, with those in shared folders.
    pub(crate) assets: Vec<SharedAsset>,
    pub(crate) reviewers: Option<Vec<User>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SharedAsset {
    pub(crate) id: AssetId,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: String,
}

/// A line of `data/items.jsonl`: a file, folder or version stack. A folder precedes its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    /// Names from the root folder of the project.
    pub(crate) path: Vec<String>,
    /// Folder that contains the item.
    pub(crate) folder_id: FolderId,
    /// Path of the file or directory in the archive; none for a version stack and for a file whose
    /// content cannot be saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) local: Option<String>,
    pub(crate) asset: Asset,
    /// Versions of a version stack, the oldest first if their order is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) versions: Vec<Version>,
    /// Whether the order of the versions is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_ordered: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) local: Option<String>,
    pub(crate) file: File,
}

impl Item {
    /// Returns the file or the versions, with their paths in the archive.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&File, Option<&str>)> {
        let file = self.asset.as_file().map(|file| (file, self.local.as_deref()));
        file.into_iter().chain(self.versions.iter().map(|it| (&it.file, it.local.as_deref())))
    }
}

/// Returns whether all content of a file is uploaded.
pub(crate) fn is_uploaded(file: &File) -> bool {
    file.status != FileStatus::Created
}

/// A line of `data/files.jsonl`: the content of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedFile {
    pub(crate) file_id: FileId,
    /// Path in the archive.
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) xxh64: String,
}

/// A line of `data/comments.jsonl`: all comments of a file, with authors and replies.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedComments {
    pub(crate) file_id: FileId,
    pub(crate) comments: Vec<Comment>,
}

/// `data/summary.json`, written at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SummaryFile {
    pub(crate) counts: Counts,
    /// What the archive does not contain.
    pub(crate) missing: Vec<Missing>,
}

/// Numbers of what an archive contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Number of folders.
    pub folders: u64,
    /// Number of files, with those in version stacks.
    pub files: u64,
    /// Number of version stacks.
    pub version_stacks: u64,
    /// Total size of the saved originals in bytes.
    pub bytes: u64,
    /// Number of comments.
    pub comments: u64,
    /// Number of replies to comments.
    pub replies: u64,
    /// Number of shares.
    pub shares: u64,
    /// Number of members of the project.
    pub members: u64,
}

/// Something that an archive does not contain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Missing {
    /// What is missing: the path of an item in the project, or a resource such as `shares`.
    pub what: String,
    /// Id of the item, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Reason.
    pub reason: String,
    /// Whether the run failed to save it. Otherwise the service does not have it, or does not allow
    /// the user to read it.
    pub is_failure: bool,
}
