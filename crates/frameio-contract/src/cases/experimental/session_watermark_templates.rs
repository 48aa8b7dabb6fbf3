use frameio_api::experimental::session_watermark_templates::{
    CreateSessionWatermarkTemplate, ListSessionWatermarkTemplates, ShowSessionWatermarkTemplate,
    UpdateSessionWatermarkTemplate, WatermarkDataPointType, WatermarkFontSize, WatermarkPosition,
    WatermarkScrollText, WatermarkTextAlignment,
};

use crate::case::{Resource, case, known};

pub(super) fn resource() -> Resource {
    Resource {
        cases: vec![
            case::<ListSessionWatermarkTemplates>(),
            case::<CreateSessionWatermarkTemplate>(),
            case::<ShowSessionWatermarkTemplate>(),
            case::<UpdateSessionWatermarkTemplate>(),
        ],
        enums: known![
            WatermarkDataPointType,
            WatermarkFontSize,
            WatermarkPosition,
            WatermarkScrollText,
            WatermarkTextAlignment,
        ],
        ..Resource::default()
    }
}
