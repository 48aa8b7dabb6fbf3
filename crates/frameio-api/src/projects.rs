//! Projects: each has a root folder, which everything in it is below.

use frameio_core::{
    AccountId, FolderId, Page, ProjectId, WorkspaceId, endpoints, model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::assets::DeletedAsset;
use crate::users::User;

endpoints! {
    /// Lists the projects of a workspace.
    pub struct ListProjects {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to look in.
            workspace_id: WorkspaceId,
        }
        query {
            /// What the answer holds besides.
            include: ProjectInclude,
            /// The order of the list. Default: the service's.
            sort: ProjectSort,
        }
        page 1..=100;
    }
    "projects.index" = GET "/v4/accounts/{account_id}/workspaces/{workspace_id}/projects" -> Page<Project>, 100 per minute;

    /// Creates a project, and its root folder, in a workspace.
    pub struct CreateProject {
        path {
            /// Account that holds the workspace.
            account_id: AccountId,
            /// Workspace to create it in.
            workspace_id: WorkspaceId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
        }
        optional {
            /// Whether only those who are added to it may see it.
            restricted: bool,
        }
    }
    "projects.create" = POST "/v4/accounts/{account_id}/workspaces/{workspace_id}/projects" -> Project, 10 per minute;

    /// Shows a project.
    pub struct ShowProject {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Project to show.
            project_id: ProjectId,
        }
        query {
            /// What the answer holds besides.
            include: ProjectInclude,
        }
    }
    "projects.show" = GET "/v4/accounts/{account_id}/projects/{project_id}" -> Project, 100 per minute;

    /// Changes a project.
    pub struct UpdateProject {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Project to change.
            project_id: ProjectId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// Whether only those who are added to it may see it.
            restricted: bool,
            /// Whether it is being worked on.
            status: ProjectStatus,
        }
    }
    "projects.update" = PATCH "/v4/accounts/{account_id}/projects/{project_id}" -> Project, 10 per minute;

    /// Deletes a project with all that is in it.
    pub struct DeleteProject {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Project to delete.
            project_id: ProjectId,
        }
    }
    "projects.delete" = DELETE "/v4/accounts/{account_id}/projects/{project_id}" -> (), 60 per minute;

    /// Lists the projects of all workspaces of an account.
    pub struct ListAccountProjects {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: ProjectInclude,
            /// The order of the list. Default: the service's.
            sort: ProjectSort,
        }
        page 1..=100;
    }
    "projects.account_projects_index" = GET "/v4/accounts/{account_id}/projects" -> Page<Project>, 100 per minute;

    /// Lists the projects of an account that the user was invited to.
    pub struct ListInvitedProjects {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: ProjectInclude,
            /// The order of the list. Default: the service's.
            sort: ProjectSort,
        }
        page 1..=100;
    }
    "projects.invited_projects_index" = GET "/v4/accounts/{account_id}/invited_projects" -> Page<Project>, 100 per minute;

    /// Lists what was deleted from a project lately: files, folders and version stacks.
    pub struct ListDeletedAssets {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look in.
            project_id: ProjectId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: DeletedAssetSort,
        }
        page 1..=100;
    }
    "projects.recently_deleted" = GET "/v4/accounts/{account_id}/projects/{project_id}/recently_deleted" -> Page<DeletedAsset>, 5 per second;
}

open_enum! {
    /// What an answer about projects holds besides.
    pub enum ProjectInclude {
        /// Who owns it.
        Owner = "owner",
    }
}

open_enum! {
    /// The order of projects.
    pub enum ProjectSort {
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

open_enum! {
    /// The order of what was deleted.
    pub enum DeletedAssetSort {
        /// By time of deletion, oldest first.
        DeletedAtAsc = "deleted_at_asc",
        /// By time of deletion, newest first.
        DeletedAtDesc = "deleted_at_desc",
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
    }
}

open_enum! {
    /// Whether a project is being worked on.
    pub enum ProjectStatus {
        /// It is.
        Active = "active",
        /// It is put away.
        Inactive = "inactive",
    }
}

model! {
    /// A project.
    pub struct Project {
        /// The project's id.
        pub id: ProjectId,
        /// The project's id at Adobe.
        pub adobe_id: Option<String>,
        /// The workspace that holds it.
        pub workspace_id: WorkspaceId,
        /// The folder that everything in it is below.
        pub root_folder_id: FolderId,
        /// What it is called.
        pub name: String,
        /// What it is about.
        pub description: Option<String>,
        /// A picture of it.
        pub image: Option<String>,
        /// Whether it is being worked on.
        pub status: ProjectStatus,
        /// Whether only those who are added to it may see it.
        pub restricted: Option<bool>,
        /// How much is stored in it, in bytes.
        pub storage: u64,
        /// Where a browser shows it.
        pub view_url: String,
        /// Who owns it, if included.
        pub owner: Option<User>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Project: one, page }
