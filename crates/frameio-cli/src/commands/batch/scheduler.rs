//! Schedules jobs in lanes: calls of the same operation in the same account, which share a quota.
//!
//! Each lane has a limited number of calls in flight. A slow operation does not delay the calls of
//! another lane, and calls that are not sent yet can be cancelled at once.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use frameio::layers::CallRecord;
use frameio::{CallOptions, Client, Error, Operation};
use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Aborted, BoxFuture, abortable};
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::estimate::Load;
use super::jobs::Job;
use super::results::{JobOutcome, Results};
use crate::exit::{Failure, Status, io_reason};
use crate::report::{JobCounts, JobReport};
use crate::shutdown;

/// All jobs of a run.
#[derive(Debug)]
pub(super) struct Scheduler {
    lanes: Vec<Lane>,
    /// Calls in flight, by the lines of their jobs.
    running: BTreeMap<usize, Running>,
    concurrency: usize,
    options: CallOptions,
    counts: JobCounts,
    /// Status that all failed jobs share.
    status: Option<Status>,
    /// Whether the user abandoned calls in flight.
    has_abandoned: bool,
    /// Error after which no further results are written.
    write_error: Option<std::io::Error>,
    /// Lines of the jobs that ended, but whose result could not be written.
    unrecorded: Vec<usize>,
}

#[derive(Debug)]
struct Lane {
    operation: &'static Operation,
    waiting: VecDeque<Job>,
    running: usize,
    started: usize,
    first: Option<Instant>,
    /// Total duration of completed calls, without the wait for the quota.
    spent: Duration,
}

/// A call in flight.
#[derive(Debug)]
struct Running {
    job: Job,
    lane: usize,
    record: CallRecord,
    started: Instant,
    handle: AbortHandle,
}

impl Running {
    /// Returns whether an attempt has been sent, so that the call can no longer be cancelled.
    fn is_sent(&self) -> bool {
        self.record.may_have_been_sent()
    }
}

type CallResult = Result<Result<Value, Error>, Aborted>;
type Calls = FuturesUnordered<BoxFuture<'static, (usize, CallResult)>>;

impl Scheduler {
    pub(super) fn new(jobs: Vec<Job>, concurrency: usize, options: CallOptions) -> Self {
        let counts = JobCounts { remaining: jobs.len(), ..JobCounts::default() };
        let mut lanes: BTreeMap<(&str, Option<String>), Lane> = BTreeMap::new();
        for job in jobs {
            let account = job.input.get("account_id").and_then(Value::as_str).map(str::to_owned);
            let lane = lanes.entry((job.operation.id, account)).or_insert_with(|| Lane {
                operation: job.operation,
                waiting: VecDeque::new(),
                running: 0,
                started: 0,
                first: None,
                spent: Duration::ZERO,
            });
            lane.waiting.push_back(job);
        }
        let lanes = lanes.into_values().collect();
        let (running, write_error, unrecorded) = (BTreeMap::new(), None, Vec::new());
        Self {
            lanes,
            running,
            concurrency,
            options,
            counts,
            status: None,
            has_abandoned: false,
            write_error,
            unrecorded,
        }
    }

    /// Returns whether the user abandoned calls in flight, which only '--retry-failed' repeats.
    pub(super) const fn has_abandoned(&self) -> bool {
        self.has_abandoned
    }

    /// Returns the status that all failed jobs share; `None` if no job failed.
    pub(super) const fn status(&self) -> Option<Status> {
        self.status
    }

    pub(super) const fn counts(&self) -> JobCounts {
        self.counts
    }

    /// Makes calls until all have ended, the user stops the run, or results cannot be written. Waits
    /// for calls that have been sent.
    pub(super) async fn run(
        &mut self,
        client: &Client,
        results: &mut Results,
        report: &mut JobReport,
    ) -> Result<(), Failure> {
        let mut calls = Calls::new();
        let mut tick = interval(Duration::from_millis(500));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stopping = false;
        loop {
            if !stopping {
                self.start(client, &calls)?;
            }
            tokio::select! {
                ended = calls.next() => match ended {
                    Some((line, result)) => {
                        self.end(line, result, results, report);
                        if self.write_error.is_some() && !stopping {
                            stopping = true;
                            self.cancel_unsent();
                        }
                    }
                    None => return self.check_recorded(results),
                },
                _ = tick.tick() => report.progress(self.counts, self.remaining()),
                () = shutdown::requested() => {
                    if stopping {
                        self.abandon(results, report);
                        return self.check_recorded(results);
                    }
                    stopping = true;
                    let sent = self.cancel_unsent();
                    if sent > 0 {
                        report.status(&format!(
                            "waiting for {sent} calls in flight; press Ctrl-C again to abandon them"
                        ));
                    }
                }
            }
        }
    }

    /// Starts calls up to the limit of each lane.
    fn start(&mut self, client: &Client, calls: &Calls) -> Result<(), Failure> {
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            while lane.running < self.concurrency {
                let Some(job) = lane.waiting.pop_front() else { break };
                // Cannot fail: the same request was built when the jobs were read.
                let request = job.operation.request(&job.input, &self.options);
                let mut request =
                    request.map_err(|error| Failure::new(Status::Usage, error.to_string()))?;
                let record = CallRecord::new();
                request.extensions_mut().insert(record.clone());
                let (call, handle) = abortable(client.send_json(request));
                let line = job.line;
                calls.push(Box::pin(async move { (line, call.await) }));
                lane.running += 1;
                lane.started += 1;
                let started = Instant::now();
                lane.first.get_or_insert(started);
                let running = Running { job, lane: number, record, started, handle };
                self.running.insert(line, running);
            }
        }
        Ok(())
    }

    /// Records the result of a call.
    fn end(&mut self, line: usize, result: CallResult, results: &mut Results, report: &JobReport) {
        let Some(call) = self.running.remove(&line) else { return };
        if let Some(lane) = self.lanes.get_mut(call.lane) {
            lane.running -= 1;
            lane.spent += call.started.elapsed().saturating_sub(call.record.quota_wait());
        }
        let outcome = match result {
            // Cancelled before it was sent, so the job has no result.
            Err(Aborted) => return,
            Ok(Ok(response)) => JobOutcome::Succeeded(response),
            Ok(Err(error)) => JobOutcome::Failed(error),
        };
        self.record(&call.job, &outcome, results, report);
    }

    fn record(
        &mut self,
        job: &Job,
        outcome: &JobOutcome,
        results: &mut Results,
        report: &JobReport,
    ) {
        // A line after a truncated one could not be read either.
        let written = match self.write_error {
            None => results.write(job, outcome, report),
            Some(_) => return self.unrecorded.push(job.line),
        };
        if let Err(error) = written {
            self.write_error = Some(error);
            return self.unrecorded.push(job.line);
        }
        self.counts.remaining -= 1;
        let status = match outcome {
            JobOutcome::Succeeded(_) => {
                self.counts.succeeded += 1;
                return;
            }
            // `Usage` promises that nothing was sent.
            JobOutcome::Failed(error) => match Status::of_call(error) {
                Status::Usage => Status::Other,
                status => status,
            },
            JobOutcome::Abandoned => Status::Interrupted,
        };
        self.counts.failed += 1;
        self.status = Some(Status::common(self.status, status));
    }

    /// Fails if results could not be written, and names the lines of their jobs.
    fn check_recorded(&mut self, results: &Results) -> Result<(), Failure> {
        let Some(error) = self.write_error.take() else { return Ok(()) };
        self.unrecorded.sort_unstable();
        let lines: Vec<_> = self.unrecorded.iter().map(usize::to_string).collect();
        let (name, reason, lines) = (results.name(), io_reason(&error), lines.join(", "));
        let message = format!(
            "cannot write to {name}: {reason}; calls were made, but their results are lost for \
             lines {lines}"
        );
        Err(Failure::new(Status::Other, message))
    }

    /// Cancels calls that have not been sent, and returns the number of those that have.
    fn cancel_unsent(&self) -> usize {
        let (sent, unsent): (Vec<_>, Vec<_>) =
            self.running.values().partition(|call| call.is_sent());
        unsent.iter().for_each(|call| call.handle.abort());
        sent.len()
    }

    /// Abandons calls in flight, and records that they may have had an effect.
    fn abandon(&mut self, results: &mut Results, report: &JobReport) {
        for call in std::mem::take(&mut self.running).into_values() {
            self.has_abandoned = true;
            self.record(&call.job, &JobOutcome::Abandoned, results, report);
        }
    }

    /// Returns the remaining time of the slowest lane.
    fn remaining(&self) -> Duration {
        let load = |lane: &Lane| Load {
            quota: lane.operation.quota,
            elapsed: lane.first.map_or(Duration::ZERO, |first| first.elapsed()),
            started: lane.started,
            waiting: lane.waiting.len(),
            running: lane.running,
            latency: lane.spent / u32::try_from((lane.started - lane.running).max(1)).unwrap_or(1),
            concurrency: self.concurrency,
        };
        self.lanes.iter().map(|lane| load(lane).remaining()).max().unwrap_or_default()
    }
}
