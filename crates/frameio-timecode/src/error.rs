//! Errors of rates and clock times.

use std::error::Error;
use std::fmt;

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

/// A clock time that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockError(pub(crate) String);

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid time '{}': expected HH:MM:SS,mmm or HH:MM:SS.mmm", self.0)
    }
}

impl Error for ClockError {}
