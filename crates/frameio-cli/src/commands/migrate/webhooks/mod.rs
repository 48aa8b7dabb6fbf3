//! `frameio migrate webhooks`: enables what was migrated disabled.

mod disabled;
mod row;

use frameio::custom_actions::UpdateCustomAction;
use frameio::webhooks::UpdateWebhook;
use frameio::{Client, EventType};

use self::disabled::{Disabled, Receiver, Search};
use self::row::{DisabledRow, Outcome};
use crate::args::{AccountArg, FormatArgs, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::report::{Reporter, SkippedItems};

pub(super) const HELP: &str = "\
Webhooks and custom actions of the legacy API move along with an account, but disabled. They are recognized
by events that only the legacy API had, by a state that V4 does not set, or by a creation time before
the account moved. Others that are disabled are listed too, and are enabled only if you name their IDs.

Without --send nothing is changed. With --send they are enabled one by one, and events of the legacy API
are replaced by those of V4. The same command again enables those that are still disabled.

The receiver has to change as well: V4 sends other payloads, and the old secret may not sign them, because
V4 shows a secret only when a webhook is created. For receivers that cannot change, `frameio legacy serve
--relay` verifies the deliveries of V4 and forwards them in the format of V2, signed with the old secret.

Examples:
  frameio migrate webhooks          list them with the events that replace the old ones
  frameio migrate webhooks --send   enable all that were migrated
  frameio migrate webhooks --send 00000046-f1a0-4000-8000-000000000000";

const PAYLOADS: &str = "the payloads change ('team' becomes 'workspace', 'asset' becomes 'file', \
'folder' or 'version_stack'), and the old secret may not sign them; receivers that cannot change need \
the relay of `frameio legacy serve --relay`";

/// Event of the legacy API whose replacement is sent more often.
const LABEL_EVENT: &str = "asset.label.updated";

const LABELS: &str = "'metadata.value.updated', which replaces 'asset.label.updated', is sent for every \
metadata field: filter by the field Status";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// IDs of webhooks and custom actions to enable [default: all that were migrated]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Enable them; without it, nothing is changed
    #[arg(long)]
    send: bool,
    #[command(flatten)]
    format: FormatArgs<DisabledRow<'static>>,
    #[command(flatten)]
    account: AccountArg,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    let client = global.client()?;
    let accounts = args.account.list(&client, &global.profile.load()?).await?;
    let reporter = Reporter::text();
    let mut search = Search {
        client: &client,
        reporter: &reporter,
        undecodable: SkippedItems::default(),
        forbidden: 0,
    };
    let mut found = search.all(&accounts).await?;
    let (undecodable, forbidden) = (search.undecodable, search.forbidden);
    select(&mut found, &args.ids)?;
    let mut counts = Counts::default();
    for item in &found {
        let outcome = match plan(item, &args.ids) {
            Outcome::Planned if args.send => enable(&client, item).await?,
            outcome => outcome,
        };
        counts.add(&outcome);
        list.push(&DisabledRow { item, outcome })?;
    }
    let (is_json, has_labels) = (list.is_json(), found.iter().any(has_label_event));
    list.finish()?;
    if !is_json {
        summary(&reporter, &counts, found.len(), args.send);
        if has_labels {
            reporter.status(&format!("note: {LABELS}"));
        }
    }
    counts.finish()?;
    undecodable.finish()?;
    match forbidden {
        0 => Ok(()),
        _ => {
            let message = format!("the list is incomplete: {forbidden} lists cannot be read");
            Err(Failure::new(Status::Forbidden, message))
        }
    }
}

/// Keeps those with the given IDs. All have to exist before any is changed.
fn select(found: &mut Vec<Disabled>, ids: &[String]) -> Result<(), Failure> {
    let unknown = ids.iter().find(|id| !found.iter().any(|item| item.receiver.id() == *id));
    if let Some(id) = unknown {
        let message = format!("no disabled webhook or custom action has the ID '{id}'");
        return Err(Failure::new(Status::NotFound, message));
    }
    if !ids.is_empty() {
        found.retain(|item| ids.iter().any(|id| id == item.receiver.id()));
    }
    Ok(())
}

fn has_label_event(item: &Disabled) -> bool {
    item.receiver.events().iter().any(|event| event.as_str() == LABEL_EVENT)
}

fn plan(item: &Disabled, ids: &[String]) -> Outcome {
    let has_events =
        matches!(item.receiver, Receiver::Action(_)) || !item.receiver.new_events().is_empty();
    match has_events {
        false => Outcome::Skipped("V4 has none of its events"),
        true if !item.is_migrated && ids.is_empty() => {
            Outcome::Skipped("it may be disabled on purpose; name its ID to enable it")
        }
        true => Outcome::Planned,
    }
}

/// Enables a webhook or custom action. A refusal concerns this one only; any other failure ends the run.
async fn enable(client: &Client, item: &Disabled) -> Result<Outcome, Failure> {
    let enabled = match &item.receiver {
        Receiver::Webhook(webhook) => {
            let events: Vec<EventType> = item.receiver.new_events();
            let mut request = UpdateWebhook::new(&item.account, &webhook.id).active(true);
            if events != webhook.events {
                request = request.events(events);
            }
            client.send(request).await.map(|webhook| webhook.active)
        }
        Receiver::Action(action) => {
            let request = UpdateCustomAction::new(&item.account, &action.id).active(true);
            client.send(request).await.map(|action| action.active)
        }
    };
    match enabled {
        Ok(Some(false)) => {
            Ok(Outcome::Failed(Status::Unexpected, "the service left it disabled".to_owned()))
        }
        Ok(_) => Ok(Outcome::Enabled),
        Err(error) => {
            let failure = Failure::from(error);
            match failure.status {
                Status::Forbidden | Status::NotFound | Status::Refused => {
                    Ok(Outcome::Failed(failure.status, failure.message))
                }
                _ => Err(failure),
            }
        }
    }
}

#[derive(Default)]
struct Counts {
    planned: usize,
    enabled: usize,
    failed: usize,
    status: Option<Status>,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Planned => self.planned += 1,
            Outcome::Enabled => self.enabled += 1,
            Outcome::Skipped(_) => {}
            Outcome::Failed(status, _) => {
                self.failed += 1;
                self.status = Some(Status::common(self.status, *status));
            }
        }
    }

    fn finish(&self) -> Result<(), Failure> {
        let failed = |status| Failure::new(status, format!("{} could not be enabled", self.failed));
        self.status.map_or(Ok(()), |status| Err(failed(status)))
    }
}

fn summary(reporter: &Reporter, counts: &Counts, all: usize, is_sent: bool) {
    let (planned, enabled) = (counts.planned, counts.enabled);
    match (all, is_sent) {
        (0, _) => reporter.status("no webhook or custom action is disabled"),
        (_, true) => reporter.status(&format!("enabled {enabled} of {all}")),
        (_, false) => {
            reporter.status(&format!("would enable {planned} of {all}; enable them with --send"));
        }
    }
    if planned + enabled > 0 {
        reporter.status(&format!("note: {PAYLOADS}"));
    }
}
