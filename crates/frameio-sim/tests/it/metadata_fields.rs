//! Definitions of metadata fields.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::api::Api;

fn fields(api: &Api) -> String {
    format!("{}/metadata/field_definitions", api.account())
}

/// Creates a field; returns the response.
pub(crate) async fn define(api: &Api, field_type: &str, configuration: Value) -> Value {
    let mut data = json!({"field_type": field_type, "name": field_type});
    if !configuration.is_null() {
        data["field_configuration"] = configuration;
    }
    api.post(&fields(api), data).await.created()
}

/// The path of a definition.
pub(crate) fn path(api: &Api, definition: &Value) -> String {
    format!("{}/{}", fields(api), definition["id"].as_str().unwrap())
}

/// Returns all types with a configuration.
pub(crate) fn types(api: &Api) -> [(&'static str, Value); 10] {
    let demo = json!({"id": api.sim.demo().user_id.as_str(), "type": "user"});
    let options = json!({"options": [{"display_name": "a"}, {"display_name": "b"}]});
    [
        ("date", json!({"display_format": "iso"})),
        ("long_text", Value::Null),
        ("number", json!({"scale": 3, "number_format": "timecode"})),
        ("rating", json!({"max_value": 3, "style": "heart"})),
        ("select", options.clone()),
        ("select_multi", options),
        ("text", Value::Null),
        ("toggle", json!({"color": "#ff0000"})),
        (
            "user_multi",
            json!({"member_options_type": "all_project_members", "notify_members": true}),
        ),
        (
            "user_single",
            json!({
                "member_options_type": "custom", "notify_members": false,
                "custom_members": [demo],
            }),
        ),
    ]
}

/// Succeeds with each operation.
pub(crate) async fn scenario(api: &Api) {
    for (field_type, configuration) in types(api) {
        let made = define(api, field_type, configuration).await;
        let path = path(api, &made);
        let change = json!({"field_type": field_type, "name": "changed"});
        assert_eq!(api.patch(&path, change).await.data()["name"], "changed");
        let shown = api.get(&format!("{path}?include=creator")).await.data();
        assert_eq!(shown["creator"]["name"], "Demo User");
        assert_eq!(shown["field_configuration"], made["field_configuration"]);
    }
    let list = format!("{}?include=creator&include_total_count=true", fields(api));
    let last = api.get(&list).await.data().as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["field_type"], "user_single");
    assert_eq!(api.delete(&path(api, &last)).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test(start_paused = true)]
async fn creates_updates_lists_and_deletes_a_definition() {
    let api = Api::new();
    let built_in = api.get(&fields(&api)).await.names();
    assert!(built_in.iter().any(|name| name == "Frame Rate"), "{built_in:?}");
    tokio::time::advance(Duration::from_secs(1)).await;
    let made = define(&api, "text", Value::Null).await;
    assert_eq!((&made["mutable"], &made["field_configuration"]), (&json!(true), &json!({})));
    assert_eq!(made["creator_id"], api.sim.demo().user_id.as_str());
    let newest = format!("{}?sort=created_at_desc&page_size=1", fields(&api));
    assert_eq!(api.get(&newest).await.names(), ["text"]);

    tokio::time::advance(Duration::from_secs(1)).await;
    let path = path(&api, &made);
    let changed = api.patch(&path, json!({"field_type": "text", "name": "Zebra"})).await.data();
    assert_ne!(changed["updated_at"], made["updated_at"]);
    let last = format!("{}?sort=name_desc&page_size=1", fields(&api));
    assert_eq!(api.get(&last).await.names(), ["Zebra"]);
    let refused = api.patch(&path, json!({"field_type": "toggle", "name": "T"})).await;
    assert_eq!(refused.pointers(), ["/data/field_type"]);

    assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&fields(&api)).await.names(), built_in);
}

#[tokio::test]
async fn built_in_fields_exist_in_every_account_and_cannot_be_changed() {
    let api = Api::of(frameio_sim::Sim::builder().quotas(false).account("Other").build());
    let accounts = api.get("/v4/accounts").await.data();
    let other = format!("/v4/accounts/{}/metadata", accounts[1]["id"].as_str().unwrap());
    let elsewhere = format!("{other}/field_definitions");
    let built_in = api.get(&fields(&api)).await.data();
    assert_eq!(api.get(&elsewhere).await.data(), built_in);
    let path = path(&api, &built_in[0]);
    let change = json!({"field_type": "number", "name": "Mine"});
    assert_eq!(api.patch(&path, change).await.status, StatusCode::FORBIDDEN);
    assert_eq!(api.delete(&path).await.status, StatusCode::FORBIDDEN);

    let made = define(&api, "text", Value::Null).await;
    assert_eq!(
        api.get(&elsewhere).await.data(),
        built_in,
        "the other account has only the built-in fields"
    );
    let path = format!("{elsewhere}/{}", made["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.get("/v4/accounts/x/metadata/field_definitions").await.status, 404);
}

#[tokio::test]
async fn configuration_has_defaults_and_is_never_null() {
    let api = Api::new();
    let made = define(&api, "date", json!({"display_format": "usa", "include_time": true})).await;
    let mut expected = json!({
        "display_format": "usa", "display_timezone": false, "include_time": true,
        "time_format": "twelve_hour",
    });
    assert_eq!(made["field_configuration"], expected);
    let change = json!({
        "field_type": "date", "field_configuration": {"include_time": false, "display_format": "euro"},
    });
    let changed = api.patch(&path(&api, &made), change).await.data();
    expected["include_time"] = json!(false);
    expected["display_format"] = json!("euro");
    assert_eq!((&changed["name"], &changed["field_configuration"]), (&json!("date"), &expected));
    let cleared = json!({
        "field_type": "date", "name": null, "field_configuration": {"include_time": null},
    });
    let refused = api.patch(&path(&api, &made), cleared).await;
    assert_eq!(refused.pointers(), ["/data/field_configuration/include_time", "/data/name"]);
    let cleared = json!({"field_type": "date", "field_configuration": null});
    let refused = api.patch(&path(&api, &made), cleared).await;
    assert_eq!(refused.pointers(), ["/data/field_configuration"]);
    let toggle = api.post(&fields(&api), json!({"field_type": "toggle", "name": "T"})).await;
    assert_eq!(toggle.created()["field_configuration"], json!({"color": null}));
    let nothing = api.send(http::Method::POST, &fields(&api), Some(json!({}))).await;
    assert_eq!(nothing.pointers(), ["/data"]);
    let nothing = api.send(http::Method::POST, &fields(&api), None).await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST, "the body is required");
    let shown = |filter: &str| format!("{}?page_size=100&filters[{filter}]=true", fields(&api));
    let all = api.get(&format!("{}?page_size=100", fields(&api))).await.names();
    let mutable = api.get(&shown("exclude_immutable")).await.names();
    assert_eq!(mutable, ["Keywords", "Notes", "Rating", "Status", "date", "T"]);
    let active = api.get(&shown("exclude_inactive")).await.names();
    assert!(all.contains(&"Resolution".to_owned()) && !active.contains(&"Resolution".to_owned()));
    assert!(active.contains(&"date".to_owned()));
}

#[tokio::test]
async fn an_option_with_the_same_name_keeps_its_id() {
    let api = Api::new();
    let options = json!([{"display_name": "a"}, {"display_name": "b"}]);
    let made = define(&api, "select", json!({ "options": options })).await;
    let before = &made["field_configuration"]["options"];
    assert_ne!(before[0]["id"], before[1]["id"]);
    let options = json!([{"display_name": "c"}, {"display_name": "b", "color": "#fff"}]);
    let change = json!({"field_type": "select", "field_configuration": {"options": options}});
    let changed = api.patch(&path(&api, &made), change).await.data();
    let after = &changed["field_configuration"]["options"];
    assert_eq!((&after[1]["id"], &after[1]["color"]), (&before[1]["id"], &json!("#fff")));
    assert!(after[0]["id"].is_string() && after[0]["id"] != before[0]["id"]);

    let twice = json!({"options": [{"display_name": "a"}, {"display_name": "a"}]});
    let data = json!({"field_type": "select", "name": "s", "field_configuration": twice});
    let refused = api.post(&fields(&api), data).await;
    assert_eq!(refused.pointers(), ["/data/field_configuration/options/1/display_name"]);
}

#[tokio::test]
async fn custom_members_must_exist() {
    let api = Api::new();
    let custom = |members: Value| {
        json!({
            "field_type": "user_multi", "name": "u",
            "field_configuration": {
                "member_options_type": "custom", "notify_members": true,
                "custom_members": members,
            },
        })
    };
    let demo = json!({"id": api.sim.demo().user_id.as_str(), "type": "user"});
    let list = "/data/field_configuration/custom_members";
    for (members, pointer) in [
        (Value::Null, list.to_owned()),
        (json!([demo, {"id": "nobody", "type": "user"}]), format!("{list}/1/id")),
        (json!([{"id": demo["id"], "type": "account_user_group"}]), format!("{list}/0/id")),
    ] {
        assert_eq!(api.post(&fields(&api), custom(members)).await.pointers(), [pointer]);
    }
    let made = api.post(&fields(&api), custom(json!([demo]))).await.created();
    let everybody = json!({"member_options_type": "all_project_members", "notify_members": true});
    let change = json!({"field_type": "user_multi", "field_configuration": everybody});
    let changed = api.patch(&path(&api, &made), change).await.data();
    assert_eq!(changed["field_configuration"]["custom_members"], json!([]));
}
