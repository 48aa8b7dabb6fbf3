//! Uploads: parts of old clients, cut again for V4.

use frameio_core::Body;
use frameio_sim::Sim;
use http::Request;
use serde_json::{Value, json};

use crate::world::{Answer, World, content};

async fn create(world: &World, name: &str, size: usize) -> Value {
    let path = format!("/v2/assets/{}/children", world.root);
    let answer = world.post(&path, json!({"type": "file", "name": name, "filesize": size})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn put(world: &World, url: &Value, content_type: Option<&str>, bytes: &[u8]) -> Answer {
    let mut request = Request::put(url.as_str().unwrap()).header("content-length", bytes.len());
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    world.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

fn world(part_size: u64) -> World {
    World::with(Sim::builder().quotas(false).part_size(part_size), |legacy| legacy)
}

/// Sends parts of this size in this order, and checks what V4 has.
async fn upload(world: &World, size: usize, part: impl Fn(usize) -> usize, reverse: bool) {
    let file = create(world, "clip.mp4", size).await;
    let urls = file["upload_urls"].as_array().unwrap();
    let bytes = content(size);
    let part = part(urls.len());
    let mut parts: Vec<_> = (0..urls.len())
        .map(|i| (i, part * i, if i + 1 == urls.len() { size } else { part * (i + 1) }))
        .collect();
    if reverse {
        parts.reverse();
    }
    for (i, start, end) in parts {
        let answer = put(world, &urls[i], Some("application/x-wrong"), &bytes[start..end]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let id = file["id"].as_str().unwrap();
    assert_eq!(world.downloaded(id).await.unwrap(), bytes);
    let shown = world.get(&format!("/v2/assets/{id}")).await.body;
    assert!(shown["upload_completed_at"].is_string());
}

#[tokio::test]
async fn parts_that_are_rounded_up_or_down_arrive_whole_in_any_order() {
    for (size, part_size) in
        [(1000, 334), (1000, 333), (1001, 250), (10, 4), (7, 2), (100_000, 999)]
    {
        let world = world(part_size);
        for reverse in [false, true] {
            upload(&world, size, |parts| size.div_ceil(parts), reverse).await;
            upload(&world, size, |parts| size / parts, reverse).await;
        }
    }
}

#[tokio::test]
async fn a_tiny_file_has_no_url_that_stays_unused() {
    let world = world(1);
    let file = create(&world, "a.txt", 2).await;
    let urls = file["upload_urls"].as_array().unwrap();
    assert_eq!(urls.len(), 1);
    assert_eq!(put(&world, &urls[0], None, b"ab").await.status, 200);
    assert_eq!(world.downloaded(file["id"].as_str().unwrap()).await.unwrap(), b"ab");
}

#[tokio::test]
async fn returns_the_media_type_of_v4() {
    let world = world(1000);
    let path = format!("/v2/assets/{}/children", world.root);
    let body = json!({"type": "file", "name": "a.mov", "filesize": 10, "filetype": "text/plain"});
    let file = world.post(&path, body).await.body;
    assert_eq!(file["filetype"], "video/quicktime");
    assert!(file["upload_urls"][0].as_str().unwrap().starts_with("http://127.0.0.1:8080/v2/"));
    assert_eq!((&file["upload_completed_at"], &file["status"]), (&Value::Null, &json!("created")));
}

#[tokio::test]
async fn a_part_of_another_size_is_refused() {
    let world = world(400);
    let file = create(&world, "a.mp4", 1000).await;
    let url = &file["upload_urls"][0];
    assert_eq!(put(&world, url, None, &[0; 100]).await.status, 422);
    let request = Request::put(url.as_str().unwrap()).header("content-length", 334);
    let short = world.send(request.body(Body::from("x")).unwrap()).await;
    assert_eq!(short.status, 422);
    let chunked = Request::put(url.as_str().unwrap()).body(Body::from("x")).unwrap();
    assert_eq!(world.send(chunked).await.status, 411);
    let unknown = json!("http://127.0.0.1:8080/v2/_parts/00000000000000000000000000000000/1");
    assert_eq!(put(&world, &unknown, None, b"x").await.status, 404);
    for number in ["0", "4", "x", ""] {
        let other = url.as_str().unwrap().strip_suffix('1').unwrap();
        let status = put(&world, &json!(format!("{other}{number}")), None, &[0; 334]).await.status;
        assert!(status == 404 || status == 401, "{number}: {status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_fails_is_tried_again() {
    let world = world(1000);
    let file = create(&world, "a.mp4", 10).await;
    world.sim.inject("sim.upload_part=503:next2".parse().unwrap());
    let answer = put(&world, &file["upload_urls"][0], None, &content(10)).await;
    assert_eq!(answer.status, 200);
    assert!(world.downloaded(file["id"].as_str().unwrap()).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_part_that_failed_can_be_sent_again() {
    let world = world(1000);
    let file = create(&world, "a.mp4", 10).await;
    let url = &file["upload_urls"][0];
    world.sim.inject("sim.upload_part=503:every1".parse().unwrap());
    assert_eq!(put(&world, url, None, &content(10)).await.status, 502);
    world.sim.clear_faults();
    assert_eq!(put(&world, url, None, &content(10)).await.status, 200);
    assert_eq!(put(&world, url, None, &content(10)).await.status, 200, "a second time is harmless");
    assert_eq!(world.downloaded(file["id"].as_str().unwrap()).await.unwrap(), content(10));
}

#[tokio::test]
async fn what_cannot_be_created_is_refused() {
    let world = World::new();
    let path = format!("/v2/assets/{}/children", world.root);
    let stack = {
        let one = world.file(&world.root, "1.mp4", 1).await;
        let two = world.file(&world.root, "2.mp4", 1).await;
        world.stack(&world.root, [&one, &two]).await
    };
    for (path, body, status) in [
        (path.clone(), json!({"type": "file", "name": "a", "filesize": 0}), 422),
        (path.clone(), json!({"type": "file", "name": "a"}), 422),
        (path.clone(), json!({"type": "file", "filesize": 1}), 422),
        (path.clone(), json!({"type": "version_stack", "name": "a"}), 422),
        (path.clone(), json!({"name": "a", "filesize": 1, "is_realtime_upload": true}), 410),
        (format!("/v2/assets/{stack}/children"), json!({"name": "a", "filesize": 1}), 422),
    ] {
        let answer = world.post(&path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
    }
    let text = json!({"type": "file", "name": "a.mp4", "filesize": "10", "color": "red"});
    let answer = world.post(&path, text).await;
    assert_eq!((answer.status.as_u16(), &answer.body["filesize"]), (200, &json!(10)));
    assert_eq!(answer.header("warning"), "299 - \"ignored: color\"");
}
