//! HTML pages for users.

use std::fmt::Write;

use frameio_core::Body;
use html_escape::{encode_double_quoted_attribute, encode_text};
use http::header::HeaderValue;
use http::{Response, StatusCode};

use super::User;
use super::form::Form;
use crate::response;

/// Parameters that the buttons of [`login`] add.
pub(super) const USER: &str = "sim_user";
pub(super) const DENY: &str = "sim_deny";

/// Shows a button for each user and one to deny, which all post the parameters.
pub(super) fn login(params: &Form, users: &[User]) -> Response<Body> {
    let app = params.get("client_id").unwrap_or_default();
    let mut body = format!(
        "<p><b>{}</b> requests access: {}</p>\n<form method=\"post\" action=\"/ims/authorize/v2\">\n",
        encode_text(app),
        encode_text(params.get("scope").unwrap_or_default()),
    );
    for (name, value) in params.iter() {
        let (name, value) =
            (encode_double_quoted_attribute(name), encode_double_quoted_attribute(value));
        let _ = writeln!(body, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
    }
    for user in users {
        let _ = writeln!(
            body,
            "<p><button name=\"{USER}\" value=\"{}\">Sign in as {} ({})</button></p>",
            encode_double_quoted_attribute(&user.id),
            encode_text(&user.name),
            encode_text(&user.email),
        );
    }
    let _ = write!(body, "<p><button name=\"{DENY}\" value=\"yes\">Deny</button></p>\n</form>");
    html(StatusCode::OK, "Sign in", &body)
}

/// Shows an error that cannot be reported by a redirect.
pub(super) fn error(description: &'static str) -> Response<Body> {
    let body = format!("<p>{}</p>", encode_text(description));
    html(StatusCode::BAD_REQUEST, "Sign-in failed", &body)
}

fn html(status: StatusCode, title: &str, body: &str) -> Response<Body> {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <title>{title} · Frame.io simulator</title>\n<h1>{title}</h1>\n{body}\n</html>\n"
    );
    response::content(status, HeaderValue::from_static("text/html; charset=utf-8"), page)
}
