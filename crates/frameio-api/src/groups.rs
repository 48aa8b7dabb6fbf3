//! Groups: users of an account who get access together.

use frameio_core::{AccountId, GroupId, Page, UserId, endpoints, model, open_enum, response_types};
use jiff::Timestamp;

use crate::users::User;

endpoints! {
    /// Lists the groups of an account.
    pub struct ListGroups {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: GroupInclude,
            /// The order of the list. Default: the service's.
            sort: GroupSort,
        }
        page 1..=100;
    }
    "groups.index" = GET "/v4/accounts/{account_id}/groups" -> Page<Group>, 100 per minute;

    /// Creates a group in an account.
    pub struct CreateGroup {
        path {
            /// Account to create it in.
            account_id: AccountId,
        }
        body {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// The emoji that stands for it. 1 to 255 characters.
            emoji: String in 1..=255,
        }
    }
    "groups.create" = POST "/v4/accounts/{account_id}/groups" -> Group, 10 per minute;

    /// Shows a group.
    pub struct ShowGroup {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Group to show.
            group_id: GroupId,
        }
        query {
            /// What the answer holds besides.
            include: GroupInclude,
        }
    }
    "groups.show" = GET "/v4/accounts/{account_id}/groups/{group_id}" -> Group, 100 per minute;

    /// Changes a group.
    pub struct UpdateGroup {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Group to change.
            group_id: GroupId,
        }
        optional {
            /// What it is called. 1 to 255 characters.
            name: String in 1..=255,
            /// The emoji that stands for it. 1 to 255 characters.
            emoji: String in 1..=255,
        }
    }
    "groups.update" = PATCH "/v4/accounts/{account_id}/groups/{group_id}" -> Group, 10 per minute;
}

open_enum! {
    /// What an answer about groups holds besides.
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
