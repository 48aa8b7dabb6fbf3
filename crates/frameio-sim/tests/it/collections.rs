//! Collections.

use frameio_core::ProjectId;
use frameio_sim::Collection;
use http::StatusCode;

use crate::api::Api;

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    let all = "include=creator,project";
    let list = format!("{}/collections?{all}&include_total_count=true", api.project());
    let first = api.get(&list).await.data()[0].clone();
    let path = format!("{}/collections/{}", api.account(), first["id"].as_str().unwrap());
    assert_eq!(api.get(&format!("{path}?{all}")).await.data(), first);
}

#[tokio::test]
async fn the_demo_project_has_two_collections_and_more_can_be_added() {
    let api = Api::new();
    let list = format!("{}/collections", api.project());
    assert_eq!(api.get(&list).await.names(), ["Selects", "To Review"]);
    assert_eq!(api.get(&list).await.data()[1]["aggregation_mode"], "dynamic");
    let mine = Collection::new("Mine").description("only mine").private(true);
    let id = api.sim.add_collection(&api.sim.demo().project_id, mine).unwrap();
    let shown = api.get(&format!("{}/collections/{id}", api.account())).await.data();
    assert_eq!((&shown["name"], &shown["private"]), (&"Mine".into(), &true.into()));
    assert_eq!((&shown["description"], shown.get("creator")), (&"only mine".into(), None));
    assert_eq!(shown["aggregation_mode"], "static");
    let next = api.get(&format!("{list}?page_size=2")).await.body["links"]["next"].clone();
    assert_eq!(api.get(next.as_str().unwrap()).await.names(), ["Mine"]);
    assert!(api.sim.add_collection(&ProjectId::from("none"), Collection::new("x")).is_none());
}

#[tokio::test]
async fn deleting_a_project_removes_its_collections() {
    let api = Api::new();
    let list = format!("{}/collections", api.project());
    let id = api.get(&list).await.data()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&api.project()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&list).await.status, StatusCode::NOT_FOUND);
    let gone = api.get(&format!("{}/collections/{id}", api.account())).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
