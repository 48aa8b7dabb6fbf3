//! Changes to the text of a document, as part of a comment.

use frameio_core::limits::{Check, Limits};
use frameio_core::{EncodeError, Extra, Patch, model, open_enum};

open_enum! {
    /// What is to be done with a text.
    pub enum TextReviewType {
        /// Look at it.
        Highlight = "highlight",
        /// Put something in.
        Insert = "insert",
        /// Take it out.
        Remove = "remove",
        /// Put something in its place.
        Replace = "replace",
    }
}

model! {
    /// A rectangle on a page, from its lower left corner.
    pub struct TextReviewBounds {
        /// From the left.
        pub x: f64,
        /// From the bottom.
        pub y: f64,
        /// How wide it is. At least 0.
        pub width: f64,
        /// How high it is. At least 0.
        pub height: f64,
    }
}

impl TextReviewBounds {
    /// A rectangle with its lower left corner at `x`, `y`.
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
    /// A change to the text of a document.
    pub struct TextReviewAnnotation {
        /// What is to be done with the text.
        pub kind = "text_review_annotation_type": TextReviewType,
        /// Where the text stands on the page. At least one rectangle.
        pub bounds: Vec<TextReviewBounds>,
        /// The text that stands there, or null.
        pub selection_text: Patch<String>,
        /// The text that should stand there, or null. At most 3 000 characters.
        pub suggested_text: Patch<String>,
    }
}

impl TextReviewAnnotation {
    /// A change of `kind` to the text inside `bounds`.
    pub fn new(kind: TextReviewType, bounds: impl Into<Vec<TextReviewBounds>>) -> Self {
        Self {
            kind,
            bounds: bounds.into(),
            // The service wants both to be there.
            selection_text: Patch::Clear,
            suggested_text: Patch::Clear,
            extra: Extra::new(),
        }
    }

    /// Sets the text that stands there.
    #[must_use]
    pub fn selection_text(mut self, text: impl Into<String>) -> Self {
        self.selection_text = Patch::Set(text.into());
        self
    }

    /// Sets the text that should stand there. At most 3 000 characters.
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
    /// What to change of a change to the text of a document; at least one thing.
    pub struct TextReviewAnnotationUpdate {
        /// What is to be done with the text.
        pub kind = "text_review_annotation_type": Option<TextReviewType>,
        /// Where the text stands on the page. At least one rectangle.
        pub bounds: Option<Vec<TextReviewBounds>>,
        /// The text that stands there.
        pub selection_text: Patch<String>,
        /// The text that should stand there. At most 3 000 characters.
        pub suggested_text: Patch<String>,
    }
}

impl TextReviewAnnotationUpdate {
    /// A change of nothing yet.
    #[allow(clippy::new_without_default, reason = "one that changes nothing is of no use")]
    pub fn new() -> Self {
        Self {
            kind: None,
            bounds: None,
            selection_text: Patch::Keep,
            suggested_text: Patch::Keep,
            extra: Extra::new(),
        }
    }

    /// Sets what is to be done with the text.
    #[must_use]
    pub fn kind(mut self, kind: TextReviewType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets where the text stands on the page. At least one rectangle.
    #[must_use]
    pub fn bounds(mut self, bounds: impl Into<Vec<TextReviewBounds>>) -> Self {
        self.bounds = Some(bounds.into());
        self
    }

    /// Sets the text that stands there; `None` clears it.
    #[must_use]
    pub fn selection_text(mut self, text: impl Into<Patch<String>>) -> Self {
        self.selection_text = text.into();
        self
    }

    /// Sets the text that should stand there; `None` clears it. At most 3 000 characters.
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
