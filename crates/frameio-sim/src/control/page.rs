//! Files of the page that shows the simulator in a browser, from the folder `page`.

use frameio_core::Body;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY};
use http::{Response, StatusCode};

use crate::response::empty;

/// Allows the page only its own files and endpoints. The page shows names that clients chose, so the
/// policy also prevents text from becoming markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      trusted-types 'none'";

/// A file of the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Path relative to `/_sim/`.
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! file {
    ($path:literal, $name:literal, $content_type:expr) => {
        File {
            path: $path,
            content_type: $content_type,
            content: include_str!(concat!("page/", $name)),
        }
    };
}

pub(super) static FILES: &[File] = &[
    file!("", "page.html", "text/html; charset=utf-8"),
    file!("page.css", "page.css", "text/css; charset=utf-8"),
    file!("icon.svg", "icon.svg", "image/svg+xml"),
    file!("page.js", "page.js", SCRIPT),
    file!("controls.js", "controls.js", SCRIPT),
    file!("details.js", "details.js", SCRIPT),
    file!("dom.js", "dom.js", SCRIPT),
    file!("quotas.js", "quotas.js", SCRIPT),
    file!("requests.js", "requests.js", SCRIPT),
    file!("tree.js", "tree.js", SCRIPT),
];

impl File {
    pub(super) fn route(&self) -> String {
        format!("/_sim/{}", self.path)
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.content));
        for (name, value) in [
            (CONTENT_TYPE, self.content_type),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "no-referrer"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// Redirects from `/_sim` to `/_sim/`, because the page refers to its files by relative paths.
pub(super) fn redirect() -> Response<Body> {
    let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/_sim/"));
    response
}
