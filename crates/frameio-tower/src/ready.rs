//! Readiness of an inner service, without waiting for it.

use std::task::{Context, Poll, Waker};

use tower::Service;

/// Returns whether `service` is ready now, and so may be called.
///
/// Otherwise nothing is lost: whoever waits for it polls it again with its own waker, and then also
/// gets its error.
pub(crate) fn is_ready<S: Service<R>, R>(service: &mut S) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    matches!(service.poll_ready(&mut context), Poll::Ready(Ok(())))
}
