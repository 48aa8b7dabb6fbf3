//! `.fiojson`, the file that Frame.io's extension for Final Cut Pro reads.
//!
//! **Imported by** that extension and MarkerToolbox.
//!
//! **Lost**: colours, attachments, links, and names of markers. It is the only format that marks internal comments.
//!
//! **Not tried here**: the extension itself. Field names follow a file that Frame.io V4 exported. Signed
//! addresses, which such files contain, are not read.

use frameio_timecode::{Rounding, Timecode};
use serde::Serialize;
use serde_json::Value;

use crate::error::{ReadError, ReadErrorKind, WriteError};
use crate::formats::table::{self, invalid};
use crate::formats::{comments, json_text};
use crate::input::{self, Found};
use crate::loss::{LossKind, OutputFile};
use crate::model::{Author, MarkerList, Media};
use crate::options::ReadOptions;
use crate::plan::{Placed, Plan};

#[derive(Serialize)]
struct File<'a> {
    asset: Asset<'a>,
    comments: Vec<Comment<'a>>,
}

#[derive(Serialize)]
struct Asset<'a> {
    id: Option<&'a str>,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    filetype: Option<&'a str>,
    fps: f64,
    frames: Option<i64>,
    duration: Option<f64>,
    timecode: Option<&'a str>,
    comment_count: usize,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Metadata {
    timecode: String,
    source_timecode: String,
    blob: Blob,
}

#[derive(Serialize)]
struct Blob {
    fps: f64,
    width: Option<u32>,
    height: Option<u32>,
}

#[derive(Serialize)]
struct Owner<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    id: Option<&'a str>,
    name: String,
    avatar_color: &'static str,
}

#[derive(Serialize)]
struct Comment<'a> {
    #[serde(rename = "_type")]
    kind: &'static str,
    id: Option<&'a str>,
    parent_id: Option<&'a str>,
    asset_id: Option<&'a str>,
    owner_id: Option<&'a str>,
    owner: Option<Owner<'a>>,
    anonymous_user_id: Option<&'a str>,
    text: &'a str,
    frame: Option<f64>,
    timestamp: Option<f64>,
    timestamp_microseconds: Option<i64>,
    duration: Option<f64>,
    completed: bool,
    completed_at: Option<String>,
    completer_id: Option<&'a str>,
    annotation: Option<&'a str>,
    /// Null if the source does not say.
    private: Option<bool>,
    page: Option<u32>,
    has_replies: bool,
    comment_entities: [(); 0],
    like_count: u32,
    read_count: u32,
    review_link_id: Option<&'a str>,
    inserted_at: Option<String>,
    updated_at: Option<String>,
    text_edited_at: Option<String>,
    deleted_at: Option<String>,
}

pub(crate) fn write(plan: &mut Plan<'_>) -> Result<Vec<OutputFile>, WriteError> {
    let placed = plan.by_time();
    let mut list = Vec::new();
    for placed in &placed {
        if placed.marker.annotated && placed.marker.annotation.is_none() {
            plan.lose(placed.marker, LossKind::Annotation, "the drawing: left out");
        }
        list.push(root(plan.media, placed));
        let parent = placed.marker.id.as_deref();
        for reply in &placed.marker.replies {
            list.push(Comment {
                id: reply.id.as_deref(),
                parent_id: parent,
                text: &reply.text,
                private: reply.internal,
                inserted_at: reply.created_at.map(json_text::time),
                updated_at: reply.updated_at.or(reply.created_at).map(json_text::time),
                text_edited_at: reply.edited_at.map(json_text::time),
                ..message(plan.media, Some(&reply.author))
            });
        }
    }
    let file = File { asset: asset(plan, list.len())?, comments: list };
    Ok(vec![OutputFile::new("fiojson", json_text::compact(&file)?)])
}

fn asset<'a>(plan: &Plan<'a>, comment_count: usize) -> Result<Asset<'a>, WriteError> {
    let media = plan.media;
    // Six decimals, as in files of Frame.io.
    let fps = media.rate().scaled(1_000_000) as f64 / 1e6;
    let micros = |frames| media.rate().time_of(frames, 1_000_000, Rounding::Nearest);
    let timecode = plan.label(0)?;
    Ok(Asset {
        id: media.id.as_deref(),
        name: &media.name,
        kind: "file",
        filetype: media.media_type.as_deref(),
        fps,
        frames: media.frames,
        duration: media.frames.map(|frames| micros(frames) as f64 / 1e6),
        timecode: None,
        comment_count,
        metadata: Metadata {
            timecode: timecode.clone(),
            source_timecode: timecode,
            blob: Blob {
                fps,
                width: media.size.map(|size| size.0),
                height: media.size.map(|size| size.1),
            },
        },
    })
}

/// A message without content.
fn message<'a>(media: &'a Media, author: Option<&'a Author>) -> Comment<'a> {
    let owner = author.and_then(|author| {
        author.name.as_ref()?;
        // A guessed name is marked.
        let name = author.display();
        let id = author.id.as_deref();
        Some(Owner { kind: "user", id, name, avatar_color: "aqua" })
    });
    Comment {
        kind: "comment",
        id: None,
        parent_id: None,
        asset_id: media.id.as_deref(),
        owner_id: author.and_then(|author| author.id.as_deref()),
        owner,
        anonymous_user_id: author.and_then(|author| author.visitor_id.as_deref()),
        text: "",
        frame: None,
        timestamp: None,
        timestamp_microseconds: None,
        duration: None,
        completed: false,
        completed_at: None,
        completer_id: None,
        annotation: None,
        private: None,
        page: None,
        has_replies: false,
        comment_entities: [],
        like_count: 0,
        read_count: 0,
        review_link_id: None,
        inserted_at: None,
        updated_at: None,
        text_edited_at: None,
        deleted_at: None,
    }
}

fn root<'a>(media: &'a Media, placed: &Placed<'a>) -> Comment<'a> {
    let marker = placed.marker;
    let frame = placed.frame.map(|frame| frame as f64);
    // The service stores the end of the frame, rounded down.
    let end =
        |frame: i64| media.rate().time_of(frame.saturating_add(1), 1_000_000, Rounding::Floor);
    Comment {
        id: marker.id.as_deref(),
        text: &marker.text,
        frame,
        timestamp: frame,
        timestamp_microseconds: placed.frame.map(end),
        duration: placed.length.map(|length| length as f64),
        completed: marker.completed,
        completed_at: marker.completed_at.map(json_text::time),
        completer_id: marker.completer_id.as_deref(),
        annotation: marker.annotation.as_deref(),
        private: marker.internal,
        page: marker.page,
        has_replies: !marker.replies.is_empty(),
        inserted_at: marker.created_at.map(json_text::time),
        updated_at: marker.updated_at.or(marker.created_at).map(json_text::time),
        text_edited_at: marker.edited_at.map(json_text::time),
        ..message(media, marker.author.as_ref())
    }
}

pub(crate) fn read(text: &str, options: &ReadOptions) -> Result<MarkerList, ReadError> {
    let root: Value = json_text::parse(text)?;
    let asset = &root["asset"];
    let Some(items) = root["comments"].as_array() else {
        return Err(invalid("there is no list 'comments'"));
    };
    input::check_count(items.len(), options)?;
    let rate = match asset["fps"].as_f64() {
        Some(fps) => Some(
            frameio_timecode::Rate::snap_f64(fps)
                .map_err(|error| ReadError::new(ReadErrorKind::Rate, error.to_string()))?,
        ),
        None => None,
    };
    let timecode = ["source_timecode", "timecode"]
        .iter()
        .find_map(|name| asset["metadata"][name].as_str())
        .or_else(|| asset["timecode"].as_str());
    let used = options.rate.or(rate);
    let start = match (timecode, used) {
        (Some(text), Some(rate)) => Timecode::parse(text, rate, options.drop_frame).ok(),
        _ => None,
    };
    let found = Found {
        rate,
        drop_frame: start.map(|start| start.timebase().is_drop_frame()),
        start: start.map(Timecode::frame),
        name: comments::string(asset, "name"),
    };
    let mut list = input::list(&found, options)?;
    let media = &mut list.media;
    media.id = comments::string(asset, "id");
    media.media_type = comments::string(asset, "filetype");
    media.frames =
        asset["frames"].as_f64().filter(|frames| *frames > 0.0).map(|frames| frames as i64);
    let side = |name: &str| u32::try_from(asset["metadata"]["blob"][name].as_u64()?).ok();
    media.size = side("width").zip(side("height"));
    let mut messages = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        if item["deleted_at"].is_string() {
            continue;
        }
        messages.push(comments::read(item, &list.media, at + 1)?);
    }
    table::assemble(&mut list, messages);
    Ok(list)
}
