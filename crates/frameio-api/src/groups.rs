//! Groups: users of an account who get access together.

use frameio_core::{
    AccountId, Cursor, Endpoint, GroupId, Operation, Page, UserId, model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::users::User;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] =
    &[ListGroups::OPERATION, CreateGroup::OPERATION, ShowGroup::OPERATION, UpdateGroup::OPERATION];

/// Lists the groups of an account.
///
/// Returns pages of [`Group`].
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::groups::ListGroups;
///
/// let page = client.send(ListGroups::new("account")).await?;
/// println!("{} groups", page.data.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/groups",
    id = "groups.index", response = Page<Group>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListGroups {
    /// Account that owns the groups.
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
    /// Whether the response counts the items of all pages. Default: false.
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
    /// Emoji shown with the name, 1 to 255 characters.
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
    /// Emoji shown with the name, 1 to 255 characters.
    #[endpoint(body, len = 1..=255)]
    pub emoji: Option<String>,
}

open_enum! {
    /// Related resources to include in responses about groups.
    pub enum GroupInclude {
        /// Who created it.
        Creator = "creator",
    }
}

open_enum! {
    /// The order of groups.
    pub enum GroupSort {
        /// By creator, A first.
        CreatorAsc = "creator_asc",
        /// By creator, Z first.
        CreatorDesc = "creator_desc",
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// By time of creation, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By time of creation, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}

open_enum! {
    /// Where a group is kept.
    pub enum GroupSource {
        /// At Frame.io.
        Frame = "frame",
        /// At Adobe.
        Adobe = "adobe",
        /// At Workfront.
        Workfront = "workfront",
    }
}

open_enum! {
    /// How far the members of a group have been taken over from its source.
    pub enum GroupSyncStatus {
        /// It has not begun.
        NotStarted = "not_started",
        /// It is going on.
        InProgress = "in_progress",
        /// All are there.
        Completed = "completed",
        /// It failed.
        Error = "error",
    }
}

model! {
    /// A group, wherever it is kept.
    pub struct Group {
        /// The group's id.
        pub id: GroupId,
        /// What it is called.
        pub name: String,
        /// The emoji that stands for it.
        pub emoji: String,
        /// How many members it has.
        pub member_count: u64,
        /// Where it is kept; absent from the answers to [`CreateGroup`] and [`UpdateGroup`].
        pub source: Option<GroupSource>,
        /// How far its members have been taken over; absent where there is nothing to take over.
        pub sync_status: Option<GroupSyncStatus>,
        /// Who created it, by id.
        pub creator_id: Option<UserId>,
        /// Who created it, if included.
        pub creator: Option<Box<User>>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Group: one, page }
