//! CORS: pages from other origins on this machine may call the API, the storage and IMS.

use std::time::Duration;

use frameio_core::is_loopback;
use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, IF_RANGE, ORIGIN, RANGE,
    RETRY_AFTER,
};
use http::request::Parts;
use http::{Method, Uri};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Request headers that pages may send.
const SENT: [HeaderName; 9] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HeaderName::from_static("api-version"),
    HeaderName::from_static("x-frameio-legacy-token-auth"),
    HeaderName::from_static("x-amz-acl"),
    RANGE,
    IF_RANGE,
    IF_MATCH,
    IF_NONE_MATCH,
];

/// Response headers that pages may read.
const READ: [HeaderName; 8] = [
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-window"),
    RETRY_AFTER,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    ACCEPT_RANGES,
    ETAG,
];

/// Returns the layer for requests from pages on this machine; other requests bypass it.
pub(super) fn layer() -> CorsLayer {
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin, _| is_local(origin)))
        .allow_methods(methods)
        .allow_headers(SENT)
        .expose_headers(READ)
        .max_age(Duration::from_secs(600))
}

/// Returns whether a request was sent by a page on this machine.
pub(super) fn is_from_local_page(parts: &Parts) -> bool {
    let is_options = parts.method == Method::OPTIONS;
    // The layer responds to every `OPTIONS` request, but only preflights are not for the API.
    let is_plain_options = is_options && !is_preflight(parts);
    !is_plain_options && parts.headers.get(ORIGIN).is_some_and(is_local)
}

/// Returns whether a request is a CORS preflight.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn is_local(origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(is_local_origin)
}

fn is_local_origin(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    // Browsers resolve subdomains of `localhost` themselves.
    matches!(uri.scheme_str(), Some("http" | "https"))
        && (is_loopback(host) || host.ends_with(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_origins_are_local() {
        for origin in
            ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8", "http://a.localhost"]
        {
            assert!(is_local_origin(origin), "{origin}");
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
            assert!(!is_local_origin(origin), "{origin}");
        }
    }
}
