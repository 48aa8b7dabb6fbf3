//! Experimental operations on project permissions: the roles of groups.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::project_permissions::UpdateProjectGroupRole;
//! use frameio::permissions::ProjectRole;
//!
//! let role = ProjectRole::Commenter;
//! client.send(UpdateProjectGroupRole::new("account", "project", "group", role)).await?;
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Cursor, Endpoint, GroupId, Operation, Page, ProjectId};

use super::permissions::{GroupRole, GroupRoleSort};
use crate::permissions::{AssignedProjectRole, ProjectRole};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    ListProjectGroups::OPERATION,
    UpdateProjectGroupRole::OPERATION,
    RemoveProjectGroup::OPERATION,
];

/// Lists the groups of a project with their roles.
///
/// Returns pages of [`GroupRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects/{project_id}/groups",
    id = "project_permissions.project_group_roles_index", response = Page<GroupRole>,
    quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ListProjectGroups {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project whose groups are listed.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<GroupRoleSort>,
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

/// Grants a group a role on a project, and adds the group if necessary.
///
/// Returns the [`AssignedProjectRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/projects/{project_id}/groups/{group_id}",
    id = "project_permissions.project_group_roles_update", response = AssignedProjectRole,
    quota = "10/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct UpdateProjectGroupRole {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project on which to grant the role.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Group that receives the role.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// Role to grant.
    #[endpoint(body)]
    pub role: ProjectRole,
}

/// Removes a group from a project.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/projects/{project_id}/groups/{group_id}",
    id = "project_permissions.project_group_roles_delete", response = (), quota = "60/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct RemoveProjectGroup {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project to remove the group from.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Group to remove.
    #[endpoint(path)]
    pub group_id: GroupId,
}
