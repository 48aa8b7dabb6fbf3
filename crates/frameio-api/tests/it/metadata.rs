//! Encoding of metadata values and field definitions.

use frameio_api::metadata::{BulkUpdateMetadata, MetadataChange, MetadataInput, UserValue};
use frameio_api::metadata_fields::{
    CreateFieldDefinition, DateConfiguration, DateConfigurationUpdate, DateFormat, FieldDefinition,
    FieldDefinitionUpdate, FieldKind, FieldKindUpdate, FieldOption, MemberOptions,
    NewFieldDefinition, SelectConfiguration, TextConfiguration, TimeFormat, ToggleConfiguration,
    UpdateFieldDefinition, UserConfiguration,
};
use frameio_core::{Endpoint, FileId, encode};
use serde_json::{Value, json};

fn data(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    let mut body: Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
    body["data"].take()
}

fn created(kind: FieldKind) -> Value {
    data(&CreateFieldDefinition::new("a", NewFieldDefinition::new("Field", kind)))
}

fn updated(update: FieldDefinitionUpdate) -> Value {
    data(&UpdateFieldDefinition::new("a", "d", update))
}

#[test]
fn encodes_the_value_of_each_type_of_field() {
    let values = [
        MetadataChange::new("date", jiff::civil::date(2026, 3, 22)),
        MetadataChange::new("number", 0.25),
        MetadataChange::new("select", MetadataInput::select(["o"])),
        MetadataChange::new("users", UserValue::group("g")),
        MetadataChange::new("nothing", None::<&str>),
    ];
    let update = BulkUpdateMetadata::new("a", "p", [FileId::from("f")], values);
    assert_eq!(
        data(&update),
        json!({"file_ids": ["f"], "values": [
            {"field_definition_id": "date", "value": "2026-03-22"},
            {"field_definition_id": "number", "value": 0.25},
            {"field_definition_id": "select", "value": ["o"]},
            {"field_definition_id": "users", "value": [{"id": "g", "type": "account_user_group"}]},
            {"field_definition_id": "nothing", "value": null},
        ]})
    );
    let values = [MetadataChange::new("ok", 1), MetadataChange::new("number", f64::NAN)];
    let error = encode(&BulkUpdateMetadata::new("a", "p", [FileId::from("f")], values));
    assert_eq!(error.unwrap_err().field, "values[1].value");
}

#[test]
fn creations_contain_only_settings_that_are_set() {
    let plain = |field_type: &str| json!({"field_type": field_type, "name": "Field"});
    assert_eq!(created(FieldKind::Text(TextConfiguration::new())), plain("text"));
    assert_eq!(created(FieldKind::LongText(TextConfiguration::new())), plain("long_text"));
    assert_eq!(created(FieldKind::Toggle(ToggleConfiguration::new())), plain("toggle"));
    let toggle = ToggleConfiguration::new().color("#ff0000");
    assert_eq!(
        created(FieldKind::Toggle(toggle))["field_configuration"],
        json!({"color": "#ff0000"})
    );
    let date = DateConfiguration::new(DateFormat::Iso).time_format(TimeFormat::TwentyFourHour);
    assert_eq!(
        created(FieldKind::Date(date.include_time(true)))["field_configuration"],
        json!({"display_format": "iso", "include_time": true, "time_format": "twenty_four_hour"})
    );
    let options = ["Drama".into(), FieldOption::new("Comedy").color("#00ff00")];
    assert_eq!(
        created(FieldKind::SelectMulti(SelectConfiguration::new(options))),
        json!({
            "field_type": "select_multi", "name": "Field",
            "field_configuration": {"options": [
                {"display_name": "Drama"}, {"display_name": "Comedy", "color": "#00ff00"},
            ]},
        })
    );
}

#[test]
fn requests_omit_custom_members_of_all_project_members() {
    let all = UserConfiguration::new(MemberOptions::AllProjectMembers);
    let plain = json!({"member_options_type": "all_project_members", "notify_members": false});
    assert_eq!(created(FieldKind::UserSingle(all.clone()))["field_configuration"], plain);
    let update = FieldDefinitionUpdate::new(FieldKindUpdate::UserSingle(all.clone().into()));
    assert_eq!(updated(update)["field_configuration"], plain);
    let response = json!({
        "id": "d", "name": "Editor", "field_type": "user_single", "mutable": true,
        "creator_id": "kim", "created_at": "2026-03-22T10:11:12Z",
        "updated_at": "2026-03-22T10:11:12Z",
        "field_configuration": {
            "custom_members": [], "member_options_type": "all_project_members",
            "notify_members": false,
        },
    });
    let read: FieldDefinition = serde_json::from_value(response.clone()).unwrap();
    assert_eq!(read.kind, FieldKind::UserSingle(all));
    assert_eq!(serde_json::to_value(&read).unwrap(), response);
}

#[test]
fn updates_send_only_fields_that_are_set() {
    let date = |change: Option<_>| FieldDefinitionUpdate::new(FieldKindUpdate::Date(change));
    assert_eq!(updated(date(None)), json!({"field_type": "date"}));
    assert_eq!(updated(date(None).name("Day")), json!({"field_type": "date", "name": "Day"}));
    let change = DateConfigurationUpdate::new().include_time(true);
    assert_eq!(
        updated(date(change.into())),
        json!({"field_type": "date", "field_configuration": {"include_time": true}})
    );
}
