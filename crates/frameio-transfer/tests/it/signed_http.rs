//! A storage with configurable misbehaviour.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use frameio::Body;
use futures_util::{StreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body_util::StreamBody;

/// Behaviour of the storage. The default is correct.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storage(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) bytes: Bytes,
    pub(crate) etag: String,
    /// Ignores ranges and sends the whole content.
    pub(crate) ignores_ranges: bool,
    /// Omits the length of the content.
    pub(crate) hides_length: bool,
    /// Number of responses with a wrong range.
    pub(crate) wrong_range: usize,
    /// Number of bodies that end early.
    pub(crate) truncates: usize,
    /// Maximum number of bytes of each body.
    pub(crate) sends: Option<usize>,
    /// Number of bodies that are too long.
    pub(crate) overdoes: usize,
    /// Number of bytes after which bodies stall, and number of such bodies.
    pub(crate) stalls: (usize, usize),
    /// Number of responses, after which the storage hangs.
    pub(crate) responses: Option<usize>,
    /// Requested ranges.
    pub(crate) requested: Vec<String>,
}

impl Storage {
    pub(crate) fn of(bytes: Bytes) -> Self {
        let this = Self::default();
        this.set(|state| {
            state.bytes = bytes;
            state.etag = "\"one\"".into();
        });
        this
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap());
    }

    pub(crate) fn requested(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().requested)
    }

    pub(crate) async fn response(
        self,
        request: Request<Body>,
    ) -> Result<Response<Body>, Infallible> {
        let response = self.0.lock().unwrap().response(&request);
        match response {
            Some(response) => Ok(response),
            None => std::future::pending().await,
        }
    }
}

/// Decrements a counter. Returns whether it was positive.
fn once(times: &mut usize) -> bool {
    let now = *times > 0;
    *times = times.saturating_sub(1);
    now
}

impl State {
    fn response(&mut self, request: &Request<Body>) -> Option<Response<Body>> {
        let header = |name: &str| Some(request.headers().get(name)?.to_str().unwrap().to_owned());
        assert_eq!(header("authorization"), None, "the storage received a token");
        self.requested.push(header("range").unwrap_or_default());
        match &mut self.responses {
            Some(0) => return None,
            Some(left) => *left -= 1,
            None => {}
        }
        let size = self.bytes.len();
        let same = header("if-range").is_none_or(|seen| seen == self.etag);
        let range = header("range").filter(|_| same && !self.ignores_ranges).map(|range| {
            let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            let last: usize = last.parse().unwrap_or(usize::MAX);
            (first.parse::<usize>().unwrap(), last.min(size - 1))
        });
        let mut response = Response::builder().header("etag", &self.etag);
        let (first, after) = match range {
            Some((first, last)) => {
                let reported = if once(&mut self.wrong_range) { first + 1 } else { first };
                let range = format!("bytes {reported}-{last}/{size}");
                response =
                    response.status(StatusCode::PARTIAL_CONTENT).header("content-range", range);
                (first, last + 1)
            }
            None => (0, size),
        };
        let mut body = self.bytes.slice(first..after);
        if !self.hides_length {
            response = response.header("content-length", body.len());
        }
        if once(&mut self.truncates) {
            body.truncate(body.len() / 2);
        }
        body.truncate(self.sends.unwrap_or(usize::MAX));
        if once(&mut self.overdoes) {
            body = [&body[..], b"more"].concat().into();
        }
        let stalls = once(&mut self.stalls.1);
        if stalls {
            body.truncate(self.stalls.0);
        }
        let length = (body.len() / 1000).max(7);
        let chunks: Vec<_> = body.chunks(length).map(Bytes::copy_from_slice).collect();
        let frames =
            chunks.into_iter().map(|chunk| Ok::<_, Infallible>(http_body::Frame::data(chunk)));
        let frames = stream::iter(frames);
        let body = match stalls {
            true => Body::stream(StreamBody::new(frames.chain(stream::pending()))),
            false => Body::stream(StreamBody::new(frames)),
        };
        Some(response.body(body).unwrap())
    }
}
