//! Experimental flavours of stable operations, which `api-version: experimental` asks for.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use frameio_core::Body;
use frameio_sim::Sim;

use crate::api::{Api, send};

/// Sends a request with `api-version: experimental`; returns the status and the body.
async fn send_experimental(
    api: &Api,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .header("content-type", "application/json")
        .header("api-version", "experimental");
    let response = send(&api.sim, request.body(Body::from(body)).unwrap()).await;
    (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
}

async fn get(api: &Api, path: &str) -> Value {
    let (status, mut body) = send_experimental(api, Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["data"].take()
}

#[tokio::test]
async fn folders_can_be_restricted() {
    let api = Api::new();
    let folders = format!("{}/folders", api.root());
    let body = json!({"data": {"name": "a", "restricted": true}});
    let (status, created) =
        send_experimental(&api, Method::POST, &folders, Some(body.clone())).await;
    assert_eq!((status, &created["data"]["restricted"]), (StatusCode::CREATED, &json!(true)));
    let folder = format!("{}/folders/{}", api.account(), created["data"]["id"].as_str().unwrap());
    let update = json!({"data": {"restricted": false}});
    let (_, updated) = send_experimental(&api, Method::PATCH, &folder, Some(update)).await;
    assert_eq!(updated["data"]["restricted"], json!(false));
    let refused = api.send(Method::POST, &folders, Some(body)).await;
    assert_eq!(refused.pointers(), ["/data/restricted"], "the stable operation does not know it");
}

#[tokio::test]
async fn shares_have_a_watermark_template_and_include_field_definitions() {
    let api = Api::new();
    let templates = format!("{}/session_watermark_templates", api.account());
    let blocks = json!({"name": "t", "watermark_blocks": []});
    let template = api.post(&templates, blocks).await.created()["id"].take();
    let definitions = api.get(&format!("{}/metadata/field_definitions", api.account())).await;
    let definition = definitions.data()[0]["id"].take();
    let shares = format!("{}/shares", api.project());
    let mut data = json!({
        "type": "asset", "name": "S", "access": "public", "watermark_template_id": template,
        "featured_field_definition_id": definition, "visible_field_definition_ids": [definition],
    });
    let (status, created) =
        send_experimental(&api, Method::POST, &shares, Some(json!({ "data": data }))).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    let id = created["data"]["id"].as_str().unwrap();
    let share = format!("{}/shares/{id}", api.account());
    let include = "include=featured_field_definition,visible_field_definitions";
    for shown in [
        get(&api, &format!("{share}?{include}")).await,
        get(&api, &format!("{shares}?{include}")).await[0].take(),
    ] {
        assert_eq!(shown["watermark_template_id"], template);
        assert_eq!(shown["featured_field_definition"]["id"], definition);
        assert_eq!(shown["visible_field_definitions"][0]["id"], definition);
    }
    assert!(api.get(&share).await.data().get("watermark_template_id").is_none());
    data["watermark_template_id"] = json!("nothing");
    let (status, refused) =
        send_experimental(&api, Method::POST, &shares, Some(json!({ "data": data }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["errors"][0]["source"]["pointer"], "/data/watermark_template_id");
}

#[tokio::test]
async fn a_search_is_restricted_to_a_folder() {
    let api = Api::new();
    let outer = api.make_folder(&api.root(), "outer").await;
    let inner = api.make_folder(&outer, "sea inner").await;
    api.make_folder(&api.root(), "sea elsewhere").await;
    let search = async |scope: Value| {
        let body = json!({"query": "sea", "engine": "lexical", "scope": scope});
        let path = format!("{}/search", api.account());
        let (status, body) = send_experimental(&api, Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["data"].as_array().unwrap().len()
    };
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let demo = api.sim.demo();
    assert_eq!(search(json!({})).await, 2);
    assert_eq!(search(json!({"folder_id": id(&outer)})).await, 1);
    assert_eq!(search(json!({"folder_id": id(&inner)})).await, 0);
    assert_eq!(search(json!({"project_id": demo.project_id.as_str()})).await, 2);
    assert_eq!(search(json!({"workspace_id": "another"})).await, 0);
}

#[tokio::test]
async fn a_file_includes_its_parent_a_playlist_and_the_layout_of_its_scrub_sheet() {
    let api = Api::new();
    let file = api.upload("clip.mp4", "abc").await;
    let include = "include=parent,media_links.hls_manifest,media_links.scrub_sheet";
    let shown = get(&api, &format!("{file}?{include}")).await;
    assert_eq!(
        (&shown["parent"]["type"], &shown["parent"]["id"]),
        (&json!("folder"), &shown["parent_id"])
    );
    let links = &shown["media_links"];
    assert!(links["hls_manifest"]["url"].as_str().unwrap().contains("hls_manifest"));
    assert_eq!(links["scrub_sheet"]["metadata"]["tile_x"], 0);
    let playlist = links["hls_manifest"]["url"].as_str().unwrap();
    let playlist = crate::api::get(&api.sim, playlist, &[]).await;
    assert!(playlist.body().starts_with(b"#EXTM3U"));
    assert_eq!(api.get(&format!("{file}?include=parent")).await.pointers(), ["/include"]);
    let stable = api.get(&format!("{file}?include=media_links.scrub_sheet")).await.data();
    assert!(stable["media_links"]["scrub_sheet"].get("metadata").is_none());
}

#[tokio::test]
async fn users_have_join_and_activity_times() {
    let api = Api::new();
    let path = format!("{}/users", api.account());
    let user = &get(&api, &path).await[0]["user"];
    assert!(user["joined_at"].is_string() && user["last_active_at"].is_string());
    assert!(user["timezone"].is_string());
    assert!(api.get(&path).await.data()[0]["user"].get("joined_at").is_none());
}
