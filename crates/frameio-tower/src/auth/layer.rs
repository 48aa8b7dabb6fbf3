//! The layer and its settings.

use std::fmt;
use std::sync::Arc;

use frameio_core::Origin;
use http::Uri;
use tower::Layer;

use super::provider::TokenProvider;
use super::refresh::Refresh;
use super::service::Auth;

/// Signs requests with a bearer token.
///
/// * Only requests to the API's own origin are signed: the same scheme, host and port. Any other,
///   such as a part of an upload behind a signed URL, goes out as it is. So does a request that
///   has an `authorization` header already.
/// * The provider is asked once for each request, so the layer belongs inside of retry, and inside
///   of the quota: a token that was fresh before a long wait may not be so after it.
/// * Without a token the request is not sent, and fails with an [`AuthError`](crate::AuthError).
/// * On a 401 the provider is told, once for each token: a hundred calls that are rejected at the
///   same time make one refresh, and wait for it. If there is another token then, the answer is
///   marked with [`TokenRefreshed`](super::TokenRefreshed), and [`Retry`](crate::Retry) sends the
///   request once more, beyond its number of retries.
///
/// This layer never sends a request twice itself. It would have to keep a copy of the body, as
/// retry does already, and the second sending would not be counted by the quota.
///
/// ```
/// use frameio_tower::{AuthLayer, StaticToken};
/// use http::Uri;
///
/// let api = Uri::from_static("https://api.frame.io");
/// let layer = AuthLayer::new(StaticToken::new("s3cret"), &api);
/// assert_eq!(format!("{layer:?}"), "AuthLayer { origin: https://api.frame.io:443, .. }");
/// ```
#[derive(Clone)]
pub struct AuthLayer(Arc<AuthContext>);

pub(super) struct AuthContext {
    pub(super) origin: Origin,
    pub(super) refresh: Refresh,
}

impl AuthLayer {
    /// Signs what goes to the scheme, host and port of `origin` with the tokens of `provider`.
    ///
    /// Clones of the layer share the provider. An `origin` without scheme or host is that of no
    /// request.
    pub fn new(provider: impl TokenProvider, origin: &Uri) -> Self {
        Self(Arc::new(AuthContext {
            origin: Origin::of(origin),
            refresh: Refresh::new(Arc::new(provider)),
        }))
    }
}

impl fmt::Debug for AuthLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthLayer").field("origin", &self.0.origin).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth::new(inner, self.0.clone())
    }
}
