//! Metadata values on the terminal and in JSON.

use std::collections::HashSet;

use frameio::FieldDefinitionId;
use frameio::metadata::{MetadataField, MetadataFieldType, MetadataValue, UserValue};
use indicatif::HumanBytes;
use serde_json::{Map, Value, json};

use super::people::People;
use crate::report::{Cell, Column, Row, local_time};

/// The metadata of a file.
pub(super) struct FileValues<'a> {
    pub(super) path: &'a str,
    pub(super) file_id: &'a str,
    pub(super) fields: Vec<&'a MetadataField>,
    pub(super) people: &'a People,
    /// Fields whose numbers are sizes in bytes.
    pub(super) sizes: &'a HashSet<FieldDefinitionId>,
}

/// A value of a file, or in JSON all values of the file.
pub(super) struct MetadataRow {
    cells: Vec<Cell>,
    json: Value,
}

impl FileValues<'_> {
    /// Returns a row for each value.
    pub(super) fn rows(&self) -> Vec<MetadataRow> {
        let row = |field: &&MetadataField| {
            let text = self.text(field);
            let cells = vec![
                field.field_definition_name.as_str().into(),
                Cell::Both(text, value(field, self.people)),
                self.path.into(),
                self.file_id.into(),
            ];
            MetadataRow { cells, json: Value::Null }
        };
        self.fields.iter().map(row).collect()
    }

    /// Returns a value for people; of options and users, the names.
    fn text(&self, field: &MetadataField) -> String {
        match &field.value {
            Some(MetadataValue::Text(text)) if field.field_type == MetadataFieldType::Date => {
                text.parse().map_or_else(|_| text.clone(), local_time)
            }
            Some(MetadataValue::Number(number))
                if self.sizes.contains(&field.field_definition_id) =>
            {
                match number.as_u64() {
                    Some(bytes) => HumanBytes(bytes).to_string(),
                    None => number.to_string(),
                }
            }
            value => text(value.as_ref(), self.people),
        }
    }

    /// Returns a row with all values in its JSON.
    pub(super) fn row(&self) -> MetadataRow {
        let mut values = Map::new();
        for field in &self.fields {
            let mut name = field.field_definition_name.clone();
            if values.contains_key(&name) {
                // Names of fields are not unique.
                name = format!("{name} ({})", field.field_definition_id.as_str());
            }
            values.insert(name, value(field, self.people));
        }
        let json = json!({"path": self.path, "file_id": self.file_id, "metadata": values});
        MetadataRow { cells: Vec::new(), json }
    }
}

impl Row for MetadataRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("field").flexible(),
        Column::new("value").flexible(),
        Column::new("path").path().kept(),
        Column::new("file_id").hidden(),
    ];

    const ID: &'static str = "file_id";

    fn cells(&self) -> Vec<Cell> {
        self.cells.clone()
    }

    fn json(&self) -> Value {
        self.json.clone()
    }
}

/// Returns a value as text; of options and users, the names.
fn text(value: Option<&MetadataValue>, people: &People) -> String {
    match value {
        None | Some(MetadataValue::Empty) => "-".to_owned(),
        Some(MetadataValue::Text(text)) => text.clone(),
        Some(MetadataValue::Number(number)) => number.to_string(),
        Some(MetadataValue::Toggle(toggle)) => if *toggle { "yes" } else { "no" }.to_owned(),
        Some(MetadataValue::Select(options)) => {
            options.iter().map(|option| &*option.display_name).collect::<Vec<_>>().join(", ")
        }
        Some(MetadataValue::Users(users)) => {
            users.iter().map(|user| people.name(user)).collect::<Vec<_>>().join(", ")
        }
        Some(other) => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Returns a value as JSON: the name of an option, and a list of a field with several values.
fn value(field: &MetadataField, people: &People) -> Value {
    let items: Vec<Value> = match &field.value {
        None => return Value::Null,
        Some(MetadataValue::Empty) => Vec::new(),
        Some(MetadataValue::Select(options)) => {
            options.iter().map(|option| option.display_name.clone().into()).collect()
        }
        Some(MetadataValue::Users(users)) => users.iter().map(|it| person(it, people)).collect(),
        Some(other) => return serde_json::to_value(other).unwrap_or_default(),
    };
    match field.field_type {
        MetadataFieldType::Select | MetadataFieldType::UserSingle => {
            items.into_iter().next().unwrap_or_default()
        }
        _ => items.into(),
    }
}

fn person(value: &UserValue, people: &People) -> Value {
    json!({
        "id": value.id, "type": value.kind.as_str(), "name": people.name(value),
        "email": people.email(value),
    })
}
