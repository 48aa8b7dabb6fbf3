//! `frameio operations --show NAME`: describes an operation.

use frameio::{Catalog, Operation, QuotaScope};
use serde_json::{Value, json};

use super::fields::{self, Field};
use super::{OperationRow, describe, example, notes};
use crate::args::FormatArgs;
use crate::exit::Failure;
use crate::report::{Cell, Column, Reporter, Row, output_columns, width, wrapped};

/// Maximum number of columns of a line with allowed values.
const VALUES_WIDTH: usize = 96;

/// Number of columns of the description of a field, below which it starts in a new line.
const DESCRIPTION_WIDTH: usize = 24;

/// Indentation of lines below a field.
const BELOW: &str = "      ";

pub(super) fn run(
    operation: &'static Operation,
    format: &FormatArgs<OperationRow<'static>>,
) -> Result<(), Failure> {
    if !format.is_default() {
        let mut list = format.list()?;
        list.push(&Described(operation))?;
        return list.finish();
    }
    let reporter = Reporter::text();
    let columns = output_columns().unwrap_or(usize::MAX);
    lines(operation, columns).iter().try_for_each(|line| reporter.line(line))
}

/// Returns the description in lines of at most `columns` columns, except the example, which is copied.
fn lines(operation: &Operation, columns: usize) -> Vec<String> {
    let whose = match operation.scope {
        QuotaScope::Account => "all users of an account together",
        _ => "each user in an account",
    };
    let seconds = operation.quota.window().as_secs_f64();
    let mut about = vec![
        format!("{} {}", operation.method, operation.path),
        format!("quota: {} calls in {seconds} s, for {whose}", operation.quota.calls()),
        format!("type: {}", operation.request_type()),
    ];
    let notes = notes(operation);
    // The first line about the quota includes its scope.
    let notes: Vec<_> = notes.iter().filter(|it| !it.starts_with("quota")).cloned().collect();
    if !notes.is_empty() {
        about.push(format!("notes: {}", notes.join(", ")));
    }
    let about = about.iter().flat_map(|line| wrapped(line, columns, "  ", BELOW));
    let mut lines: Vec<_> = std::iter::once(operation.id.to_owned()).chain(about).collect();
    let fields = fields::all(operation);
    if !fields.is_empty() {
        lines.extend([String::new(), "Parameters:".to_owned()]);
    }
    let names = fields.iter().map(|it| it.name.chars().count()).max().unwrap_or_default();
    for field in &fields {
        lines.extend(field.lines(names, columns));
    }
    lines.extend([String::new(), "Example:".to_owned(), format!("  {}", example::line(operation))]);
    lines
}

impl Field {
    /// Returns lines with the name, the type and the limits, and lines with the allowed values.
    fn lines(&self, names: usize, columns: usize) -> Vec<String> {
        let required = if self.is_required { "required" } else { "optional" };
        let mut about = format!("{}, {required}", self.kind);
        if let Some(limits) = &self.limits {
            about += &format!(", {limits}");
        }
        if let Some(first) = self.cases.first() {
            let values: Vec<_> = self.cases.iter().map(|case| &*case.value).collect();
            about += &format!(", with {} {}", first.field, values.join(", "));
        }
        if self.place == "query" || self.place == "path" {
            about += &format!(", in the {}", self.place);
        }
        let mut lines = match names + DESCRIPTION_WIDTH <= columns {
            true => {
                let below = " ".repeat(names + 4);
                wrapped(&about, columns, &format!("  {:names$}  ", self.name), &below)
            }
            false => {
                let name = format!("  {}", self.name);
                std::iter::once(name).chain(wrapped(&about, columns, BELOW, BELOW)).collect()
            }
        };
        if !self.values.is_empty() {
            // The separator stays at the end of its line.
            let values = self.values.join("\u{a0}| ");
            let values = wrapped(&values, columns.min(VALUES_WIDTH), BELOW, BELOW);
            // A value that fits exactly has no room for the separator.
            lines.extend(values.into_iter().map(|line| {
                let line = line.replace('\u{a0}', " ");
                match width(&line) > columns {
                    true => line.trim_end_matches(" |").to_owned(),
                    false => line,
                }
            }));
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
            "only_with": self.cases.first().map(|first| {
                let values: Vec<_> = self.cases.iter().map(|case| &*case.value).collect();
                json!({&*first.field: values})
            }),
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
