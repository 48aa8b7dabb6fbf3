//! Details of a request or an asset, for the page.

use std::iter;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::page_feed::{cut, host, name_of, query};
use super::page_tree::{kind, status};
use crate::contract::timecode;
use crate::history::RecordedRequest;
use crate::shared::{Env, World};
use crate::state::{Row, State};

/// Maximum number of returned comments.
const MAX_COMMENTS: usize = 100;

/// Maximum size of a returned request body, in bytes.
const MAX_BODY_SIZE: usize = 64 * 1024;

/// Headers that are shown. Others may contain secrets.
const HEADERS: [&str; 9] = [
    "accept",
    "api-version",
    "content-length",
    "content-type",
    "if-range",
    "range",
    "traceparent",
    "user-agent",
    "x-amz-acl",
];

/// Fields of a body with secret values.
const SECRETS: [&str; 5] = ["passphrase", "password", "secret", "client_secret", "token"];

/// Returns a request by its number, or `None` if the record does not contain it.
pub(super) fn request(world: &World, number: u64) -> Option<Value> {
    let record = world.requests.get(number)?;
    let user = record.user_id.as_ref();
    Some(json!({
        "number": number,
        "operation": record.operation,
        "method": cut(record.method.as_str()),
        "path": cut(&record.path),
        "query": query(record),
        "status": record.status.map(|status| status.as_u16()),
        "response_length": record.response_length,
        "user": user.map(|id| name_of(&world.state, id.as_str())),
        "user_id": user,
        "time": record.time.to_string(),
        "duration_us": u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
        "headers": headers(&record.headers),
        "body": body(record),
    }))
}

fn headers(headers: &HeaderMap) -> Value {
    let text = |name: &str| Some(Value::from(cut(headers.get(name)?.to_str().ok()?)));
    HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?))).collect()
}

/// Returns the body without secrets, if it is JSON or a form of the sign-in.
fn body(record: &RecordedRequest) -> Option<Value> {
    if record.body.is_empty() || record.body.len() > MAX_BODY_SIZE {
        return None;
    }
    if let Ok(mut json) = serde_json::from_slice(&record.body) {
        mask(&mut json);
        return Some(json);
    }
    let content_type = record.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = content_type.is_some_and(|it| it.contains("x-www-form-urlencoded"));
    let text = std::str::from_utf8(&record.body).ok().filter(|_| is_form)?;
    // Forms of IMS are recorded without their secrets; other forms may contain any.
    record.operation.is_some_and(|it| it.starts_with("ims.")).then(|| text.into())
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (name, value) in fields {
                if SECRETS.contains(&name.as_str()) && !value.is_null() {
                    *value = "***".into();
                } else {
                    mask(value);
                }
            }
        }
        // Any part of a URL but its host may be secret, such as the path of a webhook's URL.
        Value::String(text) if text.starts_with("https://") || text.starts_with("http://") => {
            *text = host(text).map_or_else(|| "***".to_owned(), |host| format!("{host}/***"));
        }
        _ => {}
    }
}

/// Returns a node of the tree.
pub(super) fn asset(env: &Env, state: &State, id: &str) -> Option<Value> {
    let row = row(state, id)?;
    let head = state.versions.get(id).and_then(|versions| state.files.get(versions.last()?));
    let file = head.or_else(|| state.files.get(id));
    let places: Vec<Value> = iter::successors(parent(state, row), |row| parent(state, row))
        .map(|row| json!({"kind": kind(state, row), "id": row.id(), "name": name(state, row)}))
        .collect();
    let mut asset = json!({
        "id": id,
        "kind": kind(state, row),
        "name": name(state, row),
        "creator": name_of(state, &row.creator),
        "created_at": row.text("created_at"),
        "updated_at": row.text("updated_at"),
        "places": places,
    });
    if let Some(file) = file {
        asset["status"] = status(env, state, file.id()).into();
        asset["size"] = file.field("file_size").clone();
        asset["media_type"] = cut(file.text("media_type")).into();
        let of_file = state.comments.values().filter(|row| row.text("file_id") == file.id());
        let comments = of_file.take(MAX_COMMENTS).map(|row| comment(state, row));
        asset["comments"] = comments.collect();
    }
    Some(asset)
}

fn comment(state: &State, row: &Row) -> Value {
    let replies = state.replies.values().filter(|reply| reply.text("comment_id") == row.id());
    json!({
        "id": row.id(),
        "user": name_of(state, &row.creator),
        "text": cut(row.text("text")),
        "timecode": row.field("timestamp").as_u64().map(timecode::text),
        "is_completed": !row.field("completed_at").is_null(),
        "created_at": row.text("created_at"),
        "replies": replies.count(),
    })
}

fn row<'s>(state: &'s State, id: &str) -> Option<&'s Row> {
    state.accounts.get(id).or_else(|| state.record(id))
}

/// Returns the parent of a record. The parent of an asset in a root folder is the project.
fn parent<'s>(state: &'s State, row: &Row) -> Option<&'s Row> {
    let parent = ["parent_id", "project_id", "workspace_id", "account_id"].into_iter();
    let parent = parent.map(|name| row.text(name)).find(|id| !id.is_empty())?;
    let found = self::row(state, parent).filter(|found| found.id() != row.id())?;
    let is_root = found.text("type") == "folder" && found.field("parent_id").is_null();
    if is_root { state.projects.get(found.text("project_id")) } else { Some(found) }
}

fn name(state: &State, row: &Row) -> String {
    let is_account = state.accounts.contains_key(row.id());
    cut(row.text(if is_account { "display_name" } else { "name" }))
}
