//! What signing in gives.

use std::fmt;
use std::time::Duration;

use frameio_tower::Token;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An access token, when it expires, and what it can be replaced with.
///
/// Serializing writes the secrets: `{"access_token", "refresh_token", "expires_at"}`, the last one
/// as RFC 3339. `Debug` shows none of them.
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
    /// What requests are signed with.
    #[serde(serialize_with = "write_access", deserialize_with = "read_access")]
    pub access_token: Token,
    /// What the next access token is got for. A server has none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_refresh",
        deserialize_with = "read_refresh"
    )]
    pub refresh_token: Option<SecretString>,
    /// Until when the access token is good.
    pub expires_at: Timestamp,
}

impl Tokens {
    /// Tokens from elsewhere, to be [imported](super::Session::import).
    pub fn new(
        access_token: impl Into<SecretString>,
        refresh_token: Option<SecretString>,
        expires_at: Timestamp,
    ) -> Self {
        Self { access_token: Token::new(access_token), refresh_token, expires_at }
    }

    /// How long the access token is good from `now` on; nothing where it has expired.
    pub fn remaining(&self, now: Timestamp) -> Duration {
        self.expires_at.duration_since(now).try_into().unwrap_or_default()
    }

    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_ref().map(ExposeSecret::expose_secret)
    }
}

fn write_access<S: Serializer>(token: &Token, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

fn read_access<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Token, D::Error> {
    String::deserialize(deserializer).map(Token::from)
}

pub(super) fn write_refresh<S: Serializer>(
    token: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    token.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

pub(super) fn read_refresh<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
