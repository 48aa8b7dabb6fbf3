//! Bearer tokens: the layer that signs requests, and providers of tokens.
//!
//! | event | level | emitted when |
//! |---|---|---|
//! | [`auth.token_replaced`](TOKEN_REPLACED) | `INFO` | a token that the service rejected has been replaced |
//! | [`auth.replace_failed`](REPLACE_FAILED) | `WARN` | it could not be replaced; `error` is the reason |

mod layer;
mod provider;
mod refresh;
mod service;
mod token;

pub use layer::AuthLayer;
pub use provider::{StaticToken, TokenFn, TokenProvider, token_fn};
pub use refresh::RefreshFailed;
pub use service::{Auth, AuthFuture};
pub use token::Token;

/// Target of the events of this layer.
pub const TARGET: &str = "frameio::auth";
/// Event emitted when a token that the service rejected has been replaced.
pub const TOKEN_REPLACED: &str = "auth.token_replaced";
/// Event emitted when a token that the service rejected could not be replaced.
pub const REPLACE_FAILED: &str = "auth.replace_failed";

/// Response extension that marks a 401 after which a new token is available.
///
/// [`AuthLayer`] inserts it, and [`RetryLayer`](crate::RetryLayer) then resends the request once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a mark")]
pub struct TokenRefreshed;
