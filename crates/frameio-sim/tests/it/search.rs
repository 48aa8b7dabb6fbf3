//! Search.

use frameio_sim::{Sim, User};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Answer, Api};

/// Succeeds with the operation.
pub(crate) async fn scenario(api: &Api) {
    let folder = api.make_folder(&api.root(), "Searched folder").await;
    let [a, b] = [api.make_file(&folder, "1", 5).await, api.make_file(&folder, "2", 5).await];
    api.patch(&api.file(&b), json!({"name": "Searched stack"})).await.data();
    let stack = json!({"file_ids": [a["id"], b["id"]]});
    api.post(&format!("{folder}/version_stacks"), stack).await.created();
    let comment = json!({"text": "Searched"});
    api.post(&format!("{}/comments", api.file(&a)), comment).await.created();
    let list = format!("{}/projects", api.workspace());
    let project = api.post(&list, json!({"name": "Searched project"})).await.created();
    let query = "page_size=100&include_total_count=true";
    let answer = search(api, query, json!({"query": "searched", "engine": "nlp"})).await;
    assert_eq!(answer.body["total_count"], 5);
    let project = format!("{}/projects/{}", api.account(), project["id"].as_str().unwrap());
    assert_eq!(api.delete(&project).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
}

async fn search(api: &Api, query: &str, body: Value) -> Answer {
    let mut lexical = json!({"engine": "lexical"});
    lexical.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    let path = format!("{}/search?{query}", api.account());
    api.send(Method::POST, &path, Some(lexical)).await
}

/// The kinds and the names of what is found.
async fn found(api: &Api, body: Value) -> Vec<String> {
    let data = search(api, "", body).await.data();
    let items = data.as_array().unwrap().iter();
    items
        .map(|item| {
            let kind = item["type"].as_str().unwrap().trim_end_matches("_result");
            format!("{kind} {}", item["result"]["name"].as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn all_words_are_looked_for_in_a_name_or_in_a_comment() {
    let api = Api::new();
    let folder = api.make_folder(&api.root(), "Sea Shots").await;
    let commented = api.make_file(&folder, "a.mp4", 5).await;
    api.make_file(&folder, "Shot by the SEA.mp4", 5).await;
    let text = "First line\nThe sea in this shot";
    let comments = format!("{}/comments", api.file(&commented));
    let comment = api.post(&comments, json!({ "text": text })).await.created();
    api.post(&comments, json!({"text": "a shot"})).await.created();

    let all = ["folder Sea Shots", "file Shot by the SEA.mp4", "file a.mp4"];
    for engine in ["lexical", "nlp"] {
        let body = json!({"query": " sea  SHOT", "engine": engine});
        assert_eq!(found(&api, body).await, all, "{engine}");
    }
    let data = search(&api, "", json!({"query": "sea shot"})).await.data();
    let terms = json!(["sea", "shot"]);
    assert_eq!(
        data[0]["matches"],
        json!([{"type": "name_match", "name": "Sea Shots", "terms": terms}])
    );
    let said = json!({
        "type": "comment_match", "comment_id": comment["id"],
        "snippet": "The sea in this shot", "terms": terms,
    });
    assert_eq!(data[2]["matches"], json!([said]));
    assert_eq!(found(&api, json!({"query": "sea mountain"})).await, <[&str; 0]>::default());
    assert_eq!(found(&api, json!({"query": "root"})).await, <[&str; 0]>::default());
    // It is found by its name, all else by the project and by who has made it.
    let demo = found(&api, json!({"query": "demo"})).await;
    assert_eq!((demo[0].as_str(), demo.len()), ("project Demo Project", 4));

    api.delete(&folder).await;
    assert_eq!(found(&api, json!({"query": "sea"})).await, <[&str; 0]>::default());
}

#[tokio::test]
async fn filters_leave_out_kinds() {
    let api = Api::new();
    let folder = api.make_folder(&api.root(), "x folder").await;
    let [a, b] = [api.make_file(&folder, "x 1", 5).await, api.make_file(&folder, "x 2", 5).await];
    let stack = json!({"file_ids": [a["id"], b["id"]]});
    api.post(&format!("{folder}/version_stacks"), stack).await.created();
    let list = format!("{}/projects", api.workspace());
    api.post(&list, json!({"name": "x project"})).await.created();
    let all = ["project x project", "folder x folder", "version_stack x 2", "file x 1", "file x 2"];
    for (filters, left) in [
        (json!({}), vec![0, 1, 2, 3, 4]),
        (json!({"projects": false}), vec![1, 2, 3, 4]),
        (json!({"folders": false, "projects": true}), vec![0, 2, 3, 4]),
        (json!({"files_and_version_stacks": false}), vec![0, 1]),
    ] {
        let left: Vec<&str> = left.into_iter().map(|i: usize| all[i]).collect();
        assert_eq!(found(&api, json!({"query": "x", "filters": filters})).await, left);
    }
}

#[tokio::test]
async fn the_pages_are_in_the_query() {
    let api = Api::new();
    for i in 0..3 {
        api.make_file(&api.root(), &format!("clip {i}"), 5).await;
    }
    let body = json!({"query": "clip", "engine": "lexical"});
    let first = search(&api, "page_size=2&include_total_count=true", body.clone()).await.body;
    assert_eq!((&first["total_count"], first["data"].as_array().unwrap().len()), (&json!(3), 2));
    let next = first["links"]["next"].as_str().unwrap();
    let last = api.send(Method::POST, next, Some(body)).await;
    assert_eq!(last.body["links"]["next"], json!(null));
    assert_eq!(last.data()[0]["result"]["name"], "clip 2");
}

#[tokio::test]
async fn only_what_the_user_sees_is_found() {
    let api = Api::of(Sim::builder().quotas(false).account("Other").build());
    let folder = api.make_folder(&api.root(), "clips").await;
    api.make_file(&folder, "clip.mp4", 5).await;
    let bob = api.sim.add_user(User::member("Bob", "bob@example.com"));
    let as_bob = api.with_token(&api.sim.token_of(&bob).unwrap());
    let clip = json!({"query": "clip"});
    assert_eq!(found(&as_bob, clip.clone()).await, <[&str; 0]>::default());
    let given = format!("{}/users/{bob}", api.project());
    api.patch(&given, json!({"role": "viewer"})).await;
    assert_eq!(found(&as_bob, clip.clone()).await, ["folder clips", "file clip.mp4"]);
    let restricted = folder.rsplit('/').next().unwrap().into();
    assert!(api.sim.restrict_folder(&restricted, true));
    assert_eq!(found(&as_bob, clip.clone()).await, <[&str; 0]>::default());
    assert_eq!(found(&api, clip.clone()).await.len(), 2);

    let other = api.get("/v4/accounts?sort=display_name_desc").await.data();
    let other = format!("/v4/accounts/{}/search", other[0]["id"].as_str().unwrap());
    let body = json!({"query": "clip", "engine": "nlp"});
    let none = api.send(Method::POST, &other, Some(body)).await.data();
    assert_eq!(none, json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_search_is_told() {
    let api = Api::new();
    for (body, pointer) in [
        (json!({"query": " \t"}), "/query"),
        (json!({"query": ""}), "/query"),
        (json!({"query": "q".repeat(1001)}), "/query"),
        (json!({"query": "q", "engine": "best"}), "/engine"),
        (json!({"query": "q", "filters": {"shares": true}}), "/filters/shares"),
    ] {
        assert_eq!(search(&api, "", body).await.pointers(), [pointer]);
    }
}
