//! Local HTTP servers: bounded connections, and a graceful stop.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::exit::Failure;
use crate::report::Record;
use crate::shutdown;

/// Time for responses in flight after a request to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Pause after a failed accept, for example because the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// First line of a server on standard output: its URL.
pub(crate) struct ServerUrl(pub(crate) String);

impl Record for ServerUrl {
    fn lines(&self) -> Vec<String> {
        vec![self.0.clone()]
    }

    fn json(&self) -> Value {
        json!({"url": self.0})
    }
}

/// Limits of a server.
///
/// `axum::serve` limits neither the number of connections nor the time for the headers of a request:
/// a few silent clients could occupy it forever.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum number of connections. Further clients wait in the backlog of the socket.
    pub(crate) connections: usize,
    /// Time limit for the headers of a request to arrive.
    pub(crate) arrival: Duration,
}

impl Limits {
    /// Serves a router until a signal arrives or `stop` completes. `announce` runs first; its failure
    /// ends the server.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        router: Router,
        announce: impl FnOnce() -> Result<(), Failure>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Failure> {
        let (graceful, mut connections) = (GracefulShutdown::new(), JoinSet::new());
        let served = async {
            announce()?;
            loop {
                tokio::select! {
                    accepted = listener.accept(), if connections.len() < self.connections => {
                        match accepted {
                            Ok((stream, _)) => {
                                let connection = self.connection(&graceful, stream, router.clone());
                                drop(connections.spawn(connection));
                            }
                            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                        }
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        };
        tokio::select! {
            // Signals must be handled before the address is printed: its reader may send one.
            biased;
            () = shutdown::requested() => {}
            () = stop => {}
            failed = served => return failed,
        }
        drop(listener);
        tokio::select! {
            () = graceful.shutdown() => {}
            () = shutdown::requested() => {}
            () = tokio::time::sleep(GRACE) => {}
        }
        Ok(())
    }

    /// Serves one connection.
    fn connection(
        self,
        graceful: &GracefulShutdown,
        stream: TcpStream,
        router: Router,
    ) -> impl Future<Output = ()> + Send + 'static + use<> {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.arrival)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
        let watched = graceful.watch(connection);
        // A client that disconnects is not an error of the server.
        async move { drop(watched.await) }
    }
}
