//! Errors of signing in, refreshing and signing out.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::BoxError;
use http::StatusCode;

/// Error of signing in, refreshing or signing out.
///
/// `Display` writes one line without secrets; anything that looks like a token is removed from messages
/// of the service. Clones are cheap: all calls that wait for the same refresh get the same error. Use
/// `frameio::Error::find` to get it from the error of a call.
///
/// ```
/// # async fn show(client: frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::{auth, users::ShowCurrentUser};
///
/// let error = match client.send(ShowCurrentUser::new()).await {
///     Ok(_) => return Ok(()),
///     Err(error) => error,
/// };
/// match error.find::<auth::Error>() {
///     Some(error) if error.requires_sign_in() => println!("please sign in again"),
///     _ => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    code: Option<String>,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
    source: Option<BoxError>,
}

/// Category of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no valid sign-in: the code or the refresh token is missing, expired, used or revoked.
    /// The user has to sign in again.
    SignInRequired,
    /// The user or an administrator denied access to the app.
    Denied,
    /// The `state` of the callback does not match the authorization. The callback is from another
    /// sign-in, such as that of an old tab, or from an attack.
    State,
    /// The callback is malformed.
    Callback,
    /// The client ID or the secret is invalid, or the app does not support this flow.
    Credential,
    /// The app is not allowed to request these scopes.
    Scope,
    /// The service refused the request for another reason.
    Refused,
    /// The service received too many requests.
    RateLimited,
    /// The service failed.
    Server,
    /// No response: the connection failed, broke or timed out.
    Network,
    /// The response of the service is malformed.
    Response,
    /// The [store](crate::TokenStore) failed to load, save, lock or delete the tokens.
    Store,
    /// The tokens were issued by another service than that of the session, which neither uses nor
    /// sends them.
    Issuer,
    /// The operation is not possible with these settings or in this environment.
    Config,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let inner =
            Inner { kind, message, code: None, status: None, retry_after: None, source: None };
        Self(Arc::new(inner))
    }

    /// Creates an error with a source. `Display` shows the message only.
    pub(super) fn because(kind: ErrorKind, message: &str, source: BoxError) -> Self {
        let inner = Inner {
            kind,
            message: message.to_owned(),
            code: None,
            status: None,
            retry_after: None,
            source: Some(source),
        };
        Self(Arc::new(inner))
    }

    /// Creates the error of a response or a callback. `message` must be redacted.
    pub(super) fn from_response(
        kind: ErrorKind,
        message: String,
        code: Option<String>,
        status: Option<StatusCode>,
        retry_after: Option<Duration>,
    ) -> Self {
        Self(Arc::new(Inner { kind, message, code, status, retry_after, source: None }))
    }

    /// Returns the category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the OAuth error code of the service, such as `invalid_grant`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the status of the response; `None` without a response.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the value of the header `Retry-After`, the time to wait before trying again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns whether the user has to sign in again.
    pub fn requires_sign_in(&self) -> bool {
        self.0.kind == ErrorKind::SignInRequired
    }

    /// Returns whether the operation may succeed later without a change of settings: after a network
    /// failure, a failure of the service, or too many requests.
    pub fn is_temporary(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Network | ErrorKind::RateLimited | ErrorKind::Server)
    }
}

impl ErrorKind {
    const fn summary(self) -> &'static str {
        match self {
            Self::SignInRequired => "sign in again",
            Self::Denied => "the sign-in was denied",
            Self::State => "the callback belongs to another sign-in",
            Self::Callback => "malformed callback",
            Self::Credential => "the credential was refused",
            Self::Scope => "the scopes were refused",
            Self::Refused => "the sign-in service refused the request",
            Self::RateLimited => "too many requests to the sign-in service",
            Self::Server => "the sign-in service failed",
            Self::Network => "no response from the sign-in service",
            Self::Response => "unexpected response from the sign-in service",
            Self::Store => "the token store failed",
            Self::Issuer => "the stored tokens are from another sign-in service",
            Self::Config => "cannot sign in",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.summary())?;
        if !self.0.message.is_empty() {
            write!(f, ": {}", self.0.message)?;
        }
        match (self.0.status, &self.0.code) {
            (Some(status), Some(code)) => write!(f, " ({} {code})", status.as_u16()),
            (Some(status), None) => write!(f, " ({})", status.as_u16()),
            (None, Some(code)) => write!(f, " ({code})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("message", &self.to_string())
            .field("kind", &self.0.kind)
            .field("code", &self.0.code)
            .field("status", &self.0.status)
            .field("retry_after", &self.0.retry_after)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&**self.0.source.as_ref()?)
    }
}
