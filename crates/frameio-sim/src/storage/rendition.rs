//! Placeholders for renditions, because the simulator does not transcode.

/// Small placeholder of the right content type.
#[derive(Debug)]
pub(crate) struct Rendition {
    pub(crate) media_type: &'static str,
    pub(crate) extension: &'static str,
    pub(crate) content: &'static [u8],
}

/// PNG of one grey pixel.
static IMAGE: Rendition = Rendition {
    media_type: "image/png",
    extension: "png",
    content: b"\x89PNG\r\n\x1a\n\
        \0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
        \0\0\0\x0aIDATx\xdach\0\0\0\x82\0\x81\xdaE\x08;\
        \0\0\0\0IEND\xaeB`\x82",
};

/// Boxes `ftyp` and `free` of an MP4 file without tracks.
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp42\
    \0\0\0\x2cfreenothing is transcoded by frameio-sim";

static VIDEO: Rendition = Rendition { media_type: "video/mp4", extension: "mp4", content: MP4 };
static AUDIO: Rendition = Rendition { media_type: "audio/mp4", extension: "m4a", content: MP4 };

/// HLS playlist without segments.
static PLAYLIST: Rendition = Rendition {
    media_type: "application/vnd.apple.mpegurl",
    extension: "m3u8",
    content: b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n",
};

/// Returns the placeholder for `link` in the `media_links` of a file of `media_type`.
pub(crate) fn of(media_type: &str, link: &str) -> Option<&'static Rendition> {
    let kind = if media_type == "application/pdf" {
        "pdf"
    } else {
        media_type.split_once('/').map_or(media_type, |(kind, _)| kind)
    };
    match (kind, link) {
        ("video" | "image" | "pdf", "thumbnail" | "thumbnail_high_quality")
        | ("video", "scrub_sheet")
        | ("image", "high_quality" | "efficient") => Some(&IMAGE),
        ("video", "video_h264_180" | "high_quality" | "efficient") => Some(&VIDEO),
        ("video" | "audio", "hls_manifest") => Some(&PLAYLIST),
        ("audio", "high_quality" | "efficient") => Some(&AUDIO),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_have_their_declared_lengths() {
        let mut rest = MP4;
        let mut kinds = Vec::new();
        while let Some((length, _)) = rest.split_first_chunk() {
            let (this, after) = rest.split_at(u32::from_be_bytes(*length) as usize);
            kinds.push(&this[4..8]);
            rest = after;
        }
        assert_eq!((kinds.as_slice(), rest), (&[&b"ftyp"[..], &b"free"[..]][..], &b""[..]));
    }
}
