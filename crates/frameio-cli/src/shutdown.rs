//! Requests to stop: Ctrl-C (SIGINT) and SIGTERM.

use std::future::Future;

use crate::exit::{Failure, Status};

/// Waits for the next request to stop.
pub(crate) async fn requested() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Runs a transfer until it ends, or drops it when the user stops the run.
pub(crate) async fn interruptible<T, E: Into<Failure>>(
    transfer: impl Future<Output = Result<T, E>>,
) -> Result<(), Failure> {
    tokio::select! {
        ended = transfer => ended.map(drop).map_err(Into::into),
        () = requested() => Err(Failure::reported(Status::Interrupted)),
    }
}
