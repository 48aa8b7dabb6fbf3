//! A server on a raw socket that misbehaves as it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does once it has read a request.
#[derive(Clone)]
pub enum Act {
    /// Answers, and waits for the next request.
    Answer(Vec<u8>),
    /// Answers, and closes as TCP should be closed.
    AnswerAndClose(Vec<u8>),
    /// Answers as far as this, and resets the connection.
    AnswerAndReset(Vec<u8>),
    /// Answers as far as this, and then says nothing more.
    AnswerAndHang(Vec<u8>),
}

/// The server; it stops when it is dropped.
pub struct RawServer {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl RawServer {
    /// Starts a server that does `script(n)` with the request number `n`, from 0.
    pub async fn start(script: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, script) = (requests.clone(), Arc::new(script));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            // No test opens more.
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

    /// The requests that came, heads and bodies.
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
    script: Arc<impl Fn(usize) -> Act + Send + Sync>,
) {
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request);
            seen.len() - 1
        };
        let act = script(number);
        let (Act::Answer(bytes)
        | Act::AnswerAndClose(bytes)
        | Act::AnswerAndReset(bytes)
        | Act::AnswerAndHang(bytes)) = &act;
        if stream.write_all(bytes).await.is_err() {
            return;
        }
        match act {
            Act::Answer(_) => {}
            Act::AnswerAndClose(_) => return,
            Act::AnswerAndReset(_) => {
                // Lets the bytes go out before the reset overtakes them.
                tokio::time::sleep(Duration::from_millis(20)).await;
                stream.set_zero_linger().unwrap();
                return;
            }
            Act::AnswerAndHang(_) => std::future::pending().await,
        }
    }
}

/// One request, or `None` once the client has closed.
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

/// A complete answer.
pub fn answer(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A user, as `users.show` answers.
pub fn user() -> Vec<u8> {
    answer(
        "200 OK",
        "application/json",
        r#"{"data":{"id":"u","name":"Kim","email":"kim@example.com"}}"#,
    )
}
