//! Rows of `frameio migrate shares`.

use super::record::Created;
use crate::report::{Cell, Column, Row, Tone};

/// What is known of an old link.
#[derive(Default)]
pub(super) struct LinkRow {
    pub(super) old: String,
    /// `matches`, `no match`, `to create`, `created` or `failed`.
    pub(super) state: &'static str,
    /// State of a match, or the reason of a failure.
    pub(super) note: String,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// The link to use from now on.
    pub(super) link: Option<String>,
}

impl LinkRow {
    /// Adds the share of the link.
    pub(super) fn with(self, share: &Created) -> Self {
        let (id, name) = (share.id.clone(), share.name.clone());
        Self { id: Some(id), name: Some(name), link: share.link.clone(), ..self }
    }
}

impl Row for LinkRow {
    const COLUMNS: &'static [Column] = &[
        Column::new("old").flexible(),
        Column::new("new"),
        Column::new("state"),
        Column::new("name").flexible(),
        Column::new("note").flexible(),
        Column::new("id"),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.old.as_str().into(),
            self.link.as_deref().into(),
            self.state.into(),
            self.name.as_deref().into(),
            self.note.as_str().into(),
            self.id.as_deref().into(),
        ]
    }

    fn tone(&self, column: &str) -> Tone {
        match (column, self.state) {
            ("state", "failed") => Tone::Bad,
            ("state", "no match") => Tone::Attention,
            ("state", "matches" | "created") => Tone::Good,
            _ => Tone::Plain,
        }
    }
}
