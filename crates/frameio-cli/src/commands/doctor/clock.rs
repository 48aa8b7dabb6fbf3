//! Difference between the clock of this machine and that of the service.

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;
use super::network::Reached;
use crate::exit::Status;
use crate::report::duration;

const CHECK: &str = "clock";

/// Difference that has no effect: the header has whole seconds, and responses take a while.
const TOLERATED: SignedDuration = SignedDuration::from_secs(60);

/// Difference beyond which tokens and signed URLs are misjudged.
const HARMFUL: SignedDuration = SignedDuration::from_mins(5);

/// Returns by how much the service is ahead of this machine, from the header `date`.
pub(super) fn ahead(reached: &Reached) -> Option<SignedDuration> {
    let date = reached.reply.headers.get(http::header::DATE)?.to_str().ok()?;
    let date: Timestamp = DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(date.duration_since(reached.at))
}

/// Compares the clocks.
pub(super) fn check(reached: &Reached) -> Finding {
    let Some(ahead) = ahead(reached) else {
        return Finding::skipped(CHECK, "the response of the API has no date");
    };
    let direction = if ahead.is_negative() { "ahead of" } else { "behind" };
    let difference = duration(ahead.unsigned_abs());
    let fact = format!("this machine is {difference} {direction} the service");
    if ahead.abs() < TOLERATED {
        return Finding::ok(CHECK).read("this machine agrees with the service within a minute");
    }
    let finding = if ahead.abs() < HARMFUL {
        Finding::note(CHECK)
    } else {
        Finding::problem(CHECK, Status::Other, "clock_skew")
    };
    finding
        .read(fact)
        .infer("expired tokens and URLs seem valid, or valid ones expired; TLS may fail too")
        .advise("set the clock of this machine by NTP")
}
