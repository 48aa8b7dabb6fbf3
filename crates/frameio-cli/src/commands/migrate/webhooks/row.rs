//! Rows of `frameio migrate webhooks`.

use frameio_legacy::relay::replacements;
use serde_json::{Map, Value, json};

use super::disabled::Disabled;
use crate::exit::Status;
use crate::report::{Cell, Column, Row, Tone};

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

/// A disabled webhook or custom action in the list.
pub(super) struct DisabledRow<'a> {
    pub(super) item: &'a Disabled,
    pub(super) outcome: Outcome,
}

impl DisabledRow<'_> {
    /// Returns the outcome in the words of people.
    fn state(&self) -> Cell {
        let name = self.outcome.name();
        let text = match self.outcome {
            Outcome::Planned => "to enable",
            _ => name,
        };
        Cell::Both(text.to_owned(), name.into())
    }

    /// Returns the events, those of the legacy API with the events that replace them.
    fn events(&self) -> Cell {
        let events = self.item.receiver.events().iter().map(|event| {
            let event = event.as_str();
            match replacements(event) {
                None => event.to_owned(),
                Some([]) => format!("{event} -> no event of V4"),
                Some(events) => format!("{event} -> {}", events.join(", ")),
            }
        });
        Cell::from(events.collect::<Vec<_>>().join("; "))
    }
}

impl Row for DisabledRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("type"),
        Column::new("outcome"),
        Column::new("reason").flexible(),
        Column::new("events").flexible(),
        Column::new("place").flexible(),
        Column::new("url").flexible(),
        Column::new("id"),
        Column::new("is_migrated").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let receiver = &self.item.receiver;
        vec![
            receiver.name().into(),
            receiver.kind().into(),
            self.state(),
            self.outcome.reason().into(),
            self.events(),
            self.item.place.as_str().into(),
            receiver.url().into(),
            receiver.id().into(),
            self.item.is_migrated.into(),
        ]
    }

    fn tone(&self, column: &str) -> Tone {
        match (column, &self.outcome) {
            ("outcome", Outcome::Failed(..)) => Tone::Bad,
            ("outcome", Outcome::Skipped(_)) => Tone::Attention,
            ("outcome", Outcome::Enabled) => Tone::Good,
            _ => Tone::Plain,
        }
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
