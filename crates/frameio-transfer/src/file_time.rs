//! Times of files in the JSON of manifests and state files.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// Returns the seconds since 1970, which can be negative, and the nanoseconds within the second.
pub(crate) fn to_json(time: SystemTime) -> Option<(i64, u32)> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Some((i64::try_from(since.as_secs()).ok()?, since.subsec_nanos())),
        Err(error) => {
            let until = error.duration();
            let seconds = i64::try_from(until.as_secs()).ok()?;
            match until.subsec_nanos() {
                0 => Some((seconds.checked_neg()?, 0)),
                nanos => Some((seconds.checked_neg()?.checked_sub(1)?, NANOS - nanos)),
            }
        }
    }
}

const NANOS: u32 = 1_000_000_000;

/// Returns the time that [`to_json`] has converted.
pub(crate) fn from_json(value: &Value) -> Option<SystemTime> {
    let seconds = value.get(0)?.as_i64()?;
    let nanos = u32::try_from(value.get(1)?.as_u64()?).ok().filter(|nanos| *nanos < NANOS)?;
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let start = match seconds {
        0.. => UNIX_EPOCH.checked_add(whole),
        _ => UNIX_EPOCH.checked_sub(whole),
    };
    start?.checked_add(Duration::from_nanos(nanos.into()))
}
