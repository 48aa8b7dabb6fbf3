//! Faults: what goes wrong on purpose.

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

/// A fault of some requests; see [`Sim::inject`](crate::Sim::inject).
///
/// What goes wrong is said first, then for which operation ([`on`](Fault::on)) and how often:
/// with the next request ([`next`](Fault::next)), with each nth ([`every`](Fault::every)), or by
/// chance ([`chance`](Fault::chance)). Without more it is the next request, whichever it is.
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
/// # As text
///
/// A fault can be parsed from one line, `[OPERATION=]KIND[+DELAY][:WHEN][;HEADER=VALUE]…`:
///
/// | kind | what it is |
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
///
/// The delay is [`after`](Fault::after), as `500ms` or `1m 30s`. When is `next3`, `every10` or
/// `5%`; left out, `next1`. [`Display`] writes the same.
///
/// ```
/// use frameio_sim::Fault;
///
/// let fault: Fault = "files.show=503:10%".parse()?;
/// assert_eq!(fault.to_string(), "files.show=503:10%");
/// let busy: Fault = "429+500ms:next2;retry-after=2".parse()?;
/// let lost: Fault = "sim.upload_part=dropped-part".parse()?;
/// let error = "files.show=5O3".parse::<Fault>().unwrap_err();
/// assert!(error.to_string().starts_with("`5O3` is no kind of fault; there are a status"));
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
    /// An answer; the documented error where there is no content.
    Answer {
        status: StatusCode,
        content: Option<(HeaderValue, Bytes)>,
    },
    /// Nothing but the delay and the headers.
    Nothing,
    Reset,
    ResetInBody,
    Truncated,
    NoRateLimit,
    WrongRateLimit,
    DroppedPart,
    ExpiredToken,
    ExpiredUrl,
}

/// How often a fault fires.
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

    /// Responds with a status and the body of a documented error.
    pub fn status(status: StatusCode) -> Self {
        Self::new(Kind::Answer { status, content: None })
    }

    /// Responds with any content.
    ///
    /// # Panics
    /// If `content_type` is no header value.
    #[track_caller]
    pub fn body(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        let content = Some((header_value(content_type), body.into()));
        Self::new(Kind::Answer { status, content })
    }

    /// Responds with the HTML page of a proxy.
    pub fn html(status: StatusCode) -> Self {
        let page = format!("<html><body><h1>{status}</h1></body></html>\n");
        Self::body(status, "text/html", page)
    }

    /// Responds as if nothing were wrong, after `delay` on the simulator's [`Clock`](crate::Clock).
    pub fn delay(delay: Duration) -> Self {
        Self::new(Kind::Nothing).after(delay)
    }

    /// Resets the connection without reading the body: nothing was done.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// Resets the connection in the middle of the response's body, or before the response where it has
    /// none: the request was carried out.
    pub fn reset_in_body() -> Self {
        Self::new(Kind::ResetInBody)
    }

    /// Sends only the first half of the response's JSON, as if it were all: the request was carried
    /// out.
    pub fn truncated() -> Self {
        Self::new(Kind::Truncated)
    }

    /// Leaves the three headers of the quota out of the response.
    pub fn no_rate_limit() -> Self {
        Self::new(Kind::NoRateLimit)
    }

    /// Puts into the headers of the quota what cannot be: a limit of 0, -1 calls left, and a
    /// window that is no number.
    pub fn wrong_rate_limit() -> Self {
        Self::new(Kind::WrongRateLimit)
    }

    /// Answers that a part was taken, but does not keep it: the file never gets complete unless
    /// the part is sent again. Of [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART) only.
    pub fn dropped_part() -> Self {
        Self::new(Kind::DroppedPart)
    }

    /// Answers 401, as if the token had just expired. Of operations of the API only.
    pub fn expired_token() -> Self {
        Self::new(Kind::ExpiredToken)
    }

    /// Answers as the storage does to a URL that was signed too long ago. Of
    /// [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART) and [`Sim::DOWNLOAD`](crate::Sim::DOWNLOAD)
    /// only.
    pub fn expired_url() -> Self {
        Self::new(Kind::ExpiredUrl)
    }

    /// Only for this operation: by its id, or one of the names that [`Sim`](crate::Sim) has for the storage
    /// and for IMS.
    ///
    /// # Panics
    /// If there is no such operation, or the fault is none of it.
    #[must_use]
    #[track_caller]
    pub fn on(mut self, operation: &str) -> Self {
        match text::operation(operation).and_then(|operation| self.check(operation)) {
            Ok(operation) => self.operation = Some(operation),
            Err(error) => panic!("{error}"),
        }
        self
    }

    /// With the next `count` requests.
    #[must_use]
    pub const fn next(mut self, count: u64) -> Self {
        self.when = When::Next(count);
        self
    }

    /// With each `nth` request, for as long as the simulator runs; 0 is taken for 1.
    #[must_use]
    pub const fn every(mut self, nth: u64) -> Self {
        self.when = When::Every(if nth == 0 { 1 } else { nth });
        self
    }

    /// With a probability from 0 to 1, for as long as the simulator runs; by the builder's
    /// [`seed`](crate::Builder::seed).
    #[must_use]
    pub const fn chance(mut self, probability: f64) -> Self {
        self.when = When::Chance(probability);
        self
    }

    /// Waits before all else, on the simulator's [`Clock`](crate::Clock).
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Puts a header into the response, in place of one of the same name.
    ///
    /// # Panics
    /// If `name` is no lower-case header name, or `value` no header value.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        let value = header_value(&value.to_string());
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// Whether it applies to requests of this operation.
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
        Err(_) => panic!("{text:?} is no header value"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "of `files` there are files.")]
    fn an_operation_that_there_is_not_is_told() {
        drop(Fault::reset().on("files.shw"));
    }
}
