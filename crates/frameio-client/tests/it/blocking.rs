//! The blocking client.

use frameio::accounts::ListAccounts;
use frameio::folders::{CreateFolder, ListFolders};
use frameio::users::ShowCurrentUser;
use frameio::{Body, CallOptions, Catalog, ErrorKind, Operation, blocking};
use frameio_sim::{Sim, SimServer, samples};
use frameio_testing::script::{Script, response};
use http::Request;
use serde_json::json;
use tokio::runtime::Runtime;

fn client(sim: &Sim) -> blocking::Client {
    let client = frameio::Client::builder().token(Sim::TOKEN).transport(sim.clone());
    blocking::Client::new(client.build().unwrap()).unwrap()
}

/// Serves the simulator on a socket, on threads other than those that call.
fn served(sim: &Sim) -> (Runtime, SimServer, blocking::Client) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(sim.serve()).unwrap();
    let client = frameio::Client::builder().base_url(server.url()).token(Sim::TOKEN);
    // Without quotas, because the test runs in real time.
    let client = client.rate_limit(None).build().unwrap();
    let client = blocking::Client::new(client).unwrap();
    (runtime, server, client)
}

#[test]
fn sends_calls_and_reads_lists_over_a_socket() {
    let sim = Sim::builder().quotas(false).build();
    let (_runtime, _server, client) = served(&sim);
    let demo = sim.demo();
    assert_eq!(client.send(ShowCurrentUser::new()).unwrap().id, demo.user_id);
    let request = Request::get("/v4/me").body(Body::empty()).unwrap();
    assert_eq!(client.request(request).unwrap().status(), 200);

    let expected: Vec<_> = (0..5).map(|n| format!("folder {n}")).collect();
    for name in &expected {
        let folder = CreateFolder::new(&demo.account_id, &demo.root_folder_id).name(name);
        client.send(folder).unwrap();
    }
    let list = || ListFolders::new(&demo.account_id, &demo.root_folder_id).page_size(2);
    let names: Vec<_> = client.items(list()).map(|folder| folder.unwrap().name).collect();
    assert_eq!(names, expected);

    let mut pages = client.pages(list());
    assert_eq!(pages.next().unwrap().unwrap().data.len(), 2);
    let cursor = pages.cursor().unwrap().clone();
    assert_eq!(pages.map(|page| page.unwrap().data.len()).collect::<Vec<_>>(), [2, 1]);
    let rest = client.items(list().after(cursor)).map(|folder| folder.unwrap().name);
    assert_eq!(rest.collect::<Vec<_>>(), expected[2..]);
    let mut items = client.items(list().include_total_count(true));
    assert_eq!(items.total_count(), None);
    assert_eq!(items.next().unwrap().unwrap().name, "folder 0");
    assert_eq!(items.total_count(), Some(5));
}

#[test]
fn requests_a_page_when_it_is_needed() {
    let page = |next: &str| format!(r#"{{"data":[],"links":{{"next":{next}}}}}"#);
    let script = Script::new(move |calls, _| match calls {
        0 => response(200, &page(r#""/v4/accounts?after=b""#)),
        _ => response(200, &page("null")),
    });
    let client = frameio::Client::builder().token("t").transport(script.clone()).build().unwrap();
    let client = blocking::Client::new(client).unwrap();
    let mut pages = client.pages(ListAccounts::new());
    for requests in [1, 2] {
        assert!(pages.next().unwrap().is_ok());
        assert_eq!(script.requests().len(), requests);
    }
    assert!(pages.next().is_none());
}

#[test]
fn sends_json() {
    let operation = Operation::find("users.show").unwrap();
    let request = operation.request(&serde_json::Map::new(), &CallOptions::new()).unwrap();
    let sim = Sim::new();
    let user = client(&sim).send_json(request).unwrap();
    assert_eq!(user["data"]["id"], sim.demo().user_id.as_str());
}

#[test]
fn returns_the_errors_of_the_async_client() {
    let sim = Sim::new();
    let client = client(&sim);
    let error = client.send(CreateFolder::new("nowhere", "f").name("x")).unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let errors: Vec<_> = client.items(ListFolders::new("nowhere", "f")).collect();
    assert!(matches!(errors.as_slice(), [Err(error)] if error.is_not_found()), "{errors:?}");
}

#[test]
fn fails_on_a_repeated_cursor() {
    let looped = r#"{"data":[],"links":{"next":"/v4/accounts?after=again"}}"#;
    let script = Script::new(move |_, _| response(200, looped));
    let client = frameio::Client::builder().token("t").transport(script.clone()).build().unwrap();
    let client = blocking::Client::new(client).unwrap();
    let mut pages = client.pages(ListAccounts::new());
    assert!(pages.next().unwrap().is_ok() && pages.next().unwrap().is_ok());
    assert_eq!(pages.next().unwrap().unwrap_err().kind(), ErrorKind::Decode);
    assert!(pages.next().is_none());
    let items: Vec<_> = client.items(ListAccounts::new()).collect();
    assert!(matches!(items.as_slice(), [Err(error)] if error.kind() == ErrorKind::Decode));
    assert_eq!(script.requests().len(), 4);
}

#[test]
fn an_unusable_link_fails_after_the_items_of_its_page() {
    let body = json!({"data": [samples::account()], "links": {"next": 7}}).to_string();
    let script = Script::new(move |_, _| response(200, &body));
    let client = frameio::Client::builder().token("t").transport(script).build().unwrap();
    let client = blocking::Client::new(client).unwrap();
    let pages: Vec<_> = client.pages(ListAccounts::new()).collect();
    assert!(matches!(pages.as_slice(), [Ok(page), Err(_)] if page.data.len() == 1), "{pages:?}");
    let items: Vec<_> = client.items(ListAccounts::new()).collect();
    assert!(matches!(items.as_slice(), [Ok(_), Err(_)]), "{items:?}");
}

#[test]
fn threads_share_a_client() {
    let sim = Sim::builder().quotas(false).build();
    let (_runtime, _server, client) = served(&sim);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let client = client.clone();
            scope.spawn(move || {
                for _ in 0..10 {
                    client.send(ShowCurrentUser::new()).unwrap();
                }
            });
        }
    });
    assert_eq!(sim.requests().len(), 40);
}

#[test]
fn fails_inside_a_runtime_and_names_the_alternative() {
    let sim = Sim::new();
    let outside = client(&sim);
    let inside = frameio::Client::builder().token(Sim::TOKEN).transport(sim.clone());
    let inside = inside.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let kept = runtime.block_on(async {
        let errors = [
            outside.send(ShowCurrentUser::new()).unwrap_err(),
            outside.items(ListFolders::new("a", "f")).next().unwrap().unwrap_err(),
            blocking::Client::new(inside).unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Misuse, 0));
            assert!(error.to_string().contains("std::thread"), "{error}");
        }
        let kept = outside.clone();
        // The other handle, and after the end of this block the last, may be dropped anywhere.
        drop(outside);
        kept
    });
    assert!(sim.requests().is_empty(), "nothing was sent");
    kept.send(ShowCurrentUser::new()).unwrap();
    runtime.block_on(async move { drop(kept) });
}

#[test]
fn an_iteration_ends_after_a_misuse_error() {
    let sim = Sim::new();
    let client = client(&sim);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut items = client.items(ListFolders::new("a", "f"));
    let mut pages = client.pages(ListFolders::new("a", "f"));
    runtime.block_on(async {
        assert_eq!(items.by_ref().take(100).filter(Result::is_err).count(), 1);
        assert_eq!(pages.by_ref().take(100).filter(Result::is_err).count(), 1);
    });
}

#[test]
fn a_page_that_may_be_incomplete_is_an_error_if_strict() {
    let script = Script::new(|_, _| response(200, r#"{"data":null}"#));
    let client = frameio::Client::builder().token("t").transport(script).build().unwrap();
    let client = blocking::Client::new(client).unwrap();
    let (items, pages) =
        (|| client.items(ListAccounts::new()), || client.pages(ListAccounts::new()));
    assert!(items().next().is_none() && pages().next().unwrap().is_ok());
    let errors = [
        items().strict(true).next().unwrap().unwrap_err(),
        pages().strict(true).next().unwrap().unwrap_err(),
    ];
    assert_eq!(errors.map(|error| error.kind()), [ErrorKind::Decode; 2]);
}
