//! `frameio webhook create`.

use frameio::EventType;
use frameio::webhooks::CreateWebhook;
use http::Uri;

use super::{Workspace, kinds};
use crate::connect::Connection;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    workspace: Workspace,
    /// What it is called
    // The id `name` is that of `--profile`, which stands in all commands.
    #[arg(id = "webhook_name", long = "name", value_name = "NAME")]
    name: String,
    /// Where events are sent to: https://, or http:// on this machine for `frameio sim`
    #[arg(long, value_parser = url)]
    url: String,
    /// An event to be told of, or all; may be given again
    #[arg(long = "event", value_name = "EVENT|all", required = true, value_parser = events)]
    events: Vec<Events>,
}

/// What one `--event` stands for.
#[derive(Clone, Debug)]
struct Events(Vec<EventType>);

fn events(text: &str) -> Result<Events, String> {
    match text {
        "all" => Ok(Events(EventType::KNOWN.iter().map(|&kind| kind.into()).collect())),
        kind => kinds::parse(kind).map(|kind| Events(vec![kind])),
    }
}

/// Events sent in clear could be read, and kept from arriving, by anyone on the way.
fn url(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let fits = uri.is_some_and(|uri| match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_this_machine(host),
        _ => false,
    });
    if fits {
        return Ok(text.to_owned());
    }
    Err("an https:// URL is needed; http:// is for this machine only".to_owned())
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Result<std::net::IpAddr, _> = host.parse();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

pub(super) async fn run(connection: &Connection, args: &Args) -> Result<(), Failure> {
    let mut events: Vec<EventType> = Vec::new();
    for event in args.events.iter().flat_map(|events| &events.0) {
        if !events.contains(event) {
            events.push(event.clone());
        }
    }
    let profile = connection.choice.profile()?.unwrap_or_default();
    let (account, workspace) = args.workspace.ids(&profile)?;
    let create = CreateWebhook::new(account, workspace, events, &*args.name, &*args.url);
    let webhook = connection.client()?.send(create).await?;
    output::answer(&output::json(&webhook)?)?;
    if webhook.secret.is_some() {
        eprintln!("frameio: keep the secret, it is shown this once: deliveries are verified by it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_go_encrypted_or_stay_here() {
        for good in ["https://example.com/hook", "http://127.0.0.1:3000/", "http://[::1]:1/"] {
            assert_eq!(url(good).as_deref(), Ok(good));
        }
        for bad in ["http://example.com/", "ftp://127.0.0.1/", "/hook", "", "https://"] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
