//! One label: reading and printing.

use std::fmt;

use crate::error::quote;
use crate::rate::Rate;
use crate::timebase::{Fields, Timebase};
use crate::timecode_error::TimecodeError;

/// A frame with the timebase that labels it.
///
/// `Display` prints `HH:MM:SS:FF`, with `;` before the frames of drop frame, a `-` before frames below
/// zero, and hours that keep counting after 23. [`Timecode::wrapped`] prints as a clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timecode {
    frame: i64,
    base: Timebase,
}

/// Which labels a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DropFrame {
    /// Decided by the separators: drop frame with `;`, `.` or `,` before the frames.
    #[default]
    Auto,
    /// Drop frame, also with `:` before the frames.
    On,
    /// Every label is counted; a text that marks drop frame is an error.
    Off,
}

impl Timebase {
    /// Returns the timecode of a frame.
    pub const fn timecode(self, frame: i64) -> Timecode {
        Timecode::new(frame, self)
    }
}

impl Timecode {
    /// Creates a timecode from a frame number.
    pub const fn new(frame: i64, base: Timebase) -> Self {
        Self { frame, base }
    }

    /// Parses `HH:MM:SS:FF`, or a bare number of frames.
    ///
    /// Hours may exceed 23, and a `-` may precede the text. `;`, `.` or `,` before the frames mark drop
    /// frame, and so does `;` throughout.
    ///
    /// # Errors
    /// When the text is not a timecode, when drop frame skips the label or is not defined at the rate, or
    /// when the rate has no labels. Three digits after `.` or `,` are milliseconds, which is an error too.
    pub fn parse(text: &str, rate: Rate, drop_frame: DropFrame) -> Result<Self, TimecodeError> {
        let trimmed = text.trim();
        let syntax = |reason| TimecodeError::Syntax { text: quote(text), reason };
        if trimmed.is_empty() {
            return Err(syntax("it is empty"));
        }
        let (negative, body) = match trimmed.strip_prefix('-') {
            Some(body) => (true, body),
            None => (false, trimmed),
        };
        if body.bytes().all(|b| b.is_ascii_digit()) && !body.is_empty() {
            let frame = body.parse::<i64>().map_err(|_| syntax("the frame number is too large"))?;
            let base = Timebase::new(rate, drop_frame == DropFrame::On)?;
            return Ok(Self::new(if negative { -frame } else { frame }, base));
        }
        let (fields, marked) = split(body, negative).map_err(syntax)?;
        let dropping = match (drop_frame, marked) {
            (DropFrame::Off, true) => return Err(TimecodeError::NotDropFrame(quote(text))),
            (DropFrame::On, _) => true,
            (_, marked) => marked,
        };
        let base = Timebase::new(rate, dropping)?;
        Ok(Self::new(base.frame_of(fields, trimmed)?, base))
    }

    /// The frame number.
    pub const fn frame(self) -> i64 {
        self.frame
    }

    /// The rate and the kind of labels.
    pub const fn timebase(self) -> Timebase {
        self.base
    }

    /// The fields of the label.
    pub fn fields(self) -> Fields {
        self.base.fields(self.frame)
    }

    /// Returns whether the label exceeds a day or lies before zero.
    pub const fn leaves_the_day(self) -> bool {
        self.frame < 0 || self.frame >= self.base.frames_per_day()
    }

    /// Returns the timecode within a day: 24 hours become zero, and the frame before zero becomes the
    /// last one of the day.
    #[must_use]
    pub const fn wrapped(self) -> Self {
        Self { frame: self.frame.rem_euclid(self.base.frames_per_day()), base: self.base }
    }
}

impl fmt::Display for Timecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fields { negative, hours, minutes, seconds, frames } = self.fields();
        let sign = if negative { "-" } else { "" };
        let separator = if self.base.is_drop_frame() { ';' } else { ':' };
        write!(f, "{sign}{hours:02}:{minutes:02}:{seconds:02}{separator}{frames:02}")
    }
}

/// The fields of a label, and whether its separators mark drop frame.
fn split(body: &str, negative: bool) -> Result<(Fields, bool), &'static str> {
    let mut numbers = [""; 4];
    let mut separators = ['\0'; 3];
    let mut rest = body;
    for (at, separator) in separators.iter_mut().enumerate() {
        let Some(end) = rest.find([':', ';', '.', ',']) else {
            return Err("expected four fields, HH:MM:SS:FF");
        };
        numbers[at] = &rest[..end];
        // All separators are one byte long.
        *separator = char::from(rest.as_bytes()[end]);
        rest = &rest[end + 1..];
    }
    numbers[3] = rest;
    let [first, second, last] = separators;
    if !matches!((first, second), (':', ':') | (';', ';')) {
        return Err("expected ':' between hours, minutes and seconds");
    }
    if matches!(last, '.' | ',') && rest.len() == 3 {
        return Err("three digits after the seconds are milliseconds, not frames");
    }
    let number = |at: usize, longest: usize| {
        let text = numbers[at];
        if text.is_empty() || text.len() > longest || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err("each field must be a short number");
        }
        text.parse::<u32>().map_err(|_| "each field must be a short number")
    };
    let fields = Fields {
        negative,
        hours: number(0, 7)?.into(),
        minutes: number(1, 2)?,
        seconds: number(2, 2)?,
        frames: number(3, 3)?,
    };
    Ok((fields, last != ':' || first == ';'))
}
