//! `frameio operations --show NAME`: describes an operation.

use frameio::{Catalog, Operation, QuotaScope};
use serde_json::{Value, json};

use super::fields::{self, Field};
use super::{OperationRow, describe, example, notes};
use crate::args::FormatArgs;
use crate::exit::Failure;
use crate::report::{Cell, Column, Reporter, Row, broken, output_columns};

/// Number of columns for the allowed values of a field.
const VALUES_WIDTH: usize = 90;

/// Indentation of a continued line.
const CONTINUED: &str = "      ";

pub(super) fn run(operation: &'static Operation, format: &FormatArgs) -> Result<(), Failure> {
    if !format.is_default() {
        let mut list = format.list()?;
        list.push(&Described(operation))?;
        return list.finish();
    }
    let reporter = Reporter::text();
    lines(operation).iter().try_for_each(|line| match output_columns() {
        Some(columns) => {
            broken(line, columns, CONTINUED).iter().try_for_each(|it| reporter.line(it))
        }
        None => reporter.line(line),
    })?;
    // In one line, so that it can be copied.
    ["", "Example:", &format!("  {}", example::line(operation))]
        .into_iter()
        .try_for_each(|line| reporter.line(line))
}

fn lines(operation: &Operation) -> Vec<String> {
    let whose = match operation.scope {
        QuotaScope::Account => "all users of an account together",
        _ => "each user in an account",
    };
    let seconds = operation.quota.window().as_secs_f64();
    let mut lines = vec![
        operation.id.to_owned(),
        format!("  {} {}", operation.method, operation.path),
        format!("  quota: {} calls in {seconds} s, for {whose}", operation.quota.calls()),
        format!("  type: {}", operation.request_type()),
    ];
    let notes = notes(operation);
    // The first line about the quota includes its scope.
    let notes: Vec<_> = notes.iter().filter(|it| !it.starts_with("quota")).cloned().collect();
    if !notes.is_empty() {
        lines.push(format!("  notes: {}", notes.join(", ")));
    }
    let fields = fields::all(operation);
    if !fields.is_empty() {
        lines.extend([String::new(), "Parameters:".to_owned()]);
    }
    // One long name does not move the descriptions of the others out of a narrow terminal.
    let most = output_columns().map_or(usize::MAX, |columns| columns / 3);
    let names = fields.iter().map(|it| it.name.chars().count()).filter(|length| *length <= most);
    let names = names.max().unwrap_or_default();
    for field in &fields {
        lines.extend(field.lines(names));
    }
    lines
}

impl Field {
    /// Returns a line with the name, the type and the limits, and lines with the allowed values.
    fn lines(&self, width: usize) -> Vec<String> {
        let required = if self.is_required { "required" } else { "optional" };
        let mut about = format!("{}, {required}", self.kind);
        if let Some(limits) = &self.limits {
            about += &format!(", {limits}");
        }
        if self.place == "query" || self.place == "path" {
            about += &format!(", in the {}", self.place);
        }
        let mut lines = vec![format!("  {:width$}  {about}", self.name)];
        let mut line = String::new();
        for value in &self.values {
            if !line.is_empty() && line.len() + value.len() > VALUES_WIDTH {
                lines.push(format!("      {line}"));
                line.clear();
            }
            if !line.is_empty() {
                line += " | ";
            }
            line += value;
        }
        if !line.is_empty() {
            lines.push(format!("      {line}"));
        }
        lines
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "in": self.place,
            "type": self.kind,
            "required": self.is_required,
            "values": self.values,
            "limits": self.limits,
        })
    }
}

/// An operation with its fields and an example.
struct Described<'a>(&'a Operation);

impl Row for Described<'_> {
    const COLUMNS: &'static [Column] = OperationRow::COLUMNS;

    fn cells(&self) -> Vec<Cell> {
        OperationRow(self.0).cells()
    }

    fn json(&self) -> Value {
        let mut described = describe(self.0);
        let fields = fields::all(self.0);
        described["fields"] = fields.iter().map(Field::json).collect();
        described["example"] = example::line(self.0).into();
        described
    }
}
