//! Error of invalid settings.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use frameio_core::BoxError;

/// Invalid setting of a client, a transport or a sign-in.
///
/// Returned by `build` methods and by constructors such as `Client::new`; setters store the setting
/// without a check. The message names the setting, and never contains a secret value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BuildError {
    kind: BuildErrorKind,
    message: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Setting that caused a [`BuildError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// Token that is missing, is empty or contains a character that headers do not allow.
    Token,
    /// Name or value of a header.
    Header,
    /// Base URL of the API or of the sign-in service.
    BaseUrl,
    /// Credential of an application: client ID, client secret or redirect URI.
    Credential,
    /// URL of the proxy.
    Proxy,
    /// Environment variables or profiles that are unreadable, incomplete or contradictory.
    Environment,
    /// Any other setting.
    Other,
}

impl BuildError {
    /// Creates an error. The message is one line that names the setting and the reason.
    pub fn new(kind: BuildErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Sets the source of the error.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// Returns the setting that caused the error.
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
