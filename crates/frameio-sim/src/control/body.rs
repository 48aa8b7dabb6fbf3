//! The JSON that is sent to control the simulator.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::request_body::Content;
use crate::response::{Failure, Problem, step};

/// The body, if it was not too long.
pub(super) fn json(content: &Content) -> Result<&[u8], Failure> {
    match content.is_too_long {
        true => Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is far too long")),
        false => Ok(&content.data),
    }
}

/// A JSON object of known keys.
#[derive(Debug)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// Reads it, whatever its `content-type`: what a shell sends has seldom the right one.
    pub(super) fn of(content: &Content, keys: &[&str]) -> Result<Self, Failure> {
        let value = serde_json::from_slice(json(content)?).map_err(|error| {
            Failure::new(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}"))
        })?;
        let Value::Object(object) = value else {
            return Err(Failure::invalid("", "the body has to be an object"));
        };
        let unknown = object.keys().find(|key| !keys.contains(&key.as_str()));
        if let Some(unknown) = unknown {
            let detail = format!("there is no such key here; there are {}", keys.join(", "));
            return Err(Failure::unprocessable(vec![Problem::at(step(unknown), detail)]));
        }
        Ok(Self(object))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub(super) fn required(&self, key: &str) -> Result<&Value, Failure> {
        self.get(key).ok_or_else(|| Failure::invalid(&step(key), "it is needed"))
    }

    pub(super) fn text(&self, key: &str) -> Result<&str, Failure> {
        let text = self.required(key)?.as_str();
        text.ok_or_else(|| Failure::invalid(&step(key), "it has to be a text"))
    }
}
