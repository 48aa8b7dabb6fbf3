//! Ids of the demo account.

use frameio_core::{AccountId, FolderId, ProjectId, UserId, WorkspaceId};

/// Ids of the initial records.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Demo {
    /// Demo user, who owns everything.
    pub user_id: UserId,
    /// User with the role of an editor in the workspace.
    pub editor_id: UserId,
    /// User with the role of a commenter in the workspace.
    pub commenter_id: UserId,
    /// User with the role of a viewer in the workspace.
    pub viewer_id: UserId,
    /// First account.
    pub account_id: AccountId,
    /// Workspace of the account.
    pub workspace_id: WorkspaceId,
    /// Project of the workspace.
    pub project_id: ProjectId,
    /// Root folder of the project.
    pub root_folder_id: FolderId,
}
