//! Starts and links of uploads, for the operations on files and comments.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::context::RequestContext;
use crate::state::{Remote, RemoteSource, State, Upload, file_status, new_id};
use crate::storage::{Kept, Layout, Storage, UploadedObject, rendition};

/// Starts the upload of a file; returns the size and URL of each part.
pub(super) fn begin(
    state: &mut State,
    ctx: &RequestContext<'_>,
    id: &str,
    (name, media_type): (&str, &str),
    size: u64,
) -> impl Iterator<Item = (u64, String)> {
    let layout = Layout::new(size, ctx.env.part_size);
    state.uploads.insert(id, upload(ctx, id, (name, media_type), layout));
    (1_usize..)
        .zip(layout.parts())
        .map(move |(number, size)| (size, ctx.signer.upload_url(ctx.base, id, number, ctx.now)))
}

/// Starts the remote upload of a file.
pub(super) fn begin_remote(
    state: &mut State,
    ctx: &RequestContext<'_>,
    id: &str,
    source_url: &str,
) {
    let media_type = state.files.get(id).map_or("", |file| file.text("media_type"));
    let mut upload = upload(ctx, id, ("", media_type), Layout::new(0, 1));
    let source = RemoteSource::new(id, source_url);
    upload.source = Some(source_url.to_owned());
    upload.remote = Some(if source.is_some() { Remote::Waiting } else { Remote::Failed });
    state.uploads.insert(id, upload);
    state.uploads.to_fetch.extend(source);
}

/// Completes the upload of a file immediately. The content is kept in memory with every [`Storage`].
pub(super) fn import(
    state: &mut State,
    ctx: &RequestContext<'_>,
    id: &str,
    media_type: &str,
    content: Bytes,
) {
    let size = content.len() as u64;
    let mut upload = upload(ctx, id, ("", media_type), Layout::new(size, size));
    let kept = Kept::Blocks(vec![content]);
    upload.object = Arc::new(UploadedObject::whole(Storage::Memory, id, kept, size));
    upload.completed_at = Some(ctx.now);
    state.uploads.insert(id, upload);
}

/// Starts the upload of an attachment; returns its record, and the URLs of its parts, which only the
/// response to its creation contains.
pub(super) fn begin_attachment(
    state: &mut State,
    ctx: &RequestContext<'_>,
    input: &Value,
) -> (Value, Value) {
    let id = new_id();
    let size = input["file_size"].as_u64().unwrap_or_default();
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let urls = begin(state, ctx, &id, (text("name"), text("media_type")), size);
    let urls: Vec<Value> = urls.map(|(_, url)| url.into()).collect();
    let record = json!({
        "id": id,
        "name": text("name"),
        "file_size": size,
        "media_type": text("media_type"),
        "created_at": ctx.now.to_string(),
        "upload_urls": null,
    });
    (record, urls.into())
}

fn upload(
    ctx: &RequestContext<'_>,
    id: &str,
    (name, media_type): (&str, &str),
    layout: Layout,
) -> Upload {
    Upload {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        object: Arc::new(UploadedObject::new(ctx.env.storage.clone(), id, layout)),
        completed_at: None,
        remote: None,
        source: None,
        is_deleted: false,
    }
}

/// Returns the `status` of a file.
pub(super) fn status(ctx: &RequestContext<'_>, upload: Option<&Upload>) -> &'static str {
    file_status(upload, ctx.now, ctx.env.transcode_after)
}

/// Returns the value of `link` in the `media_links` of a file, or null if it is not available.
pub(super) fn link(ctx: &RequestContext<'_>, id: &str, upload: &Upload, link: &str) -> Value {
    let url = |what: &str| ctx.signer.download_url(ctx.base, id, what, ctx.now);
    if link == "original" {
        return match upload.completed_at {
            Some(_) => json!({"download_url": url("attachment"), "inline_url": url("inline")}),
            None => Value::Null,
        };
    }
    let is_transcoded = status(ctx, Some(upload)) == "transcoded";
    if !is_transcoded || rendition::of(&upload.media_type, link).is_none() {
        return Value::Null;
    }
    let url = |disposition| url(&format!("{link}/{disposition}"));
    match link {
        "hls_manifest" => json!({"url": url("inline")}),
        "scrub_sheet" if ctx.is_experimental => json!({
            "download_url": url("attachment"),
            "url": url("inline"),
            "metadata": {
                "frames": 1, "padding": 0, "thumb_height": 1, "thumb_width": 1,
                "tile_x": 0, "tile_y": 0,
            },
        }),
        _ => json!({"download_url": url("attachment"), "url": url("inline")}),
    }
}
