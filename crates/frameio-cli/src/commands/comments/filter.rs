//! Selection of comments.

use frameio::markers::Filter;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Heading of these options in help.
const HEADING: &str = "Selection";

#[derive(Debug, clap::Args)]
pub(super) struct FilterArgs {
    /// Only comments that are not completed
    #[arg(long, help_heading = HEADING)]
    open_only: bool,
    /// Only comments written or edited, or with a reply written or edited, at this time (RFC 3339) or
    /// day (UTC) or later
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = HEADING)]
    since: Option<Timestamp>,
    /// Only comments by this person: name, email address or user ID; may be repeated
    #[arg(long = "author", value_name = "NAME", help_heading = HEADING)]
    authors: Vec<String>,
    /// Only comments with this hashtag; may be repeated
    #[arg(long = "hashtag", value_name = "TAG", help_heading = HEADING)]
    hashtags: Vec<String>,
}

impl FilterArgs {
    pub(super) fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        filter.open_only = self.open_only;
        filter.since = self.since;
        filter.authors.clone_from(&self.authors);
        filter.hashtags.clone_from(&self.hashtags);
        filter
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    let expected = "expected a day such as 2026-09-01, or a time such as 2026-09-01T12:00:00Z";
    match text.parse::<Date>() {
        // A time has a date at its beginning, which is not all of it.
        Ok(day) if text.len() <= 10 => {
            TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| expected.to_owned())
        }
        _ => text.parse().map_err(|_| expected.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_and_times() {
        assert_eq!(time("2026-09-01"), Ok("2026-09-01T00:00:00Z".parse().unwrap()));
        assert_eq!(time("2026-09-01T12:30:00+02:00"), Ok("2026-09-01T10:30:00Z".parse().unwrap()));
        assert!(time("yesterday").is_err() && time("2026-13-01").is_err());
    }
}
