//! What a session watermark template draws.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, model, open_enum};

open_enum! {
    /// What a piece of a watermark's text tells.
    pub enum WatermarkDataPointType {
        /// The viewer's e-mail address.
        Email = "email",
        /// The viewer's name.
        Username = "username",
        /// The address that the viewer's machine has on the net.
        IpAddress = "ip_address",
        /// When it is played.
        Timestamp = "timestamp",
        /// A text that the template gives.
        CustomText = "custom_text",
        /// A text that is asked for.
        UserInput = "user_input",
    }
}

open_enum! {
    /// How large a watermark's text is.
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
    /// A place on the picture, or on a block.
    pub enum WatermarkPosition {
        /// Above, at the left.
        TopLeft = "top_left",
        /// Above, in the middle.
        TopCenter = "top_center",
        /// Above, at the right.
        TopRight = "top_right",
        /// Halfway down, at the left.
        MiddleLeft = "middle_left",
        /// In the middle.
        MiddleCenter = "middle_center",
        /// Halfway down, at the right.
        MiddleRight = "middle_right",
        /// Below, at the left.
        BottomLeft = "bottom_left",
        /// Below, in the middle.
        BottomCenter = "bottom_center",
        /// Below, at the right.
        BottomRight = "bottom_right",
    }
}

open_enum! {
    /// How a watermark's text moves.
    pub enum WatermarkScrollText {
        /// Not at all.
        None = "none",
        /// From right to left.
        Rtl = "rtl",
        /// From left to right.
        Ltr = "ltr",
    }
}

open_enum! {
    /// Where the lines of a watermark's text begin and end.
    pub enum WatermarkTextAlignment {
        /// They begin at the left.
        Left = "left",
        /// They are centered.
        Center = "center",
        /// They end at the right.
        Right = "right",
    }
}

model! {
    /// A piece of the text of a [`WatermarkBlock`].
    pub struct WatermarkDataPoint {
        /// What it tells.
        pub kind = "type": WatermarkDataPointType,
        /// Its text, where the template gives it.
        pub value: Option<String>,
        /// Where it stands among the others.
        pub order: Option<f64>,
    }
}

impl WatermarkDataPoint {
    /// A piece that tells this.
    pub fn new(kind: WatermarkDataPointType) -> Self {
        Self { kind, value: None, order: None, extra: Extra::new() }
    }

    /// Sets its text.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Sets where it stands among the others.
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
    /// What is not set is the service's choice.
    pub struct WatermarkBlock {
        /// The pieces of its text.
        pub data_points: Vec<WatermarkDataPoint>,
        /// What it is called.
        pub name: Option<String>,
        /// Where on the picture it stands.
        pub position: Option<WatermarkPosition>,
        /// The point of it that `position_x` and `position_y` place.
        pub position_reference_point: Option<WatermarkPosition>,
        /// Where across the picture it stands.
        pub position_x: Option<f64>,
        /// Where down the picture it stands.
        pub position_y: Option<f64>,
        /// How far it is turned.
        pub rotation: Option<f64>,
        /// How opaque it is.
        pub alpha: Option<f64>,
        /// How large its text is.
        pub font_size: Option<WatermarkFontSize>,
        /// How its text moves.
        pub scroll_text: Option<WatermarkScrollText>,
        /// Where its lines begin and end.
        pub text_alignment: Option<WatermarkTextAlignment>,
        /// The color of its text.
        pub text_color: Option<String>,
        /// Whether its text casts a shadow.
        pub text_shadow: Option<bool>,
    }
}

impl WatermarkBlock {
    /// A block whose text has these pieces.
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

    /// Sets what it is called.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets where on the picture it stands.
    #[must_use]
    pub fn position(mut self, position: WatermarkPosition) -> Self {
        self.position = Some(position);
        self
    }

    /// Sets the point of it that `position_x` and `position_y` place.
    #[must_use]
    pub fn position_reference_point(mut self, position_reference_point: WatermarkPosition) -> Self {
        self.position_reference_point = Some(position_reference_point);
        self
    }

    /// Sets where across the picture it stands.
    #[must_use]
    pub fn position_x(mut self, position_x: f64) -> Self {
        self.position_x = Some(position_x);
        self
    }

    /// Sets where down the picture it stands.
    #[must_use]
    pub fn position_y(mut self, position_y: f64) -> Self {
        self.position_y = Some(position_y);
        self
    }

    /// Sets how far it is turned.
    #[must_use]
    pub fn rotation(mut self, rotation: f64) -> Self {
        self.rotation = Some(rotation);
        self
    }

    /// Sets how opaque it is.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = Some(alpha);
        self
    }

    /// Sets how large its text is.
    #[must_use]
    pub fn font_size(mut self, font_size: WatermarkFontSize) -> Self {
        self.font_size = Some(font_size);
        self
    }

    /// Sets how its text moves.
    #[must_use]
    pub fn scroll_text(mut self, scroll_text: WatermarkScrollText) -> Self {
        self.scroll_text = Some(scroll_text);
        self
    }

    /// Sets where its lines begin and end.
    #[must_use]
    pub fn text_alignment(mut self, text_alignment: WatermarkTextAlignment) -> Self {
        self.text_alignment = Some(text_alignment);
        self
    }

    /// Sets the color of its text.
    #[must_use]
    pub fn text_color(mut self, text_color: impl Into<String>) -> Self {
        self.text_color = Some(text_color.into());
        self
    }

    /// Sets whether its text casts a shadow.
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
