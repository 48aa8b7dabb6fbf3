//! The simulator on a socket.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::sim::Sim;

/// Further clients wait in the backlog of the socket until one of these is gone.
const MOST_CONNECTIONS: usize = 1024;

/// After a failure to accept, as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A [`Sim`] on a socket; dropping it closes the socket and all its connections.
pub struct SimServer {
    address: SocketAddr,
    url: String,
    accept: JoinHandle<()>,
}

impl SimServer {
    pub(crate) async fn bind(sim: Sim, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let accept = tokio::spawn(accept(listener, sim));
        Ok(Self { address, url: format!("http://{address}"), accept })
    }

    /// The base URL, `http://127.0.0.1:49152`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that is listened on.
    pub const fn address(&self) -> SocketAddr {
        self.address
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

async fn accept(listener: TcpListener, sim: Sim) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                match accepted {
                    Ok((stream, _)) => drop(connections.spawn(serve(stream, sim.clone()))),
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, sim: Sim) {
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(sim);
    // A client that goes away is its own business.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
