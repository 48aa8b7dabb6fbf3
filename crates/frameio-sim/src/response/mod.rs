//! Responses: JSON in its envelope, documented errors, and errors of the storage.

mod sized_body;
mod storage_error;

use std::borrow::Cow;

use frameio_core::Body;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use self::sized_body::SizedBody;
pub(crate) use self::storage_error::StorageError;
use crate::quota::Level;

/// Problem of a request.
#[derive(Debug)]
pub(crate) struct Problem {
    /// JSON pointer to the invalid value.
    pub(crate) pointer: Option<String>,
    pub(crate) detail: Cow<'static, str>,
}

impl Problem {
    /// Reports an id that does not exist in any of `places`.
    pub(crate) fn missing_reference(pointer: impl Into<String>, id: &str, places: &[&str]) -> Self {
        let places: Vec<String> = places.iter().map(|place| format!("'{place}'")).collect();
        let places = places.join(" or ");
        let detail = match id {
            "" => format!("expected an id from {places}"),
            id => format!("no '{id}' in {places}: add it, or use an existing id"),
        };
        Self::at(pointer, detail)
    }

    pub(crate) fn at(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: Some(pointer.into()), detail: detail.into() }
    }
}

/// Returns a key as a step of a JSON pointer.
pub(crate) fn step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Error response.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) problems: Vec<Problem>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, problems: vec![Problem { pointer: None, detail: detail.into() }] }
    }

    /// Creates a 422 with several problems.
    pub(crate) const fn unprocessable(problems: Vec<Problem>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, problems }
    }

    /// Creates a 422 with one problem.
    pub(crate) fn invalid(pointer: &str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::unprocessable(vec![Problem::at(pointer, detail)])
    }

    /// Returns only the first problem, as in a list of results.
    pub(crate) fn first(self) -> Value {
        let title = self.title();
        let detail = self.problems.into_iter().next().map(|problem| problem.detail);
        json!({"title": title, "detail": detail.unwrap_or_default()})
    }

    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let title = self.title();
        let errors: Vec<Value> = self
            .problems
            .into_iter()
            .map(|problem| match problem.pointer {
                Some(pointer) => {
                    json!({"title": title, "detail": problem.detail, "source": {"pointer": pointer}})
                }
                None => json!({"title": title, "detail": problem.detail}),
            })
            .collect();
        json_response(self.status, &json!({ "errors": errors }))
    }
}

/// Successful response.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    body: Option<Value>,
}

impl Reply {
    pub(crate) const NO_CONTENT: Self = Self { status: StatusCode::NO_CONTENT, body: None };

    /// Creates a 200 with the usual envelope.
    pub(crate) fn ok(data: Value) -> Self {
        Self::whole(StatusCode::OK, json!({ "data": data }))
    }

    /// Creates a 201 with the usual envelope.
    pub(crate) fn created(data: Value) -> Self {
        Self::whole(StatusCode::CREATED, json!({ "data": data }))
    }

    /// Creates a 200 with a page of a list; `next` is the path of the next page.
    pub(crate) fn page(data: Vec<Value>, next: Option<String>) -> Self {
        Self::whole(StatusCode::OK, json!({"data": data, "links": {"next": next}}))
    }

    /// Creates a response with a body that has no envelope.
    pub(crate) const fn whole(status: StatusCode, body: Value) -> Self {
        Self { status, body: Some(body) }
    }

    /// Adds a key to the body.
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        if let Some(body) = self.body.as_mut() {
            body[key] = value;
        }
        self
    }

    /// Removes a key of the body.
    pub(crate) fn without(mut self, key: &str) -> Self {
        if let Some(body) = self.body.as_mut().and_then(Value::as_object_mut) {
            body.remove(key);
        }
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        match self.body {
            Some(body) => json_response(self.status, &body),
            None => empty(self.status),
        }
    }
}

/// Result of a handler.
pub(crate) type Outcome = Result<Reply, Failure>;

/// Adds the rate-limit headers, which every response with a body has.
pub(crate) fn with_level(mut response: Response<Body>, level: &Level) -> Response<Body> {
    if response.status() != StatusCode::NO_CONTENT {
        let headers = response.headers_mut();
        headers.insert("x-ratelimit-limit", level.limit.into());
        headers.insert("x-ratelimit-remaining", level.remaining.into());
        headers.insert("x-ratelimit-window", level.window_millis.into());
    }
    response
}

/// Creates a response without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Creates a response with any content.
pub(crate) fn content(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Body>,
) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    content(status, HeaderValue::from_static("application/json; charset=utf-8"), body.to_string())
}
