//! Experimental operations on session watermark templates: what is drawn over media while someone
//! plays it, with text of its own for each viewer.

use frameio_core::{
    AccountId, Cursor, Endpoint, Operation, Page, Patch, SessionWatermarkTemplateId, UserId, model,
    open_enum, response_types,
};
use jiff::Timestamp;

use crate::users::User;

mod block;

pub use block::{
    WatermarkBlock, WatermarkDataPoint, WatermarkDataPointType, WatermarkFontSize,
    WatermarkPosition, WatermarkScrollText, WatermarkTextAlignment,
};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[
    ListSessionWatermarkTemplates::OPERATION,
    CreateSessionWatermarkTemplate::OPERATION,
    ShowSessionWatermarkTemplate::OPERATION,
    UpdateSessionWatermarkTemplate::OPERATION,
];

/// Lists the session watermark templates of an account.
///
/// Returns pages of [`SessionWatermarkTemplate`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/session_watermark_templates",
    id = "session_watermark_templates.index", response = Page<SessionWatermarkTemplate>,
    quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ListSessionWatermarkTemplates {
    /// Account that owns the session watermark templates.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<SessionWatermarkTemplateInclude>,
    /// Sort order. Default: chosen by the service.
    #[endpoint(query)]
    pub sort: Option<SessionWatermarkTemplateSort>,
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

/// Creates a session watermark template in an account.
///
/// Returns the [`SessionWatermarkTemplate`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/session_watermark_templates",
    id = "session_watermark_templates.create", response = SessionWatermarkTemplate,
    quota = "10/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct CreateSessionWatermarkTemplate {
    /// Account in which to create the session watermark template.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Name.
    #[endpoint(body)]
    pub name: String,
    /// Blocks that the watermark consists of.
    #[endpoint(body)]
    pub watermark_blocks: Vec<WatermarkBlock>,
}

/// Shows a session watermark template.
///
/// Returns the [`SessionWatermarkTemplate`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/session_watermark_templates/{session_watermark_template_id}",
    id = "session_watermark_templates.show", response = SessionWatermarkTemplate,
    quota = "100/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct ShowSessionWatermarkTemplate {
    /// Account that owns the session watermark template.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Template to show.
    #[endpoint(path)]
    pub session_watermark_template_id: SessionWatermarkTemplateId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<SessionWatermarkTemplateInclude>,
}

/// Updates a session watermark template.
///
/// Returns the updated [`SessionWatermarkTemplate`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    PATCH "/v4/accounts/{account_id}/session_watermark_templates/{session_watermark_template_id}",
    id = "session_watermark_templates.update", response = SessionWatermarkTemplate,
    quota = "10/min", api_version = "experimental",
)]
#[non_exhaustive]
pub struct UpdateSessionWatermarkTemplate {
    /// Account that owns the session watermark template.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Template to change.
    #[endpoint(path)]
    pub session_watermark_template_id: SessionWatermarkTemplateId,
    /// Name.
    #[endpoint(body)]
    pub name: Patch<String>,
    /// Blocks that replace those of the watermark.
    #[endpoint(body)]
    pub watermark_blocks: Patch<Vec<WatermarkBlock>>,
}

open_enum! {
    /// Related resources to include in responses about session watermark templates.
    pub enum SessionWatermarkTemplateInclude {
        /// Who created it.
        Creator = "creator",
    }
}

open_enum! {
    /// The order of session watermark templates.
    pub enum SessionWatermarkTemplateSort {
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

model! {
    /// A session watermark template.
    pub struct SessionWatermarkTemplate {
        /// The template's id.
        pub id: SessionWatermarkTemplateId,
        /// What it is called.
        pub name: String,
        /// What it draws.
        pub watermark_blocks: Vec<WatermarkBlock>,
        /// Who created it, by id.
        pub creator_id: Option<UserId>,
        /// Who created it, if included.
        pub creator: Option<Box<User>>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When it was deleted, if it was.
        pub deleted_at: Option<Timestamp>,
    }
}
response_types! { SessionWatermarkTemplate: one, page }
