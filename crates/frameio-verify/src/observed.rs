//! Exchanges to compare: from a client, or from a cassette.

use bytes::Bytes;
use frameio_api::Catalog;
use frameio_cassette::{Exchange, RecordedBody};
use frameio_core::{Operation, RateLimitInfo};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

/// Status that the caller expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Success, or 403 because of the role of the user.
    Success,
    /// 404, because the id was made up.
    NotFound,
    /// Any documented status: the caller of a recorded request is unknown.
    Documented,
}

/// A response of an operation, with what is known about its request.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    pub(crate) operation: &'static Operation,
    /// Path and query of the request.
    pub(crate) target: String,
    pub(crate) expected: Expected,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ObservedBody,
    /// Whether texts may be replacements of a cassette.
    pub(crate) is_scrubbed: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum ObservedBody {
    Empty,
    Json(Value, Bytes),
    /// Text that is not JSON, or a body that a cassette does not contain.
    NotJson,
}

impl Observed {
    /// Returns the JSON of the response, or null.
    pub(crate) fn json(&self) -> &Value {
        match &self.body {
            ObservedBody::Json(value, _) => value,
            ObservedBody::Empty | ObservedBody::NotJson => &Value::Null,
        }
    }

    /// Returns the objects in `data`: the items of a list, or the one object.
    pub(crate) fn items(&self) -> &[Value] {
        match &self.json()["data"] {
            Value::Array(items) => items,
            item @ Value::Object(_) => std::slice::from_ref(item),
            _ => &[],
        }
    }

    /// Returns the value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
    }

    /// Returns the segment of the path that follows `word`.
    pub(crate) fn path_id(&self, word: &str) -> Option<&str> {
        let path = self.target.split('?').next()?;
        let mut segments = path.split('/');
        segments.find(|segment| *segment == word)?;
        segments.next()
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimitInfo> {
        RateLimitInfo::from_headers(&self.headers)
    }

    /// Reads a body that a client received.
    pub(crate) fn body_of(bytes: Bytes) -> ObservedBody {
        if bytes.is_empty() {
            return ObservedBody::Empty;
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => ObservedBody::Json(value, bytes),
            Err(_) => ObservedBody::NotJson,
        }
    }

    /// Reads an exchange of a cassette; `None` if it belongs to no operation or has no response.
    pub(crate) fn recorded(exchange: &Exchange) -> Option<Self> {
        let request = &exchange.request;
        let version = request.headers.get("api-version").map(String::as_str);
        let operation = operation(&request.method, &request.target, version)?;
        let response = exchange.response.as_ref()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &response.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::from_str(value))
            {
                headers.insert(name, value);
            }
        }
        let body = match &response.body {
            None => ObservedBody::Empty,
            Some(RecordedBody::Json(value)) => {
                ObservedBody::Json(value.clone(), Bytes::from(value.to_string()))
            }
            Some(_) => ObservedBody::NotJson,
        };
        Some(Self {
            operation,
            target: request.target.clone(),
            expected: Expected::Documented,
            status: StatusCode::from_u16(response.status).ok()?,
            headers,
            body,
            is_scrubbed: true,
        })
    }

    /// Returns whether the media type of the body is JSON.
    pub(crate) fn is_json_type(&self) -> bool {
        let value = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        value.is_some_and(|it| it.to_ascii_lowercase().starts_with("application/json"))
    }
}

/// Returns the operation of a request. Operations that share a route differ in their version.
fn operation(method: &str, target: &str, version: Option<&str>) -> Option<&'static Operation> {
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let path = target.split('?').next()?;
    let mut fitting =
        Operation::all().filter(|it| it.method == method && matches_template(it.path, path));
    let first = fitting.next()?;
    if first.api_version == version {
        return Some(first);
    }
    Some(fitting.find(|it| it.api_version == version).unwrap_or(first))
}

fn matches_template(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) => {
                let is_parameter = expected.starts_with('{') && !actual.is_empty();
                if !is_parameter && expected != actual {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_operation_of_a_request() {
        let id = |method: &str, target: &str| operation(method, target, None).map(|it| it.id);
        assert_eq!(id("GET", "/v4/me"), Some("users.show"));
        assert_eq!(id("GET", "/v4/accounts/a/files/f?include=creator"), Some("files.show"));
        assert_eq!(id("GET", "/v4/accounts/a/files/f/comments"), Some("comments.index"));
        assert_eq!(id("GET", "/v4/accounts/a/moodboards"), None);
        assert_eq!(id("PUT", "https://example.invalid/url-1"), None);
    }
}
