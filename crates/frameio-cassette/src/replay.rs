//! The service that replays a cassette.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use frameio_core::Body;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body::Body as HttpBody;
use http_body_util::BodyExt;
use tower_service::Service;

use crate::cassette::{Cassette, Exchange, RecordedBody, RecordedResponse};
use crate::matching::Bindings;

/// Transport that responds from a cassette, without a network.
///
/// A request matches a recorded one if the two are equal up to replacements: where the cassette has
/// `name-1`, the test may use `name-1` or any other name, but the same one each time. A response
/// contains the values that the test has used, so that a test that creates the folder `Dailies` reads
/// `Dailies`.
///
/// Clones share their position in the cassette.
#[derive(Clone, Debug)]
pub struct Replay {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    exchanges: Vec<Exchange>,
    used: Vec<bool>,
    is_strict: bool,
    bindings: Bindings,
}

impl Replay {
    /// Requires all requests of the cassette in their order, with equal bodies.
    ///
    /// Requests that run concurrently have no reproducible order; use [`Replay::lenient`] for them.
    pub fn strict(cassette: Cassette) -> Self {
        Self::new(cassette, true)
    }

    /// Finds the response by method, path and query, in any order.
    ///
    /// Equal requests get the responses in the recorded order, and then the last one again. Bodies of
    /// requests are not compared.
    pub fn lenient(cassette: Cassette) -> Self {
        Self::new(cassette, false)
    }

    fn new(cassette: Cassette, is_strict: bool) -> Self {
        let exchanges = cassette.exchanges().to_vec();
        let used = vec![false; exchanges.len()];
        let state = State { exchanges, used, is_strict, bindings: Bindings::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Returns the number of exchanges that no request has used.
    pub fn remaining(&self) -> usize {
        self.state().used.iter().filter(|used| !**used).count()
    }

    /// Checks at the end of a test that the whole cassette was used.
    ///
    /// # Errors
    /// Fails if an exchange was not used, and names the first one.
    pub fn finish(&self) -> Result<(), ReplayError> {
        let state = self.state();
        let unused = state.exchanges.iter().zip(&state.used).find(|(_, used)| !**used);
        match unused {
            Some((exchange, _)) => Err(ReplayError(Cause::Unused(Route::of(exchange)))),
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service<Request<Body>> for Replay {
    type Response = Response<Body>;
    type Error = ReplayError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, ReplayError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ReplayError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let response = self.state().respond(&request);
        Box::pin(async move {
            let mut body = request.into_body();
            // A sender may require that the whole body was read before the response.
            while let Some(Ok(_)) = body.frame().await {}
            response
        })
    }
}

impl State {
    fn respond(&mut self, request: &Request<Body>) -> Result<Response<Body>, ReplayError> {
        let target = target(request.uri());
        let (index, bindings) = match self.is_strict {
            true => self.next(request, &target)?,
            false => self.find(request, &target)?,
        };
        self.bindings = bindings;
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
        let exchange = &self.exchanges[index];
        match &exchange.response {
            Some(response) => self.response(exchange, response),
            None => Err(ReplayError(Cause::NoResponse(Route::of(exchange)))),
        }
    }

    /// Returns the first unused exchange, which the request has to match.
    fn next(
        &self,
        request: &Request<Body>,
        target: &str,
    ) -> Result<(usize, Bindings), ReplayError> {
        let actual = || Route::new(request.method().as_str(), target);
        let Some(index) = self.used.iter().position(|used| !used) else {
            return Err(ReplayError(Cause::AtEnd(actual())));
        };
        let exchange = &self.exchanges[index];
        let Some(mut bindings) = self.same_route(exchange, request, target) else {
            return Err(ReplayError(Cause::Route(exchange.n, Route::of(exchange), actual())));
        };
        if !same_body(&mut bindings, exchange.request.body.as_ref(), request.body()) {
            return Err(ReplayError(Cause::Body(exchange.n, Route::of(exchange))));
        }
        Ok((index, bindings))
    }

    /// Returns the first unused exchange that matches, or else the last one that does.
    fn find(
        &self,
        request: &Request<Body>,
        target: &str,
    ) -> Result<(usize, Bindings), ReplayError> {
        let mut last = None;
        for (index, exchange) in self.exchanges.iter().enumerate() {
            let Some(bindings) = self.same_route(exchange, request, target) else { continue };
            // An equal body binds its values too, so that they return in the response.
            let mut with_body = bindings.clone();
            let is_equal =
                same_body(&mut with_body, exchange.request.body.as_ref(), request.body());
            let bindings = if is_equal { with_body } else { bindings };
            if !self.used[index] {
                return Ok((index, bindings));
            }
            last = Some((index, bindings));
        }
        let actual = || Route::new(request.method().as_str(), target);
        last.ok_or_else(|| ReplayError(Cause::Unknown(actual())))
    }

    fn same_route(
        &self,
        exchange: &Exchange,
        request: &Request<Body>,
        target: &str,
    ) -> Option<Bindings> {
        let mut bindings = self.bindings.clone();
        let is_same = exchange.request.method == request.method().as_str()
            && bindings.target(&exchange.request.target, target);
        is_same.then_some(bindings)
    }

    fn response(
        &self,
        exchange: &Exchange,
        recorded: &RecordedResponse,
    ) -> Result<Response<Body>, ReplayError> {
        let status = StatusCode::from_u16(recorded.status)
            .map_err(|_| ReplayError(Cause::Status(exchange.n, recorded.status)))?;
        let body = match &recorded.body {
            None => Body::empty(),
            Some(RecordedBody::Json(value)) => {
                let mut value = value.clone();
                self.bindings.restore(&mut value);
                Body::from(value.to_string())
            }
            Some(RecordedBody::Form(form)) => Body::from(form.clone()),
            // The text of an error page does not matter, but a file without content would.
            Some(RecordedBody::Omitted { .. }) if !status.is_success() => Body::empty(),
            Some(RecordedBody::Omitted { .. }) => {
                return Err(ReplayError(Cause::Omitted(Route::of(exchange))));
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        for (name, value) in &recorded.headers {
            let header = (HeaderName::try_from(name), HeaderValue::from_str(value));
            if let (Ok(name), Ok(value)) = header {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }
}

/// Returns the target of a request as a cassette writes it.
fn target(uri: &Uri) -> String {
    let url = uri.to_string();
    match uri.path().find("/v4/") {
        Some(start) => {
            let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
            format!("{}{query}", &uri.path()[start..])
        }
        None => url,
    }
}

fn same_body(bindings: &mut Bindings, recorded: Option<&RecordedBody>, body: &Body) -> bool {
    let bytes = body.as_bytes();
    match (recorded, bytes) {
        (None, Some(bytes)) => bytes.is_empty(),
        (None, None) => false,
        (Some(RecordedBody::Omitted { bytes }), _) => {
            bytes.is_none_or(|bytes| body.size_hint().exact().is_none_or(|size| size == bytes))
        }
        (Some(RecordedBody::Json(recorded)), Some(bytes)) => {
            serde_json::from_slice(bytes).is_ok_and(|actual| bindings.json(recorded, &actual))
        }
        (Some(RecordedBody::Form(recorded)), Some(bytes)) => {
            std::str::from_utf8(bytes).is_ok_and(|actual| bindings.form(recorded, actual))
        }
        (Some(_), None) => false,
    }
}

/// Method and path of a request, for errors.
#[derive(Clone, Debug)]
struct Route(String);

impl Route {
    /// Omits the query, which may contain a signature.
    fn new(method: &str, target: &str) -> Self {
        let path = target.split('?').next().unwrap_or_default();
        Self(format!("{method} {path}"))
    }

    fn of(exchange: &Exchange) -> Self {
        Self::new(&exchange.request.method, &exchange.request.target)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Error of a replay: a request that the cassette does not contain.
#[derive(Clone, Debug)]
pub struct ReplayError(Cause);

#[derive(Clone, Debug)]
enum Cause {
    AtEnd(Route),
    Route(u64, Route, Route),
    Body(u64, Route),
    Unknown(Route),
    NoResponse(Route),
    Omitted(Route),
    Status(u64, u16),
    Unused(Route),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::AtEnd(route) => write!(f, "{route}: the cassette has no further exchange"),
            Cause::Route(n, expected, actual) => {
                write!(f, "{actual}: exchange {n} of the cassette is {expected}")
            }
            Cause::Body(n, route) => {
                write!(f, "{route}: the body differs from exchange {n} of the cassette")
            }
            Cause::Unknown(route) => write!(f, "{route}: not in the cassette"),
            Cause::NoResponse(route) => write!(f, "{route}: the recorded request had no response"),
            Cause::Omitted(route) => {
                write!(f, "{route}: the cassette does not contain the body of the response")
            }
            Cause::Status(n, status) => {
                write!(f, "exchange {n} of the cassette has the invalid status {status}")
            }
            Cause::Unused(route) => write!(f, "{route}: recorded, but not requested"),
        }
    }
}

impl std::error::Error for ReplayError {}
