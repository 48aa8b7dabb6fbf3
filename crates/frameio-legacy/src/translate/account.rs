//! Accounts, teams and projects.

use frameio_api::accounts::Account;
use frameio_api::projects::{Project, ProjectStatus};
use frameio_api::workspaces::Workspace;
use frameio_core::AccountId;
use serde_json::{Value, json};

use super::people::{optional_id, optional_user};
use super::{fill, time};

const IMAGES: &[&str] = &["image", "image_32", "image_64", "image_128", "image_256"];
/// Counts that V4 does not have. They are null and never 0, which scripts take for "empty".
const COUNTS: &[&str] = &["collaborator_count", "file_count", "folder_count", "project_count"];

pub(crate) fn account(account: &Account, owner: Value) -> Value {
    let mut value = json!({
        "_type": "account",
        "id": account.id,
        "display_name": account.display_name,
        "owner_id": owner.get("id"),
        "owner": owner,
        "plan": {"_type": "plan", "name": null},
        "subscription": null,
        "storage": account.storage_usage,
        "storage_limit": account.storage_limit,
        "inserted_at": time(account.created_at),
        "updated_at": time(account.updated_at),
    });
    fill(&mut value, IMAGES, &account.image.as_deref().into());
    fill(&mut value, COUNTS, &Value::Null);
    let absent =
        ["member_count", "team_count", "locked_at", "unpaid_at", "delinquent_at", "deleted_at"];
    fill(&mut value, &absent, &Value::Null);
    value
}

pub(crate) fn team(workspace: &Workspace, member_count: Option<u64>) -> Value {
    let mut value = json!({
        "_type": "team",
        "id": workspace.id,
        "account_id": workspace.account_id,
        "name": workspace.name,
        "creator_id": optional_id(workspace.creator.as_ref()),
        "access": "private",
        "storage": null,
        "storage_limit": null,
        "member_count": member_count,
        "inserted_at": time(workspace.created_at),
        "updated_at": time(workspace.updated_at),
        "deleted_at": null,
    });
    fill(&mut value, IMAGES, &workspace.image.as_deref().into());
    fill(&mut value, COUNTS, &Value::Null);
    value
}

pub(crate) fn project(project: &Project, account: &AccountId) -> Value {
    let archived = project.status == ProjectStatus::Inactive;
    let mut value = json!({
        "_type": "project",
        "id": project.id,
        "name": project.name,
        "account_id": account,
        "team_id": project.workspace_id,
        "root_asset_id": project.root_folder_id,
        "owner_id": optional_id(project.owner.as_ref()),
        "owner": optional_user(project.owner.as_ref(), account),
        "private": project.restricted.unwrap_or(false),
        "read_only": archived,
        "shared": false,
        "description": project.description,
        "archive_status": if archived { "archived" } else { "standard" },
        "storage": project.storage,
        "project_preferences": preferences(),
        "user_preferences": {},
        "user_permissions": {},
        "inserted_at": time(project.created_at),
        "updated_at": time(project.updated_at),
    });
    let absent =
        ["archived_at", "archived_storage", "archived_file_count", "deleted_at", "invite_url"];
    fill(&mut value, COUNTS, &Value::Null);
    fill(&mut value, &absent, &Value::Null);
    value
}

/// Preferences of a new project; V4 has none.
fn preferences() -> Value {
    json!({
        "_type": "project_preference",
        "collaborator_can_download": true,
        "collaborator_can_invite": true,
        "collaborator_can_share": true,
        "devices_enabled": true,
        "notify_on_new_asset": true,
        "notify_on_new_collaborator": true,
        "notify_on_new_comment": true,
        "notify_on_new_mention": true,
        "notify_on_updated_label": true,
    })
}
