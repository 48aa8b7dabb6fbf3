//! Tables as lists of records.

use serde::{Deserialize, Deserializer, Serializer};
use serde_json::{Map, Value};

use crate::state::{Row, Table};

/// Beside the public fields stand these, which no public field is called.
const ACCOUNT: &str = "account";
const CREATOR: &str = "creator";

pub(crate) fn serialize<S: Serializer>(table: &Table, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(table.values())
}

/// A record without an id stands under a key that no id is.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Table, D::Error> {
    let rows: Vec<Row> = Vec::deserialize(deserializer)?;
    let mut table = Table::with_capacity(rows.len());
    for (index, row) in rows.into_iter().enumerate() {
        let key = if row.id().is_empty() { format!("#{index}") } else { row.id().to_owned() };
        if table.insert(key, row).is_some() {
            let error = format!("item {index} of the list has the id of one before it");
            return Err(serde::de::Error::custom(error));
        }
    }
    Ok(table)
}

impl From<Row> for Map<String, Value> {
    fn from(row: Row) -> Self {
        let mut fields = row.fields;
        fields.insert(ACCOUNT.to_owned(), row.account.into());
        fields.insert(CREATOR.to_owned(), row.creator.into());
        fields
    }
}

/// What is left out is marked by a text that no id is.
impl From<Map<String, Value>> for Row {
    fn from(mut fields: Map<String, Value>) -> Self {
        let mut take = |name| match fields.remove(name) {
            Some(Value::String(id)) => id,
            _ => UNSAID.to_owned(),
        };
        let (account, creator) = (take(ACCOUNT), take(CREATOR));
        Self { account, creator, fields }
    }
}

/// Stands for an account or a creator that was left out, until it is filled in.
pub(super) const UNSAID: &str = "?";
