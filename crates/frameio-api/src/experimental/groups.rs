//! Experimental operations on groups: their members, and groups at Adobe.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::groups::ListGroupMembers;
//!
//! let mut members = client.items(ListGroupMembers::new("account", "group"));
//! while let Some(member) = members.next().await {
//!     println!("{}", member?.email);
//! }
//! # Ok(())
//! # }
//! ```

use bytes::Bytes;
use frameio_core::decode::decode_json;
use frameio_core::{
    AccountId, Cursor, DecodeError, Endpoint, FromResponse, GroupId, Operation, Page, UserId,
    model, open_enum, response_types,
};

use crate::groups::Group;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[
    DeleteGroup::OPERATION,
    ListGroupMembers::OPERATION,
    AddGroupMembers::OPERATION,
    RemoveGroupMember::OPERATION,
    ListAdobeGroups::OPERATION,
    AddAdobeGroup::OPERATION,
];

/// Deletes a group.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/groups/{group_id}",
    id = "groups.delete", response = (), quota = "60/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct DeleteGroup {
    /// Account that owns the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group to delete.
    #[endpoint(path)]
    pub group_id: GroupId,
}

/// Lists the members of a group.
///
/// Returns pages of [`User`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/groups/{group_id}/users",
    id = "groups.users", response = Page<User>, quota = "200/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ListGroupMembers {
    /// Account that owns the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group whose members are listed.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<GroupMemberSort>,
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

/// Adds users of the account to a group that Frame.io manages.
///
/// Existing members remain. If one user cannot be added, none is.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/groups/{group_id}/users",
    id = "groups.add_users", response = (), quota = "10/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct AddGroupMembers {
    /// Account that owns the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group to add the users to.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// Users to add.
    #[endpoint(body)]
    pub user_ids: Vec<UserId>,
}

/// Removes a user from a group.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/groups/{group_id}/users/{user_id}",
    id = "groups.remove_member", response = (), quota = "200/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct RemoveGroupMember {
    /// Account that owns the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group to remove the user from.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// User to remove.
    #[endpoint(path)]
    pub user_id: UserId,
}

/// Lists the groups at Adobe that can be added to an account.
///
/// Returns pages of [`AdobeGroup`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/adobe_groups",
    id = "groups.list_adobe_groups", response = Page<AdobeGroup>, quota = "60/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct ListAdobeGroups {
    /// Account whose available groups are listed.
    #[endpoint(path)]
    pub account_id: AccountId,
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

/// Adds a group at Adobe to an account, and starts the synchronization of its members.
///
/// Returns the [`AddedAdobeGroup`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/adobe_groups",
    id = "groups.add_adobe_group_to_account", response = AddedAdobeGroup, quota = "10/min",
    api_version = "experimental",
)]
#[non_exhaustive]
pub struct AddAdobeGroup {
    /// Account to add the group to.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group to add: the `adobe_group_id` of an [`AdobeGroup`].
    #[endpoint(body)]
    pub adobe_group_id: String,
}

open_enum! {
    /// Sort order of the members of a group.
    pub enum GroupMemberSort {
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
    /// A group at Adobe, which can be added to the account.
    pub struct AdobeGroup {
        /// Id of the group at Adobe.
        pub adobe_group_id: String,
        /// Name of the group.
        pub name: String,
    }
}
response_types! { AdobeGroup: page }

model! {
    /// Result of adding a group at Adobe to an account.
    pub struct AddedAdobeGroup {
        /// The group. Its `sync_status` is the progress of the synchronization of its members.
        pub group = "data": Group,
        /// Message for users. Present only if the account already had the group.
        pub message: Option<String>,
    }
}

impl FromResponse for AddedAdobeGroup {
    fn from_response(_: &http::response::Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body)
    }
}
