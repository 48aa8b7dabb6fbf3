//! Records and tables of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::event::Actor;

/// Records by id, in the order of their creation.
pub(crate) type Table = IndexMap<String, Row>;

/// Record: its public fields, the account that it belongs to, and its creator.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub(crate) struct Row {
    pub(crate) account: String,
    /// The id of a user.
    pub(crate) creator: String,
    pub(crate) fields: Map<String, Value>,
}

impl Row {
    /// Returns a field, or null where it is missing.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// Returns a text field, or an empty text where it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.field(name).as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    /// Writes `changes` over the fields.
    pub(crate) fn update(&mut self, changes: Map<String, Value>, now: Timestamp) {
        self.fields.extend(changes);
        self.fields.insert("updated_at".to_owned(), now.to_string().into());
    }
}

/// Keys of the account and the creator in the serialized record; no API field has these names.
const ACCOUNT: &str = "account";
const CREATOR: &str = "creator";

/// Account or creator of a record that was written without one, until it is filled in. No id is
/// like it.
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

/// Returns a text that cannot be guessed.
pub(crate) fn random_secret() -> String {
    let [a, b] = [(); 2].map(|()| Uuid::new_v4().into_bytes());
    URL_SAFE_NO_PAD.encode([a, b].concat())
}
