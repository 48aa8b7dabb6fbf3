//! Folders and what is in them.

use std::time::Duration;

use http::StatusCode;
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
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
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
async fn includes_are_there_only_when_asked_for() {
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
async fn a_folder_takes_its_children_with_it_and_the_root_stays() {
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
