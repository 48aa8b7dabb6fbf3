//! Waiting for the service: how transfers poll the state of their files.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_api::files::{File, FileStatus, ShowFile, ShowUploadStatus};
use frameio_core::{AccountId, Endpoint, FileId};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::error::{TransferError, TransferErrorKind};
use frameio_client::Client;
use frameio_client::{Error, ErrorKind};

/// State of a file that an upload waits for when all parts are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitFor {
    /// The service has put the parts together.
    #[default]
    Uploaded,
    /// The renditions are complete too. The service makes none of some kinds of files, which never
    /// reach this state.
    Transcoded,
}

impl WaitFor {
    /// Returns when to stop waiting: by default after ten minutes, or six hours for renditions. A
    /// limit beyond the range of the clock is none.
    pub(crate) fn end(self, limit: Option<Duration>) -> Option<Instant> {
        let default = match self {
            Self::Uploaded => Duration::from_secs(600),
            Self::Transcoded => Duration::from_secs(6 * 3600),
        };
        Instant::now().checked_add(limit.unwrap_or(default))
    }
}

/// Polls the state of files, a few at a time, the longest waiting first.
///
/// The quota of these calls is small, and shared with the rest of the program. Its queue is first
/// come, first served: with no more than [`TURNS`] calls of transfers in it, the others get their
/// turn.
///
/// The upload status shares the quota of new files, so many small files would wait for it if each
/// were polled twice. So the first call waits for as long as the service lately took, and of three in
/// a row only one is for the upload status, which alone reports failures; the others are for the
/// file, which has a separate quota.
#[derive(Debug)]
pub(crate) struct Poller {
    status_turns: Semaphore,
    file_turns: Semaphore,
    interval: Duration,
    /// Recent time from the last part until the service had the file.
    lag: Mutex<Duration>,
}

/// Maximum number of calls of an operation in flight.
const TURNS: usize = 4;

/// Longest time from one call for a file to the next.
const LONGEST: Duration = Duration::from_secs(15);

/// Longest wait before the first call.
const LONGEST_LAG: Duration = Duration::from_secs(2);

impl Poller {
    pub(crate) fn new(interval: Duration) -> Self {
        let turns = || Semaphore::new(TURNS);
        Self { status_turns: turns(), file_turns: turns(), interval, lag: Mutex::default() }
    }

    /// Waits until the service has put a file together.
    pub(crate) async fn uploaded(
        &self,
        client: &Client,
        ids: (&AccountId, &FileId),
        end: Option<Instant>,
    ) -> Result<(), TransferError> {
        let begun = Instant::now();
        let lag = *self.lag();
        let polling = async {
            sleep(lag).await;
            self.complete(client, ids).await
        };
        let asked = within(end, polling, LATE).await?;
        let lag = &mut *self.lag();
        *lag = match asked {
            1 => lag.mul_f64(0.9),
            _ => (*lag).max(begun.elapsed().min(LONGEST_LAG)),
        };
        Ok(())
    }

    /// Waits until the service has fetched a file.
    pub(crate) async fn fetched(
        &self,
        client: &Client,
        ids: (&AccountId, &FileId),
        end: Option<Instant>,
    ) -> Result<(), TransferError> {
        within(end, self.complete(client, ids), LATE).await.map(drop)
    }

    /// Waits until the renditions of a file are complete.
    pub(crate) async fn transcoded(
        &self,
        client: &Client,
        (account_id, file_id): (&AccountId, &FileId),
        end: Option<Instant>,
    ) -> Result<File, TransferError> {
        let polling = async {
            let mut waits = self.waits();
            loop {
                let file = ShowFile::new(account_id, file_id);
                match ask(&self.file_turns, client, file).await? {
                    Some(file) if file.status == FileStatus::Transcoded => return Ok(file),
                    _ => sleep(waits.next()).await,
                }
            }
        };
        within(end, polling, "the service did not make the renditions in time").await
    }

    /// Polls until the service has the whole file; returns the number of calls.
    async fn complete(
        &self,
        client: &Client,
        ids: (&AccountId, &FileId),
    ) -> Result<u32, TransferError> {
        let mut waits = self.waits();
        let mut asked = 0;
        while !self.is_complete(client, ids, asked % 3 == 0).await? {
            asked += 1;
            sleep(waits.next()).await;
        }
        Ok(asked + 1)
    }

    async fn is_complete(
        &self,
        client: &Client,
        (account_id, file_id): (&AccountId, &FileId),
        by_status: bool,
    ) -> Result<bool, TransferError> {
        if !by_status {
            let show = ShowFile::new(account_id, file_id);
            let file = ask(&self.file_turns, client, show).await?;
            return Ok(file.is_some_and(|file| file.status != FileStatus::Created));
        }
        let show = ShowUploadStatus::new(account_id, file_id);
        let status = ask(&self.status_turns, client, show).await?;
        if status.as_ref().is_some_and(|status| status.upload_failed) {
            let failed = "the service could not put the parts together, or not fetch the file";
            return Err(TransferError::new(TransferErrorKind::UploadFailed, failed));
        }
        Ok(status.is_some_and(|status| status.upload_complete))
    }

    fn waits(&self) -> Waits {
        Waits { next: self.interval, longest: LONGEST.max(self.interval) }
    }

    fn lag(&self) -> MutexGuard<'_, Duration> {
        self.lag.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const LATE: &str = "the service did not confirm in time that it has the whole file";

/// Waits from one call to the next.
struct Waits {
    next: Duration,
    longest: Duration,
}

impl Waits {
    fn next(&mut self) -> Duration {
        let next = self.next;
        // Saturating, for an interval may be set to any value.
        self.next = next.saturating_add(next / 2).min(self.longest);
        next
    }
}

/// Returns the response, or nothing where a later call may succeed, although the client has retried.
async fn ask<E: Endpoint>(
    turns: &Semaphore,
    client: &Client,
    request: E,
) -> Result<Option<E::Response>, TransferError> {
    let _turn = turns.acquire().await;
    match client.send(request).await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if may_pass(&error) => Ok(None),
        Err(error) => Err(TransferError::call(error)),
    }
}

/// Awaits a future until `end`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_half_up_to_the_longest_and_never_overflow() {
        let mut waits = Poller::new(Duration::from_secs(8)).waits();
        assert_eq!(
            [waits.next(), waits.next(), waits.next()].map(|wait| wait.as_secs()),
            [8, 12, 15]
        );
        for interval in [Duration::MAX, Duration::MAX / 2] {
            let mut waits = Poller::new(interval).waits();
            assert!(waits.next() == interval && waits.next() >= interval);
        }
    }
}
