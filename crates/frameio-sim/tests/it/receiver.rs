//! Receiver of webhooks and custom actions.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::Sim;
use frameio_webhook::{Verified, Verifier, VerifyError};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Server that sends the given replies, and then 200 without a body.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    _connections: JoinSet<()>,
}

#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Status and body of a response; with the status 0 the server never responds.
pub(crate) type Reply = (u16, &'static str);

impl Receiver {
    pub(crate) async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?x=1", listener.local_addr().unwrap());
        let replies: Arc<Mutex<VecDeque<Reply>>> =
            Arc::new(Mutex::new(replies.into_iter().collect()));
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let all = received.clone();
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (replies, received) = (replies.clone(), all.clone());
                let service = service_fn(move |request: Request<Incoming>| {
                    let (replies, received) = (replies.clone(), received.clone());
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        let path = parts.uri.to_string();
                        received.lock().unwrap().push(Received {
                            path,
                            headers: parts.headers,
                            body,
                        });
                        let reply = replies.lock().unwrap().pop_front();
                        let (status, body) = reply.unwrap_or((200, ""));
                        if status == 0 {
                            std::future::pending::<()>().await;
                        }
                        let response = Response::builder().status(status).body(Body::from(body));
                        Ok::<_, Infallible>(response.unwrap())
                    }
                });
                open.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, received, _connections: connections }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until `count` requests have arrived.
    pub(crate) async fn receives(&self, count: usize) -> Vec<Received> {
        until(|| self.received().len() >= count).await;
        self.received()
    }
}

impl Received {
    pub(crate) fn verify(&self, sim: &Sim, secret: &str) -> Result<Verified, VerifyError> {
        verify(sim, secret, &self.headers, &self.body)
    }
}

/// Verifies a delivery with the simulator's clock.
pub(crate) fn verify(
    sim: &Sim,
    secret: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Verified, VerifyError> {
    let clock = sim.clock();
    let now = move || {
        let millis = clock.now().as_millisecond().try_into().unwrap();
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    };
    let verifier = Verifier::new(secret).unwrap().clock(now);
    verifier.verify(headers, body.clone())
}

/// Lets background tasks run until a condition is true.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if condition() {
            return;
        }
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
    panic!("the condition never became true");
}

/// Lets background tasks run without advancing the time.
pub(crate) async fn idle() {
    for _ in 0..50 {
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
}
