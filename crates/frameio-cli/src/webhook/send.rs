//! `frameio webhook send`: what the service would send, to one's own server.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use frameio::Body;
use frameio::webhook::action::ActionRequest;
use frameio::webhook::{Event, Resource};
use http::{Request, Uri};

use super::outward::{self, Outward};
use super::secrets::Secrets;
use super::{kinds, verify};
use crate::exit::{Failure, Status};
use crate::{input, output};

pub(super) const HELP: &str = "\
Ids that are not given are made up: they name nothing at Frame.io. `frameio webhook create --help`
lists the events.

Exit status:
  0  the server took it, with a 2xx
  2  wrong usage: nothing was sent
  6  it refused it, with a 4xx: 401 where it does not believe the signature
  8  it failed, with a 5xx
  9  no answer: no connection, or nothing in the time that the service waits (5 s, an action 10 s)
  10 another status: the service follows no redirects";

/// How long the service waits for the answer to an event, and at most for that of an action.
const EVENT_LIMIT: Duration = Duration::from_secs(5);
const ACTION_LIMIT: Duration = Duration::from_secs(10);

/// As many as a user can select.
const MOST_SELECTED: usize = 100;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The server to send to
    #[arg(value_parser = outward::url)]
    url: Uri,
    /// The event, such as file.ready; with --action, the event of the action
    #[arg(long = "type", value_name = "EVENT", required_unless_present = "body")]
    kind: Option<String>,
    #[command(flatten)]
    secrets: Secrets,
    /// What it has happened to: an id, or KIND:ID such as folder:ID. An action takes several
    #[arg(long = "resource", value_name = "[KIND:]ID")]
    resources: Vec<String>,
    /// The account that it has happened in
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000001")]
    account: String,
    /// The workspace that it has happened in
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000002")]
    workspace: String,
    /// The project that it has happened in
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000003")]
    project: String,
    /// Who has done it
    #[arg(long, value_name = "ID", default_value = "00000000-0000-4000-8000-000000000004")]
    user: String,
    /// Send the request of a custom action
    #[arg(long)]
    action: bool,
    /// The id of the action
    #[arg(
        long,
        value_name = "ID",
        requires = "action",
        default_value = "00000000-0000-4000-8000-000000000005"
    )]
    action_id: String,
    /// The id that the requests of one run of the action have in common
    #[arg(
        long,
        value_name = "ID",
        requires = "action",
        default_value = "00000000-0000-4000-8000-000000000006"
    )]
    interaction: String,
    /// What was typed into the form of the action: '{"NAME": "VALUE"}', @FILE, or -
    #[arg(long, value_name = "JSON", requires = "action")]
    data: Option<String>,
    /// Send the bytes of this file in place of all that
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "resources", "action"])]
    body: Option<PathBuf>,
    /// When it is signed: now, or in seconds since 1970; what is old has to be refused
    #[arg(long, value_name = "SECONDS|now", default_value = "now", value_parser = verify::time)]
    at: SystemTime,
}

pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let signer = args.secrets.signer()?;
    let since = args.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let request = signer
        .request_at(since.as_secs(), args.url.clone(), body(args)?)
        .map_err(|error| Failure::usage("URL", error))?;
    let limit = if args.action { ACTION_LIMIT } else { EVENT_LIMIT };
    sent(&Outward::new(limit), request).await
}

async fn sent(outward: &Outward, request: Request<Body>) -> Result<(), Failure> {
    let answer = outward.send(request).await?;
    let (status, body) = (answer.status(), answer.into_body());
    output::line(&status.to_string())?;
    let body = body.as_bytes().map(String::from_utf8_lossy).unwrap_or_default();
    if !body.is_empty() {
        output::line(&body)?;
    }
    let (exit, why) = match status.as_u16() {
        200..=299 => return Ok(()),
        400..=499 => (Status::Refused, "the server refuses it"),
        500..=599 => (Status::ServerError, "the server failed"),
        _ => (Status::Unexpected, "the service takes nothing but a 2xx for an answer"),
    };
    Err(Failure::new(exit, format!("{why}: the service would deliver it again")))
}

fn body(args: &Args) -> Result<Vec<u8>, Failure> {
    if let Some(file) = &args.body {
        return std::fs::read(file).map_err(|error| Failure::usage(file.display(), error));
    }
    let kind = args.kind.as_deref().unwrap_or_default();
    let json = if args.action { action(args, kind)? } else { event(args, kind)? };
    Ok(json.to_string().into_bytes())
}

fn event(args: &Args, kind: &str) -> Result<serde_json::Value, Failure> {
    let known = kinds::parse(kind).map_err(|error| Failure::usage("--type", error))?;
    // `metadata.value.updated` is told of the file that has the value.
    let of = match kind.split('.').next() {
        Some("metadata") | None => "file",
        Some(of) => of,
    };
    let resource = match args.resources.as_slice() {
        [] => Resource::new(of, MADE_UP),
        [one] => resource(one, of),
        _ => return Err(Failure::usage("--resource", "an event names one")),
    };
    let event = Event::new(known, resource, &*args.account)
        .workspace(&*args.workspace)
        .project(&*args.project)
        .user(&*args.user);
    output::json(&event)
}

fn action(args: &Args, kind: &str) -> Result<serde_json::Value, Failure> {
    if args.resources.len() > MOST_SELECTED {
        let message = format!("an action is run on {MOST_SELECTED} at most");
        return Err(Failure::usage("--resource", message));
    }
    let mut selection: Vec<_> = args.resources.iter().map(|text| resource(text, "file")).collect();
    if selection.is_empty() {
        selection.push(Resource::new("file", MADE_UP));
    }
    let (id, interaction) = (&*args.action_id, &*args.interaction);
    let request = ActionRequest::new(kind, id, interaction, &*args.account)
        .workspace(&*args.workspace)
        .project(&*args.project)
        .user(&*args.user)
        .select(selection);
    output::json(&match &args.data {
        Some(data) => request.submit(input::object_of("--data", data)?),
        None => request,
    })
}

const MADE_UP: &str = "00000000-0000-4000-8000-000000000007";

/// Ids at Adobe have colons too, so that only a kind that is known is one.
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
    fn a_resource_is_an_id_or_has_its_kind_before_it() {
        assert_eq!(resource("1", "share"), Resource::Share("1".into()));
        assert_eq!(resource("folder:1", "file"), Resource::Folder("1".into()));
        let adobe = "adobe:urn:aaid:1|2";
        assert_eq!(resource(adobe, "file"), Resource::File(adobe.into()));
        assert_eq!(resource("file:adobe:1", "folder"), Resource::File("adobe:1".into()));
    }
}
