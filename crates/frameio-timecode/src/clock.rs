//! Times with milliseconds, as subtitles have them.

use crate::error::{ClockError, quote};

/// Parses `HH:MM:SS,mmm`, `HH:MM:SS.mmm` or `MM:SS.mmm` into milliseconds.
///
/// # Errors
/// When the text is not such a time.
pub fn parse_clock(text: &str) -> Result<i64, ClockError> {
    read(text.trim()).ok_or_else(|| ClockError(quote(text)))
}

fn read(text: &str) -> Option<i64> {
    let (clock, millis) = text.rsplit_once([',', '.'])?;
    let mut fields = clock.rsplit(':');
    let seconds = number(fields.next()?, 2)?;
    let minutes = number(fields.next()?, 2)?;
    let hours = fields.next().map_or(Some(0), |hours| number(hours, 7))?;
    if fields.next().is_some() || millis.len() != 3 || seconds > 59 || minutes > 59 {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + number(millis, 3)?)
}

fn number(text: &str, longest: usize) -> Option<i64> {
    let digits = text.len() <= longest && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Prints milliseconds as `HH:MM:SS` and three digits after `separator`. Times before zero print as zero.
pub fn format_clock(millis: i64, separator: char) -> String {
    let millis = millis.max(0);
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}{separator}{rest:03}", seconds % 60)
}
