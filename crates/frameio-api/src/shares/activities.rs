//! What was done with a share.

use frameio_core::{AssetId, UserId, model, open_enum, response_types};
use jiff::Timestamp;

use crate::users::User;

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

open_enum! {
    /// Related resources to include in responses about activities.
    pub enum ShareActivityInclude {
        /// Who did it.
        User = "user",
    }
}
