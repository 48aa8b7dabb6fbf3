//! Roles, and users with roles: the models that all permissions share.
//!
//! A user's role on a resource can be inherited: the owner of an account is also the owner of each
//! of its projects. Fewer roles can be granted on a resource than a user can have there:
//!
//! | resource | a user has | can be granted |
//! |---|---|---|
//! | account | [`AccountRole`] | [`AssignableAccountRole`] |
//! | workspace | [`Role`] | [`WorkspaceRole`] |
//! | project, folder | [`Role`] | [`ProjectRole`] |
//!
//! Granting a role to a user without one adds the user to the resource. A role on a workspace
//! applies to all of its present and future projects, except restricted ones. A role on a project
//! is independent of it: it remains when the user is removed from the workspace.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::permissions::ProjectRole;
//! use frameio::project_permissions::UpdateProjectUserRole;
//!
//! client.send(UpdateProjectUserRole::new("account", "project", "user", ProjectRole::Editor)).await?;
//! # Ok(())
//! # }
//! ```

use frameio_core::{model, open_enum, response_types};

use crate::users::{User, UserDetails};

open_enum! {
    /// Role of a user in an account.
    pub enum AccountRole {
        /// Owns the account. Each account has one owner.
        Owner = "owner",
        /// Administers the account.
        Admin = "admin",
        /// Works in the account.
        Member = "member",
        /// Can see only what is shared with them. Adding a user to a secure share grants this role.
        Reviewer = "reviewer",
    }
}

open_enum! {
    /// Role that can be granted in an account.
    pub enum AssignableAccountRole {
        /// Administers the account.
        Admin = "admin",
        /// Works in the account.
        Member = "member",
    }
}

open_enum! {
    /// Role of a user or a group on a workspace, project or folder, granted or inherited.
    pub enum Role {
        /// Owns the account.
        Owner = "owner",
        /// Administers the account.
        Admin = "admin",
        /// Administers the workspace.
        WorkspaceAdmin = "workspace_admin",
        /// Can do everything on the resource.
        FullAccess = "full_access",
        /// Can edit and share.
        Editor = "editor",
        /// Can edit, but not share.
        EditOnly = "edit_only",
        /// Can view and comment.
        Commenter = "commenter",
        /// Can view.
        Viewer = "viewer",
    }
}

impl Role {
    /// Returns the role to grant on a workspace, or `None` for a role that only the account grants.
    pub fn to_workspace_role(&self) -> Option<WorkspaceRole> {
        match self {
            Self::Owner | Self::Admin => None,
            role => Some(role.as_str().into()),
        }
    }

    /// Returns the role to grant on a project or folder, or `None` for a role that only the account
    /// or the workspace grants.
    ///
    /// ```
    /// use frameio_api::permissions::{ProjectRole, Role};
    ///
    /// assert_eq!(Role::Editor.to_project_role(), Some(ProjectRole::Editor));
    /// assert_eq!(Role::WorkspaceAdmin.to_project_role(), None);
    /// ```
    pub fn to_project_role(&self) -> Option<ProjectRole> {
        match self {
            Self::Owner | Self::Admin | Self::WorkspaceAdmin => None,
            role => Some(role.as_str().into()),
        }
    }
}

open_enum! {
    /// Role that can be granted on a workspace.
    pub enum WorkspaceRole {
        /// Administers the workspace.
        WorkspaceAdmin = "workspace_admin",
        /// Can do everything in the workspace.
        FullAccess = "full_access",
        /// Can edit and share.
        Editor = "editor",
        /// Can edit, but not share.
        EditOnly = "edit_only",
        /// Can view and comment.
        Commenter = "commenter",
        /// Can view.
        Viewer = "viewer",
    }
}

open_enum! {
    /// Role that can be granted on a project or folder.
    pub enum ProjectRole {
        /// Can do everything in the project or folder.
        FullAccess = "full_access",
        /// Can edit and share.
        Editor = "editor",
        /// Can edit, but not share.
        EditOnly = "edit_only",
        /// Can view and comment.
        Commenter = "commenter",
        /// Can view.
        Viewer = "viewer",
    }
}

/// Converts without loss: every role on a project can be granted on a workspace too.
impl From<ProjectRole> for WorkspaceRole {
    fn from(role: ProjectRole) -> Self {
        role.as_str().into()
    }
}

open_enum! {
    /// Sort order of users with roles.
    pub enum UserRoleSort {
        /// By role. The service does not document the order of roles.
        RoleAsc = "role_asc",
        /// By role, in the reverse order of [`RoleAsc`](Self::RoleAsc).
        RoleDesc = "role_desc",
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By email address, A to Z.
        EmailAsc = "email_asc",
        /// By email address, Z to A.
        EmailDesc = "email_desc",
    }
}

model! {
    /// A user of an account with their role.
    pub struct AccountUserRole {
        /// User.
        pub user: UserDetails,
        /// Role of the user in the account, if the service reports one.
        pub role: Option<AccountRole>,
    }
}

model! {
    /// A user with their role on a workspace, project or folder.
    pub struct UserRole {
        /// User.
        pub user: User,
        /// Role of the user, granted or inherited.
        pub role: Role,
    }
}

model! {
    /// Result of granting a role in an account.
    pub struct AssignedAccountRole {
        /// Role that was granted.
        pub role: AssignableAccountRole,
    }
}

model! {
    /// Result of granting a role on a workspace.
    pub struct AssignedWorkspaceRole {
        /// Role that was granted, if the service returns it.
        pub role: Option<WorkspaceRole>,
    }
}

model! {
    /// Result of granting a role on a project or folder.
    pub struct AssignedProjectRole {
        /// Role that was granted, if the service returns it.
        pub role: Option<ProjectRole>,
    }
}
response_types! {
    AccountUserRole: one, page;
    UserRole: page;
    AssignedAccountRole: one;
    AssignedWorkspaceRole: one;
    AssignedProjectRole: one;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_only_roles_that_can_be_granted() {
        for role in Role::KNOWN.iter().copied().map(Role::from) {
            let known = |known: &[&str]| known.contains(&role.as_str()).then(|| role.to_string());
            let on_workspace = role.to_workspace_role().map(|role| role.to_string());
            let on_project = role.to_project_role().map(|role| role.to_string());
            assert_eq!(on_workspace, known(WorkspaceRole::KNOWN));
            assert_eq!(on_project, known(ProjectRole::KNOWN));
        }
        assert_eq!(Role::from("younger").to_project_role(), Some("younger".into()));
    }
}
