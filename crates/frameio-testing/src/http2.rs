//! A server of HTTP/2 on a raw socket that misbehaves as a script demands. It decodes frames, but no
//! headers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::raw::Reaction;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Reaction to request number `n`, from 0, on the stream with an id.
pub trait Script: Fn(usize, u32) -> Reaction + Send + Sync + 'static {}

impl<F: Fn(usize, u32) -> Reaction + Send + Sync + 'static> Script for F {}

/// A running server, which stops when it is dropped.
pub struct Http2Server {
    pub address: SocketAddr,
    requests: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Http2Server {
    /// Starts a server for clients that know that it speaks HTTP/2.
    pub async fn start(script: impl Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let (seen, script) = (requests.clone(), Arc::new(script));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            // More than any test opens.
            for _ in 0..100 {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (seen, script) = (seen.clone(), script.clone());
                connections.spawn(async move { serve(stream, &seen, &*script).await });
            }
        });
        Self { address, requests, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of requests that arrived as a whole.
    pub fn requests(&self) -> usize {
        self.requests.load(Relaxed)
    }
}

impl Drop for Http2Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection until it ends. `requests` counts those that arrived as a whole.
pub async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    requests: &AtomicUsize,
    script: &impl Script,
) -> Option<()> {
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface).await.ok()?;
    assert_eq!(preface, PREFACE);
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok()?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut payload).await.ok()?;
        let reaction = match kind {
            SETTINGS if flags & ACK == 0 => Reaction::Send(frame(SETTINGS, ACK, 0, &[])),
            PING if flags & ACK == 0 => Reaction::Send(frame(PING, ACK, 0, &payload)),
            HEADERS | DATA if flags & END_STREAM != 0 => {
                script(requests.fetch_add(1, Relaxed), u32::from_be_bytes(id))
            }
            _ => continue,
        };
        let (Reaction::Send(bytes)
        | Reaction::SendAndClose(bytes)
        | Reaction::SendAndReset(bytes)
        | Reaction::SendAndHang(bytes)) = &reaction;
        stream.write_all(bytes).await.ok()?;
        match reaction {
            Reaction::Send(_) => {}
            Reaction::SendAndClose(_) => return stream.shutdown().await.ok(),
            Reaction::SendAndReset(_) => return None,
            Reaction::SendAndHang(_) => std::future::pending().await,
        }
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// Returns the frames of a response with status 200.
pub fn response(stream: u32, body: &str) -> Vec<u8> {
    // The first entry of the static table with `:status: 200`.
    let headers = frame(HEADERS, END_HEADERS, stream, &[0x88]);
    [headers, frame(DATA, END_STREAM, stream, body.as_bytes())].concat()
}

/// Returns the frame that resets a stream with an error code.
pub fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &code.to_be_bytes())
}

/// Returns the frame that announces the end of a connection, and the last stream that the server may have
/// processed.
pub fn go_away(last_stream: u32, code: u32) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[last_stream.to_be_bytes(), code.to_be_bytes()].concat())
}
