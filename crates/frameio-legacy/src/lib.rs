//! The legacy Frame.io V2 API on top of V4, for programs that have not been moved yet.
//!
//! The service switches its V2 API off on 1 December 2026. [`LegacyService`] takes requests of that
//! API, calls V4 through a [`Client`](frameio_client::Client), and responds in the shape of V2, so that
//! an old script changes nothing but its host. Quotas, retries, sign-in and spans are those of the
//! client.
//!
//! It is a tower service, and mounts in axum:
//!
//! ```
//! use frameio_client::Client;
//! use frameio_legacy::{Hosts, LegacyService};
//!
//! # fn app() -> Result<axum::Router, Box<dyn std::error::Error>> {
//! let client = Client::new("v4-token")?;
//! // The facade calls V4 as the owner of that token: check who calls it.
//! let legacy = LegacyService::builder(client).hosts(Hosts::local()).build();
//! let app = axum::Router::new().route_service("/v2/{*path}", legacy);
//! # Ok(app)
//! # }
//! # assert!(app().is_ok());
//! ```
//!
//! `frameio legacy serve` runs it as a program.
//!
//! # Supported requests
//!
//! [`Route::all`] lists every route with its V4 operations; the same table is in `docs/migration.md`.
//!
//! - Routes with a counterpart are served. Those that are served in part are marked in the header
//!   `x-frameio-legacy` and in the log; fields that were dropped are named in the header `warning`.
//! - Everything else is refused with 404, 410 or 422 and a body that names the V4 operation to use. The
//!   old clients retry 400, 500 and 503 for hours, so these statuses are never used: a 400 of V4
//!   becomes 422, and a 5xx becomes 502.
//! - A 429 is waited for, up to [`max_wait`](LegacyBuilder::max_wait), and then passed on with
//!   `Retry-After`.
//! - Lists have exact totals and the headers `page-number`, `per-page`, `total`, `total-pages` and
//!   `link`. A JSON body of a `GET` is ignored, as V2 did.
//! - Comments that only the team should see are refused: V4 has none, and everybody would see them.
//! - Parts of uploads are sent to the façade, which cuts them as V4 wants them.
//!
//! # What it trusts
//!
//! A façade over a client with a token of its own accepts any bearer token, because old scripts have old
//! tokens: it belongs on the loopback, with [`Hosts`]. Where other machines can reach it,
//! [`accept_tokens`](LegacyBuilder::accept_tokens) limits it to known tokens, or
//! [`forward_token`](LegacyService::forward_token) calls V4 with the token of each request. Tokens,
//! bodies and signed URLs are never logged.
//!
//! # Webhooks
//!
//! [`relay::Relay`] sends deliveries of V4 on to old receivers, in the old shape and signed with the old
//! secret.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bounded;
mod builder;
mod calls;
mod context;
mod fields;
mod handlers;
mod hosts;
mod known_ids;
mod listing;
mod pages;
mod refusal;
pub mod relay;
mod report;
mod request;
mod response;
mod route_table;
mod router;
mod routes;
mod routing;
mod service;
mod session;
mod settings;
mod sort;
mod tokens;
mod translate;
mod uploads;

pub use builder::LegacyBuilder;
pub use hosts::Hosts;
pub use routes::{Route, RouteClass};
pub use service::{LegacyFuture, LegacyService};
pub use settings::{Counts, Replies};
pub use tokens::{AcceptedTokens, InvalidTokenList};
