//! `frameio webhook create`: creates a webhook.

use frameio::endpoint::is_loopback;
use frameio::transfer::Transfers;
use frameio::webhooks::{CallbackUrl, CreateWebhook, ListWebhooks, Webhook};
use frameio::{Client, EventType};
use http::Uri;
use jiff::Timestamp;
use serde_json::Value;

use super::event_names;
use crate::args::{GlobalArgs, JsonArgs, WorkspaceArgs};
use crate::commands::changes::{confirmed, is_created_since};
use crate::completion;
use crate::exit::Failure;
use crate::report::{self, Record};
use crate::resolver::{Purpose, Resolver};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    workspace: WorkspaceArgs,
    /// Name of the webhook
    #[arg(long, value_name = "NAME")]
    name: String,
    /// URL that receives the events: https://, or http:// on this machine with `frameio sim`
    #[arg(long, value_parser = url)]
    url: String,
    /// Event to subscribe to, or 'all'; may be repeated
    #[arg(
        long = "event",
        value_name = "EVENT|all",
        required = true,
        value_parser = events,
        add = completion::one_of(|| EventType::KNOWN.iter().copied().chain(["all"]))
    )]
    events: Vec<Events>,
    #[command(flatten)]
    json: JsonArgs,
}

/// Events of one `--event`.
#[derive(Clone, Debug)]
struct Events(Vec<EventType>);

fn events(text: &str) -> Result<Events, String> {
    match text {
        "all" => Ok(Events(EventType::KNOWN.iter().map(|&kind| kind.into()).collect())),
        kind => event_names::parse(kind).map(|kind| Events(vec![kind])),
    }
}

/// Validates the URL. With plain HTTP, others on the network could read and drop events.
fn url(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let fits = uri.is_some_and(|uri| match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_loopback(host),
        _ => false,
    });
    if fits {
        return Ok(text.to_owned());
    }
    Err("expected an https:// URL; http:// is accepted for this machine only".to_owned())
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut events: Vec<EventType> = Vec::new();
    for event in args.events.iter().flat_map(|events| &events.0) {
        if !events.contains(event) {
            events.push(event.clone());
        }
    }
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.workspace.account)?;
    let (account, workspace) = resolver.workspace_of(Purpose::Write, &args.workspace).await?;
    let url = CallbackUrl::new(&*args.url);
    let create = CreateWebhook::new(account, workspace, events, &*args.name, url);
    let webhook = send(&client, create).await?;
    let reporter = args.json.reporter();
    reporter.record(&Created { json: report::json(&webhook)?, webhook: &webhook })?;
    match webhook.secret {
        Some(_) => {
            reporter.note("save the secret, which verifies deliveries; it is shown only once");
        }
        None => {
            let delete = format!("`frameio webhook delete {}`", webhook.id.as_str());
            let reason = "the response has no secret, which is shown only once";
            reporter.note(&format!("{reason}: {delete}, and create the webhook again"));
        }
    }
    Ok(())
}

/// Creates a webhook. If the response is lost, looks for a new webhook of its name and URL.
async fn send(client: &Client, create: CreateWebhook) -> Result<Webhook, Failure> {
    let start = Timestamp::now();
    let (account, workspace) = (create.account_id.clone(), create.workspace_id.clone());
    let (name, url) = (create.name.clone(), create.url.clone());
    let find = async || {
        let mut webhooks = client.items(ListWebhooks::new(&account, &workspace).page_size(100));
        while let Some(webhook) = webhooks.next().await {
            let webhook = webhook?;
            let is_same = webhook.name == name && webhook.url == url.as_str();
            if is_same && is_created_since(webhook.created_at, start) {
                return Ok(Some(webhook));
            }
        }
        Ok(None)
    };
    let show = format!("frameio webhook list --workspace {}", workspace.as_str());
    confirmed(client.send(create), &show, find).await
}

/// A webhook that was created.
struct Created<'a> {
    webhook: &'a Webhook,
    json: Value,
}

impl Record for Created<'_> {
    fn lines(&self) -> Vec<String> {
        let Webhook { id, name, url, secret, .. } = self.webhook;
        let mut lines = vec![format!("created webhook {} '{name}' ({url})", id.as_str())];
        lines.extend(secret.iter().map(|secret| format!("secret: {}", secret.expose())));
        lines
    }

    fn json(&self) -> Value {
        self.json.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_https_or_loopback() {
        for good in ["https://example.com/hook", "http://127.0.0.1:3000/", "http://[::1]:1/"] {
            assert_eq!(url(good).as_deref(), Ok(good));
        }
        for bad in ["http://example.com/", "ftp://127.0.0.1/", "/hook", "", "https://"] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
