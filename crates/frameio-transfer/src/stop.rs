//! Requests to stop all transfers.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use tokio::sync::Notify;

use crate::{TransferError, TransferErrorKind, Transfers};

impl Transfers {
    /// Stops all transfers of this value and its clones, for good.
    ///
    /// Each running one ends with [`TransferErrorKind::Stopped`] as soon as it has recorded what it has
    /// received, so that the same transfer continues there with other `Transfers`. A later one fails
    /// with the same error.
    ///
    /// Dropping the future of a transfer is always safe too, but a download then loses the bytes since
    /// its last record, which is written every 5 seconds or more often.
    pub fn stop(&self) {
        self.inner.stop.request();
    }

    /// Waits until the transfers were [stopped](Self::stop) and no download is running.
    ///
    /// The downloads have to be polled in the meantime. When this future ends, they can be dropped.
    pub async fn stopped(&self) {
        let stop = &self.inner.stop;
        loop {
            let changed = stop.changed.notified();
            if stop.is_requested() && stop.downloads.load(Ordering::Acquire) == 0 {
                return;
            }
            changed.await;
        }
    }
}

/// Whether the transfers have to stop.
#[derive(Default)]
pub(crate) struct StopSignal {
    is_requested: AtomicBool,
    /// Number of running downloads.
    downloads: AtomicUsize,
    /// Notified of a request, and of the end of a download.
    changed: Notify,
}

/// A running download, which ends when this value is dropped.
pub(crate) struct Running<'a>(&'a StopSignal);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.downloads.fetch_sub(1, Ordering::Release);
        if self.0.is_requested() {
            self.0.changed.notify_waiters();
        }
    }
}

impl StopSignal {
    fn request(&self) {
        self.is_requested.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    /// Counts a download.
    pub(crate) fn running(&self) -> Running<'_> {
        self.downloads.fetch_add(1, Ordering::Release);
        Running(self)
    }

    pub(crate) fn is_requested(&self) -> bool {
        self.is_requested.load(Ordering::Acquire)
    }

    /// Awaits a future, or drops it and fails when the transfers have to stop.
    pub(crate) async fn until<F: Future>(&self, future: F) -> Result<F::Output, TransferError> {
        // Created before the flag is read, so that no request is missed.
        let (mut future, mut requested) = (pin!(future), pin!(self.changed.notified()));
        poll_fn(|cx| {
            if self.is_requested() {
                return Poll::Ready(Err(stopped()));
            }
            match future.as_mut().poll(cx) {
                Poll::Ready(output) => Poll::Ready(Ok(output)),
                Poll::Pending => requested.as_mut().poll(cx).map(|()| Err(stopped())),
            }
        })
        .await
    }
}

impl fmt::Debug for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StopSignal").field(&self.is_requested()).finish()
    }
}

pub(crate) fn stopped() -> TransferError {
    TransferError::new(TransferErrorKind::Stopped, "the transfer was stopped")
}
