//! The page that shows the simulator in a browser, and its endpoints.

use std::time::Duration;

use bytes::Bytes;
use frameio_core::Body;
use frameio_sim::{Fault, Sim};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, send};

/// Sends a request as a browser does: with a path as the target and the host in a header.
async fn browse(
    sim: &Sim,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Response<Bytes> {
    let request = Request::builder().method(method).uri(path);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(sim, request.body(Body::from("{\"advance_ms\": 1}")).unwrap()).await
}

async fn read(sim: &Sim, path: &str) -> Value {
    let response = browse(sim, Method::GET, &format!("/_sim/{path}"), &[]).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}: {:?}", response.body());
    serde_json::from_slice(response.body()).unwrap()
}

async fn live(sim: &Sim) -> Value {
    read(sim, "live").await
}

/// Returns a node of the tree, or null for an unknown one.
async fn node(sim: &Sim, id: &str) -> Value {
    read(sim, &format!("tree?of={id}")).await["nodes"].get(0).cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_page_and_its_files_are_served_with_a_strict_policy() {
    let sim = &Sim::new();
    let entry = browse(sim, Method::GET, "/_sim", &[]).await;
    assert_eq!(entry.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(entry.headers()["location"], "/_sim/");

    let mut files = vec![String::new()];
    let mut served = 0;
    while let Some(file) = files.pop() {
        let response = browse(sim, Method::GET, &format!("/_sim/{file}"), &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{file}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        for rule in
            ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"]
        {
            assert!(policy.split("; ").any(|known| known == rule), "{file}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let kind = match file.rsplit_once('.') {
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(response.headers()["content-type"], kind);
        let text = std::str::from_utf8(response.body()).unwrap();
        for sink in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "style=", "onclick="]
        {
            assert!(!text.contains(sink), "{file}: {sink}");
        }
        for (from, to) in [("src=\"", '"'), ("rel=\"stylesheet\" href=\"", '"'), ("from './", '\'')]
        {
            let found = text.split(from).skip(1).map(|rest| rest.split(to).next().unwrap());
            files.extend(found.map(str::to_owned));
        }
        served += 1;
        assert!(served < 100, "no end");
    }
    assert!(served >= 9, "{served}");
    assert_eq!(sim.stats().requests, 0, "requests for the page are not counted");
    assert!(sim.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_feed_returns_each_request_once() {
    let api = Api::of(Sim::new());
    let first = live(&api.sim).await;
    assert_eq!((&first["whole"], &first["requests"]), (&json!(true), &json!([])));
    assert_eq!(first["quotas"], json!({"enforced": true, "buckets": []}));

    api.get("/v4/me").await.data();
    api.sim.inject(Fault::status(StatusCode::BAD_GATEWAY).on("users.show"));
    api.sim.inject(Fault::reset().on("files.show").next(2));
    let token = format!("Bearer {}", Sim::TOKEN);
    let uri = "http://sim.test/v4/me?include=x&access_token=s3cret";
    crate::api::get(&api.sim, uri, &[("authorization", &token)]).await;
    crate::api::get(&api.sim, "http://sim.test/v4/none?token=s3cret", &[]).await;

    let since = format!("live?since={}", first["cursor"].as_str().unwrap());
    let feed = read(&api.sim, &since).await;
    assert_eq!(feed["whole"], false);
    let requests = feed["requests"].as_array().unwrap();
    let of = |key: &str| requests.iter().map(|request| request[key].clone()).collect::<Value>();
    assert_eq!(of("number"), json!([1, 2, 3]));
    assert_eq!(of("status"), json!([200, 502, 404]));
    assert_eq!(of("operation"), json!(["users.show", "users.show", null]));
    assert_eq!(of("user"), json!(["Demo User", "Demo User", null]));
    assert_eq!(of("path"), json!(["/v4/me", "/v4/me", "/v4/none"]));
    assert_eq!(of("query"), json!([null, null, null]), "only parameters of the contract");
    assert_eq!(of("duration_us"), json!([0, 0, 0]));
    assert_eq!(feed["stats"], read(&api.sim, "stats").await);
    assert_eq!(feed["faults"], json!(["files.show=reset:next2"]));

    let since = format!("live?since={}", feed["cursor"].as_str().unwrap());
    assert_eq!(read(&api.sim, &since).await["requests"], json!([]));
    api.sim.reset();
    let feed = read(&api.sim, &since).await;
    assert_eq!((&feed["whole"], &feed["requests"]), (&json!(true), &json!([])));
}

#[tokio::test(start_paused = true)]
async fn quotas_drain_and_refill() {
    let api = Api::of(Sim::builder().token("one").token("two").build());
    for token in ["one", "one", "two"] {
        api.with_token(token).get("/v4/me").await.data();
    }
    let mut buckets = live(&api.sim).await["quotas"]["buckets"].take();
    buckets.as_array_mut().unwrap().sort_by_key(|bucket| bucket["remaining"].as_u64());
    assert_eq!(
        buckets,
        json!([
            {
                "operation": "users.show", "user": "Demo User", "account_id": "", "account": null,
                "limit": 100, "remaining": 98, "window_ms": 60_000, "full_in_ms": 1_200,
            },
            {
                "operation": "users.show", "user": "Demo User, token 2", "account_id": "",
                "account": null, "limit": 100, "remaining": 99, "window_ms": 60_000,
                "full_in_ms": 600,
            },
        ])
    );
    tokio::time::advance(Duration::from_millis(700)).await;
    let buckets = live(&api.sim).await["quotas"]["buckets"].take();
    assert_eq!(buckets.as_array().unwrap().len(), 1, "the other is full");
    assert_eq!((&buckets[0]["remaining"], &buckets[0]["full_in_ms"]), (&json!(99), &json!(500)));
    api.sim.clock().advance(Duration::from_secs(1));
    assert_eq!(live(&api.sim).await["quotas"]["buckets"], json!([]));
    assert_eq!(live(&Api::new().sim).await["quotas"]["enforced"], false);
}

#[tokio::test]
async fn the_tree_is_returned_node_by_node() {
    let sim = Sim::builder().transcode_after(Duration::from_secs(60)).quotas(false).build();
    let api = Api::of(sim);
    let sim = &api.sim;
    let before = live(sim).await["tree"].take();
    let demo = sim.demo();
    let folder = api.make_folder(&api.root(), "Dailies").await;
    let hostile = "<img src=x onerror=alert(1)>.mp4";
    api.upload(hostile, "bytes").await;
    let pending = api.make_file(&folder, "later.mov", 2_000).await;
    assert_ne!(live(sim).await["tree"], before);

    let accounts = node(sim, "").await;
    let account = &accounts["items"][0];
    assert_eq!((&account["name"], &account["kind"]), (&json!("Demo Account"), &json!("account")));
    assert_eq!((&account["id"], &account["children"]), (&json!(demo.account_id), &json!(1)));
    let workspace = node(sim, demo.account_id.as_str()).await["items"][0].take();
    assert_eq!((&workspace["kind"], &workspace["children"]), (&json!("workspace"), &json!(1)));
    let project = node(sim, demo.workspace_id.as_str()).await["items"][0].take();
    assert_eq!((&project["id"], &project["children"]), (&json!(demo.project_id), &json!(2)));

    let items = node(sim, demo.project_id.as_str()).await["items"].take();
    assert_eq!((&items[0]["kind"], &items[0]["name"]), (&json!("folder"), &json!("Dailies")));
    assert_eq!(items[0]["children"], 1);
    assert_eq!((&items[1]["name"], &items[1]["status"]), (&json!(hostile), &json!("uploaded")));
    assert_eq!(items[1]["size"], 5);
    let inside = node(sim, items[0]["id"].as_str().unwrap()).await;
    assert_eq!(inside["items"][0]["id"], pending["id"]);
    assert_eq!(inside["items"][0]["status"], "created");
    sim.clock().advance(Duration::from_secs(60));
    let items = node(sim, demo.root_folder_id.as_str()).await["items"].take();
    assert_eq!(items[1]["status"], "transcoded");
    assert_eq!(node(sim, "none").await, Value::Null);
}

#[tokio::test]
async fn a_version_stack_contains_its_versions() {
    let api = Api::new();
    let ids = [api.upload("v1.mp4", "one").await, api.upload("v2.mp4", "second").await]
        .map(|path| path.rsplit('/').next().unwrap().to_owned());
    let stacks = format!("{}/version_stacks", api.root());
    let stack = api.post(&stacks, json!({ "file_ids": ids })).await.created();
    let item = node(&api.sim, api.sim.demo().project_id.as_str()).await["items"][0].take();
    assert_eq!((&item["kind"], &item["id"]), (&json!("version_stack"), &stack["id"]));
    assert_eq!((&item["children"], &item["status"]), (&json!(2), &json!("transcoded")));
    assert_eq!((&item["name"], &item["size"]), (&json!("v2.mp4"), &json!(6)));
    let versions = node(&api.sim, stack["id"].as_str().unwrap()).await["items"].take();
    assert_eq!((&versions[0]["name"], &versions[1]["name"]), (&json!("v2.mp4"), &json!("v1.mp4")));
}

#[tokio::test]
async fn large_accounts_and_many_requests_are_truncated() {
    let api = Api::new();
    let sim = &api.sim;
    for number in 0..250 {
        api.make_file(&api.root(), &format!("{number}.mp4"), 3).await;
    }
    let feed = live(sim).await;
    let requests = feed["requests"].as_array().unwrap();
    assert_eq!((requests.len(), &requests[0]["number"]), (200, &json!(51)));
    assert_eq!(requests[199]["number"], 250);
    let root = &sim.demo().root_folder_id;
    let node = node(sim, root.as_str()).await;
    assert_eq!((&node["total"], node["items"].as_array().unwrap().len()), (&json!(250), 100));
    let more = read(sim, &format!("tree?of={root}&limit=220")).await;
    assert_eq!(more["nodes"][0]["items"].as_array().unwrap().len(), 220);

    let long = format!("http://sim.test/{}", "é".repeat(5_000).replace('é', "%C3%A9"));
    crate::api::get(sim, &long, &[]).await;
    let path = live(sim).await["requests"][199]["path"].take();
    assert_eq!(path.as_str().unwrap().chars().count(), 301);

    let many = "of=x&".repeat(101);
    for wrong in ["limit=0", "limit=2001", "limit=x", "page=1", &many] {
        let response = browse(sim, Method::GET, &format!("/_sim/tree?{wrong}"), &[]).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    for _ in 0..300 {
        sim.inject(Fault::reset().on("files.show"));
    }
    assert_eq!(live(sim).await["faults"].as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn the_page_shows_no_secret() {
    let api = Api::of(Sim::builder().token("t0ken-s3cret").legacy_token("legacy-s3cret").build());
    let api = api.with_token("t0ken-s3cret");
    let sim = &api.sim;
    let hook = json!({
        "name": "Hook",
        "url": "https://user:hook-s3cret@hooks.example.com:8443/hook-s3cret?key=hook-s3cret",
        "events": ["file.created", "file.ready"],
    });
    let hook = api.post(&format!("{}/webhooks", api.workspace()), hook).await.created();
    let file = api.upload("clip.mp4", "bytes").await;
    let shown = api.get(&format!("{file}?include=media_links.original")).await.data();
    let url = shown["media_links"]["original"]["download_url"].as_str().unwrap().to_owned();
    assert_eq!(crate::api::get(sim, &url, &[]).await.status(), StatusCode::OK);
    let legacy =
        [("authorization", "Bearer legacy-s3cret"), ("x-frameio-legacy-token-auth", "true")];
    crate::api::get(sim, "http://sim.test/v4/me", &legacy).await;
    let code = "http://sim.test/ims/token/v3?code=code-s3cret&client_secret=ims-s3cret";
    send(sim, Request::post(code).body(Body::empty()).unwrap()).await;

    let share =
        json!({"type": "asset", "name": "s", "access": "secure", "passphrase": "pass-s3cret"});
    let shares = format!("{}/projects/{}/shares", api.account(), sim.demo().project_id);
    api.post(&shares, share).await.created();

    let feed = live(sim).await;
    let delivery = &feed["deliveries"][0];
    assert_eq!(delivery["sent"], false, "its receiver is another machine");
    assert_eq!((&delivery["event"], &delivery["sender"]), (&json!("file.created"), &json!("Hook")));
    assert_eq!(
        (&delivery["host"], &delivery["attempt"]),
        (&json!("hooks.example.com:8443"), &json!(1))
    );
    let queries: Vec<_> = feed["requests"].as_array().unwrap().iter().collect();
    assert_eq!(queries[3]["query"], "include=media_links.original");
    assert_eq!(queries[4]["operation"], Sim::DOWNLOAD);
    let users: Vec<_> = feed["quotas"]["buckets"].as_array().unwrap().iter().collect();
    assert!(users.iter().any(|bucket| bucket["user"] == "legacy token"));
    let demo = sim.demo();
    let nodes = format!("tree?of=&of={}&of={}", demo.account_id, demo.root_folder_id);
    let mut text = format!("{feed}{}", read(sim, &nodes).await);
    for number in 1..=sim.stats().requests {
        text += &read(sim, &format!("requests/{number}")).await.to_string();
    }
    let id = file.rsplit('/').next().unwrap();
    text += &read(sim, &format!("assets/{id}")).await.to_string();
    let viewer = sim.token_of(&demo.viewer_id).unwrap();
    let signature = url.split("X-Amz-Signature=").nth(1).unwrap();
    let secret = hook["secret"].as_str().unwrap();
    for hidden in ["s3cret", "X-Amz", "Bearer", &viewer, signature, secret] {
        assert!(!hidden.is_empty() && !text.contains(hidden), "{hidden}: {text}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_cannot_control_the_simulator() {
    let sim = &Sim::new();
    let here = ("host", "127.0.0.1:8080");
    let refused: &[&[(&str, &str)]] = &[
        &[here, ("sec-fetch-site", "cross-site")],
        &[here, ("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")],
        &[here, ("origin", "https://evil.example")],
        &[here, ("origin", "http://127.0.0.1:8081")],
        &[here, ("origin", "null")],
        &[("host", "evil.example:8080"), ("origin", "http://evil.example:8080")],
        &[("host", "evil.example:8080"), ("sec-fetch-site", "same-origin")],
        &[("host", "evil.example")],
    ];
    let before = sim.clock().elapsed();
    for headers in refused {
        for (method, path) in [
            (Method::POST, "/_sim/clock"),
            (Method::POST, "/_sim/reset"),
            (Method::POST, "/_sim/faults"),
            (Method::DELETE, "/_sim/faults"),
            (Method::POST, "/_sim/actions/x/trigger"),
        ] {
            let response = browse(sim, method, path, headers).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    let gone = sim.clock().elapsed() - before;
    for (headers, status) in [
        (vec![], StatusCode::OK),
        (vec![here], StatusCode::OK),
        (vec![here, ("sec-fetch-site", "same-origin")], StatusCode::OK),
        (
            vec![here, ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")],
            StatusCode::OK,
        ),
        (vec![("host", "localhost:1"), ("origin", "http://LOCALHOST:1")], StatusCode::OK),
        (vec![("host", "[::1]:8080")], StatusCode::OK),
    ] {
        assert_eq!(browse(sim, Method::POST, "/_sim/clock", &headers).await.status(), status);
    }
    assert!(sim.clock().elapsed() - before >= gone + Duration::from_millis(6));
    // A cross-site page can make a browser load these, but cannot read them. With a host name that
    // points here it could.
    let link = [here, ("sec-fetch-site", "cross-site")];
    assert_eq!(browse(sim, Method::GET, "/_sim/", &link).await.status(), StatusCode::OK);
    let demo = browse(sim, Method::GET, "/_sim/demo", &link).await;
    assert_eq!(demo.headers()["cross-origin-resource-policy"], "same-origin");
    assert!(demo.headers().get("access-control-allow-origin").is_none());
    for path in ["/_sim/demo", "/_sim/live", "/_sim/"] {
        let response = browse(sim, Method::GET, path, &[("host", "evil.example:8080")]).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(sim.faults().len(), 0);
}

#[tokio::test]
async fn the_state_endpoint_returns_a_loadable_state() {
    let sim = &Sim::new();
    let response = browse(sim, Method::GET, "/_sim/state", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    let state: frameio_sim::SavedState =
        std::str::from_utf8(response.body()).unwrap().parse().unwrap();
    let again = Sim::builder().state(state).build();
    assert_eq!(again.demo().account_id, sim.demo().account_id);
    let foreign = browse(sim, Method::GET, "/_sim/state", &[("host", "evil.example")]).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn requests_and_assets_have_details() {
    let api = Api::new();
    let sim = &api.sim;
    let file = api.upload("clip.mp4", "bytes").await;
    let id = file.rsplit('/').next().unwrap();
    let comment = json!({"text": "Too dark", "timestamp": 36});
    let comment = api.post(&format!("{file}/comments"), comment).await.created();
    let comment_id = frameio_core::CommentId::from(comment["id"].as_str().unwrap());
    sim.reply(&comment_id, &sim.demo().editor_id, "It is night").unwrap();

    let number = sim.stats().requests;
    let request = read(sim, &format!("requests/{number}")).await;
    assert_eq!(request["operation"], "comments.create");
    assert_eq!(request["body"], json!({"data": {"text": "Too dark", "timestamp": 36}}));
    assert_eq!(request["headers"]["content-type"], "application/json");
    assert_eq!((&request["user"], &request["status"]), (&json!("Demo User"), &json!(201)));
    assert!(request["path"].as_str().unwrap().contains(id));

    let asset = read(sim, &format!("assets/{id}")).await;
    assert_eq!((&asset["name"], &asset["size"]), (&json!("clip.mp4"), &json!(5)));
    let [comment] = asset["comments"].as_array().unwrap().as_slice() else { panic!("{asset}") };
    assert_eq!(
        (&comment["text"], &comment["timecode"]),
        (&json!("Too dark"), &json!("00:00:01:12"))
    );
    assert_eq!((&comment["user"], &comment["replies"]), (&json!("Demo User"), &json!(1)));
    let places: Vec<_> = asset["places"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(places, ["project", "workspace", "account"]);
    assert_eq!(asset["places"][0]["id"], sim.demo().project_id.as_str());

    sim.clear_requests();
    for path in [format!("requests/{number}"), "requests/x".into(), "assets/none".into()] {
        let response = browse(sim, Method::GET, &format!("/_sim/{path}"), &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
