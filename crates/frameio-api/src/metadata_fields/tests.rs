use frameio_core::decode::decode_data;
use frameio_core::limits::Limits;
use frameio_core::page::PageItem;
use serde_json::{Value, json};

use super::*;

fn definition(field_type: &str, configuration: Value) -> Value {
    json!({
        "id": "d", "name": "Genre", "field_type": field_type,
        "field_configuration": configuration, "mutable": true, "creator_id": "kim",
        "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
    })
}

fn page(definitions: &[Value]) -> Vec<u8> {
    json!({"data": definitions, "links": {}}).to_string().into_bytes()
}

#[test]
fn decodes_the_configuration_of_the_type() {
    let select = definition(
        "select",
        json!({"options": [{"id": "o", "display_name": "Drama"}], "from_the_future": 1}),
    );
    let read: FieldDefinition = serde_json::from_value(select.clone()).unwrap();
    assert!(matches!(&read.kind, FieldKind::Select(it) if it.options[0].display_name == "Drama"));
    assert_eq!(read.kind.field_type().as_str(), "select");
    assert_eq!(serde_json::to_value(&read).unwrap(), select);
}

#[test]
fn unknown_types_round_trip() {
    let odd = definition("moodboard", json!({"scale": "of grey"}));
    let mut bare = odd.clone();
    bare.as_object_mut().unwrap().remove("field_configuration");
    // Values can have this type, but no definition is documented with it.
    let users = definition("users", json!({"member_options_type": 7}));
    let all = [odd, bare, users];
    let read = FieldDefinition::decode_page(&page(&all)).unwrap();
    assert_eq!(serde_json::to_value(&read.data).unwrap(), json!(all));
    assert!(read.data.iter().all(|it| matches!(it.kind, FieldKind::Other(..))));
}

#[test]
fn errors_in_a_configuration_are_reported_with_their_path() {
    let text = definition("text", json!({}));
    let number = definition("number", json!({"number_format": "bits"}));
    let error = FieldDefinition::decode_page(&page(&[text.clone(), number])).unwrap_err();
    assert_eq!(error.path, "data[1].field_configuration");
    assert!(error.message.contains("`scale`"), "{error}");

    let select = definition("select", json!({"options": [{"display_name": "a"}, {"id": "o"}]}));
    let error = FieldDefinition::decode_page(&page(std::slice::from_ref(&select))).unwrap_err();
    assert_eq!(error.path, "data[0].field_configuration.options[1]");
    let error = FieldDefinition::decode_page(&page(&[text, select.clone()])).unwrap_err();
    assert_eq!(error.path, "data[1].field_configuration.options[1]");

    // An error from a value instead of text has the path in its message.
    let error = decode_data::<FieldDefinition>(json!({"data": select}).to_string().as_bytes());
    let message = error.unwrap_err().message;
    assert!(message.contains("field_configuration.options[1]"), "{message}");
}

#[test]
fn limit_errors_name_the_field() {
    let check = |name: &str, kind: FieldKind| Limits::of(&NewFieldDefinition::new(name, kind));
    let refused = |kind: FieldKind| check("Genre", kind).unwrap_err().field;
    let number = |scale| FieldKind::Number(NumberConfiguration::new(scale));
    assert_eq!(check("Genre", number(3)), Ok(()));
    assert_eq!(refused(number(4)), "field_configuration.scale");
    let rating = |max_value| FieldKind::Rating(RatingConfiguration::new(max_value));
    assert_eq!(check("Genre", rating(5)), Ok(()));
    assert_eq!(refused(rating(6)), "field_configuration.max_value");
    assert_eq!(check("Genre", rating(0)), Ok(()));
    let options = |number| SelectConfiguration::new((0..number).map(|i: u32| i.to_string()));
    assert_eq!(check("Genre", FieldKind::Select(options(50))), Ok(()));
    assert_eq!(refused(FieldKind::Select(options(51))), "field_configuration.options");
    assert_eq!(refused(FieldKind::SelectMulti(options(0))), "field_configuration.options");
    assert_eq!(check("", number(0)).unwrap_err().field, "name");

    let update = NumberConfigurationUpdate::new().scale(4);
    let update = FieldDefinitionUpdate::new(FieldKindUpdate::Number(update.into()));
    assert_eq!(Limits::of(&update).unwrap_err().field, "field_configuration.scale");
    let text = FieldDefinitionUpdate::new(FieldKindUpdate::Text);
    assert_eq!(Limits::of(&text.clone().name("é".repeat(250))), Ok(()));
    assert_eq!(Limits::of(&text.name("é".repeat(251))).unwrap_err().field, "name");
}

#[test]
fn updates_refuse_null_for_fields_that_cannot_be_cleared() {
    for (update, named) in [
        (json!({"field_type": "text", "name": null}), "`name`"),
        (json!({"field_type": "date", "field_configuration": null}), "`field_configuration`"),
        (
            json!({"field_type": "date", "field_configuration": {"include_time": null}}),
            "`field_configuration.include_time`",
        ),
    ] {
        let error = serde_json::from_value::<FieldDefinitionUpdate>(update).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(named) && error.contains("cannot be cleared"), "{error}");
    }
}
