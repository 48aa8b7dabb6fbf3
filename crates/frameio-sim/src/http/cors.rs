//! Pages of another origin on this machine may call the API, the storage and IMS.

use frameio_core::{Body, is_loopback};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::request::Parts;
use http::{Method, Response, StatusCode, Uri};

use crate::response::empty;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

const SENT: &str = "authorization, content-type, api-version, x-frameio-legacy-token-auth, \
                    x-amz-acl, range, if-range, if-match, if-none-match";

const READ: &str = "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-window, retry-after, \
                    content-length, content-range, accept-ranges, etag";

/// The origin of a page on this machine that asks; nothing where a program does, or another page.
pub(crate) fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    is_local(origin.to_str().ok()?).then(|| origin.clone())
}

fn is_local(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    // A browser asks no name server for what is below `localhost`.
    matches!(uri.scheme_str(), Some("http" | "https"))
        && (is_loopback(host) || host.ends_with(".localhost"))
}

/// What a browser asks before it sends a page's request, answered; nothing for all else.
pub(crate) fn preflight(parts: &Parts) -> Option<Response<Body>> {
    let asks = parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let origin = origin(&parts.headers).filter(|_| parts.method == Method::OPTIONS && asks)?;
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    allow(headers, origin);
    Some(response)
}

/// Lets the page of the origin read an answer.
pub(crate) fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
    headers.append(VARY, HeaderValue::from_static("origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_loopback_are_local() {
        for origin in
            ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8", "http://a.localhost"]
        {
            assert!(is_local(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://10.0.0.1",
            "https://evil.example",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://localhost",
        ] {
            assert!(!is_local(origin), "{origin}");
        }
    }
}
