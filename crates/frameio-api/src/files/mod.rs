//! Files: uploads, renditions, copies and moves.
//!
//! A file is in a folder or a version stack. Its content is not part of the responses: request
//! [`MediaLinks`] to download it.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::files::{FileInclude, ShowFile};
//!
//! let file = ShowFile::new("account", "file").include([FileInclude::MediaLinksOriginal]);
//! let file = client.send(file).await?;
//! let original = file.media_links.and_then(|links| links.original);
//! println!("{}: {:?}, {} bytes", file.name, file.status, file.file_size);
//! # Ok(())
//! # }
//! ```
//!
//! The feature `transfer` of `frameio` uploads and downloads files of any size.

mod copies;
mod upload;

use frameio_core::{
    AccountId, AssetId, Cursor, Endpoint, FileId, FolderId, Operation, Page, ProjectId, SignedUrl,
    model, open_enum, response_types,
};
use jiff::Timestamp;

pub use self::copies::{CopiedFile, CopyComments};
pub use self::upload::{
    CreateLocalUpload, CreateRemoteUpload, MediaType, RemoteUpload, ShowUploadStatus, StorageKey,
    StorageLocation, UploadStatus, UploadUrl,
};
use crate::assets::{Asset, AssetKind};
#[cfg(feature = "experimental")]
use crate::experimental::ExperimentalResponse;
use crate::media_links::MediaLinks;
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
#[allow(deprecated, reason = "the list is complete")]
pub const OPERATIONS: &[&Operation] = &[
    ShowFile::OPERATION,
    ListFiles::OPERATION,
    CreateLocalUpload::OPERATION,
    CreateRemoteUpload::OPERATION,
    ShowUploadStatus::OPERATION,
    UpdateFile::OPERATION,
    DeleteFile::OPERATION,
    CreateFile::OPERATION,
    ImportFile::OPERATION,
    CopyFile::OPERATION,
    MoveFile::OPERATION,
    CopyFiles::OPERATION,
    MoveFiles::OPERATION,
];

/// Shows a file.
///
/// Returns the [`File`]. Fails with 403 if the original is included and the caller is not allowed
/// to download it.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file_id}",
    id = "files.show", response = File, quota = "5/s",
)]
#[non_exhaustive]
pub struct ShowFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to show. An Adobe id may have a version, separated by `|`.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`]. Including the original without the right to download it fails with 403.
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Whether a scrub sheet that is included contains its layout. Sends
    /// `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(query, experimental)]
    pub scrub_sheet_layout: Option<ExperimentalResponse>,
}

/// Lists the files in a folder.
///
/// Returns pages of [`Asset`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/folders/{folder_id}/files",
    id = "files.list", response = Page<Asset>, quota = "5/s",
)]
#[non_exhaustive]
pub struct ListFiles {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder that contains the files.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`].
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<FileSort>,
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

/// Renames a file.
///
/// Returns the updated [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/files/{file_id}",
    id = "files.update", response = File, quota = "100/min",
)]
#[non_exhaustive]
pub struct UpdateFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to change.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
}

/// Deletes a file.
///
/// [`ListDeletedAssets`](crate::projects::ListDeletedAssets) lists recently deleted files.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/files/{file_id}",
    id = "files.delete", response = (), quota = "100/min",
)]
#[non_exhaustive]
pub struct DeleteFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to delete.
    #[endpoint(path)]
    pub file_id: FileId,
}

/// Creates a file whose content is uploaded in parts. Deprecated by the service.
///
/// Returns the [`File`]. Use [`CreateLocalUpload`] or [`CreateRemoteUpload`] instead.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[deprecated(note = "the service advises `CreateLocalUpload` and `CreateRemoteUpload`")]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/files",
    id = "files.create", response = File, quota = "5/s",
)]
#[non_exhaustive]
pub struct CreateFile {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the file.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Size in bytes, 1 to 5 000 000 000 000.
    #[endpoint(body, range = 1..=5_000_000_000_000)]
    pub file_size: u64,
    /// Media type, such as `video/mp4`. 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub media_type: MediaType,
    /// URL from which the service downloads the content. Default: the content is uploaded in parts.
    #[endpoint(body)]
    pub source_url: Option<SignedUrl>,
}

/// Creates a file from an object in storage that is connected to the account.
///
/// Returns the [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/files/import",
    id = "files.import_file", response = File, quota = "5/s",
)]
#[non_exhaustive]
pub struct ImportFile {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the file.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Key of the object in the storage. At least 1 character.
    #[endpoint(body, len = 1..)]
    pub key: StorageKey,
    /// Connected storage that contains the object.
    #[endpoint(body)]
    pub storage_location: StorageLocation,
}

/// Copies a file.
///
/// Returns the copy, a [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/files/{file_id}/copy",
    id = "files.copy", response = File, quota = "100/min",
)]
#[non_exhaustive]
pub struct CopyFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to copy.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Whether to copy metadata values. Default: false.
    #[endpoint(query)]
    pub copy_metadata: Option<bool>,
    /// Comments to copy. Default: none.
    #[endpoint(query)]
    pub copy_comments: Option<CopyComments>,
    /// Folder that receives the copy. Default: chosen by the service.
    #[endpoint(body)]
    pub parent_id: Option<FolderId>,
}

/// Moves a file to a folder, or adds it to a version stack.
///
/// Returns the moved [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/files/{file_id}/move",
    id = "files.move", response = File, quota = "100/min",
)]
#[non_exhaustive]
pub struct MoveFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to move.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Destination: a folder or a version stack.
    #[endpoint(body)]
    pub parent_id: AssetId,
}

/// Copies several files to one folder.
///
/// Returns a [`CopiedFile`] for each file.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/files/copy",
    id = "files.bulk_copy", response = Vec<CopiedFile>, quota = "60/min",
)]
#[non_exhaustive]
pub struct CopyFiles {
    /// Account that owns the files.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Whether to copy metadata values. Default: false.
    #[endpoint(query)]
    pub copy_metadata: Option<bool>,
    /// Comments to copy. Default: none.
    #[endpoint(query)]
    pub copy_comments: Option<CopyComments>,
    /// Files to copy, 1 to 100. Values must be unique.
    #[endpoint(body, items = 1..=100, unique)]
    pub file_ids: Vec<FileId>,
    /// Folder that receives the copies.
    #[endpoint(body)]
    pub parent_id: FolderId,
}

/// Moves several files to one folder.
///
/// Returns the moved files, each a [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/files/move",
    id = "files.bulk_move", response = Vec<File>, quota = "60/min",
)]
#[non_exhaustive]
pub struct MoveFiles {
    /// Account that owns the files.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Files to move, 1 to 100. Values must be unique.
    #[endpoint(body, items = 1..=100, unique)]
    pub file_ids: Vec<FileId>,
    /// Destination folder.
    #[endpoint(body)]
    pub parent_id: FolderId,
}

open_enum! {
    /// Related resources to include in responses about files.
    pub enum FileInclude {
        /// Links to the file as it was uploaded.
        MediaLinksOriginal = "media_links.original",
        /// Links to a small thumbnail image.
        MediaLinksThumbnail = "media_links.thumbnail",
        /// Links to a large thumbnail image.
        MediaLinksThumbnailHighQuality = "media_links.thumbnail_high_quality",
        /// Links to an H.264 video with a height of 180 pixels.
        MediaLinksVideoH264180 = "media_links.video_h264_180",
        /// Links to the rendition with the highest quality.
        MediaLinksHighQuality = "media_links.high_quality",
        /// Links to a rendition with a small size.
        MediaLinksEfficient = "media_links.efficient",
        /// Links to a sheet of frames of a video.
        MediaLinksScrubSheet = "media_links.scrub_sheet",
        /// User who created the asset.
        Creator = "creator",
        /// Project that contains the asset.
        Project = "project",
        /// Metadata fields with their values.
        Metadata = "metadata",
    }
    experimental {
        /// Folder or version stack that contains the file. Only for [`ShowFile`].
        Parent = "parent",
        /// Link to an HLS playlist.
        MediaLinksHlsManifest = "media_links.hls_manifest",
    }
}

open_enum! {
    /// Sort order of files.
    pub enum FileSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
        /// By time of the last change, least recently changed first.
        UpdatedAtAsc = "updated_at_asc",
        /// By time of the last change, most recently changed first.
        UpdatedAtDesc = "updated_at_desc",
        /// By size, smallest first.
        FileSizeAsc = "file_size_asc",
        /// By size, largest first.
        FileSizeDesc = "file_size_desc",
    }
}

open_enum! {
    /// Progress of the upload and the processing of a file.
    pub enum FileStatus {
        /// The file exists, but not all of its content is uploaded.
        Created = "created",
        /// All content is uploaded.
        Uploaded = "uploaded",
        /// The renditions are available too.
        Transcoded = "transcoded",
    }
}

model! {
    /// A file of a project.
    pub struct File {
        /// Id of the file.
        pub id: FileId,
        /// Id of the file at Adobe, such as `urn:aaid:sc:US:…`. Absent outside of Adobe storage.
        pub adobe_id: Option<String>,
        /// Id of the file's version at Adobe. Absent outside of Adobe storage.
        pub adobe_version_id: Option<String>,
        /// Project that contains the file.
        pub project_id: ProjectId,
        /// Folder or version stack that contains the file.
        pub parent_id: Option<AssetId>,
        /// Folder or version stack that contains the file. Present only in experimental responses,
        /// and only if `FileInclude::Parent` is requested.
        pub parent: Option<Box<Asset>>,
        /// Name, including the extension.
        pub name: String,
        /// Type of the asset, always [`AssetKind::File`].
        pub kind = "type": AssetKind,
        /// Progress of the upload and the processing.
        pub status: FileStatus,
        /// Size in bytes.
        pub file_size: u64,
        /// Media type, such as `video/mp4`, which the service derives from the name. The parts of
        /// an upload have to be sent with it as `Content-Type`. Can be absent until the upload is
        /// complete.
        pub media_type: Option<String>,
        /// URL of the file in the web app.
        pub view_url: String,
        /// URLs to upload the parts to, in the order of the content. Present only in the response
        /// to [`CreateLocalUpload`].
        pub upload_urls: Option<Vec<UploadUrl>>,
        /// Links to the content and the renditions. Present only if media links are requested.
        pub media_links: Option<Box<MediaLinks>>,
        /// User who created the file. Present only if [`FileInclude::Creator`] is requested.
        pub creator: Option<Box<User>>,
        /// Project that contains the file. Present only if [`FileInclude::Project`] is requested.
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
response_types! { File: one, list }
