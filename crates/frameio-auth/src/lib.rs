//! OAuth 2.0 sign-in with Adobe IMS, and sessions that refresh and save their tokens.
//!
//! Most programs use this crate as `frameio::auth`, with the feature `auth` of `frameio`. Depend on it
//! directly to get tokens of Adobe IMS without the Frame.io client.
//!
//! | sign-in | start with |
//! |---|---|
//! | server, without a user | [`Credential::server_to_server`] and [`Session::new`] |
//! | user of a web app | [`Credential::web`], with the secret of the app |
//! | user of a single-page app | [`Credential::single_page`], with PKCE |
//! | user of a native app | [`Credential::native`], with PKCE, and [`Loopback`] |
//! | existing access token | `ClientBuilder::token` |
//! | legacy developer token | `ClientBuilder::token` |
//!
//! To sign in a user, an [`Ims`] creates an [`Authorization`]. Send the browser to its URL, pass the
//! callback to [`Authorization::finish`], and [exchange](Ims::exchange) the code for [`Tokens`]. A
//! [`Session`] refreshes them and saves them in a [`TokenStore`]; it is the token provider of a client.
//!
//! ```
//! use frameio::Client;
//! use frameio::auth::{Credential, FileStore, Ims, Session};
//! # use frameio_sim::{Credential as App, Sim};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (sim, dir) = (Sim::new(), tempfile::tempdir()?);
//! # let path = dir.path().join("tokens");
//! # let id = App::DEMO_WEB;
//! # let secret = App::DEMO_SECRET;
//! let ims = Ims::builder(Credential::web(id, secret, "http://localhost/callback"))
//! #     .transport(sim.clone())
//!     .build()?;
//!
//! // First request of the browser: redirect it to the sign-in page.
//! let authorization = ims.authorization()?;
//! # let request = http::Request::get(authorization.url()).body(frameio::Body::empty())?;
//! # let redirect = tower::ServiceExt::oneshot(sim.clone(), request).await?;
//! # let callback = redirect.headers()["location"].to_str()?;
//!
//! // Second request: the sign-in page redirects it to your callback.
//! let tokens = ims.exchange(authorization.finish(callback)?).await?;
//! let session = Session::builder(ims).store(FileStore::new(path)).build();
//! session.import(tokens).await?;
//! let client = Client::builder()
//! #     .transport(sim)
//!     .token_provider(session)
//!     .build()?;
//! # client.send(frameio::users::ShowCurrentUser::new()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Events
//!
//! A session emits `tracing` events with the target [`TARGET`](frameio_tower::auth::TARGET):
//!
//! | event | level | emitted when |
//! |---|---|---|
//! | [`auth.refreshed`](REFRESHED) | `DEBUG` | the session received new tokens |
//! | [`auth.refresh_failed`](REFRESH_FAILED) | `WARN` | it could not refresh its tokens |
//! | [`auth.save_failed`](SAVE_FAILED) | `WARN` | the store failed; saving is retried before the next refresh |
//!
//! # Features
//!
//! - `transport` (default): sends requests with `frameio-transport`. Without it,
//!   [`ImsBuilder::transport`] is required.
//! - `profiles`: the profiles and saved sign-ins of the command `frameio`.
//! - `keyring`: stores tokens in the system keyring.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authorization;
mod claims;
mod credential;
mod error;
mod ims;
mod loopback;
mod pkce;
#[cfg(feature = "profiles")]
pub mod profile;
mod redact;
mod redirect;
mod retry;
mod session;
mod store;
mod token_response;
mod tokens;
mod unauthorized;

pub use self::authorization::{Authorization, AuthorizationCode};

pub use self::claims::Claims;
pub use self::credential::Credential;
pub use self::error::{Error, ErrorKind};
pub use self::ims::{Ims, ImsBuilder};
pub use self::loopback::Loopback;
pub use self::session::{Session, SessionBuilder};
pub use self::store::{FileStore, MemoryStore, Reservation, StoreLock, TokenStore};
#[cfg(feature = "keyring")]
pub use self::store::{KeyringEntry, KeyringStore};
pub use self::tokens::Tokens;
pub use self::unauthorized::{UnauthorizedReason, explain};

/// Name of the event that is emitted when a session has received new tokens.
pub const REFRESHED: &str = "auth.refreshed";
/// Name of the event that is emitted when a session could not refresh its tokens.
pub const REFRESH_FAILED: &str = "auth.refresh_failed";
/// Name of the event that is emitted when the store of a session failed to load or save tokens.
pub const SAVE_FAILED: &str = "auth.save_failed";
