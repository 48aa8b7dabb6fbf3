//! A change of one thing.

use frameio::transfer::{RemotePath, Resolved};
use serde_json::{Map, Value};

use crate::commands::assets;
use crate::report::Record;

/// What a command did to one thing, or would do.
pub(in crate::commands) struct Change {
    outcome: &'static str,
    /// What was changed, for people.
    subject: String,
    /// Text after the subject.
    detail: String,
    /// Fields of the JSON object.
    fields: Map<String, Value>,
}

impl Change {
    /// Creates the change of something that has no path, such as a share.
    pub(in crate::commands) fn of_thing(
        outcome: &'static str,
        kind: impl Into<String>,
        subject: impl Into<String>,
    ) -> Self {
        let (subject, detail, fields) = (subject.into(), String::new(), Map::new());
        Self { outcome, subject, detail, fields }
            .field("outcome", outcome)
            .field("type", kind.into())
    }

    /// Creates the change of an item with a path.
    pub(in crate::commands) fn new(
        outcome: &'static str,
        kind: impl Into<String>,
        id: impl Into<String>,
        path: &RemotePath,
    ) -> Self {
        let path = path.to_string();
        Self::of_thing(outcome, kind, path.clone()).field("id", id.into()).field("path", path)
    }

    /// Creates the change of an item that stays at its place.
    pub(in crate::commands) fn of(outcome: &'static str, item: &Resolved) -> Self {
        Self::new(outcome, assets::kind(item), assets::id(item), &item.path)
    }

    /// Sets the previous path.
    pub(in crate::commands) fn from(self, path: &RemotePath) -> Self {
        let path = path.to_string();
        let subject = match path == self.subject {
            true => path.clone(),
            false => format!("{path} -> {}", self.subject),
        };
        Self { subject, ..self }.field("from", path)
    }

    /// Adds text after the subject.
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
        let detail = match self.detail.as_str() {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        vec![format!("{}: {}{detail}", self.outcome.replace('_', " "), self.subject)]
    }

    fn json(&self) -> Value {
        Value::Object(self.fields.clone())
    }
}
