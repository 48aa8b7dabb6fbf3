//! Activity on a share: what reviewers viewed, downloaded and commented on.

use frameio_core::{
    AccountId, AssetId, Cursor, Endpoint, Page, ShareId, UserId, model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::users::User;

/// Lists the activities on a share.
///
/// Returns pages of [`ShareActivity`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/shares/{share_id}/activities",
    id = "shares.list_activities", response = Page<ShareActivity>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListShareActivities {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share whose activities are listed.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<ShareActivityInclude>,
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

model! {
    /// An activity on a share, such as a view or a download.
    pub struct ShareActivity {
        /// Id of the activity.
        pub id: String,
        /// Type of the activity.
        pub kind = "type": ShareActivityType,
        /// Asset that the activity is about. Absent if it is about the share as a whole.
        pub asset_id: Option<AssetId>,
        /// User who caused the activity. Absent if the service does not know.
        pub user_id: Option<UserId>,
        /// User who caused the activity. Present only if [`ShareActivityInclude::User`] is
        /// requested.
        pub user: Option<User>,
        /// Time of the activity.
        pub inserted_at: Timestamp,
    }
}
response_types! { ShareActivity: page }

open_enum! {
    /// Type of an activity on a share.
    pub enum ShareActivityType {
        /// The share was viewed.
        ShareViewed = "share_viewed",
        /// An asset was viewed.
        AssetViewed = "asset_viewed",
        /// An asset was downloaded.
        AssetDownloaded = "asset_downloaded",
        /// An asset was commented on.
        CommentCreated = "comment_created",
    }
}

open_enum! {
    /// Related resources to include in responses about activities.
    pub enum ShareActivityInclude {
        /// User who caused the activity.
        User = "user",
    }
}
