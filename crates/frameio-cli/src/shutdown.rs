//! Requests to stop: Ctrl-C, and what the system sends to end a program.

use std::future::Future;

use crate::exit::{Failure, Status};

/// Waits for the next request to stop.
pub(crate) async fn requested() {
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            Ok(()) => {}
            Err(_) => system::terminated().await,
        },
        () = system::terminated() => {}
    }
}

/// SIGTERM.
#[cfg(unix)]
mod system {
    use tokio::signal::unix::{SignalKind, signal};

    pub(super) async fn terminated() {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}

/// Ctrl-Break, a closed console, the end of the session, and a shutdown of the machine. The system kills
/// the program a few seconds later.
#[cfg(windows)]
mod system {
    use std::io;

    use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_logoff, ctrl_shutdown};

    pub(super) async fn terminated() {
        if wait().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn wait() -> io::Result<()> {
        let (mut break_, mut close) = (ctrl_break()?, ctrl_close()?);
        let (mut logoff, mut shutdown) = (ctrl_logoff()?, ctrl_shutdown()?);
        tokio::select! {
            _ = break_.recv() => {}
            _ = close.recv() => {}
            _ = logoff.recv() => {}
            _ = shutdown.recv() => {}
        }
        Ok(())
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
