//! Shares: assets that are shown to reviewers.

mod activities;
mod reviewers;
mod share;

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, AssetId, EncodeError, FieldDefinitionId, Page, ProjectId, Secret, ShareId,
    endpoints, open_enum,
};
use jiff::Timestamp;

pub use self::activities::{ShareActivity, ShareActivityType};
pub use self::reviewers::{InvitedReviewers, Reviewers};
pub use self::share::{
    Share, ShareAccess, ShareAspectRatio, ShareItemSize, ShareLayout, ShareSortBy,
    ShareSortDirection, ShareTheme, ShareThumbnailScale,
};
use crate::assets::Asset;
use crate::assets::AssetSort;
use crate::files::FileInclude;
use crate::users::User;

endpoints! {
    /// Lists the shares of a project.
    pub struct ListShares {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look in.
            project_id: ProjectId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: ShareSort,
        }
        page 1..=100;
    }
    "shares.index" = GET "/v4/accounts/{account_id}/projects/{project_id}/shares" -> Page<Share>, 100 per minute;

    /// Creates a share of assets in a project.
    ///
    /// How it looks is the service's choice unless set.
    pub struct CreateShare {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to create it in.
            project_id: ProjectId,
        }
        constant { "type" = "asset", }
        body {
            /// What it is called. 1 to 175 characters without line breaks.
            name: String in 1..=175,
            /// Who can open it.
            access: ShareAccess,
        }
        optional {
            /// What is in it. 1 to 100 files, folders and version stacks.
            asset_ids: Vec<AssetId> in 1..=100,
            /// What it is about. At most 640 characters; the account has to have branded shares.
            description: String in 0..=640,
            /// What has to be known to open it. At most 255 characters.
            passphrase: Secret in 0..=255,
            /// When it stops being open. Default: never.
            expiration: Timestamp,
            /// Whether it can be opened.
            enabled: bool,
            /// Whether what is in it can be downloaded.
            downloading_enabled: bool,
            /// Whether what is in it can be commented on.
            commenting_enabled: bool,
            /// Whether all versions of a version stack are shown, not only the newest.
            show_all_asset_versions: bool,
            /// Whether the metadata fields that are shown can be changed.
            editable_fields_enabled: bool,
            /// Whether captions are shown.
            captions_enabled: bool,
            /// Whether transcripts are shown.
            transcripts_enabled: bool,
            /// Whether a watermark is shown.
            watermark_enabled: bool,
            /// Whether a watermark that cannot be seen tells where a copy comes from.
            forensic_watermark_enabled: bool,
            /// Whether media is protected from copying.
            drm_enabled: bool,
            /// How the assets are laid out.
            layout: ShareLayout,
            /// The colours of the page.
            theme: ShareTheme,
            /// The colour of what stands out.
            accent_color: String,
            /// By which metadata field the assets are ordered.
            sort_by: ShareSortBy,
            /// The metadata field that stands out.
            featured_field_definition_id: FieldDefinitionId,
            /// The metadata fields that are shown.
            visible_field_definition_ids: Vec<FieldDefinitionId>,
            /// Whether it opens with an asset in the player, not with the list.
            open_in_viewer_enabled: bool,
            /// How a picture is fitted into its card.
            thumbnail_scale: ShareThumbnailScale,
            /// How many lines a title has. 1 or 2.
            title_line_count: u32 in 1..=2,
            /// How large a card of the grid is.
            card_size: ShareItemSize,
            /// The shape of a card of the grid.
            card_aspect_ratio: ShareAspectRatio,
            /// Whether a card of the grid tells more than the name.
            card_info_enabled: bool,
            /// How high a row of the list is.
            list_row_size: ShareItemSize,
            /// Whether rows of the list have icons.
            icons_visible_on_list: bool,
            /// How wide the names of the list are.
            name_column_width: u32,
            /// The shape of a card of the reel.
            reel_card_aspect_ratio: ShareAspectRatio,
            /// Whether a picture fits into its card of the reel as a whole.
            reel_card_fit_image: bool,
            /// Whether the reel shows the names of assets.
            show_asset_name_in_reel_layout: bool,
        }
    }
    "shares.create" = POST "/v4/accounts/{account_id}/projects/{project_id}/shares" -> Share, 10 per minute;

    /// Shows a share.
    pub struct ShowShare {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Share to show.
            share_id: ShareId,
        }
    }
    "shares.show" = GET "/v4/accounts/{account_id}/shares/{share_id}" -> Share, 100 per minute;

    /// Changes a share. At least one thing has to be set.
    pub struct UpdateShare {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Share to change.
            share_id: ShareId,
        }
        optional {
            /// Who can open it.
            access: ShareAccess,
            /// Whether what is in it can be downloaded.
            downloading_enabled: bool,
            /// Whether it can be opened.
            enabled: bool,
            /// Whether what is in it can be commented on.
            commenting_enabled: bool,
            /// Whether the metadata fields that are shown can be changed.
            editable_fields_enabled: bool,
            /// Whether a watermark that cannot be seen tells where a copy comes from.
            forensic_watermark_enabled: bool,
            /// Whether media is protected from copying.
            drm_enabled: bool,
            /// How the assets are laid out.
            layout: ShareLayout,
            /// The colours of the page.
            theme: ShareTheme,
            /// By which metadata field the assets are ordered.
            sort_by: ShareSortBy,
            /// The metadata fields that are shown.
            visible_field_definition_ids: Vec<FieldDefinitionId>,
            /// Whether it opens with an asset in the player, not with the list.
            open_in_viewer_enabled: bool,
            /// How a picture is fitted into its card.
            thumbnail_scale: ShareThumbnailScale,
            /// How many lines a title has. 1 or 2.
            title_line_count: u32 in 1..=2,
            /// How large a card of the grid is.
            card_size: ShareItemSize,
            /// The shape of a card of the grid.
            card_aspect_ratio: ShareAspectRatio,
            /// Whether a card of the grid tells more than the name.
            card_info_enabled: bool,
            /// How high a row of the list is.
            list_row_size: ShareItemSize,
            /// Whether rows of the list have icons.
            icons_visible_on_list: bool,
            /// The shape of a card of the reel.
            reel_card_aspect_ratio: ShareAspectRatio,
            /// Whether a picture fits into its card of the reel as a whole.
            reel_card_fit_image: bool,
            /// Whether the reel shows the names of assets.
            show_asset_name_in_reel_layout: bool,
        }
        nullable {
            /// What it is called. 1 to 175 characters without line breaks.
            name: String in 1..=175,
            /// What it is about. 1 to 640 characters; the account has to have branded shares.
            description: String in 1..=640,
            /// What has to be known to open it. At most 255 characters.
            passphrase: Secret in 0..=255,
            /// When it stops being open.
            expiration: Timestamp,
            /// Whether all versions of a version stack are shown, not only the newest.
            show_all_asset_versions: bool,
            /// Whether captions are shown.
            captions_enabled: bool,
            /// Whether transcripts are shown.
            transcripts_enabled: bool,
            /// Whether a watermark is shown.
            watermark_enabled: bool,
            /// The colour of what stands out.
            accent_color: String,
            /// The metadata field that stands out.
            featured_field_definition_id: FieldDefinitionId,
            /// How wide the names of the list are.
            name_column_width: u32,
        }
    }
    "shares.update" = PATCH "/v4/accounts/{account_id}/shares/{share_id}" -> Share, 10 per minute;

    /// Deletes a share. What was in it stays in its project.
    pub struct DeleteShare {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Share to delete.
            share_id: ShareId,
        }
    }
    "shares.delete" = DELETE "/v4/accounts/{account_id}/shares/{share_id}" -> (), 60 per minute;

    /// Lists all assets of a share, those in its folders too.
    pub struct ListShareAssets {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to look in.
            share_id: ShareId,
        }
        query {
            /// What the answer holds besides. A link of media may be absent all the same.
            include: Vec<FileInclude>,
            /// The order of the list. Default: the service's.
            sort: AssetSort,
        }
        page 1..=100;
    }
    "shares.list_assets" = GET "/v4/accounts/{account_id}/shares/{share_id}/assets" -> Page<Asset>, 100 per minute;

    /// Puts an asset into a share.
    pub struct AddShareAsset {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to put it into.
            share_id: ShareId,
        }
        body {
            /// File, folder or version stack to put into it.
            asset_id: AssetId,
        }
    }
    "shares.add_asset" = POST "/v4/accounts/{account_id}/shares/{share_id}/assets" -> Share, 10 per minute;

    /// Takes an asset out of a share, and answers with the share. The asset stays in its project.
    pub struct RemoveShareAsset {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to take it out of.
            share_id: ShareId,
            /// File, folder or version stack to take out.
            asset_id: AssetId,
        }
    }
    "shares.remove_asset" = DELETE "/v4/accounts/{account_id}/shares/{share_id}/assets/{asset_id}" -> Share, 10 per minute;

    /// Lists the reviewers of a share.
    pub struct ListShareReviewers {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to ask about.
            share_id: ShareId,
        }
        query {
            /// The order of the list. Default: the service's.
            sort: ReviewerSort,
        }
        page 1..=100;
    }
    "shares.list_reviewers" = GET "/v4/accounts/{account_id}/shares/{share_id}/reviewers" -> Page<User>, 10 per minute;

    /// Invites people to a share: to a secure one as its reviewers, to a public one by mail alone.
    pub struct AddShareReviewers {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to invite to.
            share_id: ShareId,
        }
        body {
            /// Whom to invite.
            reviewers: InvitedReviewers,
            /// What the invitation says.
            message: String,
        }
        optional {
            /// Whether they are told by mail.
            notify_by_email: bool,
        }
    }
    "shares.add_reviewers" = POST "/v4/accounts/{account_id}/shares/{share_id}/reviewers" -> (), 10 per minute;

    /// Removes reviewers from a secure share.
    pub struct RemoveShareReviewers {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to remove them from.
            share_id: ShareId,
        }
        body {
            /// Whom to remove.
            reviewers: Reviewers,
        }
    }
    "shares.remove_reviewers" = DELETE "/v4/accounts/{account_id}/shares/{share_id}/reviewers" -> (), 10 per minute;

    /// Lists what was done with a share.
    pub struct ListShareActivities {
        path {
            /// Account that holds the share.
            account_id: AccountId,
            /// Share to ask about.
            share_id: ShareId,
        }
        query {
            /// What the answer holds besides.
            include: ShareActivityInclude,
        }
        page 1..=100;
    }
    "shares.list_activities" = GET "/v4/accounts/{account_id}/shares/{share_id}/activities" -> Page<ShareActivity>, 100 per minute;
}

impl Check for UpdateShare {
    fn check(&self, limits: &mut Limits) {
        if *self == Self::new(&self.account_id, &self.share_id) {
            let message = "changes nothing: set at least one of its fields";
            limits.refuse(EncodeError::new("data", message));
        }
    }
}

open_enum! {
    /// The order of shares.
    pub enum ShareSort {
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
    /// The order of reviewers.
    pub enum ReviewerSort {
        /// By name, A first.
        NameAsc = "name_asc",
        /// By name, Z first.
        NameDesc = "name_desc",
        /// Those who are active first.
        Active = "active",
        /// Those who are not active first.
        Inactive = "inactive",
    }
}

open_enum! {
    /// What an answer about activities holds besides.
    pub enum ShareActivityInclude {
        /// Who did it.
        User = "user",
    }
}
