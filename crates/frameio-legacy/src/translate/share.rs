//! Shares, which were review links and presentations.

use frameio_api::shares::{Share, ShareAccess, ShareLayout};
use serde_json::{Value, json};

use super::{optional_time, time};

pub(crate) fn review_link(share: &Share, project: Option<&str>, item_count: Option<u64>) -> Value {
    json!({
        "_type": "review_link",
        "id": share.id,
        "name": share.name,
        "project_id": project,
        "owner_id": null,
        "is_active": share.enabled,
        "has_password": share.passphrase.is_some(),
        "expires_at": optional_time(share.expiration),
        "enable_downloading": share.downloading_enabled,
        "enable_comments": share.commenting_enabled,
        "allow_approvals": null,
        "current_version_only": share.show_all_asset_versions.map(|all| !all),
        "notify_on_view": null,
        "is_autoplay": false,
        "item_count": item_count,
        "folder_item_count": null,
        "reviewer_count": null,
        "view_count": null,
        "bundle_count": null,
        "short_url": share.short_url,
        "access_control": {"invite_only": share.access == ShareAccess::Secure},
        "items": [],
        "inserted_at": time(share.created_at),
        "updated_at": time(share.updated_at),
        "deleted_at": null,
    })
}

pub(crate) fn presentation(share: &Share, project: Option<&str>, asset: Option<&str>) -> Value {
    let layout = if share.layout == Some(ShareLayout::Reel) { "reel" } else { "blog" };
    json!({
        "_type": "presentation",
        "id": share.id,
        "title": share.name,
        "vanity": null,
        "enabled": share.enabled,
        "asset_id": asset,
        "project_id": project,
        "can_download": share.downloading_enabled,
        "has_password": share.passphrase.is_some(),
        "secure": share.access == ShareAccess::Secure,
        "layout": layout,
        "short_url": share.short_url,
        "expires_at": optional_time(share.expiration),
        "view_count": 0,
        "inserted_at": time(share.created_at),
        "updated_at": time(share.updated_at),
        "deleted_at": null,
    })
}

/// An item of a review link; V4 has no items of their own.
pub(crate) fn item(link: &str, asset: Value, index: u64) -> Value {
    json!({
        "_type": "review_link_item",
        "id": asset["id"],
        "review_link_id": link,
        "asset_id": asset["id"],
        "index": index,
        "inserted_at": asset["inserted_at"],
        "updated_at": asset["updated_at"],
        "asset": asset,
    })
}
