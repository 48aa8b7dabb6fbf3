//! V4 resources in the shape of the legacy API: no calls, no state.

pub(crate) mod account;
pub(crate) mod asset;
pub(crate) mod audit;
pub(crate) mod comment;
pub(crate) mod events;
pub(crate) mod hook;
pub(crate) mod metadata;
pub(crate) mod people;
pub(crate) mod share;

use jiff::Timestamp;
use serde_json::Value;

/// Writes a time as the legacy API did: in UTC, with microseconds, which fioctl requires.
pub(crate) fn time(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// Writes a time, or null.
pub(crate) fn optional_time(at: Option<Timestamp>) -> Value {
    at.map(time).into()
}

/// Adds the fields of one object to another.
pub(crate) fn extend(object: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
}

/// Adds keys with the same value, null mostly.
pub(crate) fn fill(object: &mut Value, keys: &[&str], value: &Value) {
    if let Some(object) = object.as_object_mut() {
        for key in keys {
            object.entry(*key).or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_microseconds() {
        for (text, expected) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
            ("2026-01-02T05:04:05.6789+02:00", "2026-01-02T03:04:05.678900Z"),
        ] {
            assert_eq!(time(text.parse().unwrap()), expected);
        }
        assert_eq!(optional_time(None), Value::Null);
    }
}
