//! Links to the content of files: the original, and the renditions that the service generates.
//!
//! Responses about files contain the links that were requested with
//! [`FileInclude`](crate::files::FileInclude):
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::files::{FileInclude, ShowFile};
//!
//! let file = ShowFile::new("account", "file").include([FileInclude::MediaLinksThumbnail]);
//! let links = client.send(file).await?.media_links;
//! let thumbnail = links.and_then(|links| links.thumbnail).and_then(|link| link.url);
//! # Ok(())
//! # }
//! ```

use frameio_core::{SignedUrl, model};

model! {
    /// Links to a file and its renditions, each present only if it was requested.
    ///
    /// A requested link can still be absent: the file is not transcoded yet, has no such rendition,
    /// or the rendition cannot carry the watermark that the caller has to see. The URLs are signed
    /// and expire. Request them again when they are needed, and do not store them.
    pub struct MediaLinks {
        /// The file as it was uploaded.
        pub original: Option<OriginalLink>,
        /// Rendition with the highest quality. The service documents neither its resolution nor its
        /// bit rate.
        pub high_quality: Option<RenditionLink>,
        /// Rendition with a small size. The service documents neither its resolution nor its bit
        /// rate.
        pub efficient: Option<RenditionLink>,
        /// H.264 video with a height of 180 pixels.
        pub video_h264_180: Option<RenditionLink>,
        /// Small thumbnail image.
        pub thumbnail: Option<RenditionLink>,
        /// Large thumbnail image.
        pub thumbnail_high_quality: Option<RenditionLink>,
        /// Sheet of frames of a video, to preview positions on a timeline.
        pub scrub_sheet: Option<ScrubSheetLink>,
        /// HLS playlist, to stream the video. Only in experimental responses.
        pub hls_manifest: Option<HlsManifestLink>,
    }
}

model! {
    /// Links to a file as it was uploaded.
    pub struct OriginalLink {
        /// URL that a browser downloads: the response is an attachment.
        pub download_url: Option<SignedUrl>,
        /// URL that a browser displays.
        pub inline_url: Option<SignedUrl>,
    }
}

model! {
    /// Links to a rendition.
    pub struct RenditionLink {
        /// URL that a browser downloads: the response is an attachment.
        pub download_url: Option<SignedUrl>,
        /// URL that a browser displays. Can be absent although `download_url` is present.
        pub url: Option<SignedUrl>,
    }
}

model! {
    /// Links to a scrub sheet: an image with frames of a video in rows and columns.
    pub struct ScrubSheetLink {
        /// URL that a browser downloads: the response is an attachment.
        pub download_url: Option<SignedUrl>,
        /// URL that a browser displays.
        pub url: Option<SignedUrl>,
        /// Layout of the sheet. Only in experimental responses.
        pub metadata: Option<ScrubSheetLayout>,
    }
}

model! {
    /// Layout of a scrub sheet.
    pub struct ScrubSheetLayout {
        /// Number of frames on the sheet.
        pub frames: Option<u32>,
        /// Distance between frames, in pixels.
        pub padding: Option<u32>,
        /// Height of a frame, in pixels.
        pub thumb_height: Option<u32>,
        /// Width of a frame, in pixels.
        pub thumb_width: Option<u32>,
        /// Horizontal index of the tile, starting at 0.
        pub tile_x: Option<u32>,
        /// Vertical index of the tile, starting at 0.
        pub tile_y: Option<u32>,
    }
}

model! {
    /// Link to an HLS playlist.
    pub struct HlsManifestLink {
        /// URL of the playlist.
        pub url: Option<SignedUrl>,
    }
}
