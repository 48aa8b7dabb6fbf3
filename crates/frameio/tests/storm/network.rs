//! A network between client and simulator that closes, stalls and resets connections at random.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A relay to the simulator. Dropping it closes all connections.
pub(crate) struct Network {
    address: std::net::SocketAddr,
    weather: Arc<Weather>,
    task: JoinHandle<()>,
}

struct Weather {
    /// Number of faults per thousand chunks.
    storm: AtomicU32,
    dice: Mutex<fastrand::Rng>,
}

/// Treatment of a chunk of data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Passes,
    /// The first bytes arrive one at a time.
    InPieces,
    /// Half of the chunk arrives, then the connection is reset.
    Broken,
    /// Neither the chunk nor any later one arrives.
    Stalled,
    /// The connection is closed.
    Closed,
}

impl Network {
    pub(crate) async fn start(upstream: &str, seed: u64) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let dice = Mutex::new(fastrand::Rng::with_seed(seed));
        let weather = Arc::new(Weather { storm: AtomicU32::new(0), dice });
        let seen = weather.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                if seen.roll() == Fate::Closed {
                    drop(client.set_zero_linger());
                    continue;
                }
                connections.spawn(relay(client, upstream.clone(), seen.clone()));
            }
        });
        Self { address, weather, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Enables faults, in percent of calls.
    pub(crate) fn storm(&self, percent: u32, seed: u64) {
        *self.weather.dice.lock().unwrap() = fastrand::Rng::with_seed(seed);
        // A call has at least two chunks.
        self.weather.storm.store(percent * 10 / 2, Ordering::Relaxed);
    }

    pub(crate) fn calm(&self) {
        self.weather.storm.store(0, Ordering::Relaxed);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Weather {
    fn roll(&self) -> Fate {
        let mut dice = self.dice.lock().unwrap();
        if dice.u32(0..1000) >= self.storm.load(Ordering::Relaxed) {
            return Fate::Passes;
        }
        // A stall lasts for a whole attempt, so it is less frequent than other faults.
        match dice.u8(0..20) {
            0..7 => Fate::InPieces,
            7..13 => Fate::Broken,
            13..19 => Fate::Closed,
            _ => Fate::Stalled,
        }
    }
}

async fn relay(client: TcpStream, upstream: String, weather: Arc<Weather>) {
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pass(from_client, to_server, &weather) => {}
        () = pass(from_server, to_client, &weather) => {}
    }
}

/// Forwards data until the connection ends.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: &Weather) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let piece = &piece[..length];
        let fate = weather.roll();
        let sent = match fate {
            Fate::Passes => to.write_all(piece).await,
            Fate::InPieces => {
                let (first, rest) = piece.split_at(length.min(3));
                for byte in first {
                    drop(to.write_all(std::slice::from_ref(byte)).await);
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                to.write_all(rest).await
            }
            Fate::Broken => {
                drop(to.write_all(&piece[..length / 2]).await);
                // Otherwise the reset may overtake the bytes.
                tokio::time::sleep(Duration::from_millis(2)).await;
                drop(to.as_ref().set_zero_linger());
                return;
            }
            Fate::Stalled => {
                // Wait until the other side closes the connection.
                while let Ok(1..) = from.read(&mut [0; 1024]).await {}
                return;
            }
            Fate::Closed => return,
        };
        if sent.is_err() {
            return;
        }
    }
}
