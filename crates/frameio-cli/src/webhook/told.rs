//! What was received, in a line.

use frameio::endpoint::DecodeError;
use frameio::webhook::action::ActionRequest;
use frameio::webhook::{Event, Resource, Verified};
use jiff::Timestamp;
use serde_json::json;

/// What a verified body is.
enum Told {
    Event(Event),
    Action(ActionRequest),
}

impl Told {
    /// The fields that one needs the other has not.
    fn read(verified: &Verified) -> Result<Self, DecodeError> {
        match verified.event() {
            Ok(event) => Ok(Self::Event(event)),
            Err(error) => verified.action().map(Self::Action).map_err(|_| error),
        }
    }
}

/// A line for a person: time, type, resource, and where it has happened.
pub(super) fn text(verified: &Verified) -> Result<String, DecodeError> {
    let (what, user, project, account) = match &Told::read(verified)? {
        Told::Event(event) => (
            format!("{} {}", event.kind, named(&event.resource())),
            event.user_id().cloned(),
            event.project_id().cloned(),
            event.account_id().clone(),
        ),
        Told::Action(action) => {
            let selection: Vec<_> = action.selection().map(|it| named(&it)).collect();
            let step = if action.submission().is_some() { "submits" } else { "starts" };
            let (kind, id) = (&action.kind, &action.interaction_id);
            (
                format!("action {kind} {step} {id} on {}", selection.join(", ")),
                action.user_id().cloned(),
                action.project_id().cloned(),
                action.account_id.clone(),
            )
        }
    };
    let mut line = format!("{} {what}", time(verified));
    if let Some(user) = user {
        line.push_str(&format!(" by user {user}"));
    }
    if let Some(project) = project {
        line.push_str(&format!(" in project {project}"));
    }
    line.push_str(&format!(" of account {account}"));
    // Whatever comes in a name, a line stays one and a terminal as it was.
    Ok(line.replace(char::is_control, "\u{fffd}"))
}

/// A line for a program.
pub(super) fn json(verified: &Verified) -> Result<String, DecodeError> {
    let (kind, told) = match Told::read(verified)? {
        Told::Event(event) => ("event", json!(event)),
        Told::Action(action) => ("action", json!(action)),
    };
    Ok(json!({ "time": time(verified), kind: told }).to_string())
}

fn named(resource: &Resource) -> String {
    format!("{} {}", resource.kind(), resource.id())
}

/// When it was signed.
fn time(verified: &Verified) -> String {
    let seconds = verified.timestamp();
    let time = i64::try_from(seconds).ok().and_then(|it| Timestamp::from_second(it).ok());
    time.map_or_else(|| seconds.to_string(), |time| time.to_string())
}
