//! Why nobody is signed in.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use frameio_core::BoxError;
use http::StatusCode;

/// Why signing in, refreshing or signing out failed.
///
/// `Display` is one line and never shows a secret; what a server wrote is shown without anything
/// that looks like a token. It is cheap to clone: all calls that wait for one refresh get the same
/// error. `frameio::Error::find` finds it behind the error of a call.
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
///     Some(auth) if auth.is_sign_in_again() => println!("please sign in again"),
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

/// What went wrong, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nobody is signed in, or not any more: the refresh token or the code is expired, used up or
    /// revoked. The user has to sign in again.
    SignInAgain,
    /// The user, or an administrator, denied the app.
    Denied,
    /// The callback does not belong to the authorization: its state is another one. It may be an
    /// old tab, or an attack.
    State,
    /// The callback is not one that the service makes.
    Callback,
    /// The service does not know the app, or not by this secret, or not for this flow.
    Credential,
    /// The app may not ask for these scopes.
    Scope,
    /// The service refused the request for another reason.
    Refused,
    /// The service has had too many requests.
    RateLimited,
    /// The service failed.
    Server,
    /// No response came: no connection, a broken one, or a time limit.
    Network,
    /// The response is not one that the service sends.
    Response,
    /// The tokens could not be loaded or saved.
    Store,
    /// The tokens were issued by another sign-in service than that of the session, so they are
    /// neither used nor sent to it.
    Issuer,
    /// It cannot be done with these settings, or here.
    Config,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let inner =
            Inner { kind, message, code: None, status: None, retry_after: None, source: None };
        Self(Arc::new(inner))
    }

    /// With the error that it came from. Its text is kept as the source, not shown.
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

    /// An error that the service named; `message` is masked already.
    pub(super) fn from_response(
        kind: ErrorKind,
        message: String,
        code: Option<String>,
        status: Option<StatusCode>,
        retry_after: Option<Duration>,
    ) -> Self {
        Self(Arc::new(Inner { kind, message, code, status, retry_after, source: None }))
    }

    /// What went wrong, roughly.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The error code of OAuth, `invalid_grant`, if the service gave one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Status of the response, if one came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// When it is worth trying again, if the service said it.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether only the user can help, by signing in again.
    pub fn is_sign_in_again(&self) -> bool {
        self.0.kind == ErrorKind::SignInAgain
    }

    /// Whether the same may succeed later, without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Network | ErrorKind::RateLimited | ErrorKind::Server)
    }
}

impl ErrorKind {
    const fn what(self) -> &'static str {
        match self {
            Self::SignInAgain => "sign in again",
            Self::Denied => "the sign-in was denied",
            Self::State => "the callback belongs to another sign-in",
            Self::Callback => "the callback is not understood",
            Self::Credential => "the credential is refused",
            Self::Scope => "the scopes are refused",
            Self::Refused => "the request is refused",
            Self::RateLimited => "too many requests for tokens",
            Self::Server => "the sign-in service failed",
            Self::Network => "no response from the sign-in service",
            Self::Response => "unexpected response from the sign-in service",
            Self::Store => "the token store failed",
            Self::Issuer => "the stored tokens belong to another sign-in service",
            Self::Config => "signing in is set up wrongly",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.what())?;
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
