//! The model of a share, and the settings of its appearance.

use frameio_core::{
    AssetId, CollectionId, Extra, FieldDefinitionId, Secret, SessionWatermarkTemplateId, ShareId,
    model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::metadata_fields::FieldDefinition;

model! {
    /// A page that presents assets to reviewers.
    pub struct Share {
        /// Id of the share.
        pub id: ShareId,
        /// Collection of the shared assets.
        pub collection_id: CollectionId,
        /// Name, 1 to 175 characters.
        pub name: Option<String>,
        /// Description, at most 640 characters, if the share has one.
        pub description: Option<String>,
        /// Access: everyone with the link, or reviewers only.
        pub access: ShareAccess,
        /// Passphrase that opens the share, if it has one.
        pub passphrase: Option<Secret>,
        /// URL of the share for browsers: `https://f.io/…`.
        pub short_url: Option<String>,
        /// Time at which the share stops being accessible. Absent if it does not expire.
        pub expiration: Option<Timestamp>,
        /// Whether the share is accessible.
        pub enabled: bool,
        /// Whether reviewers can download assets.
        pub downloading_enabled: bool,
        /// Whether reviewers can comment.
        pub commenting_enabled: bool,
        /// Whether all versions of a version stack are shown, not only the newest.
        pub show_all_asset_versions: Option<bool>,
        /// Whether reviewers can edit the visible metadata fields.
        pub editable_fields_enabled: Option<bool>,
        /// Whether captions are available.
        pub captions_enabled: Option<bool>,
        /// Whether transcripts are available.
        pub transcripts_enabled: Option<bool>,
        /// Whether media has a visible watermark.
        pub watermark_enabled: Option<bool>,
        /// Session watermark template of the visible watermark. Absent for the default template.
        /// Only in experimental responses.
        pub watermark_template_id: Option<SessionWatermarkTemplateId>,
        /// Whether media has an invisible watermark that identifies the source of a copy.
        pub forensic_watermark_enabled: Option<bool>,
        /// Whether media is protected by DRM.
        pub drm_enabled: Option<bool>,
        /// Layout of the assets.
        pub layout: Option<ShareLayout>,
        /// Color theme of the page.
        pub theme: Option<ShareTheme>,
        /// Accent color. The service does not document the format.
        pub accent_color: Option<String>,
        /// Metadata field and direction that the assets are sorted by.
        pub sort_by: Option<ShareSortBy>,
        /// Metadata field that is featured.
        pub featured_field_definition_id: Option<FieldDefinitionId>,
        /// Metadata field that is featured, if it was requested. Only in experimental responses.
        pub featured_field_definition: Option<Box<FieldDefinition>>,
        /// Metadata fields that are visible.
        pub visible_field_definition_ids: Option<Vec<FieldDefinitionId>>,
        /// Metadata fields that are visible, if they were requested. Only in experimental
        /// responses.
        pub visible_field_definitions: Option<Vec<FieldDefinition>>,
        /// Whether the share opens in the viewer instead of the list of assets.
        pub open_in_viewer_enabled: Option<bool>,
        /// How thumbnails are scaled to their cards.
        pub thumbnail_scale: Option<ShareThumbnailScale>,
        /// Number of lines of a title, 1 or 2.
        pub title_line_count: Option<u32>,
        /// Size of the cards in the grid layout.
        pub card_size: Option<ShareItemSize>,
        /// Aspect ratio of the cards in the grid layout.
        pub card_aspect_ratio: Option<ShareAspectRatio>,
        /// Whether cards in the grid layout show details.
        pub card_info_enabled: Option<bool>,
        /// Height of the rows in the list layout.
        pub list_row_size: Option<ShareItemSize>,
        /// Whether rows in the list layout show icons.
        pub icons_visible_on_list: Option<bool>,
        /// Width of the name column in the list layout. The service does not document the unit.
        pub name_column_width: Option<u32>,
        /// Aspect ratio of the cards in the reel layout.
        pub reel_card_aspect_ratio: Option<ShareAspectRatio>,
        /// Whether images are scaled to fit the cards in the reel layout.
        pub reel_card_fit_image: Option<bool>,
        /// Whether the reel layout shows asset names.
        pub show_asset_name_in_reel_layout: Option<bool>,
        /// Asset that was added. Present only in the response to
        /// [`AddShareAsset`](super::AddShareAsset).
        pub asset_added: Option<AssetId>,
        /// Asset that was removed. Present only in the response to
        /// [`RemoveShareAsset`](super::RemoveShareAsset).
        pub asset_removed: Option<AssetId>,
        /// Time at which the share was last viewed. Absent if it never was.
        pub last_viewed_at: Option<Timestamp>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Share: one, page }

open_enum! {
    /// Access to a share.
    pub enum ShareAccess {
        /// Everyone with the link.
        Public = "public",
        /// Reviewers only.
        Secure = "secure",
    }
}

open_enum! {
    /// Layout of the assets of a share.
    pub enum ShareLayout {
        /// Cards in rows and columns.
        Grid = "grid",
        /// Rows with columns of details.
        List = "list",
        /// Assets one after the other.
        Reel = "reel",
    }
}

open_enum! {
    /// Color theme of a share's page.
    pub enum ShareTheme {
        /// Light text on a dark background.
        Dark = "dark",
        /// Dark text on a light background.
        Light = "light",
        /// A background between dark and light.
        Neutral = "neutral",
    }
}

open_enum! {
    /// Size of the cards or rows of a share.
    pub enum ShareItemSize {
        /// Small.
        Small = "small",
        /// Medium.
        Medium = "medium",
        /// Large.
        Large = "large",
    }
}

open_enum! {
    /// Aspect ratio of the cards of a share.
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
    /// How thumbnails are scaled to their cards.
    pub enum ShareThumbnailScale {
        /// The whole image is visible; the card can have empty margins.
        Fit = "fit",
        /// The image fills the card; its edges can be cut off.
        Fill = "fill",
    }
}

model! {
    /// Metadata field and direction that the assets of a share are sorted by.
    pub struct ShareSortBy {
        /// Definition of the metadata field.
        pub field_definition_id: FieldDefinitionId,
        /// Direction: ascending or descending.
        pub direction: ShareSortDirection,
    }
}

impl ShareSortBy {
    /// Sorts by the values of a metadata field.
    pub fn new(
        field_definition_id: impl Into<FieldDefinitionId>,
        direction: ShareSortDirection,
    ) -> Self {
        Self { field_definition_id: field_definition_id.into(), direction, extra: Extra::new() }
    }
}

open_enum! {
    /// Direction in which the assets of a share are sorted.
    pub enum ShareSortDirection {
        /// Ascending: lowest values first.
        Asc = "asc",
        /// Descending: highest values first.
        Desc = "desc",
    }
}

open_enum! {
    /// Sort order of shares.
    pub enum ShareSort {
        /// By name, A to Z.
        NameAsc = "name_asc",
        /// By name, Z to A.
        NameDesc = "name_desc",
        /// By creation time, oldest first.
        CreatedAtAsc = "created_at_asc",
        /// By creation time, newest first.
        CreatedAtDesc = "created_at_desc",
    }
}
