//! Formats verified deliveries.

use frameio::endpoint::DecodeError;
use frameio::webhook::action::ActionRequest;
use frameio::webhook::{Event, Resource, Verified};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::report::Record;

/// A verified delivery.
pub(super) struct Delivery {
    content: Content,
    /// Time of the signature.
    time: String,
}

enum Content {
    Event(Event),
    Action(ActionRequest),
}

impl Delivery {
    /// Decodes the body as an event, or else as an action.
    pub(super) fn read(verified: &Verified) -> Result<Self, DecodeError> {
        let content = match verified.event() {
            Ok(event) => Content::Event(event),
            Err(error) => verified.action().map(Content::Action).map_err(|_| error)?,
        };
        Ok(Self { content, time: time(verified) })
    }
}

impl Record for Delivery {
    /// Returns a line with the time, type, resource, user, project and account.
    fn lines(&self) -> Vec<String> {
        let (what, user, project, account) = match &self.content {
            Content::Event(event) => (
                format!("{} {}", event.kind, named(&event.resource())),
                event.user_id(),
                event.project_id(),
                event.account_id(),
            ),
            Content::Action(action) => {
                let selection: Vec<_> = action.selection().map(|it| named(&it)).collect();
                let step = if action.submission().is_some() { "submits" } else { "starts" };
                let (kind, id) = (&action.kind, &action.interaction_id);
                (
                    format!("action {kind} {step} interaction {id} on {}", selection.join(", ")),
                    action.user_id(),
                    action.project_id(),
                    &action.account_id,
                )
            }
        };
        let mut line = format!("{} {what}", self.time);
        if let Some(user) = user {
            line.push_str(&format!(" by user {user}"));
        }
        if let Some(project) = project {
            line.push_str(&format!(" in project {project}"));
        }
        line.push_str(&format!(" of account {account}"));
        vec![line]
    }

    fn json(&self) -> Value {
        let (kind, content) = match &self.content {
            Content::Event(event) => ("event", json!(event)),
            Content::Action(action) => ("action", json!(action)),
        };
        json!({ "time": self.time, kind: content })
    }
}

fn named(resource: &Resource) -> String {
    format!("{} {}", resource.kind(), resource.id())
}

/// Returns the time of the signature.
fn time(verified: &Verified) -> String {
    let seconds = verified.timestamp();
    let time = i64::try_from(seconds).ok().and_then(|it| Timestamp::from_second(it).ok());
    time.map_or_else(|| seconds.to_string(), |time| time.to_string())
}
