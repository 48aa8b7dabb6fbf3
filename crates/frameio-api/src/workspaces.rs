//! Workspaces: where the projects of an account are kept.

use frameio_core::{AccountId, Page, WorkspaceId, endpoints, model, open_enum, response_types};
use jiff::Timestamp;

use crate::users::User;

endpoints! {
    /// Lists the workspaces of an account.
    pub struct ListWorkspaces {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: WorkspaceInclude,
            /// The order of the list. Default: the service's.
            sort: WorkspaceSort,
        }
        page 1..=100;
    }
    "workspaces.index" = GET "/v4/accounts/{account_id}/workspaces" -> Page<Workspace>, 100 per minute;

    /// Creates a workspace in an account.
    pub struct CreateWorkspace {
        path {
            /// Account to create it in.
            account_id: AccountId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
        }
    }
    "workspaces.create" = POST "/v4/accounts/{account_id}/workspaces" -> Workspace, 10 per minute;

    /// Shows a workspace.
    pub struct ShowWorkspace {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Workspace to show.
            workspace_id: WorkspaceId,
        }
        query {
            /// What the answer holds besides.
            include: WorkspaceInclude,
        }
    }
    "workspaces.show" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}" -> Workspace, 100 per minute;

    /// Changes a workspace.
    pub struct UpdateWorkspace {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Workspace to change.
            workspace_id: WorkspaceId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
        }
    }
    "workspaces.update" = PATCH "/v4/accounts/{account_id}/workspaces/{workspace_id}" -> Workspace, 10 per minute;

    /// Deletes a workspace.
    pub struct DeleteWorkspace {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Workspace to delete.
            workspace_id: WorkspaceId,
        }
    }
    "workspaces.delete" = DELETE "/v4/accounts/{account_id}/workspaces/{workspace_id}" -> (), 60 per minute;
}

open_enum! {
    /// What an answer about workspaces holds besides.
    pub enum WorkspaceInclude {
        /// Who created it.
        Creator = "creator",
    }
}

open_enum! {
    /// The order of workspaces.
    pub enum WorkspaceSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

model! {
    /// A workspace.
    pub struct Workspace {
        /// The workspace's id.
        pub id: WorkspaceId,
        /// The account that holds it.
        pub account_id: AccountId,
        /// What it is called.
        pub name: String,
        /// A picture of it.
        pub image: Option<String>,
        /// Who created it, if included.
        pub creator: Option<User>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Workspace: one, page }
