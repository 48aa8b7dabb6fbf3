//! Access token that is not shown by `Debug`.

use std::fmt;
use std::sync::{Arc, OnceLock};

use frameio_core::{Secret, clean_text};
use http::HeaderValue;

use crate::build_error::{BuildError, BuildErrorKind};
use crate::error::AuthError;

/// Access token and its `authorization` header.
///
/// `Debug` does not show the token, and its memory is wiped when the last clone is dropped. The copy
/// in the header cannot be wiped, but is marked as sensitive, which hides it from `Debug` and from
/// the HTTP/2 index. Clones share the token and the header, so a provider should keep a `Token` and
/// return clones of it.
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
    /// Creates a token from its text. Surrounding whitespace is removed.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(Arc::new(Inner { secret: token.into().trimmed(), bearer: OnceLock::new() }))
    }

    /// Returns the secret text of the token.
    pub fn expose(&self) -> &str {
        self.0.secret.expose()
    }

    /// Returns whether the token is a developer token of the legacy API, such as `fio-u-…`.
    pub fn is_legacy(&self) -> bool {
        self.expose().starts_with("fio-u-")
    }

    /// Checks that the token can be sent in a header.
    ///
    /// # Errors
    /// Fails if the token is empty, was copied with its surroundings, such as quotes or `Bearer`, or
    /// contains a character that tokens cannot have. The error names the problem but does not contain the
    /// token.
    pub fn check(&self) -> Result<(), BuildError> {
        self.header().as_ref().map(drop).map_err(Clone::clone)
    }

    /// Returns the value of the `authorization` header.
    pub(super) fn bearer(&self) -> Result<HeaderValue, AuthError> {
        self.header().clone().map_err(AuthError::new)
    }

    /// Returns the header, which is created on first use.
    fn header(&self) -> &Result<HeaderValue, BuildError> {
        self.0.bearer.get_or_init(|| {
            let invalid = |reason: &dyn fmt::Display| {
                BuildError::new(BuildErrorKind::Token, format!("the token {reason}"))
            };
            let token = clean_text(self.expose()).map_err(|error| invalid(&error))?;
            if let Some(reason) = malformed(token) {
                return Err(invalid(&reason));
            }
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| invalid(&"contains characters that are not allowed in a header"))?;
            value.set_sensitive(true);
            Ok(value)
        })
    }
}

/// Returns what is wrong with a token that was copied incorrectly, as the predicate of a sentence.
fn malformed(token: &str) -> Option<&'static str> {
    let starts_with =
        |word: &str| token.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    if token.starts_with(['"', '\'']) || token.ends_with(['"', '\'']) {
        Some("is in quotes: remove them")
    } else if starts_with("Authorization:") || starts_with("Bearer ") {
        Some("follows 'Bearer': remove everything before the token itself")
    } else if token.contains(char::is_whitespace) {
        Some("contains blanks: check that it is copied correctly")
    } else if !token.is_ascii() {
        Some("contains a character that is not ASCII: check that it is copied correctly")
    } else {
        None
    }
}

/// Compares the texts in a time that depends only on their lengths.
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
    fn refuses_what_was_copied_incorrectly() {
        for (token, reason) in [
            ("\"abc\"", "is in quotes"),
            ("'abc", "is in quotes"),
            ("bearer abc", "follows 'Bearer'"),
            ("Authorization: Bearer abc", "follows 'Bearer'"),
            ("abc def", "contains blanks"),
            ("abc\u{200b}", "is not ASCII"),
            ("t\u{f6}k", "is not ASCII"),
        ] {
            let error = Token::from(token).check().unwrap_err().to_string();
            assert!(error.contains(reason), "{token}: {error}");
        }
        assert!(Token::from("eyJh.b-_~+/=").check().is_ok());
    }

    #[test]
    fn tokens_are_equal_by_content() {
        assert_eq!(Token::from("abc"), Token::from("abc".to_owned()));
        for other in ["", "ab", "abd", "bbc", "abcd"] {
            assert_ne!(Token::from("abc"), Token::from(other), "{other}");
        }
    }

    #[test]
    fn the_header_is_sensitive_and_created_once() {
        let token = Token::from("abc");
        let header = token.bearer().unwrap();
        assert_eq!(header, "Bearer abc");
        assert!(header.is_sensitive());
        let again = token.clone().bearer().unwrap();
        assert_eq!(header.as_bytes().as_ptr(), again.as_bytes().as_ptr());
    }

    #[test]
    fn removes_surrounding_whitespace() {
        for text in ["abc\n", " abc", "\u{feff}abc\r\n"] {
            assert_eq!(Token::from(text).bearer().unwrap(), "Bearer abc", "{text:?}");
        }
    }

    #[test]
    fn errors_of_invalid_tokens_do_not_contain_the_token() {
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
