//! OAuth error responses.

use std::borrow::Cow;

use frameio_core::Body;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::json;

use crate::response::Reply;

#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) description: Cow<'static, str>,
}

type Text = Cow<'static, str>;

impl Refusal {
    const fn new(status: StatusCode, error: &'static str, description: Text) -> Self {
        Self { status, error, description }
    }

    /// Creates an error about the HTTP request.
    pub(super) fn of(status: StatusCode, description: impl Into<Text>) -> Self {
        Self::new(status, "invalid_request", description.into())
    }

    pub(super) fn invalid_request(description: impl Into<Text>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, description)
    }

    pub(super) fn invalid_client(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description.into())
    }

    pub(super) fn invalid_grant(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", description.into())
    }

    pub(super) fn invalid_scope(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", description.into())
    }

    pub(super) fn unauthorized_client(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unauthorized_client", description.into())
    }

    pub(super) fn unsupported_grant_type(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", description.into())
    }

    pub(super) fn unsupported_response_type(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unsupported_response_type", description.into())
    }

    pub(super) fn access_denied(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "access_denied", description.into())
    }

    pub(super) fn invalid_token(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", description.into())
    }

    pub(super) fn insufficient_scope(description: impl Into<Text>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "insufficient_scope", description.into())
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = Reply::whole(self.status, body).into_response();
        let headers = response.headers_mut();
        match (self.status, self.error) {
            (StatusCode::UNAUTHORIZED, "invalid_client") => {
                let challenge = HeaderValue::from_static("Basic realm=\"ims\"");
                headers.insert(WWW_AUTHENTICATE, challenge);
            }
            (StatusCode::UNAUTHORIZED, _) => {
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                headers.insert(WWW_AUTHENTICATE, challenge);
            }
            _ => {}
        }
        response
    }
}
