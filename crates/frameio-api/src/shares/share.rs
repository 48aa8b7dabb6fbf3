//! A share and how it looks.

use frameio_core::{
    AssetId, CollectionId, Extra, FieldDefinitionId, Secret, SessionWatermarkTemplateId, ShareId,
    model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::metadata_fields::FieldDefinition;

model! {
    /// Assets that are shown to reviewers.
    pub struct Share {
        /// The share's id.
        pub id: ShareId,
        /// The collection of what is in it.
        pub collection_id: CollectionId,
        /// What it is called.
        pub name: Option<String>,
        /// What it is about.
        pub description: Option<String>,
        /// Who can open it.
        pub access: ShareAccess,
        /// What has to be known to open it.
        pub passphrase: Option<Secret>,
        /// Where a browser opens it: `https://f.io/…`.
        pub short_url: Option<String>,
        /// When it stops being open.
        pub expiration: Option<Timestamp>,
        /// Whether it can be opened.
        pub enabled: bool,
        /// Whether what is in it can be downloaded.
        pub downloading_enabled: bool,
        /// Whether what is in it can be commented on.
        pub commenting_enabled: bool,
        /// Whether all versions of a version stack are shown, not only the newest.
        pub show_all_asset_versions: Option<bool>,
        /// Whether the metadata fields that are shown can be changed.
        pub editable_fields_enabled: Option<bool>,
        /// Whether captions are shown.
        pub captions_enabled: Option<bool>,
        /// Whether transcripts are shown.
        pub transcripts_enabled: Option<bool>,
        /// Whether a watermark is shown.
        pub watermark_enabled: Option<bool>,
        /// Session watermark template that is applied, if it is not the default. Only in
        /// experimental responses.
        pub watermark_template_id: Option<SessionWatermarkTemplateId>,
        /// Whether a watermark that cannot be seen tells where a copy comes from.
        pub forensic_watermark_enabled: Option<bool>,
        /// Whether media is protected from copying.
        pub drm_enabled: Option<bool>,
        /// How the assets are laid out.
        pub layout: Option<ShareLayout>,
        /// The colours of the page.
        pub theme: Option<ShareTheme>,
        /// The colour of what stands out.
        pub accent_color: Option<String>,
        /// By which metadata field the assets are ordered.
        pub sort_by: Option<ShareSortBy>,
        /// The metadata field that stands out.
        pub featured_field_definition_id: Option<FieldDefinitionId>,
        /// The metadata field that stands out, if included. Only in experimental responses.
        pub featured_field_definition: Option<Box<FieldDefinition>>,
        /// The metadata fields that are shown.
        pub visible_field_definition_ids: Option<Vec<FieldDefinitionId>>,
        /// The metadata fields that are shown, if included. Only in experimental responses.
        pub visible_field_definitions: Option<Vec<FieldDefinition>>,
        /// Whether it opens with an asset in the player, not with the list.
        pub open_in_viewer_enabled: Option<bool>,
        /// How a picture is fitted into its card.
        pub thumbnail_scale: Option<ShareThumbnailScale>,
        /// How many lines a title has.
        pub title_line_count: Option<u32>,
        /// How large a card of the grid is.
        pub card_size: Option<ShareItemSize>,
        /// The shape of a card of the grid.
        pub card_aspect_ratio: Option<ShareAspectRatio>,
        /// Whether a card of the grid tells more than the name.
        pub card_info_enabled: Option<bool>,
        /// How high a row of the list is.
        pub list_row_size: Option<ShareItemSize>,
        /// Whether rows of the list have icons.
        pub icons_visible_on_list: Option<bool>,
        /// How wide the names of the list are.
        pub name_column_width: Option<u32>,
        /// The shape of a card of the reel.
        pub reel_card_aspect_ratio: Option<ShareAspectRatio>,
        /// Whether a picture fits into its card of the reel as a whole.
        pub reel_card_fit_image: Option<bool>,
        /// Whether the reel shows the names of assets.
        pub show_asset_name_in_reel_layout: Option<bool>,
        /// The asset that was put into it: only in the answer to
        /// [`AddShareAsset`](super::AddShareAsset).
        pub asset_added: Option<AssetId>,
        /// The asset that was taken out of it: only in the answer to
        /// [`RemoveShareAsset`](super::RemoveShareAsset).
        pub asset_removed: Option<AssetId>,
        /// When somebody last looked at it.
        pub last_viewed_at: Option<Timestamp>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Share: one, page }

open_enum! {
    /// Who can open a share.
    pub enum ShareAccess {
        /// Whoever has the link.
        Public = "public",
        /// Its reviewers alone.
        Secure = "secure",
    }
}

open_enum! {
    /// How the assets of a share are laid out.
    pub enum ShareLayout {
        /// As cards, side by side.
        Grid = "grid",
        /// As rows.
        List = "list",
        /// One after the other.
        Reel = "reel",
    }
}

open_enum! {
    /// The colours of a share's page.
    pub enum ShareTheme {
        /// Light on dark.
        Dark = "dark",
        /// Dark on light.
        Light = "light",
        /// In between.
        Neutral = "neutral",
    }
}

open_enum! {
    /// How large a card or a row of a share is.
    pub enum ShareItemSize {
        /// Many fit on a page.
        Small = "small",
        /// In between.
        Medium = "medium",
        /// Few fit on a page.
        Large = "large",
    }
}

open_enum! {
    /// The shape of a card of a share.
    pub enum ShareAspectRatio {
        /// Wider than high.
        Horizontal = "horizontal",
        /// As wide as high.
        Square = "square",
        /// Higher than wide.
        Vertical = "vertical",
    }
}

open_enum! {
    /// How a picture is fitted into its card.
    pub enum ShareThumbnailScale {
        /// All of it is shown.
        Fit = "fit",
        /// The card is filled.
        Fill = "fill",
    }
}

model! {
    /// By which metadata field the assets of a share are ordered.
    pub struct ShareSortBy {
        /// The definition of the field.
        pub field_definition_id: FieldDefinitionId,
        /// Which values come first.
        pub direction: ShareSortDirection,
    }
}

impl ShareSortBy {
    /// An order by the values of a metadata field.
    pub fn new(
        field_definition_id: impl Into<FieldDefinitionId>,
        direction: ShareSortDirection,
    ) -> Self {
        Self { field_definition_id: field_definition_id.into(), direction, extra: Extra::new() }
    }
}

open_enum! {
    /// Which values come first in a share.
    pub enum ShareSortDirection {
        /// The least.
        Asc = "asc",
        /// The greatest.
        Desc = "desc",
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
