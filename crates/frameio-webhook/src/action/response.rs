//! Responses of custom actions.

use bytes::Bytes;
use frameio_core::{Body, Extra, model};
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

/// Response of a custom action: a message, a [form](super::Form::response), or nothing.
///
/// Convert it into an [`http::Response`] with `into`, or return it from an axum handler with the feature
/// `axum`. The status is always 200.
///
/// ```
/// use frameio_core::Body;
/// use frameio_webhook::action::ActionResponse;
///
/// let message = ActionResponse::message("Done", "The file is on its way.");
/// let response: http::Response<Body> = message.into();
/// let body = response.body().as_bytes();
/// assert_eq!(body, Some(&br#"{"title":"Done","description":"The file is on its way."}"#[..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ActionResponse(Bytes);

impl ActionResponse {
    /// Shows a message and ends the interaction.
    pub fn message(title: impl Into<String>, description: impl Into<String>) -> Self {
        let (title, description, extra) = (title.into(), description.into(), Extra::new());
        Self::json(&Message { title, description, extra })
    }

    /// Shows nothing and ends the interaction.
    pub const fn nothing() -> Self {
        Self(Bytes::new())
    }

    /// Returns the JSON of the body; empty for [`nothing`](Self::nothing).
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Serializes a model, which cannot fail because all its keys are strings.
    pub(super) fn json(content: &impl Serialize) -> Self {
        Self(serde_json::to_vec(content).unwrap_or_default().into())
    }
}

impl From<ActionResponse> for http::Response<Body> {
    fn from(action: ActionResponse) -> Self {
        let mut response = Self::new(Body::from(action.0.clone()));
        if !action.0.is_empty() {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
        }
        response
    }
}

model! {
    /// Body of a message.
    pub struct Message {
        /// Title of the dialog.
        pub title: String,
        /// Text below the title.
        pub description: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_neither_a_body_nor_a_content_type() {
        let response = http::Response::<Body>::from(ActionResponse::nothing());
        assert_eq!((response.status().as_u16(), response.headers().len()), (200, 0));
        assert_eq!(response.body().as_bytes(), Some(&b""[..]));
        let response = http::Response::<Body>::from(ActionResponse::message("a", "b"));
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}
