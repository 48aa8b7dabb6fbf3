//! The token of each attempt: where it comes from, and where it may go.

mod layer;
mod provider;

pub use layer::{Auth, AuthFuture, AuthLayer, TokenRefreshed};
pub use provider::{StaticToken, Token, TokenProvider};

/// The target of the events of this layer.
///
/// `auth.refreshed` at `INFO`: the service rejected a token, and another one is used from now on.
pub const TARGET: &str = "frameio::auth";
