//! Folders, and what is in them.

mod copies;

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, FileId, FolderId, Page, ProjectId, endpoints, model, open_enum, response_types,
};
use jiff::Timestamp;

pub use self::copies::{CopiedFolder, FolderCopies, FolderCopy};
use crate::assets::{Asset, AssetKind, AssetSort};
use crate::files::{CopyComments, FileInclude};
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

endpoints! {
    /// Shows a folder.
    pub struct ShowFolder {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Folder to show.
            folder_id: FolderId,
        }
        query {
            /// What the answer holds besides.
            include: Vec<FolderInclude>,
        }
    }
    "folders.show" = GET "/v4/accounts/{account_id}/folders/{folder_id}" -> Folder, 100 per minute;

    /// Lists everything in a folder: files, folders and version stacks.
    pub struct ListFolderChildren {
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
            /// Only what is of these kinds. Default: all kinds.
            kinds = "type": Vec<AssetKind>,
        }
        page 1..=500;
    }
    "folders.index" = GET "/v4/accounts/{account_id}/folders/{folder_id}/children" -> Page<Asset>, 100 per minute;

    /// Lists the folders in a folder.
    pub struct ListFolders {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to look in.
            folder_id: FolderId,
        }
        query {
            /// What the answer holds besides.
            include: Vec<FolderInclude>,
            /// The order of the list. Default: the service's.
            sort: AssetSort,
        }
        page 1..=500;
    }
    "folders.list" = GET "/v4/accounts/{account_id}/folders/{folder_id}/folders" -> Page<Folder>, 5 per second;

    /// Creates a folder in a folder.
    pub struct CreateFolder {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to create it in.
            folder_id: FolderId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
        }
    }
    "folders.create" = POST "/v4/accounts/{account_id}/folders/{folder_id}/folders" -> Folder, 3 per second;

    /// Changes a folder.
    pub struct UpdateFolder {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Folder to change.
            folder_id: FolderId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
        }
    }
    "folders.update" = PATCH "/v4/accounts/{account_id}/folders/{folder_id}" -> Folder, 10 per minute;

    /// Deletes a folder with all that is in it.
    pub struct DeleteFolder {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Folder to delete.
            folder_id: FolderId,
        }
    }
    "folders.delete" = DELETE "/v4/accounts/{account_id}/folders/{folder_id}" -> (), 60 per minute;

    /// Copies a folder with all that is in it.
    ///
    /// The answer may come before the copy is done.
    pub struct CopyFolder {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Folder to copy.
            folder_id: FolderId,
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
    "folders.copy" = POST "/v4/accounts/{account_id}/folders/{folder_id}/copy" -> FolderCopy, 10 per minute;

    /// Moves a folder with all that is in it.
    pub struct MoveFolder {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Folder to move.
            folder_id: FolderId,
        }
        body {
            /// Folder to move it to.
            parent_id: FolderId,
        }
    }
    "folders.move" = PATCH "/v4/accounts/{account_id}/folders/{folder_id}/move" -> Folder, 10 per minute;

    /// Copies folders with all that is in them, all to one folder.
    ///
    /// The answer may come before the copies are done.
    pub struct CopyFolders {
        path {
            /// Account that holds them.
            account_id: AccountId,
        }
        query {
            /// Whether the values of metadata fields are copied too. Default: false.
            copy_metadata: bool,
            /// Which comments are copied too. Default: none.
            copy_comments: CopyComments,
        }
        body {
            /// Folders to copy, each once. 1 to 100.
            folder_ids: Vec<FolderId> in 1..=100,
            /// Folder to put the copies in.
            parent_id: FolderId,
        }
    }
    "folders.bulk_copy" = POST "/v4/accounts/{account_id}/folders/copy" -> FolderCopies, 10 per minute;

    /// Moves folders with all that is in them, all to one folder.
    pub struct MoveFolders {
        path {
            /// Account that holds them.
            account_id: AccountId,
        }
        body {
            /// Folders to move, each once. 1 to 100.
            folder_ids: Vec<FolderId> in 1..=100,
            /// Folder to move them to.
            parent_id: FolderId,
        }
    }
    "folders.bulk_move" = PATCH "/v4/accounts/{account_id}/folders/move" -> Vec<Folder>, 10 per minute;
}

impl Check for CopyFolders {
    fn check(&self, limits: &mut Limits) {
        limits.within("folder_ids", |limits| limits.distinct(&self.folder_ids));
    }
}

impl Check for MoveFolders {
    fn check(&self, limits: &mut Limits) {
        limits.within("folder_ids", |limits| limits.distinct(&self.folder_ids));
    }
}

open_enum! {
    /// What an answer about folders holds besides.
    pub enum FolderInclude {
        /// Who created it.
        Creator = "creator",
        /// The project that it is in.
        Project = "project",
        /// The values of its metadata fields.
        Metadata = "metadata",
    }
}

model! {
    /// A folder.
    pub struct Folder {
        /// The folder's id.
        pub id: FolderId,
        /// The folder's id at Adobe.
        pub adobe_id: Option<String>,
        /// The project that it is in.
        pub project_id: ProjectId,
        /// The folder that it is in; none for a root folder.
        pub parent_id: Option<FolderId>,
        /// What it is called.
        pub name: String,
        /// That it is a folder.
        pub kind = "type": AssetKind,
        /// The file whose picture it shows.
        pub cover_file_id: Option<FileId>,
        /// Whether only those who are added to it may see it. Younger than most of the API.
        pub restricted: Option<bool>,
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

response_types! { Folder: one, page, list }
