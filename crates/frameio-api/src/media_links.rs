//! Where a file and its renditions can be fetched.

use frameio_core::{SignedUrl, model};

model! {
    /// Links to a file and its renditions; each is there only if it was included and exists.
    ///
    /// A link may be absent although it was asked for: the file is not transcoded yet, there is no
    /// such rendition of its kind, or it is withheld from this user. The URLs expire: ask anew, and
    /// do not store them.
    pub struct MediaLinks {
        /// The file as it was uploaded.
        pub original: Option<OriginalLink>,
        /// The best rendition.
        pub high_quality: Option<RenditionLink>,
        /// The rendition that takes the least.
        pub efficient: Option<RenditionLink>,
        /// A video of 180 lines.
        pub video_h264_180: Option<RenditionLink>,
        /// A small picture.
        pub thumbnail: Option<RenditionLink>,
        /// A large picture.
        pub thumbnail_high_quality: Option<RenditionLink>,
        /// A sheet of pictures to scrub through.
        pub scrub_sheet: Option<ScrubSheetLink>,
        /// Playlist to stream from. Only in experimental responses.
        pub hls_manifest: Option<HlsManifestLink>,
    }
}

model! {
    /// Links to a file as it was uploaded.
    pub struct OriginalLink {
        /// For saving it.
        pub download_url: Option<SignedUrl>,
        /// For showing it.
        pub inline_url: Option<SignedUrl>,
    }
}

model! {
    /// Links to a rendition.
    pub struct RenditionLink {
        /// For saving it.
        pub download_url: Option<SignedUrl>,
        /// For showing it; may be absent while `download_url` is there.
        pub url: Option<SignedUrl>,
    }
}

model! {
    /// Links to a sheet of pictures to scrub through.
    pub struct ScrubSheetLink {
        /// For saving it.
        pub download_url: Option<SignedUrl>,
        /// For showing it.
        pub url: Option<SignedUrl>,
        /// Layout of the pictures on the sheet. Only in experimental responses.
        pub metadata: Option<ScrubSheetLayout>,
    }
}

model! {
    /// How the pictures lie on a sheet to scrub through.
    pub struct ScrubSheetLayout {
        /// How many pictures there are.
        pub frames: Option<u32>,
        /// How far they are apart, in pixels.
        pub padding: Option<u32>,
        /// How high each is, in pixels.
        pub thumb_height: Option<u32>,
        /// How wide each is, in pixels.
        pub thumb_width: Option<u32>,
        /// Horizontal index of the tile, from 0.
        pub tile_x: Option<u32>,
        /// Vertical index of the tile, from 0.
        pub tile_y: Option<u32>,
    }
}

model! {
    /// A link to a list of segments to stream from.
    pub struct HlsManifestLink {
        /// For playing it.
        pub url: Option<SignedUrl>,
    }
}
