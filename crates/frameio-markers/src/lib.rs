//! Review comments as markers of editing systems, and back.
//!
//! A [`MarkerList`] is one media file with its comments: frame, range, author, text, replies, state, colour,
//! attachments, drawings. [`write()`] turns it into one of the formats of [`Format`] and reports what that format
//! could not carry; [`read()`] makes it from a file.
//!
//! ```
//! use frameio_markers::{Format, Marker, MarkerList, Media, ReadOptions, WriteOptions, read, write};
//! use frameio_timecode::{DropFrame, Rate, Timebase, Timecode};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rate: Rate = "29.97".parse()?;
//! let mut media = Media::new("Spot_v3.mov", Timebase::drop_frame(rate)?);
//! media.start = Timecode::parse("01:00:00;00", rate, DropFrame::Auto)?.frame();
//!
//! let mut list = MarkerList::new(media);
//! list.markers.push(Marker::new("Tighten the title").at(1800).by("Ana Roth"));
//!
//! let output = write(Format::ResolveEdl, &list, &WriteOptions::default())?;
//! let edl = &output.files[0];
//! assert_eq!(edl.name("Spot_v3"), "Spot_v3.edl");
//! assert!(String::from_utf8_lossy(&edl.data).contains("01:01:00;02"));
//! for loss in &output.losses {
//!     eprintln!("{loss}");
//! }
//!
//! let mut options = ReadOptions::default();
//! options.rate = Some(rate);
//! options.start_timecode = Some("01:00:00;00".to_owned());
//! let read = read(None, &edl.data, &options)?;
//! assert_eq!(read.markers[0].frame, Some(1800));
//! assert_eq!(read.markers[0].text, "Tighten the title");
//! # Ok(())
//! # }
//! ```
//!
//! # Formats
//!
//! | name | for | read | same frame | without a frame |
//! |---|---|---|---|---|
//! | `resolve-edl` | DaVinci Resolve | yes | merged | extra file |
//! | `avid-txt`, `avid-xml` | Media Composer | yes | kept | extra file |
//! | `fcp7-xml` | Premiere Pro | yes | kept | extra file |
//! | `fcpxml` | Final Cut Pro | yes | merged | extra file |
//! | `otio` | OpenTimelineIO | yes | kept | extra file |
//! | `premiere-csv` | tools that read Premiere's list | yes | kept | extra file |
//! | `frameio-csv`, `fiojson` | tools for Frame.io's exports | yes | kept | kept |
//! | `srt`, `vtt` | players | yes | kept | extra file |
//! | `chapters` | ffmpeg | yes | merged | extra file |
//! | `csv`, `json` | spreadsheets, programs | yes | kept | kept |
//! | `markdown`, `html` | people | no | kept | kept |
//!
//! The modules of [`formats`] say which program imports each, what it loses, and what could not be tried.
//!
//! # Frames
//!
//! Positions are frames from the first one of the file. Timecodes and times are derived from them when a file
//! is written, and turned into them when it is read, with the rate and start timecode of [`Media`]. See
//! [`frameio_timecode`] for the arithmetic.
//!
//! # Input that nobody has checked
//!
//! Readers are bounded by [`ReadOptions`]: bytes, markers, elements and nesting. XML readers resolve no entity
//! that a document declares and load nothing. A file that does not follow its format is a [`ReadError`] with
//! the line, or for JSON the number or id of the comment, and the reason.
//!
//! # Internal comments
//!
//! Only `.fiojson` marks comments that are internal. The API of Frame.io V4 does not, so markers made from it
//! have [`Marker::internal`] `None`, and every export may contain them: [`MarkerList::may_have_internal`].
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod formats;

mod color;
mod error;
mod exchange;
mod fields;
mod format;
mod input;
mod loss;
mod model;
mod options;
mod plan;
mod text;
mod thread;
mod xml;

pub use self::color::{Color, UnknownColor};
pub use self::error::{ReadError, ReadErrorKind, WriteError};
pub use self::exchange::{detect, read, write};
pub use self::format::{Capabilities, Format, Support, UnknownFormat};
pub use self::loss::{Loss, LossKind, Output, OutputFile};
pub use self::model::{Attachment, Author, Marker, MarkerList, Media, Note, Reply};
pub use self::options::{
    ColorBy, FcpxmlVersion, Merge, Picture, ReadOptions, UnknownSetting, Untimed, WriteOptions,
};
