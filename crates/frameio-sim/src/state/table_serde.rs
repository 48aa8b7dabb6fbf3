//! Serialization of tables as lists of records.

use serde::{Deserialize, Deserializer, Serializer};

use super::row::{Row, Table};

pub(super) fn serialize<S: Serializer>(table: &Table, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(table.values())
}

/// A record without an id gets a key such as `#0`, which is not a valid id.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Table, D::Error> {
    let rows: Vec<Row> = Vec::deserialize(deserializer)?;
    let mut table = Table::with_capacity(rows.len());
    for (index, row) in rows.into_iter().enumerate() {
        let key = if row.id().is_empty() { format!("#{index}") } else { row.id().to_owned() };
        if table.insert(key, row).is_some() {
            let error = format!("item {index} of the list duplicates an earlier id");
            return Err(serde::de::Error::custom(error));
        }
    }
    Ok(table)
}
