//! Responses that deviate from the documentation, as the client decodes and reports them.

use frameio::accounts::ListAccounts;
use frameio::files::{DeleteFile, ListFiles, ShowFile};
use frameio::users::ShowCurrentUser;
use frameio::{Client, Endpoint, EndpointExt, ErrorKind, Json};
use frameio_testing::script::{Script, response};
use frameio_testing::traced::Traced;
use http::HeaderValue;
use serde_json::{Value, json};

fn client(body: &str) -> Client {
    let body = body.to_owned();
    let script = Script::new(move |_, _| response(200, &body));
    Client::builder().token("t").transport(script).build().unwrap()
}

/// Returns a client whose responses have the given content type.
fn client_of(kind: &'static str, body: &'static str) -> Client {
    let script = Script::new(move |_, _| {
        let mut response = response(200, body);
        response.headers_mut().insert("content-type", HeaderValue::from_static(kind));
        response
    });
    Client::builder().token("t").transport(script).build().unwrap()
}

fn file(id: &str) -> Value {
    json!({
        "id": id, "name": id, "type": "file", "status": "created", "media_type": null,
        "file_size": 1, "parent_id": "d", "project_id": "p", "view_url": "https://x",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    })
}

fn page(files: &[Value]) -> String {
    json!({"data": files, "links": {"next": null}}).to_string()
}

#[tokio::test]
async fn repairs_deviating_values_of_a_page() {
    let odd = page(&[file("a"), file("b")])
        .replacen(r#""file_size":1"#, r#""file_size":1.0034576983313e+14"#, 1)
        .replacen("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5", 2)
        .replacen(r#""name":"b""#, r#""name":"cut \ud83d""#, 1)
        .replace(r#","links":{"next":null}"#, "");
    let (traced, _guard) = Traced::capture();
    let page = client(&odd).send(ListFiles::new("1", "d")).await.unwrap();
    let a = page.data[0].as_file().unwrap();
    assert_eq!(a.file_size, 100_345_769_833_130);
    assert_eq!(a.created_at.to_string(), "2026-01-01T00:00:00.5Z");
    assert_eq!(page.data[1].name(), "cut \u{fffd}");
    assert_eq!(page.next_cursor(), Ok(None));

    let trace = traced.text();
    for (repair, path) in [
        ("whole_number", "data[0].file_size"),
        ("missing_offset", "data[0].created_at"),
        ("lone_surrogate", "data[1].name"),
        ("missing_links", "."),
    ] {
        let event = trace.lines().find(|line| line.contains(&format!("repair=\"{repair}\"")));
        let event = event.unwrap_or_else(|| panic!("{repair}: {trace}"));
        assert!(event.contains("WARN") && event.contains("decode.repaired"), "{event}");
        assert!(event.contains("operation=\"files.list\""), "{event}");
        assert!(event.contains(&format!("path=\"{path}\"")), "{event}");
    }
}

#[tokio::test]
async fn a_correct_response_emits_no_event() {
    let (traced, _guard) = Traced::capture();
    client(&page(&[file("a")])).send(ListFiles::new("1", "d")).await.unwrap();
    assert!(!traced.text().contains("decode."), "{}", traced.text());
}

#[tokio::test]
async fn null_for_a_list_and_an_empty_link_end_a_list() {
    for body in [
        r#"{"data":null,"links":{}}"#,
        r#"{"data":[],"links":null}"#,
        r#"{"data":[],"links":{"next":""}}"#,
        "\u{feff}{\"data\":[],\"links\":{}}",
    ] {
        let mut accounts = client(body).items(ListAccounts::new());
        assert!(accounts.next().await.is_none(), "{body}");
    }
}

#[tokio::test]
async fn raw_responses_are_not_repaired() {
    let body = "\u{feff}{\"data\":null}";
    let raw = client(body).send(ListAccounts::new().raw()).await.unwrap();
    assert_eq!(raw.body(), body.as_bytes());
    let reply = client(body).send(ListAccounts::new().with_meta()).await.unwrap();
    assert!(reply.value.data.is_empty());
}

#[tokio::test]
async fn an_item_that_cannot_be_decoded_fails_its_page_unless_it_is_skipped() {
    let mut odd = file("b");
    odd["name"] = json!(7);
    let body = page(&[file("a"), odd, Value::Null, file("c")]);
    let client = client(&body);
    let request = || ListFiles::new("1", "d");
    let error = client.items(request()).next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("at `data[2]`: invalid type: null"), "{error}");

    let (traced, _guard) = Traced::capture();
    let mut items = client.items(request()).skip_undecodable(true);
    assert!(items.take_skipped().is_empty(), "before the first page");
    let mut names = Vec::new();
    while let Some(item) = items.next().await {
        names.push(item.unwrap().name().to_owned());
    }
    assert_eq!(names, ["a", "c"]);
    let skipped = items.take_skipped();
    let found: Vec<_> = skipped.iter().map(|it| (it.id.as_deref(), &*it.error.path)).collect();
    assert_eq!(found, [(Some("b"), "data[1].name"), (None, "data[2]")]);
    assert!(items.take_skipped().is_empty(), "each once");
    assert!(traced.text().contains("decode.skipped"), "{}", traced.text());
    assert_eq!(client.send(request()).await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_unrepairable_response_fails_with_the_original_body() {
    let odd = json!({"data": file("a")}).to_string().replace(":1,", ":1.5,");
    let error = client(&odd).send(ShowFile::new("1", "a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.body(), odd.as_bytes());
    assert!(error.to_string().contains("floating point `1.5`"), "{error}");
    let error = client(r#"{"data":null}"#).send(ShowCurrentUser::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

/// A response without content is not checked, except for the page of a proxy that has kept the request.
#[tokio::test]
async fn an_html_page_is_not_a_success_without_content() {
    let delete = || DeleteFile::new("1", "a");
    for (kind, body) in [
        ("application/json", "<html><body>Please sign in</body></html>"),
        ("application/json", "\u{feff}\n<!DOCTYPE html>"),
        ("text/html; charset=utf-8", "<!-- portal --><p>Please sign in"),
    ] {
        let error = client_of(kind, body).send(delete()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.to_string().contains("the response is an HTML page, not JSON"), "{error}");
        let error = client_of(kind, body).send(delete().with_meta()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
    for (kind, body) in
        [("text/html", ""), ("text/html", "\n"), ("text/plain", "OK"), ("application/json", "{}")]
    {
        client_of(kind, body).send(delete()).await.unwrap();
    }
}

#[derive(Endpoint)]
#[endpoint(GET "/v4/moods", id = "moods.list", response = Json<Value>, quota = "10/min")]
struct ListMoods {}

#[derive(Debug, serde::Deserialize)]
struct Mood {
    weight: f64,
    settings: Value,
}

#[derive(Endpoint)]
#[endpoint(GET "/v4/mood", id = "moods.show", response = Json<Mood>, quota = "10/min")]
struct ShowMood {}

#[tokio::test]
async fn numbers_in_untyped_parts_of_custom_responses_keep_their_digits() {
    let large = "123456789012345678901234567890";
    let (traced, _guard) = Traced::capture();
    let body = format!(r#"{{"data":[{{"n":{large}}},{{"n":7}},{{"n":-{large}}}]}}"#);
    let moods = client(&body).send(ListMoods::new()).await.unwrap().0;
    let minus = format!("-{large}");
    assert_eq!(moods, json!({"data": [{"n": large}, {"n": 7}, {"n": minus}]}));
    let trace = traced.text();
    assert!(trace.contains("repair=\"large_number\"") && trace.contains("count=2"), "{trace}");

    let body = format!(r#"{{"weight":1e30,"settings":{{"n":{large}}}}}"#);
    let mood = client(&body).send(ShowMood::new()).await.unwrap().0;
    assert_eq!((mood.weight, mood.settings), (1e30, json!({"n": large})));
}
