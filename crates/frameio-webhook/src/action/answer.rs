//! What an action answers.

use bytes::Bytes;
use frameio_core::{Body, Extra, model};
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

/// What an action answers: a message, a [form](super::Form::answer), or nothing.
///
/// It becomes an [`http::Response`] by `into`; with the feature `axum` a handler returns it as it
/// is. Whichever it is, the status is 200.
///
/// ```
/// use frameio_core::Body;
/// use frameio_webhook::action::Answer;
///
/// let answer = Answer::message("Done", "The file is on its way.");
/// let response: http::Response<Body> = answer.into();
/// let body = response.body().as_bytes();
/// assert_eq!(body, Some(&br#"{"title":"Done","description":"The file is on its way."}"#[..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Answer(Bytes);

impl Answer {
    /// Shows a message, which ends the interaction.
    pub fn message(title: impl Into<String>, description: impl Into<String>) -> Self {
        let (title, description, extra) = (title.into(), description.into(), Extra::new());
        Self::json(&Message { title, description, extra })
    }

    /// Shows nothing and ends the interaction.
    pub const fn nothing() -> Self {
        Self(Bytes::new())
    }

    /// The JSON of it; nothing for [`nothing`](Self::nothing).
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Only of what has text for its keys, which cannot fail.
    pub(super) fn json(content: &impl Serialize) -> Self {
        Self(serde_json::to_vec(content).unwrap_or_default().into())
    }
}

impl From<Answer> for http::Response<Body> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Body::from(answer.0.clone()));
        if !answer.0.is_empty() {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
        }
        response
    }
}

model! {
    /// What is written of a message.
    pub struct Message {
        /// What it says at the top.
        pub title: String,
        /// What it says below.
        pub description: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_neither_a_body_nor_a_type() {
        let response = http::Response::<Body>::from(Answer::nothing());
        assert_eq!((response.status().as_u16(), response.headers().len()), (200, 0));
        assert_eq!(response.body().as_bytes(), Some(&b""[..]));
        let response = http::Response::<Body>::from(Answer::message("a", "b"));
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}
