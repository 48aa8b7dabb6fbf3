//! `frameio call`: one operation, or all pages of one.

use frameio::endpoint::CursorGuard;
use frameio::{Client, Cursor, Operation, Page};
use serde_json::{Map, Value};

use crate::args::Call;
use crate::connect::Connection;
use crate::exit::{Failure, Status};
use crate::{input, output, profile};

pub(crate) async fn run(connection: &Connection, call: &Call) -> Result<(), Failure> {
    let operation = input::operation(&call.operation)
        .map_err(|message| Failure::new(Status::Usage, message))?;
    let mut object = input::object(&call.input)?;
    profile::fill(connection.choice.profile()?.as_ref(), operation, &mut object);
    if operation.deprecated {
        eprintln!("frameio: {} is deprecated by the service", operation.id);
    }
    if call.all {
        return all(connection, operation, object).await;
    }
    // What is wrong with the input is told even to those who have no token.
    let request = operation.request(&object).map_err(|e| Failure::input(operation.id, &e))?;
    output::answer(&connection.client()?.send_json(request).await?)
}

/// Prints the items of all pages, each as soon as its page is there.
async fn all(
    connection: &Connection,
    operation: &'static Operation,
    mut object: Map<String, Value>,
) -> Result<(), Failure> {
    if !operation.schema().paged {
        let message = "does not answer in pages: leave --all out";
        return Err(Failure::usage(operation.id, message));
    }
    // The largest pages spend the least of the quota.
    let sizes = operation.schema().parameters.iter().find(|it| it.name == "page_size");
    if let Some(range) = sizes.and_then(|it| it.range.as_ref()) {
        object.entry("page_size").or_insert_with(|| (*range.end()).into());
    }
    let start = object.get("after").and_then(Value::as_str).map(Cursor::from);
    let mut guard = start.map_or_else(CursorGuard::new, |start| CursorGuard::starting_at(&start));
    let mut client: Option<Client> = None;
    loop {
        let request = operation.request(&object).map_err(|e| Failure::input(operation.id, &e))?;
        let client = match &client {
            Some(client) => client,
            None => client.insert(connection.client()?),
        };
        let answer = client.send_json(request).await?;
        let unexpected = |error: String| {
            Failure::new(
                Status::Unexpected,
                format!("{}: unexpected answer: {error}", operation.id),
            )
        };
        let page: Page<Value> =
            serde_json::from_value(answer).map_err(|error| unexpected(error.to_string()))?;
        for item in &page.data {
            output::line(&item.to_string())?;
        }
        let next = guard.next_cursor(&page).map_err(|error| unexpected(error.to_string()))?;
        let Some(next) = next else { return Ok(()) };
        object.insert("after".to_owned(), next.as_str().into());
    }
}
