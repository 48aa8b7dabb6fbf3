//! The frame rate, the start and the size of a file, from its metadata and from the caller.

use frameio_api::files::File;
use frameio_api::metadata::MetadataValue;
use frameio_markers::Media;
use frameio_timecode::{DropFrame, Rate, Rounding, Timebase, Timecode};

use crate::error::CommentsErrorKind;

/// Frame rate and timecodes of the files that are read.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Timing {
    /// Frame rate. Default: that of the metadata.
    pub rate: Option<Rate>,
    /// Whether timecodes are drop frame. By default the separator of the start timecode decides; without
    /// one, 29.97 and 59.94 are drop frame.
    pub drop_frame: DropFrame,
    /// Start timecode, such as `01:00:00:00`. Default: `00:00:00:00`.
    pub start_timecode: Option<String>,
}

/// The rate of files that have none, such as images: no comment of them has a frame.
const NO_RATE: Rate = Rate::FPS_24;

/// Creates the media of a file, or fails if the rate is unknown. `has_frames` is whether any comment has a
/// frame.
pub(crate) fn media(
    file: &File,
    timing: &Timing,
    has_frames: bool,
    notes: &mut Vec<String>,
) -> Result<Media, CommentsErrorKind> {
    let rate = match rate(file, timing)? {
        Some(rate) => rate,
        None if !has_frames && !is_timed(file) => {
            let note = "the file has no frame rate";
            notes.push(format!("{note}; {NO_RATE} is written where a format needs one"));
            NO_RATE
        }
        None => return Err(CommentsErrorKind::UnknownRate),
    };
    with_rate(file, rate, timing, has_frames, notes)
}

/// Creates the media of a file whose rate is unknown and does not matter.
pub(crate) fn without_rate(file: &File) -> Result<Media, CommentsErrorKind> {
    with_rate(file, NO_RATE, &Timing::default(), false, &mut Vec::new())
}

fn with_rate(
    file: &File,
    rate: Rate,
    timing: &Timing,
    has_frames: bool,
    notes: &mut Vec<String>,
) -> Result<Media, CommentsErrorKind> {
    let (timebase, start) = timebase(rate, timing, has_frames, notes)?;
    let mut media = Media::new(&file.name, timebase);
    media.start = start;
    media.frames = text(file, "Duration")
        .and_then(|seconds| rate.frame_at_decimal(&seconds, Rounding::Nearest))
        .filter(|frames| *frames > 0);
    media.size = text(file, "Resolution").as_deref().and_then(size);
    media.id = Some(file.id.as_str().to_owned());
    media.url = Some(file.view_url.clone()).filter(|url| !url.is_empty());
    media.media_type = file.media_type.clone();
    Ok(media)
}

/// Returns whether the rate of a file is known.
pub(crate) fn has_rate(file: &File, timing: &Timing) -> bool {
    matches!(rate(file, timing), Ok(Some(_)))
}

/// The given rate, or that of the metadata.
fn rate(file: &File, timing: &Timing) -> Result<Option<Rate>, CommentsErrorKind> {
    match (timing.rate, text(file, "Frame Rate")) {
        (Some(rate), _) => Ok(Some(rate)),
        (None, Some(text)) => text.parse().map(Some).map_err(CommentsErrorKind::Rate),
        (None, None) => Ok(None),
    }
}

/// The kind of timecodes, and the frame of the start.
fn timebase(
    rate: Rate,
    timing: &Timing,
    has_frames: bool,
    notes: &mut Vec<String>,
) -> Result<(Timebase, i64), CommentsErrorKind> {
    if let Some(text) = &timing.start_timecode {
        let start = Timecode::parse(text, rate, timing.drop_frame);
        let start = start.map_err(CommentsErrorKind::Timecode)?;
        return Ok((start.timebase(), start.frame()));
    }
    let drop_frame = match timing.drop_frame {
        DropFrame::On => true,
        DropFrame::Off => false,
        _ => {
            let assumed = rate.dropped_labels().is_some();
            if assumed && has_frames {
                notes.push("drop frame is assumed; the service does not say".to_owned());
            }
            assumed
        }
    };
    if has_frames {
        notes.push("the start timecode is unknown: timecodes count from 00:00:00:00".to_owned());
    }
    let base = Timebase::new(rate, drop_frame).map_err(CommentsErrorKind::Timecode)?;
    Ok((base, 0))
}

/// Returns whether the file has frames or may have them.
fn is_timed(file: &File) -> bool {
    let kind = file.media_type.as_deref().unwrap_or("video/");
    ["video/", "audio/"].iter().any(|timed| kind.starts_with(timed))
}

/// The value of a metadata field as text.
fn text(file: &File, name: &str) -> Option<String> {
    let mut fields = file.metadata.iter().flatten();
    let field = fields.find(|field| field.field_definition_name.eq_ignore_ascii_case(name))?;
    match field.value.as_ref()? {
        MetadataValue::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        MetadataValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Parses `3840 x 2160`.
fn size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(['x', '×'])?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes_as_the_service_writes_them() {
        assert_eq!(size("3840 x 2160"), Some((3840, 2160)));
        assert_eq!(size("1080×1920"), Some((1080, 1920)));
        assert_eq!((size("4K"), size("x"), size("1 x 99999999999")), (None, None, None));
    }
}
