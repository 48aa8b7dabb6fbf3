//! Comments on files.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{OperationHandler, uploads};
use crate::contract::timecode;
use crate::operations::context::RequestContext;
use crate::operations::page::page_by;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Actor, Row, State, Table, attachment_ids, insert, new_id};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("comments.index", index),
    OperationHandler::new("comments.show", show),
    OperationHandler::new("comments.create", create),
    OperationHandler::new("comments.update", update),
    OperationHandler::new("comments.delete", delete),
    OperationHandler::new("comments.create_attachment", create_attachment),
    OperationHandler::new("comments.delete_attachment", delete_attachment),
];

/// Maximum number of attachments of a comment.
const MAX_ATTACHMENTS: usize = 6;

fn index(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?.id();
    let rows = state.comments.values().filter(|row| row.text("file_id") == file).collect();
    let key = |row: &&Row, field: &str| match field {
        "owner" => state.person(&row.creator)["name"].clone(),
        _ => row.field(field).clone(),
    };
    page_by(ctx, rows, key, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let comment = ctx.find(&state.comments, "comment_id")?;
    Ok(Reply::ok(render(state, ctx, comment)))
}

fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?.id();
    let mut comment = changed(blank(file), ctx)?;
    let (attachments, upload_urls) = attach(state, ctx);
    comment["attachments"] = attachments.into();
    let id = insert(&mut state.comments, ctx.actor(), comment);
    record_event(state, ctx, "comment.created", &id);
    let mut answer = render(state, ctx, &state.comments[&id]);
    for (attachment, urls) in upload_urls.into_iter().enumerate() {
        answer["attachments"][attachment]["upload_urls"] = urls;
    }
    Ok(Reply::created(answer))
}

/// Returns the fields of a comment on a file, with their defaults.
pub(crate) fn blank(file: &str) -> Value {
    json!({
        "file_id": file,
        "anchor": null,
        "annotation": null,
        "completed_at": null,
        "completer_id": null,
        "duration": null,
        "links": [],
        "mentions": [],
        "page": null,
        "text_edited_at": null,
        "text_review_annotation": null,
        "timestamp": null,
    })
}

/// Adds a comment that was not created by the API.
pub(super) fn add(state: &mut State, actor: Actor<'_>, file: &str, text: &str) {
    let mut comment = blank(file);
    comment["text"] = text.into();
    comment["attachments"] = json!([]);
    let id = insert(&mut state.comments, actor, comment);
    let project = state.files.get(file).map(|file| file.text("project_id").to_owned());
    state.record_event(actor, "comment.created", ("comment", &id), &project.unwrap_or_default());
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let comment = ctx.find(&state.comments, "comment_id")?;
    let was_completed = !comment.field("completed_at").is_null();
    let mut comment = changed(comment.fields.clone().into(), ctx)?;
    if ctx.data.contains_key("text") {
        comment["text_edited_at"] = ctx.now.to_string().into();
    }
    let is_completed = !comment["completed_at"].is_null();
    let Value::Object(fields) = comment else { return show(state, ctx) };
    let comment = ctx.find_mut(&mut state.comments, "comment_id")?;
    comment.update(fields, ctx.now);
    let id = comment.id().to_owned();
    if ctx.data.keys().any(|name| name != "completed") {
        record_event(state, ctx, "comment.updated", &id);
    }
    match (was_completed, is_completed) {
        (false, true) => record_event(state, ctx, "comment.completed", &id),
        (true, false) => record_event(state, ctx, "comment.uncompleted", &id),
        _ => {}
    }
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let id = ctx.find(&state.comments, "comment_id")?.id().to_owned();
    record_event(state, ctx, "comment.deleted", &id);
    if let Some(comment) = state.comments.shift_remove(&id) {
        attachment_ids(&comment).for_each(|id| state.uploads.remove(id));
        state.replies.retain(|_, reply| reply.text("comment_id") != id);
    }
    Ok(Reply::NO_CONTENT)
}

fn create_attachment(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let mut attachments = attachments(ctx.find(&state.comments, "comment_id")?);
    if attachments.len() >= MAX_ATTACHMENTS {
        let detail =
            format!("the comment already has the maximum of {MAX_ATTACHMENTS} attachments");
        return Err(Failure::invalid("/data", detail));
    }
    let (mut attachment, urls) = uploads::begin_attachment(state, ctx, &ctx.data.clone().into());
    attachments.push(attachment.clone());
    attach_to(state, ctx, attachments)?;
    attachment["upload_urls"] = urls;
    Ok(Reply::created(attachment))
}

fn delete_attachment(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let mut attachments = attachments(ctx.find(&state.comments, "comment_id")?);
    let id = ctx.arg("attachment_id");
    let before = attachments.len();
    attachments.retain(|attachment| attachment["id"] != id);
    if attachments.len() == before {
        let detail = "the comment has no such attachment";
        return Err(Failure::new(StatusCode::NOT_FOUND, detail));
    }
    state.uploads.remove(id);
    attach_to(state, ctx, attachments)?;
    Ok(Reply::NO_CONTENT)
}

fn attachments(comment: &Row) -> Vec<Value> {
    comment.field("attachments").as_array().cloned().unwrap_or_default()
}

/// Replaces the attachments of a comment.
fn attach_to(
    state: &mut State,
    ctx: &RequestContext<'_>,
    attachments: Vec<Value>,
) -> Result<(), Failure> {
    let comment = ctx.find_mut(&mut state.comments, "comment_id")?;
    comment.update([("attachments".to_owned(), attachments.into())].into_iter().collect(), ctx.now);
    let id = comment.id().to_owned();
    record_event(state, ctx, "comment.updated", &id);
    Ok(())
}

/// Records a change of an existing comment.
fn record_event(state: &mut State, ctx: &RequestContext<'_>, kind: &'static str, id: &str) {
    let file = state.comments.get(id).and_then(|comment| state.files.get(comment.text("file_id")));
    let project = file.map_or("", |file| file.text("project_id")).to_owned();
    state.record_event(ctx.actor(), kind, ("comment", id), &project);
}

/// Overwrites the fields of a comment that are in the body, including null values.
fn changed(mut comment: Value, ctx: &RequestContext<'_>) -> Result<Value, Failure> {
    for (name, value) in &ctx.data {
        match name.as_str() {
            "attachments" => {}
            "completed" if value.as_bool() == Some(true) => {
                comment["completed_at"] = ctx.now.to_string().into();
                comment["completer_id"] = ctx.user_id.into();
            }
            "completed" => {
                comment["completed_at"] = Value::Null;
                comment["completer_id"] = Value::Null;
            }
            "timestamp" => comment[name] = timecode::frame(value).into(),
            "text_review_annotation" => comment[name] = review(&comment[name], value)?,
            _ => comment[name] = value.clone(),
        }
    }
    if ctx.data.contains_key("links") {
        let text = comment["text"].as_str().unwrap_or_default().to_owned();
        for link in comment["links"].as_array_mut().into_iter().flatten() {
            link["text"] = linked(&text, link).into();
        }
    }
    if !comment["duration"].is_null() && comment["timestamp"].is_null() {
        return Err(Failure::invalid("/data/duration", "requires a timestamp"));
    }
    Ok(comment)
}

/// Keys of a text review.
const REVIEW: [&str; 4] =
    ["bounds", "selection_text", "suggested_text", "text_review_annotation_type"];

/// Merges the keys of an update into a text review, which must be complete afterwards.
fn review(old: &Value, new: &Value) -> Result<Value, Failure> {
    let mut review = old.as_object().cloned().unwrap_or_default();
    review.extend(new.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
    let missing = REVIEW.into_iter().find(|name| !review.contains_key(*name));
    match missing {
        Some(name) => {
            let pointer = format!("/data/text_review_annotation/{name}");
            Err(Failure::invalid(&pointer, "is missing, and the comment has no current value"))
        }
        None => Ok(review.into()),
    }
}

/// Returns the text of a link.
fn linked(text: &str, link: &Value) -> String {
    let index = |name: &str| link[name].as_u64().and_then(|i| usize::try_from(i).ok());
    let (start, end) = (index("start_index").unwrap_or(0), index("end_index").unwrap_or(0));
    text.chars().take(end).skip(start).collect()
}

/// Starts the uploads of attachments; returns their records and their upload URLs, which only this
/// response contains.
fn attach(state: &mut State, ctx: &RequestContext<'_>) -> (Vec<Value>, Vec<Value>) {
    let (mut stored, mut upload_urls) = (Vec::new(), Vec::new());
    for attachment in ctx.field("attachments").as_array().into_iter().flatten() {
        let (record, urls) = uploads::begin_attachment(state, ctx, attachment);
        stored.push(record);
        upload_urls.push(urls);
    }
    (stored, upload_urls)
}

fn render(state: &State, ctx: &RequestContext<'_>, comment: &Row) -> Value {
    let mut comment_json = Value::from(comment.fields.clone());
    if let Some(frame) = comment.field("timestamp").as_u64()
        && ctx.query.flag("timestamp_as_timecode")
    {
        comment_json["timestamp"] = timecode::text(frame).into();
    }
    if ctx.query.includes("owner") {
        comment_json["owner"] = state.person(&comment.creator);
    }
    if ctx.query.includes("replies") {
        let replies = state.replies.values();
        let replies = replies.filter(|reply| reply.text("comment_id") == comment.id());
        comment_json["replies"] = replies.map(|reply| reply_to(comment, reply)).collect();
    }
    comment_json
}

/// Renders a reply, which like at the service is a comment with the same timestamp.
fn reply_to(comment: &Row, reply: &Row) -> Value {
    let mut fields = reply.fields.clone();
    fields.remove("comment_id");
    fields.insert("file_id".to_owned(), comment.field("file_id").clone());
    fields.insert("timestamp".to_owned(), comment.field("timestamp").clone());
    fields.into()
}

/// Adds a reply, which the API cannot create; returns `None` for an unknown comment.
pub(crate) fn reply(
    state: &mut State,
    comment_id: &str,
    user: &str,
    text: String,
    now: Timestamp,
) -> Option<String> {
    let comment = state.comments.get(comment_id)?;
    let actor = Actor { account: &comment.account, user, now };
    let mut reply = blank(comment.text("file_id"));
    reply["comment_id"] = comment_id.into();
    reply["text"] = text.into();
    reply["attachments"] = json!([]);
    Some(insert(&mut state.replies, actor, reply))
}

/// Removes the comments of files from the table, but not their uploads.
pub(super) fn take(state: &mut State, is_of: impl Fn(&str) -> bool) -> Table {
    let (taken, kept) = std::mem::take(&mut state.comments)
        .into_iter()
        .partition(|(_, comment)| is_of(comment.text("file_id")));
    state.comments = kept;
    taken
}

/// Copies the comments of a file to another, with their attachments.
pub(super) fn copy(state: &mut State, from: &str, to: &str) {
    let of_file = state.comments.values().filter(|comment| comment.text("file_id") == from);
    let copies: Vec<Row> = of_file.cloned().collect();
    for mut copy in copies {
        let id = new_id();
        let replies = state.replies.values();
        let replies = replies.filter(|reply| reply.text("comment_id") == copy.id());
        let replies: Vec<Row> = replies.cloned().collect();
        for mut reply in replies {
            let new = new_id();
            for (name, value) in [("id", &*new), ("comment_id", &id), ("file_id", to)] {
                reply.fields.insert(name.to_owned(), value.into());
            }
            state.replies.insert(new, reply);
        }
        copy.fields.insert("id".to_owned(), id.clone().into());
        copy.fields.insert("file_id".to_owned(), to.into());
        let attachments = copy.fields.get_mut("attachments").and_then(Value::as_array_mut);
        for attachment in attachments.into_iter().flatten() {
            let new = new_id();
            state.uploads.copy(attachment["id"].as_str().unwrap_or_default(), &new);
            attachment["id"] = new.into();
        }
        state.comments.insert(id, copy);
    }
}
