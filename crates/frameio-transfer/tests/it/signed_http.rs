//! A storage that misbehaves as it is told to.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use frameio::Body;
use futures_util::{StreamExt, stream};
use http::{Request, Response, StatusCode};
use http_body_util::StreamBody;

/// What goes wrong; without any of it all is well.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storage(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) bytes: Bytes,
    pub(crate) etag: String,
    /// Answers with all there is, whatever is asked for.
    pub(crate) ignores_ranges: bool,
    /// Does not tell how long an answer is.
    pub(crate) hides_length: bool,
    /// Tells the wrong range so many times.
    pub(crate) wrong_range: usize,
    /// Ends the body early so many times.
    pub(crate) truncates: usize,
    /// Sends no more than so many bytes of any body.
    pub(crate) sends: Option<usize>,
    /// Sends too much so many times.
    pub(crate) overdoes: usize,
    /// Sends no more than so many bytes, and then nothing, so many times.
    pub(crate) stalls: (usize, usize),
    /// Answers so many requests, and then none.
    pub(crate) answers: Option<usize>,
    /// The ranges that were asked for.
    pub(crate) asked: Vec<String>,
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

    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    pub(crate) async fn answer(self, request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let answer = self.0.lock().unwrap().answer(&request);
        match answer {
            Some(answer) => Ok(answer),
            None => std::future::pending().await,
        }
    }
}

/// Whether it is so now, and once less from now on.
fn once(times: &mut usize) -> bool {
    let now = *times > 0;
    *times = times.saturating_sub(1);
    now
}

impl State {
    fn answer(&mut self, request: &Request<Body>) -> Option<Response<Body>> {
        let header = |name: &str| Some(request.headers().get(name)?.to_str().unwrap().to_owned());
        assert_eq!(header("authorization"), None, "the token is nobody's business here");
        self.asked.push(header("range").unwrap_or_default());
        match &mut self.answers {
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
        let mut answer = Response::builder().header("etag", &self.etag);
        let (first, after) = match range {
            Some((first, last)) => {
                let told = if once(&mut self.wrong_range) { first + 1 } else { first };
                let range = format!("bytes {told}-{last}/{size}");
                answer = answer.status(StatusCode::PARTIAL_CONTENT).header("content-range", range);
                (first, last + 1)
            }
            None => (0, size),
        };
        let mut body = self.bytes.slice(first..after);
        if !self.hides_length {
            answer = answer.header("content-length", body.len());
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
        Some(answer.body(body).unwrap())
    }
}
