//! Roles, and users who have them: what all permissions share.
//!
//! A role that a user *has* may come from above: an owner of the account is one on each of its
//! projects. What can be *given* is less, and differs:
//!
//! | on | a user has | can be given |
//! |---|---|---|
//! | an account | [`AccountRole`] | [`AssignableAccountRole`] |
//! | a workspace | [`Role`] | [`WorkspaceRole`] |
//! | a project, a folder | [`Role`] | [`ProjectRole`] |
//!
//! Giving a role to somebody who has none adds them. A role on a workspace counts on each of its
//! projects, those to come included, but not on restricted ones. A role on a project is one beside
//! it: it stays when the user is removed from the workspace.

use frameio_core::{model, open_enum, response_types};

use crate::users::{User, UserDetails};

open_enum! {
    /// The role of a user in an account.
    pub enum AccountRole {
        /// Owns the account: one user does.
        Owner = "owner",
        /// Administers the account.
        Admin = "admin",
        /// Works in the account.
        Member = "member",
        /// Sees only what is shared with them; who is added to a secure share becomes one.
        Reviewer = "reviewer",
    }
}

open_enum! {
    /// A role that can be given in an account.
    pub enum AssignableAccountRole {
        /// Administers the account.
        Admin = "admin",
        /// Works in the account.
        Member = "member",
    }
}

open_enum! {
    /// The role of a user or a group on a workspace, a project or a folder, wherever it comes from.
    pub enum Role {
        /// Owns the account.
        Owner = "owner",
        /// Administers the account.
        Admin = "admin",
        /// Administers the workspace.
        WorkspaceAdmin = "workspace_admin",
        /// May do everything in it.
        FullAccess = "full_access",
        /// May edit and share.
        Editor = "editor",
        /// May edit, not share.
        EditOnly = "edit_only",
        /// May look and comment.
        Commenter = "commenter",
        /// May look.
        Viewer = "viewer",
    }
}

impl Role {
    /// The same role to give on a workspace; nothing if only the account can give it.
    pub fn to_workspace_role(&self) -> Option<WorkspaceRole> {
        match self {
            Self::Owner | Self::Admin => None,
            role => Some(role.as_str().into()),
        }
    }

    /// The same role to give on a project or a folder; nothing if only the account or the workspace
    /// can give it.
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
    /// A role that can be given on a workspace.
    pub enum WorkspaceRole {
        /// Administers the workspace.
        WorkspaceAdmin = "workspace_admin",
        /// May do everything in it.
        FullAccess = "full_access",
        /// May edit and share.
        Editor = "editor",
        /// May edit, not share.
        EditOnly = "edit_only",
        /// May look and comment.
        Commenter = "commenter",
        /// May look.
        Viewer = "viewer",
    }
}

open_enum! {
    /// A role that can be given on a project or a folder.
    pub enum ProjectRole {
        /// May do everything in it.
        FullAccess = "full_access",
        /// May edit and share.
        Editor = "editor",
        /// May edit, not share.
        EditOnly = "edit_only",
        /// May look and comment.
        Commenter = "commenter",
        /// May look.
        Viewer = "viewer",
    }
}

/// What can be given on a project can be given on a workspace.
impl From<ProjectRole> for WorkspaceRole {
    fn from(role: ProjectRole) -> Self {
        role.as_str().into()
    }
}

open_enum! {
    /// The order of users with roles.
    pub enum UserRoleSort {
        /// By role, the reverse of [`RoleDesc`](Self::RoleDesc).
        RoleAsc = "role_asc",
        /// By role, the reverse of [`RoleAsc`](Self::RoleAsc).
        RoleDesc = "role_desc",
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By e-mail address, A first.
        EmailAsc = "email_asc",
        /// By e-mail address, Z first.
        EmailDesc = "email_desc",
    }
}

model! {
    /// A user of an account, with their role in it.
    pub struct AccountUserRole {
        /// The user.
        pub user: UserDetails,
        /// The user's role.
        pub role: Option<AccountRole>,
    }
}

model! {
    /// A user with a role on a workspace, a project or a folder.
    pub struct UserRole {
        /// The user.
        pub user: User,
        /// The user's role.
        pub role: Role,
    }
}

model! {
    /// The role that was given in an account.
    pub struct AssignedAccountRole {
        /// The role.
        pub role: AssignableAccountRole,
    }
}

model! {
    /// The role that was given on a workspace.
    pub struct AssignedWorkspaceRole {
        /// The role.
        pub role: Option<WorkspaceRole>,
    }
}

model! {
    /// The role that was given on a project or a folder.
    pub struct AssignedProjectRole {
        /// The role.
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
    fn a_role_is_given_only_where_it_can_be() {
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
