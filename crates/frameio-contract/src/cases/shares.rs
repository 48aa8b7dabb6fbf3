use frameio_api::shares::{
    AddShareAsset, AddShareReviewers, CreateShare, DeleteShare, ListShareActivities,
    ListShareAssets, ListShareReviewers, ListShares, RemoveShareAsset, RemoveShareReviewers,
    ShareAccess, ShareActivityType, ShareAspectRatio, ShareItemSize, ShareLayout,
    ShareSortDirection, ShareTheme, ShareThumbnailScale, ShowShare, UpdateShare,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListShares>(),
            case::<CreateShare>(),
            case::<ShowShare>(),
            case::<UpdateShare>(),
            case::<DeleteShare>(),
            case::<ListShareAssets>(),
            case::<AddShareAsset>(),
            case::<RemoveShareAsset>(),
            case::<ListShareReviewers>(),
            case::<AddShareReviewers>(),
            case::<RemoveShareReviewers>(),
            case::<ListShareActivities>(),
        ],
        enums: known![
            ShareAccess,
            ShareActivityType,
            ShareAspectRatio,
            ShareItemSize,
            ShareLayout,
            ShareSortDirection,
            ShareTheme,
            ShareThumbnailScale,
        ],
        tolerated: vec![
            ("ShareReviewersResponse", "links", "the previous document has only `data`"),
            ("AddAssetResponseData", "asset_added", "only in this response"),
            ("RemoveAssetResponseData", "asset_removed", "only in this response"),
        ],
    }
}
