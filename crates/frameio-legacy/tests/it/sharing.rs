//! Comments, review links, presentations and search.

use frameio_legacy::Replies;
use frameio_sim::Sim;
use http::Method;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_private_comment_is_never_created() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/assets/{file}/comments");
    for private in [json!(true), json!("true"), json!(1), json!("1"), json!(" TRUE ")] {
        let answer = world.post(&path, json!({"text": "internal", "private": private})).await;
        assert_eq!(answer.status, 422);
    }
    assert_eq!(world.get(&path).await.header("total"), "0");
    let public = world.post(&path, json!({"text": "x", "private": "false"})).await;
    assert_eq!(public.status, 200);
    let id = public.body["id"].as_str().unwrap();
    let hidden = world.put(&format!("/v2/comments/{id}"), json!({"private": true})).await;
    assert_eq!(hidden.status, 422);
    let reply = json!({"text": "internal", "private": true});
    assert_eq!(world.post(&format!("/v2/comments/{id}/replies"), reply).await.status, 422);
}

#[tokio::test]
async fn comments_are_one_flat_list() {
    let world = World::with(Sim::builder(), |legacy| legacy.page_size(2));
    let file = world.file(&world.root, "a.mp4", 10).await;
    let first = world.comment(&file, "first").await;
    let second = world.comment(&file, "second").await;
    let reply = world.reply(&first, "reply");
    let path = format!("/v2/assets/{file}/comments");
    let page = world.get(&path).await;
    assert_eq!((page.ids(), page.header("total")), (vec![&*first, &*reply], "3"));
    assert_eq!(page.body[1]["parent_id"], first.as_str());
    assert_eq!(world.get(&format!("{path}?page=2")).await.ids(), [&*second]);
    let replies = world.get(&format!("/v2/comments/{first}/replies")).await;
    assert_eq!(replies.ids(), [&*reply]);
}

#[tokio::test]
async fn comments_of_a_stack_are_those_of_its_head() {
    let world = World::new();
    let one = world.file(&world.root, "1.mp4", 10).await;
    let two = world.file(&world.root, "2.mp4", 10).await;
    let stack = world.stack(&world.root, [&one, &two]).await;
    let path = format!("/v2/assets/{stack}/comments");
    let comment = world.post(&path, json!({"text": "x", "timestamp": "24"})).await.body;
    assert_eq!((&comment["asset_id"], &comment["timestamp"]), (&json!(two), &json!(24)));
    assert_eq!(world.get(&path).await.header("total"), "1");
    let folder = format!("/v2/assets/{}/comments", world.root);
    assert_eq!(world.get(&folder).await.status, 422);
}

#[tokio::test]
async fn the_first_frame_can_be_one() {
    let world = World::with(Sim::builder(), |legacy| legacy.first_frame(1));
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/assets/{file}/comments");
    let comment = world.post(&path, json!({"text": "x", "timestamp": 0})).await.body;
    assert_eq!(comment["timestamp"], 0);
    let sent = world.sim.requests().into_iter().rfind(|it| it.operation == Some("comments.create"));
    assert!(format!("{:?}", sent.unwrap().body).contains("\\\"timestamp\\\":1"));
}

#[tokio::test]
async fn comments_are_completed_and_changed() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let id = world.comment(&file, "first").await;
    let path = format!("/v2/comments/{id}");
    let done = world.post(&format!("{path}/complete"), json!({})).await.body;
    assert_eq!(done["completed"], true);
    let undone = world.delete(&format!("{path}/complete")).await.body;
    assert_eq!((&undone["completed"], &undone["completed_at"]), (&json!(false), &json!(null)));
    for method in [Method::PUT, Method::POST] {
        let text = format!("by {method}");
        let changed = world.call(method, &path, json!({"text": text})).await.body;
        assert_eq!(changed["text"], text);
    }
    assert_eq!(world.put(&path, json!({"yaw": 1})).await.status, 422);
    let gone = world.delete(&path).await;
    assert!(gone.status == 200 && gone.body["deleted_at"].is_string());
    assert_eq!(world.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_reply_can_be_a_comment_that_quotes() {
    let world = World::with(Sim::builder(), |legacy| legacy.replies(Replies::Quote));
    let file = world.file(&world.root, "a.mp4", 10).await;
    let comment = world.comment(&file, "first").await;
    let path = format!("/v2/comments/{comment}/replies");
    let reply = world.post(&path, json!({"text": "second"})).await;
    assert_eq!(reply.body["parent_id"], comment.as_str());
    assert_eq!(reply.body["text"], "> first\n\nsecond");
    assert!(reply.header("x-frameio-legacy").contains("lossy"));
}

#[tokio::test]
async fn a_review_link_is_created_empty_and_filled() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let folder = world.folder(&world.root, "b").await;
    world.file(&folder, "c.mp4", 10).await;
    let path = format!("/v2/projects/{}/review_links", world.project);
    let body = json!({"name": "Cut", "password": "s3cret", "notify_on_view": true});
    let link = world.post(&path, body).await;
    assert_eq!((&link.body["has_password"], &link.body["item_count"]), (&json!(true), &json!(0)));
    assert!(!link.body.to_string().contains("s3cret"));
    assert_eq!(link.header("warning"), "299 - \"ignored: notify_on_view\"");
    let link = format!("/v2/review_links/{}", link.body["id"].as_str().unwrap());
    let added = world.post(&format!("{link}/assets"), json!({"asset_ids": [file, folder]})).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let items = world.get(&format!("{link}/items")).await;
    assert_eq!(items.ids().len(), 2, "without what is below the folder: {}", items.body);
    assert_eq!(items.body[0]["asset"]["_type"], items.body[0]["asset"]["type"]);
    let one = json!({"asset_ids": [file]});
    assert_eq!(world.put(&format!("{link}/assets"), one.clone()).await.status, 200);
    assert_eq!(world.get(&format!("{link}/items/shared")).await.ids(), [&*file]);
    let removed = world.call(Method::DELETE, &format!("{link}/items/shared"), one).await;
    assert_eq!(removed.status, 200);
    assert_eq!(world.get(&format!("{link}/items")).await.header("total"), "0");

    let settings = json!({"is_active": "false", "expires_at": "2030-01-02T03:04:05+01:00"});
    let changed = world.put(&link, settings).await.body;
    assert_eq!(changed["is_active"], false);
    assert_eq!(changed["expires_at"], "2030-01-02T02:04:05.000000Z");
    assert_eq!(world.put(&link, json!({"expires_at": null})).await.body["expires_at"], json!(null));
    assert_eq!(world.put(&link, json!({})).await.status, 422);
    assert_eq!(world.put(&link, json!({"watermark": 1})).await.status, 422);
    assert_eq!(world.delete(&link).await.status, 200);
    assert_eq!(world.get(&link).await.status, 404);
}

#[tokio::test]
async fn the_project_of_an_unknown_link_is_searched_for() {
    let world = World::new();
    let path = format!("/v2/projects/{}/review_links", world.project);
    let link = world.post(&path, json!({})).await.body;
    assert_eq!(link["name"], "Review link");
    // Another façade has not seen the link.
    let client = crate::world::client(&world.sim);
    let other = World { legacy: frameio_legacy::LegacyService::new(client), ..world };
    let path = format!("/v2/review_links/{}", link["id"].as_str().unwrap());
    assert_eq!(other.get(&path).await.body["project_id"], other.project.as_str());
}

#[tokio::test]
async fn an_asset_has_one_presentation() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/assets/{file}/presentations");
    let made = world.post(&path, json!({"title": "t", "layout": "reel"})).await;
    assert_eq!((made.status.as_u16(), &made.body["layout"]), (200, &json!("reel")));
    assert_eq!(world.post(&path, json!({"title": "t"})).await.status, 422);
    assert_eq!(world.get(&path).await.ids(), [made.body["id"].as_str().unwrap()]);
    assert_eq!(world.get("/v2/presentations").await.header("total"), "1");
    let one = format!("/v2/presentations/{}", made.body["id"].as_str().unwrap());
    assert_eq!(world.put(&one, json!({"enabled": false})).await.body["enabled"], false);
    assert_eq!(world.delete(&one).await.status, 200);
    assert_eq!(world.post(&path, json!({"title": "t"})).await.status, 200);
}

#[tokio::test]
async fn search_is_filtered_sorted_and_paged() {
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy);
    for name in ["clip b.mp4", "clip a.mp4", "other.mp4"] {
        world.file(&world.root, name, 10).await;
    }
    world.folder(&world.root, "clip folder").await;
    let body = json!({
        "account_id": world.account, "q": "clip", "sort": "-name", "page_size": 1, "page": 2,
        "filter": {"type": {"op": "eq", "value": "file"}},
    });
    let found = world.post("/v2/search/library", body).await;
    assert_eq!((found.header("total"), found.header("per-page")), ("2", "1"));
    assert_eq!(found.body[0]["name"], "clip a.mp4");
    assert_eq!(found.body[0]["project"]["id"], world.project.as_str());
    assert!(found.body[0]["original"].is_string());
    let last = "<http://127.0.0.1:8080/v2/search/library?page=2>; rel=\"last\"";
    assert!(found.header("link").contains(last), "{}", found.header("link"));
    let found = world.get("/v2/search/assets?q=clip&type=folder").await;
    assert_eq!((found.ids().len(), found.header("per-page")), (1, "10"));
    let form = http::Request::post("/v2/search/assets")
        .header("authorization", "Bearer x")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(frameio_core::Body::from("q=other"))
        .unwrap();
    assert_eq!(world.send(form).await.ids().len(), 1);
}

#[tokio::test]
async fn a_search_without_words_lists_a_project() {
    let world = World::with(Sim::builder().quotas(false), |legacy| legacy);
    let folder = world.folder(&world.root, "a").await;
    world.file(&folder, "b.mp4", 10).await;
    let path = format!("/v2/search/library?project_id={}&type=file", world.project);
    assert_eq!(world.get(&path).await.ids().len(), 1);
    assert_eq!(world.get("/v2/search/library").await.status, 422);
}

/// A client that sends a request again before the first one has ended.
#[tokio::test(start_paused = true)]
async fn requests_at_the_same_time_create_one_presentation() {
    let world = World::new();
    let file = world.file(&world.root, "a.mp4", 10).await;
    let path = format!("/v2/assets/{file}/presentations");
    world.sim.inject("shares.create=delay-1s:next9".parse().unwrap());
    let create = || world.post(&path, json!({"title": "p"}));
    let answers = futures_util::future::join_all((0..5).map(|_| create())).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422]);
    assert_eq!(world.get("/v2/presentations").await.header("total"), "1");
    // A creation that failed leaves the asset free.
    let other = world.file(&world.root, "b.mp4", 10).await;
    let path = format!("/v2/assets/{other}/presentations");
    let wrong = json!({"title": "p", "expires_at": "soon"});
    assert_eq!(world.post(&path, wrong).await.status, 422);
    assert_eq!(world.post(&path, json!({"title": "p"})).await.status, 200);
}
