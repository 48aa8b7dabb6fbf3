//! Encoding and decoding of requests on webhooks and custom actions.

use std::time::Duration;

use frameio_api::Catalog;
use frameio_api::custom_actions::{
    ActionDescription, ActionEvent, CreateCustomAction, CustomAction,
};
use frameio_api::webhooks::{CallbackUrl, CreateWebhook, UpdateWebhook, Webhook};
use frameio_core::{
    CallLimits, CallOptions, EndpointExt, EventType, Operation, QuotaScope, encode,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[test]
fn requires_at_least_one_event_and_unique_events() {
    let create = |events: &[&str]| {
        let events: Vec<_> = events.iter().copied().map(EventType::from).collect();
        encode(&CreateWebhook::new(
            "a",
            "w",
            events,
            "Sea",
            CallbackUrl::new("https://example.com"),
        ))
    };
    let request = create(&["file.ready", "from.the.future"]).unwrap();
    assert_eq!(
        request.body().as_bytes().unwrap(),
        br#"{"data":{"events":["file.ready","from.the.future"],"name":"Sea","url":"https://example.com"}}"#
    );
    let error = create(&[]).unwrap_err();
    assert_eq!(error.to_string(), "`events` has 0 items, expected 1 or more");
    let error = create(&["file.ready", "file.created", "file.ready"]).unwrap_err();
    assert_eq!(error.to_string(), "`events[2]` duplicates `[0]`; values must be unique");

    let twice = [EventType::FileReady, EventType::FileReady];
    let error = encode(&UpdateWebhook::new("a", "w").events(twice)).unwrap_err();
    assert_eq!(error.field, "events[1]");
}

#[test]
fn creating_webhooks_uses_the_quota_of_the_account() {
    let shared: Vec<_> =
        Operation::all().filter(|it| it.scope == QuotaScope::Account).map(|it| it.id).collect();
    assert_eq!(shared, ["webhooks.create"]);
}

fn create_action() -> CreateCustomAction {
    CreateCustomAction::new(
        "a",
        "w",
        ActionDescription::new("Posts it"),
        ActionEvent::new("post"),
        "Post",
        CallbackUrl::new("https://a.b"),
    )
}

#[test]
fn call_options_do_not_collide_with_fields() {
    let create = create_action();
    let options = CallOptions::new().timeout(Duration::from_millis(1));
    let request = encode(&create.timeout(5).options(options)).unwrap();
    let body = std::str::from_utf8(request.body().as_bytes().unwrap()).unwrap();
    assert!(body.contains(r#""timeout":5"#), "{body}");
    let limits = request.extensions().get::<CallLimits>().unwrap();
    assert_eq!(limits.timeout, Some(Duration::from_millis(1)));
}

#[test]
fn accepts_timeouts_of_5_to_10_seconds() {
    let create = |timeout| encode(&create_action().timeout(timeout)).map(drop);
    assert_eq!((create(5), create(10)), (Ok(()), Ok(())));
    for timeout in [4, 11] {
        let error = create(timeout).unwrap_err();
        assert_eq!(error.to_string(), format!("`timeout` is {timeout}, expected 5 to 10"));
    }
}

/// Decodes a response, and returns its `Debug` output and its JSON form.
fn read<T: DeserializeOwned + Serialize + std::fmt::Debug>(response: Value) -> (String, Value) {
    let model: T = serde_json::from_value(response).unwrap();
    (format!("{model:?}"), serde_json::to_value(&model).unwrap())
}

#[test]
fn debug_hides_secrets_in_responses() {
    let common = |mut other: Value| {
        for (name, value) in [
            ("id", json!("1")),
            ("name", json!("Sea")),
            ("url", json!("https://example.com")),
            ("active", json!(true)),
            ("secret", json!("canary")),
            ("created_at", json!("2026-03-22T10:11:12Z")),
            ("updated_at", json!("2026-03-22T10:11:12Z")),
        ] {
            other[name] = value;
        }
        other
    };
    let webhook = common(json!({"events": ["file.ready"]}));
    let action = common(json!({
        "workspace_id": "w", "description": "Posts it", "event": "post", "creator_id": "u",
    }));
    for (shown, written) in [read::<Webhook>(webhook), read::<CustomAction>(action)] {
        assert!(shown.contains("secret: Some(Secret(…))") && !shown.contains("canary"), "{shown}");
        assert_eq!(written["secret"], "canary");
    }
}
