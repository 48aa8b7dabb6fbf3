//! A local Frame.io, to develop and test against.
//!
//! [`Sim`] is a tower service that answers HTTP requests as the Frame.io V4 API does, with its
//! state in memory. It stands in process where a client has its transport, or on a loopback
//! socket for programs in any language. It begins with one user, one account, one workspace and
//! one project, whose ids are [`Sim::demo`].
//!
//! In process:
//!
//! ```
//! use frameio_sim::Sim;
//! use http::Request;
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sim = Sim::new();
//! let request = Request::get("https://api.frame.io/v4/me")
//!     .header("authorization", format!("Bearer {}", Sim::TOKEN))
//!     .body(frameio_core::Body::empty())?;
//! let response = sim.clone().oneshot(request).await?;
//! assert_eq!(response.status(), 200);
//! assert_eq!(response.headers()["x-ratelimit-remaining"], "99");
//! assert_eq!(sim.requests()[0].operation, Some("users.show"));
//! # Ok(())
//! # }
//! ```
//!
//! On a socket, which closes with the server:
//!
//! ```
//! use frameio_core::Body;
//! use frameio_sim::Sim;
//! use http::Request;
//! use hyper_util::client::legacy::Client;
//! use hyper_util::rt::TokioExecutor;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Sim::builder().token("t0ken").quotas(false).build().serve().await?;
//! let request = Request::get(format!("{}/v4/accounts", server.url()))
//!     .header("authorization", "Bearer t0ken")
//!     .body(Body::empty())?;
//! let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
//! assert_eq!(client.request(request).await?.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! * The operations on users, accounts, workspaces, projects, folders, files, uploads and
//!   comments, with every parameter of the contract, and answers in exactly its shapes.
//! * It refuses what the contract does not allow: 401 without a known token, 404 for what is not
//!   there, 400 for a body that is not JSON, and 422 for everything that is wrong with a body or
//!   a query, unknown keys included, with a JSON pointer to each.
//! * Pages with cursors that are good only whole and encoded; `links.next` carries only the
//!   cursor.
//! * The documented quotas: a leaky bucket for each token, account and operation, told in the
//!   three headers, and 429 from a full one.
//! * Uploads: signed URLs that take a `PUT` for 24 hours, only with `x-amz-acl: private`, the
//!   media type of the file and the exact size of the part, and never beside a token; else the
//!   bare XML of a storage. A part is streamed into the [`Storage`]: memory, a directory, or a
//!   mere counter, which takes a terabyte without storing it. A file is complete when all parts
//!   are there, and does not change any more. Attachments of comments are uploaded likewise.
//! * Remote uploads of plain `http://` sources on the loopback, fetched by a task in the
//!   background, up to 50 GB. All other sources fail at once, and so does one that answers with
//!   anything but 200, with nothing, or not for 60 seconds: `upload_failed` tells it.
//! * Downloads of what was uploaded, whole or in ranges, by signed URLs in `media_links.original`
//!   and from [`Sim::download_url`]; with `etag`, `last-modified`, and the conditions of HTTP.
//! * A file goes from `created` to `uploaded` to `transcoded`, on the [`Clock`] that moves all
//!   time here, and that can be [advanced](Clock::advance).
//! * Faults on demand, by operation, count or chance ([`Sim::inject`], [`Fault`]), and a record
//!   of all requests ([`Sim::requests`]).
//!
//! # What it does not
//!
//! * Nothing is transcoded: `metadata` is empty, and when the set delay after the upload is over,
//!   the other media links of videos, images, audio and PDFs lead to something small of the right
//!   content type that is the same for all files: a PNG of one grey pixel, or an MP4 without
//!   tracks. Other kinds of files have none.
//! * There is one user who may do everything. Nobody else comments, and comments have no replies.
//! * Every file has 24 frames a second, and a comment that was given no timestamp is answered
//!   with frame 0. Which timestamps, pages and anchors fit which kind of file is not checked.
//! * There are no version stacks, shares, webhooks or search; their routes are 404.
//! * Where the documentation says nothing it has to decide: a record made without a name is
//!   `Untitled`, lists without `sort` are in the order of creation, a record of another
//!   account is 404, the root folder cannot be deleted (403), part sizes are its own.

mod builder;
mod clock;
mod content;
mod faults;
mod media;
mod object;
mod query;
mod quota;
mod range;
mod record;
mod resources;
mod respond;
mod route;
mod server;
mod service;
mod signing;
mod sim;
mod state;
mod storage;
mod timecode;
mod uploads;
mod validate;

pub use builder::Builder;
pub use clock::Clock;
pub use faults::{Fault, ParseFaultError};
pub use record::RecordedRequest;
pub use server::SimServer;
pub use sim::{Demo, Sim};
pub use storage::Storage;
