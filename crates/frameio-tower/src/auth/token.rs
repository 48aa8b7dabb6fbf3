//! An access token that does not show itself.

use std::fmt;
use std::sync::{Arc, OnceLock};

use frameio_core::{Secret, clean_text};
use http::HeaderValue;

use crate::build_error::{BuildError, BuildErrorKind};
use crate::error::AuthError;

/// An access token and its `authorization` header.
///
/// `Debug` does not show it, and its memory is wiped when the last clone is dropped. The copy in the
/// header cannot be wiped; it is marked as sensitive, so that other code does not show it either, and
/// HTTP/2 does not index it. Clones share both, so a provider that keeps its token and returns
/// clones saves each request the work.
///
/// ```
/// use frameio_tower::Token;
///
/// let token = Token::from("s3cret");
/// assert_eq!(format!("{token:?}"), "Token([REDACTED])");
/// ```
#[derive(Clone)]
pub struct Token(Arc<Inner>);

struct Inner {
    secret: Secret,
    bearer: OnceLock<Result<HeaderValue, BuildError>>,
}

impl Token {
    /// Creates a token from its text, without the whitespace around it.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(Arc::new(Inner { secret: token.into().trimmed(), bearer: OnceLock::new() }))
    }

    /// Returns the text of the token.
    pub fn expose(&self) -> &str {
        self.0.secret.expose()
    }

    /// Checks that the token can be sent in a header.
    ///
    /// # Errors
    /// When it is empty or contains a control character. The error says which, and does not show the
    /// token.
    pub fn check(&self) -> Result<(), BuildError> {
        self.header().as_ref().map(drop).map_err(Clone::clone)
    }

    /// The value of the `authorization` header.
    pub(super) fn bearer(&self) -> Result<HeaderValue, AuthError> {
        self.header().clone().map_err(AuthError::new)
    }

    /// The header, created once.
    fn header(&self) -> &Result<HeaderValue, BuildError> {
        self.0.bearer.get_or_init(|| {
            let refused = |why: &dyn fmt::Display| {
                BuildError::new(BuildErrorKind::Token, format!("the token {why}"))
            };
            let token = clean_text(self.expose()).map_err(|error| refused(&error))?;
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| refused(&"contains characters that a header cannot carry"))?;
            value.set_sensitive(true);
            Ok(value)
        })
    }
}

/// Compares the texts, in a time that depends only on their lengths.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.secret == other.0.secret
    }
}

impl Eq for Token {}

impl From<String> for Token {
    fn from(token: String) -> Self {
        Self::new(token)
    }
}

impl From<&str> for Token {
    fn from(token: &str) -> Self {
        Self::new(token)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_equal_by_content() {
        assert_eq!(Token::from("abc"), Token::from("abc".to_owned()));
        for other in ["", "ab", "abd", "bbc", "abcd"] {
            assert_ne!(Token::from("abc"), Token::from(other), "{other}");
        }
    }

    #[test]
    fn the_header_is_sensitive_and_made_once() {
        let token = Token::from("abc");
        let header = token.bearer().unwrap();
        assert_eq!(header, "Bearer abc");
        assert!(header.is_sensitive());
        let again = token.clone().bearer().unwrap();
        assert_eq!(header.as_bytes().as_ptr(), again.as_bytes().as_ptr());
    }

    #[test]
    fn removes_the_whitespace_around_the_text() {
        for text in ["abc\n", " abc", "\u{feff}abc\r\n"] {
            assert_eq!(Token::from(text).bearer().unwrap(), "Bearer abc", "{text:?}");
        }
    }

    #[test]
    fn an_invalid_token_is_an_error_that_does_not_show_it() {
        for (wrong, message) in [
            ("canary\nx", "the token contains a line break"),
            ("canary\r\nx: y", "the token contains a line break"),
            ("canary\0x", "the token contains the control character U+0000"),
            ("", "the token is empty"),
            (" \n", "the token is empty"),
        ] {
            let token = Token::from(wrong);
            assert_eq!(token.check().unwrap_err().to_string(), message);
            let error = token.bearer().unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(!format!("{error:?} {error}").contains("canary"), "{wrong:?}");
        }
    }
}
