//! The storage beside the API: parts are put, and what was uploaded is got, by signed URLs.

use bytes::Bytes;
use frameio_core::Body;
use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::content::{Chunks, Content};
use crate::range::Range;
use crate::respond::{empty, xml};
use crate::signing::Refused;
use crate::state::{Ctx, Env, State, Upload};

/// Where parts are put: `/sim-uploads/{file}/{number}`.
pub(crate) const UPLOADS: &str = "/sim-uploads/";

/// Where files are got: `/sim-media/{file}/{disposition}`.
pub(crate) const DOWNLOADS: &str = "/sim-media/";

/// S3 takes no more parts than this for one object; a larger file gets larger parts.
const MOST_PARTS: u64 = 10_000;

/// Splits a file into parts of at most about `part_size`, which differ by one byte at most.
pub(crate) fn split(size: u64, part_size: u64) -> impl Iterator<Item = u64> {
    let count = size.div_ceil(part_size).min(MOST_PARTS);
    (0..count).map(move |part| size / count + u64::from(part < size % count))
}

/// The URL that takes part `number`, from 1.
pub(crate) fn part_url(ctx: &Ctx<'_>, id: &str, number: usize) -> String {
    let path = format!("{UPLOADS}{id}/{number}");
    ctx.env.signer.url(ctx.base, &path, "content-type%3Bhost%3Bx-amz-acl", ctx.now)
}

/// The URL that gives the bytes of a file; `disposition` says what a browser does with them.
pub(crate) fn download_url(ctx: &Ctx<'_>, id: &str, disposition: &str) -> String {
    let path = format!("{DOWNLOADS}{id}/{disposition}");
    ctx.env.signer.url(ctx.base, &path, "host", ctx.now)
}

/// Takes a part.
pub(crate) fn put_part(
    env: &Env,
    state: &mut State,
    parts: &Parts,
    (id, number): (&str, usize),
    content: Content,
) -> Response<Body> {
    if parts.method != Method::PUT {
        return method_not_allowed();
    }
    if let Some(refusal) = unauthorized(env, parts) {
        return refusal;
    }
    let upload = state.uploads.get_mut(id);
    let part = upload.and_then(|upload| {
        let size = upload.parts.get(number.checked_sub(1)?)?.size;
        Some((upload, size))
    });
    let Some((upload, size)) = part else {
        return xml(StatusCode::NOT_FOUND, "NoSuchUpload", "There is no such upload.");
    };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-amz-acl") != Some("private") || header("content-type") != Some(&upload.media_type)
    {
        return wrong_signature();
    }
    let refusal = match (content.declared, content.length()) {
        (None, _) => Some((
            StatusCode::LENGTH_REQUIRED,
            "MissingContentLength",
            "The length of the body has to be known before.",
        )),
        _ if content.broken => {
            Some((StatusCode::BAD_REQUEST, "IncompleteBody", "The body broke off."))
        }
        (_, length) if length < size => {
            Some((StatusCode::BAD_REQUEST, "EntityTooSmall", "The part is longer than the body."))
        }
        (_, length) if length > size => {
            Some((StatusCode::BAD_REQUEST, "EntityTooLarge", "The part is shorter than the body."))
        }
        _ => None,
    };
    if let Some((status, code, message)) = refusal {
        return xml(status, code, message);
    }
    let now = env.clock.now();
    upload.keep(number - 1, content.into_chunks(), now);
    if upload.completed_at == Some(now)
        && let Some(file) = state.files.get_mut(id)
    {
        file.update(serde_json::Map::new(), now);
    }
    let mut response = empty(StatusCode::OK);
    response.headers_mut().insert(header::ETAG, etag(&format!("{id}-{number}")));
    response
}

/// Gives the bytes of a file, whole or a range of them.
pub(crate) fn download(env: &Env, state: &State, parts: &Parts, id: &str) -> Response<Body> {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return method_not_allowed();
    }
    if let Some(refusal) = unauthorized(env, parts) {
        return refusal;
    }
    let upload = state.uploads.get(id).filter(|upload| upload.completed_at.is_some());
    let (Some(upload), Some(file)) = (upload, state.files.get(id)) else {
        return xml(StatusCode::NOT_FOUND, "NoSuchKey", "There is no such object.");
    };
    let etag = etag(id);
    let length = upload.parts.iter().map(|part| part.size).sum();
    let (status, first, after) = match range(&parts.headers, &etag, length) {
        Range::Whole => (StatusCode::OK, 0, length),
        Range::Part { first, after } => (StatusCode::PARTIAL_CONTENT, first, after),
        Range::Outside => {
            let mut response =
                xml(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "The range is outside.");
            insert(response.headers_mut(), header::CONTENT_RANGE, format!("bytes */{length}"));
            return response;
        }
    };
    let disposition = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let name = utf8_percent_encode(file.text("name"), NON_ALPHANUMERIC);
    let body = if parts.method == Method::HEAD {
        Body::empty()
    } else {
        Body::stream(Chunks::new(chunks(upload), first, after))
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, (after - first).into());
    insert(headers, header::CONTENT_TYPE, upload.media_type.clone());
    insert(headers, header::CONTENT_DISPOSITION, format!("{disposition}; filename*=UTF-8''{name}"));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{length}", after - 1);
        insert(headers, header::CONTENT_RANGE, range);
    }
    response
}

/// A range is meant for the content that the client has seen, so another `if-range` voids it.
fn range(headers: &HeaderMap, etag: &HeaderValue, length: u64) -> Range {
    match headers.get(header::RANGE) {
        Some(range) if headers.get(header::IF_RANGE).is_none_or(|seen| seen == etag) => {
            Range::parse(range.to_str().unwrap_or_default(), length)
        }
        _ => Range::Whole,
    }
}

fn chunks(upload: &Upload) -> impl Iterator<Item = Bytes> {
    upload.parts.iter().filter_map(|part| part.chunks.as_ref()).flatten().cloned()
}

/// The answer to a request whose URL is not its only and good credential.
fn unauthorized(env: &Env, parts: &Parts) -> Option<Response<Body>> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return Some(xml(
            StatusCode::BAD_REQUEST,
            "InvalidArgument",
            "Only one auth mechanism allowed: the URL is signed, and a token was sent.",
        ));
    }
    let query = parts.uri.query().unwrap_or_default();
    match env.signer.check(parts.uri.path(), query, env.clock.now()) {
        Ok(()) => None,
        Err(Refused::WrongSignature) => Some(wrong_signature()),
        Err(Refused::Unsigned) => {
            Some(xml(StatusCode::FORBIDDEN, "AccessDenied", "The URL is not signed."))
        }
        Err(Refused::Expired) => {
            Some(xml(StatusCode::FORBIDDEN, "AccessDenied", "The URL has expired."))
        }
    }
}

fn wrong_signature() -> Response<Body> {
    xml(
        StatusCode::FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request is not the one that was signed.",
    )
}

fn method_not_allowed() -> Response<Body> {
    xml(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "The method is not allowed here.")
}

fn etag(id: &str) -> HeaderValue {
    HeaderValue::try_from(format!("\"{id}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Leaves a header out that the client's own text makes impossible.
fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_even_and_none_is_too_many() {
        let sizes = |size, part_size| split(size, part_size).collect::<Vec<_>>();
        assert_eq!(sizes(50_645_990, 17_000_000), [16_881_997, 16_881_997, 16_881_996]);
        assert_eq!(sizes(1, 10), [1]);
        assert_eq!(sizes(20, 10), [10, 10]);
        let large = sizes(5_000_000_000_000, 17_000_000);
        assert_eq!((large.len(), large.iter().sum::<u64>()), (10_000, 5_000_000_000_000));
    }
}
