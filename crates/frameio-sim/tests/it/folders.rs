//! Folders and their content.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;

use crate::api::Api;
use crate::files;

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let root = api.root();
    let folder = api.make_folder(&root, "F").await;
    api.upload("clip.mp4", "abc").await;
    api.patch(&folder, json!({"name": "G"})).await.data();
    api.get(&format!("{folder}?include=creator,project,metadata")).await.data();
    api.get(&format!("{root}/folders?include=creator,project,metadata")).await.data();
    let children = format!("{root}/children?include_total_count=true&{}", files::INCLUDE);
    assert_eq!(api.get(&children).await.data().as_array().unwrap().len(), 2);
    let to = api.make_folder(&root, "To").await;
    let to = json!({ "parent_id": id(&to) });
    api.post(&format!("{folder}/copy?copy_metadata=true"), to.clone()).await.data();
    api.patch(&format!("{folder}/move"), to.clone()).await.data();
    let folders = format!("{}/folders", api.account());
    let mut many = json!({"folder_ids": [id(&folder)], "parent_id": id(&root)});
    api.patch(&format!("{folders}/move"), many.clone()).await.data();
    many["parent_id"] = to["parent_id"].clone();
    let copy = "copy?copy_metadata=true&copy_comments=all";
    api.post(&format!("{folders}/{copy}"), many).await.data();
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
    api.send(Method::PATCH, &format!("{folder}/restore"), None).await.data();
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[tokio::test(start_paused = true)]
async fn children_are_sorted_and_filtered_by_type() {
    let api = Api::new();
    let root = api.root();
    api.make_file(&root, "b.mp4", 20).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    let folder = api.make_folder(&root, "c").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    api.make_file(&root, "a.mp4", 100).await;
    api.make_file(&folder, "deep.mp4", 1).await;

    let names = async |path: &str| api.get(&format!("{root}/{path}")).await.names();
    assert_eq!(names("children?sort=name_asc").await, ["a.mp4", "b.mp4", "c"]);
    assert_eq!(names("children?sort=created_at_desc").await, ["a.mp4", "c", "b.mp4"]);
    assert_eq!(names("children?type=folder").await, ["c"]);
    assert_eq!(names("children?type=file,folder&sort=name_desc").await, ["c", "b.mp4", "a.mp4"]);
    assert_eq!(names("children?type=version_stack").await, <[&str; 0]>::default());
    assert_eq!(names("files?sort=file_size_desc").await, ["a.mp4", "b.mp4"]);
    assert_eq!(names("folders").await, ["c"]);

    tokio::time::advance(Duration::from_secs(1)).await;
    api.patch(&folder, json!({"name": "d"})).await.data();
    assert_eq!(names("children?sort=updated_at_desc").await, ["d", "a.mp4", "b.mp4"]);
}

#[tokio::test]
async fn includes_are_returned_only_on_request() {
    let api = Api::new();
    let folder = api.make_folder(&api.root(), "a").await;
    let plain = api.get(&folder).await.data();
    for name in ["creator", "project", "metadata"] {
        assert!(plain.get(name).is_none(), "{name}");
    }
    let full = api.get(&format!("{folder}?include=creator,project,metadata")).await.data();
    assert_eq!(full["creator"]["name"], "Demo User");
    assert_eq!(full["project"]["id"], api.sim.demo().project_id.as_str());
    assert_eq!(full["metadata"], json!([]));
}

#[tokio::test]
async fn deleting_a_folder_deletes_its_children_and_a_root_cannot_be_deleted() {
    let api = Api::new();
    let outer = api.make_folder(&api.root(), "outer").await;
    let inner = api.make_folder(&outer, "inner").await;
    let file = api.file(&api.make_file(&inner, "clip.mp4", 5).await);
    let beside = api.make_folder(&api.root(), "beside").await;
    assert_eq!(api.delete(&outer).await.status, StatusCode::NO_CONTENT);
    for gone in [outer, inner, file] {
        assert_eq!(api.get(&gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
    assert_eq!(api.get(&beside).await.status, StatusCode::OK);
    assert_eq!(api.delete(&api.root()).await.status, StatusCode::FORBIDDEN);
}

/// Creates another project; returns it with the path of its root folder.
async fn other_project(api: &Api) -> (serde_json::Value, String) {
    let list = format!("{}/projects", api.workspace());
    let project = api.post(&list, json!({"name": "Other"})).await.created();
    let root = format!("{}/folders/{}", api.account(), project["root_folder_id"].as_str().unwrap());
    (project["id"].clone(), root)
}

async fn children(api: &Api, folder: &str) -> Vec<String> {
    api.get(&format!("{folder}/children?sort=name_asc")).await.names()
}

#[tokio::test]
async fn copies_a_folder_with_its_content() {
    let api = Api::new();
    let root = api.root();
    let outer = api.make_folder(&root, "outer").await;
    let inner = api.make_folder(&outer, "inner").await;
    api.make_file(&inner, "clip.mp4", 5).await;
    let ids = json!([
        api.make_file(&outer, "v1.mp4", 5).await["id"],
        api.make_file(&outer, "v2.mp4", 5).await["id"],
    ]);
    api.post(&format!("{outer}/version_stacks"), json!({ "file_ids": ids })).await.created();

    let (project, other) = other_project(&api).await;
    let copied = api.post(&format!("{outer}/copy"), json!({"parent_id": id(&other)})).await.data();
    assert_eq!((&copied["name"], &copied["project_id"]), (&json!("outer"), &project));
    let copy = format!("{}/folders/{}", api.account(), copied["id"].as_str().unwrap());
    assert_eq!(children(&api, &copy).await, ["inner", "v2.mp4"]);
    let inside = api.get(&format!("{copy}/children?type=version_stack")).await.data();
    assert_eq!(inside[0]["head_version"]["project_id"], project);
    assert_ne!(inside[0]["head_version"]["id"], ids[1]);
    let inside = api.get(&format!("{copy}/folders")).await.data();
    let inside = format!("{}/folders/{}", api.account(), inside[0]["id"].as_str().unwrap());
    assert_eq!(children(&api, &inside).await, ["clip.mp4"]);
    let storage = format!("{}/projects/{}", api.account(), project.as_str().unwrap());
    assert_eq!(api.get(&storage).await.data()["storage"], 15);
    assert_eq!(api.get(&api.project()).await.data()["storage"], 15);
    assert_eq!(api.get("/v4/accounts").await.data()[0]["storage_usage"], 30);

    let beside = api.send(Method::POST, &format!("{outer}/copy"), None).await.data();
    assert_eq!(beside["parent_id"], id(&root));
    let within = api.post(&format!("{outer}/copy"), json!({"parent_id": id(&outer)})).await.data();
    assert_eq!(children(&api, &outer).await, ["inner", "outer", "v2.mp4"]);
    let within = format!("{}/folders/{}", api.account(), within["id"].as_str().unwrap());
    assert_eq!(children(&api, &within).await, ["inner", "v2.mp4"], "the source is unchanged");
    let refused = api.post(&format!("{root}/copy"), json!({})).await;
    assert_eq!(refused.pointers(), ["/data/parent_id"], "a root folder has no siblings");
}

#[tokio::test]
async fn a_large_copy_has_no_content_in_the_response() {
    let api = Api::new();
    let folder = api.make_folder(&api.root(), "large").await;
    for i in 0..99 {
        api.make_file(&folder, &format!("{i}.mp4"), 1).await;
    }
    let copy = format!("{folder}/copy");
    assert_eq!(api.post(&copy, json!({})).await.status, StatusCode::OK);
    api.make_file(&folder, "99.mp4", 1).await;
    let response = api.post(&copy, json!({})).await;
    assert_eq!((response.status, response.body), (StatusCode::ACCEPTED, json!({})));
    assert_eq!(children(&api, &api.root()).await, ["large", "large", "large"]);
    assert_eq!(api.get(&api.project()).await.data()["storage"], 99 + 99 + 100 + 1);

    let copies = api.make_folder(&api.root(), "copies").await;
    let many = json!({"folder_ids": [id(&folder)], "parent_id": id(&copies)});
    let response = api.post(&format!("{}/folders/copy", api.account()), many).await;
    assert_eq!((response.status, response.body), (StatusCode::ACCEPTED, json!({})));
    assert_eq!(children(&api, &copies).await, ["large"]);
}

#[tokio::test]
async fn moves_a_folder_with_its_content_but_not_into_itself() {
    let api = Api::new();
    let root = api.root();
    let outer = api.make_folder(&root, "outer").await;
    let inner = api.make_folder(&outer, "inner").await;
    let file = api.file(&api.make_file(&inner, "clip.mp4", 5).await);
    let (project, other) = other_project(&api).await;
    let moved = api.patch(&format!("{outer}/move"), json!({"parent_id": id(&other)})).await.data();
    assert_eq!((&moved["parent_id"], &moved["project_id"]), (&json!(id(&other)), &project));
    for below in [&inner, &file] {
        let below = api.get(below).await.data();
        assert_eq!(below["project_id"], project);
        assert!(below["view_url"].as_str().unwrap().contains(project.as_str().unwrap()));
    }
    assert_eq!(children(&api, &root).await, <[&str; 0]>::default());
    assert_eq!(api.get(&api.project()).await.data()["storage"], 0);

    let many = format!("{}/folders/move", api.account());
    for to in [&outer, &inner] {
        let refused = api.patch(&format!("{outer}/move"), json!({"parent_id": id(to)})).await;
        assert_eq!(refused.pointers(), ["/data/parent_id"], "{to}");
        let ids = json!({"folder_ids": [id(&inner), id(&outer)], "parent_id": id(to)});
        assert_eq!(api.patch(&many, ids).await.pointers(), ["/data/parent_id"], "{to}");
    }
    assert_eq!(api.get(&inner).await.data()["parent_id"], id(&outer));
    let anywhere = json!({"parent_id": id(&outer)});
    let root_move = api.patch(&format!("{root}/move"), anywhere).await;
    assert_eq!(root_move.status, StatusCode::FORBIDDEN);
    assert_eq!(
        api.patch(&format!("{outer}/move"), json!({})).await.pointers(),
        ["/data/parent_id"]
    );
    let nowhere = json!({"parent_id": "none"});
    assert_eq!(api.patch(&format!("{outer}/move"), nowhere).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bulk_copies_and_moves_of_folders_succeed_or_fail_as_a_whole() {
    let api = Api::new();
    let root = api.root();
    let (a, b) = (api.make_folder(&root, "a").await, api.make_folder(&root, "b").await);
    let to = api.make_folder(&root, "to").await;
    let folders = format!("{}/folders", api.account());
    let many = |ids: &[&str]| json!({"folder_ids": ids, "parent_id": id(&to)});
    let missing = many(&[id(&a), "none"]);
    let response = api.patch(&format!("{folders}/move"), missing.clone()).await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    let response = api.post(&format!("{folders}/copy"), missing).await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert_eq!(children(&api, &to).await, <[&str; 0]>::default());

    let both = many(&[id(&b), id(&a)]);
    let copied = api.post(&format!("{folders}/copy"), both.clone()).await.data();
    assert_eq!(copied[0]["source_folder_id"], id(&b));
    assert_eq!((&copied[1]["folder"]["name"], copied.as_array().unwrap().len()), (&json!("a"), 2));
    let moved = api.patch(&format!("{folders}/move"), both).await.names();
    assert_eq!(moved, ["b", "a"]);
    assert_eq!(children(&api, &to).await, ["a", "a", "b", "b"]);
    assert_eq!(children(&api, &root).await, ["to"]);
}

#[tokio::test]
async fn a_restored_folder_has_its_place_and_content() {
    let api = Api::new();
    let outer = api.make_folder(&api.root(), "outer").await;
    let inner = api.make_folder(&outer, "inner").await;
    let file = api.file(&api.make_file(&inner, "clip.mp4", 5).await);
    let comments = format!("{file}/comments");
    api.post(&comments, json!({"text": "good"})).await.created();
    api.delete(&inner).await;
    let (project, other) = other_project(&api).await;
    api.patch(&format!("{outer}/move"), json!({"parent_id": id(&other)})).await.data();
    let restored = api.patch(&format!("{inner}/restore"), json!({})).await.data();
    assert_eq!((&restored["parent_id"], &restored["project_id"]), (&json!(id(&outer)), &project));
    assert_eq!(api.get(&file).await.data()["project_id"], project);
    assert_eq!(api.get(&comments).await.data()[0]["text"], "good");
    assert_eq!(
        api.patch(&format!("{inner}/restore"), json!({})).await.status,
        StatusCode::NOT_FOUND
    );
}
