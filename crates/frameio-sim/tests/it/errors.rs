//! Error responses.

use frameio_core::Body;
use frameio_sim::Sim;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, send};
use crate::contract::Contract;
use crate::examples::example;

/// Returns requests for all operations, with ids of the demo account where possible.
fn requests(api: &Api) -> Vec<(Method, String)> {
    let demo = api.sim.demo();
    let path = |template: &str| {
        template
            .replace("{account_id}", demo.account_id.as_str())
            .replace("{workspace_id}", demo.workspace_id.as_str())
            .replace("{project_id}", demo.project_id.as_str())
            .replace("{folder_id}", demo.root_folder_id.as_str())
            .replace(['{', '}'], "")
    };
    let operations = Sim::operations();
    operations.map(|operation| (operation.method.clone(), path(operation.path))).collect()
}

#[tokio::test]
async fn every_operation_refuses_missing_and_unknown_tokens() {
    let api = Api::new();
    for (method, path) in requests(&api) {
        let response = api.with_token("other").send(method, &path, None).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(response.body["errors"][0]["title"], "Unauthorized");
    }
    for authorization in ["", "Bearer", "Basic frameio-sim-demo-token", "frameio-sim-demo-token"] {
        let request = Request::get("/v4/me").header("authorization", authorization);
        let response = send(&api.sim, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{authorization}");
    }
    let request = Request::get("/v4/me").body(Body::empty()).unwrap();
    assert_eq!(send(&api.sim, request).await.status(), StatusCode::UNAUTHORIZED);
    let request = Request::get("/v4/me").header("authorization", format!("bearer {}", Sim::TOKEN));
    let response = send(&api.sim, request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK, "schemes are case-insensitive");
}

#[tokio::test]
async fn accepts_each_of_several_tokens() {
    let api = Api::of(Sim::builder().token("one").token("two").build());
    assert_eq!(api.with_token("one").get("/v4/me").await.status, StatusCode::OK);
    assert_eq!(api.with_token("two").get("/v4/me").await.status, StatusCode::OK);
    assert_eq!(
        api.get("/v4/me").await.status,
        StatusCode::UNAUTHORIZED,
        "the default token is replaced"
    );
}

#[tokio::test]
async fn missing_resources_are_not_found() {
    let api = Api::new();
    let known = &api.sim.demo().account_id;
    for operation in Sim::operations() {
        // The names in the template become unknown ids.
        let ids = operation.path.matches('{').count();
        for account in [known.as_str(), "adobe%3Anone"] {
            if ids == 0 || ids == 1 && account == known.as_str() {
                continue;
            }
            let path = operation.path.replace("{account_id}", account).replace(['{', '}'], "");
            let contract = Contract::find(&operation.method, &path).unwrap();
            let body = contract.body().map(|schema| example(&contract, schema, 0));
            let response = api.send(operation.method.clone(), &path, body).await;
            assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}: {}", response.body);
            assert_eq!(response.body["errors"][0]["title"], "Not Found");
        }
    }
}

#[tokio::test]
async fn unknown_routes_and_methods_are_not_found() {
    let api = Api::new();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/v4/unknown"),
        (Method::PUT, "/v4/me"),
        (Method::GET, "/v4/me/"),
        (Method::GET, "/sim-uploads/no/part"),
    ] {
        let response = api.send(method, path, None).await;
        assert_eq!((response.status, response.operation), (StatusCode::NOT_FOUND, None), "{path}");
        assert!(response.body["errors"][0]["detail"].is_string());
    }
}

#[tokio::test]
async fn experimental_operations_require_the_header() {
    let api = Api::new();
    let request = async |path: &str, version: Option<&str>| {
        let mut request =
            Request::get(path).header("authorization", format!("Bearer {}", Sim::TOKEN));
        if let Some(version) = version {
            request = request.header("api-version", version);
        }
        let response = send(&api.sim, request.body(Body::empty()).unwrap()).await;
        (response.status(), String::from_utf8(response.into_body().into()).unwrap())
    };
    for version in [None, Some("4.0"), Some("Experimental")] {
        let (status, body) = request(&api.account(), version).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body.contains("accounts.show requires the header 'api-version: experimental'"));
    }
    assert_ne!(request(&api.account(), Some("experimental")).await.0, StatusCode::NOT_FOUND);
    for version in [None, Some("4.0"), Some("experimental")] {
        assert_eq!(
            request("/v4/me", version).await.0,
            StatusCode::OK,
            "stable operations accept any version"
        );
    }
}

#[tokio::test]
async fn an_optional_body_can_be_empty() {
    let api = Api::new();
    let path = format!("{}/files/none/copy", api.account());
    let (json, contract) = (StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY);
    for (body, refused) in [
        ("", None),
        ("{}", None),
        ("{\"data\":{}}", None),
        ("{", Some(json)),
        ("[]", Some(contract)),
        ("{\"data\":[]}", Some(contract)),
    ] {
        let status = api.send_text(Method::POST, &path, body).await.status;
        assert_eq!([json, contract].into_iter().find(|it| *it == status), refused, "{body}");
    }
}

#[tokio::test]
async fn records_are_not_found_in_another_account() {
    let api = Api::of(Sim::builder().quotas(false).account("Second").build());
    let accounts = api.get("/v4/accounts").await.data();
    let other = accounts[1]["id"].as_str().unwrap();
    let demo = api.sim.demo();
    for path in [
        format!("workspaces/{}", demo.workspace_id),
        format!("projects/{}", demo.project_id),
        format!("folders/{}", demo.root_folder_id),
    ] {
        let response = api.get(&format!("/v4/accounts/{other}/{path}")).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(api.get(&format!("/v4/accounts/{other}/workspaces")).await.names().is_empty());
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_bad_request() {
    let api = Api::new();
    let path = format!("{}/folders", api.root());
    for body in ["", "{", "{\"data\":", "data=1", "{\"data\":{}} more"] {
        let response = api.send_text(Method::POST, &path, body).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let request = Request::post(&path)
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .header("content-type", "text/plain");
    let response = send(&api.sim, request.body(Body::from("{\"data\":{}}")).unwrap()).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST, "another content type");
    let request = Request::post(&path)
        .header("authorization", format!("Bearer {}", Sim::TOKEN))
        .header("content-type", "application/json");
    let response = send(&api.sim, request.body(Body::from(vec![b' '; 5_000_000])).unwrap()).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn reports_invalid_bodies_with_pointers() {
    let api = Api::new();
    let (root, account) = (api.root(), api.account());
    let file = api.upload("clip.mp4", "abc").await;
    let long = "x".repeat(256);
    let comments = format!("{file}/comments");
    let review =
        json!({"bounds": [], "text_review_annotation_type": "shout", "selection_text": null});
    let cases: Vec<(Method, String, Value, &[&str])> = vec![
        (Method::POST, format!("{account}/workspaces"), json!({"name": ""}), &["/data/name"]),
        (Method::PATCH, api.workspace(), json!({"name": long, "x": 1}), &["/data/name", "/data/x"]),
        (
            Method::POST,
            format!("{}/projects", api.workspace()),
            json!({"restricted": "yes", "status": "active"}),
            &["/data/name", "/data/restricted", "/data/status"],
        ),
        (
            Method::PATCH,
            api.project(),
            json!({"name": null, "status": "asleep"}),
            &["/data/name", "/data/status"],
        ),
        (Method::POST, format!("{root}/folders"), json!({"name": 7}), &["/data/name"]),
        (Method::PATCH, root.clone(), json!({"restricted": true}), &["/data/restricted"]),
        (
            Method::POST,
            format!("{root}/files/local_upload"),
            json!({"file_size": 0, "media_type": "video/mp4"}),
            &["/data/file_size", "/data/name", "/data/media_type"],
        ),
        (
            Method::POST,
            format!("{root}/files/local_upload"),
            json!({"file_size": 5_000_000_000_001_u64, "name": "n"}),
            &["/data/file_size"],
        ),
        (
            Method::POST,
            format!("{root}/files/remote_upload"),
            json!({"name": long}),
            &["/data/name", "/data/source_url"],
        ),
        (Method::PATCH, file, json!({"name": ""}), &["/data/name"]),
        (
            Method::POST,
            comments.clone(),
            json!({
                "anchor": {"x": 2}, "duration": 0, "links": [{"start_index": -1}], "page": "1",
                "text_review_annotation": review, "timestamp": "1s", "mentions": [],
            }),
            &[
                "/data/anchor/x",
                "/data/anchor/y",
                "/data/duration",
                "/data/links/0/end_index",
                "/data/links/0/start_index",
                "/data/links/0/url",
                "/data/page",
                "/data/text",
                "/data/text_review_annotation/bounds",
                "/data/text_review_annotation/suggested_text",
                "/data/text_review_annotation/text_review_annotation_type",
                "/data/timestamp",
                "/data/mentions",
            ],
        ),
        (
            Method::POST,
            comments.clone(),
            json!({"text": "t", "attachments": vec![json!({"name": "n"}); 1]}),
            &["/data/attachments/0/file_size", "/data/attachments/0/media_type"],
        ),
        (Method::POST, comments, json!({"text": "t", "duration": 5}), &["/data/duration"]),
    ];
    for (method, path, data, pointers) in cases {
        let response = api.send(method, &path, Some(json!({ "data": data }))).await;
        assert_eq!(response.pointers(), pointers, "{path}");
        assert_eq!(response.body["errors"][0]["title"], "Unprocessable Entity");
    }
}

#[tokio::test]
async fn validates_the_envelope() {
    let api = Api::new();
    let path = format!("{}/folders", api.root());
    for (body, pointers) in [
        (json!({}), vec!["/data"]),
        (json!({"data": []}), vec!["/data"]),
        (json!({"name": "n"}), vec!["/name", "/data"]),
        (json!({"data": {}, "meta": 1}), vec!["/meta"]),
        (json!([]), vec![""]),
    ] {
        assert_eq!(api.send(Method::POST, &path, Some(body)).await.pointers(), pointers);
    }
}

#[tokio::test]
async fn reports_invalid_queries_with_pointers_and_ignores_unknown_parameters() {
    let api = Api::new();
    let (root, workspace) = (api.root(), api.workspace());
    let file = api.upload("clip.mp4", "abc").await;
    for (path, pointers) in [
        ("/v4/accounts?page_size=0&sort=name_asc".to_owned(), vec!["/page_size", "/sort"]),
        (
            format!("{workspace}/projects?page_size=101&include=creator"),
            vec!["/page_size", "/include"],
        ),
        (format!("{root}/children?page_size=501&type=movie"), vec!["/page_size", "/type"]),
        (format!("{root}/children?include=media_links.hls"), vec!["/include"]),
        (format!("{root}/folders?include=media_links.original"), vec!["/include"]),
        (
            format!("{root}/files?sort=size_asc&include_total_count=1"),
            vec!["/sort", "/include_total_count"],
        ),
        (format!("{file}/comments?timestamp_as_timecode=yes"), vec!["/timestamp_as_timecode"]),
        (format!("{file}/comments?sort=owner_asc"), vec!["/sort"]),
        (format!("{file}/comments?after=g3QAAAACdwRm"), vec!["/after"]),
    ] {
        assert_eq!(api.get(&path).await.pointers(), pointers, "{path}");
    }
    let response = api.get(&format!("{root}/children?page_size=500&fields=name&x")).await;
    assert_eq!(response.status, StatusCode::OK);
}
