//! Layer that signs requests.

use std::fmt;
use std::sync::Arc;

use frameio_core::Origin;
use http::Uri;
use tower::Layer;

use super::provider::TokenProvider;
use super::refresh::Refresh;
use super::service::Auth;

/// Signs requests to one origin with a bearer token.
///
/// * Requests to another scheme, host or port pass unsigned, such as parts of an upload to a signed
///   URL. Requests with an `authorization` header keep it.
/// * The provider is asked for each request. Place the layer inside retry, and inside the rate
///   limit: a token may expire during a long wait for the quota.
/// * If the provider has no token, the request fails with [`AuthError`](crate::AuthError) and is not
///   sent.
/// * After a 401, [`TokenProvider::rejected`] is called once for each token: a hundred calls that are
///   rejected at the same time wait for a single refresh. If a new token is available afterwards, the
///   response is marked with [`TokenRefreshed`](super::TokenRefreshed), and
///   [`RetryLayer`](crate::RetryLayer) resends the request once, in addition to its retries. If the
///   refresh fails, the response has the extension [`RefreshFailed`](super::RefreshFailed), and a 401
///   after more than 5 s starts another refresh.
///
/// The layer itself never resends a request. It would need a copy of the body, which retry already
/// has, and the resend would bypass the rate limit.
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
    /// Creates a layer that signs requests to the scheme, host and port of `origin` with tokens from
    /// `provider`.
    ///
    /// Clones of the layer share the provider. If `origin` has no scheme or no host, no request is
    /// signed.
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
