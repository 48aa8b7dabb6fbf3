//! Files: what they are, uploads and their status, copies and moves.

mod copies;
mod upload;

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, AssetId, FileId, FolderId, Page, ProjectId, SignedUrl, endpoints, model, open_enum,
    response_types,
};
use jiff::Timestamp;

pub use self::copies::{CopiedFile, CopyComments};
pub use self::upload::{RemoteUpload, StorageLocation, UploadStatus, UploadUrl};
use crate::assets::{Asset, AssetKind};
use crate::media_links::MediaLinks;
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;

endpoints! {
    /// Shows a file.
    pub struct ShowFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to show; an id at Adobe may carry a version after `|`.
            file_id: FileId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same: not
            /// transcoded yet, not for this kind of file, or withheld. Asking for the original
            /// without the right to download it fails with 403.
            include: Vec<FileInclude>,
        }
    }
    "files.show" = GET "/v4/accounts/{account_id}/files/{file_id}" -> File, 5 per second;

    /// Lists the files in a folder.
    pub struct ListFiles {
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
            sort: FileSort,
        }
        page 1..=500;
    }
    "files.list" = GET "/v4/accounts/{account_id}/folders/{folder_id}/files" -> Page<Asset>, 5 per second;

    /// Creates a file that is then uploaded in parts.
    ///
    /// The answer has the URLs of the parts, each with its size. A part is sent by `PUT` with
    /// exactly that many bytes, `x-amz-acl: private`, and the file's `media_type` as
    /// `Content-Type`, within 24 hours, and without a token.
    pub struct CreateLocalUpload {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to create it in.
            folder_id: FolderId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// How large it is, in bytes. 1 to 5 000 000 000 000.
            file_size: u64 in 1..=5_000_000_000_000,
        }
    }
    "files.create_local_upload" = POST "/v4/accounts/{account_id}/folders/{folder_id}/files/local_upload" -> File, 5 per second;

    /// Creates a file that the service fetches from a URL. At most 50 GB.
    pub struct CreateRemoteUpload {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to create it in.
            folder_id: FolderId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// Where the service can fetch it.
            source_url: SignedUrl,
        }
    }
    "files.create_remote_upload" = POST "/v4/accounts/{account_id}/folders/{folder_id}/files/remote_upload" -> RemoteUpload, 5 per second;

    /// Shows how far the upload of a file is.
    pub struct ShowUploadStatus {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to ask about.
            file_id: FileId,
        }
    }
    "files.show_file_upload_status" = GET "/v4/accounts/{account_id}/files/{file_id}/status" -> UploadStatus, 5 per second;

    /// Changes a file.
    pub struct UpdateFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to change.
            file_id: FileId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
        }
    }
    "files.update" = PATCH "/v4/accounts/{account_id}/files/{file_id}" -> File, 100 per minute;

    /// Deletes a file.
    pub struct DeleteFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to delete.
            file_id: FileId,
        }
    }
    "files.delete" = DELETE "/v4/accounts/{account_id}/files/{file_id}" -> (), 100 per minute;

    /// Creates a file that is uploaded in parts, or fetched if there is a `source_url`.
    #[deprecated(note = "the service advises `CreateLocalUpload` and `CreateRemoteUpload`")]
    pub struct CreateFile {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to create it in.
            folder_id: FolderId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// How large it is, in bytes. 1 to 5 000 000 000 000.
            file_size: u64 in 1..=5_000_000_000_000,
            /// Its media type, `video/mp4`. 1 to 255 characters.
            media_type: String in 1..=255,
        }
        optional {
            /// Where the service can fetch it.
            source_url: SignedUrl,
        }
    }
    "files.create" = POST "/v4/accounts/{account_id}/folders/{folder_id}/files" -> File, 5 per second, deprecated(true);

    /// Creates a file from what lies in storage that is connected to the account.
    pub struct ImportFile {
        path {
            /// Account that holds the folder.
            account_id: AccountId,
            /// Folder to create it in.
            folder_id: FolderId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// Its key in the storage. At least 1 character.
            key: String in 1..=u64::MAX,
            /// The storage.
            storage_location: StorageLocation,
        }
    }
    "files.import_file" = POST "/v4/accounts/{account_id}/folders/{folder_id}/files/import" -> File, 5 per second;

    /// Copies a file.
    pub struct CopyFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to copy.
            file_id: FileId,
        }
        query {
            /// Whether the values of its metadata fields are copied too. Default: false.
            copy_metadata: bool,
            /// Which of its comments are copied too. Default: none.
            copy_comments: CopyComments,
        }
        optional {
            /// Folder to put the copy in. Default: the service's choice.
            parent_id: FolderId,
        }
    }
    "files.copy" = POST "/v4/accounts/{account_id}/files/{file_id}/copy" -> File, 100 per minute;

    /// Moves a file to a folder, or makes it a version of a version stack.
    pub struct MoveFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to move.
            file_id: FileId,
        }
        body {
            /// Folder or version stack to move it to.
            parent_id: AssetId,
        }
    }
    "files.move" = PATCH "/v4/accounts/{account_id}/files/{file_id}/move" -> File, 100 per minute;

    /// Copies files, all to one folder.
    pub struct CopyFiles {
        path {
            /// Account that holds them.
            account_id: AccountId,
        }
        query {
            /// Whether the values of their metadata fields are copied too. Default: false.
            copy_metadata: bool,
            /// Which of their comments are copied too. Default: none.
            copy_comments: CopyComments,
        }
        body {
            /// Files to copy, each once. 1 to 100.
            file_ids: Vec<FileId> in 1..=100,
            /// Folder to put the copies in.
            parent_id: FolderId,
        }
    }
    "files.bulk_copy" = POST "/v4/accounts/{account_id}/files/copy" -> Vec<CopiedFile>, 60 per minute;

    /// Moves files, all to one folder.
    pub struct MoveFiles {
        path {
            /// Account that holds them.
            account_id: AccountId,
        }
        body {
            /// Files to move, each once. 1 to 100.
            file_ids: Vec<FileId> in 1..=100,
            /// Folder to move them to.
            parent_id: FolderId,
        }
    }
    "files.bulk_move" = PATCH "/v4/accounts/{account_id}/files/move" -> Vec<File>, 60 per minute;
}

impl Check for CopyFiles {
    fn check(&self, limits: &mut Limits) {
        limits.within("file_ids", |limits| limits.distinct(&self.file_ids));
    }
}

impl Check for MoveFiles {
    fn check(&self, limits: &mut Limits) {
        limits.within("file_ids", |limits| limits.distinct(&self.file_ids));
    }
}

open_enum! {
    /// What an answer about files holds besides.
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
