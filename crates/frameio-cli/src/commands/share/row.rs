//! A share on the terminal and in JSON, without its passphrase.

use frameio::shares::{Share, ShareAccess};
use serde_json::{Value, json};

use crate::report::Record;

/// A line of a list of shares.
pub(super) struct ShareRow<'a>(pub(super) &'a Share);

impl Record for ShareRow<'_> {
    fn lines(&self) -> Vec<String> {
        let share = self.0;
        let link = share.short_url.as_deref().unwrap_or("-");
        let mut line = format!("{}  {link:22}  {:6}  ", share.id.as_str(), share.access.as_str());
        line += share.name.as_deref().unwrap_or("-");
        for detail in details(share) {
            line += &format!(" [{detail}]");
        }
        vec![line]
    }

    fn json(&self) -> Value {
        share_json(self.0)
    }
}

/// Returns the settings of a share that differ from the defaults.
fn details(share: &Share) -> Vec<String> {
    let passphrase = share.passphrase.is_some().then(|| "passphrase".to_owned());
    let expires = share.expiration.map(|at| format!("expires {at}"));
    let disabled = (!share.enabled).then(|| "disabled".to_owned());
    passphrase.into_iter().chain(expires).chain(disabled).collect()
}

/// Returns a share as JSON. The passphrase is a secret, so only its existence is printed.
pub(super) fn share_json(share: &Share) -> Value {
    json!({
        "id": share.id.as_str(),
        "name": share.name,
        "url": share.short_url,
        "access": share.access.as_str(),
        "has_passphrase": share.passphrase.is_some(),
        "expiration": share.expiration.map(|at| at.to_string()),
        "enabled": share.enabled,
        "downloading_enabled": share.downloading_enabled,
        "commenting_enabled": share.commenting_enabled,
        "description": share.description,
        "last_viewed_at": share.last_viewed_at.map(|at| at.to_string()),
        "created_at": share.created_at.to_string(),
        "updated_at": share.updated_at.to_string(),
    })
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
        ("expires", share.expiration.map_or_else(never, |at| at.to_string())),
        ("enabled", yes(share.enabled).to_owned()),
        ("downloads", yes(share.downloading_enabled).to_owned()),
        ("comments", yes(share.commenting_enabled).to_owned()),
        ("last viewed", share.last_viewed_at.map_or_else(never, |at| at.to_string())),
    ];
    let name = share.name.clone().unwrap_or_else(|| share.id.as_str().to_owned());
    let rows = rows.into_iter().map(|(label, value)| format!("  {label:11}  {value}"));
    std::iter::once(name).chain(rows).collect()
}
