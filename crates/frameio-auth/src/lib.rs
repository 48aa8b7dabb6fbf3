//! Signing in with Adobe IMS, and tokens that look after themselves.
//!
//! | who signs in | how |
//! |---|---|
//! | a server, for itself | [`Credential::server_to_server`], and nothing more |
//! | a user of a web app | [`Credential::web`], with the secret of the app |
//! | a user of a single-page app | [`Credential::single_page`], with PKCE |
//! | a user of a native app | [`Credential::native`], with PKCE; see [`Loopback`] |
//! | a user with an existing token | `ClientBuilder::token` |
//! | a legacy developer token | `ClientBuilder::legacy_token` |
//!
//! An app asks [`Ims`]. A user is sent to the URL of an [`Authorization`], which then reads and
//! checks the callback; the code in it is [exchanged](Ims::exchange) for [`Tokens`], which a
//! [`Session`] keeps fresh in a [`TokenStore`]. The session is what a client is given.
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
//! // One request of the browser: it is sent to Adobe.
//! let authorization = ims.authorization()?;
//! # let request = http::Request::get(authorization.url()).body(frameio::Body::empty())?;
//! # let redirect = tower::ServiceExt::oneshot(sim.clone(), request).await?;
//! # let callback = redirect.headers()["location"].to_str()?;
//!
//! // The next: it comes back.
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
//! | event | level | when |
//! |---|---|---|
//! | [`auth.renewed`](RENEWED) | `DEBUG` | a session has got other tokens |
//! | [`auth.renew_failed`](RENEW_FAILED) | `WARN` | it could not |
//! | [`auth.unsaved`](UNSAVED) | `WARN` | its tokens could not be kept; saving is tried again before the next refresh |
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
pub use self::unauthorized::{WhyUnauthorized, explain};

/// The event of a session that has got other tokens. Its target is
/// [`TARGET`](frameio_tower::auth::TARGET), as that of the others.
pub const RENEWED: &str = "auth.renewed";
/// The event of a session that could not get other tokens.
pub const RENEW_FAILED: &str = "auth.renew_failed";
/// The event of tokens that could not be kept.
pub const UNSAVED: &str = "auth.unsaved";
