//! Errors of labels.

use std::error::Error;
use std::fmt;

use crate::rate::Rate;

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
