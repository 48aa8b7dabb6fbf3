//! Entries of the audit log.

use frameio_api::accounts::AuditLog;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::people::optional_user;
use super::time;

/// Translates an entry. V4 entries have no id: it is made from the content, so that it stays the
/// same, and looks like a UUID.
pub(crate) fn entry(log: &AuditLog) -> Value {
    let at = moment(&log.inserted_at);
    let user = log.user_id.as_ref().map(|id| id.as_str());
    let parts =
        [log.event_type.as_str(), &log.resource_id, &log.inserted_at, user.unwrap_or_default()];
    json!({
        "_type": "audit_log",
        "id": made_up_id(&parts),
        "account_id": log.account_id,
        "action": action(log.event_type.as_str()),
        "actor": optional_user(log.user.as_ref(), &log.account_id),
        "actor_id": user,
        "item_id": log.resource_id,
        "item_type": item_type(log.resource_type.as_str()),
        "team_id": log.workspace_id,
        "project_id": log.project_id,
        "resource": null,
        "ip_address": log.ip_address,
        "application_id": null,
        "request_id": null,
        "inserted_at": at,
        "updated_at": at,
    })
}

/// Entry of the activity feed, which was a view of the same.
pub(crate) fn event(log: &AuditLog) -> Value {
    let entry = entry(log);
    json!({
        "_type": "event",
        "id": entry["id"],
        "type": log.event_type,
        "account_id": entry["account_id"],
        "team_id": entry["team_id"],
        "project_id": entry["project_id"],
        "user": entry["actor"],
        "user_id": entry["actor_id"],
        "resource": {"id": entry["item_id"], "type": entry["item_type"]},
        "inserted_at": entry["inserted_at"],
        "updated_at": entry["updated_at"],
    })
}

/// The service does not document the form of this time.
fn moment(text: &str) -> String {
    let timestamp = text.parse::<Timestamp>().ok();
    let timestamp = timestamp.or_else(|| {
        let civil = text.parse::<DateTime>().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    });
    timestamp.map_or_else(|| text.to_owned(), time)
}

/// `asset_created` was `AssetCreated`.
fn action(event_type: &str) -> String {
    event_type.split('_').fold(String::new(), |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

/// The reverse of [`action`], for filters: `AssetCreated` is `asset_created`.
pub(crate) fn event_type(action: &str) -> String {
    action.chars().fold(String::new(), |mut name, letter| {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        name
    })
}

fn item_type(resource_type: &str) -> &str {
    match resource_type {
        "file" | "folder" | "version_stack" => "asset",
        "workspace" => "team",
        "share" => "review_link",
        other => other,
    }
}

fn made_up_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hex = base16ct::lower::encode_string(&hash.finalize());
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_events_map_both_ways() {
        for (event, name) in
            [("asset_created", "AssetCreated"), ("project_deleted", "ProjectDeleted")]
        {
            assert_eq!(action(event), name);
            assert_eq!(event_type(name), event);
        }
    }

    #[test]
    fn times_get_microseconds_whatever_their_form() {
        assert_eq!(moment("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000000Z");
        assert_eq!(moment("2026-01-02T03:04:05.5"), "2026-01-02T03:04:05.500000Z");
        assert_eq!(moment("yesterday"), "yesterday");
    }

    #[test]
    fn the_same_entry_has_the_same_id() {
        let id = made_up_id(&["a", "b"]);
        assert_eq!(id, made_up_id(&["a", "b"]));
        assert_ne!(id, made_up_id(&["ab", ""]));
        assert_eq!(id.len(), 36);
    }
}
