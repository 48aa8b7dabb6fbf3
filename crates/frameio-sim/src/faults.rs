//! Answers that go wrong on purpose.

use std::collections::VecDeque;
use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::respond::{self, Failure};

/// What goes wrong with one request; see [`Sim::fail_next`](crate::Sim::fail_next).
///
/// ```
/// use std::time::Duration;
///
/// use frameio_sim::Fault;
/// use http::StatusCode;
///
/// let busy = Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 2);
/// let slow = Fault::delay(Duration::from_secs(90));
/// let proxy = Fault::body(StatusCode::BAD_GATEWAY, "text/html", "<h1>Bad Gateway</h1>");
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) delay: Duration,
    answer: Option<Answer>,
}

#[derive(Clone, Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// The content type with the content; the documented errors where there is none.
    body: Option<(HeaderValue, Bytes)>,
}

impl Fault {
    /// Answers with a status and the body of a documented error.
    pub fn status(status: StatusCode) -> Self {
        let answer = Answer { status, headers: HeaderMap::new(), body: None };
        Self { delay: Duration::ZERO, answer: Some(answer) }
    }

    /// Answers with any content: the HTML of a proxy, JSON that breaks off.
    ///
    /// # Panics
    /// If `content_type` is no header value.
    pub fn body(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut fault = Self::status(status);
        if let Some(answer) = &mut fault.answer {
            answer.body = Some((header_value(content_type), body.into()));
        }
        fault
    }

    /// Answers as if nothing were wrong, after `delay` on tokio's clock.
    pub const fn delay(delay: Duration) -> Self {
        Self { delay, answer: None }
    }

    /// Waits before the answer as well.
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Adds a header to the answer; of no effect on a mere [`delay`](Fault::delay).
    ///
    /// # Panics
    /// If `value` is no header value.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        if let Some(answer) = &mut self.answer {
            let value = header_value(&value.to_string());
            answer.headers.append(HeaderName::from_static(name), value);
        }
        self
    }

    pub(crate) fn into_response(self) -> Option<Response<Body>> {
        let answer = self.answer?;
        let mut response = match answer.body {
            Some((content_type, body)) => respond::content(answer.status, content_type, body),
            None => Failure::new(answer.status, "this fault was asked for").into_response(),
        };
        response.headers_mut().extend(answer.headers);
        Some(response)
    }
}

#[track_caller]
fn header_value(text: &str) -> HeaderValue {
    match HeaderValue::from_str(text) {
        Ok(value) => value,
        Err(_) => panic!("{text:?} is no header value"),
    }
}

/// The faults that wait for a request, with the operation that they wait for.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<(Option<String>, Fault)>);

impl Faults {
    pub(crate) fn push(&mut self, operation: Option<&str>, fault: Fault) {
        self.0.push_back((operation.map(str::to_owned), fault));
    }

    /// Takes the oldest fault that waits for `operation` or for anything.
    pub(crate) fn take(&mut self, operation: Option<&str>) -> Option<Fault> {
        let fits = |(wanted, _): &(Option<String>, Fault)| {
            wanted.is_none() || wanted.as_deref() == operation
        };
        self.0.remove(self.0.iter().position(fits)?).map(|(_, fault)| fault)
    }
}
