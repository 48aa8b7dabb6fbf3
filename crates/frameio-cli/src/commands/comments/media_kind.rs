//! Positions that the comments on a kind of file can have.

use crate::exit::Failure;

/// Kind of a file, as far as its media type shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MediaKind {
    Video,
    Audio,
    Image,
    Document,
    /// A media type that may be of a timed file or of a document, such as `application/mxf`.
    Unknown,
}

/// Documents that do not begin with `application/vnd.`.
const DOCUMENTS: [&str; 3] = ["application/pdf", "application/msword", "application/rtf"];

/// Documents of office programs.
const OFFICE: [&str; 3] = ["openxmlformats-officedocument", "ms-", "oasis.opendocument"];

/// Images that the service may play as a video.
const ANIMATIONS: [&str; 2] = ["image/gif", "image/webp"];

impl MediaKind {
    fn of(media_type: Option<&str>) -> Self {
        let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
        let is_document = || {
            let office = media_type.strip_prefix("application/vnd.");
            let is_office =
                office.is_some_and(|name| OFFICE.iter().any(|start| name.starts_with(start)));
            is_office || DOCUMENTS.contains(&&*media_type)
        };
        match media_type.split('/').next() {
            Some("video") => Self::Video,
            Some("audio") => Self::Audio,
            Some("image") if !ANIMATIONS.contains(&&*media_type) => Self::Image,
            _ if is_document() => Self::Document,
            _ => Self::Unknown,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Video => "a video",
            Self::Audio => "an audio file",
            Self::Image => "an image",
            Self::Document => "a document",
            Self::Unknown => "a file",
        }
    }

    const fn may_have_frames(self) -> bool {
        matches!(self, Self::Video | Self::Audio | Self::Unknown)
    }

    const fn may_have_pages(self) -> bool {
        matches!(self, Self::Document | Self::Unknown)
    }
}

/// Refuses `--at` and `--page` for files that have no frames or no pages.
pub(super) fn check(
    path: &str,
    media_type: Option<&str>,
    has_frame: bool,
    has_page: bool,
) -> Result<(), Failure> {
    let kind = MediaKind::of(media_type);
    let refuse = |flag: &str, what: &str, hint: &str| {
        let reason = format!("'{path}' is {}, which has no {what}{hint}", kind.name());
        Err(Failure::usage(format!("'{flag}' cannot be used: {reason}")))
    };
    if has_frame && !kind.may_have_frames() {
        let hint = if kind.may_have_pages() { "; set a page with '--page'" } else { "" };
        return refuse("--at", "frames", hint);
    }
    if has_page && !kind.may_have_pages() {
        let hint = if kind.may_have_frames() { "; set a position with '--at'" } else { "" };
        return refuse("--page", "pages", hint);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_depend_on_the_kind_of_file() {
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        for (media_type, has_frames, has_pages) in [
            (Some("video/mp4"), true, false),
            (Some("VIDEO/quicktime"), true, false),
            (Some("audio/wav"), true, false),
            (Some("image/png"), false, false),
            (Some("application/pdf"), false, true),
            (Some(word), false, true),
            // The media type does not decide.
            (Some("image/gif"), true, true),
            (Some("application/mxf"), true, true),
            (Some("application/octet-stream"), true, true),
            (Some("text/plain"), true, true),
            (None, true, true),
        ] {
            let allows = |frame, page| check("/F/a", media_type, frame, page).is_ok();
            assert_eq!((allows(true, false), allows(false, true)), (has_frames, has_pages));
            assert!(allows(false, false));
        }
    }

    #[test]
    fn an_error_names_the_position_that_the_file_has() {
        let message = |kind, frame| check("/F/a", Some(kind), frame, !frame).unwrap_err().message;
        for (kind, is_frame, expected) in [
            ("image/png", true, "'--at' cannot be used: '/F/a' is an image, which has no frames"),
            (
                "application/pdf",
                true,
                "'--at' cannot be used: '/F/a' is a document, which has no frames; set a page with \
                 '--page'",
            ),
            (
                "video/mp4",
                false,
                "'--page' cannot be used: '/F/a' is a video, which has no pages; set a position with \
                 '--at'",
            ),
        ] {
            assert_eq!(message(kind, is_frame), expected);
        }
    }
}
