//! Version stacks.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::api::Api;
use crate::files;

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let root = api.root();
    let made = stack(api, &root, &["v1.mp4", "v2.mp4"]).await;
    let path = path(api, &made);
    let folder = api.make_folder(&root, "Stacks").await;
    let all = format!("include_total_count=true&sort=name_asc&{}", files::INCLUDE);
    api.get(&format!("{root}/version_stacks?{all}")).await.data();
    api.get(&format!("{root}/children?{}", files::INCLUDE)).await.data();
    api.get(&format!("{path}?{}", files::INCLUDE)).await.data();
    let versions = api.get(&format!("{path}/children?{all}")).await.data();
    api.post(&format!("{path}/copy?copy_metadata=true"), json!({})).await.data();
    api.patch(&format!("{path}/move"), json!({"parent_id": id(&folder)})).await.data();
    let order = json!({"target_file_id": versions[0]["id"], "move_to": "top"});
    api.patch(&format!("{path}/versions"), order).await.data();

    for file in versions.as_array().unwrap() {
        assert_eq!(api.delete(&api.file(file)).await.status, StatusCode::NO_CONTENT);
    }
    let deleted = api.get(&format!("{}/recently_deleted?sort=deleted_at_asc", api.project())).await;
    assert_eq!(deleted.data().as_array().unwrap().last().unwrap()["type"], "version_stack");
    api.send(Method::PATCH, &format!("{path}/restore"), None).await.data();
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn path(api: &Api, stack: &Value) -> String {
    format!("{}/version_stacks/{}", api.account(), stack["id"].as_str().unwrap())
}

/// Creates files with these names in a folder, and a version stack of them.
async fn stack(api: &Api, folder: &str, names: &[&str]) -> Value {
    let mut ids = Vec::new();
    for name in names {
        ids.push(api.make_file(folder, name, 3).await["id"].take());
    }
    api.post(&format!("{folder}/version_stacks"), json!({ "file_ids": ids })).await.created()
}

async fn children(api: &Api, path: &str) -> Vec<String> {
    api.get(&format!("{path}/children")).await.names()
}

#[tokio::test]
async fn a_stack_replaces_its_files_and_has_the_name_of_the_newest() {
    let api = Api::new();
    let root = api.root();
    let made = stack(&api, &root, &["a.mp4", "b.mp4", "c.mp4"]).await;
    assert_eq!((&made["type"], &made["name"]), (&json!("version_stack"), &json!("c.mp4")));
    assert_eq!(made["head_version"]["name"], "c.mp4");
    assert_eq!(made["head_version"]["parent_id"], made["id"]);
    assert_eq!(made["parent_id"], id(&root));
    let path = path(&api, &made);
    assert_eq!(children(&api, &path).await, ["c.mp4", "b.mp4", "a.mp4"], "the newest first");
    let sorted = api.get(&format!("{path}/children?sort=name_asc")).await.names();
    assert_eq!(sorted, ["a.mp4", "b.mp4", "c.mp4"]);
    assert_eq!(children(&api, &root).await, ["c.mp4"]);
    assert_eq!(api.get(&format!("{root}/children?type=version_stack")).await.names(), ["c.mp4"]);
    assert_eq!(
        api.get(&format!("{root}/children?type=file")).await.names(),
        <[&str; 0]>::default()
    );
    assert_eq!(api.get(&format!("{root}/files")).await.names(), <[&str; 0]>::default());
    assert_eq!(api.get(&format!("{root}/version_stacks")).await.names(), ["c.mp4"]);
    assert_eq!(api.get(&api.project()).await.data()["storage"], 9);

    let head = api.file(&made["head_version"]);
    api.patch(&head, json!({"name": "final.mp4"})).await.data();
    assert_eq!(api.get(&path).await.data()["name"], "final.mp4");
    let shown = api.get(&format!("{path}?include=media_links.original,creator,project")).await;
    let shown = shown.data();
    assert_eq!(shown["creator"]["name"], "Demo User");
    assert_eq!(shown["project"]["id"], shown["project_id"]);
    assert!(shown["head_version"]["media_links"]["original"].is_null(), "not uploaded");
}

#[tokio::test]
async fn a_stack_consists_of_files_of_its_folder() {
    let api = Api::new();
    let root = api.root();
    let inside = api.make_file(&root, "a.mp4", 3).await["id"].take();
    let folder = api.make_folder(&root, "f").await;
    let outside = api.make_file(&folder, "b.mp4", 3).await["id"].take();
    let list = format!("{root}/version_stacks");
    let refused = api.post(&list, json!({"file_ids": [inside, outside]})).await;
    assert_eq!(refused.pointers(), ["/data/file_ids/1"]);
    let missing = api.post(&list, json!({"file_ids": [inside, "none"]})).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&list).await.names(), <[&str; 0]>::default());
}

#[tokio::test]
async fn versions_are_added_removed_and_restored_to_their_position() {
    let api = Api::new();
    let root = api.root();
    let made = stack(&api, &root, &["a.mp4", "b.mp4"]).await;
    let path = path(&api, &made);
    let third = api.make_file(&root, "c.mp4", 3).await;
    let into = json!({"parent_id": made["id"]});
    let moved = api.patch(&format!("{}/move", api.file(&third)), into.clone()).await.data();
    assert_eq!(moved["parent_id"], made["id"]);
    assert_eq!(children(&api, &path).await, ["c.mp4", "b.mp4", "a.mp4"]);
    assert_eq!(api.get(&path).await.data()["name"], "c.mp4");

    let middle = api.file(&made["head_version"]);
    assert_eq!(api.delete(&middle).await.status, StatusCode::NO_CONTENT);
    assert_eq!(children(&api, &path).await, ["c.mp4", "a.mp4"]);
    api.patch(&format!("{middle}/restore"), json!({})).await.data();
    assert_eq!(children(&api, &path).await, ["c.mp4", "b.mp4", "a.mp4"]);

    let copied = api.post(&format!("{middle}/copy"), into).await.data();
    assert_eq!(copied["parent_id"], made["id"]);
    assert_eq!(children(&api, &path).await, ["b.mp4", "c.mp4", "b.mp4", "a.mp4"]);
    let sibling = api.post(&format!("{middle}/copy"), json!({})).await.data();
    assert_eq!(sibling["parent_id"], id(&root), "next to its stack");
}

#[tokio::test]
async fn a_stack_is_deleted_with_its_last_version() {
    let api = Api::new();
    let root = api.root();
    let made = stack(&api, &root, &["a.mp4", "b.mp4"]).await;
    let path = path(&api, &made);
    let versions = api.get(&format!("{path}/children")).await.data();
    let [b, a] = [0, 1].map(|i| api.file(&versions[i]));
    let restore = async |path: &str| api.patch(&format!("{path}/restore"), json!({})).await;
    let deleted = format!("{}/recently_deleted", api.project());
    let kinds = async || {
        let deleted = api.get(&deleted).await.data();
        let kinds = deleted.as_array().unwrap().iter().map(|it| it["type"].clone());
        kinds.collect::<Vec<_>>()
    };

    api.delete(&a).await;
    assert_eq!(children(&api, &path).await, ["b.mp4"], "one version remains");
    api.delete(&b).await;
    for gone in [&path, &b] {
        assert_eq!(api.get(gone).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(kinds().await, ["file", "version_stack"]);
    assert_eq!(restore(&a).await.status, StatusCode::CONFLICT, "its stack is deleted");
    assert_eq!(restore(&path).await.data()["head_version"]["name"], "b.mp4");
    restore(&a).await.data();
    assert_eq!(children(&api, &path).await, ["b.mp4", "a.mp4"]);

    api.delete(&a).await;
    api.delete(&b).await;
    assert_eq!(restore(&b).await.data()["parent_id"], made["id"], "restored with its stack");
    let out = json!({"parent_id": id(&root)});
    api.patch(&format!("{b}/move"), out).await.data();
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(restore(&a).await.data()["parent_id"], id(&root), "in the folder of the stack");
    assert_eq!(kinds().await, <[&str; 0]>::default());
    assert_eq!(children(&api, &root).await, ["b.mp4", "a.mp4"]);
}

#[tokio::test]
async fn versions_are_reordered_from_the_top() {
    let api = Api::new();
    let made = stack(&api, &api.root(), &["a.mp4", "b.mp4", "c.mp4"]).await;
    let order = format!("{}/versions", path(&api, &made));
    let ids = api.get(&format!("{}/children?sort=name_asc", path(&api, &made))).await.data();
    let [a, b, c] = [0, 1, 2].map(|i| ids[i]["id"].clone());
    let reorder = async |data: Value| {
        let names = api.patch(&order, data).await.names();
        let head = api.get(&path(&api, &made)).await.data();
        assert_eq!(
            (&head["name"], &head["head_version"]["name"]),
            (&json!(names[0]), &json!(names[0]))
        );
        names.concat().replace(".mp4", "")
    };
    assert_eq!(reorder(json!({"target_file_id": a, "move_to": "top"})).await, "acb");
    assert_eq!(reorder(json!({"target_file_id": c, "move_to": "bottom"})).await, "abc");
    assert_eq!(reorder(json!({"target_file_id": c, "move_above_file_id": b})).await, "acb");
    assert_eq!(reorder(json!({"target_file_id": a, "move_below_file_id": b})).await, "cba");
    for (data, pointer) in [
        (json!({"target_file_id": "none", "move_to": "top"}), "/data/target_file_id"),
        (json!({"target_file_id": a, "move_above_file_id": a}), "/data/move_above_file_id"),
        (json!({"target_file_id": a, "move_below_file_id": "x"}), "/data/move_below_file_id"),
        (json!({"target_file_id": a}), "/data"),
        (json!({"target_file_id": a, "move_to": "top", "move_above_file_id": b}), "/data"),
    ] {
        assert_eq!(api.patch(&order, data).await.pointers(), [pointer]);
    }
    assert_eq!(children(&api, &path(&api, &made)).await, ["c.mp4", "b.mp4", "a.mp4"]);
}

#[tokio::test]
async fn a_stack_is_copied_moved_deleted_and_restored_with_its_versions() {
    let api = Api::new();
    let root = api.root();
    let made = stack(&api, &root, &["a.mp4", "b.mp4"]).await;
    let folder = api.make_folder(&root, "f").await;
    let into = json!({"parent_id": id(&folder)});
    let copied = api.post(&format!("{}/copy", path(&api, &made)), into.clone()).await.data();
    assert_eq!((&copied["parent_id"], &copied["name"]), (&into["parent_id"], &json!("b.mp4")));
    assert_ne!(copied["head_version"]["id"], made["head_version"]["id"]);
    assert_eq!(children(&api, &path(&api, &copied)).await, ["b.mp4", "a.mp4"]);

    let made = path(&api, &made);
    let moved = api.patch(&format!("{made}/move"), into.clone()).await.data();
    assert_eq!(moved["parent_id"], into["parent_id"]);
    assert_eq!(children(&api, &root).await, ["f"]);
    let into_a_stack = json!({"parent_id": copied["id"]});
    let refused = api.patch(&format!("{made}/move"), into_a_stack).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "a stack cannot contain stacks");

    let copy = path(&api, &copied);
    let head = api.file(&copied["head_version"]);
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
    for gone in [&copy, &head, &made] {
        assert_eq!(api.get(gone).await.status, StatusCode::NOT_FOUND);
    }
    api.patch(&format!("{folder}/restore"), json!({})).await.data();
    assert_eq!(children(&api, &copy).await, ["b.mp4", "a.mp4"]);
}
