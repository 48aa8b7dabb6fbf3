//! Remote uploads from the loopback interface.

use frameio_core::FileId;
use frameio_sim::{Fault, Sim, SimServer};
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::{Api, storages};

/// Starts a server with a file; returns them with the URL of the file.
async fn source(content: &str) -> (Sim, SimServer, String) {
    let api = Api::new();
    let path = api.upload("source.txt", content).await;
    let server = api.sim.serve().await.unwrap();
    let url = api.sim.download_url(server.url(), path.rsplit('/').next().unwrap()).unwrap();
    (api.sim, server, url)
}

async fn upload_from(api: &Api, source_url: &str) -> Value {
    let data = json!({"name": "far.txt", "source_url": source_url});
    let mut response = api.post(&format!("{}/files/remote_upload", api.root()), data).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    response.body["data"].take()
}

/// Waits for the end of the upload; returns whether it is complete, and whether it failed.
async fn end(api: &Api, file: &Value) -> (bool, bool) {
    loop {
        let status = api.get(&format!("{}/status", api.file(file))).await.data();
        let flag = |name: &str| status[name].as_bool().unwrap();
        let end = (flag("upload_complete"), flag("upload_failed"));
        if end != (false, false) {
            return end;
        }
        // Lets the source and the fetching task run.
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
}

#[tokio::test]
async fn fetches_a_source_into_every_storage() {
    let (_sim, _server, url) = source("from far away").await;
    for storage in storages() {
        let api = Api::of(Sim::builder().quotas(false).storage(storage).build());
        let file = upload_from(&api, &url).await;
        assert_eq!((&file["status"], &file["file_size"]), (&json!("created"), &json!(0)));
        assert_eq!(file["media_type"], json!(null), "unknown until the upload is complete");
        assert_eq!(end(&api, &file).await, (true, false));
        let shown = api.get(&api.file(&file)).await.data();
        assert_eq!(
            (&shown["status"], &shown["file_size"]),
            (&json!("transcoded"), &json!("from far away".len()))
        );
        assert_eq!(shown["media_type"], "text/plain");
        assert_eq!(api.read(&file["id"], &[]).await.body(), "from far away");
        assert_eq!(api.delete(&api.file(&file)).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_failing_or_foreign_source_fails_the_upload() {
    let (sim, server, url) = source("from far away").await;
    let api = Api::new();
    let unsigned = url.split('?').next().unwrap();
    for source_url in [
        "https://example.com/far.txt",
        "http://10.0.0.1/far.txt",
        "file:///etc/hosts",
        "far",
        unsigned,
    ] {
        let file = upload_from(&api, source_url).await;
        assert_eq!(end(&api, &file).await, (false, true), "{source_url}");
        assert_eq!(api.get(&api.file(&file)).await.data()["status"], "created");
    }
    sim.inject(Fault::reset());
    sim.inject(Fault::reset_in_body());
    sim.inject(Fault::body(StatusCode::OK, "text/plain", ""));
    for fault in ["reset", "broken", "empty"] {
        let file = upload_from(&api, &url).await;
        assert_eq!(end(&api, &file).await, (false, true), "{fault}");
    }
    drop(server);
    let file = upload_from(&api, &url).await;
    assert_eq!(end(&api, &file).await, (false, true), "the source is unreachable");
    let id = FileId::from(file["id"].as_str().unwrap());
    assert!(api.sim.finish_remote_upload(&id, "by hand"));
    assert_eq!(end(&api, &file).await, (true, false));
}

#[tokio::test]
async fn dropping_the_simulator_stops_fetching() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Api::new();
    let url = format!("http://{}/silent", listener.local_addr().unwrap());
    let file = upload_from(&api, &url).await;
    let (mut silent, _) = listener.accept().await.unwrap();
    let status = api.get(&format!("{}/status", api.file(&file))).await.data();
    assert_eq!(status["upload_failed"], false);
    drop(api);
    let mut request = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut request).await.unwrap();
    assert!(request.starts_with(b"GET /silent HTTP/1.1\r\n") || request.is_empty());
}

#[tokio::test]
async fn a_silent_source_fails_the_upload() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Api::new();
    let url = format!("http://{}/silent", listener.local_addr().unwrap());
    let file = upload_from(&api, &url).await;
    let _silent = listener.accept().await.unwrap();
    api.sim.clock().advance(std::time::Duration::from_secs(61));
    assert_eq!(end(&api, &file).await, (false, true));
}
