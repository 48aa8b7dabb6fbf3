//! Errors of settings that nothing can be built from.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use frameio_core::BoxError;

/// Settings that a client, a transport or a sign-in cannot be built from.
///
/// It is returned by `build` and by constructors such as `Client::new`, not by the setters. The
/// message names the setting, never a secret value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BuildError {
    kind: BuildErrorKind,
    message: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The setting that a [`BuildError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The token: missing, empty, or with a character that a header cannot contain.
    Token,
    /// The name or the value of a header.
    Header,
    /// The base URL of the API or of the sign-in service.
    BaseUrl,
    /// The credential of an application: client ID, client secret or redirect URI.
    Credential,
    /// The URL of the proxy.
    Proxy,
    /// The environment or the profiles: unreadable, incomplete or contradictory.
    Environment,
    /// Any other setting.
    Other,
}

impl BuildError {
    /// Creates an error with one line that names the setting and says why it cannot be used.
    pub fn new(kind: BuildErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Sets the error that caused this one.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// Returns the setting that the error is about.
    pub const fn kind(&self) -> BuildErrorKind {
        self.kind
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for BuildError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&**self.source.as_ref()?)
    }
}
