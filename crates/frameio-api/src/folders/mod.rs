//! Folders and their contents.
//!
//! Every project has a root folder,
//! [`Project::root_folder_id`](crate::projects::Project::root_folder_id), which contains all of its
//! assets.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::folders::ListFolderChildren;
//!
//! let mut children = client.items(ListFolderChildren::new("account", "folder"));
//! while let Some(asset) = children.next().await {
//!     println!("{}", asset?.name());
//! }
//! # Ok(())
//! # }
//! ```

mod copies;

use frameio_core::{
    AccountId, Cursor, Endpoint, FileId, FolderId, Operation, Page, ProjectId, model, open_enum,
    response_types,
};
use jiff::Timestamp;

pub use self::copies::{CopiedFolder, FolderCopies, FolderCopy};
use crate::assets::{Asset, AssetKind, AssetSort};
use crate::files::{CopyComments, FileInclude};
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ShowFolder::OPERATION,
    ListFolderChildren::OPERATION,
    ListFolders::OPERATION,
    CreateFolder::OPERATION,
    UpdateFolder::OPERATION,
    DeleteFolder::OPERATION,
    CopyFolder::OPERATION,
    MoveFolder::OPERATION,
    CopyFolders::OPERATION,
    MoveFolders::OPERATION,
];

/// Shows a folder.
///
/// Returns the [`Folder`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/folders/{folder_id}",
    id = "folders.show", response = Folder, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to show.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<Vec<FolderInclude>>,
}

/// Lists the files, folders and version stacks in a folder.
///
/// Returns pages of [`Asset`]. Folders inside the folder are listed without their contents.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/folders/{folder_id}/children",
    id = "folders.index", response = Page<Asset>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListFolderChildren {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to list.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`](crate::media_links::MediaLinks).
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<AssetSort>,
    /// Types of assets to list. Default: all types.
    #[endpoint(query, name = "type")]
    pub kinds: Option<Vec<AssetKind>>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 500. Default: 50.
    #[endpoint(page, range = 1..=500)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Lists the folders in a folder.
///
/// Returns pages of [`Folder`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/folders/{folder_id}/folders",
    id = "folders.list", response = Page<Folder>, quota = "5/s",
)]
#[non_exhaustive]
pub struct ListFolders {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder that contains the folders.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<Vec<FolderInclude>>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<AssetSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 500. Default: 50.
    #[endpoint(page, range = 1..=500)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Creates a folder in a folder.
///
/// Returns the [`Folder`]. Fails with 404 if the parent does not exist or the caller has no access
/// to it.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::folders::CreateFolder;
///
/// let folder = client.send(CreateFolder::new("account", "folder").name("Dailies")).await?;
/// println!("{}", folder.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/folders",
    id = "folders.create", response = Folder, quota = "3/s",
)]
#[non_exhaustive]
pub struct CreateFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Parent folder.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters. Default: chosen by the service.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
    /// Whether only members of the folder can see it. Sends `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(body, experimental)]
    pub restricted: Option<bool>,
}

/// Updates a folder.
///
/// Returns the updated [`Folder`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/folders/{folder_id}",
    id = "folders.update", response = Folder, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to change.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
    /// Whether only members of the folder can see it. Sends `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(body, experimental)]
    pub restricted: Option<bool>,
}

/// Deletes a folder with its contents.
///
/// [`ListDeletedAssets`](crate::projects::ListDeletedAssets) lists recently deleted folders.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/folders/{folder_id}",
    id = "folders.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to delete.
    #[endpoint(path)]
    pub folder_id: FolderId,
}

/// Copies a folder with its contents.
///
/// Returns a [`FolderCopy`]: the copy, or that the service is still copying.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/copy",
    id = "folders.copy", response = FolderCopy, quota = "10/min",
)]
#[non_exhaustive]
pub struct CopyFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to copy.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Whether to copy metadata values. Default: false.
    #[endpoint(query)]
    pub copy_metadata: Option<bool>,
    /// Folder that receives the copy. Default: chosen by the service.
    #[endpoint(body)]
    pub parent_id: Option<FolderId>,
}

/// Moves a folder with its contents.
///
/// Returns the moved [`Folder`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/folders/{folder_id}/move",
    id = "folders.move", response = Folder, quota = "10/min",
)]
#[non_exhaustive]
pub struct MoveFolder {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to move.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Destination folder.
    #[endpoint(body)]
    pub parent_id: FolderId,
}

/// Copies several folders with their contents to one folder.
///
/// Returns [`FolderCopies`]: the copies, or that the service is still copying.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/copy",
    id = "folders.bulk_copy", response = FolderCopies, quota = "10/min",
)]
#[non_exhaustive]
pub struct CopyFolders {
    /// Account that owns the folders.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Whether to copy metadata values. Default: false.
    #[endpoint(query)]
    pub copy_metadata: Option<bool>,
    /// Comments to copy. Default: none.
    #[endpoint(query)]
    pub copy_comments: Option<CopyComments>,
    /// Folders to copy, 1 to 100. Values must be unique.
    #[endpoint(body, items = 1..=100, unique)]
    pub folder_ids: Vec<FolderId>,
    /// Folder that receives the copies.
    #[endpoint(body)]
    pub parent_id: FolderId,
}

/// Moves several folders with their contents to one folder.
///
/// Returns the moved folders, each a [`Folder`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/folders/move",
    id = "folders.bulk_move", response = Vec<Folder>, quota = "10/min",
)]
#[non_exhaustive]
pub struct MoveFolders {
    /// Account that owns the folders.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folders to move, 1 to 100. Values must be unique.
    #[endpoint(body, items = 1..=100, unique)]
    pub folder_ids: Vec<FolderId>,
    /// Destination folder.
    #[endpoint(body)]
    pub parent_id: FolderId,
}

open_enum! {
    /// Related resources to include in responses about folders.
    pub enum FolderInclude {
        /// User who created the folder.
        Creator = "creator",
        /// Project that contains the folder.
        Project = "project",
        /// Metadata fields with their values.
        Metadata = "metadata",
    }
}

model! {
    /// A folder of a project.
    pub struct Folder {
        /// Id of the folder.
        pub id: FolderId,
        /// Id of the folder at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe storage.
        pub adobe_id: Option<String>,
        /// Project that contains the folder.
        pub project_id: ProjectId,
        /// Parent folder. Absent for root folders.
        pub parent_id: Option<FolderId>,
        /// Name of the folder.
        pub name: String,
        /// Type of the asset, always [`AssetKind::Folder`].
        pub kind = "type": AssetKind,
        /// File whose thumbnail the folder shows, if there is one.
        pub cover_file_id: Option<FileId>,
        /// Whether only members of the folder can see it. Absent if the service does not report it.
        pub restricted: Option<bool>,
        /// URL of the folder in the web app.
        pub view_url: String,
        /// User who created the folder. Present only if [`FolderInclude::Creator`] is requested.
        pub creator: Option<Box<User>>,
        /// Project that contains the folder. Present only if [`FolderInclude::Project`] is
        /// requested.
        pub project: Option<Box<Project>>,
        /// Metadata fields with their values. Present only if [`FolderInclude::Metadata`] is
        /// requested.
        pub metadata: Option<Vec<MetadataField>>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}

response_types! { Folder: one, page, list }
