//! The frame rate and the start timecode of a local media file, read by ffprobe.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use frameio::markers::Timing;
use frameio::markers::timecode::Rate;
use serde_json::Value;

use crate::exit::{Failure, Status, io_reason};

const ENTRIES: &str = "stream=codec_type,r_frame_rate:stream_tags=timecode:format_tags=timecode";

/// Runs ffprobe.
pub(super) fn run(path: &Path) -> Result<Timing, Failure> {
    let refuse = |error: String| Failure::value("--probe", path.display(), error);
    // An absolute path is neither an option nor an address for ffprobe. A canonical one would have a
    // prefix on Windows that few programs accept.
    let absolute = path.metadata().and_then(|_| std::path::absolute(path));
    let path = absolute.map_err(|error| refuse(io_reason(&error)))?;
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", ENTRIES, "-of", "json", "-i"])
        .arg(&path)
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let message = "'--probe' needs ffprobe, which is not installed; set '--fps' and \
                               '--start-tc'";
                Failure::usage(message)
            }
            _ => Failure::new(Status::Other, format!("cannot run ffprobe: {}", io_reason(&error))),
        })?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let line = error.lines().next().unwrap_or("ffprobe failed").to_owned();
        return Err(refuse(line));
    }
    let report = serde_json::from_slice(&output.stdout)
        .map_err(|error| refuse(format!("unexpected output of ffprobe: {error}")))?;
    timing(&report).map_err(refuse)
}

/// Reads the report of ffprobe. The timecode is a tag of a stream or of the file.
fn timing(report: &Value) -> Result<Timing, String> {
    let streams = || report["streams"].as_array().into_iter().flatten();
    let video = streams().find(|stream| stream["codec_type"] == "video");
    let rate = video.and_then(|stream| stream["r_frame_rate"].as_str());
    let mut timing = Timing::default();
    timing.rate = match rate {
        Some(rate) => Some(rate.parse::<Rate>().map_err(|error| error.to_string())?),
        None => None,
    };
    let mut tags = streams().chain([&report["format"]]).map(|holder| &holder["tags"]["timecode"]);
    timing.start_timecode = tags.find_map(Value::as_str).map(str::to_owned);
    Ok(timing)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_rates_of_video_and_timecodes_of_any_stream() {
        let report = json!({
            "streams": [
                {"codec_type": "audio", "r_frame_rate": "0/0"},
                {"codec_type": "video", "r_frame_rate": "30000/1001"},
                {"codec_type": "data", "r_frame_rate": "0/0", "tags": {"timecode": "01:00:00;00"}},
            ],
            "format": {},
        });
        let timing = timing(&report).unwrap();
        assert_eq!(timing.rate, Some(Rate::FPS_29_97));
        assert_eq!(timing.start_timecode.as_deref(), Some("01:00:00;00"));
        let sound =
            super::timing(&json!({"format": {"tags": {"timecode": "10:00:00:00"}}})).unwrap();
        assert_eq!((sound.rate, sound.start_timecode.as_deref()), (None, Some("10:00:00:00")));
    }
}
