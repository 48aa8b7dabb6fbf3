//! What gives tokens.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::{BoxError, Secret};

use super::token::Token;

/// Gives the token that a request is signed with.
///
/// It is asked once for each attempt, so it keeps its token, and fetches another one in time.
/// Several calls may ask at once.
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
    /// The token to use now.
    ///
    /// # Errors
    /// When there is none. The attempt then fails with an [`AuthError`](crate::AuthError) around
    /// this error, and is not retried.
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send;

    /// Returns the token to use now if it is available without waiting. Default: `None`.
    ///
    /// [`token`](Self::token) is then not called, and nothing is allocated.
    fn cached(&self) -> Option<Token> {
        None
    }

    /// The service answered 401 to this token. From now on `token` should give another one.
    /// Default: nothing is done.
    ///
    /// It is told once for a token, however many calls were rejected, and not if it gives another
    /// one by then. If there is another one afterwards, the calls are sent again.
    fn rejected(&self, token: &Token) -> impl Future<Output = ()> + Send {
        let _ = token;
        ready(())
    }
}

impl<P: TokenProvider> TokenProvider for Arc<P> {
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send {
        P::token(self)
    }

    fn cached(&self) -> Option<Token> {
        P::cached(self)
    }

    fn rejected(&self, token: &Token) -> impl Future<Output = ()> + Send {
        P::rejected(self, token)
    }
}

/// A token that does not change.
///
/// A 401 to it is returned as it is.
#[derive(Clone, Debug)]
pub struct StaticToken(Token);

impl StaticToken {
    /// Returns `token` for every request.
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

/// Gives the tokens that an async function gives.
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

/// The provider that [`token_fn`] makes.
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

/// A provider behind a pointer, so that the layer has one type.
pub(super) trait ErasedProvider: Send + Sync {
    fn token(self: Arc<Self>) -> BoxFuture<Result<Token, BoxError>>;
    fn cached(&self) -> Option<Token>;
    fn rejected(self: Arc<Self>, token: Token) -> BoxFuture<()>;
}

impl<P: TokenProvider> ErasedProvider for P {
    fn token(self: Arc<Self>) -> BoxFuture<Result<Token, BoxError>> {
        Box::pin(async move { P::token(&self).await })
    }

    fn cached(&self) -> Option<Token> {
        TokenProvider::cached(self)
    }

    fn rejected(self: Arc<Self>, token: Token) -> BoxFuture<()> {
        Box::pin(async move { P::rejected(&self, &token).await })
    }
}
