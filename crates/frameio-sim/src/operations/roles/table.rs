//! Minimum role of each operation.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::state::Role;

/// Minimum roles, each with its operations.
///
/// The role is required on the resources of the path and body, which is the account if there are no
/// others. Operations without an account are listed for completeness, because everybody may use them.
const LEAST: &[(Role, &[&str])] = &[
    (
        Role::Member,
        &[
            "accounts.index",
            "accounts.show",
            "groups.index",
            "groups.show",
            "groups.users",
            "metadata_fields.metadata_field_definitions_index",
            "metadata_fields.metadata_field_definitions_show",
            "projects.account_projects_index",
            "projects.invited_projects_index",
            "search.search",
            "session_watermark_templates.index",
            "session_watermark_templates.show",
            "users.account_permissions_index",
            "users.account_user_roles_memberships",
            "users.account_user_roles_show",
            "users.show",
            "workspaces.index",
        ],
    ),
    (
        Role::Viewer,
        &[
            "collections.index",
            "collections.show",
            "comments.index",
            "comments.show",
            "custom_actions.actions_index",
            "custom_actions.actions_show",
            "files.bulk_get",
            "files.list",
            "files.show",
            "files.show_file_upload_status",
            "folder_permissions.folder_user_roles_index",
            "folders.index",
            "folders.list",
            "folders.show",
            "metadata.show",
            "project_permissions.index",
            "project_permissions.project_group_roles_index",
            "projects.index",
            "projects.show",
            "version_stacks.index",
            "version_stacks.list",
            "version_stacks.show",
            "webhooks.index",
            "webhooks.show",
            "workspace_permissions.index",
            "workspace_permissions.workspace_group_roles_index",
            "workspaces.show",
        ],
    ),
    (
        Role::Commenter,
        &[
            "comments.create",
            "comments.create_attachment",
            "comments.delete",
            "comments.delete_attachment",
            "comments.update",
        ],
    ),
    (
        Role::EditOnly,
        &[
            "files.bulk_copy",
            "files.bulk_move",
            "files.copy",
            "files.create",
            "files.create_local_upload",
            "files.create_remote_upload",
            "files.delete",
            "files.import_file",
            "files.move",
            "files.restore",
            "files.update",
            "folders.bulk_copy",
            "folders.bulk_move",
            "folders.copy",
            "folders.create",
            "folders.delete",
            "folders.move",
            "folders.restore",
            "folders.update",
            "metadata.bulk_update",
            "metadata.update",
            "projects.recently_deleted",
            "version_stacks.copy",
            "version_stacks.create",
            "version_stacks.move",
            "version_stacks.reorder",
            "version_stacks.restore",
        ],
    ),
    (
        Role::Editor,
        &[
            "shares.add_asset",
            "shares.add_reviewers",
            "shares.create",
            "shares.delete",
            "shares.index",
            "shares.list_activities",
            "shares.list_assets",
            "shares.list_reviewers",
            "shares.remove_asset",
            "shares.remove_reviewers",
            "shares.show",
            "shares.update",
        ],
    ),
    (
        Role::FullAccess,
        &[
            "folder_permissions.delete",
            "folder_permissions.folder_user_roles_update",
            "project_permissions.delete",
            "project_permissions.project_group_roles_delete",
            "project_permissions.project_group_roles_update",
            "project_permissions.project_user_roles_update",
            "projects.create",
            "projects.delete",
            "projects.update",
        ],
    ),
    (
        Role::WorkspaceAdmin,
        &[
            "workspace_permissions.workspace_group_roles_delete",
            "workspace_permissions.workspace_group_roles_update",
            "workspace_permissions.workspace_user_roles_delete",
            "workspace_permissions.workspace_user_roles_update",
            "workspaces.update",
        ],
    ),
    (
        Role::Admin,
        &[
            "account_permissions.account_user_roles_update",
            "accounts.auditlog_index",
            "custom_actions.actions_create",
            "custom_actions.actions_delete",
            "custom_actions.actions_update",
            "groups.add_adobe_group_to_account",
            "groups.add_users",
            "groups.create",
            "groups.delete",
            "groups.list_adobe_groups",
            "groups.remove_member",
            "groups.update",
            "metadata_fields.metadata_field_definitions_create",
            "metadata_fields.metadata_field_definitions_delete",
            "metadata_fields.metadata_field_definitions_update",
            "session_watermark_templates.create",
            "session_watermark_templates.update",
            "webhooks.create",
            "webhooks.delete",
            "webhooks.update",
            "workspaces.create",
            "workspaces.delete",
        ],
    ),
];

/// Returns the minimum role of an operation.
pub(super) fn least(operation: &str) -> Role {
    static BY_OPERATION: LazyLock<HashMap<&str, Role>> = LazyLock::new(|| {
        LEAST.iter().flat_map(|(role, ids)| ids.iter().map(|id| (*id, *role))).collect()
    });
    BY_OPERATION.get(operation).copied().unwrap_or(Role::Owner)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::specs;

    #[test]
    fn every_operation_has_one_minimum_role() {
        let listed: Vec<&str> = LEAST.iter().flat_map(|(_, ids)| *ids).copied().collect();
        let known: BTreeSet<&str> = specs().iter().map(|spec| spec.operation.id).collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), known);
        assert_eq!(listed.len(), known.len(), "an operation is listed twice");
        assert!(LEAST.is_sorted(), "sorted by role and name");
    }
}
