//! A position in a file, which the user types as a frame number or a timecode.

use frameio::FileId;
use frameio::comments::MediaTime;
use frameio::markers::timecode::{DropFrame, Timecode};
use frameio::markers::{CommentReader, CommentsErrorKind, Media, Timing};

use super::status;
use crate::exit::Failure;

/// A frame of a file.
#[derive(Debug)]
pub(super) struct Position {
    frame: u64,
    /// Timecode, or the number of the frame if the rate is unknown.
    pub(super) label: String,
}

impl Position {
    /// Finds the frame of a position, which has to be in the file, as far as its length is known.
    pub(super) async fn find(
        reader: &CommentReader,
        file: &FileId,
        timing: Timing,
        text: &str,
        duration: Option<u64>,
    ) -> Result<Self, Failure> {
        let number = text.parse::<u64>();
        let media = match reader.clone().timing(timing).media(file).await {
            Ok(media) => media,
            Err(error) => {
                return match (&error.kind, number) {
                    (CommentsErrorKind::Call(_), _) => Err(status::failure(error)),
                    // A frame needs no frame rate.
                    (_, Ok(frame)) => Ok(Self { frame, label: format!("frame {frame}") }),
                    (CommentsErrorKind::UnknownRate, Err(_)) => {
                        let reason = "the frame rate of the file is unknown; set it with '--fps', or \
                                      pass the number of a frame";
                        Err(Failure::value("--at", text, reason))
                    }
                    _ => Err(Failure::usage(status::message(&error))),
                };
            }
        };
        let frame = match number {
            Ok(number) => in_file(number, &media).map(|()| number),
            Err(_) => frame(text, &media),
        };
        let frame = frame.map_err(|error| Failure::value("--at", text, error))?;
        if let Some(duration) = duration {
            in_file(frame.saturating_add(duration - 1), &media)
                .map_err(|error| Failure::value("--duration", duration, error))?;
        }
        let label = i64::try_from(frame).ok().map(|frame| media.timecode(frame).to_string());
        Ok(Self { frame, label: label.unwrap_or_else(|| format!("frame {frame}")) })
    }

    pub(super) const fn time(&self) -> MediaTime {
        MediaTime::Frame(self.frame)
    }
}

/// Returns the frame of a timecode, counted from the start of the file.
fn frame(text: &str, media: &Media) -> Result<u64, String> {
    let base = media.timebase;
    let mode = if base.is_drop_frame() { DropFrame::On } else { DropFrame::Off };
    let timecode = Timecode::parse(text, base.rate(), mode).map_err(|error| error.to_string())?;
    let before = format!("it is before the start of the file, {}", media.timecode(0));
    let frame = u64::try_from(timecode.frame() - media.start).map_err(|_| before)?;
    in_file(frame, media).map_err(|reason| format!("{reason}; see '--start-tc'"))?;
    Ok(frame)
}

/// Refuses a frame after the end of the file.
fn in_file(frame: u64, media: &Media) -> Result<(), String> {
    match media.frames {
        Some(frames) if i64::try_from(frame).map_or(true, |frame| frame >= frames) => {
            let last = frames - 1;
            Err(format!("it is after the end of the file, {} (frame {last})", media.timecode(last)))
        }
        _ => Ok(()),
    }
}
