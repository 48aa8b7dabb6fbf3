//! Arguments that select files, for transfers in both directions.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use frameio::transfer::{Age, ByteSize, Filter, RemotePath};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime, civil};

use crate::exit::Failure;
use crate::input;

/// Selection of files.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterArgs {
    /// Transfer only files that match this glob pattern; may be repeated
    #[arg(long, value_name = "PATTERN", help_heading = HEADING)]
    include: Vec<String>,
    /// Skip files and folders that match this glob pattern; may be repeated
    #[arg(long, value_name = "PATTERN", help_heading = HEADING)]
    exclude: Vec<String>,
    /// Skip files smaller than this, such as 100k, 50M or 1.5G
    #[arg(long, value_name = "SIZE", help_heading = HEADING)]
    min_size: Option<ByteSize>,
    /// Skip files larger than this
    #[arg(long, value_name = "SIZE", help_heading = HEADING)]
    max_size: Option<ByteSize>,
    /// Skip files younger than this, such as 30m, 12h, 7d or 2026-11-29
    #[arg(long, value_name = "AGE", value_parser = age, help_heading = HEADING)]
    min_age: Option<Age>,
    /// Skip files older than this
    #[arg(long, value_name = "AGE", value_parser = age, help_heading = HEADING)]
    max_age: Option<Age>,
    /// Transfer only the files listed in this file, one path a line; '-' reads standard input
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    files_from: Option<PathBuf>,
    /// Also transfer ._*, .DS_Store and Thumbs.db, and download directories named ascmhl
    #[arg(long, help_heading = HEADING)]
    no_default_excludes: bool,
}

const HEADING: &str = "Filters";

impl FilterArgs {
    /// Creates the filter for a tree whose remote folder has this path, see [`filter`](Self::filter).
    pub(crate) fn filter_in(&self, folder: &RemotePath) -> Result<Filter, Failure> {
        let filter = self.filter()?;
        Ok(match folder.names().last() {
            Some(name) => filter.folder_name(name),
            None => filter,
        })
    }

    /// Creates the filter. Reads the list of files.
    pub(crate) fn filter(&self) -> Result<Filter, Failure> {
        let mut filter = Filter::new().default_excludes(!self.no_default_excludes);
        for pattern in &self.include {
            filter = filter.include(pattern);
        }
        for pattern in &self.exclude {
            filter = filter.exclude(pattern);
        }
        if let Some(ByteSize(bytes)) = self.min_size {
            filter = filter.min_size(bytes);
        }
        if let Some(ByteSize(bytes)) = self.max_size {
            filter = filter.max_size(bytes);
        }
        if let Some(age) = self.min_age {
            filter = filter.min_age(age);
        }
        if let Some(age) = self.max_age {
            filter = filter.max_age(age);
        }
        if let Some(path) = &self.files_from {
            filter = filter.files(listed(path)?);
        }
        filter.check()?;
        Ok(filter)
    }
}

/// Reads a list of paths. Empty lines and lines that begin with `#` are comments.
fn listed(path: &Path) -> Result<Vec<String>, Failure> {
    let text = match path == Path::new("-") {
        true => input::text(&mut std::io::stdin(), input::STANDARD_INPUT)?,
        false => input::file(path)?,
    };
    let lines = text.lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

/// Parses a duration, such as `1d12h`, or a local date or time.
fn age(text: &str) -> Result<Age, String> {
    let expected = || "expected a duration such as 30m, 12h or 7d, or a date".to_owned();
    let now = ZonedDateTime::now();
    let time = |time: Timestamp| SystemTime::try_from(time).map(Age::from).map_err(|_| expected());
    if let Ok(at) = text.parse::<Timestamp>() {
        return time(at);
    }
    if let Ok(at) = text.parse::<civil::DateTime>() {
        let at = at.to_zoned_datetime(TimeZone::system()).map_err(|_| expected())?;
        return time(at.timestamp());
    }
    let span: Span = text.parse().map_err(|_| expected())?;
    if span.is_negative() {
        return Err(expected());
    }
    let ago = now.duration_since(&now.checked_sub(span).map_err(|_| expected())?);
    let ago = std::time::Duration::try_from(ago.max(SignedDuration::ZERO));
    ago.map(Age::from).map_err(|_| expected())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn parses_durations_and_dates() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("0s", 0)] {
            assert_eq!(age(text), Ok(Age::Ago(Duration::from_secs(seconds))), "{text}");
        }
        let Ok(Age::Ago(days)) = age("7d") else { panic!("no duration") };
        assert!(days.as_secs().abs_diff(7 * 86_400) <= 3600, "a day can have 23 hours");
        let at = Age::At(SystemTime::UNIX_EPOCH + Duration::from_secs(86_400));
        assert_eq!(age("1970-01-02T00:00:00Z"), Ok(at));
        assert!(matches!(age("2026-11-29"), Ok(Age::At(_))));
        for text in ["", "soon", "7", "-1h", "2026-13-01"] {
            assert!(age(text).is_err(), "{text}");
        }
    }
}
