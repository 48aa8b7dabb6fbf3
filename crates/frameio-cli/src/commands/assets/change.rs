//! A change of one item.

use frameio::transfer::{RemotePath, Resolved};
use serde_json::{Map, Value};

use super::item;
use crate::report::Record;

/// What a command did to one item, or would do.
pub(in crate::commands) struct Change {
    outcome: &'static str,
    kind: String,
    id: String,
    path: String,
    from: Option<String>,
    /// Text after the path.
    detail: String,
    /// Additional fields of the JSON object.
    fields: Map<String, Value>,
}

impl Change {
    pub(in crate::commands) fn new(
        outcome: &'static str,
        kind: impl Into<String>,
        id: impl Into<String>,
        path: &RemotePath,
    ) -> Self {
        Self {
            outcome,
            kind: kind.into(),
            id: id.into(),
            path: path.to_string(),
            from: None,
            detail: String::new(),
            fields: Map::new(),
        }
    }

    /// Creates the change of an item that stays at its place.
    pub(in crate::commands) fn of(outcome: &'static str, item: &Resolved) -> Self {
        Self::new(outcome, item::kind(item), item::id(item), &item.path)
    }

    /// Sets the previous path.
    pub(in crate::commands) fn from(mut self, path: &RemotePath) -> Self {
        self.from = Some(path.to_string());
        self
    }

    /// Adds text after the path.
    pub(in crate::commands) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a field to the JSON object.
    pub(in crate::commands) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }
}

impl Record for Change {
    fn lines(&self) -> Vec<String> {
        let mut line = format!("{}: ", self.outcome.replace('_', " "));
        if let Some(from) = self.from.as_ref().filter(|from| **from != self.path) {
            line += &format!("{from} -> ");
        }
        line += &self.path;
        if !self.detail.is_empty() {
            line += &format!(" ({})", self.detail);
        }
        vec![line]
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("outcome".to_owned(), self.outcome.into());
        object.insert("type".to_owned(), self.kind.as_str().into());
        object.insert("id".to_owned(), self.id.as_str().into());
        object.insert("path".to_owned(), self.path.as_str().into());
        if let Some(from) = &self.from {
            object.insert("from".to_owned(), from.as_str().into());
        }
        object.extend(self.fields.clone());
        Value::Object(object)
    }
}
