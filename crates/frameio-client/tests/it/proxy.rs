//! Connections through HTTP tunnels and SOCKS proxies: credentials and exceptions.

use frameio_testing::raw;

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use frameio::transport::Proxy;
use frameio::users::ShowCurrentUser;
use frameio::{Client, ClientBuilder, ErrorKind};
use raw::{RawServer, Reaction, user};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Base URL whose host only the proxy can resolve.
const API: &str = "http://api.frameio.test";

/// Protocol and behaviour of a proxy.
#[derive(Clone, Copy)]
enum Protocol {
    /// HTTP `CONNECT`. The proxy responds with this status, and forwards after 200.
    Tunnel(u16),
    /// SOCKS 5 with user name and password.
    Socks,
}

/// A proxy on a loopback socket that forwards every connection to one server.
struct LoopbackProxy {
    address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl LoopbackProxy {
    async fn start(protocol: Protocol, server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let seen = received.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            // More than any test opens.
            for _ in 0..20 {
                let Ok((stream, _)) = listener.accept().await else { return };
                connections.spawn(serve(stream, protocol, server, seen.clone()));
            }
        });
        Self { address, received, task }
    }

    /// Returns the received requests: the head of a `CONNECT`, or user, password and destination.
    fn requests(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for LoopbackProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut client: TcpStream,
    protocol: Protocol,
    server: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let received = match protocol {
        Protocol::Tunnel(_) => connect(&mut client).await?,
        Protocol::Socks => socks(&mut client).await?,
    };
    seen.lock().unwrap().push(received);
    match protocol {
        Protocol::Tunnel(200) => client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?,
        Protocol::Tunnel(status) => {
            let head = format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n");
            return client.write_all(head.as_bytes()).await;
        }
        Protocol::Socks => client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await?,
    }
    let mut server = TcpStream::connect(server).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn connect(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8(head).unwrap())
}

async fn socks(client: &mut TcpStream) -> std::io::Result<String> {
    assert_eq!(client.read_u8().await?, 5);
    let methods = text(client).await?;
    assert!(methods.contains('\u{2}'), "user and password are not offered: {methods:?}");
    client.write_all(&[5, 2]).await?;
    assert_eq!(client.read_u8().await?, 1);
    let (user, password) = (text(client).await?, text(client).await?);
    client.write_all(&[1, 0]).await?;
    let mut request = [0; 4];
    client.read_exact(&mut request).await?;
    assert_eq!(request, [5, 1, 0, 3], "not a connection to a host name");
    let host = text(client).await?;
    let port = client.read_u16().await?;
    Ok(format!("{user} {password} {host} {port}"))
}

/// Reads a text with a length byte in front of it.
async fn text(client: &mut TcpStream) -> std::io::Result<String> {
    let mut text = vec![0; client.read_u8().await?.into()];
    client.read_exact(&mut text).await?;
    Ok(String::from_utf8(text).unwrap())
}

fn builder(proxy: Proxy) -> ClientBuilder {
    Client::builder().base_url(API).allow_http().token("t").max_retries(0).proxy(proxy)
}

async fn api() -> RawServer {
    RawServer::start(|_| Reaction::Send(user())).await
}

#[tokio::test]
async fn opens_a_tunnel_with_credentials() {
    let api = api().await;
    let proxy = LoopbackProxy::start(Protocol::Tunnel(200), api.address).await;
    let url = format!("http://kim:s3cret@{}", proxy.address);
    let client = builder(Proxy::url(url).unwrap()).build().unwrap();
    for _ in 0..2 {
        assert_eq!(client.send(ShowCurrentUser::new()).await.unwrap().name, "Kim");
    }
    let received = proxy.requests();
    assert_eq!(received.len(), 1, "the tunnel is not reused");
    assert!(received[0].starts_with("CONNECT api.frameio.test:80 HTTP/1.1\r\n"), "{received:?}");
    let head = received[0].to_lowercase();
    // `kim:s3cret` in Base64, in lower case like the rest of the head.
    assert!(head.contains("\r\nproxy-authorization: basic a2ltonmzy3jlda==\r\n"), "{head}");
    assert!(!head.contains("bearer"), "the proxy received the token: {head}");
    let requests = api.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].starts_with("GET /v4/me HTTP/1.1\r\n"), "{requests:?}");
    assert!(!requests[0].to_lowercase().contains("proxy-authorization"), "{requests:?}");
}

#[tokio::test]
async fn fails_to_connect_if_the_proxy_refuses() {
    let api = api().await;
    for (status, reason) in [(407, "authorization required"), (502, "unsuccessful")] {
        let proxy = LoopbackProxy::start(Protocol::Tunnel(status), api.address).await;
        let url = format!("http://kim:s3cret@{}", proxy.address);
        let client = builder(Proxy::url(url).unwrap()).build().unwrap();
        let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(error.is_connect() && !error.may_have_been_sent());
        let mut chain = format!("{error} {error:?}");
        let mut next = error.source();
        for _ in 0..8 {
            let Some(source) = next else { break };
            chain.push_str(&format!(" {source} {source:?}"));
            next = source.source();
        }
        assert!(chain.contains(reason), "{chain}");
        let peer = format!("api.frameio.test:80 through the proxy http://{}: ", proxy.address);
        assert!(error.to_string().contains(&peer), "{error}");
        assert!(!chain.contains("s3cret") && !chain.contains("a2lt"), "{chain}");
        assert_eq!(proxy.requests().len(), 1);
    }
    assert!(api.requests().is_empty());
}

#[tokio::test]
async fn bypasses_the_proxy_for_excepted_hosts() {
    let api = api().await;
    let proxy = LoopbackProxy::start(Protocol::Tunnel(200), api.address).await;
    let through = Proxy::url(format!("http://{}", proxy.address)).unwrap();
    let direct = [through.clone().no_proxy("other.test, 127.0.0.0/8"), Proxy::none()];
    for direct in direct {
        let client = builder(direct).base_url(api.url()).build().unwrap();
        client.send(ShowCurrentUser::new()).await.unwrap();
    }
    assert!(proxy.requests().is_empty());
    let client = builder(through.no_proxy("other.test")).base_url(api.url()).build().unwrap();
    client.send(ShowCurrentUser::new()).await.unwrap();
    let received = proxy.requests();
    assert!(received[0].starts_with(&format!("CONNECT {} ", api.address)), "{received:?}");
    assert!(!received[0].to_lowercase().contains("proxy-authorization"), "{received:?}");
    assert_eq!(api.requests().len(), 3);
}

#[tokio::test]
async fn socks_proxy_resolves_the_host_name() {
    let api = api().await;
    let proxy = LoopbackProxy::start(Protocol::Socks, api.address).await;
    let url = format!("socks5h://kim:s3cret@{}", proxy.address);
    let client = builder(Proxy::url(url).unwrap()).build().unwrap();
    assert_eq!(client.send(ShowCurrentUser::new()).await.unwrap().name, "Kim");
    assert_eq!(proxy.requests(), ["kim s3cret api.frameio.test 80"]);
    assert_eq!(api.requests().len(), 1);
}

#[tokio::test]
async fn fails_to_connect_to_an_unreachable_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "socks5h"] {
        let proxy = Proxy::url(format!("{scheme}://kim:s3cret@{address}")).unwrap();
        let client = builder(proxy).build().unwrap();
        let error = client.send(ShowCurrentUser::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        let shown = format!("{error:?}");
        assert!(shown.contains("ConnectionRefused") && !shown.contains("s3cret"), "{shown}");
    }
}
