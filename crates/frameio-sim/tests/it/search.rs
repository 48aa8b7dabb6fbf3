//! Search.

use std::collections::BTreeSet;

use frameio_sim::{SavedState, Sim, User};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::{Api, ApiResponse};
use crate::contract::Contract;

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
    let response = search(api, query, json!({"query": "searched", "engine": "nlp"})).await;
    assert_eq!(response.body["total_count"], 5);
    let project = format!("{}/projects/{}", api.account(), project["id"].as_str().unwrap());
    assert_eq!(api.delete(&project).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
}

async fn search(api: &Api, query: &str, body: Value) -> ApiResponse {
    let mut lexical = json!({"engine": "lexical"});
    lexical.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    let path = format!("{}/search?{query}", api.account());
    api.send(Method::POST, &path, Some(lexical)).await
}

/// Returns the kinds and names of the results.
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
async fn finds_all_words_in_a_name_or_comment() {
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
    // The project is found by its name, the others by their project and creator.
    let demo = found(&api, json!({"query": "demo"})).await;
    assert_eq!((demo[0].as_str(), demo.len()), ("project Demo Project", 4));

    api.delete(&folder).await;
    assert_eq!(found(&api, json!({"query": "sea"})).await, <[&str; 0]>::default());
}

/// Covers every kind of match of the contract, except for kinds that depend on the media.
#[tokio::test(start_paused = true)]
async fn reports_every_kind_of_match() {
    const ID: &str = "00000000-0000-4000-8000-000000000001";
    const ADA: &str = "00000000-0000-4000-8000-000000000002";
    const BOB: &str = "00000000-0000-4000-8000-000000000003";
    const PROJECT: &str = "00000000-0000-4000-8000-000000000004";
    const COMMENT: &str = "00000000-0000-4000-8000-000000000005";
    let [made, changed, uploaded] =
        ["2026-03-01T10:00:00Z", "2026-04-02T10:00:00Z", "2026-05-03T10:00:00Z"];
    let state = json!({"version": 1, "state": {
        "users": [
            {"id": ADA, "name": "Ada", "email": "ada@example.com"},
            {"id": BOB, "name": "Bob", "email": "bob@example.com"},
        ],
        "projects": [{"id": PROJECT, "name": "Crossing"}],
        "files": [{
            "id": ID, "name": "Harbour.mov", "file_size": 4321,
            "created_at": made, "updated_at": changed,
        }],
        "comments": [{"id": COMMENT, "text": "Fine\nToo dark here"}, {"text": "Hm"}],
        "metadata_fields": [{"name": "Assignee", "field_type": "user_single"}],
        "metadata": {ID: {
            "Assignee": [{"id": BOB, "type": "user"}], "Duration": 43.5, "Frame Rate": 23.976,
            "Keywords": ["night shoot", "sea"], "Notes": "There is hiss", "Rating": 5,
            "Resolution": "3840 x 2160", "Status": ["Approved"],
        }},
    }, "uploads": {ID: {"content": ID, "media_type": "video/quicktime", "completed_at": uploaded}},
       "contents": {ID: {"size": 4321, "part_size": 4321, "parts": ["counted"]}}});
    let state: SavedState = state.to_string().parse().unwrap();
    let api = Api::of(Sim::builder().quotas(false).state(state).build());
    let match_of = |kind: &str, fields: Value| {
        let mut found = json!({"type": format!("{kind}_match")});
        found.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        found
    };
    let project = json!({"project": {"id": PROJECT, "name": "Crossing"}, "terms": ["crossing"]});
    let comment =
        json!({"comment_id": COMMENT, "snippet": "Too dark here", "terms": ["too", "dark"]});
    let mut kinds = BTreeSet::new();
    for (query, kind, fields) in [
        ("harbour", "name", json!({"name": "Harbour.mov", "terms": ["harbour"]})),
        ("crossing", "project", project),
        ("ADA", "creator", json!({"creator_id": ADA})),
        ("bob@example.com", "assignee", json!({"assignee_id": BOB})),
        ("video", "file_type", json!({"file_type": "video/quicktime"})),
        ("2026-03-01", "inserted_at", json!({"inserted_at": made})),
        ("2026-04-02", "updated_at", json!({"updated_at": changed})),
        ("2026-05-03", "uploaded_at", json!({"uploaded_at": uploaded})),
        ("2", "comment_count", json!({"comment_count": 2})),
        ("43.5", "duration", json!({"duration": 43.5})),
        ("4321", "filesize", json!({"filesize": 4321})),
        ("23.976", "frame_rate", json!({"frame_rate": 23.976})),
        ("night", "keywords", json!({"keywords": ["night shoot"]})),
        ("hiss", "notes", json!({"notes": "There is hiss"})),
        ("5", "rating", json!({"rating": 5})),
        ("3840", "resolution_width", json!({"resolution_width": 3840})),
        ("2160", "resolution_height", json!({"resolution_height": 2160})),
        ("approved", "status", json!({"status": "Approved"})),
        ("too dark", "comment", comment),
    ] {
        let data = search(&api, "", json!({"query": query})).await.data();
        let file = data.as_array().unwrap().iter().find(|item| item["result"]["id"] == ID).unwrap();
        assert_eq!(file["matches"], json!([match_of(kind, fields)]), "{query}");
        kinds.insert(kind);
    }
    let data = search(&api, "", json!({"query": "3840x2160"})).await.data();
    assert_eq!(data[0]["matches"].as_array().unwrap().len(), 2, "both sides");

    // These depend on the content of a file, or on deleted files, which are never found.
    let unavailable = [
        "audio_sample_rate",
        "bit_depth",
        "bit_rate",
        "channels",
        "codec",
        "color_space",
        "deleted_at",
        "dynamic_range",
        "format",
        "has_alpha_channel",
        "page_count",
        "source_filename",
        "transcription",
        "visual",
    ];
    let known = Contract::kinds_of_match();
    assert!(kinds.into_iter().chain(unavailable).collect::<BTreeSet<_>>() == known, "{known:#?}");
}

#[tokio::test]
async fn filters_select_kinds() {
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
async fn pages_are_selected_by_the_query() {
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
async fn finds_only_what_the_user_can_see() {
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
async fn reports_invalid_searches() {
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
