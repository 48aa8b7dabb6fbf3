//! Assets: pages, orders, stacks, labels, what V4 cannot do.

use std::collections::HashSet;
use std::convert::Infallible;

use frameio_client::Client;
use frameio_core::Body;
use frameio_legacy::{Counts, LegacyService};
use frameio_sim::Sim;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use serde_json::json;
use tower::{ServiceExt, service_fn};

use crate::world::{TOKEN, World};

#[tokio::test]
async fn pages_are_exact_and_hold_each_item_once() {
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy.page_size(3));
    for i in 0..7 {
        world.file(&world.root, &format!("{i}.mp4"), 10).await;
    }
    let path = format!("/v2/assets/{}/children", world.root);
    let mut seen = HashSet::new();
    for page in [1, 2, 3, 1] {
        let answer = world.get(&format!("{path}?page={page}")).await;
        for (name, value) in [("per-page", "3"), ("total", "7"), ("total-pages", "3")] {
            assert_eq!(answer.header(name), value);
        }
        assert_eq!(answer.header("page-number"), page.to_string());
        assert_eq!(answer.ids().len(), if page == 3 { 1 } else { 3 });
        seen.extend(answer.ids().into_iter().map(str::to_owned));
    }
    assert_eq!(seen.len(), 7);
    // A page that nobody led to, and one beyond the end.
    assert_eq!(world.get(&format!("{path}?page=3&page_size=2")).await.ids().len(), 2);
    let beyond = world.get(&format!("{path}?page=9")).await;
    assert_eq!((beyond.ids().len(), beyond.header("total")), (0, "7"));
    let link = world.get(&format!("{path}?page=2")).await.header("link").to_owned();
    for (rel, page) in [("first", 1), ("last", 3), ("next", 3), ("prev", 1)] {
        let url = format!("<http://127.0.0.1:8080{path}?page={page}>; rel=\"{rel}\"");
        assert!(link.contains(&url), "{link}");
    }
}

#[tokio::test]
async fn a_page_that_is_asked_for_again_is_read_from_its_cursor() {
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy.page_size(2));
    for i in 0..6 {
        world.folder(&world.root, &i.to_string()).await;
    }
    let path = format!("/v2/assets/{}/children", world.root);
    world.get(&path).await;
    world.operations();
    world.get(&format!("{path}?page=2")).await;
    let operations = world.operations();
    // One page of the list, and a count for each of the two folders.
    assert_eq!(operations, ["folders.index"; 3]);
}

#[tokio::test]
async fn an_empty_list_has_its_headers() {
    let world = World::new();
    let answer = world.get(&format!("/v2/assets/{}/children", world.root)).await;
    assert_eq!(answer.body, json!([]));
    assert_eq!((answer.header("total"), answer.header("total-pages")), ("0", "1"));
}

#[tokio::test]
async fn the_second_version_of_the_sdk_gets_all_items_in_one_page() {
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy.page_size(2));
    for i in 0..5 {
        world.folder(&world.root, &i.to_string()).await;
    }
    let mut request = Request::get(format!("/v2/assets/{}/children", world.root))
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(frameio_core::Body::empty())
        .unwrap();
    request.headers_mut().insert("x-frameio-client", HeaderValue::from_static("python/2.0.1"));
    let answer = world.send(request).await;
    assert_eq!((answer.ids().len(), answer.header("total-pages")), (5, "1"));
}

#[tokio::test]
async fn orders_are_those_of_v2() {
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy);
    let root = world.root.clone();
    for (name, size) in [("b.mp4", 30), ("a.mp4", 20), ("c.mp4", 10)] {
        world.file(&root, name, size).await;
    }
    let names = async |sort: &str| {
        let answer = world.get(&format!("/v2/assets/{root}/children?sort={sort}")).await;
        let names = answer.body.as_array().unwrap().iter();
        names.map(|it| it["name"].as_str().unwrap()[..1].to_owned()).collect::<String>()
    };
    assert_eq!(names("name").await, "abc");
    assert_eq!(names("-name").await, "cba");
    assert_eq!(names("filesize").await, "cab", "which V4 cannot sort folders by");
    assert_eq!(names("-filesize,name").await, "bac");
}

#[tokio::test]
async fn types_can_be_asked_for() {
    let world = World::new();
    world.file(&world.root, "a.mp4", 10).await;
    let folder = world.folder(&world.root, "b").await;
    let path = format!("/v2/assets/{}/children?type=folder", world.root);
    let answer = world.get(&path).await;
    assert_eq!((answer.ids(), answer.header("total")), (vec![&*folder], "1"));
}

#[tokio::test]
async fn counts_are_never_zero_for_unknown() {
    let world = World::new();
    let folder = world.folder(&world.root, "a").await;
    let file = world.file(&folder, "a.mp4", 10).await;
    world.comment(&file, "x").await;
    let shown = world.get(&format!("/v2/assets/{folder}")).await.body;
    assert_eq!(shown["item_count"], 1);
    let shown = world.get(&format!("/v2/assets/{file}")).await.body;
    assert_eq!(shown["comment_count"], 1);

    let world = World::with(Sim::builder(), |legacy| legacy.counts(Counts::Assumed));
    let folder = world.folder(&world.root, "a").await;
    world.operations();
    assert_eq!(world.get(&format!("/v2/assets/{folder}")).await.body["item_count"], 1);
    assert!(!world.operations().contains(&"folders.index"));
}

#[tokio::test]
async fn a_file_has_links_and_the_root_is_called_root() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let shown = world.get(&format!("/v2/assets/{file}")).await.body;
    assert!(shown["original"].is_string());
    assert_eq!(shown["is_session_watermarked"], false);
    assert_eq!(shown["project"]["root_asset_id"], world.root.as_str());
    assert_eq!(shown["team_id"], world.team.as_str());
    let root = world.get(&format!("/v2/assets/{}", world.root)).await.body;
    assert_eq!((&root["name"], &root["parent_id"]), (&json!("root"), &json!(null)));
}

#[tokio::test]
async fn an_original_that_may_not_be_downloaded_is_left_out() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    world.sim.inject("files.show=403:next1".parse().unwrap());
    let shown = world.get(&format!("/v2/assets/{file}")).await.body;
    assert!(shown.get("original").is_none(), "the client would download null");
    assert_eq!(shown["is_session_watermarked"], true);
}

#[tokio::test]
async fn versions_are_stacked_and_taken_out_again() {
    let world = World::new();
    let one = world.file(&world.root, "1.mp4", 10).await;
    let folder = world.folder(&world.root, "elsewhere").await;
    let two = world.file(&folder, "2.mp4", 10).await;
    let path = format!("/v2/assets/{one}/version");
    let stack = world.post(&path, json!({"next_asset_id": two})).await;
    assert_eq!(stack.status, 200, "{}", stack.body);
    assert_eq!(
        (&stack.body["_type"], &stack.body["versions"]),
        (&json!("version_stack"), &json!(2))
    );
    assert_eq!(stack.body["cover_asset"]["id"], two.as_str());
    assert!(stack.body["cover_asset"]["original"].is_string());

    let three = world.file(&world.root, "3.mp4", 10).await;
    let grown = world.post(&path, json!({"next_asset_id": three})).await;
    assert_eq!((&grown.body["id"], &grown.body["versions"]), (&stack.body["id"], &json!(3)));

    let out = world.delete(&format!("/v2/assets/{three}/unversion")).await;
    assert_eq!((out.status.as_u16(), &out.body["parent_id"]), (200, &json!(world.root)));
    let alone = world.delete(&format!("/v2/assets/{three}/unversion")).await;
    assert_eq!(alone.status, 422);
    let stack = stack.body["id"].as_str().unwrap();
    let refused = world.delete(&format!("/v2/assets/{stack}")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.body["errors"][0]["replacement"], "files.delete");
}

#[tokio::test]
async fn labels_are_statuses() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/assets/{file}");
    assert_eq!(world.get(&path).await.body["label"], "none");
    for label in ["approved", "in_progress", "needs_review", "none"] {
        let answer = world.put(&path, json!({"label": label})).await;
        assert_eq!(answer.body["label"], label, "{}", answer.body);
        assert!(answer.header("x-frameio-legacy").contains("lossy"));
    }
    assert_eq!(world.put(&path, json!({"label": "odd"})).await.status, 422);
    let named = world.put(&path, json!({"name": "b.mp4", "label": "approved"})).await;
    assert_eq!((&named.body["name"], &named.body["label"]), (&json!("b.mp4"), &json!("approved")));
    let refused = world.put(&path, json!({"name": "c.mp4", "rating": 5})).await;
    assert!(refused.status == 422 && refused.detail().contains("'rating'"));
    assert_eq!(world.get(&path).await.body["name"], "b.mp4", "nothing was done");
}

#[tokio::test]
async fn the_path_of_a_copy_is_its_destination() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let folder = world.folder(&world.root, "b").await;
    let copied = world.post(&format!("/v2/assets/{folder}/copy"), json!({"id": file})).await;
    assert_eq!(copied.body["parent_id"], folder.as_str());
    assert_ne!(copied.body["id"], file.as_str());
    let moved = world.post(&format!("/v2/assets/{folder}/move"), json!({"id": file})).await;
    assert_eq!((&moved.body["id"], &moved.body["parent_id"]), (&json!(file), &json!(folder)));
    let batch = json!({"batch": [{"id": file}, {"id": "00000000-0000-4000-8000-000000000000"}]});
    let copied = world.post(&format!("/v2/batch/assets/{}/copy", world.root), batch).await;
    assert!(copied.body["success"][&file].is_string(), "{}", copied.body);
    assert_eq!(copied.body["error"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn restores_deleted_assets() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let folder = world.folder(&world.root, "b").await;
    let gone = world.call(Method::DELETE, "/v2/batch/assets", json!({"asset_ids": [file, folder]}));
    let gone = gone.await;
    assert_eq!(gone.body["success"].as_object().unwrap().len(), 2);
    let trash = world.get(&format!("/v2/projects/{}/trash", world.project)).await;
    assert_eq!(trash.header("total"), "2");
    assert!(trash.body[0]["deleted_at"].is_string());
    for id in [file, folder] {
        let back = world.put(&format!("/v2/assets/{id}/restore"), json!({})).await;
        assert_eq!((back.status.as_u16(), &back.body["id"]), (200, &json!(id)));
    }
}

/// Assets in the storage of Adobe have other ids. Old clients see and send them as V4 does.
#[tokio::test]
async fn ids_of_adobe_storage_pass_through_in_both_directions() {
    const ADOBE: &str = "adobe:urn:aaid:sc:US:1f2e|2";
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    world.comment(&file, "hello").await;
    let (sim, uuid) = (world.sim.clone(), file.clone());
    let v4 = service_fn(move |mut request: Request<Body>| {
        let (sim, uuid) = (sim.clone(), uuid.clone());
        async move {
            let path = percent_decode_str(request.uri().path()).decode_utf8().unwrap().into_owned();
            assert!(!path.contains(&*uuid), "the facade knows this id from nowhere: {path}");
            if path.contains(ADOBE) {
                let query = request.uri().query().map(|query| format!("?{query}"));
                let uri = path.replace(ADOBE, &uuid) + &query.unwrap_or_default();
                *request.uri_mut() = format!("https://api.frame.io{uri}").parse().unwrap();
            }
            let (head, body) = sim.oneshot(request).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let text = String::from_utf8(body.to_vec()).unwrap().replace(&*uuid, ADOBE);
            let mut response = Response::from_parts(head, Body::from(text));
            response.headers_mut().remove("content-length");
            Ok::<_, Infallible>(response)
        }
    });
    let client = Client::builder().token(Sim::TOKEN).transport(v4).build().unwrap();
    let world = World { legacy: LegacyService::builder(client).build(), ..world };
    let encoded = "adobe%3Aurn%3Aaaid%3Asc%3AUS%3A1f2e%7C2";
    // First by an id that nothing was learned of.
    let shown = world.get(&format!("/v2/assets/{encoded}")).await;
    assert_eq!((shown.status.as_u16(), &shown.body["id"]), (200, &json!(ADOBE)), "{}", shown.body);
    assert_eq!(shown.body["checksums"], json!(null), "V4 has none");
    let children = world.get(&format!("/v2/assets/{}/children", world.root)).await;
    assert_eq!(children.ids(), [ADOBE]);
    let half = "adobe:urn:aaid:sc:US:1f2e%7C2";
    let comments = world.get(&format!("/v2/assets/{half}/comments")).await;
    assert_eq!(comments.body[0]["asset_id"], ADOBE, "{}", comments.body);
    let renamed = world.put(&format!("/v2/assets/{half}"), json!({"name": "b.mp4"})).await;
    assert_eq!((&renamed.body["id"], &renamed.body["name"]), (&json!(ADOBE), &json!("b.mp4")));
}
