//! `frameio operations`: lists the operations of the API.

use frameio::endpoint::dynamic::{Parameter, ParameterLocation};
use frameio::{Catalog, Operation, QuotaScope};
use serde_json::{Value, json};

use crate::exit::{Failure, Status};
use crate::report::Reporter;

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
    /// Print a JSON array with all details
    #[arg(long)]
    json: bool,
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
    let reporter = Reporter::new(args.json);
    if args.json {
        return reporter.value(&found.into_iter().map(describe).collect());
    }
    found.into_iter().flat_map(lines).try_for_each(|line| reporter.line(&line))
}

/// Returns three lines: name and quota, route, parameters.
fn lines(operation: &Operation) -> Vec<String> {
    let mut notes = vec![operation.quota.to_string()];
    if operation.scope == QuotaScope::Account {
        notes.push("shared by the account".to_owned());
    }
    if let Some(version) = operation.api_version {
        notes.push(format!("api-version {version}"));
    }
    if operation.deprecated {
        notes.push("deprecated".to_owned());
    }
    let parameters: Vec<_> =
        operation.schema().parameters.iter().map(|it| name(operation, it)).collect();
    let mut lines = vec![
        format!("{}  ({})", operation.id, notes.join(", ")),
        format!("    {} {}", operation.method, operation.path),
    ];
    if !parameters.is_empty() {
        lines.push(format!("    {}", parameters.join(", ")));
    }
    lines
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
