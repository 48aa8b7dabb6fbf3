//! Experimental operations on session watermark templates: what is drawn over media while someone
//! plays it, with text of its own for each viewer.

use frameio_core::{
    AccountId, Page, SessionWatermarkTemplateId, UserId, endpoints, model, open_enum,
    response_types,
};
use jiff::Timestamp;

use crate::users::User;

mod block;

pub use block::{
    WatermarkBlock, WatermarkDataPoint, WatermarkDataPointType, WatermarkFontSize,
    WatermarkPosition, WatermarkScrollText, WatermarkTextAlignment,
};

endpoints! {
    /// Lists the session watermark templates of an account.
    pub struct ListSessionWatermarkTemplates {
        path {
            /// Account to look in.
            account_id: AccountId,
        }
        query {
            /// What the answer holds besides.
            include: SessionWatermarkTemplateInclude,
            /// The order of the list. Default: the service's.
            sort: SessionWatermarkTemplateSort,
        }
        page 1..=100;
    }
    "session_watermark_templates.index" = GET "/v4/accounts/{account_id}/session_watermark_templates" -> Page<SessionWatermarkTemplate>, 100 per minute, api_version("experimental");

    /// Creates a session watermark template in an account.
    pub struct CreateSessionWatermarkTemplate {
        path {
            /// Account to create it in.
            account_id: AccountId,
        }
        body {
            /// What it is called.
            name: String,
            /// What it draws.
            watermark_blocks: Vec<WatermarkBlock>,
        }
    }
    "session_watermark_templates.create" = POST "/v4/accounts/{account_id}/session_watermark_templates" -> SessionWatermarkTemplate, 10 per minute, api_version("experimental");

    /// Shows a session watermark template.
    pub struct ShowSessionWatermarkTemplate {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Template to show.
            session_watermark_template_id: SessionWatermarkTemplateId,
        }
        query {
            /// What the answer holds besides.
            include: SessionWatermarkTemplateInclude,
        }
    }
    "session_watermark_templates.show" = GET "/v4/accounts/{account_id}/session_watermark_templates/{session_watermark_template_id}" -> SessionWatermarkTemplate, 100 per minute, api_version("experimental");

    /// Changes a session watermark template.
    pub struct UpdateSessionWatermarkTemplate {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Template to change.
            session_watermark_template_id: SessionWatermarkTemplateId,
        }
        nullable {
            /// What it is called.
            name: String,
            /// What it draws, in place of all that it drew.
            watermark_blocks: Vec<WatermarkBlock>,
        }
    }
    "session_watermark_templates.update" = PATCH "/v4/accounts/{account_id}/session_watermark_templates/{session_watermark_template_id}" -> SessionWatermarkTemplate, 10 per minute, api_version("experimental");
}

open_enum! {
    /// What an answer about session watermark templates holds besides.
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
