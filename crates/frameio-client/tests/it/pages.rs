//! Pagination: the request of each page, the end of a list, and failures.

use frameio_testing::script;

use frameio::accounts::{Account, ListAccounts};
use std::time::Duration;

use frameio::endpoint::CursorGuard;
use frameio::{Body, CallOptions, Client, EndpointExt, Error, ErrorKind, Page};
use futures_util::{StreamExt, TryStreamExt};
use http::{Request, Response};
use script::{Script, response};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Creates a page of accounts with these names and a link to the next page.
fn page(names: &[&str], next: Option<&str>) -> Response<Body> {
    let accounts: Vec<_> = names
        .iter()
        .map(|name| {
            serde_json::json!({
                "id": name, "display_name": name, "roles": [], "storage_usage": 0,
                "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            })
        })
        .collect();
    let next = next.map(|cursor| format!("/v4/accounts?after={cursor}"));
    let page = serde_json::json!({"data": accounts, "links": {"next": next}, "total_count": 3});
    response(200, &page.to_string())
}

fn client(script: &Script) -> Client {
    Client::builder().token("t").transport(script.clone()).build().unwrap()
}

fn request() -> ListAccounts {
    ListAccounts::new().sort("display_name_asc").page_size(2).include_total_count(true)
}

fn query(script: &Script) -> Vec<String> {
    script.requests().iter().map(|request| request.uri.query().unwrap().to_owned()).collect()
}

fn name(account: Account) -> String {
    account.display_name
}

static_assertions::assert_impl_all!(frameio::Pages<ListAccounts>: Send, Unpin, futures_util::Stream);
static_assertions::assert_impl_all!(frameio::Items<ListAccounts>: Send, Unpin, futures_util::Stream);

#[tokio::test]
async fn sends_all_parameters_for_every_page() {
    let script = Script::new(|n, _| match n {
        0 => page(&["a", "b"], Some("c1%3D")),
        1 => page(&[], Some("c2")),
        _ => page(&["c"], None),
    });
    let mut items = client(&script).items(request());
    let mut names = Vec::new();
    while let Some(account) = items.next().await {
        names.push(name(account.unwrap()));
    }
    assert_eq!(names, ["a", "b", "c"], "an empty page does not end the list");
    assert_eq!(items.total_count(), Some(3));
    let rest = "page_size=2&include_total_count=true";
    assert_eq!(
        query(&script),
        [
            format!("sort=display_name_asc&{rest}"),
            format!("sort=display_name_asc&after=c1%3D&{rest}"),
            format!("sort=display_name_asc&after=c2&{rest}"),
        ]
    );
    assert!(items.next().await.is_none(), "returns None repeatedly");
}

#[tokio::test]
async fn keeps_the_cursor_after_a_failed_page() {
    let script = Script::new(|n, _| match n {
        0 => page(&["a"], Some("c1")),
        1 => response(403, r#"{"errors":[{"detail":"no more"}]}"#),
        _ => page(&["b"], None),
    });
    let client = client(&script);
    let mut pages = client.pages(request());
    assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 1);
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "accounts.index: 403 Forbidden: no more (1 attempt)");
    let cursor = pages.cursor().unwrap().clone();
    assert!(pages.next().await.is_none(), "the stream ends after an error");
    let rest: Vec<_> =
        client.items(request().after(cursor)).map_ok(name).try_collect().await.unwrap();
    assert_eq!(rest, ["b"]);
}

/// Creates a script whose pages link to each other in a cycle of `period` pages.
fn endless(period: usize) -> Script {
    Script::new(move |n, _| page(&["x"], Some(&format!("c{}", n % period))))
}

#[tokio::test]
async fn detects_cycles_of_pages() {
    for period in 1..=3 {
        let script = endless(period);
        let mut pages = client(&script).pages(request());
        for _ in 0..=period {
            pages.next().await.unwrap().unwrap();
        }
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "period {period}");
        assert!(error.to_string().contains("repeats an earlier page"), "{error}");
        assert_eq!(pages.cursor(), None, "the list cannot be resumed");
        assert!(pages.next().await.is_none());
        assert_eq!(script.requests().len(), period + 1, "no page is requested twice");

        let items = client(&endless(period)).items(request());
        let names: Vec<_> = items.map(|account| account.map(name).ok()).collect().await;
        let expected: Vec<_> = vec![Some("x".to_owned()); period + 1];
        assert_eq!(names, [expected, vec![None]].concat(), "period {period}");
    }
}

#[tokio::test]
async fn detects_a_page_that_links_to_itself() {
    let script = Script::new(|_, _| page(&["x"], Some("c1")));
    let mut items = client(&script).items(request().after("c1"));
    assert!(items.next().await.unwrap().is_ok());
    assert!(items.next().await.unwrap().is_err());
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test]
async fn an_empty_link_ends_the_list() {
    let last = r#"{"data":[],"links":{"next":""}}"#;
    let script = Script::new(move |_, _| response(200, last));
    let mut pages = client(&script).pages(request());
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.is_none());
    assert_eq!(script.requests().len(), 1);
}

/// Creates a script whose first page has `links` of any form, and whose second page is the last one.
fn with_links(links: &Value) -> Script {
    let first = page(&["a", "b"], None);
    let mut first: Value = serde_json::from_slice(first.body().as_bytes().unwrap()).unwrap();
    first["links"] = links.clone();
    let first = first.to_string();
    Script::new(move |n, _| if n == 0 { response(200, &first) } else { page(&["c"], None) })
}

#[tokio::test]
async fn an_unusable_link_fails_after_the_items_of_its_page() {
    for links in [
        json!({"next": "/v4/accounts?page=2"}),
        json!({"next": "/v4/accounts?after=%ff"}),
        json!({"next": "::"}),
        json!({"next": 7}),
        json!({"next": {"href": "/v4/accounts?after=c1"}}),
        json!(["/v4/accounts?after=c1"]),
    ] {
        let unusable = |error: Error| {
            assert_eq!(error.kind(), ErrorKind::Decode, "{links}");
            assert!(error.to_string().contains("`links.next`"), "{error}");
        };
        for prefetch in [false, true] {
            let script = with_links(&links);
            let mut pages = client(&script).pages(request()).strict(true).prefetch(prefetch);
            assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 2, "{links}");
            assert_eq!(pages.cursor(), None, "{links}");
            unusable(pages.next().await.unwrap().unwrap_err());
            assert!(pages.next().await.is_none());

            assert_eq!(script.requests().len(), 1, "{links}");

            let script = with_links(&links);
            let mut items = client(&script).items(request()).prefetch(prefetch);
            for expected in ["a", "b"] {
                assert_eq!(name(items.next().await.unwrap().unwrap()), expected, "{links}");
            }
            unusable(items.next().await.unwrap().unwrap_err());
            assert!(items.next().await.is_none());
            assert_eq!(script.requests().len(), 1, "{links}");
        }
        let page = client(&with_links(&links)).send(request().with_meta()).await.unwrap().value;
        assert_eq!((page.data.len(), page.next_cursor().is_err()), (2, true), "{links}");
    }
}

/// Reads a list as the documentation of `raw` shows.
#[tokio::test]
async fn raw_pages_are_read_with_a_guard() {
    let script = with_links(&json!({"next": "/v4/accounts?after=c1"}));
    let (client, mut request) = (client(&script), request());
    let (mut names, mut guard) = (Vec::new(), CursorGuard::for_request(&request));
    // More than there are.
    for _ in 0..9 {
        let response = client.send(request.clone().raw()).await.unwrap();
        let page: Page<Value> = serde_json::from_slice(response.body()).unwrap();
        names.extend(page.data.iter().map(|account| account["display_name"].clone()));
        match guard.next_cursor(&page).unwrap() {
            Some(cursor) => request = request.after(cursor),
            None => break,
        }
    }
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(
        query(&script)[1],
        "sort=display_name_asc&after=c1&page_size=2&include_total_count=true"
    );
}

/// Only the cursor of a link is used.
#[tokio::test]
async fn a_link_to_another_origin_is_not_followed() {
    let elsewhere = json!({"next": "https://elsewhere.example/v4/other?after=c1"});
    let script = with_links(&elsewhere);
    let names: Vec<_> = client(&script).items(request()).map_ok(name).try_collect().await.unwrap();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(
        script.urls()[1],
        "https://api.frame.io/v4/accounts?sort=display_name_asc&after=c1&page_size=2\
         &include_total_count=true"
    );
}

#[tokio::test]
async fn prefetches_the_next_page() {
    let script = Script::new(|n, _| page(&["x"], (n == 0).then_some("c1")));
    let mut pages = client(&script).pages(request());
    pages.next().await.unwrap().unwrap();
    assert_eq!(script.requests().len(), 2, "the next page is requested in advance");
    pages.next().await.unwrap().unwrap();
    assert!(pages.next().await.is_none());
    assert_eq!(script.requests().len(), 2);

    let script = Script::new(|n, _| page(&["x"], (n == 0).then_some("c1")));
    let mut pages = client(&script).pages(request()).prefetch(false);
    pages.next().await.unwrap().unwrap();
    assert_eq!(script.requests().len(), 1);
    assert_eq!(pages.count().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_was_requested_ahead_of_slow_work_is_requested_again() {
    let script = Script::new(|n, _| page(&["x"], ["c1", "c2", "c3"].get(n).copied()));
    let requests = script.clone();
    // The response takes two steps, so that one poll after a long pause does not finish it.
    let slow = tower::service_fn(move |request: Request<Body>| {
        let respond = script.clone().oneshot(request);
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            respond.await
        }
    });
    let deadline = CallOptions::new().deadline(Duration::from_secs(1));
    let mut pages = Client::from_service(slow).pages(request().options(deadline));
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.unwrap();
        count += 1;
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    assert_eq!((count, requests.requests().len()), (4, 4));
}

#[tokio::test]
async fn pages_with_meta_can_be_spawned() {
    let script = Script::new(|n, _| page(&["x", "y"], (n == 0).then_some("c1")));
    let pages = client(&script).pages(request().with_meta());
    let statuses = tokio::spawn(pages.map_ok(|reply| reply.status).try_collect::<Vec<_>>());
    assert_eq!(statuses.await.unwrap().unwrap(), [200, 200]);
}
