//! Receives the redirect of a browser on this machine.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use frameio_core::is_loopback;
use http::uri::Authority;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::authorization::Authorization;

/// Path of the redirect URI.
const PATH: &str = "/callback";
/// Maximum size of a request head. Browsers send a few thousand bytes.
const MAX_HEAD: usize = 32 << 10;
/// Maximum number of open connections. A further one closes the oldest, so that idle connections
/// cannot block the browser.
const MAX_OPEN: usize = 32;
/// Time limit for receiving a request, and for sending a response.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(5);

/// Listener on the loopback that receives the callback of a sign-in, for programs without a server.
///
/// It listens on a port of `127.0.0.1`, waits for the callback of one sign-in, and shows a page in the
/// browser. Dropping it closes the port.
///
/// All programs and web pages on this machine can send requests to the listener. It accepts only a
/// `GET` of its path with a loopback address as the host and with the `state` of the sign-in. Any other
/// request gets an error page, and the wait continues.
///
/// ```no_run
/// use frameio::auth::{Credential, Ims, Loopback, Session};
///
/// # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
/// let loopback = Loopback::bind().await?;
/// let ims = Ims::new(Credential::native("client ID", loopback.redirect_uri()))?;
/// let authorization = ims.authorization()?;
/// println!("Open {}", authorization.url());
/// let callback = loopback.callback(&authorization).await?;
/// let code = authorization.finish(&callback)?;
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
    /// Fails if the system cannot bind a port.
    pub async fn bind() -> io::Result<Self> {
        Self::bind_port(0).await
    }

    /// Listens on a fixed port, for an app whose redirect URI is registered with it.
    ///
    /// # Errors
    /// Fails if the port cannot be bound, usually because another program uses it.
    pub async fn bind_port(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Returns the redirect URI for the [`Credential`](crate::Credential):
    /// `http://127.0.0.1:PORT/callback`.
    pub fn redirect_uri(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Waits for the callback of `authorization`, without a time limit, and returns it for
    /// [`Authorization::finish`].
    ///
    /// The callback has a code or an error of the service. Callbacks without the `state` of
    /// `authorization` are refused and do not end the wait.
    ///
    /// # Errors
    /// Fails if the system cannot accept connections.
    pub async fn callback(&self, authorization: &Authorization) -> io::Result<String> {
        let mut open = Open::default();
        loop {
            let (stream, head) = match poll_fn(|cx| open.poll_event(&self.listener, cx)).await? {
                Event::Request(stream, head) => (stream, head),
                Event::Connection(stream) => {
                    open.read(stream);
                    continue;
                }
            };
            let verdict = Verdict::of(&head, authorization);
            open.respond(stream, &verdict);
            if let Verdict::Callback(target) = verdict {
                open.finish().await;
                return Ok(target);
            }
        }
    }
}

enum Event {
    Connection(TcpStream),
    Request(TcpStream, String),
}

/// Connections from which a request is awaited, and to which a response is sent.
#[derive(Default)]
struct Open {
    reading: JoinSet<Option<(TcpStream, String)>>,
    /// Oldest first.
    handles: VecDeque<AbortHandle>,
    responding: JoinSet<()>,
}

impl Open {
    /// Reads the request of a new connection.
    fn read(&mut self, stream: TcpStream) {
        self.handles.retain(|handle| !handle.is_finished());
        if self.handles.len() >= MAX_OPEN
            && let Some(oldest) = self.handles.pop_front()
        {
            oldest.abort();
        }
        let read = async move { timeout(EXCHANGE_TIMEOUT, read_head(stream)).await.ok().flatten() };
        self.handles.push_back(self.reading.spawn(read));
    }

    /// Returns the next request or connection. Requests come first, so that a flood of connections
    /// cannot delay them.
    fn poll_event(
        &mut self,
        listener: &TcpListener,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Event>> {
        // Drops connections that ended without a request.
        while let Poll::Ready(Some(ended)) = self.reading.poll_join_next(cx) {
            if let Ok(Some((stream, head))) = ended {
                return Poll::Ready(Ok(Event::Request(stream, head)));
            }
        }
        loop {
            match ready!(listener.poll_accept(cx)) {
                Ok((stream, _)) => return Poll::Ready(Ok(Event::Connection(stream))),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn respond(&mut self, mut stream: TcpStream, verdict: &Verdict) {
        // Drops the tasks of sent responses.
        while self.responding.try_join_next().is_some() {}
        let response = verdict.response();
        self.responding.spawn(async move {
            let send = async {
                stream.write_all(response.as_bytes()).await?;
                stream.shutdown().await
            };
            // The sign-in does not depend on the page.
            drop(timeout(EXCHANGE_TIMEOUT, send).await);
        });
    }

    /// Waits until pending responses are sent.
    async fn finish(mut self) {
        while self.responding.join_next().await.is_some() {}
    }
}

/// Classification of a request, which determines the response.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// The callback of the sign-in.
    Callback(String),
    OtherState,
    OtherMethod,
    OtherPath,
    Malformed,
}

impl Verdict {
    fn of(head: &str, authorization: &Authorization) -> Self {
        let mut lines = head.split("\r\n");
        let mut parts = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Self::Malformed;
        };
        let mut hosts = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim())
        });
        let is_local = match (hosts.next(), hosts.next()) {
            (Some(host), None) => {
                host.parse().is_ok_and(|host: Authority| is_loopback(host.host()))
            }
            _ => false,
        };
        if !version.starts_with("HTTP/1.") || !is_local {
            return Self::Malformed;
        }
        match (target.split('?').next() == Some(PATH), method) {
            (false, _) => Self::OtherPath,
            (true, "GET") if authorization.is_mine(target) => Self::Callback(target.to_owned()),
            (true, "GET") => Self::OtherState,
            (true, _) => Self::OtherMethod,
        }
    }

    const fn page(&self) -> (&'static str, &'static str) {
        match self {
            Self::Callback(_) => ("200 OK", "You can close this window and return to the program."),
            Self::OtherState => (
                "400 Bad Request",
                "This page belongs to another sign-in. The program is still waiting.",
            ),
            Self::OtherMethod => ("405 Method Not Allowed\r\nallow: GET", "Only GET is allowed."),
            Self::OtherPath => ("404 Not Found", "No such page."),
            Self::Malformed => ("400 Bad Request", "Malformed request."),
        }
    }

    fn response(&self) -> String {
        let (status, text) = self.page();
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Frame.io</title><p>{text}"
        );
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
             cache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
             x-content-type-options: nosniff\r\nconnection: close\r\n\r\n{page}",
            page.len()
        )
    }
}

/// Reads the head of a request, up to the empty line; `None` if it is incomplete or too long.
async fn read_head(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    const END: &[u8] = b"\r\n\r\n";
    let mut head = Vec::new();
    loop {
        // The end may begin in the bytes of the previous read.
        let unseen = head.len().saturating_sub(END.len() - 1);
        if head.len() > MAX_HEAD || stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
        let found = head.get(unseen..)?.windows(END.len()).position(|window| window == END);
        if let Some(at) = found {
            head.truncate(unseen + at);
            return Some((stream, String::from_utf8(head).ok()?));
        }
    }
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback").field("address", &self.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Credential;

    #[test]
    fn accepts_only_a_callback_with_the_right_state() {
        let credential = Credential::native("app", "http://127.0.0.1:1/callback");
        let authorization = Authorization::new("https://ims.example", &credential).unwrap();
        let state = authorization.url().split("state=").nth(1).unwrap();
        let state = state.split('&').next().unwrap();
        let verdict = |head: &str| {
            let head = head.replace("STATE", state).replace('\n', "\r\n");
            Verdict::of(&head, &authorization)
        };
        for query in ["code=c&state=STATE", "state=STATE&error=access_denied"] {
            for host in ["127.0.0.1:1", "localhost:1", "[::1]:1"] {
                let head = format!("GET /callback?{query} HTTP/1.1\nx: y\nHost: {host}");
                assert!(matches!(verdict(&head), Verdict::Callback(_)), "{head}");
            }
        }
        for query in [
            "",
            "?code=c",
            "?code=c&state=x",
            "?error=access_denied",
            "?error=access_denied&state=x",
            "?code=c&state=STATE&state=x",
            "?code=c&state=STATEx",
        ] {
            let head = format!("GET /callback{query} HTTP/1.1\nhost: 127.0.0.1:1");
            assert_eq!(verdict(&head), Verdict::OtherState, "{head}");
        }
        for (head, expected) in [
            ("GET /callback?code=c&state=STATE HTTP/1.1", Verdict::Malformed),
            ("GET /callback?code=c&state=STATE HTTP/1.1\nhost: evil.example", Verdict::Malformed),
            ("GET /callback?code=c&state=STATE HTTP/1.1\nhost: a@b@c", Verdict::Malformed),
            (
                "GET /callback?code=c&state=STATE HTTP/1.1\nhost: localhost\nhost: localhost",
                Verdict::Malformed,
            ),
            ("GET /callback?code=c&state=STATE\nhost: localhost", Verdict::Malformed),
            ("GET /callback?code=c &state=STATE HTTP/1.1\nhost: localhost", Verdict::Malformed),
            ("", Verdict::Malformed),
            ("POST /callback?code=c&state=STATE HTTP/1.1\nhost: localhost", Verdict::OtherMethod),
            ("HEAD /callback?code=c&state=STATE HTTP/1.1\nhost: localhost", Verdict::OtherMethod),
            ("GET /?code=c&state=STATE HTTP/1.1\nhost: localhost", Verdict::OtherPath),
            ("GET /callback/x?code=c&state=STATE HTTP/1.1\nhost: localhost", Verdict::OtherPath),
        ] {
            assert_eq!(verdict(head), expected, "{head}");
        }
    }
}
