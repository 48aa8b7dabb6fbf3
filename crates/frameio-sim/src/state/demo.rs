//! The ids of the demo account.

use frameio_core::{AccountId, FolderId, ProjectId, UserId, WorkspaceId};

/// Ids of the records that exist from the start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Demo {
    /// The demo user, who owns everything.
    pub user_id: UserId,
    /// A user who is an editor in the workspace.
    pub editor_id: UserId,
    /// A user who comments in the workspace.
    pub commenter_id: UserId,
    /// A user who only views the workspace.
    pub viewer_id: UserId,
    /// The first account.
    pub account_id: AccountId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// The project in the workspace.
    pub project_id: ProjectId,
    /// The root folder of the project.
    pub root_folder_id: FolderId,
}
