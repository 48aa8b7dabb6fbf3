//! `Loopback`, which every program and web page on this machine can reach.

use std::time::Duration;

use frameio::auth::{Authorization, Credential, Ims, Loopback};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Time limit that fails a test whose listener stalls.
const LONG: Duration = Duration::from_secs(20);

struct SignIn {
    loopback: Loopback,
    authorization: Authorization,
}

impl SignIn {
    async fn new() -> Self {
        let loopback = Loopback::bind().await.unwrap();
        let ims = Ims::new(Credential::native("app", loopback.redirect_uri())).unwrap();
        Self { authorization: ims.authorization().unwrap(), loopback }
    }

    async fn connect(&self) -> TcpStream {
        let url = self.loopback.redirect_uri();
        let address = url.trim_start_matches("http://").trim_end_matches("/callback").to_owned();
        TcpStream::connect(address).await.unwrap()
    }

    /// Requests a target, and returns the status line.
    async fn get(&self, target: &str) -> String {
        let request = format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        self.send(request.as_bytes()).await
    }

    async fn send(&self, request: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request).await.unwrap();
        let mut response = String::new();
        // A connection that is refused may be reset.
        drop(stream.read_to_string(&mut response).await);
        response.lines().next().unwrap_or_default().to_owned()
    }

    /// Returns the callback of the service.
    fn callback(&self) -> String {
        let state = self.authorization.url().split("state=").nth(1).unwrap();
        format!("/callback?code=c0de&state={}", state.split('&').next().unwrap())
    }

    /// Runs `browser` during the wait, and asserts that only the right callback ends it.
    async fn run(&self, browser: impl AsyncFnOnce(&Self)) {
        let browser = async {
            browser(self).await;
            assert_eq!(self.get(&self.callback()).await, "HTTP/1.1 200 OK");
        };
        let both = async { tokio::join!(self.loopback.callback(&self.authorization), browser) };
        let (callback, ()) = timeout(LONG, both).await.expect("the listener stalls");
        assert_eq!(callback.unwrap(), self.callback());
    }
}

#[tokio::test]
async fn a_forged_callback_does_not_end_the_sign_in() {
    let sign_in = SignIn::new().await;
    let forge = async |sign_in: &SignIn| {
        for target in [
            "/callback",
            "/callback?code=x",
            "/callback?code=x&state=wrong",
            "/callback?error=access_denied",
            "/callback?error=access_denied&state=wrong",
        ] {
            assert_eq!(sign_in.get(target).await, "HTTP/1.1 400 Bad Request", "{target}");
        }
        let right = sign_in.callback();
        let evil = format!("GET {right} HTTP/1.1\r\nhost: evil.example\r\n\r\n");
        assert_eq!(sign_in.send(evil.as_bytes()).await, "HTTP/1.1 400 Bad Request");
        let post = format!("POST {right} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        assert_eq!(sign_in.send(post.as_bytes()).await, "HTTP/1.1 405 Method Not Allowed");
        assert_eq!(sign_in.get("/favicon.ico").await, "HTTP/1.1 404 Not Found");
    };
    sign_in.run(forge).await;
}

#[tokio::test]
async fn idle_connections_do_not_block_the_browser() {
    let sign_in = SignIn::new().await;
    let mut idle = Vec::new();
    let occupy = async |sign_in: &SignIn| {
        for _ in 0..100 {
            idle.push(sign_in.connect().await);
        }
        assert_eq!(sign_in.get("/favicon.ico").await, "HTTP/1.1 404 Not Found");
        // The response must not wait for idle connections, which are closed after 5 s.
        assert!(idle.last_mut().is_some_and(|last| last.try_read(&mut [0]).is_err()));
    };
    sign_in.run(occupy).await;
}

#[tokio::test]
async fn limits_the_size_of_a_request() {
    let sign_in = SignIn::new().await;
    let flood = async |sign_in: &SignIn| {
        let mut stream = sign_in.connect().await;
        stream.write_all(b"GET /callback HTTP/1.1\r\nx: ").await.unwrap();
        let mut sent = 0_usize;
        while sent < 16 << 20 && stream.write_all(&[b'x'; 4096]).await.is_ok() {
            sent += 4096;
        }
        assert!(sent < 16 << 20, "the whole head was read");
    };
    sign_in.run(flood).await;
}

#[tokio::test]
async fn a_denial_with_the_right_state_ends_the_sign_in() {
    let sign_in = SignIn::new().await;
    let denied = sign_in.callback().replace("code=c0de", "error=access_denied");
    let both = async {
        tokio::join!(sign_in.loopback.callback(&sign_in.authorization), sign_in.get(&denied))
    };
    let (callback, response) = timeout(LONG, both).await.unwrap();
    assert_eq!(response, "HTTP/1.1 200 OK");
    let error = sign_in.authorization.finish(&callback.unwrap()).unwrap_err();
    assert_eq!(error.kind(), frameio::auth::ErrorKind::Denied);
}
