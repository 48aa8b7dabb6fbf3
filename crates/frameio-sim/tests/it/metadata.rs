//! Values of metadata fields.

use std::time::Duration;

use frameio_sim::Sim;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::{Api, ApiResponse};
use crate::metadata_fields::{define, path, types};

/// Sets one value on one file.
async fn set(api: &Api, file: &str, definition: &Value, value: &Value) -> ApiResponse {
    set_all(api, &[file], json!([{"field_definition_id": definition["id"], "value": value}])).await
}

async fn set_all(api: &Api, files: &[&str], values: Value) -> ApiResponse {
    let ids: Vec<&str> = files.iter().map(|path| path.rsplit('/').next().unwrap()).collect();
    let data = json!({"file_ids": ids, "values": values});
    api.patch(&format!("{}/metadata/values", api.project()), data).await
}

/// Returns a field of an asset by its name, or null.
fn field(metadata: &Value, name: &str) -> Value {
    let mut fields = metadata.as_array().unwrap().iter();
    fields.find(|field| field["field_definition_name"] == name).cloned().unwrap_or_default()
}

async fn value(api: &Api, file: &str, name: &str) -> Value {
    let shown = api.get(&format!("{file}/metadata?show_null=true")).await.data();
    field(&shown["metadata"], name)["value"].clone()
}

/// Returns the definition of a built-in field.
async fn built_in(api: &Api, name: &str) -> Value {
    let list = api.get(&format!("{}/metadata/field_definitions", api.account())).await.data();
    list.as_array().unwrap().iter().find(|it| it["name"] == name).unwrap().clone()
}

/// Returns a valid value for a field of [`types`].
fn fitting(api: &Api, definition: &Value) -> Value {
    let options = &definition["field_configuration"]["options"];
    let demo = json!({"id": api.sim.demo().user_id.as_str(), "type": "user"});
    match definition["field_type"].as_str().unwrap() {
        "date" => json!("2026-10-04"),
        "number" => json!(-2.125),
        "rating" => json!(3),
        "select" => json!([options[1]["id"]]),
        "select_multi" => json!([options[1]["id"], options[0]["id"]]),
        "toggle" => json!(false),
        "user_single" | "user_multi" => json!([demo]),
        _ => json!("text"),
    }
}

/// Succeeds with each operation, and with a value of each type.
pub(crate) async fn scenario(api: &Api) {
    let file = api.upload("clip.mp4", "abc").await;
    let mut values = Vec::new();
    for (field_type, configuration) in types(api) {
        let made = define(api, field_type, configuration).await;
        let value = fitting(api, &made);
        values.push(json!({"field_definition_id": made["id"], "value": value}));
    }
    api.get(&format!("{file}/metadata?show_null=true")).await.data();
    assert_eq!(set_all(api, &[&file], json!(values)).await.status, StatusCode::NO_CONTENT);
    let full = api.get(&format!("{file}/metadata")).await.data();
    assert!(full["metadata"].as_array().unwrap().len() > values.len());
    let updated = api.patch(&format!("{file}/metadata"), json!({ "values": values })).await.data();
    assert_eq!(updated, full);
    let included = api.get(&format!("{file}?include=metadata")).await.data();
    assert_eq!(included["metadata"], full["metadata"]);
}

#[tokio::test(start_paused = true)]
async fn values_are_set_on_several_files_shown_and_cleared() {
    let api = Api::new();
    let files = [api.upload("a.mp4", "a").await, api.upload("b.mp4", "b").await];
    let before = api.get(&files[1]).await.data();
    tokio::time::advance(Duration::from_secs(1)).await;
    let (text, flag) =
        (define(&api, "text", json!(null)).await, define(&api, "toggle", json!({})).await);
    let values = json!([
        {"field_definition_id": text["id"], "value": "Beach"},
        {"field_definition_id": flag["id"], "value": true},
    ]);
    let done = set_all(&api, &[&files[0], &files[1]], values).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    for file in &files {
        let metadata = api.get(&format!("{file}/metadata")).await.data()["metadata"].take();
        assert_eq!(field(&metadata, "text")["value"], "Beach");
        assert_eq!(field(&metadata, "toggle")["value"], true);
        assert_eq!(field(&metadata, "Notes"), Value::Null, "it has no value");
    }
    assert_ne!(api.get(&files[1]).await.data()["updated_at"], before["updated_at"]);
    for cleared in [json!(null), json!("")] {
        set(&api, &files[0], &text, &json!("Forest")).await;
        assert_eq!(value(&api, &files[0], "text").await, "Forest");
        assert_eq!(set(&api, &files[0], &text, &cleared).await.status, StatusCode::NO_CONTENT);
        assert_eq!(value(&api, &files[0], "text").await, Value::Null);
    }
    assert_eq!(value(&api, &files[1], "text").await, "Beach", "the other file is unchanged");
    assert_eq!(value(&api, &files[0], "toggle").await, true);
}

#[tokio::test]
async fn values_are_validated_by_field() {
    let api = Api::new();
    let file = api.upload("a.mp4", "a").await;
    let demo = &api.sim.demo().user_id;
    let user = json!({"id": demo, "type": "user"});
    for (field_type, configuration) in types(&api) {
        let made = define(&api, field_type, configuration).await;
        let option = &made["field_configuration"]["options"][0]["id"];
        let mut wrong = match field_type {
            "text" => vec![json!(7), json!("x".repeat(1001)), json!("two\nlines")],
            "long_text" => vec![json!(["x"]), json!("x".repeat(40_001))],
            "date" => vec![json!("today"), json!("2026-02-30"), json!(20_261_004)],
            "number" => vec![json!("7"), json!(true)],
            "rating" => vec![json!(4), json!(0), json!(-1), json!(1.5), json!("1")],
            "toggle" => vec![json!("true"), json!(1)],
            "select" => vec![json!(option), json!([option, option]), json!(["a"]), json!([7])],
            "select_multi" => vec![json!("a"), json!([option, option]), json!([option, "a"])],
            _ => vec![
                json!(demo),
                json!([demo]),
                json!([user, user]),
                json!([{"id": "nobody", "type": "user"}]),
                json!([{"id": demo}]),
                json!([{"id": demo, "type": "account_user_group"}]),
            ],
        };
        wrong.push(json!({"any": 1}));
        for wrong in wrong {
            let refused = set(&api, &file, &made, &wrong).await;
            assert_eq!(refused.pointers(), ["/data/values/0/value"], "{field_type}: {wrong}");
        }
        let fits = fitting(&api, &made);
        assert_eq!(set(&api, &file, &made, &fits).await.status, StatusCode::NO_CONTENT);
    }
    let moment = define(&api, "date", json!({"display_format": "iso", "include_time": true})).await;
    let now = json!("2026-10-04T12:00:00+02:00");
    assert_eq!(set(&api, &file, &moment, &now).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_update_of_values_succeeds_or_fails_as_a_whole() {
    let api = Api::new();
    let file = api.upload("a.mp4", "a").await;
    let text = define(&api, "text", json!(null)).await;
    let rate = built_in(&api, "Frame Rate").await;
    let unknown = "6f1c1f0e-9f5b-4a7e-8a55-0b6a5b0c9a11";
    let values = json!([
        {"field_definition_id": text["id"], "value": "Beach"},
        {"field_definition_id": rate["id"], "value": 25},
        {"field_definition_id": unknown, "value": "x"},
        {"field_definition_id": text["id"], "value": 1},
    ]);
    let pointers = [
        "/data/values/1/field_definition_id",
        "/data/values/2/field_definition_id",
        "/data/values/3/value",
    ];
    assert_eq!(set_all(&api, &[&file], values.clone()).await.pointers(), pointers);
    let single = api.patch(&format!("{file}/metadata"), json!({ "values": values })).await;
    assert_eq!(single.pointers(), pointers);
    let one = json!([{"field_definition_id": text["id"], "value": "Beach"}]);
    let refused = set_all(&api, &[&file, "none"], one.clone()).await;
    assert_eq!(refused.pointers(), ["/data/file_ids/1"]);
    assert_eq!(value(&api, &file, "text").await, Value::Null);

    let project = json!({"name": "Other"});
    let other = api.post(&format!("{}/projects", api.workspace()), project).await.created();
    let other = format!("{}/projects/{}", api.account(), other["id"].as_str().unwrap());
    let data = json!({"file_ids": [file.rsplit('/').next()], "values": one});
    let refused = api.patch(&format!("{other}/metadata/values"), data).await;
    assert_eq!(refused.pointers(), ["/data/file_ids/0"], "the file belongs to another project");
}

#[tokio::test]
async fn an_option_is_shown_by_name_until_it_is_removed() {
    let api = Api::new();
    let file = api.upload("a.mp4", "a").await;
    let (_, configuration) = types(&api)[5].clone();
    let made = define(&api, "select_multi", configuration).await;
    set(&api, &file, &made, &fitting(&api, &made)).await;
    let names = async || {
        let chosen = value(&api, &file, "select_multi").await;
        let names = chosen.as_array().unwrap().iter().map(|it| it["display_name"].clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["b", "a"]);
    let options = json!({"options": [{"display_name": "b"}]});
    let change = json!({"field_type": "select_multi", "field_configuration": options});
    api.patch(&path(&api, &made), change).await.data();
    assert_eq!(names().await, ["b"]);
}

#[tokio::test]
async fn values_are_removed_with_their_field_or_file() {
    let api = Api::new();
    let file = api.upload("a.mp4", "a").await;
    let text = define(&api, "text", json!(null)).await;
    set(&api, &file, &text, &json!("Beach")).await;
    assert_eq!(api.delete(&path(&api, &text)).await.status, StatusCode::NO_CONTENT);
    assert!(!api.get(&format!("{file}/metadata")).await.body.to_string().contains("Beach"));
    let refused = set(&api, &file, &text, &json!("Beach")).await;
    assert_eq!(refused.pointers(), ["/data/values/0/field_definition_id"]);
    assert_eq!(api.delete(&file).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&format!("{file}/metadata")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn built_in_fields_have_derived_values() {
    let delay = Duration::from_secs(60);
    let api = Api::of(Sim::builder().quotas(false).transcode_after(delay).build());
    let file = api.upload("a.mp4", "abc").await;
    let document = api.upload("a.pdf", "abcd").await;
    let waiting = api.file(&api.make_file(&api.root(), "b.mp4", 5).await);
    let uploaded = api.get(&format!("{file}/status")).await.data()["uploaded_at"].clone();
    api.post(&format!("{file}/comments"), json!({"text": "t"})).await.created();
    assert_eq!(value(&api, &file, "Frame Rate").await, Value::Null, "not transcoded yet");
    tokio::time::advance(delay).await;
    assert_eq!(value(&api, &file, "Frame Rate").await, 24);
    assert_eq!(value(&api, &document, "Frame Rate").await, Value::Null);
    assert_eq!(value(&api, &document, "File Size").await, 4);
    assert_eq!(value(&api, &waiting, "File Size").await, Value::Null);
    assert_eq!(value(&api, &file, "Date Uploaded").await, uploaded);
    assert_eq!(value(&api, &file, "Comment Count").await, 1);
    assert_eq!(value(&api, &waiting, "Comment Count").await, 0);
    let uploader = value(&api, &file, "Uploader").await;
    assert_eq!(uploader[0]["id"], api.sim.demo().user_id.as_str());
    for unknown in ["Duration", "Resolution"] {
        assert_eq!(value(&api, &file, unknown).await, Value::Null);
    }

    let status = built_in(&api, "Status").await;
    let approved = &status["field_configuration"]["options"][2];
    assert_eq!(approved["display_name"], "Approved");
    set(&api, &file, &status, &json!([approved["id"]])).await;
    assert_eq!(value(&api, &file, "Status").await[0]["display_name"], "Approved");
    let cleared = json!({"values": [{"field_definition_id": status["id"], "value": []}]});
    let shown = api.patch(&format!("{file}/metadata"), cleared).await.data();
    assert_eq!(field(&shown["metadata"], "Status"), Value::Null);
}
