//! Requests declared with `derive(Endpoint)`.

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, Cursor, EncodeError, Endpoint, FileId, Json, Nullable, Page, Patch, QuotaScope,
    encode,
};
use serde::Serialize;
use serde_json::Value;

frameio_core::open_enum! {
    /// Related resources.
    pub enum Include {
        /// User who created the thing.
        Creator = "creator",
        /// Supported only by the experimental version.
        Parent = "parent",
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

impl Check for Thing {
    fn check(&self, limits: &mut Limits) {
        limits.check("name", &self.name, 1..=3);
    }
}

type MaybeText = Option<String>;
type Change<T> = Patch<T>;
type ThingPage = Page<Thing>;

/// Lists things.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[endpoint(
    GET "/v4/accounts/{account_id}/files/{file}/things",
    id = "things.index", response = ThingPage, quota = "5/s", scope = Account,
)]
struct ListThings {
    /// File, declared before the account, which comes first in the path.
    #[endpoint(path, name = "file")]
    pub file_id: FileId,
    #[endpoint(path)]
    pub account_id: AccountId,
    #[endpoint(query)]
    pub include: Option<Vec<Include>>,
    /// Required query parameter.
    #[endpoint(query, name = "q")]
    pub search: String,
    #[endpoint(page)]
    pub after: Option<Cursor>,
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Updates a thing.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/thing",
    id = "things.update", response = Thing, quota = "10/min", api_version = "4.0",
    role = "editor", deprecated, constant("type" = "thing"),
)]
struct UpdateThing {
    #[endpoint(path)]
    pub account_id: AccountId,
    #[endpoint(body, len = 1..=3)]
    pub name: String,
    #[endpoint(body, range = 1..)]
    pub count: u64,
    #[endpoint(body)]
    pub done: Option<bool>,
    #[endpoint(body, range = ..=10)]
    pub page: Patch<u32>,
    #[endpoint(body, name = "type_of", optional)]
    pub kind: MaybeText,
    #[endpoint(body, optional)]
    pub note: Change<String>,
    #[endpoint(body, items = 1..=3, unique)]
    pub tags: Option<Vec<String>>,
    #[endpoint(body)]
    pub parts: Option<Vec<Thing>>,
    #[endpoint(body, len = 1..=3)]
    pub color: Nullable<String>,
    #[endpoint(body)]
    #[cfg(any())]
    pub absent: NoSuchType,
}

fn url(endpoint: &impl Endpoint) -> String {
    encode(endpoint).unwrap().uri().to_string()
}

fn body(endpoint: &impl Endpoint) -> String {
    let request = encode(endpoint).unwrap();
    String::from_utf8(request.body().as_bytes().unwrap().to_vec()).unwrap()
}

#[track_caller]
fn refusal(endpoint: &impl Endpoint) -> String {
    encode(endpoint).unwrap_err().to_string()
}

#[test]
fn fields_of_the_path_may_have_any_order_and_name() {
    assert_eq!(url(&ListThings::new("f", "a", "x")), "/v4/accounts/a/files/f/things?q=x");
}

#[test]
fn queries_omit_unset_parameters() {
    let request = ListThings::new("f", "a", "x y")
        .include([Include::Creator, "new".into()])
        .after("c")
        .page_size(7)
        .include_total_count(true);
    assert_eq!(
        url(&request),
        "/v4/accounts/a/files/f/things?include=creator,new&q=x%20y&after=c&page_size=7\
         &include_total_count=true"
    );
    let error = refusal(&ListThings::new("f", "a", "x").page_size(101));
    assert_eq!(error, "`page_size` is 101, expected 1 to 100");
}

#[test]
fn an_alias_of_a_page_is_paged() {
    fn next<E: frameio_core::Paged<Item = Thing>>(request: E) -> String {
        url(&request.after("c2".into()))
    }
    let request = ListThings::new("f", "a", "x").after("c1");
    assert_eq!(next(request), "/v4/accounts/a/files/f/things?q=x&after=c2");
}

#[test]
fn the_type_of_a_field_determines_when_it_is_sent() {
    let update = UpdateThing::new("a", "n", 3, None);
    assert_eq!(body(&update), r#"{"data":{"type":"thing","name":"n","count":3,"color":null}}"#);
    let full = update.clone().done(false).page(3).kind("k").note("x".to_owned()).tags([]);
    let full = UpdateThing { tags: None, ..full };
    assert_eq!(
        body(&full),
        r#"{"data":{"type":"thing","name":"n","count":3,"done":false,"page":3,"type_of":"k","note":"x","color":null}}"#
    );
    let cleared = update.page(None).note(Patch::Clear);
    assert_eq!(
        body(&cleared),
        r#"{"data":{"type":"thing","name":"n","count":3,"page":null,"note":null,"color":null}}"#
    );
}

#[test]
fn limits_are_checked_under_their_names_in_json() {
    let things = ["long", "ok", ""]
        .map(|name| serde_json::from_value::<Thing>(serde_json::json!({ "name": name })).unwrap());
    let wrong = UpdateThing::new("a", "long", 0, "blue")
        .page(11)
        .tags(["a".to_owned(), "b".to_owned(), "a".to_owned(), "c".to_owned()])
        .parts(things);
    assert_eq!(
        refusal(&wrong),
        "`name` has 4 characters, expected 1 to 3; `count` is 0, expected 1 or more; \
         `page` is 11, expected 0 to 10; `tags` has 4 items, expected 1 to 3; \
         `tags[2]` duplicates `[0]`; values must be unique; \
         `color` has 4 characters, expected 1 to 3; `parts[0].name` has 4 characters, expected 1 to 3; \
         `parts[2].name` has 0 characters, expected 1 to 3"
    );
}

#[test]
fn the_attribute_determines_the_operation() {
    let list = ListThings::OPERATION;
    assert_eq!(
        (list.id, list.path),
        ("things.index", "/v4/accounts/{account_id}/files/{file}/things")
    );
    assert_eq!((list.quota, list.scope), (frameio_core::Quota::per_second(5), QuotaScope::Account));
    assert!(list.idempotent && list.api_version.is_none() && !list.deprecated);
    let update = UpdateThing::OPERATION;
    assert_eq!((update.method.as_str(), update.api_version), ("PATCH", Some("4.0")));
    assert!(update.deprecated);
    assert_eq!(update.quota, frameio_core::Quota::per_minute(10));
}

/// Creates something with a union as its body.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/v4/unions", id = "unions.create", response = (), quota = "1/s", idempotent)]
struct CreateUnion {
    #[endpoint(whole_body)]
    union: Thing,
}

/// Sends a list as the body.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(PUT "/v4/list", id = "list.put", response = (), quota = "1/s", envelope = false)]
struct PutList {
    #[endpoint(whole_body)]
    list: Vec<u32>,
}

/// Sends fields without an envelope.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/v4/bare", id = "bare.create", response = (), quota = "1/s", envelope = false)]
struct CreateBare {
    #[endpoint(body)]
    from: u32,
    #[endpoint(body)]
    to: u32,
}

impl Check for CreateBare {
    fn check(&self, limits: &mut Limits) {
        if self.from == self.to {
            limits.refuse(EncodeError::new("to", "must differ from `from`"));
        }
    }
}

#[test]
fn a_body_can_be_a_whole_value_and_have_no_envelope() {
    let thing =
        |name: &str| serde_json::from_value::<Thing>(serde_json::json!({ "name": name })).unwrap();
    assert_eq!(body(&CreateUnion::new(thing("x"))), r#"{"data":{"name":"x"}}"#);
    let error = refusal(&CreateUnion::new(thing("")));
    assert_eq!(error, "`data.name` has 0 characters, expected 1 to 3");
    assert!(CreateUnion::OPERATION.idempotent);
    assert_eq!(body(&PutList::new([1, 2])), "[1,2]");
    assert_eq!(body(&CreateBare::new(1, 2)), r#"{"from":1,"to":2}"#);
}

#[test]
fn a_request_can_be_checked_as_a_whole() {
    assert_eq!(refusal(&CreateBare::new(1, 1)), "`to` must differ from `from`");
}

/// Sends any value.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/v4/any/{id}", id = "any.create", response = Json<R>, quota = "1/s")]
struct CreateAny<T, R>
where
    T: Serialize + Send + Sync + 'static,
    R: serde::de::DeserializeOwned + Send + Sync + 'static,
{
    #[endpoint(path)]
    id: String,
    #[endpoint(body)]
    value: T,
    #[endpoint(body)]
    more: Option<T>,
    #[endpoint(skip)]
    response: std::marker::PhantomData<R>,
}

#[test]
fn requests_may_have_type_parameters() {
    let request = CreateAny::<&str, Value>::new("a/b", "x").more("y");
    assert_eq!(url(&request), "/v4/any/a%2Fb");
    assert_eq!(body(&request), r#"{"data":{"value":"x","more":"y"}}"#);
}

fn any_parent(include: &Option<Vec<Include>>) -> bool {
    include.iter().flatten().any(|include| *include == Include::Parent)
}

/// Stable operation with experimental fields.
#[derive(Clone, Debug, Endpoint)]
#[endpoint(POST "/v4/stable", id = "stable.create", response = (), quota = "1/s")]
struct CreateStable {
    #[endpoint(query, experimental = any_parent)]
    include: Option<Vec<Include>>,
    #[endpoint(query, experimental)]
    scope: Option<Vec<String>>,
    #[endpoint(body)]
    name: Option<String>,
    #[endpoint(body, experimental)]
    restricted: Option<bool>,
    #[endpoint(body, experimental)]
    template: Patch<String>,
}

#[test]
fn a_set_experimental_field_requests_the_experimental_version() {
    let version = |request: CreateStable| {
        encode(&request)
            .unwrap()
            .headers()
            .get("api-version")
            .map(|it| it.to_str().unwrap().to_owned())
    };
    let experimental = Some("experimental".to_owned());
    let request = CreateStable::new().name("x").include([Include::Creator]);
    assert_eq!(version(request.clone()), None);
    assert_eq!(version(request.clone().scope([])), None);
    assert_eq!(version(request.clone().scope(["x".to_owned()])), experimental);
    assert_eq!(version(request.clone().restricted(false)), experimental);
    assert_eq!(version(request.clone().template(None)), experimental);
    assert_eq!(version(request.include([Include::Parent])), experimental);
}

/// Declares a request with fragments, which the compiler wraps in invisible groups.
macro_rules! declare {
    ($name:ident, $ty:ty, $response:ty, $path:literal, $quota:literal) => {
        #[derive(Endpoint)]
        #[endpoint(GET $path, id = "by.macro", response = $response, quota = $quota)]
        struct $name {
            #[endpoint(query)]
            value: $ty,
        }
    };
}
declare!(ByMacro, Option<String>, Thing, "/v4/by_macro", "2/s");

#[test]
fn a_macro_can_declare_requests() {
    assert_eq!(url(&ByMacro::new().value("x")), "/v4/by_macro?value=x");
}
