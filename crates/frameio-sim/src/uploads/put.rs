//! Uploads of parts.

use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::Bytes;
use frameio_core::Body;
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use super::{authorize, text};
use crate::request_body::{Broken, declared, drain, next};
use crate::response::{StorageError, empty};
use crate::shared::Shared;
use crate::storage::UploadedObject;

const NO_UPLOAD: StorageError =
    StorageError::new(StatusCode::NOT_FOUND, "NoSuchUpload", "No such upload.");
const NO_LENGTH: StorageError = StorageError::new(
    StatusCode::LENGTH_REQUIRED,
    "MissingContentLength",
    "The length of the body is required.",
);
const BROKEN: StorageError =
    StorageError::new(StatusCode::BAD_REQUEST, "IncompleteBody", "The body is incomplete.");
const TOO_SMALL: StorageError = StorageError::new(
    StatusCode::BAD_REQUEST,
    "EntityTooSmall",
    "The body is shorter than the part.",
);
const TOO_LARGE: StorageError = StorageError::new(
    StatusCode::BAD_REQUEST,
    "EntityTooLarge",
    "The body is longer than the part.",
);

/// Receives a part of an upload; numbers start at 1. A `dropped` part is confirmed but not stored.
pub(crate) async fn put<B>(
    shared: &Shared,
    parts: &Parts,
    (id, number): (&str, usize),
    body: B,
    dropped: bool,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes>,
{
    let length = declared(&parts.headers, &body);
    let mut body = pin!(body);
    let taken = match admit(shared, parts, (id, number), length) {
        Ok((object, index)) => {
            take(shared, (id, index), &object, length, body.as_mut(), dropped).await
        }
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(()) => {
            let mut response = empty(StatusCode::OK);
            if let Ok(etag) = HeaderValue::try_from(format!("\"{id}-{number}\"")) {
                response.headers_mut().insert(header::ETAG, etag);
            }
            response
        }
        Err(refusal) => {
            drain(&parts.headers, body).await;
            refusal.into_response()
        }
    }
}

/// Checks a request before its body is read.
fn admit(
    shared: &Shared,
    parts: &Parts,
    (id, number): (&str, usize),
    length: Option<u64>,
) -> Result<(Arc<UploadedObject>, usize), StorageError> {
    if parts.method != Method::PUT {
        return Err(StorageError::METHOD);
    }
    let world = shared.lock();
    authorize(shared, &world, parts)?;
    let upload = world.state.uploads.get(id).ok_or(NO_UPLOAD)?;
    let index = number.checked_sub(1).ok_or(NO_UPLOAD)?;
    let size = upload.object.layout.part(index).ok_or(NO_UPLOAD)?;
    if text(&parts.headers, "x-amz-acl") != Some("private")
        || text(&parts.headers, header::CONTENT_TYPE) != Some(&upload.media_type)
    {
        return Err(StorageError::SIGNATURE);
    }
    match length {
        None => Err(NO_LENGTH),
        Some(length) if length < size => Err(TOO_SMALL),
        Some(length) if length > size => Err(TOO_LARGE),
        Some(_) => Ok((upload.object.clone(), index)),
    }
}

/// Streams the body to the storage.
async fn take<B>(
    shared: &Shared,
    (id, index): (&str, usize),
    object: &Arc<UploadedObject>,
    length: Option<u64>,
    mut body: Pin<&mut B>,
    dropped: bool,
) -> Result<(), StorageError>
where
    B: http_body::Body<Data = Bytes>,
{
    let failed = |error| StorageError::of_disk(&error);
    let mut writer = if dropped { None } else { object.write(index).await.map_err(failed)? };
    let mut remaining = length.unwrap_or_default();
    while let Some(data) = next(&mut body).await {
        let data = data.map_err(|Broken| BROKEN)?;
        remaining = remaining.checked_sub(data.len() as u64).ok_or(TOO_LARGE)?;
        if let Some(writer) = &mut writer {
            writer.write(data).await.map_err(failed)?;
        }
    }
    if remaining > 0 {
        return Err(BROKEN);
    }
    let Some(writer) = writer else { return Ok(()) };
    let is_complete = writer.commit().await.map_err(failed)?;
    let state = &mut shared.lock().state;
    if state.uploads.get_any(id).is_none() {
        // Deleted permanently while the part arrived, which can have created the file again.
        object.remove();
        return Err(NO_UPLOAD);
    }
    if is_complete {
        let env = &shared.env;
        state.complete_upload(id, env.clock.now(), env.transcode_after);
    }
    Ok(())
}
