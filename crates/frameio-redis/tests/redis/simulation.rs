//! Simulates fleets that share quotas, in virtual time and without sockets. Times are microseconds.
//!
//! A bucket has the arithmetic of the script, and a process books slots by the rules of `RedisQuotas`:
//! at most 16 for each bucket, half of them at a time, free slots in advance if calls are frequent, and
//! a poll while calls wait. Quotas do not influence each other, so they are simulated one after the other.

use std::collections::VecDeque;

use super::script::{Arguments, ScriptOnServer, first_slot};
use super::server::Server;
use super::*;

const SECOND: u64 = 1_000_000;
/// Slots that a process books ahead, the default of `RedisQuotas`.
const AHEAD: usize = 16;
/// Maximum time for which a slot taken in advance is kept.
const HOLD: u64 = 50_000;
/// Time of a script, with the way to Redis and back.
const ROUND_TRIP: u64 = 1_000;

/// Bucket as in `quota.lua`, without corrections by responses.
#[derive(Clone, Copy)]
struct Bucket {
    interval: u64,
    tolerance: u64,
    level: u64,
}

impl Bucket {
    fn new(quota: Quota) -> Self {
        let calls = u64::from(quota.calls().get());
        let window = u64::try_from(quota.window().as_micros()).unwrap();
        let interval = window.div_ceil(calls).max(1);
        Self { interval, tolerance: interval * (calls.saturating_sub(1).max(1) - 1), level: 0 }
    }

    /// Books a slot and returns its turn; fails with the wait if it is longer than `max_wait`.
    fn book(&mut self, now: u64, max_wait: Option<u64>) -> Result<u64, u64> {
        let from = self.level.max(now);
        let turn = from.saturating_sub(self.tolerance).max(now);
        if max_wait.is_some_and(|max_wait| turn - now > max_wait) {
            return Err(turn - now);
        }
        self.level = from + self.interval;
        Ok(turn)
    }
}

/// Work of one process on one quota.
#[derive(Default)]
struct Process {
    /// Number of calls without a slot.
    remaining: usize,
    /// Turns of booked calls.
    booked: VecDeque<u64>,
    /// Ends of calls that were sent.
    sent: VecDeque<u64>,
    /// Slots taken in advance, their expiry, and the number to take.
    lease: (usize, u64),
    lease_size: usize,
    last_script: u64,
    next: u64,
    /// End of the last call.
    end: u64,
}

/// Properties of a fleet.
#[derive(Clone, Copy)]
struct Settings {
    /// Maximum number of concurrent calls of a process.
    in_flight: usize,
    /// Time from sending a call to its response.
    latency: u64,
}

impl Process {
    fn new(calls: usize, start: u64) -> Self {
        Self { remaining: calls, last_script: start, next: start, ..Self::default() }
    }

    fn is_done(&self) -> bool {
        self.remaining == 0 && self.booked.is_empty()
    }

    fn send(&mut self, at: u64, settings: Settings) {
        self.sent.push_back(at + settings.latency);
        self.end = at + settings.latency;
    }

    /// Number of calls that wait for a slot.
    fn waiting(&self, settings: Settings) -> usize {
        let busy = self.booked.len() + self.sent.len();
        settings.in_flight.saturating_sub(busy).min(self.remaining)
    }

    /// Proceeds at `self.next`, and reports the time of each script.
    fn step(&mut self, bucket: &mut Bucket, settings: Settings, script: &mut impl FnMut(u64)) {
        let now = self.next;
        self.poll(bucket, now, script);
        while self.booked.front().is_some_and(|turn| *turn <= now) {
            let turn = self.booked.pop_front().unwrap();
            self.send(turn, settings);
        }
        while self.sent.front().is_some_and(|end| *end <= now) {
            self.sent.pop_front();
        }
        if self.lease.0 > 0 && self.lease.1 <= now {
            bucket.level = bucket.level.saturating_sub(bucket.interval * self.lease.0 as u64);
            self.lease_size = self.lease_size.saturating_sub(self.lease.0);
            self.lease.0 = 0;
            script(now);
        }
        while self.lease.0 > 0 && self.waiting(settings) > 0 {
            self.lease.0 -= 1;
            self.remaining -= 1;
            self.send(now, settings);
        }
        let mut earliest = now + 1;
        if self.waiting(settings) > 0 && self.booked.len() <= AHEAD / 2 {
            self.book(bucket, settings, now);
            script(now);
            self.last_script = now;
            earliest = now + ROUND_TRIP;
        }
        self.next = self.next_time(settings).max(earliest);
    }

    /// Books slots for waiting calls, and free ones in advance.
    fn book(&mut self, bucket: &mut Bucket, settings: Settings, now: u64) {
        let response = now + ROUND_TRIP;
        let hold = HOLD.min(bucket.interval / 2);
        if self.lease.0 == 0 && now - self.last_script < hold {
            self.lease_size = (self.lease_size * 2).clamp(1, AHEAD);
        }
        let (waiting, room) = (self.waiting(settings), AHEAD - self.booked.len());
        let count = waiting.min(room);
        let in_advance = waiting == count && self.booked.is_empty();
        for _ in 0..count {
            let turn = bucket.book(now, None).unwrap().max(response);
            self.booked.push_back(turn);
            self.remaining -= 1;
        }
        if in_advance {
            let wanted = self.lease_size.min(room - count).min(self.remaining);
            let taken = (0..wanted).take_while(|_| bucket.book(now, Some(0)).is_ok()).count();
            self.lease = (taken, response + hold);
        }
    }

    /// Reports the polls before `now`.
    fn poll(&mut self, bucket: &Bucket, now: u64, script: &mut impl FnMut(u64)) {
        let interval = (bucket.interval / 2).clamp(50_000, 250_000);
        let until = self.booked.back().map_or(0, |turn| now.min(*turn));
        while self.last_script + interval < until {
            self.last_script += interval;
            script(self.last_script);
        }
    }

    fn next_time(&self, settings: Settings) -> u64 {
        let lease = (self.lease.0 > 0).then_some(self.lease.1);
        if self.remaining == 0 {
            return self.booked.back().copied().or(lease).unwrap_or(u64::MAX);
        }
        let next = if self.waiting(settings) > 0 {
            // Too many slots are booked.
            self.booked.len().checked_sub(AHEAD / 2 + 1).map(|index| self.booked[index])
        } else {
            let booked = self.booked.front().map(|turn| turn + settings.latency);
            self.sent.front().copied().into_iter().chain(booked).min()
        };
        next.into_iter().chain(lease).min().unwrap_or(0)
    }
}

/// Lets processes spend a bucket. Returns the end of the last call.
fn spend(
    bucket: &mut Bucket,
    mut processes: Vec<Process>,
    settings: Settings,
    mut script: impl FnMut(u64),
) -> u64 {
    while let Some(process) =
        processes.iter_mut().filter(|process| !process.is_done()).min_by_key(|process| process.next)
    {
        process.step(bucket, settings, &mut script);
    }
    processes.iter().map(|process| process.end).max().unwrap_or(0)
}

/// Returns the time in which `processes` make `calls` each, and the number of scripts.
pub(super) fn fleet(quota: Quota, processes: u32, calls: u32, in_flight: usize) -> (Duration, u64) {
    let mut bucket = Bucket::new(quota);
    let mut scripts = 0;
    let settings = Settings { in_flight, latency: 20_000 };
    let fleet = (0..processes).map(|_| Process::new(calls as usize, 0)).collect();
    let end = spend(&mut bucket, fleet, settings, |_| scripts += 1);
    (Duration::from_micros(end), scripts)
}

/// What happens in a day.
#[derive(Debug, Default, PartialEq)]
struct Day {
    calls: u64,
    scripts: u64,
    /// Largest number of scripts in one second.
    busiest_second: u32,
    /// Largest number of scripts of one process.
    busiest_process: u64,
    /// Time for which quotas were spent, and the fluid limit: the turns of the calls in one queue.
    spent: u64,
    fluid: u64,
    longest: u64,
}

const PROCESSES: usize = 1_000;
const QUOTAS: usize = 10_000;
const CALLS_OF_A_QUOTA: usize = 1_000;

/// Simulates a day in which each quota is spent in one to five batches of work, most of them within nine
/// hours. One to eight processes share a batch.
fn day(seed: u64) -> Day {
    let mut random = fastrand::Rng::with_seed(seed);
    let settings = Settings { in_flight: 32, latency: 100_000 };
    let mut day = Day::default();
    let mut seconds = vec![0_u32; 2 * 24 * 3600];
    let mut by_process = vec![0_u64; PROCESSES];
    for _ in 0..QUOTAS {
        let mut bucket = Bucket::new(Quota::per_minute(100));
        let mut batches: Vec<_> = (0..random.usize(1..=5))
            .map(|_| {
                let (from, hours) = if random.f64() < 0.7 { (9, 9) } else { (0, 24) };
                from * 3600 * SECOND + random.u64(..hours * 3600 * SECOND)
            })
            .collect();
        batches.sort_unstable();
        let mut free = 0;
        let mut left = CALLS_OF_A_QUOTA;
        for (index, start) in batches.iter().enumerate() {
            let calls = left / (batches.len() - index);
            left -= calls;
            // A batch begins when the previous one has ended.
            let start = free.max(*start);
            let members: Vec<_> =
                (0..random.usize(1..=8)).map(|_| random.usize(..PROCESSES)).collect();
            let share = |member: usize| {
                calls * (member + 1) / members.len() - calls * member / members.len()
            };
            let mut queue = bucket;
            let last = (0..calls).fold(start, |_, _| queue.book(start, None).unwrap());
            let processes =
                (0..members.len()).map(|member| Process::new(share(member), start)).collect();
            let mut scripts = 0;
            free = spend(&mut bucket, processes, settings, |time| {
                scripts += 1;
                seconds[(time / SECOND) as usize] += 1;
            });
            for member in &members {
                by_process[*member] += scripts / members.len() as u64;
            }
            day.calls += calls as u64;
            day.scripts += scripts;
            day.spent += free - start;
            day.fluid += last - start + settings.latency;
            day.longest = day.longest.max(free - start);
        }
    }
    day.busiest_second = seconds.into_iter().max().unwrap_or(0);
    day.busiest_process = by_process.into_iter().max().unwrap_or(0);
    day
}

#[test]
fn a_day_of_a_thousand_processes_on_ten_thousand_quotas() {
    let begun = std::time::Instant::now();
    let day = day(7);
    eprintln!("{day:?} in {:?}", begun.elapsed());
    assert_eq!(day.calls, (QUOTAS * CALLS_OF_A_QUOTA) as u64);
    let over = day.spent as f64 / day.fluid as f64 - 1.0;
    assert!((0.0..0.02).contains(&over), "{over} over the fluid limit");
    // `docs/scale.md` has the number of scripts that one Redis runs in a second.
    assert!(day.busiest_second < 18_000, "{day:?}");
}

#[test]
fn the_simulated_bucket_decides_as_the_script_does() {
    let server = Server::start();
    let mut random = fastrand::Rng::with_seed(7);
    for number in 0..40 {
        let quota = Quota::new(random.u32(1..50), Duration::from_millis(random.u64(1..60_000)));
        let quota = quota.unwrap();
        let mut script = ScriptOnServer::new(&server, &format!("bucket {number}"));
        let mut bucket = Bucket::new(quota);
        let arguments = Arguments::new(quota.calls().get(), quota.window());
        let mut now = 1_700_000_000 * SECOND;
        for _ in 0..50 {
            now += if random.bool() { 0 } else { random.u64(..3 * SECOND) };
            let max_wait = random.bool().then(|| random.u64(..SECOND));
            let wait = max_wait.map_or(-1, |max_wait| i64::try_from(max_wait).unwrap());
            let response = script.run(Duration::from_micros(now), arguments, &[wait]);
            let (wait, booked) = first_slot(&response);
            let expected = bucket.book(now, max_wait);
            assert_eq!(expected.is_ok(), booked, "{quota:?}");
            let expected = expected.map_or_else(|wait| wait, |turn| turn - now);
            assert_eq!(Duration::from_micros(expected), wait, "{quota:?}");
        }
    }
}
