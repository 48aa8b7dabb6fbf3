//! Runs the script of the quotas directly, at times that the test chooses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::server::Server;

const SOURCE: &str = include_str!("../../src/quota.lua");

/// Arguments of the script; see `quota.lua`.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    pub(super) calls: u32,
    pub(super) window: Duration,
    /// 0: documented, 1: reported, 2: set by the user.
    pub(super) origin: i64,
    pub(super) lost: i64,
    pub(super) reported: i64,
    pub(super) throttled_ago: i64,
    pub(super) retry_after: i64,
    pub(super) succeeded: i64,
    pub(super) epoch: i64,
    /// Number of a slot to return.
    pub(super) give_back: Option<i64>,
}

impl Arguments {
    /// Creates a request without reports.
    pub(super) fn new(calls: u32, window: Duration) -> Self {
        Self {
            calls,
            window,
            origin: 0,
            lost: 0,
            reported: -1,
            throttled_ago: -1,
            retry_after: -1,
            succeeded: -1,
            epoch: 0,
            give_back: None,
        }
    }
}

/// Runs the script on one key as a server with another clock would.
pub(super) struct ScriptOnServer {
    script: redis::Script,
    connection: redis::Connection,
    key: String,
}

impl ScriptOnServer {
    pub(super) fn new(server: &Server, key: &str) -> Self {
        let clock = "redis.call('TIME')";
        assert_eq!(SOURCE.matches(clock).count(), 1, "the only clock of the script");
        let script = redis::Script::new(&SOURCE.replace(clock, "{KEYS[2], KEYS[3]}"));
        let connection = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
        Self { script, connection, key: key.to_owned() }
    }

    /// Runs the script at `now`, with a slot for each of `waits`: the maximum wait in microseconds, or -1.
    pub(super) fn run(&mut self, now: Duration, arguments: Arguments, waits: &[i64]) -> Vec<i64> {
        let mut invocation = self.script.key(&self.key);
        invocation.key(now.as_secs()).key(now.subsec_micros());
        let Arguments { calls, window, origin, lost, reported, .. } = arguments;
        let Arguments { throttled_ago, retry_after, succeeded, epoch, .. } = arguments;
        let quota = [i64::from(calls), micros(window), origin];
        let returns = i64::from(arguments.give_back.is_some());
        // No slots are taken in advance.
        let others = [lost, -1, reported, throttled_ago, retry_after, succeeded, epoch, returns, 0];
        for argument in quota.iter().chain(&others).chain(&arguments.give_back).chain(waits) {
            invocation.arg(*argument);
        }
        invocation.invoke(&mut self.connection).unwrap()
    }
}

pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap()
}

/// Returns the time until the bucket of a response runs empty.
pub(super) fn level(response: &[i64]) -> Duration {
    Duration::from_micros(u64::try_from(response[3]).unwrap())
}

/// Returns the wait of the first slot of a response, and whether it is booked.
pub(super) fn first_slot(response: &[i64]) -> (Duration, bool) {
    (Duration::from_micros(u64::try_from(response[8]).unwrap()), response[9] > 0)
}

/// Returns the time of this machine and of its servers.
pub(super) fn real_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
