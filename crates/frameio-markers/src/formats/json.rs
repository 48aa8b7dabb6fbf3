//! JSON with everything that is known, for programs.
//!
//! **Imported by** this crate and programs of your own. The reader also takes responses of the Frame.io API
//! (`{"data": […]}` with `include=owner,replies`, or the list alone), which need a rate.
//!
//! **Lost**: nothing.

use frameio_timecode::{Rate, Rounding, Timebase};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{ReadError, ReadErrorKind, WriteError};
use crate::formats::table::{self, invalid};
use crate::formats::{comments, json_text};
use crate::input::{self, Found};
use crate::loss::OutputFile;
use crate::model::{Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::{Placed, Plan};

#[derive(Serialize)]
struct File<'a> {
    version: u32,
    media: JsonMedia,
    markers: Vec<Row<'a>>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct JsonMedia {
    name: String,
    frame_rate: String,
    drop_frame: bool,
    start_timecode: String,
    start_frame: i64,
    frames: Option<i64>,
    width: Option<u32>,
    height: Option<u32>,
    id: Option<String>,
    url: Option<String>,
    media_type: Option<String>,
    version: Option<u32>,
    project: Option<String>,
    team: Option<String>,
}

/// A marker with what a program would have to calculate.
#[derive(Serialize)]
struct Row<'a> {
    timecode_in: Option<String>,
    timecode_out: Option<String>,
    seconds: Option<String>,
    #[serde(flatten)]
    marker: std::borrow::Cow<'a, Marker>,
}

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let media = plan.media;
    let file = File {
        version: 1,
        media: JsonMedia {
            name: media.name.clone(),
            frame_rate: media.rate().to_string(),
            drop_frame: media.timebase.is_drop_frame(),
            start_timecode: media.timecode(0).wrapped().to_string(),
            start_frame: media.start,
            frames: media.frames,
            width: media.size.map(|size| size.0),
            height: media.size.map(|size| size.1),
            id: media.id.clone(),
            url: media.url.clone(),
            media_type: media.media_type.clone(),
            version: media.version,
            project: media.project.clone(),
            team: media.team.clone(),
        },
        markers: plan.placed.iter().map(|placed| row(plan, *placed)).collect(),
    };
    let mut json = json_text::indented(&file)?;
    json.push(b'\n');
    Ok(vec![OutputFile::new("json", json)])
}

fn row<'a>(plan: &Plan<'a>, placed: Placed<'a>) -> Row<'a> {
    let label = |frame: i64| plan.media.timecode(frame).to_string();
    let marker = if placed.frame == placed.marker.frame {
        std::borrow::Cow::Borrowed(placed.marker)
    } else {
        std::borrow::Cow::Owned(Marker { frame: placed.frame, ..placed.marker.clone() })
    };
    Row {
        timecode_in: placed.frame.map(label),
        timecode_out: placed
            .frame
            .map(|frame| label(frame.saturating_add(placed.length.unwrap_or(1)))),
        seconds: placed.frame.map(|frame| seconds(plan.media.rate(), frame)),
        marker,
    }
}

/// Seconds with six decimals.
pub(crate) fn seconds(rate: Rate, frame: i64) -> String {
    let micros = rate.time_of(frame, 1_000_000, Rounding::Nearest);
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let mut root: Value = json_text::parse(text)?;
    let list = match &mut root {
        Value::Array(items) => std::mem::take(items),
        Value::Object(object) if object.contains_key("markers") => return own(root, options),
        Value::Object(object) => match object.remove("data") {
            Some(Value::Array(items)) => items,
            Some(item @ Value::Object(_)) => vec![item],
            _ => return Err(invalid("neither 'markers' nor 'data' is a list")),
        },
        _ => return Err(invalid("the document is neither an object nor a list")),
    };
    input::check_count(list.len(), options)?;
    let mut markers = input::list(&Found::default(), options)?;
    markers.media.id = list.first().and_then(|item| comments::string(item, "file_id"));
    let mut messages = Vec::with_capacity(list.len());
    for (at, item) in list.iter().enumerate() {
        messages.push(comments::read(item, &markers.media, at + 1)?);
    }
    table::assemble(&mut markers, messages);
    Ok(markers)
}

/// Reads what [`write`] wrote.
fn own(mut root: Value, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let fail = |error: serde_json::Error| invalid(error.to_string());
    let media: JsonMedia = serde_json::from_value(root["media"].take()).map_err(fail)?;
    let markers: Vec<Value> = serde_json::from_value(root["markers"].take()).map_err(fail)?;
    input::check_count(markers.len(), options)?;
    let rate = match media.frame_rate.as_str() {
        "" => None,
        text => Some(
            text.parse::<Rate>()
                .map_err(|error| ReadError::new(ReadErrorKind::Rate, error.to_string()))?,
        ),
    };
    let drop_frame = rate.and_then(|rate| Timebase::new(rate, media.drop_frame).ok());
    let found = Found {
        rate,
        drop_frame: drop_frame.map(Timebase::is_drop_frame),
        start: Some(media.start_frame),
        name: Some(media.name),
    };
    let mut list = input::list(&found, options)?;
    list.media.frames = media.frames;
    list.media.size = media.width.zip(media.height);
    list.media.id = media.id;
    list.media.url = media.url;
    list.media.media_type = media.media_type;
    list.media.version = media.version;
    list.media.project = media.project;
    list.media.team = media.team;
    for (at, marker) in markers.into_iter().enumerate() {
        let marker = serde_json::from_value(marker)
            .map_err(|error| invalid(format!("marker {}: {error}", at + 1)))?;
        list.markers.push(marker);
    }
    Ok(list)
}
