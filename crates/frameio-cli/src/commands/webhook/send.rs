//! `frameio webhook send`: sends a test delivery to the user's own server.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use frameio::webhook::action::ActionRequest;
use frameio::webhook::{Event, Resource};
use frameio::{Body, EventType};
use http::{Request, StatusCode, Uri};
use serde_json::{Value, json};

use super::http_client::{self, HttpClient};
use super::secrets::WebhookSecrets;
use super::{event_names, verify};
use crate::args::JsonArgs;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::{self, Record};

pub(super) const HELP: &str = "\
Examples:
  frameio webhook send http://127.0.0.1:3000/webhooks --type file.ready --secret-file secret
  frameio webhook send http://127.0.0.1:3000/actions --type my.action --action --secret-file secret

The default IDs do not exist at Frame.io. `frameio webhook create --help` lists all events.

Exit status:
    0  The server accepted the request (2xx)
    2  Invalid arguments; nothing was sent
    6  The server refused the request (4xx); 401 if it did not accept the signature
    8  The server failed (5xx)
    9  No connection, or no response within the time limit of Frame.io: 5 s, for actions 10 s
   10  Other status; Frame.io does not follow redirects";

/// Time limits of the service for responses to events and to actions.
const EVENT_LIMIT: Duration = Duration::from_secs(5);
const ACTION_LIMIT: Duration = Duration::from_secs(10);

/// Maximum number of resources that a user can select.
const MAX_SELECTED: usize = 100;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// URL of the server
    #[arg(value_parser = http_client::url)]
    url: Uri,
    /// Event, such as file.ready; with --action, the event name of the action
    #[arg(
        long = "type",
        value_name = "EVENT",
        required_unless_present = "body",
        add = completion::one_of(|| EventType::KNOWN.iter().copied())
    )]
    kind: Option<String>,
    #[command(flatten)]
    secrets: WebhookSecrets,
    /// ID of the resource, with an optional kind such as folder:ID; may be repeated for an action
    #[arg(long = "resource", value_name = "[KIND:]ID")]
    resources: Vec<String>,
    /// ID of the account
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000001")]
    account: String,
    /// ID of the workspace
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000002")]
    workspace: String,
    /// ID of the project
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000003")]
    project: String,
    /// ID of the user who caused the event
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000004")]
    user: String,
    /// Send a custom action instead of an event
    #[arg(long)]
    action: bool,
    /// ID of the action
    #[arg(
        long,
        value_name = "ID",
        requires = "action",
        default_value = "00000000-0000-4000-8000-000000000005"
    )]
    action_id: String,
    /// ID that is shared by all requests of an interaction
    #[arg(
        long,
        value_name = "ID",
        requires = "action",
        default_value = "00000000-0000-4000-8000-000000000006"
    )]
    interaction: String,
    /// Values of a submitted form: '{"NAME": "VALUE"}', @FILE, or - for standard input
    #[arg(long, value_name = "JSON", requires = "action")]
    data: Option<String>,
    /// Send the content of this file as the body
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "resources", "action"])]
    body: Option<PathBuf>,
    /// Time of the signature: 'now' or a Unix timestamp; a server should refuse old signatures
    #[arg(long, value_name = "SECONDS|now", default_value = "now", value_parser = verify::time)]
    at: SystemTime,
    #[command(flatten)]
    json: JsonArgs,
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let signer = args.secrets.signer()?;
    let since = args.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let request = signer
        .request_at(since.as_secs(), args.url.clone(), body(args)?)
        .map_err(|error| Failure::usage(format!("cannot build the request: {error}")))?;
    let limit = if args.action { ACTION_LIMIT } else { EVENT_LIMIT };
    deliver(&HttpClient::new(limit), request, &args.json).await
}

/// Response of the server.
struct ServerResponse {
    status: StatusCode,
    body: String,
}

impl Record for ServerResponse {
    fn lines(&self) -> Vec<String> {
        let body = self.body.lines().map(str::to_owned);
        std::iter::once(self.status.to_string()).chain(body).collect()
    }

    fn json(&self) -> Value {
        json!({"status": self.status.as_u16(), "body": self.body})
    }
}

/// Sends a request, and fails unless the server accepts it.
async fn deliver(
    client: &HttpClient,
    request: Request<Body>,
    format: &JsonArgs,
) -> Result<(), Failure> {
    let response = client.send(request).await?;
    let (status, body) = (response.status(), response.into_body());
    let body = body.as_bytes().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    format.print(&ServerResponse { status, body })?;
    let (exit, why) = match status.as_u16() {
        200..=299 => return Ok(()),
        400..=499 => (Status::Refused, "the server refused the request"),
        500..=599 => (Status::ServerError, "the server failed"),
        _ => (Status::Unexpected, "the status is not 2xx"),
    };
    Err(Failure::new(exit, format!("{why}; Frame.io would retry this delivery")))
}

fn body(args: &Args) -> Result<Vec<u8>, Failure> {
    if let Some(file) = &args.body {
        return std::fs::read(file).map_err(|error| Failure::file("read", file, &error));
    }
    let kind = args.kind.as_deref().unwrap_or_default();
    let json = if args.action { action(args, kind)? } else { event(args, kind)? };
    Ok(json.to_string().into_bytes())
}

fn event(args: &Args, kind: &str) -> Result<Value, Failure> {
    let known = event_names::parse(kind).map_err(|error| Failure::value("--type", kind, error))?;
    // The resource of `metadata.value.updated` is the file that has the value.
    let default_kind = match kind.split('.').next() {
        Some("metadata") | None => "file",
        Some(kind) => kind,
    };
    let resource = match args.resources.as_slice() {
        [] => Resource::new(default_kind, INVENTED_ID),
        [one] => resource(one, default_kind),
        _ => {
            let message = "'--resource' can be repeated with '--action' only: an event has one \
                           resource";
            return Err(Failure::usage(message));
        }
    };
    let event = Event::new(known, resource, &*args.account)
        .workspace(&*args.workspace)
        .project(&*args.project)
        .user(&*args.user);
    report::json(&event)
}

fn action(args: &Args, kind: &str) -> Result<Value, Failure> {
    if args.resources.len() > MAX_SELECTED {
        let message = format!("an action can have at most {MAX_SELECTED} values of '--resource'");
        return Err(Failure::usage(message));
    }
    let mut selection: Vec<_> = args.resources.iter().map(|text| resource(text, "file")).collect();
    if selection.is_empty() {
        selection.push(Resource::new("file", INVENTED_ID));
    }
    let (id, interaction) = (&*args.action_id, &*args.interaction);
    let request = ActionRequest::new(kind, id, interaction, &*args.account)
        .workspace(&*args.workspace)
        .project(&*args.project)
        .user(&*args.user)
        .select(selection);
    report::json(&match &args.data {
        Some(data) => request.submit(input::object_of("--data", data)?),
        None => request,
    })
}

const INVENTED_ID: &str = "00000000-0000-4000-8000-000000000007";

/// Parses a resource. Only a known kind is a prefix, because IDs of Adobe contain colons too.
fn resource(text: &str, default: &str) -> Resource {
    let named = text.split_once(':').map(|(kind, id)| Resource::new(kind, id));
    match named {
        Some(Resource::Other { .. }) | None => Resource::new(default, text),
        Some(named) => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_id_with_an_optional_kind() {
        assert_eq!(resource("1", "share"), Resource::Share("1".into()));
        assert_eq!(resource("folder:1", "file"), Resource::Folder("1".into()));
        let adobe = "adobe:urn:aaid:1|2";
        assert_eq!(resource(adobe, "file"), Resource::File(adobe.into()));
        assert_eq!(resource("file:adobe:1", "folder"), Resource::File("adobe:1".into()));
    }
}
