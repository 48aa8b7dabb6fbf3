//! Connections of a server: their number, and which of them wait for the client.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use frameio_core::Body;
use http::Response;
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};

/// Marks a connection with a request in progress.
const BUSY: u64 = u64::MAX;

/// Open connections, up to a fixed number.
///
/// At the limit, a new connection closes the one that has waited longest for its client, whether it is
/// idle or in the middle of a request's headers. Clients that open connections and send nothing
/// therefore cannot block others.
pub(super) struct Connections {
    limit: usize,
    tasks: JoinSet<()>,
    open: HashMap<Id, Arc<Connection>>,
    common: Arc<Common>,
}

/// State shared by all connections.
#[derive(Debug, Default)]
struct Common {
    /// Orders the starts of all waits.
    turn: AtomicU64,
    /// Notified when a connection starts to wait.
    has_waiting: Notify,
}

/// Connection, shared by its task and the server.
#[derive(Debug)]
pub(super) struct Connection {
    common: Arc<Common>,
    /// Turn in which it started to wait for its client, or [`BUSY`].
    waits_since: AtomicU64,
    is_unwanted: Notify,
}

impl Connections {
    pub(super) fn new(limit: usize) -> Self {
        let (tasks, open, common) = (JoinSet::new(), HashMap::new(), Arc::default());
        Self { limit, tasks, open, common }
    }

    /// Serves a connection in a new task.
    pub(super) fn spawn<F>(&mut self, serve: impl FnOnce(Arc<Connection>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if self.open.len() >= self.limit {
            self.close_longest_waiting();
        }
        let common = self.common.clone();
        let waits_since = AtomicU64::new(common.turn.fetch_add(1, Ordering::Relaxed));
        let connection = Arc::new(Connection { common, waits_since, is_unwanted: Notify::new() });
        let task = self.tasks.spawn(serve(connection.clone()));
        self.open.insert(task.id(), connection);
    }

    /// Waits until another connection can be accepted.
    pub(super) async fn room(&mut self) {
        loop {
            while let Some(ended) = self.tasks.try_join_next_with_id() {
                self.forget(ended);
            }
            if self.open.len() < self.limit || self.longest_waiting().is_some() {
                return;
            }
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                () = self.common.has_waiting.notified() => {}
            }
        }
    }

    /// Closes the connection that has waited longest for its client, if any.
    pub(super) fn close_longest_waiting(&self) {
        if let Some(connection) = self.longest_waiting() {
            connection.is_unwanted.notify_one();
        }
    }

    fn longest_waiting(&self) -> Option<&Arc<Connection>> {
        let waiting = self.open.values().filter(|connection| connection.is_waiting());
        waiting.min_by_key(|connection| connection.waits_since.load(Ordering::Relaxed))
    }

    fn forget(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.open.remove(&id);
    }

    /// Waits until all connections are closed.
    pub(super) async fn closed(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Connection {
    fn is_waiting(&self) -> bool {
        self.waits_since.load(Ordering::Relaxed) != BUSY
    }

    /// Waits until the server wants to close the connection.
    pub(super) async fn unwanted(&self) {
        loop {
            self.is_unwanted.notified().await;
            // A request may have arrived in the meantime.
            if self.is_waiting() {
                return;
            }
        }
    }

    /// Marks the start of a request.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.waits_since.store(BUSY, Ordering::Relaxed);
        Busy(self.clone())
    }
}

/// Guard of a request in progress, dropped when the response has been sent.
#[derive(Debug)]
pub(super) struct Busy(Arc<Connection>);

impl Busy {
    pub(super) fn until_sent(self, response: Response<Body>) -> Response<BusyBody> {
        response.map(|body| BusyBody { body, _busy: self })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Common { turn, has_waiting } = &*self.0.common;
        self.0.waits_since.store(turn.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        has_waiting.notify_one();
    }
}

/// Response body that holds the guard of its request.
pub(super) struct BusyBody {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for BusyBody {
    type Data = <Body as http_body::Body>::Data;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
