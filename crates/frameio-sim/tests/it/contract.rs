//! The contract, and that every operation answers in its shape.

use frameio_api::Catalog as _;
use frameio_core::Operation;
use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, put};
use crate::schema::differences;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/contract/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// Panics where an answer of the API is not what the contract says of its operation and status;
/// gives the id of the operation.
#[track_caller]
pub(crate) fn check(
    method: &Method,
    path: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<&'static str> {
    let operation = find(method, path);
    let responses = match operation {
        Some(operation) => &operation["responses"],
        None => return None,
    };
    let id = operation?["operationId"].as_str().unwrap();
    // 429 is documented for every operation, but not in the contract.
    let response = match status {
        StatusCode::TOO_MANY_REQUESTS => &responses["422"],
        status => &responses[status.as_str()],
    };
    assert!(response.is_object(), "{id} does not answer {status}");
    let schema = &response["content"]["application/json"]["schema"];
    if schema.is_null() {
        assert!(body.is_empty(), "{id}: {status} has a body");
    } else {
        let body: Value = serde_json::from_slice(body).unwrap();
        let found = differences(&DOCUMENT, schema, &body);
        assert!(found.is_empty(), "{id} {status}: {found:#?}\n{body:#}");
    }
    for name in response["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
        let number = headers.get(name).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        assert!(number.is_some(), "{id}: {status} without {name}");
    }
    Some(id)
}

fn find(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template.split('/').zip(path.split('/')).all(|(t, p)| t.starts_with('{') || t == p)
    };
    let mut fitting = paths.iter().filter(|(template, _)| fits(template));
    fitting.find_map(|(_, item)| item.get(method.as_str().to_lowercase()))
}

#[tokio::test(start_paused = true)]
async fn every_operation_answers_in_the_shape_of_the_contract() {
    let api = Api::new();
    let seen = Mutex::new(BTreeSet::new());
    let call = async |method: Method, path: String, body: Option<Value>| {
        let answer = api.send(method, &path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        seen.lock().unwrap().extend(answer.operation);
        answer.body["data"].clone()
    };
    let get = async |path: String| call(Method::GET, path, None).await;
    let post =
        async |path: String, data| call(Method::POST, path, Some(json!({"data": data}))).await;
    let patch =
        async |path: String, data| call(Method::PATCH, path, Some(json!({"data": data}))).await;
    let id = |record: &Value| record["id"].as_str().unwrap().to_owned();

    get("/v4/me".into()).await;
    get("/v4/accounts?include_total_count=true".into()).await;
    let account = api.account();

    let workspace = id(&post(format!("{account}/workspaces"), json!({"name": "W"})).await);
    let workspace = format!("{account}/workspaces/{workspace}");
    get(format!("{account}/workspaces?include=creator&include_total_count=true")).await;
    get(format!("{workspace}?include=creator")).await;
    patch(workspace.clone(), json!({"name": "V"})).await;

    let data = json!({"name": "P", "restricted": true});
    let created = post(format!("{workspace}/projects"), data).await;
    let project = format!("{account}/projects/{}", id(&created));
    get(format!("{workspace}/projects?include=owner")).await;
    get(format!("{project}?include=owner")).await;
    patch(project.clone(), json!({"status": "inactive"})).await;

    let root = format!("{account}/folders/{}", created["root_folder_id"].as_str().unwrap());
    let folder = id(&post(format!("{root}/folders"), json!({"name": "F"})).await);
    let folder = format!("{account}/folders/{folder}");
    patch(folder.clone(), json!({"name": "G"})).await;
    get(format!("{folder}?include=creator,project,metadata")).await;
    get(format!("{root}/folders?include=creator,project,metadata")).await;

    let data = json!({"name": "clip.mp4", "file_size": 3});
    let created = post(format!("{root}/files/local_upload"), data).await;
    let url = created["upload_urls"][0]["url"].as_str().unwrap();
    assert_eq!(put(&api.sim, url, "video/mp4", "abc").await.0, StatusCode::OK);
    let file = format!("{account}/files/{}", id(&created));
    let data = json!({"name": "remote.mov", "source_url": "https://example.com/remote.mov"});
    post(format!("{root}/files/remote_upload"), data).await;
    let include = "include=creator,project,metadata,media_links.original,media_links.thumbnail,\
                   media_links.thumbnail_high_quality,media_links.video_h264_180,\
                   media_links.high_quality,media_links.efficient,media_links.scrub_sheet";
    get(format!("{file}?{include}")).await;
    get(format!("{root}/files?{include}&include_total_count=true")).await;
    get(format!("{root}/children?{include}&include_total_count=true")).await;
    get(format!("{file}/status")).await;
    patch(file.clone(), json!({"name": "renamed.mp4"})).await;

    let data = json!({
        "text": "See the light",
        "timestamp": "00:00:02:12",
        "duration": 24,
        "page": 1,
        "anchor": {"x": 0.5, "y": 1},
        "annotation": "[]",
        "completed": true,
        "links": [{"start_index": 0, "end_index": 3, "url": "https://example.com"}],
        "attachments": [{"name": "a.pdf", "file_size": 5, "media_type": "application/pdf"}],
        "text_review_annotation": {
            "bounds": [{"x": 0, "y": 0.5, "width": 10, "height": 2}],
            "selection_text": "a",
            "suggested_text": null,
            "text_review_annotation_type": "replace",
        },
    });
    let comment = id(&post(format!("{file}/comments?timestamp_as_timecode=true"), data).await);
    let comment = format!("{account}/comments/{comment}");
    get(format!("{file}/comments?include=owner,replies&include_total_count=true")).await;
    get(format!("{comment}?include=owner,replies&timestamp_as_timecode=true")).await;
    patch(comment.clone(), json!({"text": "Seen", "completed": false})).await;

    for path in [comment, file, folder, project, workspace] {
        call(Method::DELETE, path, None).await;
    }
    let all: BTreeSet<&str> = Operation::all().map(|operation| operation.id).collect();
    assert_eq!(*seen.lock().unwrap(), all);
}
