//! Version stacks: versions of one file.

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, FileId, FolderId, Page, ProjectId, VersionStackId, endpoints, model, response_types,
};
use jiff::Timestamp;

use crate::assets::{Asset, AssetKind, AssetSort};
use crate::files::{File, FileInclude, FileSort};
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

endpoints! {
    /// Lists the version stacks in a folder.
    pub struct ListVersionStacks {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to look in.
            folder_id: FolderId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same.
            include: Vec<FileInclude>,
            /// The order of the list. Default: the service's.
            sort: AssetSort,
        }
        page 1..=500;
    }
    "version_stacks.list" = GET "/v4/accounts/{account_id}/folders/{folder_id}/version_stacks" -> Page<VersionStack>, 5 per second;

    /// Creates a version stack of files that are in a folder.
    pub struct CreateVersionStack {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to create it in.
            folder_id: FolderId,
        }
        body {
            /// The versions, each once. 2 to 10.
            file_ids: Vec<FileId> in 2..=10,
        }
    }
    "version_stacks.create" = POST "/v4/accounts/{account_id}/folders/{folder_id}/version_stacks" -> VersionStack, 10 per minute;

    /// Shows a version stack.
    pub struct ShowVersionStack {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Version stack to show.
            version_stack_id: VersionStackId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same.
            include: Vec<FileInclude>,
        }
    }
    "version_stacks.show" = GET "/v4/accounts/{account_id}/version_stacks/{version_stack_id}" -> VersionStack, 100 per minute;

    /// Lists the versions in a version stack.
    pub struct ListVersions {
        path {
            /// Account that holds the version stack.
            account_id: AccountId,
            /// Version stack to look in.
            version_stack_id: VersionStackId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same.
            include: Vec<FileInclude>,
            /// The order of the list. Default: the service's.
            sort: FileSort,
        }
        page 1..=100;
    }
    "version_stacks.index" = GET "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/children" -> Page<Asset>, 100 per minute;

    /// Copies a version stack. Not supported in projects in Adobe storage.
    pub struct CopyVersionStack {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Version stack to copy.
            version_stack_id: VersionStackId,
        }
        query {
            /// Whether the values of metadata fields are copied too. Default: false.
            copy_metadata: bool,
        }
        optional {
            /// Folder to put the copy in. Default: the service's choice.
            parent_id: FolderId,
        }
    }
    "version_stacks.copy" = POST "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/copy" -> VersionStack, 10 per minute;

    /// Moves a version stack to a folder.
    pub struct MoveVersionStack {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Version stack to move.
            version_stack_id: VersionStackId,
        }
        body {
            /// Folder to move it to.
            parent_id: FolderId,
        }
    }
    "version_stacks.move" = PATCH "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/move" -> VersionStack, 10 per minute;
}

impl Check for CreateVersionStack {
    fn check(&self, limits: &mut Limits) {
        limits.within("file_ids", |limits| limits.distinct(&self.file_ids));
    }
}

model! {
    /// Versions of one file, the newest on top.
    pub struct VersionStack {
        /// The version stack's id.
        pub id: VersionStackId,
        /// The version stack's id at Adobe.
        pub adobe_id: Option<String>,
        /// The project that it is in.
        pub project_id: ProjectId,
        /// The folder that it is in.
        pub parent_id: Option<FolderId>,
        /// What it is called.
        pub name: String,
        /// That it is a version stack.
        pub kind = "type": AssetKind,
        /// The newest version.
        pub head_version: Option<Box<File>>,
        /// Where a browser shows it.
        pub view_url: String,
        /// Who created it, if included.
        pub creator: Option<Box<User>>,
        /// The project that it is in, if included.
        pub project: Option<Box<Project>>,
        /// The values of its metadata fields, if included.
        pub metadata: Option<Vec<MetadataField>>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { VersionStack: one, page }
