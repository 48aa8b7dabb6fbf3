//! Files: what they are, uploads and their status, copies and moves.

mod copies;
mod upload;

use frameio_core::{
    AccountId, AssetId, Cursor, Endpoint, FileId, FolderId, Operation, Page, ProjectId, SignedUrl,
    model, open_enum, response_types,
};
use jiff::Timestamp;

pub use self::copies::{CopiedFile, CopyComments};
pub use self::upload::{
    MediaType, RemoteUpload, StorageKey, StorageLocation, UploadStatus, UploadUrl,
};
use crate::assets::{Asset, AssetKind};
#[cfg(feature = "experimental")]
use crate::experimental::ExperimentalResponse;
use crate::media_links::MediaLinks;
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

/// Operations of this module.
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
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::files::{FileInclude, ShowFile};
///
/// let file = ShowFile::new("account", "file").include([FileInclude::MediaLinksOriginal]);
/// let file = client.send(file).await?;
/// println!("{}: {:?}", file.name, file.status);
/// # Ok(())
/// # }
/// ```
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
    /// File to show; an id at Adobe may carry a version after `|`.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Related resources to include in the response. A media link can still be missing: the file is
    /// not transcoded yet, has no such rendition, or access is restricted. Including the original
    /// without the right to download it fails with 403.
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Whether an included scrub sheet has its layout. Sends `api-version: experimental`.
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
    /// Related resources to include in the response. A media link can still be missing.
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
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Creates a file whose content is uploaded in parts.
///
/// Returns the [`File`] with a URL and a size for each part. Send each part with `PUT` within 24
/// hours, without a token: exactly that many bytes, with `x-amz-acl: private` and the `media_type`
/// of the file as `Content-Type`. The feature `transfer` of `frameio` does this.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/files/local_upload",
    id = "files.create_local_upload", response = File, quota = "5/s",
)]
#[non_exhaustive]
pub struct CreateLocalUpload {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the local upload.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Size in bytes, 1 to 5 000 000 000 000.
    #[endpoint(body, range = 1..=5_000_000_000_000)]
    pub file_size: u64,
}

/// Creates a file whose content the service downloads from a URL.
///
/// Returns the [`RemoteUpload`]; [`ShowUploadStatus`] reports the progress. The content has at most
/// 50 GB.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/folders/{folder_id}/files/remote_upload",
    id = "files.create_remote_upload", response = RemoteUpload, quota = "5/s",
)]
#[non_exhaustive]
pub struct CreateRemoteUpload {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder in which to create the remote upload.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// URL from which the service downloads the content.
    #[endpoint(body)]
    pub source_url: SignedUrl,
}

/// Shows the progress of an upload.
///
/// Returns the [`UploadStatus`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file_id}/status",
    id = "files.show_file_upload_status", response = UploadStatus, quota = "5/s",
)]
#[non_exhaustive]
pub struct ShowUploadStatus {
    /// Account that owns the upload status.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File that is being uploaded.
    #[endpoint(path)]
    pub file_id: FileId,
}

/// Updates a file.
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

/// Creates a file whose content is uploaded in parts, in the old way.
///
/// Returns the [`File`]. Use [`CreateLocalUpload`] instead.
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
    /// URL from which the service downloads the content.
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
    /// Files to copy, each once. 1 to 100.
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
    /// Files to move, each once. 1 to 100.
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
        /// Links to a small picture.
        MediaLinksThumbnail = "media_links.thumbnail",
        /// Links to a large picture.
        MediaLinksThumbnailHighQuality = "media_links.thumbnail_high_quality",
        /// Links to a video of 180 lines.
        MediaLinksVideoH264180 = "media_links.video_h264_180",
        /// Links to the best rendition.
        MediaLinksHighQuality = "media_links.high_quality",
        /// Links to the rendition that takes the least.
        MediaLinksEfficient = "media_links.efficient",
        /// Links to a sheet of pictures to scrub through.
        MediaLinksScrubSheet = "media_links.scrub_sheet",
        /// Who created it.
        Creator = "creator",
        /// The project that it is in.
        Project = "project",
        /// The values of its metadata fields.
        Metadata = "metadata",
    }
    experimental {
        /// Folder or version stack that the file is in. Only for [`ShowFile`].
        Parent = "parent",
        /// Playlist to stream from.
        MediaLinksHlsManifest = "media_links.hls_manifest",
    }
}

open_enum! {
    /// The order of files.
    pub enum FileSort {
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
        /// By size, smallest first.
        FileSizeAsc = "file_size_asc",
        /// By size, largest first.
        FileSizeDesc = "file_size_desc",
    }
}

open_enum! {
    /// How far a file is.
    pub enum FileStatus {
        /// Created; its bytes are not all there.
        Created = "created",
        /// All bytes are there.
        Uploaded = "uploaded",
        /// The renditions are there too.
        Transcoded = "transcoded",
    }
}

model! {
    /// A file.
    pub struct File {
        /// The file's id.
        pub id: FileId,
        /// The file's id at Adobe.
        pub adobe_id: Option<String>,
        /// The version that the id at Adobe stands for.
        pub adobe_version_id: Option<String>,
        /// The project that it is in.
        pub project_id: ProjectId,
        /// The folder, or the version stack, that it is in.
        pub parent_id: Option<AssetId>,
        /// The folder or the version stack itself: only in answers to experimental operations.
        pub parent: Option<Box<Asset>>,
        /// What it is called.
        pub name: String,
        /// That it is a file.
        pub kind = "type": AssetKind,
        /// How far it is.
        pub status: FileStatus,
        /// How large it is, in bytes.
        pub file_size: u64,
        /// Its media type, `video/mp4`: guessed by the service, and the `Content-Type` that its
        /// parts have to be sent with.
        pub media_type: Option<String>,
        /// Where a browser shows it.
        pub view_url: String,
        /// Where its parts are to be sent, in order: only in the answer to
        /// [`CreateLocalUpload`].
        pub upload_urls: Option<Vec<UploadUrl>>,
        /// Where it and its renditions can be fetched, if included.
        pub media_links: Option<Box<MediaLinks>>,
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
response_types! { File: one, list }
