//! The simulator on a socket.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::origin_check::RemotePeer;
use super::pipeline;
use crate::shared::Shared;

/// Further clients wait in the backlog of the socket until one of these is gone.
const MOST_CONNECTIONS: usize = 1024;

/// After a failure to accept, as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A [`Sim`](crate::Sim) on a socket; dropping it closes the socket and all its connections at once.
pub struct SimServer {
    address: SocketAddr,
    url: String,
    closing: watch::Sender<bool>,
    accept: JoinHandle<()>,
}

impl SimServer {
    pub(crate) async fn bind(shared: Arc<Shared>, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (closing, is_closing) = watch::channel(false);
        let accept = tokio::spawn(accept(listener, shared, is_closing));
        Ok(Self { address, url: format!("http://{address}"), closing, accept })
    }

    /// The base URL, `http://127.0.0.1:49152`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that is listened on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, answers the requests that are under way, and returns when all
    /// connections are closed; idle ones are at once.
    ///
    /// It waits as long as a client takes. To give up on that, drop the future.
    pub async fn close(mut self) {
        self.closing.send_replace(true);
        // It does not panic, and nobody else ends it.
        let _ = (&mut self.accept).await;
    }
}

impl Drop for SimServer {
    fn drop(&mut self) {
        // The connections are in a set that the task owns, and end with it.
        self.accept.abort();
    }
}

impl fmt::Debug for SimServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimServer").field(&self.url).finish()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut closing: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                match accepted {
                    Ok((stream, peer)) => {
                        let shared = shared.clone();
                        connections.spawn(serve(stream, peer, shared, closing.clone()));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                }
            }
            Some(_) = connections.join_next() => {}
            _ = closing.changed() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    mut closing: watch::Receiver<bool>,
) {
    let is_local = peer.ip().to_canonical().is_loopback();
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        if !is_local {
            request.extensions_mut().insert(RemotePeer);
        }
        let shared = shared.clone();
        Box::pin(async move { pipeline::respond(&shared, request).await })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut is_closing = *closing.borrow_and_update();
    if is_closing {
        Pin::new(&mut connection).graceful_shutdown();
    }
    let served = loop {
        tokio::select! {
            served = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break served,
            _ = closing.changed(), if !is_closing => {
                is_closing = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let mut stream = connection.into_parts().io.into_inner();
    // A client that goes away is its own business.
    match served {
        Err(error) if is_reset(&error) => drop(stream.set_zero_linger()),
        _ => drop(stream.shutdown().await),
    }
}

/// Whether a fault resets the connection: then the service or its body fails with this.
fn is_reset(error: &hyper::Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::ConnectionReset;
        }
        source = error.source();
    }
    false
}
