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
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::timeout::TimeoutBody;

use super::connections::{Connection, Connections};
use super::origin_check::Origin;
use super::pipeline;
use crate::shared::Shared;

/// Pause after a failed accept, such as when the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits on the resources that clients can use.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Maximum number of connections.
    connections: usize,
    /// Time limit for the headers of a request, from the end of the previous request.
    headers: Duration,
    /// Time limit between two chunks of a request's body.
    body: Duration,
}

const LIMITS: Limits =
    Limits { connections: 512, headers: Duration::from_secs(60), body: Duration::from_secs(60) };

/// HTTP server of a [`Sim`](crate::Sim), created by [`Sim::serve`](crate::Sim::serve).
///
/// Dropping it closes the socket and all connections immediately; [`close`](Self::close) lets requests
/// finish.
pub struct SimServer {
    address: SocketAddr,
    url: String,
    closing: watch::Sender<bool>,
    accept: JoinHandle<()>,
}

impl SimServer {
    pub(crate) async fn bind(shared: Arc<Shared>, address: SocketAddr) -> io::Result<Self> {
        Self::bind_with(shared, address, LIMITS).await
    }

    async fn bind_with(
        shared: Arc<Shared>,
        address: SocketAddr,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (closing, is_closing) = watch::channel(false);
        let accept = tokio::spawn(accept(listener, shared, limits, is_closing));
        Ok(Self { address, url: format!("http://{address}"), closing, accept })
    }

    /// Returns the base URL, such as `http://127.0.0.1:49152`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the address on which the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting connections, completes the requests in progress, and waits until all connections
    /// are closed. Idle connections are closed immediately.
    ///
    /// The wait has no limit. Drop the future to close the remaining connections.
    pub async fn close(mut self) {
        self.closing.send_replace(true);
        // The task neither panics nor is aborted elsewhere.
        let _ = (&mut self.accept).await;
    }
}

impl Drop for SimServer {
    fn drop(&mut self) {
        // The task owns the set of connections, which are closed with it.
        self.accept.abort();
    }
}

impl fmt::Debug for SimServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimServer").field(&self.url).finish()
    }
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    limits: Limits,
    mut closing: watch::Receiver<bool>,
) {
    let on_loopback = listener.local_addr().is_ok_and(is_loopback);
    let mut connections = Connections::new(limits.connections);
    loop {
        let accepted = async {
            connections.room().await;
            listener.accept().await
        };
        tokio::select! {
            accepted = accepted => match accepted {
                Ok((stream, peer)) => {
                    let origin = Origin { on_loopback, is_remote: !is_loopback(peer) };
                    let (shared, closing) = (shared.clone(), closing.clone());
                    connections.spawn(|connection| {
                        serve(stream, origin, shared, limits, connection, closing)
                    });
                }
                Err(_) => {
                    connections.close_longest_waiting();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            _ = closing.changed() => break,
        }
    }
    drop(listener);
    connections.closed().await;
}

fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

async fn serve(
    stream: TcpStream,
    origin: Origin,
    shared: Arc<Shared>,
    limits: Limits,
    connection: Arc<Connection>,
    mut closing: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let requests = connection.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (busy, shared) = (requests.begin(), shared.clone());
        let mut request = request.map(|body| TimeoutBody::new(limits.body, body));
        request.extensions_mut().insert(origin);
        Box::pin(async move {
            let response = pipeline::respond(&shared, request).await?;
            Ok::<_, io::Error>(busy.until_sent(response))
        })
    });
    let mut http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .serve_connection(TokioIo::new(stream), service);
    let mut is_closing = *closing.borrow_and_update();
    if is_closing {
        Pin::new(&mut http).graceful_shutdown();
    }
    let served = loop {
        tokio::select! {
            served = poll_fn(|cx| http.poll_without_shutdown(cx)) => break served,
            () = connection.unwanted() => return,
            _ = closing.changed(), if !is_closing => {
                is_closing = true;
                Pin::new(&mut http).graceful_shutdown();
            }
        }
    };
    let mut stream = http.into_parts().io.into_inner();
    // A client that disconnects is not an error of the server.
    match served {
        Err(error) if is_reset(&error) => drop(stream.set_zero_linger()),
        _ => drop(stream.shutdown().await),
    }
}

/// Returns whether the error of a service or body was caused by a fault that resets the connection.
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::Sim;
    use crate::faults::Fault;

    const REQUEST: &[u8] = b"GET /v4/me HTTP/1.1\r\nhost: localhost\r\n\r\n";
    const HALF: &[u8] = b"GET /v4/me HTTP/1.1\r\nhost: loc";

    async fn server(sim: &Sim, connections: usize) -> SimServer {
        let limits = Limits { connections, ..LIMITS };
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        SimServer::bind_with(sim.shared().clone(), address, limits).await.unwrap()
    }

    async fn connect(server: &SimServer, request: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(request).await.unwrap();
        stream
    }

    async fn status(stream: &mut TcpStream) -> String {
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.unwrap();
        String::from_utf8(line.into()).unwrap()
    }

    #[tokio::test]
    async fn half_open_requests_do_not_block_others() {
        let server = server(&Sim::new(), 4).await;
        let mut half_open = Vec::new();
        for request in [HALF, b""].into_iter().cycle().take(20) {
            half_open.push(connect(&server, request).await);
        }
        assert_eq!(status(&mut connect(&server, REQUEST).await).await, "HTTP/1.1 401");
        assert_eq!(
            half_open[0].read(&mut [0]).await.unwrap_or(0),
            0,
            "the oldest connection is closed"
        );
    }

    #[tokio::test]
    async fn connections_with_requests_in_progress_stay_open() {
        let sim = Sim::new();
        let server = server(&sim, 2).await;
        sim.inject(Fault::delay(Duration::from_secs(600)).next(2));
        let mut first = [connect(&server, REQUEST).await, connect(&server, REQUEST).await];
        while !sim.faults().is_empty() {
            tokio::task::yield_now().await;
        }
        let mut waiting = connect(&server, REQUEST).await;
        sim.clock().advance(Duration::from_secs(600));
        for stream in &mut first {
            assert_eq!(status(stream).await, "HTTP/1.1 401");
        }
        assert_eq!(status(&mut waiting).await, "HTTP/1.1 401");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_with_late_headers_or_body_times_out() {
        let server = server(&Sim::new(), 4).await;
        let mut half = connect(&server, HALF).await;
        assert_eq!(half.read(&mut [0]).await.unwrap_or(0), 0);
        let request =
            b"POST /ims/revoke HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf";
        let mut half = connect(&server, request).await;
        let mut response = Vec::new();
        half.read_to_end(&mut response).await.unwrap();
    }
}
