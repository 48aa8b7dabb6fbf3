//! Expiration of a share, as the user types it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};

use crate::exit::Failure;

/// Returns the time in the value of `--expires`.
pub(super) fn of_argument(text: &str) -> Result<Timestamp, Failure> {
    parse(text, Timestamp::now()).map_err(|reason| Failure::value("--expires", text, reason))
}

/// Converts a duration such as `7d`, a day, or a time to the time at which a share expires. A day is
/// included until its end, in UTC.
fn parse(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let expected = "expected a duration such as 12h, 7d or 2w, a day such as 2026-12-24 (until its end in UTC), \
                    or a time such as 2026-12-24T18:00:00Z";
    let expiration = match (duration(text), text.parse::<Date>()) {
        (Some(duration), _) if duration.is_zero() => {
            return Err("it is not in the future".to_owned());
        }
        // Nobody needs fractions of a second.
        (Some(duration), _) => now.checked_add(duration).and_then(|at| at.round(Unit::Second)).ok(),
        // A time has a date at its beginning, which is not all of it.
        (None, Ok(day)) if text.len() <= 10 => {
            TimeZone::UTC.to_timestamp(day.at(23, 59, 59, 0)).ok()
        }
        _ => text.parse().ok(),
    };
    match expiration {
        None if duration(text).is_some() => Err("it is too far in the future".to_owned()),
        None => Err(expected.to_owned()),
        Some(expiration) if expiration <= now => Err(format!("{expiration} is in the past")),
        Some(expiration) => Ok(expiration),
    }
}

fn duration(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 7 * 24,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A larger number is too far in the future as well.
    let count: u32 = is_number.then(|| digits.parse().unwrap_or(u32::MAX))?;
    Some(SignedDuration::from_hours(i64::from(count) * hours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_share_is_refused() {
        let now = "2026-11-29T10:00:00.4Z".parse().unwrap();
        assert!(parse("0d", now).unwrap_err().contains("not in the future"));
        assert!(parse("2026-11-28", now).unwrap_err().contains("in the past"));
    }

    #[test]
    fn converts_durations_days_and_times() {
        let now: Timestamp = "2026-11-29T10:00:00.218687352Z".parse().unwrap();
        for (text, expected) in [
            ("12h", "2026-11-29T22:00:00Z"),
            ("7d", "2026-12-06T10:00:00Z"),
            ("2w", "2026-12-13T10:00:00Z"),
            ("2026-11-29", "2026-11-29T23:59:59Z"),
            ("2026-12-24T18:00:00+01:00", "2026-12-24T17:00:00Z"),
        ] {
            assert_eq!(parse(text, now), Ok(expected.parse().unwrap()), "{text}");
        }
        for (text, reason) in [
            ("0d", "it is not in the future"),
            ("0h", "it is not in the future"),
            ("2026-11-28", "is in the past"),
            ("d", "expected a duration"),
            ("-7d", "expected a duration"),
            ("7", "expected a duration"),
            ("soon", "expected a duration"),
            ("7€", "expected a duration"),
            ("4294967295w", "too far in the future"),
            ("999999999999w", "too far in the future"),
        ] {
            assert!(parse(text, now).unwrap_err().contains(reason), "{text}");
        }
        let rounded_up: Timestamp = "2026-11-29T10:00:00.7Z".parse().unwrap();
        assert!(parse("0d", rounded_up).is_err());
    }
}
