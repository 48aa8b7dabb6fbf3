//! Polling the state of files during transfers.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frameio_api::files::{File, FileStatus, ShowFile, ShowUploadStatus};
use frameio_core::{AccountId, Endpoint, FileId};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::error::{TransferError, TransferErrorKind};
use frameio_client::Client;
use frameio_client::{Error, ErrorKind};

/// State of a file that an upload waits for after all parts are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitFor {
    /// The service has assembled the parts.
    #[default]
    Uploaded,
    /// The renditions are complete as well. Files of types that the service does not transcode never
    /// reach this state.
    Transcoded,
}

impl WaitFor {
    /// Returns when to stop waiting: by default after ten minutes, or six hours for renditions.
    /// Returns `None`, for no limit, if the time is beyond the range of the clock.
    pub(crate) fn end(self, limit: Option<Duration>) -> Option<Instant> {
        let default = match self {
            Self::Uploaded => Duration::from_secs(600),
            Self::Transcoded => Duration::from_secs(6 * 3600),
        };
        Instant::now().checked_add(limit.unwrap_or(default))
    }
}

/// Polls the state of files, a few at a time, in the order of their requests.
///
/// The quota of these calls is small and shared with the rest of the program. Its queue is first
/// come, first served, so at most [`TURNS`] polls are in it at a time.
///
/// The upload status shares its quota with the creation of files, so polling it often would delay
/// uploads of many small files. Therefore the first poll is delayed by the recent lag of the service,
/// and only every third poll requests the upload status, which alone reports failures. The others
/// request the file, which has a separate quota.
#[derive(Debug)]
pub(crate) struct Poller {
    status_turns: Semaphore,
    file_turns: Semaphore,
    interval: Duration,
    /// Recent lag between sending the last part and completion of the file.
    lag: Mutex<Duration>,
}

/// Maximum number of calls of an operation in flight.
const TURNS: usize = 4;

/// Maximum wait between two polls of a file.
const LONGEST: Duration = Duration::from_secs(15);

/// Maximum wait before the first poll.
const LONGEST_LAG: Duration = Duration::from_secs(2);

impl Poller {
    pub(crate) fn new(interval: Duration) -> Self {
        let turns = || Semaphore::new(TURNS);
        Self { status_turns: turns(), file_turns: turns(), interval, lag: Mutex::default() }
    }

    /// Waits until the service has assembled a file.
    pub(crate) async fn uploaded(
        &self,
        client: &Client,
        ids: (&AccountId, &FileId),
        end: Option<Instant>,
    ) -> Result<(), TransferError> {
        let start = Instant::now();
        let lag = *self.lag();
        let polling = async {
            sleep(lag).await;
            self.complete(client, ids).await
        };
        let polls = within(end, polling, LATE).await?;
        let lag = &mut *self.lag();
        *lag = match polls {
            1 => lag.mul_f64(0.9),
            _ => (*lag).max(start.elapsed().min(LONGEST_LAG)),
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
                match poll(&self.file_turns, client, file).await? {
                    Some(file) if file.status == FileStatus::Transcoded => return Ok(file),
                    _ => sleep(waits.next()).await,
                }
            }
        };
        within(end, polling, "timed out waiting for the renditions").await
    }

    /// Polls until the service has the whole file. Returns the number of polls.
    async fn complete(
        &self,
        client: &Client,
        ids: (&AccountId, &FileId),
    ) -> Result<u32, TransferError> {
        let mut waits = self.waits();
        let mut polls = 0;
        while !self.is_complete(client, ids, polls % 3 == 0).await? {
            polls += 1;
            sleep(waits.next()).await;
        }
        Ok(polls + 1)
    }

    async fn is_complete(
        &self,
        client: &Client,
        (account_id, file_id): (&AccountId, &FileId),
        by_status: bool,
    ) -> Result<bool, TransferError> {
        if !by_status {
            let show = ShowFile::new(account_id, file_id);
            let file = poll(&self.file_turns, client, show).await?;
            return Ok(file.is_some_and(|file| file.status != FileStatus::Created));
        }
        let show = ShowUploadStatus::new(account_id, file_id);
        let status = poll(&self.status_turns, client, show).await?;
        if status.as_ref().is_some_and(|status| status.upload_failed) {
            let failed = "the service could not assemble the parts or fetch the file";
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

const LATE: &str = "timed out waiting for the service to complete the file";

/// Waits between polls.
struct Waits {
    next: Duration,
    longest: Duration,
}

impl Waits {
    fn next(&mut self) -> Duration {
        let next = self.next;
        // Saturating, because the interval can have any value.
        self.next = next.saturating_add(next / 2).min(self.longest);
        next
    }
}

/// Sends a request. Returns `None` after an error that a later poll may not have.
async fn poll<E: Endpoint>(
    turns: &Semaphore,
    client: &Client,
    request: E,
) -> Result<Option<E::Response>, TransferError> {
    let _turn = turns.acquire().await;
    match client.send(request).await {
        Ok(response) => Ok(Some(response)),
        Err(error) if is_transient(&error) => Ok(None),
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

fn is_transient(error: &Error) -> bool {
    let kinds = [
        ErrorKind::RateLimited,
        ErrorKind::LoadShed,
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
    fn waits_grow_by_half_up_to_the_maximum_and_never_overflow() {
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
