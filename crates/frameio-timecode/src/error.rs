//! Errors of rates, labels and clock times.

use std::error::Error;
use std::fmt;

use crate::rate::Rate;

/// Longest piece of input that an error quotes.
const QUOTED: usize = 40;

/// Input as an error quotes it: at most [`QUOTED`] characters, without control characters.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted: String =
        text.chars().take(QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(QUOTED).is_some() {
        quoted.push('…');
    }
    quoted
}

/// A frame rate that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateError {
    /// The text is neither a decimal number nor a fraction such as `30000/1001`.
    Syntax(String),
    /// The rate is zero, or a part of the fraction does not fit into 32 bits.
    OutOfRange(String),
    /// The decimal is not close to a rate in use.
    Unknown(String),
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(text) => write!(
                f,
                "invalid frame rate '{text}': expected a number such as 25 or 29.97, or 30000/1001"
            ),
            Self::OutOfRange(text) => write!(
                f,
                "invalid frame rate '{text}': both parts must be between 1 and 4294967295"
            ),
            Self::Unknown(text) => write!(
                f,
                "unknown frame rate '{text}': not within 0.05 % of a rate in use; \
                 give a fraction such as 30000/1001"
            ),
        }
    }
}

impl Error for RateError {}

/// A label that does not exist, or a rate that has no labels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimecodeError {
    /// The text is not a timecode.
    Syntax {
        /// The text, shortened.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A field is too large.
    Field {
        /// The text, shortened.
        text: String,
        /// `minutes`, `seconds` or `frames`.
        field: &'static str,
        /// First value that is too large.
        limit: u32,
    },
    /// Drop frame skips the label.
    Dropped {
        /// The text, shortened.
        text: String,
        /// The label that follows the skipped ones.
        next: String,
    },
    /// Drop frame is not defined at the rate.
    NoDropFrame(Rate),
    /// The rate is neither a whole number nor a whole number times 1000/1001.
    NoLabels(Rate),
    /// The label marks drop frame, and the caller excludes it.
    NotDropFrame(String),
}

impl fmt::Display for TimecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { text, reason } => write!(f, "invalid timecode '{text}': {reason}"),
            Self::Field { text, field, limit } => {
                write!(f, "invalid timecode '{text}': {field} must be below {limit}")
            }
            Self::Dropped { text, next } => write!(
                f,
                "invalid timecode '{text}': drop frame skips this label; the next one is {next}"
            ),
            Self::NoDropFrame(rate) => write!(
                f,
                "drop frame is not defined at {rate} frames per second, only at 30000/1001, \
                 60000/1001 and 120000/1001"
            ),
            Self::NoLabels(rate) => write!(
                f,
                "timecode is not defined at {rate} frames per second: the rate must be a whole \
                 number or a whole number times 1000/1001"
            ),
            Self::NotDropFrame(text) => {
                write!(f, "timecode '{text}' is drop frame, but non-drop frame was requested")
            }
        }
    }
}

impl Error for TimecodeError {}

/// A clock time that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockError(pub(crate) String);

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid time '{}': expected HH:MM:SS,mmm or HH:MM:SS.mmm", self.0)
    }
}

impl Error for ClockError {}
