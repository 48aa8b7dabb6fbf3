//! Encoding of endpoints and their wrappers, and decoding of responses.

use std::time::Duration;

use bytes::Bytes;
use frameio_core::encode::PathArgs;
use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, Call, CallLimits, CallOptions, Cursor, CursorGuard, EncodeError, Endpoint,
    EndpointExt, EventType, FileId, FromResponse, Operation, Page, Paged, Patch, Quota, Reply,
    encode,
};
use http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

frameio_core::open_enum! {
    /// Related resources.
    pub enum Include {
        /// User who created the thing.
        Creator = "creator",
        /// Media links.
        Links = "media_links.original",
    }
}

frameio_core::model! {
    /// A thing.
    pub struct Thing {
        /// Name.
        pub name: String,
        /// Kind.
        pub kind = "type": Option<Include>,
    }
}
frameio_core::response_types! { Thing: one, page }

/// Lists things.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file_id}/things",
    id = "things.index", response = Page<Thing>, quota = "5/s",
)]
#[non_exhaustive]
pub struct ListThings {
    /// Account.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// File.
    #[endpoint(path)]
    pub file_id: FileId,
    /// Related resources to include.
    #[endpoint(query)]
    pub include: Option<Vec<Include>>,
    /// Text.
    #[endpoint(query)]
    pub search: Option<String>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Updates a thing.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/thing",
    id = "things.update", response = Thing, quota = "10/min", api_version = "4.0",
)]
#[non_exhaustive]
pub struct UpdateThing {
    /// Account.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Name.
    #[endpoint(body, len = 1..=3)]
    pub name: String,
    /// Flag.
    #[endpoint(body)]
    pub done: Option<bool>,
    /// Page.
    #[endpoint(body, range = 1..=10)]
    pub page: Patch<u32>,
    /// Note.
    #[endpoint(body)]
    pub note: Patch<String>,
}

fn url(endpoint: &impl Endpoint) -> String {
    encode(endpoint).unwrap().uri().to_string()
}

fn body(endpoint: &impl Endpoint) -> String {
    let request = encode(endpoint).unwrap();
    String::from_utf8(request.body().as_bytes().unwrap().to_vec()).unwrap()
}

#[test]
fn an_id_with_reserved_characters_is_one_segment() {
    let request = ListThings::new("adobe:urn:aaid:1", "adobe:urn:aaid:sc:US:9/../x|2");
    assert_eq!(
        url(&request),
        "/v4/accounts/adobe%3Aurn%3Aaaid%3A1/files/adobe%3Aurn%3Aaaid%3Asc%3AUS%3A9%2F..%2Fx%7C2/things"
    );
    for empty in ["", ".", ".."] {
        let error = encode(&ListThings::new("a", empty)).unwrap_err();
        assert_eq!(error.field, "file_id", "{error}");
    }
}

#[test]
fn queries_omit_unset_parameters_and_join_lists() {
    assert_eq!(url(&ListThings::new("a", "f")), "/v4/accounts/a/files/f/things");
    let request = ListThings::new("a", "f")
        .include([Include::Links, Include::Creator, "from the future".into()])
        .search("a&b=c d+é")
        .after("g3=&")
        .page_size(100)
        .include_total_count(true);
    assert_eq!(
        url(&request),
        "/v4/accounts/a/files/f/things?include=media_links.original,creator,from%20the%20future\
         &search=a%26b%3Dc%20d%2B%C3%A9&after=g3%3D%26&page_size=100&include_total_count=true"
    );
    let error = encode(&ListThings::new("a", "f").page_size(101)).unwrap_err();
    assert_eq!(error.to_string(), "`page_size` is 101, expected 1 to 100");
    assert_eq!(url(&ListThings::new("a", "f").include([])), "/v4/accounts/a/files/f/things");
}

#[test]
fn a_patch_distinguishes_keep_clear_and_set() {
    let update = UpdateThing::new("a", "n");
    assert_eq!(body(&update), r#"{"data":{"name":"n"}}"#);
    assert_eq!(
        body(&update.clone().done(false).page(3).note("\"hi\"")),
        r#"{"data":{"name":"n","done":false,"page":3,"note":"\"hi\""}}"#
    );
    assert_eq!(
        body(&update.clone().page(None).note(None)),
        r#"{"data":{"name":"n","page":null,"note":null}}"#
    );
    assert_eq!(body(&update.clone().page(3).page(Patch::Keep)), r#"{"data":{"name":"n"}}"#);
    let limit = |update: UpdateThing| encode(&update).unwrap_err().to_string();
    assert_eq!(limit(update.page(11)), "`page` is 11, expected 1 to 10");
    assert_eq!(limit(UpdateThing::new("a", "äöüß")), "`name` has 4 characters, expected 1 to 3",);
    assert!(encode(&UpdateThing::new("a", "äöü")).is_ok(), "characters, not bytes");
}

#[test]
fn a_request_names_its_operation_account_and_version() {
    let request = encode(&UpdateThing::new("acc", "n")).unwrap();
    let call = request.extensions().get::<Call>().unwrap();
    assert_eq!((call.operation.id, call.account.as_deref()), ("things.update", Some("acc")));
    assert_eq!(request.headers()["api-version"], "4.0");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(encode(&ListThings::new("a", "f")).unwrap().headers().len(), 0);
}

#[test]
fn a_url_beyond_the_maximum_length_is_an_error() {
    let error = encode(&ListThings::new("a", "f").search("x".repeat(70_000))).unwrap_err();
    assert_eq!(error.field, "url");
}

/// Returns URL, headers and limits of a request, as a stack sees them.
fn seen(request: &Request<frameio_core::Body>) -> (String, String, Option<CallLimits>) {
    let header =
        |name| request.headers().get(name).map_or("", |v: &http::HeaderValue| v.to_str().unwrap());
    let headers = format!("{},{}", header("x-a"), header("x-b"));
    (request.uri().to_string(), headers, request.extensions().get().copied())
}

#[test]
fn wrappers_can_be_combined_in_any_order() {
    let request = || ListThings::new("a", "f").page_size(7);
    let second = Duration::from_secs(1);
    let options = CallOptions::new;
    let one = request().options(options().timeout(second)).with_meta();
    let one = one.options(options().header("x-a", "1").max_retries(0)).raw();
    let two = request().raw().options(options().max_retries(0).header("x-a", "1").timeout(second));
    let three = request().options(options().header("x-a", "0").max_retries(5));
    let three = three.options(options().header("x-a", "1").max_retries(0));
    let three = three.with_meta().options(options().timeout(second)).raw();
    let one = seen(&encode(&one).unwrap());
    assert_eq!(one, seen(&encode(&two).unwrap()));
    assert_eq!(one, seen(&encode(&three).unwrap()));
    assert_eq!(one.2.unwrap().timeout, Some(second));
    assert_eq!(one.2.unwrap().max_retries, Some(0));

    let refused = |options| encode(&request().options(options).raw()).unwrap_err();
    let error = refused(options().header("no header", "x"));
    assert_eq!(error.to_string(), "`header` has the invalid name 'no header'");
    let error = refused(options().header("x-a", "line\nbreak"));
    assert_eq!(error.to_string(), "`header` 'x-a' has a value with an invalid character");
}

#[test]
fn a_wrapped_request_is_encoded_and_checked_like_the_plain_one() {
    let plain = encode(&UpdateThing::new("a", "x")).unwrap();
    let body = plain.body().as_bytes().unwrap().to_vec();
    assert!(!body.is_empty());
    let request = || UpdateThing::new("a", "x");
    let wrapped = [
        encode(&request().options(CallOptions::new())),
        encode(&request().raw()),
        encode(&request().with_meta()),
    ];
    for wrapped in wrapped {
        let wrapped = wrapped.unwrap();
        assert_eq!(wrapped.uri(), plain.uri());
        assert_eq!(wrapped.body().as_bytes(), Some(&*body));
    }
    let long = || UpdateThing::new("a", "too long");
    let refused = [
        encode(&long().options(CallOptions::new())),
        encode(&long().raw()),
        encode(&long().with_meta()),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().field, "name");
    }
    let limits = CallOptions::new().max_retries(3).limits();
    assert_eq!((limits.max_retries, limits.timeout), (Some(3), None));
}

#[test]
fn a_wrapped_list_is_still_paged() {
    fn second_page<E: Paged>(request: E) -> String {
        url(&request.after("c2".into()))
    }
    let request = ListThings::new("a", "f").page_size(7);
    let plain = second_page(request.clone());
    assert_eq!(plain, "/v4/accounts/a/files/f/things?after=c2&page_size=7");
    assert_eq!(second_page(request.with_meta().options(CallOptions::new().max_retries(1))), plain);
}

#[test]
fn unchecked_skips_documented_limits_for_every_wrapper() {
    let unchecked = |unchecked| CallOptions::new().unchecked(unchecked);
    let large = || ListThings::new("a", "f").page_size(101);
    let sent = |request: Result<Request<_>, EncodeError>| request.map(|it| it.uri().to_string());
    let url = Ok("/v4/accounts/a/files/f/things?page_size=101".to_owned());
    assert_eq!(sent(encode(&large().options(unchecked(true)))), url);
    assert_eq!(sent(encode(&large().options(unchecked(true)).with_meta().raw())), url);
    assert_eq!(sent(encode(&large().raw().options(unchecked(true)))), url);
    // The outer value takes precedence, if it is set.
    let outer_off = large().options(unchecked(true)).options(unchecked(false));
    assert_eq!(encode(&outer_off).unwrap_err().field, "page_size");
    assert_eq!(sent(encode(&large().options(unchecked(false)).options(unchecked(true)))), url);
    assert_eq!(sent(encode(&large().options(unchecked(true)).options(CallOptions::new()))), url);

    let no_id = ListThings::new("", "f").options(unchecked(true));
    assert_eq!(encode(&no_id).unwrap_err().field, "account_id");
    let header = large().options(unchecked(true).header("x-a", "\n"));
    assert_eq!(encode(&header).unwrap_err().field, "header");
}

#[test]
fn invalid_requests_are_rejected_even_if_unchecked() {
    #[derive(Clone, Debug)]
    struct Update(&'static str);

    impl Endpoint for Update {
        type Response = ();
        const OPERATION: &'static Operation =
            &Operation::new("x.update", Method::PATCH, "/x", Quota::per_second(1));

        fn path_args(&self, _: &mut PathArgs<'_>) {}

        fn check(&self, limits: &mut Limits) {
            limits.check("name", &self.0.to_owned(), 0..=3);
        }

        fn validate(&self) -> Result<(), EncodeError> {
            match self.0 {
                "same" => Err(EncodeError::new("data", "changes nothing")),
                _ => Ok(()),
            }
        }
    }

    let refused = |error: EncodeError| error.to_string();
    let both = encode(&Update("same").with_meta()).map_err(refused);
    assert_eq!(
        both.unwrap_err(),
        "`name` has 4 characters, expected 0 to 3; `data` changes nothing",
    );
    for wrapped in [
        encode(&Update("same").options(CallOptions::new().unchecked(true)).with_meta()),
        encode(&Update("same").raw().options(CallOptions::new().unchecked(true))),
    ] {
        assert_eq!(wrapped.map_err(refused).unwrap_err(), "`data` changes nothing");
    }
    assert!(encode(&Update("new")).is_ok());
}

#[test]
fn a_cursor_guard_includes_the_cursor_of_the_request() {
    let page = |next: &str| {
        let json = format!(r#"{{"data":[],"links":{{"next":"/v4/things?after={next}"}}}}"#);
        serde_json::from_str::<Page<Thing>>(&json).unwrap()
    };
    let mut from_cursor = CursorGuard::for_request(&ListThings::new("a", "f").after("c1"));
    assert_eq!(from_cursor.next_cursor(&page("c2")).unwrap().unwrap().as_str(), "c2");
    assert_eq!(from_cursor.next_cursor(&page("c1")).unwrap_err().path, "links.next");
    let mut from_start = CursorGuard::for_request(&ListThings::new("a", "f").page_size(7));
    assert!(from_start.next_cursor(&page("c1")).is_ok());
}

#[test]
fn a_raw_response_keeps_status_headers_and_body() {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status = StatusCode::CREATED;
    parts.headers.insert("x-a", "1".parse().unwrap());
    let raw = Response::<Bytes>::from_response(&parts, Bytes::from("not JSON")).unwrap();
    assert_eq!((raw.status(), raw.body().as_ref()), (StatusCode::CREATED, &b"not JSON"[..]));
    assert_eq!(raw.headers()["x-a"], "1");
}

#[test]
fn with_meta_returns_status_headers_and_rate_limit() {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status = StatusCode::CREATED;
    for (name, value) in [("limit", "100"), ("remaining", "99"), ("window", "60000")] {
        let name = http::HeaderName::try_from(format!("x-ratelimit-{name}")).unwrap();
        parts.headers.insert(name, value.parse().unwrap());
    }
    let json = Bytes::from(
        r#"{"data":[{"name":"x","type":"new","y":[1]}],"links":{"next":"/v4/x?a=1&after=g%3D"},"total_count":3,"z":0}"#,
    );
    let reply = Reply::<Page<Thing>>::from_response(&parts, json.clone()).unwrap();
    assert_eq!((reply.status, reply.attempts), (StatusCode::CREATED, 1));
    let limit = reply.rate_limit.unwrap();
    assert_eq!((limit.limit, limit.remaining), (100, Some(99)));
    assert_eq!(limit.window, Some(Duration::from_secs(60)));
    let page = reply.value;
    assert_eq!(page.next_cursor().unwrap().unwrap().as_str(), "g=");
    assert_eq!(page.data[0].kind, Some(Include::Other("new".into())));
    let written = serde_json::to_value(&page).unwrap();
    assert_eq!(written, serde_json::from_slice::<serde_json::Value>(&json).unwrap());
}

#[test]
fn a_page_without_a_link_is_the_last_and_a_link_needs_a_cursor() {
    let page = |next: &str| {
        let json = format!(r#"{{"data":[],"links":{{"next":{next}}}}}"#);
        serde_json::from_str::<Page<Thing>>(&json).unwrap().next_cursor()
    };
    for end in ["null", r#""""#] {
        assert_eq!(page(end), Ok(None));
    }
    for broken in
        [r#""/v4/x""#, r#""/v4/x?page_size=1""#, r#""/v4/x?after=""#, r#""/v4/x?after=%FF""#]
    {
        assert_eq!(page(broken).unwrap_err().path, "links.next", "{broken}");
    }
}

#[test]
fn decode_errors_have_the_path_of_the_field() {
    let decode = |json: &'static str| {
        let (parts, ()) = Response::new(()).into_parts();
        Page::<Thing>::from_response(&parts, Bytes::from(json)).unwrap_err()
    };
    let error = decode(r#"{"data":[{"name":"a"},{"name":null}],"links":{}}"#);
    assert_eq!(error.path, "data[1].name", "{error}");
    let error = decode(r#"{"data":[{}],"links":{}}"#);
    assert_eq!((error.path.as_str(), error.message.contains("`name`")), ("data[0]", true));
    let error = decode(r#"{"data":[]}"#);
    assert!(error.message.contains("`links`"), "{error}");
    let error = decode(r#"{"data":[{"name":"a"}],"#);
    assert!(error.message.contains("the response is incomplete"), "{error}");
}

#[test]
fn limit_errors_use_the_names_in_json() {
    /// Renames a kind of things.
    #[derive(Clone, Debug, Endpoint)]
    #[endpoint(PATCH "/v4/kind", id = "kinds.rename", response = (), quota = "5/s")]
    struct RenameKind {
        #[endpoint(query, name = "kind", range = 1..=9)]
        which: Option<u32>,
        #[endpoint(body, name = "type", len = 1..=3)]
        kind: Option<String>,
        #[endpoint(body, name = "event_types")]
        events: Option<Vec<EventType>>,
    }

    let twice = [EventType::FileReady, EventType::FileReady];
    let error = encode(&RenameKind::new().which(0).kind("long").events(twice)).unwrap_err();
    let fields: Vec<_> = error.more.iter().map(|error| &*error.field).collect();
    assert_eq!((&*error.field, fields), ("kind", vec!["type", "event_types[1]"]));
}

#[test]
fn a_request_can_be_checked_as_a_whole() {
    /// Moves a thing.
    #[derive(Clone, Debug, Endpoint)]
    #[endpoint(POST "/v4/things/move", id = "things.move", response = (), quota = "5/s")]
    struct MoveThing {
        #[endpoint(body, range = 1..=9)]
        from: u32,
        #[endpoint(body, range = 1..=9)]
        to: u32,
    }

    impl Check for MoveThing {
        fn check(&self, limits: &mut Limits) {
            if self.from == self.to {
                limits.refuse(EncodeError::new("to", "must differ from `from`"));
            }
        }
    }

    assert!(encode(&MoveThing::new(1, 2)).is_ok());
    let error = encode(&MoveThing::new(2, 2)).unwrap_err().to_string();
    assert_eq!(error, "`to` must differ from `from`");
    let all = encode(&MoveThing::new(0, 0)).unwrap_err();
    let fields: Vec<_> = all.more.iter().map(|error| &*error.field).collect();
    assert_eq!((&*all.field, fields), ("from", vec!["to", "to"]));
}

frameio_core::model! {
    /// Model with a field that is deserialized as another type.
    pub struct Initial {
        /// One character in JSON.
        pub letter: u32 as char,
    }
}

#[test]
fn a_field_can_be_deserialized_as_another_type() {
    let read = serde_json::from_str::<Initial>;
    assert_eq!(read(r#"{"letter":"A"}"#).unwrap().letter, 65);
    let error = read(r#"{"letter":65}"#).unwrap_err().to_string();
    assert!(error.contains("expected a character"), "{error}");
    let error = read("{}").unwrap_err().to_string();
    assert!(error.contains("missing field `letter`"), "{error}");
}

proptest! {
    #[test]
    fn any_id_round_trips_through_its_segment(account in "\\PC{1,40}", file in "\\PC{1,40}") {
        prop_assume!(![".", ".."].contains(&account.as_str()));
        prop_assume!(![".", ".."].contains(&file.as_str()));
        let url = url(&ListThings::new(account.as_str(), file.as_str()));
        let segments: Vec<_> = url.split('/').collect();
        prop_assert_eq!(segments.len(), 7);
        let decode = |segment| percent_decode_str(segment).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(decode(segments[3]), account);
        prop_assert_eq!(decode(segments[5]), file);
    }

    #[test]
    fn any_text_round_trips_through_the_query(text in "\\PC{1,60}", after in "\\PC{1,60}") {
        let url = url(&ListThings::new("a", "f").search(text.as_str()).after(after.as_str()));
        let (_, query) = url.split_once('?').unwrap();
        let pairs: Vec<_> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name, percent_decode_str(value).decode_utf8().unwrap()))
            .collect();
        prop_assert_eq!(pairs, vec![("search", text.into()), ("after", after.into())]);
    }

    #[test]
    fn decoding_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (parts, ()) = Response::new(()).into_parts();
        let _ = Page::<Thing>::from_response(&parts, body.clone().into());
        let _ = Thing::from_response(&parts, body.clone().into());
        let _ = frameio_core::ApiError::parse(&body);
    }

    #[test]
    fn unknown_fields_and_values_are_written_back(
        name in "\\PC{0,10}", kind in "\\PC{0,10}", key in "[a-z]{5,9}", number in any::<i64>(),
    ) {
        let json = serde_json::json!({"name": name, "type": kind, &key: [number]});
        let thing: Thing = serde_json::from_value(json.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&thing).unwrap(), json);
    }
}
