//! Experimental operations on session watermark templates, which describe text that is drawn over
//! media during playback, with details of the viewer.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! # use frameio_api as frameio;
//! use frameio::experimental::session_watermark_templates::{
//!     CreateSessionWatermarkTemplate, WatermarkBlock, WatermarkDataPoint, WatermarkDataPointType,
//! };
//!
//! let email = WatermarkDataPoint::new(WatermarkDataPointType::Email);
//! let block = WatermarkBlock::new([email]).alpha(0.5);
//! let template = CreateSessionWatermarkTemplate::new("account", "Dailies", [block]);
//! println!("{}", client.send(template).await?.id);
//! # Ok(())
//! # }
//! ```

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

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
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
    /// Account whose session watermark templates are listed.
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
    /// Whether the response contains the number of items on all pages. Default: false.
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
    /// Name of the template.
    #[endpoint(body)]
    pub name: String,
    /// Blocks of text that the watermark consists of.
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
    /// Name of the template.
    #[endpoint(body)]
    pub name: Patch<String>,
    /// Blocks of text that replace the existing ones.
    #[endpoint(body)]
    pub watermark_blocks: Patch<Vec<WatermarkBlock>>,
}

open_enum! {
    /// Related resources to include in responses about session watermark templates.
    pub enum SessionWatermarkTemplateInclude {
        /// User who created the template.
        Creator = "creator",
    }
}

open_enum! {
    /// Sort order of session watermark templates.
    pub enum SessionWatermarkTemplateSort {
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

model! {
    /// A session watermark template of an account.
    pub struct SessionWatermarkTemplate {
        /// Id of the template.
        pub id: SessionWatermarkTemplateId,
        /// Name of the template.
        pub name: String,
        /// Blocks of text that the watermark consists of.
        pub watermark_blocks: Vec<WatermarkBlock>,
        /// User who created the template, if known.
        pub creator_id: Option<UserId>,
        /// User who created the template. Present only if
        /// [`SessionWatermarkTemplateInclude::Creator`] is requested.
        pub creator: Option<Box<User>>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
        /// Deletion time. Absent for existing templates.
        pub deleted_at: Option<Timestamp>,
    }
}
response_types! { SessionWatermarkTemplate: one, page }
