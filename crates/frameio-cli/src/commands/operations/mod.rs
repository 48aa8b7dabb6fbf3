//! `frameio operations`: lists the operations of the API, and describes one.

mod example;
mod fields;
mod show;

use frameio::endpoint::dynamic::{Parameter, ParameterLocation};
use frameio::{Catalog, Operation, QuotaScope};
use serde_json::{Value, json};

use crate::args::FormatArgs;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::{Cell, Column, Row};

pub(super) const HELP: &str = "\
Examples:
  frameio operations comments.
  frameio operations --json upload
  frameio operations --show comments.create

Parameters in brackets are optional. Those that begin with 'data.' are fields of an object in the
input of `frameio call`: {\"data\": {\"name\": \"…\"}}. `frameio call -f name=…` sets them as well.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// List only operations whose name or route contains this text
    #[arg(conflicts_with = "operation")]
    pattern: Option<String>,
    /// Describe an operation: its fields, their types and allowed values, its quota, and an example
    #[arg(id = "operation", long = "show", value_name = "NAME", add = completion::operation())]
    show: Option<String>,
    #[command(flatten)]
    format: FormatArgs<OperationRow<'static>>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    if let Some(name) = &args.show {
        let operation = input::operation(name).map_err(Failure::usage)?;
        return show::run(operation, &args.format);
    }
    let pattern = args.pattern.as_deref().unwrap_or_default().to_lowercase();
    let fits = |operation: &&Operation| {
        operation.id.contains(&pattern) || operation.path.contains(&pattern)
    };
    let found: Vec<&Operation> = Operation::all().filter(fits).collect();
    if found.is_empty() {
        let message = format!("no operation contains '{pattern}' in its name or route");
        return Err(Failure::new(Status::NotFound, message));
    }
    let mut list = args.format.list()?;
    found.into_iter().try_for_each(|operation| list.push(&OperationRow(operation)))?;
    list.finish()
}

struct OperationRow<'a>(&'a Operation);

impl Row for OperationRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("id"),
        Column::new("method"),
        Column::new("path").path(),
        Column::new("quota"),
        Column::new("notes"),
        Column::new("parameters").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let operation = self.0;
        let parameters = operation.schema().parameters.iter();
        let quota = operation.quota;
        vec![
            operation.id.into(),
            operation.method.as_str().into(),
            operation.path.into(),
            quota.to_string().into(),
            Cell::List(notes(operation)),
            Cell::List(parameters.map(|it| name(operation, it)).collect()),
        ]
    }

    fn json(&self) -> Value {
        describe(self.0)
    }
}

/// Returns what distinguishes an operation from most others.
fn notes(operation: &Operation) -> Vec<String> {
    let mut notes = Vec::new();
    if operation.scope == QuotaScope::Account {
        notes.push("quota shared by the account".to_owned());
    }
    if let Some(version) = operation.api_version {
        notes.push(format!("api-version {version}"));
    }
    if operation.deprecated {
        notes.push("deprecated".to_owned());
    }
    notes
}

/// Returns the name of a parameter; in brackets if it is optional.
fn name(operation: &Operation, parameter: &Parameter) -> String {
    let name = full_name(operation, parameter);
    if parameter.required { name } else { format!("[{name}]") }
}

/// Returns the name of a parameter, after `data.` if it is a field of that object.
fn full_name(operation: &Operation, parameter: &Parameter) -> String {
    match is_in_data(operation, parameter) {
        true => format!("data.{}", parameter.name),
        false => parameter.name.to_owned(),
    }
}

fn is_in_data(operation: &Operation, parameter: &Parameter) -> bool {
    parameter.location == ParameterLocation::Body && operation.schema().envelope
}

/// Returns the part of the request that contains a parameter.
fn place(operation: &Operation, parameter: &Parameter) -> &'static str {
    match parameter.location {
        ParameterLocation::Path => "path",
        ParameterLocation::Query => "query",
        _ if is_in_data(operation, parameter) => "data",
        _ => "body",
    }
}

fn describe(operation: &Operation) -> Value {
    let schema = operation.schema();
    let parameter = |it: &Parameter| {
        json!({
            "name": it.name,
            "in": place(operation, it),
            "required": it.required,
            "values": it.values,
            "min": it.range.as_ref().map(|range| *range.start()),
            "max": it.range.as_ref().map(|range| *range.end()).filter(|max| *max != u64::MAX),
        })
    };
    json!({
        "id": operation.id,
        "type": operation.request_type(),
        "method": operation.method.as_str(),
        "path": operation.path,
        "quota": {
            "calls": operation.quota.calls(),
            "window_ms": u64::try_from(operation.quota.window().as_millis()).unwrap_or(u64::MAX),
            "scope": match operation.scope {
                QuotaScope::Account => "account",
                _ => "account_user",
            },
        },
        "api_version": operation.api_version,
        "idempotent": operation.idempotent,
        "deprecated": operation.deprecated,
        "paged": schema.paged,
        "parameters": schema.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}
