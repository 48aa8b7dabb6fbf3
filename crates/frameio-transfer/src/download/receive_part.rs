//! Download of one part, or of a whole file if the storage does not support ranges.

use std::ops::Range;
use std::sync::Arc;

use tracing::Instrument;
use tracing::Span;
use tracing::field::{Empty, debug};

use super::driver::ActiveDownload;
use super::range_client::{
    BodyReader, ExchangeError, ResponseHead, RetryBudget, Validators, changed, unexpected,
};
use crate::digest::Hasher;
use crate::tasks::blocking;
use crate::{Digest, TransferError};

impl ActiveDownload {
    /// Receives one part. Each attempt resumes at the end of the previous one.
    pub(super) async fn receive_part(
        self,
        range: Range<u64>,
        validators: Arc<Validators>,
        mut first: Option<BodyReader>,
    ) -> Result<(), TransferError> {
        let number = range.start / self.download.part_size + 1;
        let offset = range.start;
        let mut budget = RetryBudget::new(&self.client);
        let (mut at, mut attempts) = (range.start, 0);
        while at < range.end {
            let before = at;
            attempts += 1;
            let span = tracing::debug_span!(
                target: "frameio::transfer",
                "frameio.part",
                part = number,
                offset = at,
                size = range.end - at,
                attempt = attempts,
                error.type = Empty,
            );
            let link = self.client.links.current().await;
            let permit = self.client.inner.parts.acquire().await;
            let attempt = async {
                let mut body = match first.take() {
                    Some(body) => body,
                    None => {
                        let missing = at..range.end;
                        let head =
                            self.client.get(&link, Some(&missing), Some(&validators)).await?;
                        if head.range.is_none() || head.validators != *validators {
                            return Err(ExchangeError::Final(changed()));
                        }
                        head.body
                    }
                };
                self.write(&mut body, &mut at, Some(range.end)).await?;
                ended_early(at, range.end)
            };
            let result = attempt.instrument(span.clone()).await;
            drop(permit);
            budget.progressed(at - before);
            if let Err(failure) = result {
                record(&span, &failure);
                drop(span);
                self.tracker.retried();
                let failed = budget.failed(failure, &link).await;
                failed.map_err(|error| error.at_part(number, offset))?;
            }
        }
        Ok(())
    }

    /// Receives the whole content. Like for a part, each attempt resumes at the end of the previous one,
    /// unless the storage sends the whole content again.
    pub(super) async fn receive_whole(
        &self,
        head: ResponseHead,
        promised: Option<u64>,
    ) -> Result<(u64, Option<Digest>), TransferError> {
        self.tracker.update(true, |progress| progress.total_parts = 1);
        let mut budget = RetryBudget::new(&self.client);
        let mut head = Some(head).filter(|head| head.range.is_none());
        let mut validators = head.as_ref().map(|head| head.validators.clone()).unwrap_or_default();
        let mut resumes = validators.can_resume();
        let mut at = 0;
        let size = loop {
            let before = at;
            let link = self.client.links.current().await;
            let permit = self.client.inner.parts.acquire().await;
            let attempt = async {
                let mut head = match head.take() {
                    Some(head) => head,
                    None => {
                        let rest = validators.size.map(|size| at..size).filter(|_| resumes);
                        self.client.get(&link, rest.as_ref(), Some(&validators)).await?
                    }
                };
                if head.range.is_some() && head.validators != validators {
                    return Err(ExchangeError::Final(changed()));
                }
                if head.range.is_none() && at > 0 {
                    (at, resumes, validators) = (0, false, head.validators.clone());
                    self.start_over(promised, &validators).await?;
                }
                let size = head.validators.size.or(promised);
                self.write(&mut head.body, &mut at, size).await?;
                ended_early(at, size.unwrap_or(at))
            };
            let result = attempt.await;
            drop(permit);
            let Err(failure) = result else { break at };
            if resumes {
                budget.progressed(at.saturating_sub(before));
            }
            self.tracker.retried();
            budget.failed(failure, &link).await?;
        };
        self.tracker.update(true, |progress| progress.parts = 1);
        Ok((size, self.hash_whole(size).await?))
    }

    /// Drops the received bytes.
    async fn start_over(
        &self,
        promised: Option<u64>,
        validators: &Validators,
    ) -> Result<(), TransferError> {
        self.tracker.update(false, |progress| progress.bytes = 0);
        let size = validators.size.or(promised);
        self.start_new(Validators { size, ..validators.clone() }).await
    }

    async fn hash_whole(&self, size: u64) -> Result<Option<Digest>, TransferError> {
        let Some(checksum) = self.download.checksum else { return Ok(None) };
        let mut hasher = Hasher::new(checksum);
        let mut at = 0;
        while at < size {
            let job = self.clone();
            let hashed = blocking(move || {
                let to = job.partial.hash(&mut hasher, at, size)?;
                Ok((hasher, to))
            });
            (hasher, at) = hashed.await.map_err(|error| self.disk(error))?;
        }
        Ok(Some(hasher.finish()))
    }
}

fn ended_early(at: u64, end: u64) -> Result<(), ExchangeError> {
    match end.saturating_sub(at) {
        0 => Ok(()),
        missing => Err(unexpected(format!("the response ended {missing} bytes early"))),
    }
}

fn record(span: &Span, failure: &ExchangeError) {
    match failure {
        ExchangeError::Retryable(error) => span.record("error.type", error.reason()),
        ExchangeError::Final(error) => span.record("error.type", debug(error.kind())),
    };
}
