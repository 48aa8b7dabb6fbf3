//! Tokens, and what gives them.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use frameio_core::BoxError;
use secrecy::{ExposeSecret, SecretString};

/// An access token. It is not shown by `Debug`, and is wiped from memory with the last clone.
#[derive(Clone)]
pub struct Token(Arc<SecretString>);

impl Token {
    /// A token of this text.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(Arc::new(token.into()))
    }

    /// The text of the token, for putting it into a header.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.expose() == other.expose()
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
        f.write_str("Token(…)")
    }
}

/// Gives the token that a request is signed with.
///
/// It is asked once for each attempt, so it keeps the token itself, and fetches another one in
/// time. When the service rejects a token, it is told so once, however many calls were rejected,
/// and then asked again.
///
/// ```
/// use frameio_core::BoxError;
/// use frameio_tower::{Token, TokenProvider};
///
/// struct FromFile(std::path::PathBuf);
///
/// impl TokenProvider for FromFile {
///     async fn token(&self) -> Result<Token, BoxError> {
///         Ok(Token::from(std::fs::read_to_string(&self.0)?.trim()))
///     }
/// }
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// The token to use now.
    ///
    /// # Errors
    /// When there is none; the attempt then fails with an [`AuthError`](crate::AuthError) around
    /// this error, and is not retried.
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send;

    /// The service answered 401 to this token: the next one should be another. Default: nothing.
    fn rejected(&self, token: &Token) -> impl Future<Output = ()> + Send {
        let _ = token;
        ready(())
    }
}

impl<P: TokenProvider> TokenProvider for Arc<P> {
    fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send {
        P::token(self)
    }

    fn rejected(&self, token: &Token) -> impl Future<Output = ()> + Send {
        P::rejected(self, token)
    }
}

/// A token that does not change.
#[derive(Clone, Debug)]
pub struct StaticToken(Token);

impl StaticToken {
    /// Gives `token` for ever.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(Token::new(token))
    }
}

impl TokenProvider for StaticToken {
    async fn token(&self) -> Result<Token, BoxError> {
        Ok(self.0.clone())
    }
}

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A provider behind a pointer, so that the layer has one type.
pub(super) trait ErasedProvider: Send + Sync {
    fn token(self: Arc<Self>) -> BoxFuture<Result<Token, BoxError>>;
    fn rejected(self: Arc<Self>, token: Token) -> BoxFuture<()>;
}

impl<P: TokenProvider> ErasedProvider for P {
    fn token(self: Arc<Self>) -> BoxFuture<Result<Token, BoxError>> {
        Box::pin(async move { TokenProvider::token(&*self).await })
    }

    fn rejected(self: Arc<Self>, token: Token) -> BoxFuture<()> {
        Box::pin(async move { TokenProvider::rejected(&*self, &token).await })
    }
}
