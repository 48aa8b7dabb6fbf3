//! The storage beside the API: parts are put, and what was uploaded is got, by signed URLs.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::Body;
use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(crate) mod fetch;
mod get;
mod put;
mod rendition;

pub(crate) use get::get;
pub(crate) use put::put;

use crate::clock;
use crate::object::{Layout, Object};
use crate::respond::xml;
use crate::signing::Refused;
use crate::state::{Ctx, Env, State, new_id};
use crate::storage::{Kept, Storage};
use crate::uploads::{Remote, Upload};

/// Where parts are put: `/sim-uploads/{upload}/{number}`.
pub(crate) const UPLOADS: &str = "/sim-uploads/";

/// Where uploads are got: `/sim-media/{upload}/{disposition}`, and what stands for a rendition of
/// them: `/sim-media/{upload}/{link}/{disposition}`.
pub(crate) const DOWNLOADS: &str = "/sim-media/";

/// Makes room for the content of a file; gives the size and the URL of each part.
pub(crate) fn begin(
    state: &mut State,
    ctx: &Ctx<'_>,
    id: &str,
    (name, media_type): (&str, &str),
    size: u64,
) -> impl Iterator<Item = (u64, String)> {
    let layout = Layout::new(size, ctx.env.part_size);
    state.uploads.insert(id, upload(ctx, id, (name, media_type), layout));
    (1_usize..).zip(layout.parts()).map(move |(number, size)| {
        let path = format!("{UPLOADS}{id}/{number}");
        let headers = "content-type%3Bhost%3Bx-amz-acl";
        (size, ctx.env.signer.url(ctx.base, &path, headers, ctx.now))
    })
}

/// Makes room for the content of a file that is to be fetched.
pub(crate) fn begin_remote(state: &mut State, ctx: &Ctx<'_>, id: &str, source_url: &str) {
    let media_type = state.files.get(id).map_or("", |file| file.text("media_type"));
    let mut upload = upload(ctx, id, ("", media_type), Layout::new(0, 1));
    let source = fetch::Source::new(id, source_url);
    upload.source = Some(source_url.to_owned());
    upload.remote = Some(if source.is_some() { Remote::Waiting } else { Remote::Failed });
    state.uploads.insert(id, upload);
    state.uploads.to_fetch.extend(source);
}

/// Gives a file its whole content at once; it is kept in memory whatever the [`Storage`].
pub(crate) fn import(state: &mut State, ctx: &Ctx<'_>, id: &str, media_type: &str, content: Bytes) {
    let size = content.len() as u64;
    let mut upload = upload(ctx, id, ("", media_type), Layout::new(size, size));
    let kept = Kept::Blocks(vec![content]);
    upload.object = Arc::new(Object::whole(Storage::Memory, id, kept, size));
    upload.completed_at = Some(ctx.now);
    state.uploads.insert(id, upload);
}

/// Makes room for an attachment of a comment; gives the record of it, and the URLs of its parts,
/// which only the answer to its creation holds.
pub(crate) fn begin_attachment(state: &mut State, ctx: &Ctx<'_>, input: &Value) -> (Value, Value) {
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

fn upload(ctx: &Ctx<'_>, id: &str, (name, media_type): (&str, &str), layout: Layout) -> Upload {
    Upload {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        object: Arc::new(Object::new(ctx.env.storage.clone(), id, layout)),
        completed_at: None,
        remote: None,
        source: None,
        is_deleted: false,
    }
}

/// Marks an upload as complete, with its copies, and their files as changed by that.
pub(crate) fn complete(state: &mut State, env: &Env, id: &str) {
    let now = env.clock.now();
    for id in state.uploads.sharing(id) {
        if let Some(upload) = state.uploads.get_mut(&id) {
            upload.completed_at = Some(now);
            (upload.remote, upload.source) = (None, None);
        }
        if let Some(file) = state.files.get_mut(&id) {
            file.update(Map::new(), now);
            state.uploaded(&id, now, clock::after(now, env.transcode_after));
        }
    }
}

/// Completes a remote upload with what was fetched; false where it is not one that waits.
pub(crate) fn complete_remote(state: &mut State, env: &Env, id: &str, object: Object) -> bool {
    if state.uploads.get_any(id).is_none_or(|upload| upload.remote.is_none()) {
        return false;
    }
    let object = Arc::new(object);
    for id in state.uploads.sharing(id) {
        if let Some(file) = state.files.get_mut(&id) {
            file.fields.insert("file_size".to_owned(), object.layout.size.into());
        }
        if let Some(upload) = state.uploads.get_mut(&id) {
            upload.object = object.clone();
        }
    }
    complete(state, env, id);
    true
}

/// What `status` a file has.
pub(crate) fn status(env: &Env, upload: Option<&Upload>, now: Timestamp) -> &'static str {
    match upload.and_then(|upload| upload.completed_at) {
        None => "created",
        Some(at) if now < clock::after(at, env.transcode_after) => "uploaded",
        Some(_) => "transcoded",
    }
}

/// What `media_links` holds of a file for `link`; null where there is nothing to get.
pub(crate) fn link(ctx: &Ctx<'_>, id: &str, upload: &Upload, link: &str) -> Value {
    if link == "original" {
        return match upload.completed_at {
            Some(_) => json!({
                "download_url": download_url(ctx.env, ctx.base, id, "attachment"),
                "inline_url": download_url(ctx.env, ctx.base, id, "inline"),
            }),
            None => Value::Null,
        };
    }
    let transcoded = status(ctx.env, Some(upload), ctx.now) == "transcoded";
    if !transcoded || rendition::of(&upload.media_type, link).is_none() {
        return Value::Null;
    }
    let url = |disposition| download_url(ctx.env, ctx.base, id, &format!("{link}/{disposition}"));
    json!({"download_url": url("attachment"), "url": url("inline")})
}

/// The URL that gives the bytes of an upload; `what` says which, and what a browser does with
/// them.
pub(crate) fn download_url(env: &Env, base: &str, id: &str, what: &str) -> String {
    let path = format!("{DOWNLOADS}{id}/{what}");
    env.signer.url(base, &path, "host", env.clock.now())
}

/// A request that the storage does not take.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    /// Nothing that would have to be escaped in XML.
    message: Cow<'static, str>,
}

impl Refusal {
    const METHOD: Self = Self::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "The method is not allowed here.",
    );
    const SIGNATURE: Self = Self::new(
        StatusCode::FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request is not the one that was signed.",
    );
    const UNSIGNED: Self =
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "The URL is not signed.");
    pub(crate) const EXPIRED: Self =
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", "The URL has expired.");
    const TWO_CREDENTIALS: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "InvalidArgument",
        "Only one auth mechanism allowed: the URL is signed, and a token was sent.",
    );

    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message: Cow::Borrowed(message) }
    }

    /// What the simulator's own disk is to blame for.
    fn of_storage(error: &io::Error) -> Self {
        let why = match error.get_ref() {
            Some(own) => own.to_string(),
            None => error.kind().to_string(),
        };
        let message = format!("The storage of the simulator fails: {why}.");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalError",
            message: message.into(),
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        xml(self.status, self.code, &self.message)
    }
}

/// Refuses a request whose URL is not its only and good credential.
fn authorize(env: &Env, parts: &Parts) -> Result<(), Refusal> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return Err(Refusal::TWO_CREDENTIALS);
    }
    let query = parts.uri.query().unwrap_or_default();
    match env.signer.check(parts.uri.path(), query, env.clock.now()) {
        Ok(()) => Ok(()),
        Err(Refused::WrongSignature) => Err(Refusal::SIGNATURE),
        Err(Refused::Unsigned) => Err(Refusal::UNSIGNED),
        Err(Refused::Expired) => Err(Refusal::EXPIRED),
    }
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
