//! The table of old and new links.

use serde_json::{Value, json};

use crate::exit::Failure;
use crate::report::Reporter;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Csv,
    Json,
}

/// What is known of an old link.
pub(super) struct Row {
    pub(super) old: String,
    /// `matches`, `no match`, `to create`, `created` or `failed`.
    pub(super) state: &'static str,
    /// Details for people: the state of a match, or the reason of a failure.
    pub(super) note: String,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// The link to use from now on.
    pub(super) link: Option<String>,
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "old": self.old, "state": self.state, "new": self.link, "share_id": self.id,
            "name": self.name, "note": self.note,
        })
    }

    fn line(&self) -> String {
        let new = self.link.as_deref().or(self.id.as_deref()).unwrap_or("-");
        let name = self.name.as_deref().map(|name| format!("  {name}")).unwrap_or_default();
        let note = if self.note.is_empty() { String::new() } else { format!("  ({})", self.note) };
        format!("{} -> {new}  {}{name}{note}", self.old, self.state)
    }

    fn csv(&self) -> Result<String, Failure> {
        let [new, id, name] =
            [&self.link, &self.id, &self.name].map(|it| it.as_deref().unwrap_or_default());
        csv_line(&[&self.old, new, self.state, id, name, &self.note])
    }
}

fn csv_line(fields: &[&str]) -> Result<String, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::new(crate::exit::Status::Other, error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).map_err(|error| failed(&error))?;
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

/// Prints rows as they come; JSON is one array at the end.
pub(super) struct Table<'a> {
    reporter: &'a Reporter,
    format: Format,
    rows: Vec<Value>,
}

impl<'a> Table<'a> {
    pub(super) fn new(reporter: &'a Reporter, format: Format) -> Result<Self, Failure> {
        if format == Format::Csv {
            reporter.line(&csv_line(&["old", "new", "state", "share_id", "name", "note"])?)?;
        }
        Ok(Self { reporter, format, rows: Vec::new() })
    }

    pub(super) fn print(&mut self, row: &Row) -> Result<(), Failure> {
        match self.format {
            Format::Text => self.reporter.line(&row.line()),
            Format::Csv => self.reporter.line(&row.csv()?),
            Format::Json => {
                self.rows.push(row.json());
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.reporter.value(&Value::Array(self.rows)),
            Format::Text | Format::Csv => Ok(()),
        }
    }
}
