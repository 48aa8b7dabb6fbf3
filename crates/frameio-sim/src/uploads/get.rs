//! Downloads of uploads and renditions.

use frameio_core::Body;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::range::Range;
use super::{authorize, text};
use crate::response::{SizedBody, StorageError, empty};
use crate::shared::Shared;
use crate::state::{State, Upload};
use crate::storage::DOWNLOADS;
use crate::storage::rendition::{self, Rendition};

const NO_KEY: StorageError =
    StorageError::new(StatusCode::NOT_FOUND, "NoSuchKey", "No such object.");
const CHANGED: StorageError = StorageError::new(
    StatusCode::PRECONDITION_FAILED,
    "PreconditionFailed",
    "The object does not match the condition.",
);
const OUTSIDE: StorageError = StorageError::new(
    StatusCode::RANGE_NOT_SATISFIABLE,
    "InvalidRange",
    "The range is beyond the end of the object.",
);

/// Uploads have any content, and are served from the origin of the API and of `/_sim/`. Browsers must
/// neither run scripts in them nor guess their type.
const SANDBOX: [(HeaderName, &str); 2] =
    [(header::CONTENT_SECURITY_POLICY, "sandbox"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];

/// Returns an upload or rendition, or a range of it.
pub(crate) async fn get(shared: &Shared, parts: &Parts, id: &str) -> Response<Body> {
    let found = admit(shared, parts, id);
    let response = match found {
        Ok(found) => found.respond(parts).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = response.unwrap_or_else(StorageError::into_response);
    for (name, value) in SANDBOX {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn admit(shared: &Shared, parts: &Parts, id: &str) -> Result<Found, StorageError> {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Err(StorageError::METHOD);
    }
    let world = shared.lock();
    authorize(shared, &world, parts)?;
    let what = parts.uri.path().strip_prefix(DOWNLOADS).and_then(|path| path.split_once('/'));
    let (_, what) = what.ok_or(NO_KEY)?;
    Found::new(&world.state, id, what).ok_or(NO_KEY)
}

/// Content to be sent.
struct Found {
    upload: Upload,
    rendition: Option<&'static Rendition>,
    etag: String,
    modified: Timestamp,
    disposition: String,
}

impl Found {
    fn new(state: &State, id: &str, what: &str) -> Option<Self> {
        let upload = state.uploads.get(id)?.clone();
        let modified = upload.completed_at?;
        let name = state.files.get(id).map_or(&*upload.name, |file| file.text("name"));
        let (rendition, etag, name, disposition) = match what.split_once('/') {
            Some((link, disposition)) => {
                let rendition = rendition::of(&upload.media_type, link)?;
                let name = format!("{name}.{link}.{}", rendition.extension);
                (Some(rendition), format!("\"{id}-{link}\""), name, disposition)
            }
            None => (None, format!("\"{id}\""), name.to_owned(), what),
        };
        let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
        let disposition = format!("{disposition}; filename*=UTF-8''{name}");
        Some(Self { upload, rendition, etag, modified, disposition })
    }

    async fn respond(self, parts: &Parts) -> Result<Response<Body>, StorageError> {
        let modified = self.modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let has = |name| text(&parts.headers, name).map(|tags| names(tags, &self.etag));
        if has(header::IF_MATCH) == Some(false) {
            return Err(CHANGED);
        }
        let length = match self.rendition {
            Some(rendition) => rendition.content.len() as u64,
            None => self.upload.object.layout.size,
        };
        let (status, first, after) = if has(header::IF_NONE_MATCH) == Some(true) {
            (StatusCode::NOT_MODIFIED, 0, 0)
        } else {
            match range(&parts.headers, [&self.etag, &modified], length) {
                Range::Whole => (StatusCode::OK, 0, length),
                Range::Part { first, after } => (StatusCode::PARTIAL_CONTENT, first, after),
                Range::Outside => {
                    let mut response = OUTSIDE.into_response();
                    let range = format!("bytes */{length}");
                    insert(response.headers_mut(), header::CONTENT_RANGE, &range);
                    return Ok(response);
                }
            }
        };
        let mut response = empty(status);
        let headers = response.headers_mut();
        insert(headers, header::ETAG, &self.etag);
        insert(headers, header::LAST_MODIFIED, &modified);
        insert(headers, header::ACCEPT_RANGES, "bytes");
        if status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let media_type = self.rendition.map_or(&*self.upload.media_type, |r| r.media_type);
        insert(headers, header::CONTENT_TYPE, media_type);
        insert(headers, header::CONTENT_DISPOSITION, &self.disposition);
        headers.insert(header::CONTENT_LENGTH, (after - first).into());
        if status == StatusCode::PARTIAL_CONTENT {
            let range = format!("bytes {first}-{}/{length}", after - 1);
            insert(headers, header::CONTENT_RANGE, &range);
        }
        if parts.method != Method::HEAD {
            *response.body_mut() = self.body(first, after).await?;
        }
        Ok(response)
    }

    async fn body(&self, first: u64, after: u64) -> Result<Body, StorageError> {
        if let Some(rendition) = self.rendition {
            let content = rendition.content.get(first as usize..after as usize);
            return Ok(bytes::Bytes::from_static(content.unwrap_or_default()).into());
        }
        let stream = self.upload.object.read(first..after).await;
        let stream = stream.map_err(|error| StorageError::of_disk(&error))?;
        Ok(Body::stream(SizedBody::new(stream, after - first)))
    }
}

/// Returns the requested range; a range with another `if-range` is ignored.
fn range(headers: &HeaderMap, known: [&str; 2], length: u64) -> Range {
    match text(headers, header::RANGE) {
        Some(range) if text(headers, header::IF_RANGE).is_none_or(|seen| known.contains(&seen)) => {
            Range::parse(range, length)
        }
        _ => Range::Whole,
    }
}

/// Returns whether a list of entity tags contains this one.
fn names(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Inserts a header, unless text from the client makes its value invalid.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
