//! An access token that does not show itself.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::error::AuthError;

/// An access token, with the header that it makes.
///
/// `Debug` does not show it, and its memory is wiped when the last clone is gone. The copy in the
/// header cannot be wiped; it is marked as sensitive, so that others do not show it either, and
/// HTTP/2 does not index it. Clones share both, so a provider that keeps its token and gives out
/// clones spares each request the work.
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
    secret: SecretString,
    bearer: OnceLock<Result<HeaderValue, &'static str>>,
}

impl Token {
    /// A token of this text.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(Arc::new(Inner { secret: token.into(), bearer: OnceLock::new() }))
    }

    /// The text of the token.
    pub fn expose(&self) -> &str {
        self.0.secret.expose_secret()
    }

    /// The value of the `authorization` header, made once.
    pub(super) fn bearer(&self) -> Result<HeaderValue, AuthError> {
        let made = self.0.bearer.get_or_init(|| {
            if self.expose().is_empty() {
                return Err("the token is empty");
            }
            let mut value = HeaderValue::try_from(format!("Bearer {}", self.expose()))
                .map_err(|_| "the token has characters that a header cannot carry")?;
            value.set_sensitive(true);
            Ok(value)
        });
        made.clone().map_err(AuthError::new)
    }
}

/// By content, in a time that depends on nothing but the lengths.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.expose().as_bytes(), other.expose().as_bytes());
        one.len() == other.len()
            && one.iter().zip(other).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
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
    fn an_invalid_token_is_an_error_that_does_not_show_it() {
        for wrong in ["canary\n", "canary\0", "\r\ncanary: x"] {
            let error = Token::from(wrong).bearer().unwrap_err();
            assert!(!format!("{error:?} {error}").contains("canary"), "{wrong:?}");
        }
        assert!(Token::from("").bearer().is_err());
    }
}
