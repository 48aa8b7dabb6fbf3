//! Concurrent download of the missing ranges of a file.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use std::vec;

use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{Instrument, Span};

use super::driver::ActiveDownload;
use super::range_client::{BodyReader, ResponseHead, Validators};
use crate::digest::Hasher;
use crate::tasks::settled;
use crate::{Digest, TransferError, TransferErrorKind};

/// Minimum number of bytes to hash at a time, except at the end.
const HASHED: u64 = 4 << 20;

/// Maximum interval between two records.
const RECORD_INTERVAL: Duration = Duration::from_secs(5);

/// Result of a task.
enum Step {
    Received,
    Recorded,
    Hashed(Hasher, u64),
    /// No task ended within the interval; received bytes may be recorded.
    Waited,
}

/// Iterator over the parts to request.
struct Parts {
    gap: Range<u64>,
    gaps: vec::IntoIter<Range<u64>>,
    size: u64,
}

impl Parts {
    fn new(gaps: Vec<Range<u64>>, size: u64) -> Self {
        Self { gap: 0..0, gaps: gaps.into_iter(), size }
    }

    fn is_empty(&self) -> bool {
        self.gap.is_empty() && self.gaps.as_slice().is_empty()
    }
}

impl Iterator for Parts {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        if self.gap.is_empty() {
            self.gap = self.gaps.next()?;
        }
        let range = self.gap.start..self.gap.end.min(self.gap.start.saturating_add(self.size));
        self.gap.start = range.end;
        Some(range)
    }
}

/// Runs several parts, at most one hash and at most one record at a time.
struct Scheduler<'a> {
    job: &'a ActiveDownload,
    size: u64,
    validators: Arc<Validators>,
    parts: Parts,
    /// Body of the response to the first part.
    first: Option<BodyReader>,
    receiving: usize,
    /// `None` while a task uses it, and if no checksum is computed.
    hasher: Option<Hasher>,
    hashed: u64,
    is_recording: bool,
    tasks: JoinSet<Result<Step, TransferError>>,
}

impl ActiveDownload {
    /// Receives the missing ranges in concurrent parts.
    pub(super) async fn receive_parallel(
        &self,
        head: ResponseHead,
        size: u64,
    ) -> Result<(u64, Option<Digest>), TransferError> {
        let part_size = self.download.part_size;
        let gaps = self.partial.missing(size);
        let total = gaps.iter().map(|gap| (gap.end - gap.start).div_ceil(part_size)).sum();
        self.tracker.update(true, |progress| progress.total_parts = total);
        let scheduler = Scheduler {
            job: self,
            size,
            validators: Arc::new(head.validators),
            // If nothing is missing, the body of the probe is not needed.
            first: (!gaps.is_empty()).then_some(head.body),
            parts: Parts::new(gaps, part_size),
            receiving: 0,
            hasher: self.download.checksum.map(Hasher::new),
            hashed: 0,
            is_recording: false,
            tasks: JoinSet::new(),
        };
        Ok((size, scheduler.run().await?))
    }
}

impl Scheduler<'_> {
    async fn run(mut self) -> Result<Option<Digest>, TransferError> {
        loop {
            self.start_parts();
            self.start_hash();
            let step = match timeout(RECORD_INTERVAL, self.tasks.join_next()).await {
                Ok(None) => break,
                Ok(Some(step)) => settled(step)
                    .unwrap_or_else(|error| Err(self.job.disk(io::Error::other(error)))),
                Err(_) => Ok(Step::Waited),
            };
            match step {
                Ok(step) => self.ended(step),
                // Pending writes are completed, and recorded by the caller.
                Err(error) => {
                    if error.kind() == TransferErrorKind::Stopped {
                        // The other parts stop too, and write what they have received.
                        while self.tasks.join_next().await.is_some() {}
                    }
                    self.tasks.shutdown().await;
                    return Err(error);
                }
            }
            self.start_record();
        }
        debug_assert!(self.hasher.is_none() || self.hashed == self.size);
        Ok(self.hasher.map(Hasher::finish))
    }

    fn start_parts(&mut self) {
        while self.receiving < self.job.download.parts_in_flight
            && let Some(range) = self.parts.next()
        {
            let part =
                self.job.clone().receive_part(range, self.validators.clone(), self.first.take());
            let part = async { part.await.map(|()| Step::Received) };
            self.tasks.spawn(part.instrument(Span::current()));
            self.receiving += 1;
        }
    }

    fn start_hash(&mut self) {
        let (hashed, frontier) = (self.hashed, self.job.partial.frontier());
        let is_due = hashed < frontier && (frontier - hashed >= HASHED || frontier == self.size);
        if let Some(mut hasher) = self.hasher.take_if(|_| is_due) {
            let job = self.job.clone();
            self.tasks.spawn_blocking(move || {
                let to = job.partial.hash(&mut hasher, hashed, frontier);
                to.map(|to| Step::Hashed(hasher, to)).map_err(|error| job.disk(error))
            });
        }
    }

    fn start_record(&mut self) {
        // The last record would be removed immediately.
        let is_last = self.receiving == 0 && self.parts.is_empty();
        if self.is_recording || is_last || self.job.partial.is_recorded() {
            return;
        }
        self.is_recording = true;
        let job = self.job.clone();
        self.tasks.spawn_blocking(move || {
            let recorded = job.partial.save_record(&job.download.source);
            recorded.map(|()| Step::Recorded).map_err(|error| job.disk(error))
        });
    }

    fn ended(&mut self, step: Step) {
        match step {
            Step::Received => {
                self.receiving -= 1;
                self.job.tracker.update(true, |progress| progress.parts += 1);
            }
            Step::Recorded => self.is_recording = false,
            Step::Hashed(hasher, to) => {
                self.hasher = Some(hasher);
                self.hashed = to;
            }
            // Report even without new bytes, so that the rate decreases.
            Step::Waited => self.job.tracker.update(true, |_| {}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_size_cover_the_gaps() {
        let parts = |size| Parts::new(vec![0..5, 9..10], size).collect::<Vec<_>>();
        assert_eq!(parts(2), [0..2, 2..4, 4..5, 9..10]);
        assert_eq!(parts(u64::MAX), [0..5, 9..10]);
        let mut parts = Parts::new(vec![0..1, 4..5], 9);
        assert_eq!((parts.next(), parts.is_empty()), (Some(0..1), false));
        assert_eq!((parts.next(), parts.is_empty()), (Some(4..5), true));
    }
}
