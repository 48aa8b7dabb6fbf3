//! Experimental operations on groups: their members, and the groups at Adobe.

use bytes::Bytes;
use frameio_core::decode::decode_json;
use frameio_core::{
    AccountId, Cursor, DecodeError, Endpoint, FromResponse, GroupId, Operation, Page, UserId,
    model, open_enum, response_types,
};

use crate::groups::Group;
use crate::users::User;

/// Operations of this module.
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
    /// Group to list.
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
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Adds users of the account to a group that is managed by Frame.io.
///
/// Existing members stay members. If one user cannot be added, none is.
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
    /// Group that receives the users.
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
    /// Group that loses the user.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// User to remove.
    #[endpoint(path)]
    pub user_id: UserId,
}

/// Lists the Adobe groups that are available to an account.
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
    /// Account that owns the adobe groups.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Adds an Adobe group to an account, as a group of the account.
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
    /// The order of the members of a group.
    pub enum GroupMemberSort {
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
    /// A group at Adobe, which may be added to the account.
    pub struct AdobeGroup {
        /// The group's id at Adobe.
        pub adobe_group_id: String,
        /// What it is called.
        pub name: String,
    }
}
response_types! { AdobeGroup: page }

model! {
    /// A group at Adobe that was added to an account.
    pub struct AddedAdobeGroup {
        /// The group; its `sync_status` tells how far its members have been taken over.
        pub group = "data": Group,
        /// A sentence for a person, present where the account had the group already.
        pub message: Option<String>,
    }
}

impl FromResponse for AddedAdobeGroup {
    fn from_response(_: &http::response::Parts, body: Bytes) -> Result<Self, DecodeError> {
        decode_json(&body)
    }
}
