//! Waiting for the service: how all transfers ask for the state of their files.

use std::time::Duration;

use frameio_api::files::{File, FileStatus, ShowFile, ShowUploadStatus};
use frameio_core::{AccountId, Endpoint, FileId};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::error::{TransferError, TransferErrorKind};
use crate::client::Client;
use crate::error::{Error, ErrorKind};

/// What a transfer to the service waits for when all is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// The service has put the parts together.
    #[default]
    Uploaded,
    /// The renditions are there too. The service makes none of some kinds of files, which then
    /// never get that far.
    Transcoded,
}

impl Until {
    /// When to stop waiting for it: by default after ten minutes, or six hours for renditions. A
    /// limit beyond what a clock can tell is none.
    pub(crate) fn end(self, limit: Option<Duration>) -> Option<Instant> {
        let default = match self {
            Self::Uploaded => Duration::from_secs(600),
            Self::Transcoded => Duration::from_secs(6 * 3600),
        };
        Instant::now().checked_add(limit.unwrap_or(default))
    }
}

/// Asks for the state of files, a few at a time, the longest waiting first.
///
/// The quota of these calls is small, and shared with the rest of the program. The queue of it is
/// first come, first served: with no more than [`TURNS`] of ours in it, the others get their turn.
#[derive(Debug)]
pub(crate) struct Poller {
    turns: Semaphore,
    interval: Duration,
}

/// How many calls are under way at most.
const TURNS: usize = 4;

/// The longest time from one call for a file to the next.
const LONGEST: Duration = Duration::from_secs(15);

impl Poller {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { turns: Semaphore::new(TURNS), interval }
    }

    /// Waits until the service has put a file together, or fetched it.
    pub(crate) async fn uploaded(
        &self,
        client: &Client,
        (account_id, file_id): (&AccountId, &FileId),
        end: Option<Instant>,
    ) -> Result<(), TransferError> {
        let status = || ShowUploadStatus::new(account_id, file_id);
        let polling = self.poll(client, status, |status| {
            if status.upload_failed {
                let failed = "the service could not put the upload together, or not fetch it";
                return Err(TransferError::new(TransferErrorKind::UploadFailed, failed));
            }
            Ok(status.upload_complete)
        });
        within(end, polling, "the service did not tell in time that it has the whole file").await?;
        Ok(())
    }

    /// Waits until the renditions of a file are there.
    pub(crate) async fn transcoded(
        &self,
        client: &Client,
        (account_id, file_id): (&AccountId, &FileId),
        end: Option<Instant>,
    ) -> Result<File, TransferError> {
        let show = || ShowFile::new(account_id, file_id);
        let polling = self.poll(client, show, |file| Ok(file.status == FileStatus::Transcoded));
        within(end, polling, "the service did not make the renditions in time").await
    }

    /// Asks until the answer will do.
    async fn poll<E: Endpoint>(
        &self,
        client: &Client,
        request: impl Fn() -> E,
        is_done: impl Fn(&E::Response) -> Result<bool, TransferError>,
    ) -> Result<E::Response, TransferError> {
        let mut wait = self.interval;
        loop {
            let turn = self.turns.acquire().await;
            let answer = client.send(request()).await;
            drop(turn);
            match answer {
                Ok(answer) if is_done(&answer)? => return Ok(answer),
                Ok(_) => {}
                Err(error) if may_pass(&error) => {}
                Err(error) => return Err(TransferError::call(error)),
            }
            sleep(wait).await;
            wait = wait.mul_f64(1.5).min(LONGEST.max(self.interval));
        }
    }
}

/// What a future gives before `end`.
async fn within<T>(
    end: Option<Instant>,
    waiting: impl Future<Output = Result<T, TransferError>>,
    late: &'static str,
) -> Result<T, TransferError> {
    match end {
        None => waiting.await,
        Some(end) => timeout_at(end, waiting)
            .await
            .unwrap_or_else(|_| Err(TransferError::new(TransferErrorKind::Timeout, late))),
    }
}

/// Whether it is worth asking again, after the client has done so already.
fn may_pass(error: &Error) -> bool {
    let kinds = [
        ErrorKind::RateLimited,
        ErrorKind::Timeout,
        ErrorKind::Connect,
        ErrorKind::Transport,
        ErrorKind::Body,
    ];
    error.is_server_error() || kinds.contains(&error.kind())
}
