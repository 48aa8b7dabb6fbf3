//! Timecode arithmetic in integers: rational rates, drop frame and rounding that is stated.
//!
//! A position is a frame number. Labels (`01:00:00;00`) and times are derived from it, and read back
//! into it, only where a file or a person needs them. No calculation uses floating-point numbers.
//!
//! | to | use |
//! |---|---|
//! | name a rate exactly, also from a rounded decimal such as 29.97 | [`Rate`] |
//! | count frames in labels, with or without drop frame | [`Timebase`] |
//! | read or print one label | [`Timecode`] |
//! | convert between frames and milliseconds, microseconds or seconds | [`Rate::frame_at`], [`Rate::time_of`] |
//! | read or print the times of subtitles | [`parse_clock`], [`format_clock`] |
//!
//! ```
//! use frameio_timecode::{DropFrame, Rate, Rounding, Timebase, Timecode};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rate: Rate = "29.97".parse()?;
//! assert_eq!(rate, Rate::FPS_29_97);
//!
//! let base = Timebase::drop_frame(rate)?;
//! assert_eq!(base.timecode(1800).to_string(), "00:01:00;02");
//! assert_eq!(Timecode::parse("00:10:00;00", rate, DropFrame::Auto)?.frame(), 17_982);
//!
//! // The label does not exist: the first two of the minute are skipped.
//! assert!(Timecode::parse("00:01:00;00", rate, DropFrame::Auto).is_err());
//!
//! // The first millisecond inside of the frame, and back.
//! assert_eq!(rate.time_of(1, 1000, Rounding::Ceil), 34);
//! assert_eq!(rate.frame_at(34, 1000, Rounding::Floor), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Rounding
//!
//! | from | to | rounding |
//! |---|---|---|
//! | seconds of other programs | frame | [`Rounding::Nearest`], halves up |
//! | microseconds stored by Frame.io | frame | [`Rounding::Floor`] |
//! | frame | milliseconds | [`Rounding::Ceil`]: rounding down again returns the same frame |
//!
//! # Drop frame
//!
//! Drop frame is defined at 30000/1001 (two labels are skipped in each minute that 10 does not divide),
//! 60000/1001 (four) and, by extension, 120000/1001 (eight). Labels of other rates never drop.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod clock;
mod error;
mod rate;
mod timebase;
mod timecode;
mod timecode_error;

pub use self::clock::{format_clock, parse_clock};
pub use self::error::{ClockError, RateError};
pub use self::rate::{Rate, Rounding};
pub use self::timebase::{Fields, Timebase};
pub use self::timecode::{DropFrame, Timecode};
pub use self::timecode_error::TimecodeError;
