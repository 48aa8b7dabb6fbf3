//! The file name extension of a rendition, derived from the response of the storage.

use http::Uri;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use percent_encoding::percent_decode_str;

/// Maximum length of an extension.
const MAX_LENGTH: usize = 8;

/// Extensions of the media types of renditions.
const KNOWN: [(&str, &str); 15] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/avif", "avif"),
    ("image/tiff", "tif"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mp3"),
    ("audio/aac", "aac"),
    ("audio/wav", "wav"),
    ("application/pdf", "pdf"),
    ("application/json", "json"),
];

/// Returns the extension according to the media type, the suggested file name or the path of the URL,
/// in this order.
pub(super) fn extension(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    text(CONTENT_TYPE)
        .and_then(of_media_type)
        .or_else(|| text(CONTENT_DISPOSITION).and_then(of_disposition))
        .or_else(|| of_name(&decoded(uri.path())))
}

fn of_media_type(media_type: &str) -> Option<String> {
    let essence = media_type.split(';').next()?.trim().to_ascii_lowercase();
    KNOWN.iter().find(|(known, _)| *known == essence).map(|(_, extension)| (*extension).to_owned())
}

fn of_disposition(value: &str) -> Option<String> {
    let parameter = |name: &str| {
        value.split(';').skip(1).find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
        })
    };
    let encoded = parameter("filename*").and_then(|value| value.rsplit('\'').next());
    let name = encoded.map(decoded).or_else(|| parameter("filename").map(str::to_owned))?;
    of_name(&name)
}

fn of_name(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let is_sound = !stem.is_empty()
        && (1..=MAX_LENGTH).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_sound.then(|| extension.to_ascii_lowercase())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_the_extension_from_media_type_then_file_name_then_url() {
        let of = |media_type: &str, disposition: &str, url: &'static str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, disposition)] {
                if !value.is_empty() {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            extension(&headers, &Uri::from_static(url))
        };
        let octets = "binary/octet-stream";
        for (media_type, disposition, url, expected) in [
            ("image/jpeg", "", "http://h/x", Some("jpg")),
            ("Video/MP4; codecs=\"avc1\"", "attachment; filename=a.mov", "http://h/x", Some("mp4")),
            (octets, "attachment; filename=\"a b.JPG\"", "http://h/x", Some("jpg")),
            (
                octets,
                "inline; filename=a.x; filename*=UTF-8''%C3%A4%2Epng",
                "http://h/x",
                Some("png"),
            ),
            ("", "", "http://h/enc/thumb%2Ejpg?sig=a.exe", Some("jpg")),
            ("", "", "http://h/a.b/c", None),
            ("", "attachment; filename=\"a.../../x\"", "http://h/c", None),
            (octets, "", "http://h/a.toolongtobeone", None),
        ] {
            let found = of(media_type, disposition, url);
            assert_eq!(found.as_deref(), expected, "{media_type} {disposition} {url}");
        }
    }
}
