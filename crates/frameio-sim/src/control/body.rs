//! Bodies of requests to the control endpoints.

use std::convert::Infallible;

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::request_body::Content;
use crate::response::{Failure, Problem, step};

/// The body of a request, read up to a limit.
#[derive(Debug)]
pub(super) struct Input<const LIMIT: usize = { 1024 * 1024 }>(Content);

impl<S: Sync, const LIMIT: usize> FromRequest<S> for Input<LIMIT> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let (parts, body) = request.into_parts();
        Ok(Self(Content::read(body, &parts.headers, LIMIT).await))
    }
}

impl<const LIMIT: usize> Input<LIMIT> {
    /// Returns the body; fails if it exceeds the limit.
    pub(super) fn json(&self) -> Result<&[u8], Failure> {
        if self.0.is_too_long {
            let detail = format!("the body exceeds {LIMIT} bytes");
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        Ok(&self.0.data)
    }
}

/// JSON object with known keys.
#[derive(Debug)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// Parses the body, whatever its `content-type`, because command line clients often omit it.
    pub(super) fn of(input: &Input, keys: &[&str]) -> Result<Self, Failure> {
        let value = serde_json::from_slice(input.json()?).map_err(|error| {
            Failure::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
        })?;
        let Value::Object(object) = value else {
            return Err(Failure::invalid("", "the body must be an object"));
        };
        let unknown = object.keys().find(|key| !keys.contains(&key.as_str()));
        if let Some(unknown) = unknown {
            let detail = format!("unknown key, expected one of {}", keys.join(", "));
            return Err(Failure::unprocessable(vec![Problem::at(step(unknown), detail)]));
        }
        Ok(Self(object))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub(super) fn required(&self, key: &str) -> Result<&Value, Failure> {
        self.get(key).ok_or_else(|| Failure::invalid(&step(key), "a value is required"))
    }

    pub(super) fn text(&self, key: &str) -> Result<&str, Failure> {
        let text = self.required(key)?.as_str();
        text.ok_or_else(|| Failure::invalid(&step(key), "expected a string"))
    }
}
