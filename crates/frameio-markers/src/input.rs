//! Input of readers: decoding, limits, and the timebase of a file.

use frameio_timecode::{DropFrame, Rate, Timebase, Timecode};

use crate::error::{ReadError, ReadErrorKind};
use crate::model::{Marker, MarkerList, Media, Note};
use crate::options::ReadOptions;

/// Decodes UTF-8 with or without a byte-order mark, or UTF-16 with one.
pub(crate) fn decode(bytes: &[u8], options: &ReadOptions) -> Result<String, ReadError> {
    if bytes.len() > options.max_bytes {
        let reason = format!("{} bytes exceed the limit of {}", bytes.len(), options.max_bytes);
        return Err(ReadError::new(ReadErrorKind::Limit, reason));
    }
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let mut text = String::with_capacity(rest.len() / 2);
        for decoded in char::decode_utf16(units) {
            let Ok(c) = decoded else {
                let line = text.matches('\n').count() + 1;
                return Err(ReadError::syntax(line, "the text is not valid UTF-16"));
            };
            text.push(c);
        }
        Ok(text)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => {
                    let before = &bytes[..error.valid_up_to()];
                    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                    Err(ReadError::syntax(line, "the text is not valid UTF-8"))
                }
            }
        }
    }
}

/// Lines with their numbers. LF, CR LF and CR end a line.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(text);
    let mut number = 0;
    std::iter::from_fn(move || {
        let text = rest.filter(|text| !text.is_empty())?;
        number += 1;
        let end = text.find(['\n', '\r']);
        let (line, after) = match end {
            None => (text, None),
            Some(end) => {
                let skip = if text[end..].starts_with("\r\n") { 2 } else { 1 };
                (&text[..end], Some(&text[end + skip..]))
            }
        };
        rest = after;
        Some((number, line))
    })
}

/// Input as an error quotes it.
pub(crate) fn quote(text: &str) -> String {
    let clean: String =
        text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() { clean + "…" } else { clean }
}

/// What a file says about its frames.
#[derive(Debug, Default, Clone)]
pub(crate) struct Found {
    pub(crate) rate: Option<Rate>,
    pub(crate) drop_frame: Option<bool>,
    /// Frame number of the start timecode.
    pub(crate) start: Option<i64>,
    pub(crate) name: Option<String>,
}

/// Creates the list of a file from what it says, and what the caller says.
pub(crate) fn list(found: &Found, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let rate_error = |reason: String| ReadError::new(ReadErrorKind::Rate, reason);
    let rate = options
        .rate
        .or(found.rate)
        .ok_or_else(|| rate_error("the file has no frame rate, and none was given".to_owned()))?;
    let mut notes = Vec::new();
    let given = match &options.start_timecode {
        Some(text) => Some(
            Timecode::parse(text, rate, options.drop_frame)
                .map_err(|error| rate_error(format!("start timecode: {error}")))?,
        ),
        None => None,
    };
    let marked = given.filter(|start| start.timebase().is_drop_frame()).map(|_| true);
    let droppable = rate.dropped_labels().is_some();
    let drop_frame = match options.drop_frame {
        DropFrame::On => true,
        DropFrame::Off => false,
        _ => match found.drop_frame.or(marked) {
            Some(true) if !droppable => {
                let text = format!("the file claims drop frame, which {rate} does not have");
                notes.push(Note::new(None, text));
                false
            }
            Some(drop_frame) => drop_frame,
            None => {
                given.is_none() && droppable && {
                    let text = "drop frame is assumed; the file does not say";
                    notes.push(Note::new(None, text));
                    true
                }
            }
        },
    };
    let timebase =
        Timebase::new(rate, drop_frame).map_err(|error| rate_error(error.to_string()))?;
    let name = options.name.clone().or_else(|| found.name.clone()).unwrap_or_default();
    let mut media = Media::new(name, timebase);
    media.start = given.map(Timecode::frame).or(found.start).unwrap_or(0);
    let mut list = MarkerList::new(media);
    list.notes = notes;
    Ok(list)
}

/// Notes that timecodes count from zero, if neither the file nor the caller has a start.
pub(crate) fn note_missing_start(list: &mut MarkerList, found: &Found, options: &ReadOptions) {
    if options.start_timecode.is_none() && found.start.is_none() && !list.markers.is_empty() {
        let text = "no start timecode: timecodes count from 00:00:00:00";
        list.notes.push(Note::new(None, text));
    }
}

/// Parses an absolute timecode into a frame of the file.
pub(crate) fn frame_of(text: &str, media: &Media, line: usize) -> Result<i64, ReadError> {
    let frame = label(text, media, line)?;
    let relative = frame.saturating_sub(media.start);
    if relative < 0 {
        let start = media.timecode(0);
        let reason = format!("timecode '{}' is before the start {start}", quote(text.trim()));
        return Err(ReadError::syntax(line, reason));
    }
    Ok(relative)
}

/// Parses a timecode into a frame number.
pub(crate) fn label(text: &str, media: &Media, line: usize) -> Result<i64, ReadError> {
    let base = media.timebase;
    // A `;` in a file whose frames do not drop by order of the caller is read as `:`.
    let plain;
    let text = if base.is_drop_frame() || base.rate().dropped_labels().is_none() {
        text
    } else {
        plain = text.replace(';', ":");
        &plain
    };
    let mode = if base.is_drop_frame() { DropFrame::On } else { DropFrame::Off };
    let timecode = Timecode::parse(text, base.rate(), mode);
    timecode.map(Timecode::frame).map_err(|error| ReadError::syntax(line, error.to_string()))
}

/// Adds a marker, up to the limit.
pub(crate) fn push(
    list: &mut MarkerList,
    marker: Marker,
    line: Option<usize>,
    options: &ReadOptions,
) -> Result<(), ReadError> {
    list.markers.push(marker);
    let error = check_count(list.markers.len(), options);
    error.map_err(|error| line.map_or(error.clone(), |line| error.at(line)))
}

/// Checks a number of markers against the limit.
pub(crate) fn check_count(count: usize, options: &ReadOptions) -> Result<(), ReadError> {
    if count > options.max_markers {
        let reason = format!("more than {} markers", options.max_markers);
        return Err(ReadError::new(ReadErrorKind::Limit, reason));
    }
    Ok(())
}
