//! A local Frame.io, to develop and test against.
//!
//! [`Sim`] is a tower service that responds to HTTP requests as the Frame.io V4 API does, with its
//! state in memory. Use it in process, in place of a client's transport, or on a loopback socket for
//! programs in any language. It starts with one account, one workspace, one project, the user who owns
//! them and three others; [`Sim::demo`] has their ids.
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
//! # Signing in
//!
//! Adobe IMS is on the same base URL, with the paths that its own host has: `/ims/authorize/v2`,
//! `/ims/token/v3`, `/ims/revoke`, `/ims/userinfo/v2`, `/ims/validate_token/v1`, `/ims/keys` and
//! `/ims/.well-known/openid-configuration`. It gives tokens for client credentials, for a code
//! (with a secret, or with PKCE) and for a refresh token, which dies when it is used; the API
//! takes them until they expire or are revoked. [`Credential::DEMO_NATIVE`] and its like are known
//! from the start, others are registered with [`Builder::credential`]. The demo user approves at
//! once, or on [a page to click on](Builder::login_page).
//!
//! ```
//! use frameio_core::Body;
//! use frameio_sim::{Credential, Sim};
//! use http::Request;
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Credential::server_to_server("my-server", "s3cret");
//! let sim = Sim::builder().credential(server).build();
//! let request = Request::post("https://ims-na1.adobelogin.com/ims/token/v3")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body(Body::from(
//!         "client_id=my-server&client_secret=s3cret&grant_type=client_credentials\
//!          &scope=openid,AdobeID,frame.s2s.all",
//!     ))?;
//! let response = sim.clone().oneshot(request).await?;
//! assert_eq!(response.status(), 200);
//! assert_eq!(sim.requests()[0].operation, Some(Sim::IMS_TOKEN));
//! # Ok(())
//! # }
//! ```
//!
//! # Users and roles
//!
//! Besides the demo user, who may do everything, the demo account has an editor, a commenter and
//! a viewer of the workspace, each with a [token](Sim::token_of). Others are added by
//! [`Builder::user`] and [`Sim::add_user`], and given roles by the operations on permissions, to
//! themselves or to a group.
//!
//! ```
//! use frameio_core::Body;
//! use frameio_sim::Sim;
//! use http::Request;
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sim = Sim::new();
//! let demo = sim.demo();
//! let token = sim.token_of(&demo.viewer_id).ok_or("no token")?;
//! let folders = format!("/v4/accounts/{}/folders/{}/folders", demo.account_id, demo.root_folder_id);
//! let request = Request::post(format!("https://api.frame.io{folders}"))
//!     .header("authorization", format!("Bearer {token}"))
//!     .header("content-type", "application/json")
//!     .body(Body::from(r#"{"data": {"name": "Dailies"}}"#))?;
//! assert_eq!(sim.clone().oneshot(request).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! # Webhooks and custom actions
//!
//! What happens is delivered to the webhooks that ask for it, signed as `frameio-webhook` verifies
//! it. A receiver on the loopback gets it over a socket; without one it is in [`Sim::deliveries`]:
//!
//! ```
//! use frameio_core::{Body, BoxError};
//! use frameio_sim::Sim;
//! use frameio_webhook::{EventType, Verifier};
//! use http::Request;
//! use http_body_util::BodyExt;
//! use serde_json::{Value, json};
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! let sim = Sim::new();
//! let demo = sim.demo();
//! let post = async |path: String, data: Value| {
//!     let request = Request::post(format!("/v4/accounts/{}/{path}", demo.account_id))
//!         .header("authorization", format!("Bearer {}", Sim::TOKEN))
//!         .header("content-type", "application/json")
//!         .body(Body::from(json!({ "data": data }).to_string()))?;
//!     let answer = sim.clone().oneshot(request).await?.into_body().collect().await?.to_bytes();
//!     Ok::<Value, BoxError>(serde_json::from_slice(&answer)?)
//! };
//! let webhook = post(format!("workspaces/{}/webhooks", demo.workspace_id), json!({
//!     "name": "Comments",
//!     "url": "https://hooks.example.com",
//!     "events": ["comment.created"],
//! }));
//! let webhook = webhook.await?;
//! let file = json!({"name": "clip.mp4", "file_size": 5});
//! let file = post(format!("folders/{}/files/local_upload", demo.root_folder_id), file).await?;
//! let file = file["data"]["id"].as_str().unwrap();
//! post(format!("files/{file}/comments"), json!({"text": "See the light"})).await?;
//!
//! let delivery = sim.deliveries().remove(0);
//! let verifier = Verifier::new(webhook["data"]["secret"].as_str().unwrap())?;
//! let event = verifier.verify(&delivery.headers, delivery.body)?.event()?;
//! assert_eq!(event.kind, EventType::CommentCreated);
//! # Ok(())
//! # }
//! ```
//!
//! The timestamps are of the simulator's [`Clock`]: where a test moves it by minutes, the verifier
//! has to be given [it as well](frameio_webhook::Verifier::clock). [`Sim::trigger`] runs a custom
//! action, and follows its forms.
//!
//! # From outside of its process
//!
//! Programs in any language control it below `/_sim/`, without a token and only from the same
//! machine; errors are JSON as those of the API:
//!
//! * `GET /_sim/` is a page for people: it shows the content of the accounts, the last requests and the
//!   buckets of the quotas as they change, with details on a click, and can do what is listed here.
//! * `GET /_sim/demo` returns the ids of [`Sim::demo`] and the `tokens` of its users.
//! * `GET /_sim/state` returns [`Sim::state`] as JSON, secrets included. A `PUT` of such a document, or
//!   of one written by hand, is [`Sim::restore`]: it is checked as a file is, with 422 and a JSON
//!   pointer to what is wrong, takes up to 64 MiB, and returns the demo.
//! * `GET /_sim/stats` returns [`Sim::stats`]: `requests`, `by_status`, `by_operation` and
//!   `rate_limited`, which is what was answered 429, by the operation.
//! * `POST /_sim/reset` is [`Sim::reset`], and returns the demo, whose ids stay.
//! * `POST /_sim/clock` with `{"advance_ms": 60000}` is [`Clock::advance`], and answers, as a `GET`
//!   does, with the time: `{"now": "…"}`.
//! * `POST /_sim/faults` with `{"fault": "files.show=503:next2"}` is [`Sim::inject`] with what is
//!   parsed as a [`Fault`]. A `GET` lists those that are left, a `DELETE` takes all back.
//! * `POST /_sim/actions/{id}/trigger` with `{"resources": [{"type": "file", "id": "…"}]}` is
//!   [`Sim::trigger`], by the demo user or by that of `user_id`. It submits each form that is shown
//!   with the next of the list `submit`, and returns `shown`, one after the other: forms,
//!   a message, or nothing, by their `type`.
//!
//! These requests are not recorded, and no fault applies to them. Browsers send them only for the page
//! itself: a request from another origin, or by a host name that is neither an IP address nor
//! `localhost`, is refused (403).
//!
//! A server on the loopback refuses other host names for the API, downloads and IMS as well, because a
//! page on the web could point its own name to this machine; [`Builder::host`] adds names.
//!
//! # State in a file
//!
//! [`Sim::save`] writes all that it remembers to a JSON file, and [`Builder::state`] begins with
//! one: saved, or written by hand with little more than names. [`SavedState::demo`] is an account
//! with more in it, which `frameio sim` begins with; [`Sim::new`] stays small.
//!
//! # What it does
//!
//! * All 124 operations of the contract ([`Sim::operations`]), the 26 experimental ones with the
//!   header `api-version: experimental`, with answers in exactly the shapes of the contract.
//! * It refuses what the contract does not allow: 401 without a known token, 404 for what is not
//!   there, 400 for a body that is not JSON, and 422 for everything that is wrong with a body or
//!   a query, unknown keys included, with a JSON pointer to each of the first hundred problems;
//!   `/api-version` stands for the header.
//! * Roles on the account, workspaces, projects and folders, of users and of groups. What a user
//!   does not see is 404 and in no list; what they see and may not do is 403. Restricted projects
//!   and folders are for those who were given a role on them, and for those with full access.
//! * Pages with cursors that are good only whole and encoded; `links.next` carries only the
//!   cursor.
//! * The documented quotas: a leaky bucket for each token, account and operation, told in the
//!   three headers, and 429 from a full one. Tokens of IMS share those of their user.
//! * A server that signs in acts as a `Service Account User` of its own, an admin of the demo account
//!   from its first token on.
//! * Pages of other origins on the loopback may call the API, the storage and IMS (CORS), not
//!   `/_sim/`. Their preflights are not recorded.
//! * Tokens of IMS as the service takes them: 401 for a user's that lacks the scopes
//!   `additional_info.roles` or `AdobeID`, as it does when `scope` is sent again with the code,
//!   and for a server's that lacks `frame.s2s.all` or `AdobeID`.
//! * Uploads: signed URLs that take a `PUT` for 24 hours, only with `x-amz-acl: private`, the
//!   media type of the file and the exact size of the part, and never beside a token; else the
//!   bare XML of a storage. A part is streamed into the [`Storage`]: memory, a directory, or a
//!   mere counter, which takes a terabyte without storing it. A file is complete when all parts
//!   are there, and does not change any more. Attachments of comments are uploaded likewise.
//! * Files, folders and version stacks are copied and moved, one or many, within an account. A
//!   copy shares the bytes with what it is of, and is uploaded when that is. What was deleted is
//!   gone everywhere, but can be restored to where it was for 30 days; projects go for good.
//! * Remote uploads of plain `http://` sources on the loopback, fetched by a task in the
//!   background, up to 50 GB. All other sources fail at once, and so does one that answers with
//!   anything but 200, with nothing, or not for 60 seconds: `upload_failed` tells it.
//! * Downloads of uploads, whole or in ranges, by signed URLs in `media_links.original` and from
//!   [`Sim::download_url`]; with `etag`, `last-modified`, and the conditions of HTTP. A browser shows
//!   them in a sandbox, so that an uploaded page cannot act with the origin of the simulator.
//! * A file goes from `created` to `uploaded` to `transcoded`, on the [`Clock`] that moves all
//!   time here, and that can be [advanced](Clock::advance).
//! * Deliveries to webhooks and custom actions on the loopback, by plain `http://`: a POST that is
//!   not answered with success in 5 seconds, or in the timeout of the action, comes up to four times
//!   again, after 15, 30, 60 and 120 seconds and by chance up to a fifth more, signed again. They
//!   stop when the webhook is deleted or switched off. `file.ready` comes when the file is
//!   `transcoded`.
//! * Metadata fields of all ten types, with values that are checked by the type, and a few of the
//!   service's built-in fields: Keywords, Notes, Rating and Status to be set, and Comment Count,
//!   Date Uploaded, File Size, Frame Rate and Uploader with what is known of a file.
//! * Collections are there to be shown: two in the demo project, and what
//!   [`Sim::add_collection`] adds.
//! * Shares with their assets, reviewers and activities; what is done under the link of one is
//!   done with [`Sim::visit_share`].
//! * Faults on demand, by operation, count or chance ([`Sim::inject`], [`Fault`]), and a record
//!   of all requests ([`Sim::requests`]).
//!
//! # What it does not
//!
//! * Nothing is transcoded or looked into: the built-in fields Duration and Resolution have no
//!   value unless a [state](SavedState) gives them one, and when the set delay after the upload is over, the other media links of videos,
//!   images, audio and PDFs lead to something small of the right content type that is the same
//!   for all files: a PNG of one grey pixel, or an MP4 without tracks. Other kinds of files have
//!   none.
//! * Replies to comments are only shown, as by the API: they come from a state or [`Sim::reply`].
//! * Every file has 24 frames a second, and a comment that was given no timestamp is answered
//!   with frame 0. Which timestamps, pages and anchors fit which kind of file is not checked.
//! * There are no `id_token`s, whose signing (RS256) would weigh more than all of sign-in here: who a
//!   user is, `/ims/userinfo/v2` and `/v4/me` tell. So the set of keys is empty;
//!   as on the service, an access token looks like a JWT but its signature cannot be checked.
//! * There are no connected storages: an import is a file at once whose content is its key and
//!   storage location.
//! * No comment is for the team alone: `copy_comments=internal` copies none.
//! * Nothing is behind the short URL of a share, nor is its collection in any list. No mails are
//!   sent, no passphrase is asked for, and how a share is to look changes nothing.
//! * Both engines of search look for the same. What only a look into the media, or into fields that
//!   are not simulated, could tell matches nothing: transcription, what is seen, format, codec, bit
//!   rate and the like; nor do the original name of a file, and fields that an account has defined.
//! * Nothing is delivered to other URLs than those of the loopback; such a delivery is only recorded.
//! * Unknown parameters of a query are ignored, and values that the contract calls open are
//!   refused all the same: what the service takes beyond the known ones, it does not tell.
//! * Where the documentation says nothing it has to decide: a record made without a name is
//!   `Untitled`, lists without `sort` are in the order of creation, a record of another
//!   account is 404, the root folder cannot be deleted or moved (403), part sizes are its own.
//!   Something copied without `parent_id` stays in its folder; a move needs one. A folder cannot
//!   be moved into itself (422), but copied. Bulk calls do all or, with 404, nothing. A copy of a
//!   folder is there at once, and told (200) unless it holds more than 100 things (202). A version
//!   stack is made of files of its folder, lists the newest first, is called as that, and goes
//!   with its last version. What is in a deleted folder or version stack cannot be restored alone
//!   (404), and what was in one before not before that (409).
//!   Built-in fields are not redefined or deleted (403), and those that are not mutable take no
//!   value (422).
//!   A text has one line of up to 1,000 characters, a long text up to 40,000, a rating is 1 or
//!   more, a date is an ISO 8601 date or moment with its zone; an empty text or list clears as
//!   null does.
//!   A share has comments and downloads unless it says otherwise, and its own passphrase when it is
//!   secure and was given none. It shows all that is below what was put into it, a version stack
//!   for its versions, but nothing of another project (422). Reviewers are known by their e-mail
//!   addresses; on a public share there are none, and who is none cannot be removed (404).
//!   Search finds what has all the words in its name, in one comment, in the names of its project
//!   or creator, or in its Status, Notes, a keyword or Assignee, be it in their midst; by its media
//!   type; a number by Rating, Comment Count, File Size, Frame Rate, Duration or a side of the
//!   Resolution, and `2026-01-31` by the day, in UTC, of its making, change or upload.
//!   `include=metadata`, and metadata without `show_null`, leave out what has no value.
//!   In an update of a definition null stands for the default, an option of the same name keeps
//!   its id, and one that is left out goes from the values. Collections have no root folder.
//!   Webhooks of events that are not documented and of URLs that are none are refused (422). An
//!   attachment that comes or goes is a `comment.updated`; what goes with its file or folder is not
//!   told by itself. The audit log tells of what webhooks do, as far as it has names for it, and of
//!   webhooks and custom actions; it keeps the last 10,000 of it, and all comes from `127.0.0.1`.
//! * It decides on roles, too: of several the highest holds; viewers do not download; sharing
//!   takes an editor; comments of others are completed by all who comment, and changed only with
//!   full access; webhooks, custom actions, groups and field definitions take an admin. Who makes
//!   a project has full access and stays on it (409). A group of Adobe has its members at once.

mod clock;
mod contract;
mod control;
mod events;
mod faults;
mod history;
mod http;
mod ims;
mod loopback_client;
mod operation_ids;
mod operations;
mod quota;
mod request_body;
mod response;
mod routing;
mod shared;
mod sim;
mod snapshot;
mod state;
mod storage;
mod uploads;

pub use self::clock::Clock;
pub use self::events::{Interaction, RecordedEvent, Shown, TriggerError};
pub use self::faults::{Fault, ParseFaultError};
pub use self::history::{RecordedDelivery, RecordedRequest, Stats};
pub use self::http::SimServer;
pub use self::ims::Credential;
pub use self::operations::collections::Collection;
pub use self::operations::shares::{Visit, VisitError};
pub use self::sim::{Builder, Sim};
pub use self::snapshot::{SavedState, StateError};
pub use self::state::{Demo, User};
pub use self::storage::Storage;
