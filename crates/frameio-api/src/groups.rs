//! Groups of users, which can receive access together.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::groups::ListGroups;
//!
//! let page = client.send(ListGroups::new("account")).await?;
//! for group in page.data {
//!     println!("{} {}: {} members", group.emoji, group.name, group.member_count);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The feature `experimental` adds operations on the members and the roles of groups.

use frameio_core::{
    AccountId, Cursor, Endpoint, GroupId, Operation, Page, UserId, model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] =
    &[ListGroups::OPERATION, CreateGroup::OPERATION, ShowGroup::OPERATION, UpdateGroup::OPERATION];

/// Lists the groups of an account.
///
/// Returns pages of [`Group`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/groups",
    id = "groups.index", response = Page<Group>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListGroups {
    /// Account whose groups are listed.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<GroupInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<GroupSort>,
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

/// Creates a group in an account.
///
/// Returns the [`Group`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/groups",
    id = "groups.create", response = Group, quota = "10/min",
)]
#[non_exhaustive]
pub struct CreateGroup {
    /// Account in which to create the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: String,
    /// Emoji that is shown with the name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub emoji: String,
}

/// Shows a group.
///
/// Returns the [`Group`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/groups/{group_id}",
    id = "groups.show", response = Group, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowGroup {
    /// Account that owns the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group to show.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<GroupInclude>,
}

/// Updates a group.
///
/// Returns the updated [`Group`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/groups/{group_id}",
    id = "groups.update", response = Group, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateGroup {
    /// Account that owns the group.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Group to change.
    #[endpoint(path)]
    pub group_id: GroupId,
    /// Name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub name: Option<String>,
    /// Emoji that is shown with the name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub emoji: Option<String>,
}

open_enum! {
    /// Related resources to include in responses about groups.
    pub enum GroupInclude {
        /// User who created the group.
        Creator = "creator",
    }
}

open_enum! {
    /// Sort order of groups.
    pub enum GroupSort {
        /// By creator, A to Z.
        CreatorAsc = "creator_asc",
        /// By creator, Z to A.
        CreatorDesc = "creator_desc",
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

open_enum! {
    /// System that manages a group.
    pub enum GroupSource {
        /// Frame.io.
        Frame = "frame",
        /// Adobe.
        Adobe = "adobe",
        /// Workfront.
        Workfront = "workfront",
    }
}

open_enum! {
    /// Progress of the synchronization of a group's members with its source.
    pub enum GroupSyncStatus {
        /// The synchronization has not started.
        NotStarted = "not_started",
        /// The synchronization is in progress.
        InProgress = "in_progress",
        /// All members are synchronized.
        Completed = "completed",
        /// The synchronization failed.
        Error = "error",
    }
}

model! {
    /// A group of users of an account.
    pub struct Group {
        /// Id of the group.
        pub id: GroupId,
        /// Name, 1 to 255 characters.
        pub name: String,
        /// Emoji that is shown with the name.
        pub emoji: String,
        /// Number of members.
        pub member_count: u64,
        /// System that manages the group. Can be absent from responses to [`CreateGroup`] and
        /// [`UpdateGroup`].
        pub source: Option<GroupSource>,
        /// Progress of the synchronization with the source. Absent for groups that are not
        /// synchronized.
        pub sync_status: Option<GroupSyncStatus>,
        /// User who created the group, if known.
        pub creator_id: Option<UserId>,
        /// User who created the group. Present only if [`GroupInclude::Creator`] is requested.
        pub creator: Option<Box<User>>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Group: one, page }
