//! A share on the terminal and in JSON, without its passphrase.

use frameio::shares::{Share, ShareAccess};
use jiff::Timestamp;
use serde_json::Value;

use crate::report::{Cell, Column, Row, Tone};

/// A share in a list.
pub(super) struct ShareRow<'a>(pub(super) &'a Share);

impl Row for ShareRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("url"),
        Column::new("access"),
        Column::new("expiration"),
        Column::new("has_passphrase"),
        Column::new("enabled"),
        Column::new("id"),
        Column::new("last_viewed_at").hidden(),
        Column::new("downloading_enabled").hidden(),
        Column::new("commenting_enabled").hidden(),
        Column::new("description").hidden(),
        Column::new("created_at").hidden(),
        Column::new("updated_at").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let share = self.0;
        vec![
            share.name.as_deref().into(),
            share.short_url.as_deref().into(),
            share.access.as_str().into(),
            share.expiration.into(),
            share.passphrase.is_some().into(),
            share.enabled.into(),
            share.id.as_str().into(),
            share.last_viewed_at.into(),
            share.downloading_enabled.into(),
            share.commenting_enabled.into(),
            share.description.as_deref().into(),
            share.created_at.into(),
            share.updated_at.into(),
        ]
    }

    fn tone(&self, _column: &str) -> Tone {
        let has_expired = self.0.expiration.is_some_and(|at| at <= Timestamp::now());
        if self.0.enabled && !has_expired { Tone::Plain } else { Tone::Dim }
    }
}

/// Returns a share as JSON. The passphrase is a secret, so only its existence is printed.
pub(super) fn share_json(share: &Share) -> Value {
    ShareRow(share).json()
}

/// Returns the lines of a share with all of its settings.
pub(super) fn share_lines(share: &Share) -> Vec<String> {
    let yes = |is_set: bool| if is_set { "yes" } else { "no" };
    let access = match &share.access {
        ShareAccess::Public => "everyone with the link",
        ShareAccess::Secure => "reviewers only",
        other => other.as_str(),
    };
    let never = || "never".to_owned();
    let rows = [
        ("id", share.id.as_str().to_owned()),
        ("link", share.short_url.clone().unwrap_or_else(|| "-".to_owned())),
        ("access", access.to_owned()),
        ("passphrase", yes(share.passphrase.is_some()).to_owned()),
        ("expires", share.expiration.map_or_else(never, |at| Cell::Time(at).human())),
        ("enabled", yes(share.enabled).to_owned()),
        ("downloads", yes(share.downloading_enabled).to_owned()),
        ("comments", yes(share.commenting_enabled).to_owned()),
        ("last viewed", share.last_viewed_at.map_or_else(never, |at| Cell::Time(at).human())),
    ];
    let name = share.name.clone().unwrap_or_else(|| share.id.as_str().to_owned());
    let rows = rows.into_iter().map(|(label, value)| format!("  {label:11}  {value}"));
    std::iter::once(name).chain(rows).collect()
}
