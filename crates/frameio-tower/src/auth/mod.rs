//! The token of each attempt: where it comes from, and where it may go.
//!
//! | event | level | when |
//! |---|---|---|
//! | [`auth.refreshed`](REFRESHED) | `INFO` | the service rejected a token, and there is another one now |

mod layer;
mod provider;
mod refresh;
mod service;
mod token;

pub use layer::AuthLayer;
pub use provider::{StaticToken, TokenFn, TokenProvider, token_fn};
pub use service::{Auth, AuthFuture};
pub use token::Token;

/// The target of the events of this layer.
pub const TARGET: &str = "frameio::auth";
/// The event of a token that was replaced after the service had rejected it.
pub const REFRESHED: &str = "auth.refreshed";

/// Marks an answer of 401 to a request that is worth sending again: there is another token now.
///
/// [`Auth`] puts it into the extensions of the response, [`Retry`](crate::Retry) acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a mark")]
pub struct TokenRefreshed;
