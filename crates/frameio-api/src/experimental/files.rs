//! Experimental operations on files.

use frameio_core::{AccountId, Endpoint, FileId, Operation, model, open_enum, response_types};

use crate::files::File;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ShowFiles::OPERATION, RestoreFile::OPERATION];

/// Shows several files.
///
/// Returns a [`ShownFile`] for each id: the file, or why it cannot be shown.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/files/bulk_get",
    id = "files.bulk_get", response = Vec<ShownFile>, quota = "60/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct ShowFiles {
    /// Account that owns the files.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response. A media link can still be missing.
    #[endpoint(query)]
    pub include: Option<Vec<ShownFileInclude>>,
    /// Files to show. 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub file_ids: Vec<FileId>,
}

/// Restores a deleted file.
///
/// Returns the [`File`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/files/{file_id}/restore",
    id = "files.restore", response = File, quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct RestoreFile {
    /// Account that owns the file.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File to restore.
    #[endpoint(path)]
    pub file_id: FileId,
}

open_enum! {
    /// What an answer of [`ShowFiles`] holds besides.
    pub enum ShownFileInclude {
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
        /// A link to a list of segments to stream from.
        MediaLinksHlsManifest = "media_links.hls_manifest",
        /// Who created it.
        Creator = "creator",
        /// The project that it is in.
        Project = "project",
        /// The values of its metadata fields.
        Metadata = "metadata",
    }
}

model! {
    /// One of the files that [`ShowFiles`] asks for.
    pub struct ShownFile {
        /// The id that was asked for.
        pub id: FileId,
        /// The HTTP status that asking for this file alone would have had.
        pub status: u16,
        /// The file, if it can be shown.
        pub file: Option<Box<File>>,
        /// Why it cannot be shown.
        pub error: Option<ShownFileError>,
    }
}
response_types! { ShownFile: list }

model! {
    /// Why a file cannot be shown.
    pub struct ShownFileError {
        /// What is wrong.
        pub title: String,
        /// What is wrong with this file.
        pub detail: String,
    }
}
