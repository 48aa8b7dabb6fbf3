//! Encoding of searches and decoding of their results.

use frameio_api::assets::Asset;
use frameio_api::search::{SearchAccount, SearchEngine, SearchFilters, SearchMatch, SearchResult};
use frameio_core::page::PageItem;
use frameio_core::{DecodeError, Endpoint, Page, Paged, encode};
use serde_json::{Value, json};

fn page(results: &[Value]) -> Result<Page<SearchResult>, DecodeError> {
    SearchResult::decode_page(json!({"data": results, "links": {}}).to_string().as_bytes())
}

fn file(matches: &Value) -> Value {
    json!({
        "type": "file_result",
        "result": {
            "id": "f", "name": "sea.mov", "project_id": "p", "view_url": "https://x",
            "file_size": 7, "status": "uploaded", "type": "file",
            "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
        },
        "matches": matches,
    })
}

fn project() -> Value {
    json!({
        "type": "project_result",
        "result": {
            "id": "p", "name": "Sea", "workspace_id": "w", "root_folder_id": "r",
            "status": "active", "storage": 0, "view_url": "https://x",
            "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
        },
        "matches": [],
    })
}

#[test]
fn the_next_page_repeats_the_search() {
    assert!(SearchAccount::OPERATION.idempotent);
    let filters = SearchFilters::new().folders(false);
    let search = SearchAccount::new("a", "a calm sea", SearchEngine::Nlp).filters(filters);
    let search = search.page_size(10).include_total_count(true);
    let first = encode(&search).unwrap();
    assert_eq!(first.uri(), "/v4/accounts/a/search?page_size=10&include_total_count=true");
    let question = br#"{"query":"a calm sea","engine":"nlp","filters":{"folders":false}}"#;
    assert_eq!(first.body().as_bytes().unwrap(), question);
    let next = encode(&Paged::after(search, "x=".into())).unwrap();
    assert_eq!(
        next.uri(),
        "/v4/accounts/a/search?after=x%3D&page_size=10&include_total_count=true"
    );
    assert_eq!(next.body().as_bytes().unwrap(), question);
}

#[test]
fn decodes_assets_and_projects() {
    let matches = json!([
        {"type": "name_match", "name": "sea.mov", "terms": ["sea"]},
        {"type": "rating_match", "rating": 4, "max_value": null},
    ]);
    let page = page(&[file(&matches), project()]).unwrap();
    assert_eq!(page.data[0].as_asset().map(Asset::name), Some("sea.mov"));
    assert_eq!(page.data[1].as_project().map(|project| &*project.name), Some("Sea"));
    assert_eq!((page.data[0].kind(), page.data[1].kind()), ("file_result", "project_result"));
    let [name, rating] = page.data[0].matches() else { panic!("two matches") };
    assert!(matches!(name, SearchMatch::Name { terms, .. } if terms == &["sea"]));
    assert!(matches!(rating, SearchMatch::Rating { rating: 4, max_value: None, .. }));
    assert_eq!(serde_json::to_value(&page.data[1]).unwrap(), project());
}

#[test]
fn unknown_values_round_trip() {
    let matches = json!([
        {"type": "mood_match", "rating": "high", "uploaded_at": "2026-03-22T10:11:12.000000Z"},
        {"type": "name_match", "name": "sea.mov", "terms": [], "rating": {"of": "mood"}},
    ]);
    let odd = json!({"type": "mood_result", "result": [1, null]});
    let mut moodboard = file(&json!([]));
    moodboard["result"] = json!({"type": "moodboard", "created_at": "2026-03-22T10:11:12.00Z"});
    let mut foreign = file(&json!([]));
    foreign["result"]["restricted"] = json!("by whom?");
    let all = [file(&matches), odd, moodboard, foreign];
    let page = page(&all).unwrap();
    assert_eq!(page.data[0].matches()[0].kind(), "mood_match");
    assert_eq!((page.data[1].kind(), page.data[1].matches()), ("mood_result", &[][..]));
    assert_eq!(page.data[2].as_asset().map(Asset::kind), Some("moodboard"));
    for (read, sent) in page.data.iter().zip(&all) {
        assert_eq!(serde_json::to_value(read).unwrap(), *sent);
        assert_eq!(serde_json::from_value::<SearchResult>(sent.clone()).unwrap(), *read);
    }
}

#[test]
fn errors_are_reported_with_their_path() {
    let wrong = |result: Value| {
        let error = page(&[project(), result]).unwrap_err();
        assert!(!error.message.contains("at line"), "{error}");
        (error.path, error.message)
    };
    let (path, message) = wrong(json!({"result": {}, "matches": []}));
    assert_eq!((&*path, &*message), ("data[1]", "missing field `type`"));
    let (path, _) = wrong(json!({"type": 7}));
    assert_eq!(path, "data[1].type");
    let (path, message) = wrong(json!({"type": "file_result", "matches": []}));
    assert_eq!((&*path, &*message), ("data[1]", "missing field `result`"));
    let (path, message) = wrong(file(&json!([{"type": "name_match", "terms": []}])));
    assert_eq!((&*path, &*message), ("data[1].matches[0]", "missing field `name`"));
    let clip = json!({"index": 0, "relevancy_index": 0, "start_time": "0:01", "end_time": 2});
    let (path, message) = wrong(file(&json!([{"type": "visual_match", "clips": [clip]}])));
    assert_eq!(path, "data[1].matches[0].clips[0].start_time");
    assert_eq!(message, r#"invalid type: string "…", expected u64"#);
    let mut folder = file(&json!([]));
    folder["result"]["name"] = json!(["sea.mov"]);
    assert_eq!(wrong(folder).0, "data[1].result.name");
}
