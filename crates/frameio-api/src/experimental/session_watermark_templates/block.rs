//! Blocks of text of a session watermark template.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, model, open_enum};

open_enum! {
    /// Content of a data point.
    pub enum WatermarkDataPointType {
        /// Email address of the viewer.
        Email = "email",
        /// Name of the viewer.
        Username = "username",
        /// IP address of the viewer.
        IpAddress = "ip_address",
        /// Time of the playback.
        Timestamp = "timestamp",
        /// Text of the template, in [`WatermarkDataPoint::value`].
        CustomText = "custom_text",
        /// Text that a user enters.
        UserInput = "user_input",
    }
}

open_enum! {
    /// Font size of a block.
    pub enum WatermarkFontSize {
        /// Small.
        Small = "small",
        /// Medium.
        Medium = "medium",
        /// Large.
        Large = "large",
        /// Larger than large.
        Huge = "huge",
    }
}

open_enum! {
    /// Position on the picture, or reference point of a block.
    pub enum WatermarkPosition {
        /// Top left.
        TopLeft = "top_left",
        /// Top center.
        TopCenter = "top_center",
        /// Top right.
        TopRight = "top_right",
        /// Middle left.
        MiddleLeft = "middle_left",
        /// Center.
        MiddleCenter = "middle_center",
        /// Middle right.
        MiddleRight = "middle_right",
        /// Bottom left.
        BottomLeft = "bottom_left",
        /// Bottom center.
        BottomCenter = "bottom_center",
        /// Bottom right.
        BottomRight = "bottom_right",
    }
}

open_enum! {
    /// Movement of the text of a block.
    pub enum WatermarkScrollText {
        /// The text does not move.
        None = "none",
        /// The text scrolls from right to left.
        Rtl = "rtl",
        /// The text scrolls from left to right.
        Ltr = "ltr",
    }
}

open_enum! {
    /// Alignment of the text of a block.
    pub enum WatermarkTextAlignment {
        /// Left-aligned.
        Left = "left",
        /// Centered.
        Center = "center",
        /// Right-aligned.
        Right = "right",
    }
}

model! {
    /// A part of the text of a [`WatermarkBlock`].
    pub struct WatermarkDataPoint {
        /// Content of the data point.
        pub kind = "type": WatermarkDataPointType,
        /// Text of the data point. Only for [`WatermarkDataPointType::CustomText`].
        pub value: Option<String>,
        /// Position among the data points of the block.
        pub order: Option<f64>,
    }
}

impl WatermarkDataPoint {
    /// Creates a data point with this content.
    pub fn new(kind: WatermarkDataPointType) -> Self {
        Self { kind, value: None, order: None, extra: Extra::new() }
    }

    /// Sets the text of the data point.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Sets the position among the data points of the block.
    #[must_use]
    pub fn order(mut self, order: f64) -> Self {
        self.order = Some(order);
        self
    }
}

impl Check for WatermarkDataPoint {
    fn check(&self, limits: &mut Limits) {
        if let Some(order) = self.order {
            limits.finite("order", order);
        }
    }
}

model! {
    /// A block of text that is drawn over the picture.
    ///
    /// The service chooses the settings that are not set. It documents neither the units nor the
    /// ranges of the numbers.
    pub struct WatermarkBlock {
        /// Parts of the text.
        pub data_points: Vec<WatermarkDataPoint>,
        /// Name of the block.
        pub name: Option<String>,
        /// Position on the picture.
        pub position: Option<WatermarkPosition>,
        /// Point of the block that `position_x` and `position_y` refer to.
        pub position_reference_point: Option<WatermarkPosition>,
        /// Horizontal position on the picture.
        pub position_x: Option<f64>,
        /// Vertical position on the picture.
        pub position_y: Option<f64>,
        /// Rotation of the block.
        pub rotation: Option<f64>,
        /// Opacity of the text.
        pub alpha: Option<f64>,
        /// Font size.
        pub font_size: Option<WatermarkFontSize>,
        /// Movement of the text.
        pub scroll_text: Option<WatermarkScrollText>,
        /// Alignment of the text.
        pub text_alignment: Option<WatermarkTextAlignment>,
        /// Color of the text.
        pub text_color: Option<String>,
        /// Whether the text has a shadow.
        pub text_shadow: Option<bool>,
    }
}

impl WatermarkBlock {
    /// Creates a block from the parts of its text.
    pub fn new(data_points: impl Into<Vec<WatermarkDataPoint>>) -> Self {
        Self {
            data_points: data_points.into(),
            name: None,
            position: None,
            position_reference_point: None,
            position_x: None,
            position_y: None,
            rotation: None,
            alpha: None,
            font_size: None,
            scroll_text: None,
            text_alignment: None,
            text_color: None,
            text_shadow: None,
            extra: Extra::new(),
        }
    }

    /// Sets the name of the block.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the position on the picture.
    #[must_use]
    pub fn position(mut self, position: WatermarkPosition) -> Self {
        self.position = Some(position);
        self
    }

    /// Sets the point of the block that `position_x` and `position_y` refer to.
    #[must_use]
    pub fn position_reference_point(mut self, position_reference_point: WatermarkPosition) -> Self {
        self.position_reference_point = Some(position_reference_point);
        self
    }

    /// Sets the horizontal position on the picture.
    #[must_use]
    pub fn position_x(mut self, position_x: f64) -> Self {
        self.position_x = Some(position_x);
        self
    }

    /// Sets the vertical position on the picture.
    #[must_use]
    pub fn position_y(mut self, position_y: f64) -> Self {
        self.position_y = Some(position_y);
        self
    }

    /// Sets the rotation of the block.
    #[must_use]
    pub fn rotation(mut self, rotation: f64) -> Self {
        self.rotation = Some(rotation);
        self
    }

    /// Sets the opacity of the text.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = Some(alpha);
        self
    }

    /// Sets the font size.
    #[must_use]
    pub fn font_size(mut self, font_size: WatermarkFontSize) -> Self {
        self.font_size = Some(font_size);
        self
    }

    /// Sets the movement of the text.
    #[must_use]
    pub fn scroll_text(mut self, scroll_text: WatermarkScrollText) -> Self {
        self.scroll_text = Some(scroll_text);
        self
    }

    /// Sets the alignment of the text.
    #[must_use]
    pub fn text_alignment(mut self, text_alignment: WatermarkTextAlignment) -> Self {
        self.text_alignment = Some(text_alignment);
        self
    }

    /// Sets the color of the text.
    #[must_use]
    pub fn text_color(mut self, text_color: impl Into<String>) -> Self {
        self.text_color = Some(text_color.into());
        self
    }

    /// Sets whether the text has a shadow.
    #[must_use]
    pub fn text_shadow(mut self, text_shadow: bool) -> Self {
        self.text_shadow = Some(text_shadow);
        self
    }
}

impl Check for WatermarkBlock {
    fn check(&self, limits: &mut Limits) {
        limits.nested("data_points", &self.data_points);
        let numbers = [
            ("position_x", self.position_x),
            ("position_y", self.position_y),
            ("rotation", self.rotation),
            ("alpha", self.alpha),
        ];
        for (name, value) in numbers.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            limits.finite(name, value);
        }
    }
}
