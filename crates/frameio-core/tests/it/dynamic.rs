//! Requests created from JSON.

use frameio_core::dynamic::{FromJson, ParameterLocation};
use frameio_core::{
    AccountId, Body, CallLimits, CallOptions, Cursor, EncodeError, Endpoint, EndpointFromJson,
    FileId, Page, Patch,
};
use http::Request;
use serde_json::{Value, json};

frameio_core::open_enum! {
    /// Related resources.
    pub enum Include {
        /// User who created the thing.
        Creator = "creator",
        /// Link to the original media.
        Links = "media_links.original",
    }
}

frameio_core::model! {
    /// A thing.
    pub struct Thing {
        /// Name.
        pub name: String,
    }
}
frameio_core::response_types! { Thing: one, page }

/// Lists things.
#[derive(Clone, Debug, PartialEq, Endpoint, EndpointFromJson)]
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

/// Returns the thing that sends the request.
#[derive(Clone, Debug, PartialEq, Endpoint, EndpointFromJson)]
#[endpoint(GET "/v4/me", id = "me.show", response = Thing, quota = "5/s")]
#[non_exhaustive]
pub struct ShowMe {}

/// Updates a thing.
#[derive(Clone, Debug, PartialEq, Endpoint, EndpointFromJson)]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/thing",
    id = "things.update", response = Thing, quota = "10/min", deprecated,
    constant("type" = "thing"),
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
    /// Parts.
    #[endpoint(body)]
    pub parts: Option<Vec<Thing>>,
    /// Note.
    #[endpoint(body)]
    pub note: Patch<String>,
}

/// Finds things.
#[derive(Clone, Debug, PartialEq, Endpoint, EndpointFromJson)]
#[endpoint(
    POST "/v4/accounts/{account_id}/find",
    id = "things.find", response = Page<Thing>, quota = "5/s", envelope = false,
)]
#[non_exhaustive]
pub struct FindThings {
    /// Account.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Text to find.
    #[endpoint(body, len = 1..=5)]
    pub query: String,
    /// Flag.
    #[endpoint(body)]
    pub all: Option<bool>,
}

fn request<E: FromJson>(input: Value) -> Result<Request<Body>, EncodeError> {
    E::OPERATION.request(input.as_object().unwrap(), &CallOptions::new())
}

#[track_caller]
fn refused<E: FromJson>(input: Value) -> String {
    request::<E>(input).unwrap_err().to_string()
}

#[test]
fn a_request_from_json_equals_the_typed_one() {
    let input = json!({
        "account_id": "a", "file_id": "f|2", "include": ["creator", "new"], "after": "g3",
        "page_size": 7, "include_total_count": null,
    });
    let typed = ListThings::new("a", "f|2")
        .include([Include::Creator, "new".into()])
        .after("g3")
        .page_size(7);
    assert_eq!(ListThings::from_json(input.as_object().unwrap()).unwrap(), typed);
    let sent = request::<ListThings>(json!({
        "account_id": "a", "file_id": "f", "include": "creator, media_links.original",
    }));
    assert_eq!(
        sent.unwrap().uri(),
        "/v4/accounts/a/files/f/things?include=creator,media_links.original"
    );
}

#[test]
fn the_body_is_in_data_unless_the_operation_has_no_envelope() {
    let input = json!({"account_id": "a", "data": {"name": "x", "note": null, "type": "thing"}});
    let sent = request::<UpdateThing>(input.clone()).unwrap();
    let body = br#"{"data":{"type":"thing","name":"x","note":null}}"#;
    assert_eq!(sent.body().as_bytes(), Some(&body[..]));
    let typed = UpdateThing::from_json(input.as_object().unwrap()).unwrap();
    assert_eq!(typed, UpdateThing::new("a", "x").note(Patch::Clear));

    let sent = request::<FindThings>(json!({"account_id": "a", "query": "sea", "all": null}));
    assert_eq!(sent.unwrap().body().as_bytes(), Some(&br#"{"query":"sea"}"#[..]));
}

#[test]
fn errors_name_the_field_and_suggest_a_correction() {
    let refusals = [
        (json!({"account_id": "a"}), "`name` is missing"),
        (json!({"data": {"name": "x"}}), "`account_id` is missing"),
        (
            json!({"accountid": "a", "data": {"name": "x"}}),
            "`accountid` is not a parameter: did you mean `account_id`?",
        ),
        (json!({"account_id": "a", "name": "x"}), "`name` must be inside `data`"),
        (
            json!({"account_id": "a", "data": {"name": "x", "nots": 1}}),
            "`nots` is not a field of `data`: did you mean `note`?",
        ),
        (
            json!({"account_id": "a", "data": {"name": "x", "zzz": 1}}),
            "`zzz` is not a field of `data`: expected one of type, name, done, parts, note",
        ),
        (json!({"account_id": "a", "data": 7}), "`data` must be an object"),
        (
            json!({"account_id": "a", "data": {"name": "x", "type": "part"}}),
            "`type` must be 'thing'",
        ),
        (
            json!({"account_id": "a", "data": {"name": "x", "done": null}}),
            "`done` cannot be cleared: omit it or set a value",
        ),
        (
            json!({"account_id": "a", "data": {"name": "long"}}),
            "`name` has 4 characters, expected 1 to 3",
        ),
        (
            json!({"account_id": "a", "data": {"name": "x", "parts": [{"name": 7}]}}),
            "`parts[0].name` invalid type: integer `7`, expected a string",
        ),
    ];
    for (input, message) in refusals {
        assert_eq!(refused::<UpdateThing>(input), message);
    }
    let input = json!({"account_id": "a", "file_id": "f", "page_size": 101});
    assert_eq!(refused::<ListThings>(input), "`page_size` is 101, expected 1 to 100");
    let error = refused::<ShowMe>(json!({"id": "a"}));
    assert_eq!(error, "`id` is not a parameter: the operation has none");
    let input = json!({"account_id": "", "query": "x"});
    assert_eq!(refused::<FindThings>(input), "`account_id` cannot be '': an id is required");
}

#[test]
fn errors_name_all_invalid_parameters() {
    let options = || CallOptions::new().header("a b", "1");
    let error = |input: Value| {
        let request = UpdateThing::OPERATION.request(input.as_object().unwrap(), &options());
        request.unwrap_err().to_string()
    };
    let header = "`header` has the invalid name 'a b'";
    for (input, expected) in [
        (
            json!({"account_id": "", "data": {"name": "long"}}),
            "`name` has 4 characters, expected 1 to 3; `account_id` cannot be '': an id is required",
        ),
        (
            json!({"acount_id": "a", "zz": 1, "data": {"nam": "x", "done": 7, "type": "part"}}),
            "`acount_id` is not a parameter: did you mean `account_id`?; \
             `zz` is not a parameter: expected one of account_id, data; \
             `nam` is not a field of `data`: did you mean `name`?; \
             `done` invalid type: integer `7`, expected a boolean; `type` must be 'thing'",
        ),
        (json!({"name": "x"}), "`name` must be inside `data`; `account_id` is missing"),
        (json!({"data": []}), "`data` must be an object; `account_id` is missing"),
        (json!({}), "`account_id` is missing; `name` is missing"),
    ] {
        assert_eq!(error(input), format!("{header}; {expected}"));
    }
    let input = json!({"data": {"a": 1}});
    let error = ShowMe::OPERATION.request(input.as_object().unwrap(), &options()).unwrap_err();
    let expected = "`data` is not a parameter: the operation has none";
    assert_eq!(error.to_string(), format!("{header}; {expected}"));
}

#[test]
fn options_apply_to_requests_from_json() {
    let input = json!({"account_id": "a", "file_id": "f", "page_size": 101});
    let request = |options| ListThings::OPERATION.request(input.as_object().unwrap(), &options);
    let options = || CallOptions::new().max_retries(7).header("x-trace", "1");
    assert_eq!(request(options()).unwrap_err().field, "page_size");
    let sent = request(options().unchecked(true)).unwrap();
    assert_eq!(sent.uri(), "/v4/accounts/a/files/f/things?page_size=101");
    assert_eq!(sent.headers()["x-trace"], "1");
    assert_eq!(sent.extensions().get::<CallLimits>().unwrap().max_retries, Some(7));
    let error = request(options().unchecked(true).header("x-trace", "\n")).unwrap_err();
    assert_eq!(error.field, "header");
}

#[test]
fn whole_numbers_in_any_notation_are_integers() {
    let request = |page_size: &str| {
        let input = format!(r#"{{"account_id":"a","file_id":"f","page_size":{page_size}}}"#);
        ListThings::OPERATION
            .request(&serde_json::from_str(&input).unwrap(), &CallOptions::new())
            .map(|request| request.uri().query().unwrap().to_owned())
    };
    for seven in ["7", "7.0", "0.7e1"] {
        assert_eq!(request(seven).unwrap(), "page_size=7", "{seven}");
    }
    let error = request("7.5").unwrap_err();
    assert_eq!(error.to_string(), "`page_size` invalid type: floating point `7.5`, expected u32");
    assert_eq!(request("[7.0]").unwrap_err().field, "page_size");
}

#[test]
fn a_schema_lists_the_parameters_of_a_request() {
    let schema = ListThings::OPERATION.schema();
    assert_eq!(schema.type_name, "it::dynamic::ListThings");
    let shown: Vec<_> =
        schema.parameters.iter().map(|it| (it.name, it.location, it.required)).collect();
    let expected = [
        ("account_id", ParameterLocation::Path, true),
        ("file_id", ParameterLocation::Path, true),
        ("include", ParameterLocation::Query, false),
        ("after", ParameterLocation::Query, false),
        ("page_size", ParameterLocation::Query, false),
        ("include_total_count", ParameterLocation::Query, false),
    ];
    assert_eq!(shown, expected);
    assert_eq!(schema.parameters[2].values, Include::KNOWN);
    assert_eq!(schema.parameters[4].range, Some(1..=100));
    assert!(schema.paged && schema.envelope);
    assert!(!FindThings::OPERATION.schema().envelope && UpdateThing::OPERATION.deprecated);
}

#[test]
fn a_response_is_validated_and_returned_unchanged() {
    let (parts, ()) = http::Response::new(()).into_parts();
    let response = |body: &'static str| UpdateThing::OPERATION.decode(&parts, body.into());
    let json = r#"{"data":{"name":"x","note":null},"meta":1}"#;
    assert_eq!(response(json).unwrap(), serde_json::from_str::<Value>(json).unwrap());
    assert_eq!(response(r#"{"data":{"name":7}}"#).unwrap_err().path, "data.name");
    let large = r#"{"data":{"name":"x"},"meta":{"n":[1e30]}}"#;
    assert_eq!(response(large).unwrap_err().path, "meta.n[0]");
    assert!(response("").is_err(), "the operation has a response");
}

/// Type that implements `Serialize` but not `Deserialize`.
struct OnlyWritten(u32);

impl serde::Serialize for OnlyWritten {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

/// Request that does not derive `EndpointFromJson`.
#[derive(Endpoint)]
#[endpoint(POST "/v4/numbers", id = "numbers.create", response = (), quota = "1/s")]
struct CreateNumber {
    #[endpoint(body)]
    number: OnlyWritten,
}

#[test]
fn the_feature_requires_no_deserialize_for_other_requests() {
    let request = frameio_core::encode(&CreateNumber::new(OnlyWritten(7))).unwrap();
    assert_eq!(request.body().as_bytes(), Some(&br#"{"data":{"number":7}}"#[..]));
    assert!(CreateNumber::OPERATION.schema().parameters.is_empty());
    let input = json!({"data": {"number": 7}});
    let options = frameio_core::CallOptions::new();
    let error = CreateNumber::OPERATION.request(input.as_object().unwrap(), &options).unwrap_err();
    assert_eq!(error.field, "numbers.create");
}
