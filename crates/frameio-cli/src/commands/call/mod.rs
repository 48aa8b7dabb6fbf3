//! `frameio call`: calls one operation, or follows all of its pages.

mod fields;
mod preview;

use frameio::auth::profile::Services;
use frameio::endpoint::CursorGuard;
use frameio::layers::Token;
use frameio::{Body, CallOptions, Client, Cursor, Operation, Page};
use http::{HeaderValue, Request};
use serde_json::{Map, Value};

pub(super) use self::fields::FieldPath;
use self::fields::Fields;
pub(super) use self::preview::quoted;
use super::input_ids::{IdLookup, InputIds};
use crate::args::{AccountArg, CallArgs, GlobalArgs, JsonArgs};
use crate::completion;
use crate::config::ProfileIds;
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::Reporter;

pub(super) const HELP: &str = "\
Examples:
  frameio call users.show
  frameio call files.show --path file_id='/Film/The Crossing/Stills/Poster.png'
  frameio call folders.update --path folder_id='/Film/The Crossing/Stills' -f name=Photos --dry-run
  frameio call folders.index --path folder_id='/Film/The Crossing/Dailies' -F page_size=50 --all
  frameio call users.show --jq .data.email
  frameio call webhooks.create --input @webhook.json --curl

`frameio operations --show NAME` describes the parameters of an operation, with an example. -f and -F
take fields of the body with or without 'data.', --input takes them as the service does, in 'data'.
KEY[SUBKEY]=VALUE sets a field of an object, and KEY[]=VALUE adds to a list. Fields override those of
--input.

The IDs of the account, workspace and project that the route needs default to those of the profile.
'--account' overrides its account. If the user has only one account, it is used.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the operation, such as files.show; `frameio operations` lists all
    #[arg(add = completion::operation())]
    operation: String,
    /// Parameters as a JSON object, @FILE to read it from a file, or - for standard input
    #[arg(long, value_name = "JSON", default_value = "{}", hide_default_value = true)]
    input: String,
    #[command(flatten)]
    fields: Fields,
    /// Follow all pages and print their items as JSON lines
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    call: CallArgs,
    /// Print the request without sending it; places are looked up
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Print the request as a curl command without sending it; the token is in $FRAMEIO_TOKEN
    #[arg(long, conflicts_with_all = ["dry_run", "json", "jq"])]
    curl: bool,
    #[command(flatten)]
    json: JsonArgs,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let operation = input::operation(&args.operation).map_err(Failure::usage)?;
    args.fields.check_standard_input(&args.input)?;
    let mut object = input::object(&args.input)?;
    let places = args.fields.add_to(operation, &mut object)?;
    let profile = global.profile.load()?.with_account(args.account.given());
    let options = args.call.options();
    let reporter = args.json.reporter();
    if operation.deprecated {
        reporter.note(&format!("warning: {} is deprecated", operation.id));
    }
    if args.all && !operation.schema().paged {
        let message = format!("'--all' cannot be used with {}, which has no pages", operation.id);
        return Err(Failure::usage(message));
    }
    // Validated before the credentials are read, so that invalid input needs no token to be reported.
    let mut ids = InputIds::new(operation, places);
    let refuse = |reason| Failure::usage(args.fields.explain(operation, reason));
    ids.validate(&object, &profile, &options).map_err(refuse)?;
    let mut lookup = IdLookup::new(global, &args.account, profile.clone());
    lookup.fill(&mut ids, &mut object).await?;
    if args.all && !args.dry_run && !args.curl {
        let listed = all(global, &reporter, operation, object, &options).await;
        return listed.map_err(|failure| args.fields.advised(failure));
    }
    let request = operation
        .request(&object, &options)
        .map_err(|error| profile.explain_input(Failure::input(operation.id, &error)))?;
    if args.dry_run || args.curl {
        let request = with_legacy_header(request)?;
        let api_url = Services::new(global.base_url(&profile)?, None).api_url;
        return preview::print(&args.json, &request, &api_url, args.curl);
    }
    let sent = global.client()?.send_json(request).await;
    let response = sent.map_err(|error| args.fields.advised(error.into()))?;
    match args.json.is_json() {
        true => reporter.json_line(&response),
        false => reporter.value(&response),
    }
}

/// Adds the header that the client sends with a legacy token, which the printed command takes from the same variable.
fn with_legacy_header(mut request: Request<Body>) -> Result<Request<Body>, Failure> {
    if input::variable("FRAMEIO_TOKEN")?.is_some_and(|token| Token::new(token).is_legacy()) {
        let value = HeaderValue::from_static("true");
        request.headers_mut().insert("x-frameio-legacy-token-auth", value);
    }
    Ok(request)
}

/// Checks the arguments as [`run`] does before it sends anything, without a profile.
#[cfg(test)]
pub(super) fn check(args: &Args) -> Result<(), String> {
    let operation = input::operation(&args.operation)?;
    let mut object = input::object(&args.input).map_err(|failure| failure.message)?;
    let places = args.fields.add_to(operation, &mut object).map_err(|failure| failure.message)?;
    let profile = frameio::auth::profile::Profile::default();
    InputIds::new(operation, places).validate(&object, &profile, &CallOptions::new())
}

/// Prints the items of all pages, each as soon as its page arrives.
async fn all(
    global: &GlobalArgs,
    reporter: &Reporter,
    operation: &'static Operation,
    mut object: Map<String, Value>,
    options: &CallOptions,
) -> Result<(), Failure> {
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
