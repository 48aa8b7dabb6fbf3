//! Assets of a share: requests that list, add and remove them.

use frameio_core::{AccountId, AssetId, Cursor, Endpoint, Page, ShareId};

use super::Share;
use crate::assets::{Asset, AssetSort};
use crate::files::FileInclude;

/// Lists the assets in a share, including those in shared folders.
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
    /// Share whose assets are listed.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// Related resources to include in the response. Requested media links can be absent: see
    /// [`MediaLinks`](crate::media_links::MediaLinks).
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
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Adds an asset to a share.
///
/// Returns the [`Share`] with [`asset_added`](Share::asset_added).
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
    /// Share to add the asset to.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// File, folder or version stack to add.
    #[endpoint(body)]
    pub asset_id: AssetId,
}

/// Removes an asset from a share. The asset stays in the project.
///
/// Returns the [`Share`] with [`asset_removed`](Share::asset_removed).
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
    /// Share to remove the asset from.
    #[endpoint(path)]
    pub share_id: ShareId,
    /// File, folder or version stack to remove.
    #[endpoint(path)]
    pub asset_id: AssetId,
}
