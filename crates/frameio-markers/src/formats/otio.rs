//! OpenTimelineIO: a timeline with one clip that has the markers.
//!
//! **Imported by** recent versions of Resolve and Premiere Pro, and by every tool that uses OpenTimelineIO.
//!
//! **Lost**: drawings, which are only marked, when and by whom a comment was completed, ids of users, and dates
//! and ids of replies. Id, author, state and dates are in `metadata.frameio`, the comment with its replies in
//! `comment`.
//!
//! **Not tried here**: whether Resolve and Premiere Pro show `comment`. OpenTimelineIO 0.18 reads the file
//! and writes an equivalent one; its own CMX 3600, xmeml and FCPXML writers drop `comment`.

use frameio_timecode::{Rate, Rounding};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::color::Palette;
use crate::error::{ReadError, ReadErrorKind, WriteError};
use crate::formats::json_text;
use crate::input::{self, Found};
use crate::loss::{LossKind, OutputFile};
use crate::model::{Author, Marker, MarkerList};
use crate::options::ReadOptions;
use crate::plan::{Event, Plan};
use crate::{text, thread};

#[derive(Serialize)]
struct Time {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    rate: f64,
    value: f64,
}

#[derive(Serialize)]
struct Range {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    start_time: Time,
    duration: Time,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Timeline {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    name: String,
    metadata: Empty,
    global_start_time: Time,
    tracks: Stack,
}

#[derive(Serialize)]
struct Stack {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    name: &'static str,
    metadata: Empty,
    source_range: Option<Range>,
    effects: [Empty; 0],
    markers: [Empty; 0],
    enabled: bool,
    children: [Track; 1],
}

#[derive(Serialize)]
struct Track {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    name: &'static str,
    kind: &'static str,
    metadata: Empty,
    source_range: Option<Range>,
    effects: [Empty; 0],
    markers: [Empty; 0],
    enabled: bool,
    children: [Clip; 1],
}

#[derive(Serialize)]
struct Clip {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    name: String,
    metadata: Empty,
    source_range: Range,
    effects: [Empty; 0],
    markers: Vec<OtioMarker>,
    enabled: bool,
    active_media_reference_key: &'static str,
    media_references: References,
}

#[derive(Serialize)]
struct References {
    #[serde(rename = "DEFAULT_MEDIA")]
    default: Missing,
}

#[derive(Serialize)]
struct Missing {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    name: String,
    metadata: Empty,
    available_range: Range,
    available_image_bounds: Option<Empty>,
}

#[derive(Serialize)]
struct OtioMarker {
    #[serde(rename = "OTIO_SCHEMA")]
    schema: &'static str,
    name: String,
    comment: String,
    color: String,
    marked_range: Range,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Metadata {
    frameio: Frameio,
}

#[derive(Serialize)]
struct Frameio {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment_id: Option<String>,
    completed: bool,
    author: Option<String>,
    created_at: Option<String>,
    has_annotation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internal: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<String>,
}

/// A point has a length of one frame.
struct Clock(f64);

impl Clock {
    /// Frames as a number: exact up to 2^53.
    fn time(&self, frames: i64) -> Time {
        Time { schema: "RationalTime.1", rate: self.0, value: frames as f64 }
    }

    fn range(&self, start: i64, frames: i64) -> Range {
        let (start_time, duration) = (self.time(start), self.time(frames));
        Range { schema: "TimeRange.1", start_time, duration }
    }
}

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let media = plan.media;
    let clock = Clock(media.rate().to_f64());
    let events = plan.events();
    let last =
        events.iter().map(|event| event.frame.saturating_add(event.length.unwrap_or(1))).max();
    let frames = media.frames.or(last).unwrap_or(1).max(1);
    let markers = events.iter().map(|event| marker(plan, event, &clock)).collect();
    let clip = Clip {
        schema: "Clip.2",
        name: media.name.clone(),
        metadata: Empty {},
        source_range: clock.range(media.start, frames),
        effects: [],
        markers,
        enabled: true,
        active_media_reference_key: "DEFAULT_MEDIA",
        media_references: References {
            default: Missing {
                schema: "MissingReference.1",
                name: media.name.clone(),
                metadata: Empty {},
                available_range: clock.range(media.start, frames),
                available_image_bounds: None,
            },
        },
    };
    let track = Track {
        schema: "Track.1",
        name: "V1",
        kind: "Video",
        metadata: Empty {},
        source_range: None,
        effects: [],
        markers: [],
        enabled: true,
        children: [clip],
    };
    let timeline = Timeline {
        schema: "Timeline.1",
        name: format!("{} comments", media.stem()),
        metadata: Empty {},
        global_start_time: clock.time(media.start),
        tracks: Stack {
            schema: "Stack.1",
            name: "tracks",
            metadata: Empty {},
            source_range: None,
            effects: [],
            markers: [],
            enabled: true,
            children: [track],
        },
    };
    Ok(vec![OutputFile::new("otio", json_text::indented(&timeline)?)])
}

fn marker<'a>(plan: &mut Plan<'a>, event: &Event<'a>, clock: &Clock) -> OtioMarker {
    let first = event.markers[0];
    let head = text::single_line(&thread::head(first));
    let (name, cut) = text::shorten(&head, plan.options.max_name);
    if cut {
        plan.lose(first, LossKind::Name, "the name was cut; the comment has all of it");
    }
    let color = plan.color(event, Palette::Otio);
    // An update at the time of another change says nothing new.
    let changes = [first.created_at, first.edited_at];
    let updated_at = first.updated_at.filter(|_| !changes.contains(&first.updated_at));
    OtioMarker {
        schema: "Marker.2",
        name: event.count(name),
        comment: event.full(),
        color: color.name().to_ascii_uppercase(),
        marked_range: clock
            .range(plan.media.start.saturating_add(event.frame), event.length.unwrap_or(1)),
        metadata: Metadata {
            frameio: Frameio {
                comment_id: first.id.clone(),
                completed: event.is_completed(),
                author: first.author.as_ref().map(Author::display),
                created_at: first.created_at.map(json_text::time),
                has_annotation: first.has_annotation(),
                edited_at: first.edited_at.map(json_text::time),
                updated_at: updated_at.map(json_text::time),
                name: first.name.clone(),
                page: first.page,
                internal: first.internal,
                links: first.links.clone(),
            },
        },
    }
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let root: Value = json_text::parse(text)?;
    let top = if root["tracks"].is_object() { &root["tracks"] } else { &root };
    let mut first = First::default();
    first.find(top, options.max_depth)?;
    let begin = [&root["global_start_time"]]
        .into_iter()
        .chain(first.start)
        .find(|time| time["rate"].is_number());
    let rate = match begin.map(|time| &time["rate"]) {
        Some(rate) => Some(
            Rate::snap_f64(rate.as_f64().unwrap_or_default())
                .map_err(|error| ReadError::new(ReadErrorKind::Rate, error.to_string()))?,
        ),
        None => None,
    };
    let used = options.rate.or(rate);
    let found = Found {
        rate,
        drop_frame: None,
        start: used.and_then(|rate| frames(begin?, rate)),
        name: first.name.or_else(|| root["name"].as_str()).map(str::to_owned),
    };
    let mut list = input::list(&found, options)?;
    let rate = list.media.rate();
    let mut owners = Vec::new();
    collect(top, 0, rate, &mut owners);
    for Owner { owner: clip, position: offset } in owners {
        let start = frames(&clip["source_range"]["start_time"], rate).unwrap_or(0);
        for value in clip["markers"].as_array().into_iter().flatten() {
            let at = list.markers.len() + 1;
            let marker =
                read_marker(value, rate, offset.saturating_sub(start)).ok_or_else(|| {
                    let reason = format!("marker {at} has no valid 'marked_range'");
                    ReadError::new(ReadErrorKind::Syntax, reason)
                })?;
            input::push(&mut list, marker, None, options)?;
        }
    }
    Ok(list)
}

/// What the first items with markers say about the file.
#[derive(Default)]
struct First<'a> {
    name: Option<&'a str>,
    /// Start that has a rate.
    start: Option<&'a Value>,
}

impl<'a> First<'a> {
    fn find(&mut self, item: &'a Value, depth: usize) -> Result<(), ReadError> {
        if depth == 0 {
            return Err(ReadError::new(ReadErrorKind::Limit, "items are nested too deeply"));
        }
        if has_markers(item) {
            let start = &item["source_range"]["start_time"];
            self.start = self.start.or(start["rate"].is_number().then_some(start));
            self.name = self.name.or(item["name"].as_str());
        }
        let mut children = item["children"].as_array().into_iter().flatten();
        children.try_for_each(|child| self.find(child, depth - 1))
    }
}

fn has_markers(item: &Value) -> bool {
    item["markers"].as_array().is_some_and(|markers| !markers.is_empty())
}

/// An item with markers.
struct Owner<'a> {
    owner: &'a Value,
    /// Frames of the timeline before the item.
    position: i64,
}

/// Finds the items that have markers, with their position in the timeline. [`First::find`] has checked the depth.
fn collect<'a>(item: &'a Value, position: i64, rate: Rate, owners: &mut Vec<Owner<'a>>) {
    let schema = item["OTIO_SCHEMA"].as_str().unwrap_or_default();
    if has_markers(item) {
        owners.push(Owner { owner: item, position });
    }
    let mut inside = position;
    for child in item["children"].as_array().into_iter().flatten() {
        collect(child, inside, rate, owners);
        let range = &child["source_range"];
        let range = if range.is_object() {
            range
        } else {
            let references = &child["media_references"];
            let key = child["active_media_reference_key"].as_str().unwrap_or("DEFAULT_MEDIA");
            &references[key]["available_range"]
        };
        let transition =
            child["OTIO_SCHEMA"].as_str().is_some_and(|schema| schema.starts_with("Transition"));
        if schema.starts_with("Track") && !transition {
            inside = inside.saturating_add(frames(&range["duration"], rate).unwrap_or(0));
        }
    }
}

/// A rational time in frames of the file.
fn frames(time: &Value, rate: Rate) -> Option<i64> {
    let value = time["value"].as_f64().filter(|value| value.abs() < 1e15)?;
    let own = Rate::snap_f64(time["rate"].as_f64()?).ok();
    match own {
        Some(own) if own != rate => {
            let micros = own.time_of(value.round() as i64, 1_000_000, Rounding::Nearest);
            Some(rate.frame_at(micros, 1_000_000, Rounding::Nearest))
        }
        _ => Some(value.round() as i64),
    }
}

fn read_marker(value: &Value, rate: Rate, offset: i64) -> Option<Marker> {
    let range = &value["marked_range"];
    let start = frames(&range["start_time"], rate)?;
    let ours = &value["metadata"]["frameio"];
    let time = |name: &str| ours[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let mut marker = Marker {
        frame: Some(start.saturating_add(offset)),
        length: frames(&range["duration"], rate).filter(|frames| *frames > 1),
        color: value["color"].as_str().and_then(|color| color.parse().ok()),
        id: ours["comment_id"].as_str().map(str::to_owned),
        created_at: time("created_at"),
        edited_at: time("edited_at"),
        updated_at: time("updated_at"),
        page: ours["page"].as_u64().and_then(|page| u32::try_from(page).ok()),
        internal: ours["internal"].as_bool(),
        ..Marker::default()
    };
    let name = value["name"].as_str().unwrap_or_default();
    let comment = value["comment"].as_str().unwrap_or_default();
    let counted = name.rfind(" (+").filter(|_| name.ends_with(')')).map(|at| &name[at..]);
    let own = ours["name"].as_str();
    match ours["author"].as_str() {
        Some(author) => {
            let label = format!("{author}{}", counted.unwrap_or_default());
            thread::unfold(&mut marker, Some(&label), comment);
        }
        None if own.is_some() && counted.is_none() => {
            let prefix = format!("{}: ", own.unwrap_or_default());
            thread::unfold_body(&mut marker, comment.strip_prefix(&prefix).unwrap_or(comment));
        }
        None if comment.is_empty() => name.clone_into(&mut marker.text),
        None => thread::unfold(&mut marker, Some(name), comment),
    }
    // Merged comments have a name with their number.
    if let Some(name) = own.filter(|_| counted.is_none()) {
        marker.name = Some(name.to_owned());
    }
    let links = ours["links"].as_array().into_iter().flatten();
    marker.links = links.filter_map(Value::as_str).map(str::to_owned).collect();
    marker.completed |= ours["completed"].as_bool().unwrap_or(false);
    marker.annotated |= ours["has_annotation"].as_bool().unwrap_or(false);
    Some(marker)
}
