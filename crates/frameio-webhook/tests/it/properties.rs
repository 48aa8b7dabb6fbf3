//! The property of the fuzz target, with random input.

#[path = "../../fuzz/property.rs"]
mod property;

use frameio_webhook::{Event, EventType, Resource};
use proptest::prelude::*;

/// Generates JSON that resembles that of the service, with values of any type and duplicate names.
fn nearly_right() -> impl Strategy<Value = String> {
    let reference = r#"\{"id":"[a-c]"(,"(type|x)":"(file|folder|[a-z]{1,9})")?\}"#;
    let field = prop_oneof![
        (r"account|resource|workspace|project|user|new", reference),
        (r"type|account_id|action_id|interaction_id", r#""[a-z._]{0,20}""#),
        (r"type|account|account_id|data|resources", r#"null|true|7|\[\]|"a"|\{"a":(1|"b"|null)\}"#),
    ];
    let field = field.prop_map(|(name, value)| format!("\"{name}\":{value}"));
    // Required fields first, so that most texts can be decoded.
    let event = r#""type":"t","resource":{"id":"r","type":"file"},"account":{"id":"a"}"#;
    let action = r#""type":"t","action_id":"x","interaction_id":"i","account_id":"a""#;
    let start = prop_oneof![Just(event), Just(action), Just(r#""new":1"#)];
    (start, prop::collection::vec(field, 0..6)).prop_map(|(start, fields)| {
        format!("{{{start}{}}}", fields.iter().map(|f| format!(",{f}")).collect::<String>())
    })
}

proptest! {
    #[test]
    fn holds_for_any_bytes(data in prop::collection::vec(any::<u8>(), 0..200)) {
        property::check(&data);
    }

    #[test]
    fn holds_for_plausible_requests(timestamp in "[0-9]{0,12}", signature in "v0=[0-9a-f]{64}", body in nearly_right()) {
        property::check(format!("{timestamp}\n{signature}\n{body}").as_bytes());
    }

    #[test]
    fn serializes_every_type_of_event_and_resource(
        kind in "[a-z]{1,9}(\\.[a-z]{1,9}){0,2}",
        known in prop::sample::select(EventType::KNOWN),
        resource in "[a-z_]{1,12}",
        id in ".{0,40}",
    ) {
        for kind in [kind.as_str(), known] {
            let event = Event::new(kind.into(), Resource::new(&resource, &id), "a").user("u");
            let written = serde_json::to_string(&event).unwrap();
            let read: Event = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(read.kind.as_str(), kind);
            prop_assert_eq!(read.resource(), Resource::new(&resource, &id));
            prop_assert_eq!(read, event);
        }
    }
}
