//! Where a browser comes back to on this machine.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The path that the browser is sent back to.
const PATH: &str = "/callback";
/// A request without a body; browsers send some thousand bytes.
const LARGEST_HEAD: usize = 64 << 10;
/// The most connections that are looked at at a time.
const MOST_OPEN: usize = 32;
/// A browser that connects and says nothing is waited for for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// A redirect on the loopback, for a program without a server of its own.
///
/// It listens on a free port of `127.0.0.1`, takes one callback, and shows the browser a page. What
/// comes for another path is answered with 404. Nothing listens any more once it is dropped.
///
/// ```no_run
/// use frameio::auth::{Credential, Ims, Loopback, Session};
///
/// # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
/// let loopback = Loopback::bind().await?;
/// let ims = Ims::new(Credential::native("client ID", loopback.redirect_uri()))?;
/// let authorization = ims.authorization()?;
/// println!("Open {}", authorization.url());
/// let code = authorization.finish(&loopback.callback().await?)?;
/// let session = Session::new(ims.clone());
/// session.import(ims.exchange(code).await?).await?;
/// # Ok(())
/// # }
/// ```
pub struct Loopback {
    listener: TcpListener,
    address: SocketAddr,
}

impl Loopback {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When the system refuses it.
    pub async fn bind() -> io::Result<Self> {
        Self::bind_port(0).await
    }

    /// Listens on this port, for an app whose redirect is registered with it.
    ///
    /// # Errors
    /// When the system refuses it, most often since another program listens there.
    pub async fn bind_port(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// What the app gives as its redirect: `http://127.0.0.1:PORT/callback`.
    pub fn redirect_uri(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Waits for the browser, for as long as the user takes, and gives what
    /// [`Authorization::finish`](super::Authorization::finish) reads.
    ///
    /// # Errors
    /// When the system fails.
    pub async fn callback(&self) -> io::Result<String> {
        // All at once: browsers open connections that they may never use.
        let mut open = JoinSet::new();
        poll_fn(|cx| {
            loop {
                match open.poll_join_next(cx) {
                    Poll::Ready(Some(Ok(Ok(Some(callback))))) => return Poll::Ready(Ok(callback)),
                    Poll::Ready(Some(_)) => continue,
                    Poll::Ready(None) | Poll::Pending => {}
                }
                if open.len() >= MOST_OPEN {
                    return Poll::Pending;
                }
                let (stream, _) = ready!(self.listener.poll_accept(cx))?;
                open.spawn(timeout(PATIENCE, answer(stream)));
            }
        })
        .await
    }
}

/// The callback, if this is one. Who sends something else, or hangs up, is let go.
async fn answer(mut stream: TcpStream) -> Option<String> {
    let head = read_head(&mut stream).await?;
    let mut line = head.lines().next()?.split(' ');
    let callback = match (line.next(), line.next()) {
        (Some("GET"), Some(target)) if target.split('?').next() == Some(PATH) => Some(target),
        _ => None,
    };
    let (status, text) = match callback {
        Some(_) => ("200 OK", "You can close this window and go back to the program."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Frame.io</title><p>{text}"
    );
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    // The callback counts, whether the browser waits for the page or not.
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
    callback.map(str::to_owned)
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        if head.len() > LARGEST_HEAD || stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback").field("address", &self.address).finish_non_exhaustive()
    }
}
