//! Durations and counts for people.

use std::time::Duration;

/// Returns a duration in the largest unit of which it has at least two.
pub(crate) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// Returns a count with its noun, whose plural ends with "s".
pub(crate) fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    counted_as(count, noun, &format!("{noun}s"))
}

/// Returns a count with its noun, whose plural is irregular.
pub(crate) fn counted_as(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    match count.try_into() {
        Ok(1) => format!("1 {one}"),
        Ok(count) => format!("{count} {many}"),
        Err(_) => format!("many {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        let counted = [0_usize, 1, 2].map(|count| counted(count, "file"));
        assert_eq!(counted, ["0 files", "1 file", "2 files"]);
    }

    #[test]
    fn uses_the_largest_unit() {
        for (seconds, text) in [
            (119, "119 s"),
            (120, "2 min"),
            (86_399, "23 h"),
            (172_799, "47 h"),
            (172_800, "2 days"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), text);
        }
    }
}
