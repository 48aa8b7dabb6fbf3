//! Record of completed requests.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::UserId;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;

use super::stats::Stats;

/// Maximum number of recorded requests.
const MAX_REQUESTS: usize = 10_000;

/// Maximum total size of their bodies, in bytes.
const MAX_TOTAL_SIZE: usize = 64 * 1024 * 1024;

/// Completed request, as [`Sim::requests`](crate::Sim::requests) returns it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Id of the operation, or one of the names of [`Sim`](crate::Sim) such as
    /// [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART), or `None` for an unknown route.
    pub operation: Option<&'static str>,
    /// User of the token, or `None` if the token was refused or the request needs none.
    pub user_id: Option<UserId>,
    /// HTTP method.
    pub method: Method,
    /// Percent-encoded path.
    pub path: String,
    /// Percent-encoded query.
    pub query: Option<String>,
    /// Request headers without `authorization`.
    pub headers: HeaderMap,
    /// Body of a request to the API or IMS, the latter without secrets. Empty for upload parts.
    pub body: Bytes,
    /// Status of the response, or `None` if the connection was reset before it.
    pub status: Option<StatusCode>,
    /// Length of the response body in bytes, if known in advance.
    pub response_length: Option<u64>,
    /// Arrival of the request on the simulator's [`Clock`](crate::Clock).
    pub time: Timestamp,
    /// Time from the arrival to the start of the response, on the same clock.
    pub duration: Duration,
}

/// Request to be recorded.
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
    /// Total size of the recorded bodies, in bytes.
    size: usize,
    stats: Stats,
    /// Number of requests that may have changed the state.
    writes: u64,
}

impl Default for RequestHistory {
    fn default() -> Self {
        let (last, stats) = (VecDeque::new(), Stats::default());
        Self { run: fastrand::u32(..), last, size: 0, stats, writes: 0 }
    }
}

impl RequestHistory {
    /// Records a request with the status and length of its response.
    pub(crate) fn push(&mut self, request: Request, response: Option<(StatusCode, Option<u64>)>) {
        let Request { operation, user_id, parts, body, time, duration } = request;
        self.stats.count(operation, response.map(|(status, _)| status));
        self.writes += u64::from(!parts.method.is_safe());
        self.size += body.len();
        while self.last.len() == MAX_REQUESTS || self.size > MAX_TOTAL_SIZE {
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
            status: response.map(|(status, _)| status),
            response_length: response.and_then(|(_, length)| length),
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

    /// Returns the last `limit` requests after a cursor with their numbers, oldest first.
    ///
    /// The first value is true if the cursor is unknown, and the list therefore complete.
    pub(crate) fn since(&self, cursor: &str, limit: usize) -> (bool, Vec<(u64, RecordedRequest)>) {
        let (count, run) = (self.stats.requests, format!("{:08x}", self.run));
        let known = cursor.split_once('-').filter(|(of, _)| *of == run);
        let known = known.and_then(|(_, n)| n.parse::<u64>().ok()).filter(|n| *n <= count);
        let new = count - known.unwrap_or_default();
        let new = usize::try_from(new).unwrap_or(usize::MAX).min(limit).min(self.last.len());
        let first = count - new as u64 + 1;
        let last = self.last.iter().skip(self.last.len() - new).cloned();
        (known.is_none(), (first..).zip(last).collect())
    }

    /// Returns a request by its number, counted from 1, if it is still recorded.
    pub(crate) fn get(&self, number: u64) -> Option<&RecordedRequest> {
        let before = self.stats.requests - self.last.len() as u64;
        let index = number.checked_sub(before)?.checked_sub(1)?;
        self.last.get(usize::try_from(index).ok()?)
    }

    /// Number of requests that may have changed the state.
    pub(crate) const fn writes(&self) -> u64 {
        self.writes
    }

    pub(crate) const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Removes all requests; the statistics still count them.
    pub(crate) fn clear(&mut self) {
        self.last.clear();
        self.size = 0;
    }
}

/// Copies the headers without the token. A slice of the connection's read buffer would keep all of it,
/// which is large after an upload part.
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
    fn a_record_keeps_neither_the_token_nor_the_read_buffer() {
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
    fn large_bodies_displace_old_requests() {
        let mut records = RequestHistory::default();
        for _ in 0..20 {
            push(&mut records, 4 * 1024 * 1024);
        }
        assert_eq!((records.last.len(), records.size), (16, MAX_TOTAL_SIZE));
        records.clear();
        push(&mut records, MAX_TOTAL_SIZE);
        push(&mut records, 1);
        assert_eq!((records.last.len(), records.size), (1, 1));
        assert_eq!(records.stats().requests, 22);
    }

    #[test]
    fn a_cursor_selects_the_requests_after_it() {
        let mut records = RequestHistory::default();
        let numbers = |records: &RequestHistory, cursor: &str, limit| {
            let (whole, found) = records.since(cursor, limit);
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
        assert_eq!(numbers(&records, &cursor, 9), (false, vec![4]), "the others have been removed");
        assert!(records.get(3).is_none() && records.get(4).is_some());
    }
}
