//! Providers of tokens.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::{BoxError, Secret};

use super::token::Token;

/// Provides the token that a request is signed with.
///
/// The layer asks for a token before each attempt, possibly from several calls at once, so an
/// implementation should cache its token and renew it before it expires.
///
/// The futures run inside a call and are dropped with it, for example when its deadline passes or its
/// caller gives up; the next call then starts again. A renewal that must not be interrupted, such as
/// one that spends a refresh token, belongs in a task of its own with a time limit, as in `Session` of
/// `frameio-auth`. Other rejected calls wait while [`rejected`](Self::rejected) runs.
///
/// ```
/// use frameio_core::BoxError;
/// use frameio_tower::{Token, TokenProvider};
///
/// struct FromFile(std::path::PathBuf);
///
/// impl TokenProvider for FromFile {
///     async fn token(&self) -> Result<Token, BoxError> {
///         Ok(Token::new(std::fs::read_to_string(&self.0)?))
///     }
/// }
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// Returns the current token, after fetching one if necessary.
    ///
    /// # Errors
    /// Fails if no token is available. The attempt then fails with an
    /// [`AuthError`](crate::AuthError) that contains this error, and is not retried. The error must
    /// not contain secrets.
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send;

    /// Returns the current token if it is available without waiting. Default: `None`.
    ///
    /// If it returns a token, [`token`](Self::token) is not called, which saves an allocation.
    fn cached(&self) -> Option<Token> {
        None
    }

    /// Called when the service rejected `token` with a 401. Default: does nothing.
    ///
    /// A provider that can replace the token should do so before it returns. If
    /// [`token`](Self::token) then returns a different one, the rejected calls are resent.
    ///
    /// Called once for each token, even if it was rejected for several calls, and not at all if the
    /// provider already returns a different token. A token that was not replaced is reported again
    /// after later 401s, at most every 5 s.
    ///
    /// # Errors
    /// Fails if the token cannot be replaced. The rejected calls then return the 401, with the error in
    /// the extension [`RefreshFailed`](super::RefreshFailed). An error of [`token`](Self::token) has the
    /// same effect. The error must not contain secrets.
    fn rejected(&self, token: &Token) -> impl Future<Output = Result<(), BoxError>> + Send {
        let _ = token;
        ready(Ok(()))
    }
}

impl<P: TokenProvider> TokenProvider for Arc<P> {
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send {
        P::token(self)
    }

    fn cached(&self) -> Option<Token> {
        P::cached(self)
    }

    fn rejected(&self, token: &Token) -> impl Future<Output = Result<(), BoxError>> + Send {
        P::rejected(self, token)
    }
}

/// Provider of a fixed token. It cannot be refreshed, so a 401 is returned to the caller.
#[derive(Clone, Debug)]
pub struct StaticToken(Token);

impl StaticToken {
    /// Creates a provider that returns `token` for every request.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(Token::new(token))
    }
}

impl From<Token> for StaticToken {
    fn from(token: Token) -> Self {
        Self(token)
    }
}

impl TokenProvider for StaticToken {
    async fn token(&self) -> Result<Token, BoxError> {
        Ok(self.0.clone())
    }

    fn cached(&self) -> Option<Token> {
        Some(self.0.clone())
    }
}

/// Creates a provider from an async function that returns the current token.
///
/// The function is called before each attempt.
///
/// ```
/// use frameio_tower::{AuthLayer, Token, auth::token_fn};
///
/// let provider = token_fn(async || Ok(Token::new(std::env::var("FRAMEIO_TOKEN")?)));
/// let layer = AuthLayer::new(provider, &http::Uri::from_static("https://api.frame.io"));
/// # let _ = layer;
/// ```
pub fn token_fn<F, Fut>(function: F) -> TokenFn<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Token, BoxError>> + Send,
{
    TokenFn(function)
}

/// Provider created by [`token_fn`].
#[derive(Clone)]
pub struct TokenFn<F>(F);

impl<F, Fut> TokenProvider for TokenFn<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Token, BoxError>> + Send,
{
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send {
        (self.0)()
    }
}

impl<F> fmt::Debug for TokenFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenFn").finish_non_exhaustive()
    }
}

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Object-safe form of [`TokenProvider`].
pub(super) trait ErasedProvider: Send + Sync {
    fn token(self: Arc<Self>) -> BoxFuture<Result<Token, BoxError>>;
    fn cached(&self) -> Option<Token>;
    fn rejected(self: Arc<Self>, token: Token) -> BoxFuture<Result<(), BoxError>>;
}

impl<P: TokenProvider> ErasedProvider for P {
    fn token(self: Arc<Self>) -> BoxFuture<Result<Token, BoxError>> {
        Box::pin(async move { P::token(&self).await })
    }

    fn cached(&self) -> Option<Token> {
        TokenProvider::cached(self)
    }

    fn rejected(self: Arc<Self>, token: Token) -> BoxFuture<Result<(), BoxError>> {
        Box::pin(async move { P::rejected(&self, &token).await })
    }
}
