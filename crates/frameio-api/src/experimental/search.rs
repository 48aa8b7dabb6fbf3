//! Experimental additions to searches.

use frameio_core::{Extra, FolderId, ProjectId, WorkspaceId, model};

model! {
    /// Part of an account that a search is restricted to. Results are in all that is set.
    pub struct SearchScope {
        /// Workspace of the results.
        pub workspace_id: Option<WorkspaceId>,
        /// Project of the results.
        pub project_id: Option<ProjectId>,
        /// Folder that the results are in, at any depth.
        pub folder_id: Option<FolderId>,
    }
}

impl SearchScope {
    /// Creates a scope without restriction.
    #[allow(clippy::new_without_default, reason = "models are made with `new`")]
    pub fn new() -> Self {
        Self { workspace_id: None, project_id: None, folder_id: None, extra: Extra::new() }
    }

    /// Sets the workspace of the results.
    #[must_use]
    pub fn workspace_id(mut self, workspace_id: impl Into<WorkspaceId>) -> Self {
        self.workspace_id = Some(workspace_id.into());
        self
    }

    /// Sets the project of the results.
    #[must_use]
    pub fn project_id(mut self, project_id: impl Into<ProjectId>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Sets the folder that the results are in, at any depth.
    #[must_use]
    pub fn folder_id(mut self, folder_id: impl Into<FolderId>) -> Self {
        self.folder_id = Some(folder_id.into());
        self
    }
}
