//! Activities on a share.

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
    /// Share to list.
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
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

open_enum! {
    /// What an answer about activities holds besides.
    pub enum ShareActivityInclude {
        /// Who did it.
        User = "user",
    }
}

model! {
    /// Something that was done with a share.
    pub struct ShareActivity {
        /// The activity's id.
        pub id: String,
        /// What was done.
        pub kind = "type": ShareActivityType,
        /// The asset that it was done with; none if it was the share as a whole.
        pub asset_id: Option<AssetId>,
        /// Who did it; none if the service does not know.
        pub user_id: Option<UserId>,
        /// Who did it, if included.
        pub user: Option<User>,
        /// When it was done.
        pub inserted_at: Timestamp,
    }
}
response_types! { ShareActivity: page }

open_enum! {
    /// What can be done with a share.
    pub enum ShareActivityType {
        /// It was looked at.
        ShareViewed = "share_viewed",
        /// An asset in it was looked at.
        AssetViewed = "asset_viewed",
        /// An asset in it was downloaded.
        AssetDownloaded = "asset_downloaded",
        /// An asset in it was commented on.
        CommentCreated = "comment_created",
    }
}
