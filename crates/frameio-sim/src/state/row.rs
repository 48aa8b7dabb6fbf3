//! Records and tables.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::event::Actor;

/// Records by id, in order of creation.
pub(crate) type Table = IndexMap<String, Row>;

/// Record with its public fields, its account and its creator.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub(crate) struct Row {
    pub(crate) account: String,
    /// Id of the user who created the record.
    pub(crate) creator: String,
    pub(crate) fields: Map<String, Value>,
}

impl Row {
    /// Returns a field, or null if it is missing.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// Returns a text field, or an empty text if it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.field(name).as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    /// Overwrites the fields in `changes`.
    pub(crate) fn update(&mut self, changes: Map<String, Value>, now: Timestamp) {
        self.fields.extend(changes);
        self.fields.insert("updated_at".to_owned(), now.to_string().into());
    }
}

/// Keys of the account and creator in the serialized record. No API field has these names.
const ACCOUNT: &str = "account";
const CREATOR: &str = "creator";

/// Placeholder for the missing account or creator of a record in a file, until it is filled in. It is
/// not a valid id.
pub(crate) const UNSPECIFIED: &str = "?";

impl From<Row> for Map<String, Value> {
    fn from(row: Row) -> Self {
        let mut fields = row.fields;
        fields.insert(ACCOUNT.to_owned(), row.account.into());
        fields.insert(CREATOR.to_owned(), row.creator.into());
        fields
    }
}

impl From<Map<String, Value>> for Row {
    fn from(mut fields: Map<String, Value>) -> Self {
        let mut take = |name| match fields.remove(name) {
            Some(Value::String(id)) => id,
            _ => UNSPECIFIED.to_owned(),
        };
        let (account, creator) = (take(ACCOUNT), take(CREATOR));
        Self { account, creator, fields }
    }
}

/// Adds a record and returns its new id.
pub(crate) fn insert(table: &mut Table, actor: Actor<'_>, mut fields: Value) -> String {
    let now = actor.now;
    let id = new_id();
    fields["id"] = id.clone().into();
    fields["created_at"] = now.to_string().into();
    fields["updated_at"] = now.to_string().into();
    let Value::Object(fields) = fields else { return id };
    let row = Row { account: actor.account.to_owned(), creator: actor.user.to_owned(), fields };
    table.insert(id.clone(), row);
    id
}

pub(crate) fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// Generates an unguessable text.
pub(crate) fn random_secret() -> String {
    let [a, b] = [(); 2].map(|()| Uuid::new_v4().into_bytes());
    URL_SAFE_NO_PAD.encode([a, b].concat())
}
