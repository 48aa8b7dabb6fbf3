//! Folders, and what is in them.

use frameio_core::{
    AccountId, FileId, FolderId, Page, ProjectId, answers, endpoints, model, open_enum,
};
use jiff::Timestamp;

use crate::assets::{Asset, AssetKind};
use crate::files::FileInclude;
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
            sort: FolderSort,
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
            sort: FolderSort,
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

open_enum! {
    /// The order of folders.
    pub enum FolderSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By time of the last change, oldest first.
        UpdatedAtAsc = "updated_at_asc",
        /// By time of the last change, newest first.
        UpdatedAtDesc = "updated_at_desc",
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
answers!(Folder);
