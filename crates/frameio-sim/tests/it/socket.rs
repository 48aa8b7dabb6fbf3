//! Simulator on a loopback socket.

use std::io::ErrorKind;
use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::{Fault, Sim, SimServer};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Http(Client<HttpConnector, Body>);

impl Http {
    fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    async fn send(&self, request: Request<Body>) -> Response<Bytes> {
        let (parts, body) = self.0.request(request).await.unwrap().into_parts();
        Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
    }
}

#[tokio::test]
async fn uploads_and_downloads_over_a_socket() {
    let sim = Sim::builder().part_size(1 << 20).build();
    let server = sim.serve().await.unwrap();
    let http = Http::new();
    let demo = sim.demo();
    let folder =
        format!("{}/v4/accounts/{}/folders/{}", server.url(), demo.account_id, demo.root_folder_id);
    let api = |builder: http::request::Builder| {
        let builder = builder.header("authorization", format!("Bearer {}", Sim::TOKEN));
        builder.header("content-type", "application/json")
    };
    let content: Vec<u8> = (0..2_500_000_u32).map(|i| (i % 251) as u8).collect();

    let data = json!({"data": {"name": "clip.mp4", "file_size": content.len()}});
    let create = api(Request::post(format!("{folder}/files/local_upload")));
    let created = http.send(create.body(Body::from(data.to_string())).unwrap()).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let created: Value = serde_json::from_slice(created.body()).unwrap();
    let mut at = 0;
    for part in created["data"]["upload_urls"].as_array().unwrap() {
        let url = part["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{}/", server.url())), "{url}");
        let size = part["size"].as_u64().unwrap() as usize;
        let request = Request::put(url)
            .header("x-amz-acl", "private")
            .header("content-type", "video/mp4")
            .body(Body::from(content[at..at + size].to_vec()))
            .unwrap();
        let response = http.send(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        at += size;
    }
    let id = created["data"]["id"].as_str().unwrap();
    let file = format!("{}/v4/accounts/{}/files/{id}", server.url(), demo.account_id);
    let show = api(Request::get(format!("{file}?include=media_links.original")));
    let shown = http.send(show.body(Body::empty()).unwrap()).await;
    let shown: Value = serde_json::from_slice(shown.body()).unwrap();
    let url = shown["data"]["media_links"]["original"]["download_url"].as_str().unwrap();
    let got = http.send(Request::get(url).body(Body::empty()).unwrap()).await;
    assert_eq!(got.headers()["content-length"], content.len().to_string());
    assert!(got.body() == &content, "the same bytes");
}

#[tokio::test]
async fn responds_to_a_refused_part_after_reading_it() {
    let sim = Sim::new();
    let server = sim.serve().await.unwrap();
    let url = format!("{}/sim-uploads/none/1", server.url());
    let request = Request::put(url).body(Body::from(vec![0; 4_000_000])).unwrap();
    let response = Http::new().send(request).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn dropping_the_server_closes_its_socket_and_connections() {
    let sim = Sim::new();
    let server = sim.serve_on(([127, 0, 0, 1], 0)).await.unwrap();
    let address = server.address();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let me = Request::get(format!("{}/v4/me", server.url())).body(Body::empty()).unwrap();
    assert_eq!(Http::new().send(me).await.status(), StatusCode::UNAUTHORIZED);
    drop(server);
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0, "closed");
    assert!(TcpStream::connect(address).await.is_err(), "the socket is closed");
    assert_eq!(sim.requests().len(), 1, "the state remains");
}

/// Waits until all tasks have ended: one for each connection, and one that accepts.
async fn no_tasks() {
    let metrics = tokio::runtime::Handle::current().metrics();
    for _ in 0..10_000 {
        if metrics.num_alive_tasks() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} tasks are still alive", metrics.num_alive_tasks());
}

#[tokio::test]
async fn no_task_outlives_the_server() {
    let server = Sim::new().serve().await.unwrap();
    let mut connections = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(b"GET /v4/me HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
        connections.push(stream);
    }
    let metrics = tokio::runtime::Handle::current().metrics();
    assert_eq!(metrics.num_alive_tasks(), 51);
    drop(server);
    no_tasks().await;
}

#[tokio::test]
async fn closing_waits_for_requests_in_progress() {
    let sim = Sim::new();
    let server = sim.serve().await.unwrap();
    let address = server.address();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut asking = TcpStream::connect(address).await.unwrap();
    sim.inject(Fault::delay(Duration::from_secs(60)));
    asking.write_all(b"GET /v4/me HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    while !sim.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    let closing = tokio::spawn(server.close());
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0, "closed at once");
    assert!(TcpStream::connect(address).await.is_err(), "the socket is closed");
    assert!(!closing.is_finished());
    sim.clock().advance(Duration::from_secs(60));
    let mut response = String::new();
    asking.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
    closing.await.unwrap();
    no_tasks().await;
}

/// Sends a request and reads until the connection ends; returns the bytes and the error.
async fn until_reset(server: &SimServer, request: &[u8]) -> (String, ErrorKind) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut came = Vec::new();
    let error = stream.read_to_end(&mut came).await.unwrap_err();
    (String::from_utf8(came).unwrap(), error.kind())
}

#[tokio::test]
async fn a_fault_resets_the_connection() {
    let sim = Sim::new();
    let server = sim.serve().await.unwrap();
    let me = b"GET /v4/me HTTP/1.1\r\nhost: localhost\r\n\r\n";
    sim.inject(Fault::reset());
    assert_eq!(until_reset(&server, me).await, (String::new(), ErrorKind::ConnectionReset));

    sim.inject(Fault::reset_in_body());
    let (came, error) = until_reset(&server, me).await;
    assert_eq!(error, ErrorKind::ConnectionReset);
    let (head, body) = came.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);

    sim.inject(Fault::reset().on(Sim::UPLOAD_PART));
    let part = b"PUT /sim-uploads/x/1 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf";
    assert_eq!(until_reset(&server, part).await, (String::new(), ErrorKind::ConnectionReset));
    let me = Request::get(format!("{}/v4/me", server.url())).body(Body::empty()).unwrap();
    assert_eq!(
        Http::new().send(me).await.status(),
        StatusCode::UNAUTHORIZED,
        "the server still works"
    );
}

#[tokio::test]
async fn a_foreign_host_name_is_refused_on_the_loopback() {
    let sim = Sim::builder().host("sim.example").build();
    let server = sim.serve().await.unwrap();
    let status = async |path: &str, host: &str| {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response[9..12].parse::<u16>().unwrap()
    };
    let port = server.address().port();
    for (path, expected) in [("/v4/me", 401), ("/sim-media/x/inline", 403), ("/ims/keys", 200)] {
        for host in [format!("evil.example:{port}"), "127.0.0.1.nip.io".into(), "x".into()] {
            assert_eq!(status(path, &host).await, 403, "{path} {host}");
        }
        for host in [format!("LOCALHOST:{port}"), "[::1]".into(), format!("sim.example:{port}")] {
            assert_eq!(status(path, &host).await, expected, "{path} {host}");
        }
    }
    assert_eq!(
        status("/_sim/stats", "sim.example").await,
        403,
        "control endpoints accept only local names"
    );
    let paths: Vec<_> = sim.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths.len(), 9, "a refused request is not recorded: {paths:?}");
}
