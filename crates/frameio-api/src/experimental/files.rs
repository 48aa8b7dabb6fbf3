//! Experimental operations on files.

use frameio_core::{AccountId, FileId, endpoints, model, open_enum, response_types};

use crate::files::File;

endpoints! {
    /// Shows files, each as far as it can be shown.
    pub struct ShowFiles {
        path {
            /// Account that holds them.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same.
            include: Vec<ShownFileInclude>,
        }
        body {
            /// Files to show. 1 to 100.
            file_ids: Vec<FileId> in 1..=100,
        }
    }
    "files.bulk_get" = POST "/v4/accounts/{account_id}/files/bulk_get" -> Vec<ShownFile>, 60 per minute, api_version("experimental");

    /// Restores a file that was deleted.
    pub struct RestoreFile {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// File to restore.
            file_id: FileId,
        }
    }
    "files.restore" = PATCH "/v4/accounts/{account_id}/files/{file_id}/restore" -> File, 100 per minute, api_version("experimental");
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
