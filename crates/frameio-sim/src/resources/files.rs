//! Files and their uploads.

use http::StatusCode;
use mime_guess::mime;
use serde_json::{Value, json};

use super::{Simulated, comments, folders, metadata};
use crate::media;
use crate::query::page;
use crate::respond::{Failure, Outcome, Reply};
use crate::state::{Ctx, Row, State, insert};
use crate::uploads::Remote;

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
    let upload = state.uploads.get(file.id());
    let completed_at = upload.and_then(|upload| upload.completed_at);
    let failed = upload.is_some_and(|upload| upload.remote == Some(Remote::Failed));
    Ok(Reply::ok(json!({
        "id": file.id(),
        "filetype": file.text("media_type"),
        "upload_complete": completed_at.is_some(),
        "upload_completed_at": completed_at.map(|at| at.to_string()),
        "upload_failed": failed,
        "uploaded_at": completed_at.map(|at| at.to_string()),
    })))
}

fn create_local_upload(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let size = ctx.field("file_size").as_u64().unwrap_or_default();
    let (id, media_type) = add(state, ctx, size)?;
    let urls = media::begin(state, ctx, &id, ("", &media_type), size);
    let urls: Vec<Value> = urls.map(|(size, url)| json!({"size": size, "url": url})).collect();
    let mut file = render(state, ctx, &state.files[&id]);
    file["upload_urls"] = urls.into();
    Ok(Reply::created(file))
}

fn create_remote_upload(state: &mut State, ctx: &Ctx<'_>) -> Outcome {
    let (id, _) = add(state, ctx, 0)?;
    media::begin_remote(state, ctx, &id, ctx.field("source_url").as_str().unwrap_or_default());
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

/// Adds a file to the folder of the path; gives its id and its media type.
fn add(state: &mut State, ctx: &Ctx<'_>, size: u64) -> Result<(String, String), Failure> {
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
    let id = insert(&mut state.files, ctx.by(), fields);
    if let Some(file) = state.files.get_mut(&id) {
        let url = format!("https://next.frame.io/project/{project}/view/{id}");
        file.fields.insert("view_url".to_owned(), url.into());
    }
    Ok((id, media_type.to_string()))
}

pub(super) fn render(state: &State, ctx: &Ctx<'_>, file: &Row) -> Value {
    let upload = state.uploads.get(file.id());
    let mut file_json = Value::from(file.fields.clone());
    file_json["status"] = media::status(ctx.env, upload, ctx.now).into();
    for link in ctx.query.included("media_links.") {
        file_json["media_links"][link] =
            upload.map_or(Value::Null, |upload| media::link(ctx, file.id(), upload, link));
    }
    folders::add_includes(state, ctx, file, &mut file_json);
    file_json
}

/// Removes a file with its bytes, comments and metadata.
pub(super) fn remove(state: &mut State, id: &str) {
    state.files.shift_remove(id);
    state.uploads.remove(id);
    comments::remove_all(state, id);
    metadata::remove_values(state, id);
}
