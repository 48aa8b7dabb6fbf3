//! Roles, and users who have them: what all permissions share.
//!
//! Adding someone to a workspace, a project or a folder is the same call as changing a role:
//! [`UpdateWorkspaceUserRole`](crate::workspace_permissions::UpdateWorkspaceUserRole),
//! [`UpdateProjectUserRole`](crate::project_permissions::UpdateProjectUserRole),
//! [`UpdateFolderUserRole`](crate::folder_permissions::UpdateFolderUserRole).

use frameio_core::{answers, model, open_enum};

use crate::users::User;

open_enum! {
    /// What can be given to someone on a project or a folder.
    pub enum Role {
        /// Everything, the permissions of others included.
        FullAccess = "full_access",
        /// Changes everything, and shares it.
        Editor = "editor",
        /// Changes everything, and shares nothing.
        EditOnly = "edit_only",
        /// Comments.
        Commenter = "commenter",
        /// Looks.
        Viewer = "viewer",
    }
}

open_enum! {
    /// What can be given to someone on a workspace.
    pub enum WorkspaceRole {
        /// Manages the workspace.
        WorkspaceAdmin = "workspace_admin",
        /// Everything in all projects, the permissions of others included.
        FullAccess = "full_access",
        /// Changes everything, and shares it.
        Editor = "editor",
        /// Changes everything, and shares nothing.
        EditOnly = "edit_only",
        /// Comments.
        Commenter = "commenter",
        /// Looks.
        Viewer = "viewer",
    }
}

open_enum! {
    /// What someone is on a workspace, a project or a folder: given there, or come from above.
    pub enum HeldRole {
        /// Owns the account.
        Owner = "owner",
        /// Manages the account.
        Admin = "admin",
        /// Manages the workspace.
        WorkspaceAdmin = "workspace_admin",
        /// Everything, the permissions of others included.
        FullAccess = "full_access",
        /// Changes everything, and shares it.
        Editor = "editor",
        /// Changes everything, and shares nothing.
        EditOnly = "edit_only",
        /// Comments.
        Commenter = "commenter",
        /// Looks.
        Viewer = "viewer",
    }
}

open_enum! {
    /// What can be given to someone on an account.
    pub enum GivenAccountRole {
        /// Works in it.
        Member = "member",
        /// Manages it.
        Admin = "admin",
    }
}

open_enum! {
    /// What someone is on an account.
    pub enum HeldAccountRole {
        /// Owns it.
        Owner = "owner",
        /// Manages it.
        Admin = "admin",
        /// Works in it.
        Member = "member",
        /// Looks at what is shared, without a membership.
        Reviewer = "reviewer",
    }
}

open_enum! {
    /// The order of users with their roles.
    pub enum UserRoleSort {
        /// By role.
        RoleAsc = "role_asc",
        /// By role, the other way round.
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
    /// A user of a workspace, a project or a folder.
    pub struct UserRole {
        /// What the user is there.
        pub role: HeldRole,
        /// The user.
        pub user: User,
    }
}

model! {
    /// A user of an account.
    pub struct AccountUserRole {
        /// What the user is in the account.
        pub role: Option<HeldAccountRole>,
        /// The user.
        pub user: User,
    }
}

model! {
    /// The role that someone has now on a project or a folder.
    pub struct GrantedRole {
        /// The role.
        pub role: Option<Role>,
    }
}

model! {
    /// The role that someone has now on a workspace.
    pub struct GrantedWorkspaceRole {
        /// The role.
        pub role: Option<WorkspaceRole>,
    }
}

model! {
    /// The role that someone has now on an account.
    pub struct GrantedAccountRole {
        /// The role.
        pub role: GivenAccountRole,
    }
}
answers!(UserRole, AccountUserRole, GrantedRole, GrantedWorkspaceRole, GrantedAccountRole);
