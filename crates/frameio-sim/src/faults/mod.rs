//! Faults: errors injected on purpose.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};

mod apply;
mod queue;
mod text;

pub(crate) use queue::Faults;
pub use text::ParseFaultError;

use crate::operation_ids::{DOWNLOAD, UPLOAD_PART};

/// Error or delay for some requests; see [`Sim::inject`](crate::Sim::inject).
///
/// Start with a constructor for the effect, then choose the operation ([`on`](Fault::on)) and how often
/// the fault applies: to the next requests ([`next`](Fault::next)), to each nth request
/// ([`every`](Fault::every)) or at random ([`chance`](Fault::chance)). By default it applies to the next
/// request of any operation.
///
/// ```
/// use std::time::Duration;
///
/// use frameio_sim::{Fault, Sim};
/// use http::StatusCode;
///
/// let sim = Sim::builder().seed(7).build();
/// sim.inject(Fault::status(StatusCode::TOO_MANY_REQUESTS).header("retry-after", 2));
/// sim.inject(Fault::delay(Duration::from_secs(90)).on("files.show").every(10));
/// sim.inject(Fault::reset().on(Sim::UPLOAD_PART).chance(0.05));
/// ```
///
/// # Text form
///
/// A fault can be parsed from one line, `[OPERATION=]KIND[+DELAY][:WHEN][;HEADER=VALUE]…`:
///
/// | kind | constructor |
/// |---|---|
/// | `503`, any status from 200 | [`status`](Fault::status) |
/// | `502-html` | [`html`](Fault::html) |
/// | `delay-90s` | [`delay`](Fault::delay) |
/// | `reset` | [`reset`](Fault::reset) |
/// | `reset-in-body` | [`reset_in_body`](Fault::reset_in_body) |
/// | `truncated` | [`truncated`](Fault::truncated) |
/// | `no-rate-limit` | [`no_rate_limit`](Fault::no_rate_limit) |
/// | `wrong-rate-limit` | [`wrong_rate_limit`](Fault::wrong_rate_limit) |
/// | `dropped-part` | [`dropped_part`](Fault::dropped_part) |
/// | `expired-token` | [`expired_token`](Fault::expired_token) |
/// | `expired-url` | [`expired_url`](Fault::expired_url) |
/// | `stripped-headers` | [`stripped_headers`](Fault::stripped_headers) |
///
/// `DELAY` is [`after`](Fault::after), such as `500ms` or `1m 30s`. `WHEN` is `next3`, `every10` or `5%`;
/// the default is `next1`. [`Display`] writes the same form.
///
/// ```
/// use frameio_sim::Fault;
///
/// let fault: Fault = "files.show=503:10%".parse()?;
/// assert_eq!(fault.to_string(), "files.show=503:10%");
/// let busy: Fault = "429+500ms:next2;retry-after=2".parse()?;
/// let lost: Fault = "sim.upload_part=dropped-part".parse()?;
/// let error = "files.show=5O3".parse::<Fault>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown fault '5O3': expected a status"));
/// # Ok::<(), frameio_sim::ParseFaultError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    kind: Kind,
    operation: Option<&'static str>,
    when: When,
    delay: Duration,
    headers: HeaderMap,
}

#[derive(Clone, Debug)]
enum Kind {
    /// A response; a documented error if `content` is missing.
    Response {
        status: StatusCode,
        content: Option<(HeaderValue, Bytes)>,
    },
    /// Only the delay and the headers.
    Nothing,
    Reset,
    ResetInBody,
    Truncated,
    NoRateLimit,
    WrongRateLimit,
    DroppedPart,
    ExpiredToken,
    ExpiredUrl,
    StrippedHeaders,
}

/// How often a fault applies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Next(u64),
    Every(u64),
    Chance(f64),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            operation: None,
            when: When::Next(1),
            delay: Duration::ZERO,
            headers: HeaderMap::new(),
        }
    }

    /// Responds with a status and the error body that the service documents.
    pub fn status(status: StatusCode) -> Self {
        Self::new(Kind::Response { status, content: None })
    }

    /// Responds with any content.
    ///
    /// # Panics
    /// Panics if `content_type` is not a valid header value.
    #[track_caller]
    pub fn body(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        let content = Some((header_value(content_type), body.into()));
        Self::new(Kind::Response { status, content })
    }

    /// Responds with an HTML page, as a proxy does.
    pub fn html(status: StatusCode) -> Self {
        let page = format!("<html><body><h1>{status}</h1></body></html>\n");
        Self::body(status, "text/html", page)
    }

    /// Delays a successful response by `delay` on the simulator's [`Clock`](crate::Clock).
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Nothing).after(delay)
    }

    /// Resets the connection before the request is carried out, without reading its body.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// Carries out the request, and resets the connection in the middle of the response's body, or
    /// before a response without a body.
    pub fn reset_in_body() -> Self {
        Self::new(Kind::ResetInBody)
    }

    /// Carries out the request, and sends only the first half of the response's body, without an error.
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// Omits the three rate-limit headers from the response.
    pub fn no_rate_limit() -> Self {
        Self::new(Kind::NoRateLimit)
    }

    /// Sends invalid rate-limit headers: a limit of 0, -1 remaining calls and a window that is not a
    /// number.
    pub fn wrong_rate_limit() -> Self {
        Self::new(Kind::WrongRateLimit)
    }

    /// Reports an upload part as stored, but discards it, so the file stays incomplete until the part is
    /// sent again. Applies to [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART) only.
    pub fn dropped_part() -> Self {
        Self::new(Kind::DroppedPart)
    }

    /// Responds with 401, as if the token had expired. Applies to operations of the API only.
    pub fn expired_token() -> Self {
        Self::new(Kind::ExpiredToken)
    }

    /// Responds as the storage does to an expired signed URL. Applies to
    /// [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART) and [`Sim::DOWNLOAD`](crate::Sim::DOWNLOAD)
    /// only.
    pub fn expired_url() -> Self {
        Self::new(Kind::ExpiredUrl)
    }

    /// Removes the headers `authorization`, `content-type` and `x-amz-acl` from the request, as some
    /// proxies do. The API then refuses it with 401, and the storage an upload part with 403.
    pub fn stripped_headers() -> Self {
        Self::new(Kind::StrippedHeaders)
    }

    /// Limits the fault to an operation of the API, by its id, or to one of the names that
    /// [`Sim`](crate::Sim) has for requests to the storage and to IMS.
    ///
    /// # Panics
    /// Panics if the operation is unknown, or the fault cannot apply to it.
    #[must_use]
    #[track_caller]
    pub fn on(mut self, operation: &str) -> Self {
        match text::operation(operation).and_then(|operation| self.check(operation)) {
            Ok(operation) => self.operation = Some(operation),
            Err(error) => panic!("{error}"),
        }
        self
    }

    /// Applies to the next `count` requests.
    #[must_use]
    pub const fn next(mut self, count: u64) -> Self {
        self.when = When::Next(count);
        self
    }

    /// Applies to each `nth` request, without end; 0 counts as 1.
    #[must_use]
    pub const fn every(mut self, nth: u64) -> Self {
        self.when = When::Every(if nth == 0 { 1 } else { nth });
        self
    }

    /// Applies to each request with a probability from 0 to 1, without end.
    ///
    /// The random numbers depend on the builder's [`seed`](crate::Builder::seed).
    #[must_use]
    pub const fn chance(mut self, probability: f64) -> Self {
        self.when = When::Chance(probability);
        self
    }

    /// Waits for `delay` on the simulator's [`Clock`](crate::Clock) before the fault applies.
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sets a response header, and replaces one of the same name.
    ///
    /// # Panics
    /// Panics if `name` is not a header name in lower case, or `value` is not a header value.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        let value = header_value(&value.to_string());
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// Returns whether this kind of fault can apply to requests of `operation`.
    fn fits(&self, operation: Option<&str>) -> bool {
        let storage = matches!(operation, Some(UPLOAD_PART | DOWNLOAD));
        let ims = operation.is_some_and(|operation| operation.starts_with("ims."));
        match self.kind {
            Kind::DroppedPart => operation == Some(UPLOAD_PART),
            Kind::ExpiredUrl => storage,
            Kind::ExpiredToken => operation.is_some() && !storage && !ims,
            Kind::NoRateLimit | Kind::WrongRateLimit => !storage && !ims,
            Kind::Truncated => !storage,
            _ => true,
        }
    }

    fn check(&self, operation: &'static str) -> Result<&'static str, ParseFaultError> {
        if self.fits(Some(operation)) {
            Ok(operation)
        } else {
            Err(text::misplaced(&self.kind, operation))
        }
    }
}

#[track_caller]
fn header_value(text: &str) -> HeaderValue {
    match HeaderValue::from_str(text) {
        Ok(value) => value,
        Err(_) => panic!("invalid header value {text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "the operations of 'files' are files.")]
    fn an_unknown_operation_panics_with_similar_ones() {
        drop(Fault::reset().on("files.shw"));
    }
}
