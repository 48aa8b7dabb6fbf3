//! What was asked of the simulator.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;

use crate::stats::Stats;

/// How many requests are remembered.
const MANY: usize = 10_000;

/// One request as it came, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The id of the operation, [`Sim::UPLOAD_PART`](crate::Sim::UPLOAD_PART),
    /// [`Sim::DOWNLOAD`](crate::Sim::DOWNLOAD), or nothing for an unknown route.
    pub operation: Option<&'static str>,
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
    /// The status of the answer; nothing where the connection was reset before it.
    pub status: Option<StatusCode>,
    /// The length of the answer's body in bytes, where it is known before it is sent.
    pub answer_length: Option<u64>,
    /// When the request came, on the simulator's [`Clock`](crate::Clock).
    pub time: Timestamp,
    /// From then until the answer began, on the same clock.
    pub duration: Duration,
}

/// A request while it is answered.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) operation: Option<&'static str>,
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
    pub(crate) time: Timestamp,
    pub(crate) duration: Duration,
}

#[derive(Debug, Default)]
pub(crate) struct Records {
    last: VecDeque<RecordedRequest>,
    stats: Stats,
}

impl Records {
    /// Remembers a request with the status and the length of its answer.
    pub(crate) fn push(&mut self, request: Request, answer: Option<(StatusCode, Option<u64>)>) {
        let Request { operation, parts, body, time, duration } = request;
        self.stats.count(operation, answer.map(|(status, _)| status));
        if self.last.len() == MANY {
            self.last.pop_front();
        }
        self.last.push_back(RecordedRequest {
            operation,
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

    pub(crate) const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Forgets the requests, which stay counted.
    pub(crate) fn clear(&mut self) {
        self.last.clear();
    }
}

/// The headers without the token, and without the buffer that the connection read them into: a
/// slice would keep all of it, which is large beside a part.
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
        let mut records = Records::default();
        records.push(Request { operation: None, parts, body, time, duration }, None);
        assert!(buffer.is_unique());
        let record = records.all().remove(0);
        assert_eq!(record.headers.get_all("x-a").iter().collect::<Vec<_>>(), ["xxx", "xxx"]);
        assert_eq!((record.headers.len(), record.body.as_ref()), (2, &b"xx"[..]));
    }
}
