//! `frameio call`: calls one operation, or follows all of its pages.

use frameio::endpoint::CursorGuard;
use frameio::{CallOptions, Client, Cursor, Operation, Page};
use serde_json::{Map, Value};

use crate::args::GlobalArgs;
use crate::config::ProfileIds;
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::Reporter;

pub(super) const HELP: &str = "\
Examples:
  frameio call users.show
  frameio call files.show --input '{\"account_id\": \"…\", \"file_id\": \"…\"}'
  frameio call folders.update --input '{\"folder_id\": \"…\", \"data\": {\"name\": \"Stills\"}}'
  frameio call folders.list --input @input.json --all

`frameio operations NAME` lists the parameters of an operation.
The IDs of the account, workspace and project that the route needs default to those of the profile.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the operation, such as files.show; `frameio operations` lists all
    operation: String,
    /// Parameters as a JSON object, @FILE to read it from a file, or - for standard input
    #[arg(long, value_name = "JSON", default_value = "{}", hide_default_value = true)]
    input: String,
    /// Follow all pages and print their items as JSON lines
    #[arg(long)]
    all: bool,
    /// Allow values outside the documented limits
    #[arg(long)]
    unchecked: bool,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let operation = input::operation(&args.operation).map_err(Failure::usage)?;
    let mut object = input::object(&args.input)?;
    let profile = global.profile.load()?;
    profile.fill(operation, &mut object);
    let options = CallOptions::new().unchecked(args.unchecked);
    let reporter = Reporter::text();
    if operation.deprecated {
        reporter.note(&format!("warning: {} is deprecated", operation.id));
    }
    if args.all {
        let result = all(global, &reporter, operation, object, &options).await;
        return result.map_err(|failure| profile.explain(failure));
    }
    // Validated before the credentials are read, so that invalid input needs no token to be reported.
    let request = operation
        .request(&object, &options)
        .map_err(|error| profile.explain(Failure::input(operation.id, &error)))?;
    reporter.value(&global.client()?.send_json(request).await?)
}

/// Prints the items of all pages, each as soon as its page arrives.
async fn all(
    global: &GlobalArgs,
    reporter: &Reporter,
    operation: &'static Operation,
    mut object: Map<String, Value>,
    options: &CallOptions,
) -> Result<(), Failure> {
    if !operation.schema().paged {
        let message = format!("'--all' cannot be used with {}, which has no pages", operation.id);
        return Err(Failure::usage(message));
    }
    // The largest pages need the fewest calls.
    let sizes = operation.schema().parameters.iter().find(|it| it.name == "page_size");
    if let Some(range) = sizes.and_then(|it| it.range.as_ref()) {
        object.entry("page_size").or_insert_with(|| (*range.end()).into());
    }
    let start = object.get("after").and_then(Value::as_str).map(Cursor::from);
    let mut guard = start.map_or_else(CursorGuard::new, |start| CursorGuard::starting_at(&start));
    let mut client: Option<Client> = None;
    loop {
        let request = operation.request(&object, options);
        let request = request.map_err(|error| Failure::input(operation.id, &error))?;
        let client = match &client {
            Some(client) => client,
            None => client.insert(global.client()?),
        };
        let response = client.send_json(request).await?;
        let unexpected = |error: String| {
            Failure::new(
                Status::Unexpected,
                format!("{}: unexpected response: {error}", operation.id),
            )
        };
        let page: Page<Value> =
            serde_json::from_value(response).map_err(|error| unexpected(error.to_string()))?;
        for item in &page.data {
            reporter.json_line(item)?;
        }
        let next = guard.next_cursor(&page).map_err(|error| unexpected(error.to_string()))?;
        let Some(next) = next else { return Ok(()) };
        object.insert("after".to_owned(), next.as_str().into());
    }
}
