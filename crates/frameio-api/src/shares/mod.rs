//! Shares: assets that are shown to reviewers.

mod activities;
mod reviewers;
mod share;

use frameio_core::limits::{Check, Limits};
use frameio_core::{
    AccountId, AssetId, Cursor, EncodeError, Endpoint, FieldDefinitionId, Operation, Page, Patch,
    ProjectId, Secret, ShareId,
};
use jiff::Timestamp;

pub use self::activities::{ShareActivity, ShareActivityInclude, ShareActivityType};
pub use self::reviewers::{InvitedReviewers, ReviewerSort, Reviewers};
pub use self::share::{
    Share, ShareAccess, ShareAspectRatio, ShareItemSize, ShareLayout, ShareSort, ShareSortBy,
    ShareSortDirection, ShareTheme, ShareThumbnailScale,
};
use crate::assets::Asset;
use crate::assets::AssetSort;
#[cfg(feature = "experimental")]
use crate::experimental::shares::ShareInclude;
use crate::files::FileInclude;
use crate::users::User;
#[cfg(feature = "experimental")]
use frameio_core::SessionWatermarkTemplateId;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[
    ListShares::OPERATION,
    CreateShare::OPERATION,
    ShowShare::OPERATION,
    UpdateShare::OPERATION,
    DeleteShare::OPERATION,
    ListShareAssets::OPERATION,
    AddShareAsset::OPERATION,
    RemoveShareAsset::OPERATION,
    ListShareReviewers::OPERATION,
    AddShareReviewers::OPERATION,
    RemoveShareReviewers::OPERATION,
    ListShareActivities::OPERATION,
];

/// Lists the shares of a project.
///
/// Returns pages of [`Share`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects/{project_id}/shares",
    id = "shares.index", response = Page<Share>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListShares {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project that contains the shares.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<ShareSort>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
    /// Field definitions to include in the response. Sends `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(query, experimental)]
    pub include: Option<Vec<ShareInclude>>,
}

/// Creates a share of assets of a project.
///
/// Returns the [`Share`]. Settings of its appearance that are not set are chosen by the service.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::shares::{CreateShare, ShareAccess};
///
/// let share = CreateShare::new("account", "project", "Rough cut", ShareAccess::Public);
/// let share = client.send(share.asset_ids(["file".into()]).downloading_enabled(false)).await?;
/// println!("{:?}", share.short_url);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/projects/{project_id}/shares",
    id = "shares.create", response = Share, quota = "10/min", constant("type" = "asset"),
)]
#[non_exhaustive]
pub struct CreateShare {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project in which to create the share.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Name, 1 to 175 characters without line breaks.
    #[endpoint(body, len = 1..=175)]
    pub name: String,
    /// Access level.
    #[endpoint(body)]
    pub access: ShareAccess,
    /// Files, folders and version stacks to share, 1 to 100.
    #[endpoint(body, items = 1..=100)]
    pub asset_ids: Option<Vec<AssetId>>,
    /// Description, at most 640 characters. Requires the feature branded shares.
    #[endpoint(body, len = ..=640)]
    pub description: Option<String>,
    /// Passphrase, at most 255 characters.
    #[endpoint(body, len = ..=255)]
    pub passphrase: Option<Secret>,
    /// Expiration time. Default: never.
    #[endpoint(body)]
    pub expiration: Option<Timestamp>,
    /// Whether the share is enabled.
    #[endpoint(body)]
    pub enabled: Option<bool>,
    /// Whether downloads are allowed.
    #[endpoint(body)]
    pub downloading_enabled: Option<bool>,
    /// Whether comments are allowed.
    #[endpoint(body)]
    pub commenting_enabled: Option<bool>,
    /// Whether all versions of a version stack are shown, not only the latest.
    #[endpoint(body)]
    pub show_all_asset_versions: Option<bool>,
    /// Whether visible metadata fields can be edited.
    #[endpoint(body)]
    pub editable_fields_enabled: Option<bool>,
    /// Whether captions are shown.
    #[endpoint(body)]
    pub captions_enabled: Option<bool>,
    /// Whether transcripts are shown.
    #[endpoint(body)]
    pub transcripts_enabled: Option<bool>,
    /// Whether a visible watermark is shown.
    #[endpoint(body)]
    pub watermark_enabled: Option<bool>,
    /// Whether media has an invisible watermark that identifies the source of a copy.
    #[endpoint(body)]
    pub forensic_watermark_enabled: Option<bool>,
    /// Whether media is protected by DRM.
    #[endpoint(body)]
    pub drm_enabled: Option<bool>,
    /// Layout of the assets.
    #[endpoint(body)]
    pub layout: Option<ShareLayout>,
    /// Color theme of the page.
    #[endpoint(body)]
    pub theme: Option<ShareTheme>,
    /// Accent color.
    #[endpoint(body)]
    pub accent_color: Option<String>,
    /// Metadata field that the assets are sorted by.
    #[endpoint(body)]
    pub sort_by: Option<ShareSortBy>,
    /// Featured metadata field.
    #[endpoint(body)]
    pub featured_field_definition_id: Option<FieldDefinitionId>,
    /// Visible metadata fields.
    #[endpoint(body)]
    pub visible_field_definition_ids: Option<Vec<FieldDefinitionId>>,
    /// Whether the share opens in the viewer instead of the list.
    #[endpoint(body)]
    pub open_in_viewer_enabled: Option<bool>,
    /// Scaling of thumbnails.
    #[endpoint(body)]
    pub thumbnail_scale: Option<ShareThumbnailScale>,
    /// Number of lines of a title, 1 or 2.
    #[endpoint(body, range = 1..=2)]
    pub title_line_count: Option<u32>,
    /// Size of the cards in the grid layout.
    #[endpoint(body)]
    pub card_size: Option<ShareItemSize>,
    /// Aspect ratio of the cards in the grid layout.
    #[endpoint(body)]
    pub card_aspect_ratio: Option<ShareAspectRatio>,
    /// Whether cards in the grid layout show details.
    #[endpoint(body)]
    pub card_info_enabled: Option<bool>,
    /// Height of the rows in the list layout.
    #[endpoint(body)]
    pub list_row_size: Option<ShareItemSize>,
    /// Whether rows in the list layout have icons.
    #[endpoint(body)]
    pub icons_visible_on_list: Option<bool>,
    /// Width of the name column in the list layout.
    #[endpoint(body)]
    pub name_column_width: Option<u32>,
    /// Aspect ratio of the cards in the reel layout.
    #[endpoint(body)]
    pub reel_card_aspect_ratio: Option<ShareAspectRatio>,
    /// Whether pictures are fitted into the cards in the reel layout.
    #[endpoint(body)]
    pub reel_card_fit_image: Option<bool>,
    /// Whether the reel layout shows asset names.
    #[endpoint(body)]
    pub show_asset_name_in_reel_layout: Option<bool>,
    /// Session watermark template that is applied if watermarks are shown. Default: the template of
    /// the workspace or the account. Sends `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(body, experimental)]
    pub watermark_template_id: Option<SessionWatermarkTemplateId>,
}

/// Shows a share.
///
/// Returns the [`Share`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/shares/{share_id}",
    id = "shares.show", response = Share, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowShare {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to show.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Field definitions to include in the response. Sends `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(query, experimental)]
    pub include: Option<Vec<ShareInclude>>,
}

/// Updates a share.
///
/// Returns the updated [`Share`]. At least one field of the body has to be set.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/shares/{share_id}",
    id = "shares.update", response = Share, quota = "10/min",
)]
#[non_exhaustive]
pub struct UpdateShare {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to change.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Access level.
    #[endpoint(body)]
    pub access: Option<ShareAccess>,
    /// Whether downloads are allowed.
    #[endpoint(body)]
    pub downloading_enabled: Option<bool>,
    /// Whether the share is enabled.
    #[endpoint(body)]
    pub enabled: Option<bool>,
    /// Whether comments are allowed.
    #[endpoint(body)]
    pub commenting_enabled: Option<bool>,
    /// Whether visible metadata fields can be edited.
    #[endpoint(body)]
    pub editable_fields_enabled: Option<bool>,
    /// Whether media has an invisible watermark that identifies the source of a copy.
    #[endpoint(body)]
    pub forensic_watermark_enabled: Option<bool>,
    /// Whether media is protected by DRM.
    #[endpoint(body)]
    pub drm_enabled: Option<bool>,
    /// Layout of the assets.
    #[endpoint(body)]
    pub layout: Option<ShareLayout>,
    /// Color theme of the page.
    #[endpoint(body)]
    pub theme: Option<ShareTheme>,
    /// Metadata field that the assets are sorted by.
    #[endpoint(body)]
    pub sort_by: Option<ShareSortBy>,
    /// Visible metadata fields.
    #[endpoint(body)]
    pub visible_field_definition_ids: Option<Vec<FieldDefinitionId>>,
    /// Whether the share opens in the viewer instead of the list.
    #[endpoint(body)]
    pub open_in_viewer_enabled: Option<bool>,
    /// Scaling of thumbnails.
    #[endpoint(body)]
    pub thumbnail_scale: Option<ShareThumbnailScale>,
    /// Number of lines of a title, 1 or 2.
    #[endpoint(body, range = 1..=2)]
    pub title_line_count: Option<u32>,
    /// Size of the cards in the grid layout.
    #[endpoint(body)]
    pub card_size: Option<ShareItemSize>,
    /// Aspect ratio of the cards in the grid layout.
    #[endpoint(body)]
    pub card_aspect_ratio: Option<ShareAspectRatio>,
    /// Whether cards in the grid layout show details.
    #[endpoint(body)]
    pub card_info_enabled: Option<bool>,
    /// Height of the rows in the list layout.
    #[endpoint(body)]
    pub list_row_size: Option<ShareItemSize>,
    /// Whether rows in the list layout have icons.
    #[endpoint(body)]
    pub icons_visible_on_list: Option<bool>,
    /// Aspect ratio of the cards in the reel layout.
    #[endpoint(body)]
    pub reel_card_aspect_ratio: Option<ShareAspectRatio>,
    /// Whether pictures are fitted into the cards in the reel layout.
    #[endpoint(body)]
    pub reel_card_fit_image: Option<bool>,
    /// Whether the reel layout shows asset names.
    #[endpoint(body)]
    pub show_asset_name_in_reel_layout: Option<bool>,
    /// Name, 1 to 175 characters without line breaks.
    #[endpoint(body, len = 1..=175)]
    pub name: Patch<String>,
    /// Description, 1 to 640 characters. Requires the feature branded shares.
    #[endpoint(body, len = 1..=640)]
    pub description: Patch<String>,
    /// Passphrase, at most 255 characters.
    #[endpoint(body, len = ..=255)]
    pub passphrase: Patch<Secret>,
    /// Expiration time.
    #[endpoint(body)]
    pub expiration: Patch<Timestamp>,
    /// Whether all versions of a version stack are shown, not only the latest.
    #[endpoint(body)]
    pub show_all_asset_versions: Patch<bool>,
    /// Whether captions are shown.
    #[endpoint(body)]
    pub captions_enabled: Patch<bool>,
    /// Whether transcripts are shown.
    #[endpoint(body)]
    pub transcripts_enabled: Patch<bool>,
    /// Whether a visible watermark is shown.
    #[endpoint(body)]
    pub watermark_enabled: Patch<bool>,
    /// Accent color.
    #[endpoint(body)]
    pub accent_color: Patch<String>,
    /// Featured metadata field.
    #[endpoint(body)]
    pub featured_field_definition_id: Patch<FieldDefinitionId>,
    /// Width of the name column in the list layout.
    #[endpoint(body)]
    pub name_column_width: Patch<u32>,
    /// Session watermark template that is applied if watermarks are shown. Null stands for the
    /// template of the workspace or the account. Sends `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(body, experimental)]
    pub watermark_template_id: Patch<SessionWatermarkTemplateId>,
}

/// Deletes a share. Its assets stay in the project.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/shares/{share_id}",
    id = "shares.delete", response = (), quota = "60/min",
)]
#[non_exhaustive]
pub struct DeleteShare {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to delete.
    #[endpoint(path)]
    pub share_id: ShareId,
}

/// Lists all assets of a share, including those in its folders.
///
/// Returns pages of [`Asset`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/shares/{share_id}/assets",
    id = "shares.list_assets", response = Page<Asset>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListShareAssets {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share that contains the share assets.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Related resources to include in the response. A media link can still be missing.
    #[endpoint(query, experimental = FileInclude::any_experimental)]
    pub include: Option<Vec<FileInclude>>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<AssetSort>,
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

/// Adds an asset to a share.
///
/// Returns the [`Share`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/shares/{share_id}/assets",
    id = "shares.add_asset", response = Share, quota = "10/min",
)]
#[non_exhaustive]
pub struct AddShareAsset {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share that receives the asset.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// File, folder or version stack to add.
    #[endpoint(body)]
    pub asset_id: AssetId,
}

/// Removes an asset from a share. The asset stays in the project.
///
/// Returns the [`Share`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/shares/{share_id}/assets/{asset_id}",
    id = "shares.remove_asset", response = Share, quota = "10/min",
)]
#[non_exhaustive]
pub struct RemoveShareAsset {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share with the asset.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// File, folder or version stack to remove.
    #[endpoint(path)]
    pub asset_id: AssetId,
}

/// Lists the reviewers of a share.
///
/// Returns pages of [`User`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/shares/{share_id}/reviewers",
    id = "shares.list_reviewers", response = Page<User>, quota = "10/min",
)]
#[non_exhaustive]
pub struct ListShareReviewers {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to list.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<ReviewerSort>,
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

/// Invites people to a share.
///
/// People invited to a secure share become its reviewers. Those invited to a public share receive
/// an email only.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/shares/{share_id}/reviewers",
    id = "shares.add_reviewers", response = (), quota = "10/min",
)]
#[non_exhaustive]
pub struct AddShareReviewers {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share to which people are invited.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// People to invite.
    #[endpoint(body)]
    pub reviewers: InvitedReviewers,
    /// Text of the invitation.
    #[endpoint(body)]
    pub message: String,
    /// Whether invitations are sent by email.
    #[endpoint(body)]
    pub notify_by_email: Option<bool>,
}

/// Removes reviewers from a secure share.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    DELETE "/v4/accounts/{account_id}/shares/{share_id}/reviewers",
    id = "shares.remove_reviewers", response = (), quota = "10/min",
)]
#[non_exhaustive]
pub struct RemoveShareReviewers {
    /// Account that owns the share.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Share that loses the reviewers.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Reviewers to remove.
    #[endpoint(body)]
    pub reviewers: Reviewers,
}

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

impl Check for UpdateShare {
    fn check(&self, limits: &mut Limits) {
        if *self == Self::new(&self.account_id, &self.share_id) {
            let message = "changes nothing: set at least one of its fields";
            limits.refuse(EncodeError::new("data", message));
        }
    }
}
