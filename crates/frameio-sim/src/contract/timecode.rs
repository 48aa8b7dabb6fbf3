//! Conversion between frames and `HH:MM:SS:FF`, at 24 frames a second.

use serde_json::Value;

/// Frame rate of every file, because the simulator does not inspect uploads.
pub(crate) const FRAME_RATE: u64 = 24;

/// Returns the frame of a timestamp, which is a frame number from 0 or `HH:MM:SS:FF`.
pub(crate) fn frame(timestamp: &Value) -> Option<u64> {
    match timestamp {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => parse(text),
        _ => None,
    }
}

/// Parses `HH:MM:SS:FF` to a frame.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut frame = 0_u64;
    let mut fields = text.split(':');
    for (per_field, limit) in [(1, 100), (60, 60), (60, 60), (FRAME_RATE, FRAME_RATE)] {
        let field = fields.next()?;
        if field.len() != 2 || !field.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = field.parse::<u64>().ok().filter(|number| *number < limit)?;
        frame = frame * per_field + number;
    }
    fields.next().is_none().then_some(frame)
}

/// Formats a frame as `HH:MM:SS:FF`.
pub(crate) fn text(frame: u64) -> String {
    let (seconds, frames) = (frame / FRAME_RATE, frame % FRAME_RATE);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}:{frames:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn frames_and_timecodes_convert_to_each_other() {
        for (at, timecode) in [(0, "00:00:00:00"), (60, "00:00:02:12"), (2_073_599, "23:59:59:23")]
        {
            assert_eq!(frame(&json!(timecode)), Some(at));
            assert_eq!(text(at), timecode);
        }
    }

    #[test]
    fn invalid_timestamps_are_refused() {
        for wrong in
            ["", "1", "00:00:01", "00:60:00:00", "00:00:00:24", "0:00:00:00", "00:00:00:00:00"]
        {
            assert_eq!(frame(&json!(wrong)), None, "{wrong}");
        }
        assert_eq!(frame(&json!(-1)), None);
        assert_eq!(frame(&json!(1.5)), None);
    }
}
