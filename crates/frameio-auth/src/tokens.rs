//! Tokens of a sign-in.

use std::fmt;
use std::time::Duration;

use frameio_core::{Origin, Secret};
use frameio_tower::Token;
use http::Uri;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Access token and refresh token of a sign-in.
///
/// Serializing writes the secrets: an object with `access_token`, `refresh_token`, `expires_at` (RFC
/// 3339) and `issuer`. `Debug` does not show the tokens.
///
/// ```
/// use frameio::auth::Tokens;
///
/// let json = r#"{"access_token":"a","refresh_token":"r","expires_at":"2026-01-01T00:00:00Z"}"#;
/// let tokens: Tokens = serde_json::from_str(json)?;
/// assert_eq!(tokens.access_token.expose(), "a");
/// assert_eq!(serde_json::to_string(&tokens)?, json);
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tokens {
    /// Token that is sent with API calls.
    #[serde(serialize_with = "write_access", deserialize_with = "read_access")]
    pub access_token: Token,
    /// Single-use token to get the next tokens. A server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// Expiry of the access token.
    pub expires_at: Timestamp,
    /// Base URL of the service that issued the tokens, the only one they are sent to for refreshing and
    /// revoking. `None` if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl Tokens {
    /// Creates tokens from another source, for [`Session::import`](super::Session::import).
    pub fn new(
        access_token: impl Into<Secret>,
        refresh_token: Option<Secret>,
        expires_at: Timestamp,
    ) -> Self {
        Self { access_token: Token::new(access_token), refresh_token, expires_at, issuer: None }
    }

    /// Returns the time from `now` to the expiry of the access token; zero if it has expired.
    pub fn remaining(&self, now: Timestamp) -> Duration {
        self.expires_at.duration_since(now).try_into().unwrap_or_default()
    }

    /// Returns whether the service at `base` issued the tokens, or the issuer is unknown.
    pub(super) fn is_from(&self, base: &str) -> bool {
        let origin = |url: &str| url.parse::<Uri>().map(|uri| Origin::of(&uri));
        match &self.issuer {
            None => true,
            Some(issuer) => match (origin(issuer), base.parse()) {
                (Ok(origin), Ok(base)) => origin.covers(&base),
                _ => false,
            },
        }
    }

    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_ref().map(Secret::expose)
    }
}

fn write_access<S: Serializer>(token: &Token, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

fn read_access<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Token, D::Error> {
    String::deserialize(deserializer).map(Token::from)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("expires_at", &self.expires_at)
            .field("issuer", &self.issuer)
            .finish()
    }
}
