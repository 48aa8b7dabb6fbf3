//! Permissions on folders: the users with access, and their roles.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::folder_permissions::ListFolderUsers;
//!
//! let page = client.send(ListFolderUsers::new("account", "folder")).await?;
//! for member in page.data {
//!     println!("{}: {}", member.user.email, member.role);
//! }
//! # Ok(())
//! # }
//! ```

use frameio_core::{AccountId, Cursor, Endpoint, FolderId, Operation, Page, UserId};

use crate::permissions::{AssignedProjectRole, ProjectRole, UserRole};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] =
    &[ListFolderUsers::OPERATION, UpdateFolderUserRole::OPERATION, RemoveFolderUser::OPERATION];

/// Lists the users of a folder with their roles.
///
/// Returns pages of [`UserRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/folders/{folder_id}/users",
    id = "folder_permissions.folder_user_roles_index", response = Page<UserRole>,
    quota = "100/min",
)]
#[non_exhaustive]
pub struct ListFolderUsers {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder whose users are listed.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// Whether to include deactivated users. Default: false.
    #[endpoint(query)]
    pub include_deactivated: Option<bool>,
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

/// Grants a user a role on a folder, and adds the user if necessary.
///
/// Returns the [`AssignedProjectRole`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/folders/{folder_id}/users/{user_id}",
    id = "folder_permissions.folder_user_roles_update", response = AssignedProjectRole,
    quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateFolderUserRole {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder on which to grant the role.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// User who receives the role.
    #[endpoint(path)]
    pub user_id: UserId,
    /// Role to grant.
    #[endpoint(body)]
    pub role: ProjectRole,
}

/// Removes a user from a folder.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/folders/{folder_id}/users/{user_id}",
    id = "folder_permissions.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct RemoveFolderUser {
    /// Account that owns the folder.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Folder to remove the user from.
    #[endpoint(path)]
    pub folder_id: FolderId,
    /// User to remove.
    #[endpoint(path)]
    pub user_id: UserId,
}
