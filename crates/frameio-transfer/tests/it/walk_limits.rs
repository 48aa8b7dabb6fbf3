//! Walks through cyclic, repeated and endless lists.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use frameio::transfer::{DownloadTree, TransferErrorKind, Transfers, Walk};
use frameio::{Body, Client};
use http::{Request, Response};
use serde_json::{Value, json};

use crate::download::names;

/// Creates transfers on an API that lists folders with `list(folder_id, cursor)`.
fn api(list: impl Fn(&str, Option<&str>) -> Value + Send + Sync + 'static) -> Transfers {
    let list = Arc::new(list);
    let service = tower::service_fn(move |request: Request<Body>| {
        let list = list.clone();
        async move {
            let path = request.uri().path().to_owned();
            let folder = path.split('/').rev().nth(1).unwrap();
            let query = request.uri().query().unwrap_or_default();
            let after = query.split('&').find_map(|it| it.strip_prefix("after="));
            let body = Body::from(list(folder, after).to_string());
            Ok::<_, Infallible>(Response::new(body))
        }
    });
    Transfers::new(Client::from_service(service))
}

fn folder(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "type": "folder", "project_id": "p", "parent_id": "x",
        "view_url": "v", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"})
}

fn file(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "type": "file", "status": "uploaded", "file_size": 3,
        "media_type": "video/mp4", "project_id": "p", "parent_id": "x", "view_url": "v",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"})
}

fn page(items: &[Value]) -> Value {
    json!({"data": items, "links": {}})
}

async fn walked(mut walk: Walk) -> (Vec<String>, Vec<(String, TransferErrorKind)>) {
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    while let Some(entry) = walk.next().await {
        match entry {
            Ok(entry) => paths.push(entry.path.to_string()),
            Err(error) => errors.push((error.path.to_string(), error.error.kind())),
        }
    }
    (paths, errors)
}

#[tokio::test(start_paused = true)]
async fn a_folder_inside_itself_is_walked_once() {
    let requests = Arc::new(AtomicU64::new(0));
    let count = requests.clone();
    let transfers = api(move |id, _| {
        count.fetch_add(1, Ordering::Relaxed);
        match id {
            "root" => page(&[folder("a", "A")]),
            _ => page(&[folder("a", "A"), folder("root", "Up"), file("f", "f.mov")]),
        }
    });
    let (paths, errors) = walked(transfers.walk("account", "root")).await;
    assert_eq!(paths, ["/A", "/A/f.mov"]);
    let kind = TransferErrorKind::Mismatch;
    assert_eq!(errors, [("/A/A".into(), kind), ("/A/Up".into(), kind)]);
    assert_eq!(requests.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_folder_listed_twice_is_downloaded_to_one_directory() {
    let transfers = api(|id, after| match (id, after) {
        ("root", None) => json!({
            "data": [folder("a", "A"), folder("a", "A"), file("f", "f.mov")],
            "links": {"next": "/v4/x?after=two"},
        }),
        ("root", _) => page(&[folder("a", "A"), file("f", "f.mov")]),
        _ => page(&[file("g", "g.mov")]),
    });
    let (mut paths, errors) = walked(transfers.walk("account", "root")).await;
    paths.sort();
    assert_eq!(
        (paths.as_slice(), errors.len()),
        (&["/A".into(), "/A/g.mov".into(), "/f.mov".into()][..], 0)
    );
    let directory = tempfile::tempdir().unwrap();
    let dry = DownloadTree::new("account", "root", directory.path()).dry_run(true);
    assert_eq!(transfers.download_tree(dry).await.unwrap().planned, 2);
    std::fs::create_dir(directory.path().join("A")).unwrap();
    std::fs::write(directory.path().join("A/g.mov"), "abc").unwrap();
    std::fs::write(directory.path().join("f.mov"), "abc").unwrap();
    let tree = DownloadTree::new("account", "root", directory.path());
    let summary = transfers.download_tree(tree).await.unwrap();
    assert_eq!((summary.skipped, summary.is_complete()), (2, true), "{summary:?}");
    assert_eq!(names(directory.path()), ["A", "f.mov"]);
}

#[tokio::test(start_paused = true)]
async fn an_endless_list_ends_in_an_error() {
    let requests = Arc::new(AtomicU64::new(0));
    let count = requests.clone();
    let transfers = api(move |_, _| {
        let n = count.fetch_add(1, Ordering::Relaxed);
        let next = format!("/v4/x?after=c{n}");
        json!({"data": [file(&format!("f{n}"), "f.mov")], "links": {"next": next}})
    });
    let (paths, errors) = walked(transfers.walk("account", "root").max_pages(20)).await;
    assert_eq!((paths.len(), errors), (20, vec![("/".into(), TransferErrorKind::TooLarge)]));
    let (paths, errors) = walked(transfers.walk("account", "root").max_entries(30)).await;
    assert_eq!((paths.len(), errors), (30, vec![("/".into(), TransferErrorKind::TooLarge)]));
    assert!(requests.load(Ordering::Relaxed) < 60);
}

#[tokio::test(start_paused = true)]
async fn repeated_cursors_are_an_error() {
    let transfers = api(|_, after| {
        let next = if after == Some("one") { "two" } else { "one" };
        let id = format!("f-{}", after.unwrap_or_default());
        json!({"data": [file(&id, "f.mov")], "links": {"next": format!("/v4/x?after={next}")}})
    });
    let (paths, errors) = walked(transfers.walk("account", "root")).await;
    assert_eq!((paths.len(), errors), (3, vec![("/".into(), TransferErrorKind::Api)]));
    let directory = tempfile::tempdir().unwrap();
    let dry = DownloadTree::new("account", "root", directory.path()).dry_run(true);
    let summary = transfers.download_tree(dry).await.unwrap();
    assert_eq!((summary.failed.len(), summary.is_complete()), (1, false));
    let error = transfers.resolve("/W/P".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), TransferErrorKind::Api, "{error}");
}
