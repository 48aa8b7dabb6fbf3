//! Version stacks, each of which contains the versions of one file.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::version_stacks::CreateVersionStack;
//!
//! let files = ["old file".into(), "new file".into()];
//! let stack = client.send(CreateVersionStack::new("account", "folder", files)).await?;
//! println!("{}", stack.id);
//! # Ok(())
//! # }
//! ```
//!
//! To add another version, move a file into the stack with [`MoveFile`](crate::files::MoveFile).

use frameio_core::{
    AccountId, Cursor, Endpoint, FileId, FolderId, Operation, Page, ProjectId, VersionStackId,
    model, response_types,
};
use jiff::Timestamp;

use crate::assets::{Asset, AssetKind, AssetSort};
#[cfg(feature = "experimental")]
use crate::experimental::ExperimentalResponse;
use crate::files::{File, FileInclude, FileSort};
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListVersionStacks::OPERATION,
    CreateVersionStack::OPERATION,
    ShowVersionStack::OPERATION,
    ListVersions::OPERATION,
    CopyVersionStack::OPERATION,
    MoveVersionStack::OPERATION,
];

/// Lists the version stacks in a folder.
///
/// Returns pages of [`VersionStack`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/folders/{folder_id}/version_stacks",
    id = "version_stacks.list", response = Page<VersionStack>, quota = "5/s",
)]
#[non_exhaustive]
pub struct ListVersionStacks {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder that contains the version stacks.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`](crate::media_links::MediaLinks).
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
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

/// Creates a version stack from files in a folder.
///
/// Returns the [`VersionStack`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/version_stacks",
    id = "version_stacks.create", response = VersionStack, quota = "10/min",
)]
#[non_exhaustive]
pub struct CreateVersionStack {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the version stack.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Files that become the versions, 2 to 10. Values must be unique.
    #[endpoint(body, items = 2..=10, unique)]
    pub file_ids: Vec<FileId>,
}

/// Shows a version stack.
///
/// Returns the [`VersionStack`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/version_stacks/{version_stack_id}",
    id = "version_stacks.show", response = VersionStack, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowVersionStack {
    /// Account that owns the version stack.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Version stack to show.
    #[endpoint(path)]
    pub version_stack_id: VersionStackId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`](crate::media_links::MediaLinks).
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Whether a scrub sheet that is included contains its layout. Sends
    /// `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(query, experimental)]
    pub scrub_sheet_layout: Option<ExperimentalResponse>,
}

/// Lists the versions in a version stack.
///
/// Returns pages of [`Asset`], each a file.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/children",
    id = "version_stacks.index", response = Page<Asset>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListVersions {
    /// Account that owns the version stack.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Version stack to list.
    #[endpoint(path)]
    pub version_stack_id: VersionStackId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`](crate::media_links::MediaLinks).
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<FileSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Copies a version stack. Projects in Adobe storage do not support this.
///
/// Returns the copy, a [`VersionStack`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/copy",
    id = "version_stacks.copy", response = VersionStack, quota = "10/min",
)]
#[non_exhaustive]
pub struct CopyVersionStack {
    /// Account that owns the version stack.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Version stack to copy.
    #[endpoint(path)]
    pub version_stack_id: VersionStackId,
    /// Whether to copy metadata values. Default: false.
    #[endpoint(query)]
    pub copy_metadata: Option<bool>,
    /// Folder that receives the copy. Default: chosen by the service.
    #[endpoint(body)]
    pub parent_id: Option<FolderId>,
}

/// Moves a version stack to a folder.
///
/// Returns the moved [`VersionStack`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/version_stacks/{version_stack_id}/move",
    id = "version_stacks.move", response = VersionStack, quota = "10/min",
)]
#[non_exhaustive]
pub struct MoveVersionStack {
    /// Account that owns the version stack.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Version stack to move.
    #[endpoint(path)]
    pub version_stack_id: VersionStackId,
    /// Destination folder.
    #[endpoint(body)]
    pub parent_id: FolderId,
}

model! {
    /// A stack of versions of one file.
    pub struct VersionStack {
        /// Id of the version stack.
        pub id: VersionStackId,
        /// Id of the version stack at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe
        /// storage.
        pub adobe_id: Option<String>,
        /// Project that contains the version stack.
        pub project_id: ProjectId,
        /// Folder that contains the version stack.
        pub parent_id: Option<FolderId>,
        /// Name of the version stack.
        pub name: String,
        /// Type of the asset, always [`AssetKind::VersionStack`].
        pub kind = "type": AssetKind,
        /// Newest version, which the web app shows for the stack.
        pub head_version: Option<Box<File>>,
        /// URL of the version stack in the web app.
        pub view_url: String,
        /// User who created the version stack. Present only if [`FileInclude::Creator`] is
        /// requested.
        pub creator: Option<Box<User>>,
        /// Project that contains the version stack. Present only if [`FileInclude::Project`] is
        /// requested.
        pub project: Option<Box<Project>>,
        /// Metadata fields with their values. Present only if [`FileInclude::Metadata`] is
        /// requested.
        pub metadata: Option<Vec<MetadataField>>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { VersionStack: one, page }
