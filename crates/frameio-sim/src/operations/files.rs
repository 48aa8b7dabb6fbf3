//! Files and their uploads.

use http::StatusCode;
use mime_guess::mime;
use serde_json::{Value, json};

use super::tree::{self, Change, Place, copies, moves, trash, versions};
use super::{OperationHandler, folders, uploads};
use crate::clock;
use crate::operations::context::RequestContext;
use crate::operations::page::page;
use crate::response::{Failure, Outcome, Reply};
use crate::state::{Remote, Row, State, insert};

pub(super) const OPERATIONS: &[OperationHandler] = &[
    OperationHandler::new("files.list", list),
    OperationHandler::new("files.show", show),
    OperationHandler::new("files.show_file_upload_status", upload_status),
    OperationHandler::new("files.create_local_upload", create_local_upload),
    OperationHandler::new("files.create_remote_upload", create_remote_upload),
    OperationHandler::new("files.create", create),
    OperationHandler::new("files.import_file", import_file),
    OperationHandler::new("files.update", update),
    OperationHandler::new("files.delete", delete),
    OperationHandler::new("files.copy", copy),
    OperationHandler::new("files.bulk_copy", bulk_copy),
    OperationHandler::new("files.move", r#move),
    OperationHandler::new("files.bulk_move", bulk_move),
    OperationHandler::new("files.bulk_get", bulk_get),
    OperationHandler::new("files.restore", |state, ctx| trash::restore(state, ctx, "file_id")),
];

fn list(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let folder = ctx.find(&state.folders, "folder_id")?.id();
    let rows = state.files.values().filter(|row| row.text("parent_id") == folder).collect();
    page(ctx, rows, |row| render(state, ctx, row))
}

fn show(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?;
    Ok(Reply::ok(render(state, ctx, file)))
}

fn upload_status(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
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

fn create_local_upload(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let size = ctx.field("file_size").as_u64().unwrap_or_default();
    let (id, media_type) = add(state, ctx, size)?;
    let urls = uploads::begin(state, ctx, &id, ("", &media_type), size);
    let urls: Vec<Value> = urls.map(|(size, url)| json!({"size": size, "url": url})).collect();
    let mut file = render(state, ctx, &state.files[&id]);
    file["upload_urls"] = urls.into();
    Ok(Reply::created(file))
}

fn create_remote_upload(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (id, _) = add(state, ctx, 0)?;
    uploads::begin_remote(state, ctx, &id, ctx.field("source_url").as_str().unwrap_or_default());
    let status = format!("/v4/accounts/{}/files/{id}/status", ctx.account());
    let body = json!({
        "data": render(state, ctx, &state.files[&id]),
        "links": {"status": status},
    });
    Ok(Reply::whole(StatusCode::ACCEPTED, body))
}

/// Creates a local or remote upload with the media type of the body.
fn create(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let Some(source_url) = ctx.field("source_url").as_str() else {
        return create_local_upload(state, ctx);
    };
    let (id, _) = add(state, ctx, 0)?;
    uploads::begin_remote(state, ctx, &id, source_url);
    let file = render(state, ctx, &state.files[&id]);
    Ok(Reply::whole(StatusCode::ACCEPTED, json!({ "data": file })))
}

/// Imports a file. Connected storages are not simulated, so the content is a text with the key.
fn import_file(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let text = |name: &str| ctx.field(name).as_str().unwrap_or_default();
    let content = format!("{} of {}\n", text("key"), text("storage_location"));
    let (id, media_type) = add(state, ctx, content.len() as u64)?;
    uploads::import(state, ctx, &id, &media_type, content.into());
    state.record_upload(&id, ctx.now, clock::after(ctx.now, ctx.env.transcode_after));
    let body = json!({"data": render(state, ctx, &state.files[&id])});
    Ok(Reply::whole(StatusCode::ACCEPTED, body))
}

fn update(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let file = ctx.find_mut(&mut state.files, "file_id")?;
    file.update(ctx.data.clone(), ctx.now);
    let parent = file.text("parent_id").to_owned();
    if versions::head(state, &parent) == Some(ctx.arg("file_id")) {
        versions::changed(state, ctx, &parent);
    }
    tree::record_event(state, ctx, Change::Updated, ctx.arg("file_id"));
    show(state, ctx)
}

fn delete(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.files, "file_id")?;
    trash::delete(state, ctx, ctx.arg("file_id"));
    Ok(Reply::NO_CONTENT)
}

fn copy(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let file = ctx.find(&state.files, "file_id")?;
    let place = match ctx.field("parent_id") {
        Value::Null => Place::next_to(state, file)?,
        _ => Place::folder_or_stack(state, ctx)?,
    };
    let id = copies::copy(state, ctx, ctx.arg("file_id"), &place);
    Ok(Reply::ok(render(state, ctx, &state.files[&id])))
}

fn bulk_copy(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (files, place) = many(state, ctx)?;
    let copied = files.into_iter().map(|source| {
        let id = copies::copy(state, ctx, source, &place);
        json!({"source_file_id": source, "file": render(state, ctx, &state.files[&id])})
    });
    Ok(Reply::ok(copied.collect()))
}

fn r#move(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.files, "file_id")?;
    let place = Place::folder_or_stack(state, ctx)?;
    moves::relocate(state, ctx, ctx.arg("file_id"), &place);
    show(state, ctx)
}

fn bulk_move(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    let (files, place) = many(state, ctx)?;
    for file in &files {
        moves::relocate(state, ctx, file, &place);
    }
    Ok(Reply::ok(files.into_iter().map(|id| render(state, ctx, &state.files[id])).collect()))
}

/// Returns the files of the body, which must all exist, and their destination.
fn many<'a>(state: &State, ctx: &'a RequestContext<'_>) -> Result<(Vec<&'a str>, Place), Failure> {
    let files = tree::ids(ctx, "file_ids");
    for file in &files {
        ctx.find_id(&state.files, "file_id", file)?;
    }
    Ok((files, Place::folder_or_stack(state, ctx)?))
}

fn bulk_get(state: &mut State, ctx: &RequestContext<'_>) -> Outcome {
    ctx.find(&state.accounts, "account_id")?;
    let get = |id| match ctx.find_id(&state.files, "file_id", id) {
        Ok(file) => json!({"id": id, "status": 200, "file": render(state, ctx, file)}),
        Err(failure) => json!({"id": id, "status": 404, "error": failure.first()}),
    };
    Ok(Reply::ok(tree::ids(ctx, "file_ids").into_iter().map(get).collect()))
}

/// Adds a file to the folder of the path; returns its id and media type.
fn add(
    state: &mut State,
    ctx: &RequestContext<'_>,
    size: u64,
) -> Result<(String, String), Failure> {
    let folder = ctx.find(&state.folders, "folder_id")?;
    let name = ctx.field("name");
    let guessed = mime_guess::from_path(name.as_str().unwrap_or_default());
    let guessed = guessed.first().unwrap_or(mime::APPLICATION_OCTET_STREAM);
    let media_type = ctx.field("media_type").as_str().unwrap_or(guessed.as_ref()).to_owned();
    let project = folder.text("project_id").to_owned();
    let fields = json!({
        "type": "file",
        "name": name,
        "parent_id": folder.id(),
        "project_id": project,
        "file_size": size,
        "media_type": media_type,
    });
    let id = insert(&mut state.files, ctx.actor(), fields);
    if let Some(file) = state.files.get_mut(&id) {
        tree::enter(file, &project);
    }
    tree::record_event(state, ctx, Change::Created, &id);
    Ok((id, media_type))
}

pub(super) fn render(state: &State, ctx: &RequestContext<'_>, file: &Row) -> Value {
    let upload = state.uploads.get(file.id());
    let mut file_json = Value::from(file.fields.clone());
    file_json["status"] = uploads::status(ctx, upload).into();
    // The media type of a local upload is known from the start, because its parts are sent with it.
    if upload.is_some_and(|upload| upload.remote.is_some() && upload.completed_at.is_none()) {
        file_json["media_type"] = Value::Null;
    }
    for link in ctx.query.included("media_links.") {
        file_json["media_links"][link] =
            upload.map_or(Value::Null, |upload| uploads::link(ctx, file.id(), upload, link));
    }
    folders::add_includes(state, ctx, file, &mut file_json);
    if ctx.query.includes("parent")
        && let Some(parent) = tree::asset(state, file.text("parent_id"))
    {
        file_json["parent"] = parent.fields.clone().into();
    }
    file_json
}
