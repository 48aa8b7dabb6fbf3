//! Pages of lists.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn a_cursor_leads_through_the_pages_until_null() {
    let api = Api::new();
    let root = api.root();
    for i in 0..7 {
        api.make_folder(&root, &format!("f{i}")).await;
    }
    let list = format!("{root}/folders");
    let mut after = String::new();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let path = format!("{list}?page_size=3&sort=name_desc&include_total_count=true{after}");
        let response = api.get(&path).await;
        assert_eq!(response.body["total_count"], 7);
        match response.body["links"]["next"].as_str() {
            Some(next) => {
                let (path, query) = next.split_once('?').unwrap();
                assert_eq!(path, list, "a relative path");
                let cursor = query.strip_prefix("after=").unwrap();
                assert!(!cursor.contains('&'), "only the cursor");
                after = format!("&after={cursor}");
            }
            None => after.clear(),
        }
        seen.extend(response.names());
    }
    assert_eq!(seen, ["f6", "f5", "f4", "f3", "f2", "f1", "f0"]);
    assert!(after.is_empty());
}

#[tokio::test]
async fn the_link_to_the_next_page_has_only_the_cursor() {
    let api = Api::new();
    for i in 0..60 {
        api.make_folder(&api.root(), &format!("{i:02}")).await;
    }
    let list = format!("{}/folders", api.root());
    let first = api.get(&list).await;
    assert!(first.body.get("total_count").is_none(), "only on demand");
    let next = first.body["links"]["next"].as_str().unwrap().to_owned();
    assert_eq!(first.names().len(), 50, "the default");
    assert_eq!(api.get(&next).await.names().len(), 10);

    let first = api.get(&format!("{list}?page_size=2")).await;
    let next = first.body["links"]["next"].as_str().unwrap();
    assert_eq!(api.get(next).await.names().len(), 50);
}

#[tokio::test]
async fn a_cursor_beyond_the_end_returns_an_empty_last_page() {
    let api = Api::new();
    let list = format!("{}/folders", api.root());
    let folder = api.make_folder(&api.root(), "a").await;
    api.make_folder(&api.root(), "b").await;
    let first = api.get(&format!("{list}?page_size=1")).await;
    let next = first.body["links"]["next"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&folder).await.status, StatusCode::NO_CONTENT);
    let last = api.get(&next).await;
    assert_eq!(last.body["links"]["next"], json!(null));
    assert!(last.names().is_empty(), "cursors are offsets: `b` has been skipped");
}

#[tokio::test(start_paused = true)]
async fn times_are_sorted_by_value_not_by_text() {
    let api = Api::new();
    let root = api.root();
    // At least one time is a multiple of 10 ms, which is shortened to `.36Z` in a response.
    for i in 0..12 {
        api.make_folder(&root, &format!("{i:02}")).await;
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    let sorted = async |sort: &str| api.get(&format!("{root}/folders?sort={sort}")).await.names();
    let mut made: Vec<String> = (0..12).map(|i| format!("{i:02}")).collect();
    assert_eq!(sorted("created_at_asc").await, made);
    made.reverse();
    assert_eq!(sorted("created_at_desc").await, made);
}
