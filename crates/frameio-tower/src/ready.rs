//! Readiness of an inner service, without waiting for it.

use std::mem;
use std::task::{Context, Poll, Waker};

use tower::Service;

/// Polls `service` once. If it is ready now, it may be called.
///
/// If it is pending, it may have joined a queue. The caller has to poll the same service again: a
/// clone would wait behind it forever. After an error, it must not be polled again.
pub(crate) fn poll_once<S: Service<R>, R>(service: &mut S) -> Poll<Result<(), S::Error>> {
    service.poll_ready(&mut Context::from_waker(Waker::noop()))
}

/// Service that is not ready.
pub(crate) enum NotReady<S, E> {
    /// To be polled until it is ready.
    Pending(S),
    /// Failed, so it must not be polled again.
    Failed(E),
}

/// Returns the service if it is ready now. If it is pending, takes it, so that the caller can poll it
/// until it is ready, and leaves a clone in its place.
pub(crate) fn ready_or_take<S, R>(service: &mut S) -> Result<&mut S, NotReady<S, S::Error>>
where
    S: Service<R> + Clone,
{
    match poll_once(service) {
        Poll::Ready(Ok(())) => Ok(service),
        Poll::Ready(Err(error)) => Err(NotReady::Failed(error)),
        Poll::Pending => {
            let clone = service.clone();
            Err(NotReady::Pending(mem::replace(service, clone)))
        }
    }
}

#[cfg(test)]
mod tests {
    use frameio_core::BoxError;
    use tower::limit::ConcurrencyLimit;
    use tower::service_fn;

    use super::*;

    #[test]
    fn a_ready_service_is_used_in_place() {
        let mut service = service_fn(async |()| Ok::<_, BoxError>(()));
        assert!(poll_once(&mut service).is_ready());
        assert!(ready_or_take(&mut service).is_ok());
    }

    #[test]
    fn a_service_that_is_not_ready_is_taken_with_its_place_in_the_queue() {
        let mut first = ConcurrencyLimit::new(service_fn(async |()| Ok::<_, BoxError>(())), 1);
        let mut second = first.clone();
        assert!(poll_once(&mut first).is_ready());
        let Err(NotReady::Pending(mut taken)) = ready_or_take(&mut second) else {
            panic!("the permit is taken")
        };
        assert!(poll_once(&mut taken).is_pending());
        assert!(poll_once(&mut second).is_pending());
        drop(first);
        // The clone in its place waits behind it.
        assert!(poll_once(&mut second).is_pending());
        assert!(poll_once(&mut taken).is_ready());
    }
}
