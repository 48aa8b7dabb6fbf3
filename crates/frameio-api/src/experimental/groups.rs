//! Experimental operations on groups: their members, and the groups at Adobe.

use bytes::Bytes;
use frameio_core::decode::decode_json;
use frameio_core::{
    AccountId, DecodeError, FromResponse, GroupId, Page, UserId, endpoints, model, open_enum,
    response_types,
};

use crate::groups::Group;
use crate::users::User;

endpoints! {
    /// Deletes a group.
    pub struct DeleteGroup {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Group to delete.
            group_id: GroupId,
        }
    }
    "groups.delete" = DELETE "/v4/accounts/{account_id}/groups/{group_id}" -> (), 60 per minute, api_version("experimental");

    /// Lists the members of a group.
    pub struct ListGroupMembers {
        path {
            /// Account that holds the group.
            account_id: AccountId,
            /// Group to look in.
            group_id: GroupId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: GroupMemberSort,
        }
        page 1..=100;
    }
    "groups.users" = GET "/v4/accounts/{account_id}/groups/{group_id}/users" -> Page<User>, 200 per minute, api_version("experimental");

    /// Adds users of the account to a group that is kept at Frame.io.
    ///
    /// One who is a member already stays one; if one cannot be added, none is.
    pub struct AddGroupMembers {
        path {
            /// Account that holds the group.
            account_id: AccountId,
            /// Group to add them to.
            group_id: GroupId,
        }
        body {
            /// Users to add.
            user_ids: Vec<UserId>,
        }
    }
    "groups.add_users" = POST "/v4/accounts/{account_id}/groups/{group_id}/users" -> (), 10 per minute, api_version("experimental");

    /// Removes a user from a group.
    pub struct RemoveGroupMember {
        path {
            /// Account that holds the group.
            account_id: AccountId,
            /// Group to remove the user from.
            group_id: GroupId,
            /// User to remove.
            user_id: UserId,
        }
    }
    "groups.remove_member" = DELETE "/v4/accounts/{account_id}/groups/{group_id}/users/{user_id}" -> (), 200 per minute, api_version("experimental");

    /// Lists the groups at Adobe that belong to an account.
    pub struct ListAdobeGroups {
        path {
            /// Account to ask for.
            account_id: AccountId,
        }
        page 1..=100;
    }
    "groups.list_adobe_groups" = GET "/v4/accounts/{account_id}/adobe_groups" -> Page<AdobeGroup>, 60 per minute, api_version("experimental");

    /// Adds a group at Adobe to an account, as a group of the account.
    pub struct AddAdobeGroup {
        path {
            /// Account to add it to.
            account_id: AccountId,
        }
        body {
            /// Group to add: the `adobe_group_id` of an [`AdobeGroup`].
            adobe_group_id: String,
        }
    }
    "groups.add_adobe_group_to_account" = POST "/v4/accounts/{account_id}/adobe_groups" -> AddedAdobeGroup, 10 per minute, api_version("experimental");
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
