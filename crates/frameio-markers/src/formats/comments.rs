//! Comments as JSON of Frame.io: the list of the API, and those of `.fiojson`.

use frameio_timecode::{DropFrame, Timecode};
use jiff::Timestamp;
use serde_json::Value;

use crate::error::ReadError;
use crate::formats::table::{Message, invalid};
use crate::model::{Attachment, Author, Marker, Media, Reply};
use crate::text::normalize_lines;
use crate::thread;

/// Reads a comment with its replies. `at` is its number, for errors.
pub(crate) fn read(value: &Value, media: &Media, at: usize) -> Result<Message, ReadError> {
    let id = string(value, "id");
    let named = || id.clone().map_or_else(|| format!("comment {at}"), |id| format!("comment {id}"));
    if !value.is_object() {
        return Err(invalid(format!("{} is not an object", named())));
    }
    let frame = frames(value, "timestamp", media)
        .or_else(|reason| match value["frame"].is_number() {
            true => frames(value, "frame", media),
            false => Err(reason),
        })
        .map_err(|reason| invalid(format!("{}: {reason}", named())))?;
    let length = frames(value, "duration", media)
        .map_err(|reason| invalid(format!("{}: {reason}", named())))?;
    let completed_at = time(value, "completed_at");
    let mut marker = Marker {
        frame,
        length: length.filter(|length| *length > 0),
        author: Some(author(value)),
        text: normalize_lines(value["text"].as_str().unwrap_or_default()),
        completed: value["completed"].as_bool().unwrap_or(completed_at.is_some()),
        completed_at,
        completer_id: string(value, "completer_id"),
        attachments: attachments(value),
        links: links(value),
        annotation: annotation(value),
        internal: value["private"].as_bool(),
        page: value["page"].as_u64().and_then(|page| u32::try_from(page).ok()),
        created_at: time(value, "created_at").or_else(|| time(value, "inserted_at")),
        edited_at: time(value, "text_edited_at"),
        updated_at: time(value, "updated_at"),
        ..Marker::default()
    };
    marker.id = id;
    marker.annotated = marker.annotation.is_some();
    marker.replies = value["replies"].as_array().into_iter().flatten().map(reply).collect();
    marker.replies.sort_by_key(|reply| reply.created_at);
    Ok(Message { marker, parent: string(value, "parent_id") })
}

fn reply(value: &Value) -> Reply {
    Reply {
        id: string(value, "id"),
        author: author(value),
        text: normalize_lines(value["text"].as_str().unwrap_or_default()),
        attachments: attachments(value),
        internal: value["private"].as_bool(),
        created_at: time(value, "created_at").or_else(|| time(value, "inserted_at")),
        edited_at: time(value, "text_edited_at"),
        updated_at: time(value, "updated_at"),
    }
}

pub(crate) fn string(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

fn time(value: &Value, name: &str) -> Option<Timestamp> {
    value[name].as_str()?.parse().ok()
}

/// A number of frames, also as `408.0`; a timecode counts from the start of the file.
fn frames(value: &Value, name: &str, media: &Media) -> Result<Option<i64>, String> {
    let value = &value[name];
    if value.is_null() {
        return Ok(None);
    }
    let whole = value.as_i64().or_else(|| {
        let float = value.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
    });
    match (whole, value.as_str()) {
        (Some(frame), _) if frame >= 0 => Ok(Some(frame)),
        (_, Some(text)) => {
            let base = media.timebase;
            let mode = if base.is_drop_frame() { DropFrame::On } else { DropFrame::Auto };
            let label = Timecode::parse(text, base.rate(), mode);
            label.map(|label| Some(label.frame())).map_err(|error| error.to_string())
        }
        _ => Err(format!("'{name}' is not a frame number")),
    }
}

fn author(value: &Value) -> Author {
    let owner = &value["owner"];
    let name = string(owner, "name").filter(|name| !name.trim().is_empty());
    let author = name.map_or_else(Author::unknown, |name| thread::author(&name));
    Author {
        id: string(owner, "id").or_else(|| string(value, "owner_id")),
        visitor_id: string(value, "anonymous_user_id"),
        ..author
    }
}

/// Names only: addresses of attachments are signed.
fn attachments(value: &Value) -> Vec<Attachment> {
    let list = value["attachments"].as_array().into_iter().flatten();
    list.map(|attachment| {
        let name = attachment["name"].as_str().or_else(|| attachment["file_name"].as_str());
        Attachment::new(name.unwrap_or("attachment"))
    })
    .collect()
}

fn links(value: &Value) -> Vec<String> {
    let list = value["links"].as_array().into_iter().flatten();
    list.filter_map(|link| link.as_str().or_else(|| link["url"].as_str()).map(str::to_owned))
        .collect()
}

fn annotation(value: &Value) -> Option<String> {
    match &value["annotation"] {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Null | Value::String(_) => None,
        other => Some(other.to_string()),
    }
}
