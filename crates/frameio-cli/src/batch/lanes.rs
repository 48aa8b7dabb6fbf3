//! Lanes: the calls of one operation in one account, which share a quota.
//!
//! A lane has only so many calls under way, and the others wait in line here: a slow operation does
//! not hold up the calls of another, and what has not been sent can be given up at once.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use frameio::layers::{CallRecord, Phase};
use frameio::{Client, Error, Operation};
use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Aborted, BoxFuture, abortable};
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::estimate::Load;
use super::jobs::Job;
use super::progress::{Progress, Tally};
use super::results::{Ended, Results};
use crate::exit::{Failure, Status};
use crate::stop;

/// All jobs, by the quota that they spend.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// What is under way, by the lines of the jobs.
    running: BTreeMap<usize, Running>,
    concurrency: usize,
    tally: Tally,
}

#[derive(Debug)]
struct Lane {
    operation: &'static Operation,
    waiting: VecDeque<Job>,
    running: usize,
    begun: usize,
    first: Option<Instant>,
    /// By the calls that have ended, the wait for the quota left out.
    spent: Duration,
}

/// A call under way.
#[derive(Debug)]
struct Running {
    job: Job,
    lane: usize,
    record: CallRecord,
    begun: Instant,
    handle: AbortHandle,
}

impl Running {
    /// Whether it is beyond recall: an attempt of it has been sent.
    fn is_sent(&self) -> bool {
        let waits = matches!(self.record.phase(), Phase::Start | Phase::Quota | Phase::Auth);
        self.record.attempts() > 1 || self.record.attempts() == 1 && !waits
    }
}

type Answer = Result<Result<Value, Error>, Aborted>;
type Calls = FuturesUnordered<BoxFuture<'static, (usize, Answer)>>;

impl Lanes {
    pub(super) fn new(jobs: Vec<Job>, concurrency: usize) -> Self {
        let tally = Tally { left: jobs.len(), ..Tally::default() };
        let mut lanes: BTreeMap<(&str, Option<String>), Lane> = BTreeMap::new();
        for job in jobs {
            let account = job.input.get("account_id").and_then(Value::as_str).map(str::to_owned);
            let lane = lanes.entry((job.operation.id, account)).or_insert_with(|| Lane {
                operation: job.operation,
                waiting: VecDeque::new(),
                running: 0,
                begun: 0,
                first: None,
                spent: Duration::ZERO,
            });
            lane.waiting.push_back(job);
        }
        let lanes = lanes.into_values().collect();
        Self { lanes, running: BTreeMap::new(), concurrency, tally }
    }

    pub(super) const fn tally(&self) -> Tally {
        self.tally
    }

    /// Makes all calls, until there is none left, the user wants to stop, or results cannot be
    /// written.
    pub(super) async fn run(
        &mut self,
        client: &Client,
        results: &mut Results,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let mut calls = Calls::new();
        let mut tick = interval(Duration::from_millis(500));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stopping = false;
        loop {
            if !stopping {
                self.begin(client, &calls)?;
            }
            tokio::select! {
                answer = calls.next() => match answer {
                    Some((line, answer)) => self.end(line, answer, results)?,
                    None => return Ok(()),
                },
                _ = tick.tick() => progress.show(self.tally, self.time_left()),
                () = stop::requested() => {
                    if stopping {
                        return self.abandon(results);
                    }
                    stopping = true;
                    let sent = self.recall();
                    if sent > 0 {
                        progress.say(&format!(
                            "stopping when {sent} calls that were sent have ended; \
                             Ctrl-C again gives them up"
                        ));
                    }
                }
            }
        }
    }

    /// Begins as many calls as may be under way.
    fn begin(&mut self, client: &Client, calls: &Calls) -> Result<(), Failure> {
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            while lane.running < self.concurrency {
                let Some(job) = lane.waiting.pop_front() else { break };
                // It could be made when the jobs were read, so this does not fail.
                let request = job.operation.request(&job.input);
                let mut request =
                    request.map_err(|error| Failure::new(Status::Usage, error.to_string()))?;
                let record = CallRecord::new();
                request.extensions_mut().insert(record.clone());
                let (call, handle) = abortable(client.send_json(request));
                let line = job.line;
                calls.push(Box::pin(async move { (line, call.await) }));
                lane.running += 1;
                lane.begun += 1;
                let begun = Instant::now();
                lane.first.get_or_insert(begun);
                let running = Running { job, lane: number, record, begun, handle };
                self.running.insert(line, running);
            }
        }
        Ok(())
    }

    /// Notes how a call ended.
    fn end(&mut self, line: usize, answer: Answer, results: &mut Results) -> Result<(), Failure> {
        let Some(call) = self.running.remove(&line) else { return Ok(()) };
        let lane = &mut self.lanes[call.lane];
        lane.running -= 1;
        lane.spent += call.begun.elapsed().saturating_sub(call.record.quota_wait());
        match answer {
            // Recalled before it was sent: it has no result, and is left.
            Err(Aborted) => Ok(()),
            Ok(Ok(answer)) => self.write(&call.job, &Ended::Answered(answer), results),
            Ok(Err(error)) => self.write(&call.job, &Ended::Failed(error), results),
        }
    }

    fn write(&mut self, job: &Job, ended: &Ended, results: &mut Results) -> Result<(), Failure> {
        results.write(job, ended)?;
        self.tally.left -= 1;
        match ended {
            Ended::Answered(_) => self.tally.done += 1,
            Ended::Failed(_) | Ended::Abandoned => self.tally.failed += 1,
        }
        Ok(())
    }

    /// Gives up what has not been sent, and tells how many calls have been.
    fn recall(&self) -> usize {
        let (sent, unsent): (Vec<_>, Vec<_>) =
            self.running.values().partition(|call| call.is_sent());
        unsent.iter().for_each(|call| call.handle.abort());
        sent.len()
    }

    /// Gives up what has been sent, and notes that it may have had its effect.
    fn abandon(&mut self, results: &mut Results) -> Result<(), Failure> {
        let sent = std::mem::take(&mut self.running).into_values();
        sent.map(|call| call.job).try_for_each(|job| self.write(&job, &Ended::Abandoned, results))
    }

    /// The lane that takes longest decides.
    fn time_left(&self) -> Duration {
        let load = |lane: &Lane| Load {
            quota: lane.operation.quota,
            elapsed: lane.first.map_or(Duration::ZERO, |first| first.elapsed()),
            begun: lane.begun,
            waiting: lane.waiting.len(),
            running: lane.running,
            latency: lane.spent / u32::try_from((lane.begun - lane.running).max(1)).unwrap_or(1),
            concurrency: self.concurrency,
        };
        self.lanes.iter().map(|lane| load(lane).time_left()).max().unwrap_or_default()
    }
}
