//! A server on a raw socket that misbehaves as a script demands.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Reaction of the server to a request.
#[derive(Clone)]
pub enum Reaction {
    /// Sends the bytes and waits for the next request.
    Send(Vec<u8>),
    /// Sends the bytes and closes the connection gracefully.
    SendAndClose(Vec<u8>),
    /// Sends the bytes and resets the connection.
    SendAndReset(Vec<u8>),
    /// Sends the bytes and keeps the connection open without sending more.
    SendAndHang(Vec<u8>),
}

/// A running server, which stops when it is dropped.
pub struct RawServer {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl RawServer {
    /// Starts a server that reacts to request number `n`, from 0, with `script(n)`.
    pub async fn start(script: impl Fn(usize) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, script) = (requests.clone(), Arc::new(script));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            // More than any test opens.
            for _ in 0..100 {
                let Ok((stream, _)) = listener.accept().await else { return };
                connections.spawn(serve(stream, seen.clone(), script.clone()));
            }
        });
        Self { address, requests, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the received requests, heads and bodies.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
    script: Arc<impl Fn(usize) -> Reaction + Send + Sync>,
) {
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request);
            seen.len() - 1
        };
        let reaction = script(number);
        let (Reaction::Send(bytes)
        | Reaction::SendAndClose(bytes)
        | Reaction::SendAndReset(bytes)
        | Reaction::SendAndHang(bytes)) = &reaction;
        if stream.write_all(bytes).await.is_err() {
            return;
        }
        match reaction {
            Reaction::Send(_) => {}
            Reaction::SendAndClose(_) => return,
            Reaction::SendAndReset(_) => {
                // Otherwise the reset may overtake the bytes.
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.set_zero_linger().unwrap();
                return;
            }
            Reaction::SendAndHang(_) => std::future::pending().await,
        }
    }
}

/// Reads one request; returns `None` once the client has closed the connection.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = find(&bytes, b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let length = text
                .split("\r\n")
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if bytes.len() >= head + 4 + length {
                return Some(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Returns the bytes of a complete response.
pub fn response(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Returns the bytes of a response of `users.show`.
pub fn user() -> Vec<u8> {
    response(
        "200 OK",
        "application/json",
        r#"{"data":{"id":"u","name":"Kim","email":"kim@example.com"}}"#,
    )
}
