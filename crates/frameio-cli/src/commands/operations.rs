//! `frameio operations`: lists the operations of the API.

use frameio::endpoint::dynamic::{Parameter, ParameterLocation};
use frameio::{Catalog, Operation, QuotaScope};
use serde_json::{Value, json};

use crate::args::FormatArgs;
use crate::exit::{Failure, Status};
use crate::report::{Cell, Column, Row};

pub(super) const HELP: &str = "\
Examples:
  frameio operations comments.
  frameio operations --json upload

Parameters in brackets are optional. Those that begin with 'data.' are fields of an object in the
input of `frameio call`: {\"data\": {\"name\": \"…\"}}.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// List only operations whose name or route contains this text
    pattern: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
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
        Column::new("path").flexible(),
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
    let in_data = parameter.location == ParameterLocation::Body && operation.schema().envelope;
    let name = if in_data { format!("data.{}", parameter.name) } else { parameter.name.to_owned() };
    if parameter.required { name } else { format!("[{name}]") }
}

fn describe(operation: &Operation) -> Value {
    let schema = operation.schema();
    let parameter = |it: &Parameter| {
        json!({
            "name": it.name,
            "in": match it.location {
                ParameterLocation::Path => "path",
                ParameterLocation::Query => "query",
                _ if schema.envelope => "data",
                _ => "body",
            },
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
