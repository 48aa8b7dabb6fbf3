//! Files and their uploads.

use http::StatusCode;
use jiff::Timestamp;
use mime_guess::mime;
use serde_json::{Value, json};

use super::{Simulated, comments, folders};
use crate::query::page;
use crate::respond::{Failure, Outcome, Reply};
use crate::state::{Ctx, Row, State, Upload, insert};
use crate::{clock, media};

pub(super) const OPERATIONS: &[Simulated] = &[
    Simulated::new("files.list", list),
    Simulated::new("files.show", show),
    Simulated::new("files.show_file_upload_status", upload_status),
    Simulated::new("files.create_local_upload", create_local_upload),
    Simulated::new("files.create_remote_upload", create_remote_upload),
    Simulated::new("files.update", update),
    Simulated::new("files.delete", delete),
];

fn list(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let rows = state.files.values().filter(|row| row.text("parent_id") == folder).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?;
    Ok(Reply::ok(render(state, ctx, file)))
}

fn upload_status(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?;
    let completed_at = completed_at(state, file.id());
    Ok(Reply::ok(json!({
        "id": file.id(),
        "filetype": file.text("media_type"),
        "upload_complete": completed_at.is_some(),
        "upload_completed_at": completed_at.map(|at| at.to_string()),
        "upload_failed": false,
        "uploaded_at": completed_at.map(|at| at.to_string()),
    })))
}

fn create_local_upload(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let size = ctx.field("file_size").as_u64().unwrap_or_default();
    let sizes: Vec<u64> = media::split(size, ctx.env.part_size).collect();
    let id = add(state, ctx, size, sizes.iter().copied())?;
    let urls: Vec<Value> = (1..)
        .zip(sizes)
        .map(|(number, size)| json!({"size": size, "url": media::part_url(ctx, &id, number)}))
        .collect();
    let mut file = render(state, ctx, &state.files[&id]);
    file["upload_urls"] = urls.into();
    Ok(Reply::created(file))
}

/// Nothing is fetched: whoever runs the simulator delivers the bytes.
fn create_remote_upload(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let id = add(state, ctx, 0, [0])?;
    let status = format!("/v4/accounts/{}/files/{id}/status", ctx.account());
    let body = json!({
        "data": render(state, ctx, &state.files[&id]),
        "links": {"status": status},
    });
    Ok(Reply::whole(StatusCode::ACCEPTED, body))
}

fn update(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    ctx.find_mut(&mut state.files, "file_id")?.update(ctx.data.clone(), ctx.now);
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let id = ctx.find(&state.files, "file_id")?.id().to_owned();
    remove(state, &id);
    Ok(Reply::NO_CONTENT)
}

/// Adds a file to the folder of the path, to be uploaded in parts of `sizes`.
fn add(
    state: &mut State,
    ctx: &Ctx<'_>,
    size: u64,
    sizes: impl IntoIterator<Item = u64>,
) -> Result<String, Failure> {
    let folder = ctx.find(&state.folders, "folder_id")?;
    let name = ctx.field("name");
    let media_type = mime_guess::from_path(name.as_str().unwrap_or_default());
    let media_type = media_type.first().unwrap_or(mime::APPLICATION_OCTET_STREAM);
    let project = folder.text("project_id").to_owned();
    let fields = json!({
        "type": "file",
        "name": name,
        "parent_id": folder.id(),
        "project_id": project,
        "file_size": size,
        "media_type": media_type.as_ref(),
    });
    let id = insert(&mut state.files, ctx.account(), fields, ctx.now);
    if let Some(file) = state.files.get_mut(&id) {
        let url = format!("https://next.frame.io/project/{project}/view/{id}");
        file.fields.insert("view_url".to_owned(), url.into());
    }
    state.uploads.insert(id.clone(), Upload::new(media_type.as_ref(), sizes));
    Ok(id)
}

pub(super) fn render(state: &State, ctx: &Ctx<'_>, file: &Row) -> Value {
    let completed_at = completed_at(state, file.id());
    let mut file_json = Value::from(file.fields.clone());
    file_json["status"] = match completed_at {
        None => "created",
        Some(at) if ctx.now < clock::after(at, ctx.env.transcode_after) => "uploaded",
        Some(_) => "transcoded",
    }
    .into();
    for link in ctx.query.included("media_links.") {
        // Only what was uploaded can be had back: nothing is transcoded.
        let original = link == "original" && completed_at.is_some();
        file_json["media_links"][link] = if original {
            json!({
                "download_url": media::download_url(ctx, file.id(), "attachment"),
                "inline_url": media::download_url(ctx, file.id(), "inline"),
            })
        } else {
            Value::Null
        };
    }
    folders::add_includes(state, ctx, file, &mut file_json);
    file_json
}

fn completed_at(state: &State, id: &str) -> Option<Timestamp> {
    state.uploads.get(id)?.completed_at
}

/// Removes a file with its bytes and comments.
pub(super) fn remove(state: &mut State, id: &str) {
    state.files.shift_remove(id);
    state.uploads.remove(id);
    comments::remove_all(state, id);
}
