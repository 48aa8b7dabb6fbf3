//! Limits by the time of the week, in the syntax of rclone.

use std::str::FromStr;
use std::sync::Arc;

use jiff::ZonedDateTime;
use jiff::civil::{DateTime, Time};

use crate::filter::parse_bytes;

/// Returns the local time.
pub(super) type Clock = Arc<dyn Fn() -> DateTime + Send + Sync>;

pub(super) fn local_time() -> DateTime {
    ZonedDateTime::now().datetime()
}

const DAY: u32 = 24 * 3600;
const WEEK: u32 = 7 * DAY;

/// Limits for uploads and downloads from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    /// Seconds since Monday, 00:00.
    from: u32,
    up: Option<u64>,
    down: Option<u64>,
}

/// Limits by the time of the week. Has at least one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timetable(Vec<Slot>);

impl Timetable {
    pub(super) fn constant(up: Option<u64>, down: Option<u64>) -> Self {
        Self(vec![Slot { from: 0, up, down }])
    }

    /// Returns the timetable of uploads.
    pub(super) fn up(&self) -> Self {
        self.clone()
    }

    /// Returns the timetable of downloads.
    pub(super) fn down(&self) -> Self {
        let slots = self.0.iter().map(|slot| Slot { up: slot.down, ..*slot });
        Self(slots.collect())
    }

    /// Returns the limit at a local time; `None` if there is no limit.
    pub(super) fn rate(&self, at: DateTime) -> Option<u64> {
        let day = u32::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
        let now = day * DAY + seconds(at.time());
        let last = self.0.iter().rev().find(|slot| slot.from <= now);
        // Before the first entry of the week, the last one of the preceding week applies.
        last.or(self.0.last())?.up
    }
}

impl FromStr for Timetable {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries: Vec<&str> = text.split_whitespace().collect();
        if let [rates] = *entries
            && !rates.contains(',')
        {
            let (up, down) = self::rates(rates)?;
            return Ok(Self::constant(up, down));
        }
        let mut slots = Vec::new();
        for entry in &entries {
            let Some((time, rates)) = entry.split_once(',') else {
                return Err("expected entries such as 08:00,512k".to_owned());
            };
            let (days, time) = self::time(time)?;
            let (up, down) = self::rates(rates)?;
            slots.extend(days.into_iter().map(|day| Slot { from: day * DAY + time, up, down }));
        }
        if slots.is_empty() {
            return Err("expected a rate such as 10M, 'off', or UP:DOWN".to_owned());
        }
        // Of several entries for the same time, the last one applies.
        slots.sort_by_key(|slot| slot.from);
        debug_assert!(slots.iter().all(|slot| slot.from < WEEK));
        Ok(Self(slots))
    }
}

/// Parses the time of an entry, with or without a day. Returns the days and the second of the day.
fn time(text: &str) -> Result<(Vec<u32>, u32), String> {
    let (day, time) = match text.rsplit_once('-') {
        Some((day, time)) => (Some(day), time),
        None => (None, text),
    };
    let expected = || format!("expected a time such as 08:00 instead of '{time}'");
    let (hour, minute) = time.split_once(':').ok_or_else(expected)?;
    let time = Time::new(
        hour.parse().map_err(|_| expected())?,
        minute.parse().map_err(|_| expected())?,
        0,
        0,
    );
    let time = seconds(time.map_err(|_| expected())?);
    let days = match day {
        None => (0..7).collect(),
        Some(day) => vec![weekday(day)?],
    };
    Ok((days, time))
}

fn seconds(time: Time) -> u32 {
    let part = |value: i8| u32::try_from(value).unwrap_or_default();
    part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second())
}

/// Parses a day of the week, with at least its first three letters. Returns the days since Monday.
fn weekday(text: &str) -> Result<u32, String> {
    let name = text.to_ascii_lowercase();
    let full = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let found = full.iter().position(|day| name.len() >= 3 && day.starts_with(&name));
    let found = found.and_then(|day| u32::try_from(day).ok());
    found.ok_or_else(|| format!("expected a day such as Mon instead of '{text}'"))
}

/// Parses `RATE` or `UP:DOWN`.
fn rates(text: &str) -> Result<(Option<u64>, Option<u64>), String> {
    match text.split_once(':') {
        Some((up, down)) => Ok((rate(up)?, rate(down)?)),
        None => rate(text).map(|rate| (rate, rate)),
    }
}

/// Parses a number of bytes per second; `off` and 0 are no limit.
fn rate(text: &str) -> Result<Option<u64>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let rate = parse_bytes(text, 1 << 10);
    let rate = rate.ok_or("expected a rate such as 10M, 'off', or UP:DOWN")?;
    Ok(Some(rate).filter(|rate| *rate > 0))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(timetable: &str, day: i8, hour: i8, minute: i8) -> (Option<u64>, Option<u64>) {
        let timetable: Timetable = timetable.parse().unwrap();
        // 2026-11-30 is a Monday.
        let time = date(2026, 11, 30).at(hour, minute, 0, 0);
        let time = time.saturating_add(jiff::Span::new().days(day));
        (timetable.up().rate(time), timetable.down().rate(time))
    }

    #[test]
    fn rates_without_a_unit_are_kibibytes() {
        for (text, up, down) in [
            ("20M", Some(20 << 20), Some(20 << 20)),
            ("512", Some(512 << 10), Some(512 << 10)),
            ("1.5M:off", Some(3 << 19), None),
            ("off:100k", None, Some(100 << 10)),
            ("0", None, None),
            ("OFF", None, None),
            (" 1MiB ", Some(1 << 20), Some(1 << 20)),
        ] {
            assert_eq!(at(text, 2, 12, 0), (up, down), "{text}");
        }
    }

    #[test]
    fn the_last_entry_applies_across_days() {
        let daily = "08:00,512k 12:00,10M:1M 23:00,off";
        for (hour, minute, expected) in [
            (7, 59, (None, None)),
            (8, 0, (Some(512 << 10), Some(512 << 10))),
            (11, 59, (Some(512 << 10), Some(512 << 10))),
            (12, 0, (Some(10 << 20), Some(1 << 20))),
            (23, 0, (None, None)),
        ] {
            for day in 0..7 {
                assert_eq!(at(daily, day, hour, minute), expected, "{day} {hour}:{minute}");
            }
        }
    }

    #[test]
    fn days_of_the_week_are_local() {
        let week = "Mon-08:00,1M Fri-20:00,off sunday-23:30,2M";
        for (day, hour, minute, expected) in [
            (0, 7, 59, Some(2 << 20)),
            (0, 8, 0, Some(1 << 20)),
            (4, 19, 59, Some(1 << 20)),
            (4, 20, 0, None),
            (6, 23, 29, None),
            (6, 23, 30, Some(2 << 20)),
        ] {
            assert_eq!(at(week, day, hour, minute).0, expected, "{day} {hour}:{minute}");
        }
    }
}
