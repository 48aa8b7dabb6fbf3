//! Readiness of an inner service, without waiting for it.

use std::mem;
use std::task::{Context, Poll, Waker};

use tower::Service;

/// Returns whether `service` is ready now and may be called.
///
/// If it is not ready, it may have joined a queue. The caller has to poll the same service again: a
/// clone would wait behind it forever.
pub(crate) fn is_ready<S: Service<R>, R>(service: &mut S) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    matches!(service.poll_ready(&mut context), Poll::Ready(Ok(())))
}

/// Returns the service if it is ready now. Otherwise takes it, so that the caller can poll it until it
/// is ready, and leaves a clone in its place.
pub(crate) fn ready_or_take<S, R>(service: &mut S) -> Result<&mut S, S>
where
    S: Service<R> + Clone,
{
    if is_ready(service) {
        return Ok(service);
    }
    let clone = service.clone();
    Err(mem::replace(service, clone))
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
        assert!(is_ready(&mut service));
        assert!(ready_or_take(&mut service).is_ok());
    }

    #[test]
    fn a_service_that_is_not_ready_is_taken_with_its_place_in_the_queue() {
        let mut first = ConcurrencyLimit::new(service_fn(async |()| Ok::<_, BoxError>(())), 1);
        let mut second = first.clone();
        assert!(is_ready(&mut first));
        let mut taken = ready_or_take(&mut second).unwrap_err();
        assert!(!is_ready(&mut taken));
        assert!(!is_ready(&mut second));
        drop(first);
        // The clone in its place waits behind it.
        assert!(!is_ready(&mut second));
        assert!(is_ready(&mut taken));
    }
}
