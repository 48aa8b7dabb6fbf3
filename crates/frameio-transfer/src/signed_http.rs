//! The HTTP side of transfers: signed URLs, which must not see the token of the API, and are none
//! of its quotas' business.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use frameio_core::{Body, BoxError};
use frameio_tower::retry_after;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;

use super::retry::{Answer, AttemptError};
use frameio_tower::HttpService;

/// The most that is read of an answer that is no success.
const ERROR_BODY: usize = 64 << 10;

/// Sends requests to signed URLs, one attempt at a time, and follows no redirects.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    pub(crate) http: HttpService,
    /// How long nothing may move.
    pub(crate) stall_timeout: Duration,
    /// How long an attempt may take until the head of its answer is there.
    pub(crate) attempt_timeout: Duration,
}

impl Storage {
    /// The answer to a request, if it is a success, its body yet to be read.
    pub(crate) async fn send(
        &self,
        request: Request<Body>,
        activity: &Activity,
    ) -> Result<Response<Body>, AttemptError> {
        let answer = async {
            let sent = self.http.clone().oneshot(request).await;
            let response = sent.map_err(|error| AttemptError::Transport(error.into_inner()))?;
            if response.status().is_success() {
                return Ok(response);
            }
            let (parts, body) = response.into_parts();
            // A refusal is one even where its text does not come.
            let body = Limited::new(body, ERROR_BODY).collect().await;
            let body = body.map(|body| body.to_bytes()).unwrap_or_default();
            let wait = retry_after(&parts.headers, SystemTime::now());
            Err(AttemptError::Answered(Answer::new(parts.status, wait, &body)))
        };
        self.watch(answer, activity).await?
    }

    /// What a future gives, unless nothing moves for too long, or all takes too long.
    pub(crate) async fn watch<F: Future>(
        &self,
        future: F,
        activity: &Activity,
    ) -> Result<F::Output, AttemptError> {
        let mut future = pin!(future);
        let begun = Instant::now();
        let mut moved = (begun, activity.count());
        loop {
            let stalls = moved.0.checked_add(self.stall_timeout);
            let ends = begun.checked_add(self.attempt_timeout);
            let Some(until) = stalls.into_iter().chain(ends).min() else {
                return Ok(future.await);
            };
            if let Ok(output) = timeout_at(until, &mut future).await {
                return Ok(output);
            }
            if ends.is_some_and(|ends| Instant::now() >= ends) {
                return Err(AttemptError::TimedOut(self.attempt_timeout));
            }
            let now = activity.count();
            if now == moved.1 {
                return Err(AttemptError::Stalled(self.stall_timeout));
            }
            moved = (Instant::now(), now);
        }
    }
}

/// Tells that something moves: a counter that bodies turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activity(Arc<AtomicU64>);

impl Activity {
    pub(crate) fn touch(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Boxes the service that signed URLs are asked through.
pub(crate) fn boxed<S, B>(service: S) -> HttpService
where
    S: tower::Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    HttpService::new(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage() -> Storage {
        let never = tower::service_fn(|_: Request<Body>| {
            std::future::pending::<Result<Response<Body>, std::convert::Infallible>>()
        });
        Storage {
            http: boxed(never),
            stall_timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(1000),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_move_is_given_up() {
        let begun = Instant::now();
        let error = storage().send(Request::new(Body::empty()), &Activity::default()).await;
        assert!(matches!(error, Err(AttemptError::Stalled(_))));
        assert_eq!(begun.elapsed().as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn what_moves_has_its_time_and_no_more() {
        let activity = Activity::default();
        let moving = activity.clone();
        let mover = tokio::spawn(async move {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(50)).await;
                moving.touch();
            }
        });
        let begun = Instant::now();
        let error = storage().send(Request::new(Body::empty()), &activity).await;
        assert!(matches!(error, Err(AttemptError::TimedOut(_))));
        assert_eq!(begun.elapsed().as_secs(), 1000);
        mover.abort();
    }
}
