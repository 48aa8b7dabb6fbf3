//! Suggested changes to the text of a document, as part of a comment.

use frameio_core::limits::{Check, Limits};
use frameio_core::{EncodeError, Extra, Patch, model, open_enum};

open_enum! {
    /// Type of a suggested change.
    pub enum TextReviewType {
        /// Highlight the selected text.
        Highlight = "highlight",
        /// Insert the suggested text.
        Insert = "insert",
        /// Remove the selected text.
        Remove = "remove",
        /// Replace the selected text with the suggested text.
        Replace = "replace",
    }
}

model! {
    /// A rectangle on a page. The origin is the lower left corner of the page; the service does not
    /// document the unit.
    pub struct TextReviewBounds {
        /// Distance of the left edge from the left of the page.
        pub x: f64,
        /// Distance of the lower edge from the bottom of the page.
        pub y: f64,
        /// Width, at least 0.
        pub width: f64,
        /// Height, at least 0.
        pub height: f64,
    }
}

impl TextReviewBounds {
    /// Creates a rectangle whose lower left corner is at `x`, `y`.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height, extra: Extra::new() }
    }
}

impl Check for TextReviewBounds {
    fn check(&self, limits: &mut Limits) {
        for (field, value) in [("x", self.x), ("y", self.y)] {
            limits.finite(field, value);
        }
        for (field, value) in [("width", self.width), ("height", self.height)] {
            limits.finite(field, value);
            if value.is_finite() && value < 0.0 {
                limits.push(EncodeError::new(field, format!("is {value}, expected 0 or more")));
            }
        }
    }
}

model! {
    /// A suggested change to the text of a document.
    pub struct TextReviewAnnotation {
        /// Type of the change.
        pub kind = "text_review_annotation_type": TextReviewType,
        /// Position of the selected text on the page. At least one rectangle.
        pub bounds: Vec<TextReviewBounds>,
        /// Selected text, or null.
        pub selection_text: Patch<String>,
        /// Suggested text, at most 3 000 characters, or null.
        pub suggested_text: Patch<String>,
    }
}

impl TextReviewAnnotation {
    /// Creates a change to the text inside `bounds`, with null for the selected and the suggested
    /// text.
    pub fn new(kind: TextReviewType, bounds: impl Into<Vec<TextReviewBounds>>) -> Self {
        Self {
            kind,
            bounds: bounds.into(),
            // The service requires both fields.
            selection_text: Patch::Clear,
            suggested_text: Patch::Clear,
            extra: Extra::new(),
        }
    }

    /// Sets the selected text.
    #[must_use]
    pub fn selection_text(mut self, text: impl Into<String>) -> Self {
        self.selection_text = Patch::Set(text.into());
        self
    }

    /// Sets the suggested text, at most 3 000 characters.
    #[must_use]
    pub fn suggested_text(mut self, text: impl Into<String>) -> Self {
        self.suggested_text = Patch::Set(text.into());
        self
    }
}

impl Check for TextReviewAnnotation {
    fn check(&self, limits: &mut Limits) {
        limits.check("bounds", &self.bounds, 1..=u64::MAX);
        limits.nested("bounds", &self.bounds);
        limits.check("suggested_text", &self.suggested_text, 0..=3_000);
    }
}

model! {
    /// Changes to a [`TextReviewAnnotation`]. At least one field has to be set.
    pub struct TextReviewAnnotationUpdate {
        /// Type of the change.
        pub kind = "text_review_annotation_type": Option<TextReviewType>,
        /// Position of the selected text on the page. At least one rectangle.
        pub bounds: Option<Vec<TextReviewBounds>>,
        /// Selected text.
        pub selection_text: Patch<String>,
        /// Suggested text, at most 3 000 characters.
        pub suggested_text: Patch<String>,
    }
}

impl TextReviewAnnotationUpdate {
    /// Creates an update without changes. Set at least one field before sending it.
    #[allow(clippy::new_without_default, reason = "an update without changes is invalid")]
    pub fn new() -> Self {
        Self {
            kind: None,
            bounds: None,
            selection_text: Patch::Keep,
            suggested_text: Patch::Keep,
            extra: Extra::new(),
        }
    }

    /// Sets the type of the change.
    #[must_use]
    pub fn kind(mut self, kind: TextReviewType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets the position of the selected text on the page. At least one rectangle.
    #[must_use]
    pub fn bounds(mut self, bounds: impl Into<Vec<TextReviewBounds>>) -> Self {
        self.bounds = Some(bounds.into());
        self
    }

    /// Sets the selected text; `None` clears it.
    #[must_use]
    pub fn selection_text(mut self, text: impl Into<Patch<String>>) -> Self {
        self.selection_text = text.into();
        self
    }

    /// Sets the suggested text, at most 3 000 characters; `None` clears it.
    #[must_use]
    pub fn suggested_text(mut self, text: impl Into<Patch<String>>) -> Self {
        self.suggested_text = text.into();
        self
    }
}

impl Check for TextReviewAnnotationUpdate {
    fn check(&self, limits: &mut Limits) {
        if *self == Self::new() {
            limits.refuse(EncodeError::new("", "changes nothing: set at least one of its fields"));
        }
        limits.check("bounds", &self.bounds, 1..=u64::MAX);
        limits.nested("bounds", &self.bounds);
        limits.check("suggested_text", &self.suggested_text, 0..=3_000);
    }
}
