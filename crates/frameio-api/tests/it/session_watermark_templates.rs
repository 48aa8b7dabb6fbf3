//! Encoding and decoding of session watermark templates.

use frameio_api::experimental::session_watermark_templates::{
    CreateSessionWatermarkTemplate, SessionWatermarkTemplate, UpdateSessionWatermarkTemplate,
    WatermarkBlock, WatermarkDataPoint, WatermarkDataPointType, WatermarkFontSize,
    WatermarkPosition, WatermarkScrollText, WatermarkTextAlignment,
};
use frameio_core::{Endpoint, encode};
use serde_json::{Value, json};

fn data(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    let mut body: Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
    body["data"].take()
}

fn email() -> WatermarkDataPoint {
    WatermarkDataPoint::new(WatermarkDataPointType::Email)
}

#[test]
fn blocks_contain_only_fields_that_are_set() {
    let create =
        CreateSessionWatermarkTemplate::new("a", "Dailies", [WatermarkBlock::new([email()])]);
    assert_eq!(
        data(&create),
        json!({"name": "Dailies", "watermark_blocks": [{"data_points": [{"type": "email"}]}]})
    );
    let text = WatermarkDataPoint::new(WatermarkDataPointType::CustomText).value("For").order(1.0);
    let block = WatermarkBlock::new([text, email().order(2.0)])
        .name("Owner")
        .position(WatermarkPosition::TopLeft)
        .position_reference_point(WatermarkPosition::MiddleCenter)
        .position_x(0.25)
        .position_y(0.5)
        .rotation(-45.0)
        .alpha(0.3)
        .font_size(WatermarkFontSize::Huge)
        .scroll_text(WatermarkScrollText::Rtl)
        .text_alignment(WatermarkTextAlignment::Center)
        .text_color("#ffffff")
        .text_shadow(false);
    let json = json!({
        "data_points": [
            {"type": "custom_text", "value": "For", "order": 1.0},
            {"type": "email", "order": 2.0},
        ],
        "name": "Owner", "position": "top_left", "position_reference_point": "middle_center",
        "position_x": 0.25, "position_y": 0.5, "rotation": -45.0, "alpha": 0.3,
        "font_size": "huge", "scroll_text": "rtl", "text_alignment": "center",
        "text_color": "#ffffff", "text_shadow": false,
    });
    assert_eq!(serde_json::to_value(&block).unwrap(), json);
    assert_eq!(serde_json::from_value::<WatermarkBlock>(json).unwrap(), block);
}

#[test]
fn updates_keep_clear_or_replace_the_blocks() {
    let update = || UpdateSessionWatermarkTemplate::new("a", "t");
    assert_eq!(data(&update()), json!({}));
    let cleared = update().name(None).watermark_blocks(None);
    assert_eq!(data(&cleared), json!({"name": null, "watermark_blocks": null}));
    let replaced = update().watermark_blocks(vec![WatermarkBlock::new([email()])]);
    assert_eq!(
        data(&replaced),
        json!({"watermark_blocks": [{"data_points": [{"type": "email"}]}]})
    );
}

#[test]
fn refuses_numbers_that_are_not_finite() {
    let wrong = [
        (WatermarkBlock::new([email()]).alpha(f64::NAN), "alpha` is NaN"),
        (WatermarkBlock::new([email()]).rotation(f64::INFINITY), "rotation` is inf"),
        (WatermarkBlock::new([email()]).position_x(f64::NAN), "position_x` is NaN"),
        (WatermarkBlock::new([email()]).position_y(-f64::INFINITY), "position_y` is -inf"),
        (WatermarkBlock::new([email(), email().order(f64::NAN)]), "data_points[1].order` is NaN"),
    ];
    for (block, what) in wrong {
        let blocks = vec![WatermarkBlock::new([email()]), block];
        let expected = format!("`watermark_blocks[1].{what}, which JSON cannot represent");
        let create = CreateSessionWatermarkTemplate::new("a", "Dailies", blocks.clone());
        assert_eq!(encode(&create).unwrap_err().to_string(), expected);
        let update = UpdateSessionWatermarkTemplate::new("a", "t").watermark_blocks(blocks);
        assert_eq!(encode(&update).unwrap_err().to_string(), expected);
    }
}

#[test]
fn blocks_of_responses_round_trip() {
    let blocks = json!([{
        "data_points": [{"type": "mood", "intensity": 3}], "font_size": "tiny", "glow": {"on": true},
    }]);
    let template: SessionWatermarkTemplate = serde_json::from_value(json!({
        "id": "t", "name": "Dailies", "watermark_blocks": blocks,
        "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
    }))
    .unwrap();
    let create = CreateSessionWatermarkTemplate::new("a", "Copy", template.watermark_blocks);
    assert_eq!(data(&create)["watermark_blocks"], blocks);
}
