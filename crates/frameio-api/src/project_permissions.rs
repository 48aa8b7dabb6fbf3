//! Permissions on projects: the users with access, and their roles.
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

use frameio_core::{AccountId, Cursor, Endpoint, Operation, Page, ProjectId, UserId};

use crate::permissions::{AssignedProjectRole, ProjectRole, UserRole, UserRoleSort};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] =
    &[ListProjectUsers::OPERATION, UpdateProjectUserRole::OPERATION, RemoveProjectUser::OPERATION];

/// Lists the users of a project with their roles.
///
/// Returns pages of [`UserRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects/{project_id}/users",
    id = "project_permissions.index", response = Page<UserRole>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListProjectUsers {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project whose users are listed.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Whether to include deactivated users. Default: false.
    #[endpoint(query)]
    pub include_deactivated: Option<bool>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<UserRoleSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Grants a user a role on a project, and adds the user if necessary.
///
/// Returns the [`AssignedProjectRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/projects/{project_id}/users/{user_id}",
    id = "project_permissions.project_user_roles_update", response = AssignedProjectRole,
    quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateProjectUserRole {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project on which to grant the role.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// User who receives the role.
    #[endpoint(path)]
    pub user_id: UserId,
    /// Role to grant.
    #[endpoint(body)]
    pub role: ProjectRole,
}

/// Removes a user from a project.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/projects/{project_id}/users/{user_id}",
    id = "project_permissions.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct RemoveProjectUser {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project to remove the user from.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// User to remove.
    #[endpoint(path)]
    pub user_id: UserId,
}
