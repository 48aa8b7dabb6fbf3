//! Retry policy for requests to IMS.

use std::time::{Duration, SystemTime};

use frameio_core::{Body, BoxError};
use frameio_tower::error::{ResponseTooLarge, error_type, find};
use frameio_tower::retry::emit_scheduled;
use frameio_tower::retry_after;
use http::{Request, Response, StatusCode};
use tokio::time::{Sleep, sleep};
use tower::retry::Policy;

/// Minimum delays in seconds; the last one repeats.
const DELAYS: [u64; 4] = [1, 2, 5, 10];
/// Maximum delay that a `Retry-After` can request. An earlier retry would be refused again.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Retries of one request.
///
/// Throttling and failures have separate budgets, so that a request survives a service that fails and
/// then throttles. All requests to IMS are retried: a code or a refresh token can be used only once,
/// but if its response is lost, a retry is the only chance.
#[derive(Clone, Debug)]
pub(super) struct Retries {
    throttled: Budget,
    failed: Budget,
}

#[derive(Clone, Debug)]
struct Budget {
    spent: u32,
    max: u32,
}

impl Retries {
    pub(super) const fn new(max: u32) -> Self {
        Self { throttled: Budget { spent: 0, max }, failed: Budget { spent: 0, max } }
    }

    fn budget<R>(&mut self, result: &Result<Response<R>, BoxError>) -> Option<&mut Budget> {
        match result {
            Ok(response) => match response.status() {
                StatusCode::TOO_MANY_REQUESTS => Some(&mut self.throttled),
                StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => Some(&mut self.failed),
                _ => None,
            },
            // Errors of a custom transport are unknown, and all requests may be retried.
            Err(error) => find::<ResponseTooLarge>(&**error).is_none().then_some(&mut self.failed),
        }
    }
}

impl Budget {
    fn delay(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        if self.spent >= self.max {
            return None;
        }
        let last = DELAYS.len() - 1;
        let at = usize::try_from(self.spent).map_or(last, |spent| spent.min(last));
        self.spent += 1;
        let own = Duration::from_secs(DELAYS.get(at).copied().unwrap_or_default());
        let delay = retry_after.unwrap_or_default().max(own);
        (delay <= MAX_RETRY_AFTER).then_some(delay)
    }
}

impl<R> Policy<Request<Body>, Response<R>, BoxError> for Retries {
    type Future = Sleep;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<R>, BoxError>,
    ) -> Option<Sleep> {
        let asked = result
            .as_ref()
            .ok()
            .and_then(|response| retry_after(response.headers(), SystemTime::now()));
        let delay = self.budget(result)?.delay(asked)?;
        // Each retry has spent one of a budget.
        let attempt = self.throttled.spent + self.failed.spent;
        match result {
            Ok(response) => emit_scheduled(attempt, delay, response.status().as_str()),
            Err(error) => emit_scheduled(attempt, delay, error_type(&**error)),
        }
        Some(sleep(delay))
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
    fn throttling_and_failures_have_separate_budgets() {
        let status = |status: u16| Ok(Response::builder().status(status).body(()).unwrap());
        let lost = || Err(BoxError::from(TransportError::new(TransportStage::Sent, "reset")));
        let mut retries = Retries::new(6);
        let mut delays = |result: Result<Response<()>, BoxError>| {
            let delay = retries.budget(&result)?.delay(None)?;
            Some(delay.as_secs())
        };
        assert_eq!(
            [(); 7].map(|()| delays(status(429))),
            [Some(1), Some(2), Some(5), Some(10), Some(10), Some(10), None]
        );
        assert_eq!(delays(status(500)), Some(1));
        assert_eq!(delays(lost()), Some(2));
        assert_eq!(delays(status(504)), Some(5));
        assert_eq!(delays(Err(BoxError::from(AttemptTimeout::new(MAX_RETRY_AFTER)))), Some(10));
        for not in [200, 302, 400, 401, 404, 408, 501] {
            assert_eq!(delays(status(not)), None, "{not}");
        }
        assert_eq!(delays(Err(BoxError::from("another client failed"))), Some(10));
        assert_eq!(delays(Err(BoxError::from(ResponseTooLarge::new(1)))), None);
    }

    #[test]
    fn honors_a_retry_after_of_at_most_a_minute() {
        let mut budget = Budget { spent: 0, max: 4 };
        let mut delay = |asked| budget.delay(Some(Duration::from_secs(asked)));
        assert_eq!(delay(7), Some(Duration::from_secs(7)));
        // Not earlier than without the header, and not earlier than the service asks for.
        assert_eq!(delay(0), Some(Duration::from_secs(2)));
        assert_eq!(delay(60), Some(MAX_RETRY_AFTER));
        assert_eq!(delay(61), None);
        assert_eq!(delay(1), None, "no retries remain");
    }
}
