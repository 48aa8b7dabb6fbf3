//! Experimental additions to searches: the scope.
//!
//! ```
//! use frameio_api::experimental::search::SearchScope;
//! use frameio_api::search::{SearchAccount, SearchEngine};
//!
//! let scope = SearchScope::new().project_id("project");
//! let search = SearchAccount::new("account", "interview", SearchEngine::Lexical).scope(scope);
//! # assert!(frameio_core::encode(&search).is_ok());
//! ```

use frameio_core::{Extra, FolderId, ProjectId, WorkspaceId, model};

model! {
    /// Part of an account that a search is restricted to. Results are in everything that is set.
    pub struct SearchScope {
        /// Workspace that contains the results.
        pub workspace_id: Option<WorkspaceId>,
        /// Project that contains the results.
        pub project_id: Option<ProjectId>,
        /// Folder that contains the results, at any depth.
        pub folder_id: Option<FolderId>,
    }
}

impl SearchScope {
    /// Creates a scope without restrictions.
    #[allow(clippy::new_without_default, reason = "models are created with `new`")]
    pub fn new() -> Self {
        Self { workspace_id: None, project_id: None, folder_id: None, extra: Extra::new() }
    }

    /// Sets the workspace that contains the results.
    #[must_use]
    pub fn workspace_id(mut self, workspace_id: impl Into<WorkspaceId>) -> Self {
        self.workspace_id = Some(workspace_id.into());
        self
    }

    /// Sets the project that contains the results.
    #[must_use]
    pub fn project_id(mut self, project_id: impl Into<ProjectId>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Sets the folder that contains the results, at any depth.
    #[must_use]
    pub fn folder_id(mut self, folder_id: impl Into<FolderId>) -> Self {
        self.folder_id = Some(folder_id.into());
        self
    }
}
