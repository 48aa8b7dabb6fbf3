//! Metadata values that were fields of assets in the legacy API.

use frameio_api::metadata::{MetadataField, MetadataValue};
use serde_json::Value;

/// Name of the field that holds what V2 called the label.
pub(crate) const STATUS: &str = "Status";

/// Labels of the legacy API with the options of the field `Status`.
const LABELS: [(&str, &str); 3] =
    [("needs_review", "Needs Review"), ("in_progress", "In Progress"), ("approved", "Approved")];

fn find<'a>(fields: Option<&'a [MetadataField]>, name: &str) -> Option<&'a MetadataField> {
    fields?.iter().find(|field| field.field_definition_name == name)
}

fn value<'a>(fields: Option<&'a [MetadataField]>, name: &str) -> Option<&'a MetadataValue> {
    find(fields, name)?.value.as_ref()
}

/// Returns a number of the metadata, or null.
pub(crate) fn number(fields: Option<&[MetadataField]>, name: &str) -> Value {
    match value(fields, name) {
        Some(MetadataValue::Number(number)) => number.clone().into(),
        Some(MetadataValue::Text(text)) => {
            text.trim().parse::<serde_json::Number>().map_or(Value::Null, Into::into)
        }
        _ => Value::Null,
    }
}

/// Returns a text of the metadata, or null.
pub(crate) fn text(fields: Option<&[MetadataField]>, name: &str) -> Value {
    match value(fields, name) {
        Some(MetadataValue::Text(text)) => text.as_str().into(),
        _ => Value::Null,
    }
}

/// Label of a file: `Err` with the name of a status that V2 did not have.
pub(crate) fn label(fields: Option<&[MetadataField]>) -> Result<&'static str, String> {
    let Some(MetadataValue::Select(options)) = value(fields, STATUS) else { return Ok("none") };
    let Some(option) = options.first() else { return Ok("none") };
    label_of(&option.display_name).ok_or_else(|| option.display_name.clone())
}

/// Returns the label that an option of the field stands for.
pub(crate) fn label_of(option: &str) -> Option<&'static str> {
    let same = |a: &str| option.trim().eq_ignore_ascii_case(a);
    LABELS.iter().find(|(_, name)| same(name)).map(|(label, _)| *label)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(value: Value) -> Vec<MetadataField> {
        serde_json::from_value(json!([{
            "field_definition_id": "f", "field_definition_name": "Status", "field_type": "select",
            "mutable": true, "value": value,
        }]))
        .unwrap()
    }

    #[test]
    fn labels_are_statuses() {
        let label = |value| label(Some(&status(value)));
        assert_eq!(label(json!([{"id": "o", "display_name": "needs review"}])), Ok("needs_review"));
        assert_eq!(label(json!([{"id": "o", "display_name": "Approved"}])), Ok("approved"));
        assert_eq!(label(json!([])), Ok("none"));
        assert_eq!(label(json!(null)), Ok("none"));
        let other = label(json!([{"id": "o", "display_name": "Locked"}]));
        assert_eq!(other, Err("Locked".to_owned()));
        assert_eq!(super::label(None), Ok("none"));
    }
}
