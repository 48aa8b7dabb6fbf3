//! Which requests to IMS are sent again, and when.

use std::time::{Duration, SystemTime};

use frameio_core::Body;
use frameio_tower::error::ResponseTooLarge;
use frameio_tower::trace::names::{RETRY_SCHEDULED, RETRY_TARGET};
use frameio_tower::{HttpError, retry_after};
use http::{Request, Response, StatusCode};
use tokio::time::{Sleep, sleep};
use tower::retry::Policy;

/// The waits where none is told, the last one from then on.
const WAITS: [u64; 4] = [1, 2, 5, 10];
/// The longest wait that a `Retry-After` is followed for.
const LONGEST_TOLD: Duration = Duration::from_secs(60);

/// The retries of one request: refusals and failures have a budget each, so that a service that
/// comes back from trouble and is then busy is not given up too soon.
///
/// All requests to IMS are sent again after a failure. A code or a refresh token is good once, but
/// where the response to it is lost, nothing else is left to try.
#[derive(Clone, Debug)]
pub(super) struct Retries {
    refused: Budget,
    failed: Budget,
}

#[derive(Clone, Debug)]
struct Budget {
    spent: u32,
    max: u32,
}

impl Retries {
    pub(super) const fn new(max: u32) -> Self {
        Self { refused: Budget { spent: 0, max }, failed: Budget { spent: 0, max } }
    }

    fn budget<R>(&mut self, result: &Result<Response<R>, HttpError>) -> Option<&mut Budget> {
        match result {
            Ok(response) => match response.status() {
                StatusCode::TOO_MANY_REQUESTS => Some(&mut self.refused),
                StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => Some(&mut self.failed),
                _ => None,
            },
            // A transport of somebody's own has errors of its own, and all of these requests may be
            // sent again.
            Err(error) => error.find::<ResponseTooLarge>().is_none().then_some(&mut self.failed),
        }
    }
}

impl Budget {
    fn wait(&mut self, told: Option<Duration>) -> Option<Duration> {
        if self.spent >= self.max {
            return None;
        }
        let last = WAITS.len() - 1;
        let at = usize::try_from(self.spent).map_or(last, |spent| spent.min(last));
        self.spent += 1;
        let own = Duration::from_secs(WAITS.get(at).copied().unwrap_or_default());
        Some(told.map_or(own, |told| told.min(LONGEST_TOLD)))
    }
}

impl<R> Policy<Request<Body>, Response<R>, HttpError> for Retries {
    type Future = Sleep;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<R>, HttpError>,
    ) -> Option<Sleep> {
        let told = result
            .as_ref()
            .ok()
            .and_then(|response| retry_after(response.headers(), SystemTime::now()));
        let wait = self.budget(result)?.wait(told)?;
        tracing::debug!(name: RETRY_SCHEDULED, target: RETRY_TARGET, ?wait, "{RETRY_SCHEDULED}");
        Some(sleep(wait))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        let body = request.body().try_clone()?;
        let mut copy = Request::new(body);
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.headers_mut() = request.headers().clone();
        Some(copy)
    }
}

#[cfg(test)]
mod tests {
    use frameio_tower::{AttemptTimeout, TransportError, TransportStage};

    use super::*;

    #[test]
    fn each_budget_has_its_own_waits() {
        let status = |status: u16| Ok(Response::builder().status(status).body(()).unwrap());
        let lost = || Err(HttpError::new(TransportError::new(TransportStage::Sent, "reset")));
        let mut retries = Retries::new(6);
        let mut waits = |result: Result<Response<()>, HttpError>| {
            let wait = retries.budget(&result)?.wait(None)?;
            Some(wait.as_secs())
        };
        assert_eq!(
            [(); 7].map(|()| waits(status(429))),
            [Some(1), Some(2), Some(5), Some(10), Some(10), Some(10), None]
        );
        assert_eq!(waits(status(500)), Some(1));
        assert_eq!(waits(lost()), Some(2));
        assert_eq!(waits(status(504)), Some(5));
        assert_eq!(waits(Err(HttpError::new(AttemptTimeout::new(LONGEST_TOLD)))), Some(10));
        for not in [200, 302, 400, 401, 404, 408, 501] {
            assert_eq!(waits(status(not)), None, "{not}");
        }
        assert_eq!(waits(Err(HttpError::new("another client failed"))), Some(10));
        assert_eq!(waits(Err(HttpError::new(ResponseTooLarge::new(1)))), None);
    }

    #[test]
    fn what_is_told_is_followed_up_to_a_minute() {
        let mut budget = Budget { spent: 0, max: 2 };
        assert_eq!(budget.wait(Some(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        assert_eq!(budget.wait(Some(Duration::from_secs(700))), Some(LONGEST_TOLD));
        assert_eq!(budget.wait(Some(Duration::ZERO)), None);
    }
}
