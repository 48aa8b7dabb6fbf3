//! A proxy that limits the rate of all responses together, like a network that is slower than the disk.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};

/// Bytes that pass at a time.
const BLOCK: usize = 64 << 10;

/// Time whose bytes may be sent late and at once, because timers are not exact.
const LATE: Duration = Duration::from_millis(20);

/// Starts a proxy of a server that sends at most `rate` bytes a second. Returns its address.
pub(crate) async fn start(server: SocketAddr, rate: u64) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let pace = Arc::new(Pace { rate, next: Mutex::new(Instant::now()) });
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let pace = pace.clone();
            // A connection that ends early is reported by the client.
            tokio::spawn(async move { drop(pass(client, server, &pace).await) });
        }
    });
    Ok(address)
}

async fn pass(client: TcpStream, server: SocketAddr, pace: &Pace) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (mut requests, mut to_client) = client.into_split();
    let (mut responses, mut to_server) = TcpStream::connect(server).await?.into_split();
    let sending = tokio::spawn(async move { tokio::io::copy(&mut requests, &mut to_server).await });
    let mut block = vec![0; BLOCK];
    loop {
        let read = responses.read(&mut block).await?;
        if read == 0 {
            sending.abort();
            return Ok(());
        }
        sleep_until(pace.reserve(read)).await;
        to_client.write_all(&block[..read]).await?;
    }
}

struct Pace {
    rate: u64,
    /// Time at which the next bytes may be sent.
    next: Mutex<Instant>,
}

impl Pace {
    /// Reserves the time of some bytes, and returns its beginning.
    fn reserve(&self, bytes: usize) -> Instant {
        let mut next = self.next.lock().unwrap();
        let at = (*next).max(Instant::now() - LATE);
        *next = at + Duration::from_secs_f64(bytes as f64 / self.rate as f64);
        at
    }
}
