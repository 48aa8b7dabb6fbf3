//! Requests that the simulator has answered.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::UserId;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;

use super::stats::Stats;

/// Number of requests that are remembered.
const MANY: usize = 10_000;

/// Size of all their bodies together, in bytes, at most.
const LARGE: usize = 64 * 1024 * 1024;

/// Request, and how it was answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The id of the operation, [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART),
    /// [`Sim::DOWNLOAD`](crate::Sim::DOWNLOAD), or nothing for an unknown route.
    pub operation: Option<&'static str>,
    /// The user; `None` where the token was refused, or none is needed.
    pub user_id: Option<UserId>,
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query, still percent-encoded.
    pub query: Option<String>,
    /// The headers without `authorization`.
    pub headers: HeaderMap,
    /// The body of a request to the API; those of parts are not kept.
    pub body: Bytes,
    /// The status of the response; `None` where the connection was reset before it.
    pub status: Option<StatusCode>,
    /// Length of the response's body in bytes, where it is known before it is sent.
    pub answer_length: Option<u64>,
    /// When the request came, on the simulator's [`Clock`](crate::Clock).
    pub time: Timestamp,
    /// From then until the response began, on the same clock.
    pub duration: Duration,
}

/// A request while it is answered.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) operation: Option<&'static str>,
    pub(crate) user_id: Option<UserId>,
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
    pub(crate) time: Timestamp,
    pub(crate) duration: Duration,
}

#[derive(Debug)]
pub(crate) struct RequestHistory {
    /// Random number that distinguishes these requests from those before a reset.
    run: u32,
    last: VecDeque<RecordedRequest>,
    /// What the bodies of the last have together, in bytes.
    size: usize,
    stats: Stats,
    /// How many may have changed something.
    writes: u64,
}

impl Default for RequestHistory {
    fn default() -> Self {
        let (last, stats) = (VecDeque::new(), Stats::default());
        Self { run: fastrand::u32(..), last, size: 0, stats, writes: 0 }
    }
}

impl RequestHistory {
    /// Remembers a request with the status and the length of its answer.
    pub(crate) fn push(&mut self, request: Request, answer: Option<(StatusCode, Option<u64>)>) {
        let Request { operation, user_id, parts, body, time, duration } = request;
        self.stats.count(operation, answer.map(|(status, _)| status));
        self.writes += u64::from(!parts.method.is_safe());
        self.size += body.len();
        while self.last.len() == MANY || self.size > LARGE {
            let Some(oldest) = self.last.pop_front() else { break };
            self.size -= oldest.body.len();
        }
        self.last.push_back(RecordedRequest {
            operation,
            user_id,
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: copied(&parts.headers),
            body: Bytes::copy_from_slice(&body),
            status: answer.map(|(status, _)| status),
            answer_length: answer.and_then(|(_, length)| length),
            time,
            duration,
        });
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.last.iter().cloned().collect()
    }

    /// Returns the cursor of the last request.
    pub(crate) fn cursor(&self) -> String {
        format!("{:08x}-{}", self.run, self.stats.requests)
    }

    /// Returns the requests after a cursor with their numbers, the oldest first; at most the last `most`.
    /// Also returns whether the cursor was unknown and the list restarts.
    pub(crate) fn since(&self, cursor: &str, most: usize) -> (bool, Vec<(u64, RecordedRequest)>) {
        let (count, run) = (self.stats.requests, format!("{:08x}", self.run));
        let known = cursor.split_once('-').filter(|(of, _)| *of == run);
        let known = known.and_then(|(_, n)| n.parse::<u64>().ok()).filter(|n| *n <= count);
        let new = count - known.unwrap_or_default();
        let new = usize::try_from(new).unwrap_or(usize::MAX).min(most).min(self.last.len());
        let first = count - new as u64 + 1;
        let last = self.last.iter().skip(self.last.len() - new).cloned();
        (known.is_none(), (first..).zip(last).collect())
    }

    /// Returns a request by its number, from 1, while it is remembered.
    pub(crate) fn get(&self, number: u64) -> Option<&RecordedRequest> {
        let before = self.stats.requests - self.last.len() as u64;
        let index = number.checked_sub(before)?.checked_sub(1)?;
        self.last.get(usize::try_from(index).ok()?)
    }

    /// How many may have changed something.
    pub(crate) const fn writes(&self) -> u64 {
        self.writes
    }

    pub(crate) const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Forgets the requests, which stay counted.
    pub(crate) fn clear(&mut self) {
        self.last.clear();
        self.size = 0;
    }
}

/// The headers without the token, and without the buffer that the connection read them into: a
/// slice would keep all of it, which is large after a part.
fn copied(headers: &HeaderMap) -> HeaderMap {
    let copy = |(name, value): (&HeaderName, &HeaderValue)| {
        let mut copy = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        copy.set_sensitive(value.is_sensitive());
        Some((HeaderName::from_bytes(name.as_str().as_bytes()).ok()?, copy))
    };
    headers.iter().filter(|(name, _)| *name != AUTHORIZATION).filter_map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_no_more_than_it_shows() {
        let buffer = Bytes::from(vec![b'x'; 1000]);
        let value = HeaderValue::from_maybe_shared(buffer.slice(..3)).unwrap();
        let request = http::Request::get("/").header("x-a", &value).header("x-a", value);
        let (parts, ()) =
            request.header("authorization", "Bearer t").body(()).unwrap().into_parts();
        let (time, duration) = (Timestamp::UNIX_EPOCH, Duration::ZERO);
        let body = buffer.slice(..2);
        let mut records = RequestHistory::default();
        let request = Request { operation: None, user_id: None, parts, body, time, duration };
        records.push(request, None);
        assert!(buffer.is_unique());
        let record = records.all().remove(0);
        assert_eq!(record.headers.get_all("x-a").iter().collect::<Vec<_>>(), ["xxx", "xxx"]);
        assert_eq!((record.headers.len(), record.body.as_ref()), (2, &b"xx"[..]));
    }

    fn push(records: &mut RequestHistory, body: usize) {
        let (parts, ()) = http::Request::post("/").body(()).unwrap().into_parts();
        let (time, duration) = (Timestamp::UNIX_EPOCH, Duration::ZERO);
        let body = vec![b'x'; body].into();
        let request = Request { operation: None, user_id: None, parts, body, time, duration };
        records.push(request, None);
    }

    #[test]
    fn large_bodies_drive_old_requests_out() {
        let mut records = RequestHistory::default();
        for _ in 0..20 {
            push(&mut records, 4 * 1024 * 1024);
        }
        assert_eq!((records.last.len(), records.size), (16, LARGE));
        records.clear();
        push(&mut records, LARGE);
        push(&mut records, 1);
        assert_eq!((records.last.len(), records.size), (1, 1));
        assert_eq!(records.stats().requests, 22);
    }

    #[test]
    fn a_cursor_leads_to_what_came_after_it() {
        let mut records = RequestHistory::default();
        let numbers = |records: &RequestHistory, cursor: &str, most| {
            let (whole, found) = records.since(cursor, most);
            (whole, found.into_iter().map(|(number, _)| number).collect::<Vec<_>>())
        };
        assert_eq!(numbers(&records, "", 9), (true, vec![]));
        push(&mut records, 0);
        let cursor = records.cursor();
        assert_eq!(numbers(&records, &cursor, 9), (false, vec![]));
        push(&mut records, 0);
        push(&mut records, 0);
        assert_eq!(numbers(&records, &cursor, 9), (false, vec![2, 3]));
        assert_eq!(numbers(&records, &cursor, 1), (false, vec![3]));
        assert!(records.get(0).is_none() && records.get(1).is_some() && records.get(4).is_none());
        for other in ["x", "-1", "00-1", &format!("{cursor}9"), &RequestHistory::default().cursor()]
        {
            assert_eq!(numbers(&records, other, 2), (true, vec![2, 3]), "{other}");
        }
        records.clear();
        push(&mut records, 0);
        assert_eq!(numbers(&records, &cursor, 9), (false, vec![4]), "those in between are gone");
        assert!(records.get(3).is_none() && records.get(4).is_some());
    }
}
