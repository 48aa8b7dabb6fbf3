//! Responses in the shape of the legacy API.

use frameio_core::{Body, RateLimitInfo};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LINK, RETRY_AFTER, WARNING};
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use crate::listing::Window;
use crate::refusal::Refusal;
use crate::report::Report;
use crate::request::LegacyRequest;

/// Header that says where a response differs from that of the legacy API, and why.
pub(crate) const LEGACY: HeaderName = HeaderName::from_static("x-frameio-legacy");

/// A response of a handler.
pub(crate) enum LegacyResponse {
    /// One object. `DELETE` returns the object, too: the old clients read JSON from every success.
    Object(Value),
    /// A page of a list.
    List(Window<Value>),
}

/// Result of a handler.
pub(crate) type Outcome = Result<LegacyResponse, Refusal>;

/// Returns one object.
pub(crate) fn object(value: Value) -> Outcome {
    Ok(LegacyResponse::Object(value))
}

/// Returns a page of a list.
pub(crate) fn list(window: Window<Value>) -> Outcome {
    Ok(LegacyResponse::List(window))
}

/// Builds the response to a request.
pub(crate) fn build(request: &LegacyRequest, outcome: Outcome, report: &Report) -> Response<Body> {
    let mut response = match outcome {
        Ok(LegacyResponse::Object(value)) => json(StatusCode::OK, &value),
        Ok(LegacyResponse::List(window)) => page(request, window),
        Err(refusal) => refused(&refusal),
    };
    let headers = response.headers_mut();
    for name in report.take_ignored() {
        append(headers, WARNING, &format!("299 - \"ignored: {}\"", plain(&name)));
    }
    for note in report.take_notes() {
        append(headers, LEGACY, &plain(&note));
    }
    add_rate_limit(headers, report.rate_limit());
    response
}

/// Builds an error response.
pub(crate) fn refused(refusal: &Refusal) -> Response<Body> {
    let mut response = json(refusal.status, &refusal.body());
    let headers = response.headers_mut();
    if let Some(wait) = refusal.retry_after {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(RETRY_AFTER, seconds.max(1).into());
    }
    if refusal.status == StatusCode::GONE || refusal.replacement.is_some() {
        let state = if refusal.status == StatusCode::GONE { "gone" } else { "refused" };
        let instead = refusal.replacement.as_deref().unwrap_or("none");
        append(headers, LEGACY, &format!("{state}; v4={}", plain(instead)));
    }
    response
}

fn json(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A list has its four headers even with one page: fioctl reads them without looking.
fn page(request: &LegacyRequest, window: Window<Value>) -> Response<Body> {
    let Window { items, total, paging } = window;
    let (number, size, pages) = match paging.all {
        true => (1, total.max(1), 1),
        false => (paging.page, paging.size, total.div_ceil(paging.size).max(1)),
    };
    let mut response = json(StatusCode::OK, &items.into());
    let headers = response.headers_mut();
    for (name, value) in
        [("page-number", number), ("per-page", size), ("total", total), ("total-pages", pages)]
    {
        headers.insert(HeaderName::from_static(name), value.into());
    }
    let mut links = vec![("first", 1), ("last", pages)];
    if number < pages {
        links.push(("next", number + 1));
    }
    if number > 1 {
        links.push(("prev", (number - 1).min(pages)));
    }
    let links =
        links.into_iter().map(|(rel, page)| format!("<{}>; rel=\"{rel}\"", request.page_url(page)));
    append(headers, LINK, &links.collect::<Vec<_>>().join(", "));
    response
}

/// The legacy API sent these with every response; a request without a call to V4 has spent nothing.
fn add_rate_limit(headers: &mut HeaderMap, info: Option<RateLimitInfo>) {
    let limit = info.map_or(100, |info| info.limit);
    let remaining = info.map_or(Some(limit), |info| info.remaining).unwrap_or(limit);
    let window = info.and_then(|info| info.window).map_or(60_000, |it| it.as_millis());
    let window = u64::try_from(window).unwrap_or(u64::MAX);
    headers.insert("x-ratelimit-limit", limit.into());
    headers.insert("x-ratelimit-remaining", remaining.into());
    headers.insert("x-ratelimit-window", window.into());
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}

/// Leaves out what a header cannot contain.
fn plain(text: &str) -> String {
    let fits = |c: &char| c.is_ascii_graphic() && *c != '"' || *c == ' ';
    text.chars().filter(fits).take(200).collect()
}
