//! Requests to stop: Ctrl-C, and what the system sends to end a program.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use frameio::transfer::Transfers;

use crate::exit::{Failure, Status};

/// Maximum time for downloads to record what they have received, after a request to stop.
const LAST_RECORDS: Duration = Duration::from_secs(10);

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

/// Runs a command until it ends, or drops it when the user stops the run.
pub(crate) async fn interruptible<T, E: Into<Failure>>(
    command: impl Future<Output = Result<T, E>>,
) -> Result<(), Failure> {
    tokio::select! {
        ended = command => ended.map(drop).map_err(Into::into),
        () = requested() => Err(Failure::reported(Status::Interrupted)),
    }
}

/// Runs transfers until they end. When the user stops the run, downloads record what they have received
/// before the rest is dropped; a second request drops them at once.
pub(crate) async fn stopping<T, E>(
    transfers: &Transfers,
    transfer: impl Future<Output = Result<T, E>>,
) -> Result<T, Stopped<E>> {
    let mut transfer = pin!(transfer);
    tokio::select! {
        ended = &mut transfer => return ended.map_err(Stopped::Failed),
        () = requested() => {}
    }
    transfers.stop();
    tokio::select! {
        biased;
        ended = transfer => ended.map_err(|_| Stopped::Interrupted),
        () = transfers.stopped() => Err(Stopped::Interrupted),
        () = requested() => Err(Stopped::Interrupted),
        () = tokio::time::sleep(LAST_RECORDS) => Err(Stopped::Interrupted),
    }
}

/// Reason why transfers ended early.
pub(crate) enum Stopped<E> {
    Interrupted,
    Failed(E),
}

impl<E: Into<Failure>> From<Stopped<E>> for Failure {
    fn from(stopped: Stopped<E>) -> Self {
        match stopped {
            Stopped::Interrupted => Self::reported(Status::Interrupted),
            Stopped::Failed(error) => error.into(),
        }
    }
}
