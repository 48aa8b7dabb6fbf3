//! Rows of `frameio migrate webhooks`.

use frameio_legacy::relay::replacements;
use serde_json::{Map, Value, json};

use super::disabled::Disabled;
use crate::exit::Status;
use crate::report::Record;

/// What happens to a disabled webhook or custom action.
pub(super) enum Outcome {
    /// `--send` would enable it.
    Planned,
    Enabled,
    /// With the reason.
    Skipped(&'static str),
    /// With the reason.
    Failed(Status, String),
}

impl Outcome {
    const fn name(&self) -> &'static str {
        match self {
            Self::Planned => "would_enable",
            Self::Enabled => "enabled",
            Self::Skipped(_) => "skipped",
            Self::Failed(..) => "failed",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Planned | Self::Enabled => None,
            Self::Skipped(reason) => Some(reason),
            Self::Failed(_, reason) => Some(reason),
        }
    }
}

pub(super) struct Row<'a> {
    pub(super) item: &'a Disabled,
    pub(super) outcome: Outcome,
}

impl Row<'_> {
    fn state(&self) -> String {
        let reason = self.outcome.reason().map(|reason| format!(": {reason}"));
        let origin = if self.item.is_migrated { "migrated" } else { "disabled" };
        match (&self.outcome, reason) {
            (Outcome::Planned, _) => format!("{origin}, to enable"),
            (outcome, reason) => format!("{}{}", outcome.name(), reason.unwrap_or_default()),
        }
    }
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let receiver = &self.item.receiver;
        let mut lines = vec![
            format!(
                "{} {}  {}  ({})",
                receiver.kind(),
                receiver.id(),
                receiver.name(),
                self.state()
            ),
            format!("  in      {}", self.item.place),
            format!("  url     {}", receiver.url()),
        ];
        let mut label = "events";
        for event in receiver.events() {
            let event = event.as_str();
            let replaced = match replacements(event) {
                None => event.to_owned(),
                Some([]) => format!("{event} -> no event of V4"),
                Some(events) => format!("{event} -> {}", events.join(", ")),
            };
            lines.push(format!("  {label:6}  {replaced}"));
            if event == "asset.label.updated" {
                lines.push(
                    "          (of every metadata field: filter by the field Status)".to_owned(),
                );
            }
            label = "";
        }
        lines
    }

    fn json(&self) -> Value {
        let receiver = &self.item.receiver;
        let mut events = Map::new();
        for event in receiver.events() {
            let event = event.as_str();
            let replacing =
                replacements(event).map_or_else(|| json!([event]), |names| json!(names));
            events.insert(event.to_owned(), replacing);
        }
        json!({
            "type": receiver.kind(),
            "id": receiver.id(),
            "name": receiver.name(),
            "account_id": self.item.account,
            "place": self.item.place,
            "url": receiver.url(),
            "is_migrated": self.item.is_migrated,
            "events": events,
            "new_events": receiver.new_events(),
            "outcome": self.outcome.name(),
            "reason": self.outcome.reason(),
        })
    }
}
