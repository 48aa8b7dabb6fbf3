//! A local simulator of Frame.io V4, for development and tests.
//!
//! [`Sim`] is a tower service that responds to HTTP requests as the Frame.io V4 API does. It keeps its
//! state in memory and validates every request against the published contract. Use it in process, in
//! place of a client's transport, or serve it on a loopback socket for programs in any language.
//!
//! Add this crate as a dev-dependency next to `frameio`, which does not re-export it. The command
//! `frameio sim` runs the same simulator as a program. The crate has no features.
//!
//! A new simulator contains one account, one workspace, one project, the user who owns them and three
//! other users. [`Sim::demo`] returns their ids.
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
//! On a socket, which is closed when the server is dropped:
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
//! Adobe IMS is served at the same base URL, under the paths of the real host: `/ims/authorize/v2`,
//! `/ims/token/v3`, `/ims/revoke`, `/ims/userinfo/v2`, `/ims/validate_token/v1`, `/ims/keys` and
//! `/ims/.well-known/openid-configuration`. It issues tokens for client credentials, for an
//! authorization code (with a secret or with PKCE) and for a refresh token, which can be used once.
//! The API accepts these tokens until they expire or are revoked.
//!
//! [`Credential::DEMO_NATIVE`] and the other `DEMO_` credentials are registered from the start;
//! [`Builder::credential`] registers your own. The demo user approves a sign-in immediately, or on
//! [a sign-in page](Builder::login_page).
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
//! In addition to the demo user, who owns everything, the demo account has an editor, a commenter and
//! a viewer of the workspace, each with a [token](Sim::token_of). [`Builder::user`] and
//! [`Sim::add_user`] add more users. The operations on permissions give roles to users and groups.
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
//! Each event is delivered to the webhooks subscribed to it, with a signature that `frameio-webhook`
//! verifies. A receiver on the loopback interface gets the delivery over a socket. Every delivery is
//! also recorded in [`Sim::deliveries`], so a test needs no receiver:
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
//!     let body = sim.clone().oneshot(request).await?.into_body().collect().await?.to_bytes();
//!     Ok::<Value, BoxError>(serde_json::from_slice(&body)?)
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
//! Timestamps come from the simulator's [`Clock`]. A test that advances the clock by minutes has to
//! pass it [to the verifier too](frameio_webhook::Verifier::clock). [`Sim::trigger`] runs a custom
//! action and submits its forms.
//!
//! # Control over HTTP
//!
//! Programs in any language control a served simulator with the endpoints under `/_sim/`. They need no
//! token, accept connections from the same machine only, and report errors in the JSON format of the
//! API:
//!
//! * `GET /_sim/`: a page for a browser. It shows the content of the accounts, recent requests and
//!   the remaining quotas live, with details on a click, and buttons for the endpoints below.
//! * `GET /_sim/demo`: the ids of [`Sim::demo`] and the `tokens` of its users.
//! * `GET /_sim/state`: [`Sim::state`] as JSON, including secrets. `PUT` such a document, or one
//!   written by hand, to call [`Sim::restore`]; the response is the demo. The document is validated like
//!   a file: the response to an invalid one is 422 with a JSON pointer. The limit is 64 MiB.
//! * `GET /_sim/stats`: [`Sim::stats`], with `requests`, `by_status`, `by_operation` and
//!   `rate_limited`, the number of 429 responses by operation.
//! * `POST /_sim/reset`: [`Sim::reset`]. The response is the demo, whose ids do not change.
//! * `POST /_sim/clock` with `{"advance_ms": 60000}`: [`Clock::advance`]. The response, as that of a
//!   `GET`, is the current time: `{"now": "…"}`.
//! * `POST /_sim/faults` with `{"fault": "files.show=503:next2"}`: [`Sim::inject`] with the
//!   [`Fault`] in its text form. `GET` lists the active faults, `DELETE` removes all of them.
//! * `POST /_sim/actions/{id}/trigger` with `{"resources": [{"type": "file", "id": "…"}]}`:
//!   [`Sim::trigger`], as the demo user or as the user in `user_id`. Each form that the action shows
//!   is submitted with the next item of the list `submit`. The response has the list `shown`: the
//!   forms, the message, or nothing, each with its `type`.
//!
//! These requests are not recorded, and no fault applies to them. Browsers can send them only from the
//! page itself: a request from another origin, or to a host name that is neither an IP address nor
//! `localhost`, is refused (403).
//!
//! A server on the loopback interface refuses other host names for the API, downloads and IMS as well,
//! because a web page could point its own host name to this machine. [`Builder::host`] allows others.
//!
//! # Samples
//!
//! Tests that mock two or three responses by hand need no simulator. [`samples`] has realistic JSON of
//! the common resources, and functions for responses, pages and errors.
//!
//! # State in a file
//!
//! [`Sim::save`] writes the complete state to a JSON file, and [`Builder::state`] starts a simulator
//! from one. A file can also be written by hand, with little more than names. [`SavedState::demo`] is
//! an account with more content, the default of `frameio sim`; [`Sim::new`] stays small.
//!
//! # What is simulated
//!
//! * **Operations**: all 124 operations of the contract ([`Sim::operations`]), the 26 experimental
//!   ones with the header `api-version: experimental`. Responses have exactly the documented shapes.
//! * **Validation**: 401 without a known token, 404 for a missing resource, 400 for a body that is not
//!   JSON, and 422 for any other problem of a body or query, including unknown keys, with a JSON
//!   pointer to each of the first hundred problems. The pointer `/api-version` stands for the header.
//! * **Roles** of users and groups on the account, workspaces, projects and folders. A resource that a
//!   user may not see is a 404 and missing from lists; an action that the role does not permit is a 403.
//!   Restricted projects and folders are visible to users with a role on them or with full access.
//! * **Pages**: opaque cursors; a modified cursor is refused. `links.next` carries only the cursor.
//! * **Quotas** as documented: a leaky bucket for each token, account and operation, reported in the
//!   three rate-limit headers, and 429 when it is exhausted. IMS tokens of a user share one bucket.
//! * **Server-to-server sign-in**: a server acts as a `Service Account User`, which is created with its
//!   first token and is an admin of the demo account.
//! * **CORS**: pages from other origins on the loopback interface may call the API, the storage and
//!   IMS, but not `/_sim/`. Preflight requests are not recorded.
//! * **Token scopes**: 401 for a user token without `additional_info.roles` or `AdobeID`, which is what
//!   the service issues when `scope` is sent with the code again, and for a server token without
//!   `frame.s2s.all` or `AdobeID`.
//! * **Uploads** to signed URLs, which accept a `PUT` for 24 hours, only with `x-amz-acl: private`, the
//!   file's media type, the exact size of the part and no token. Other requests fail with the XML of the
//!   storage. A part is streamed to the [`Storage`]: memory, a directory, or a counter that accepts a
//!   terabyte without storing it. A file is complete when all parts have arrived, and is immutable
//!   after that. Attachments of comments are uploaded in the same way.
//! * **Copies and moves** of files, folders and version stacks, one or in bulk, within an account. A
//!   copy shares the bytes of its source and completes with it.
//! * **Deletion**: a deleted asset is hidden everywhere and can be restored to its folder for 30 days;
//!   a project is deleted permanently.
//! * **Remote uploads** from plain `http://` sources on the loopback interface, fetched by a background
//!   task, up to 50 GB. Other sources fail immediately. A source fails too when its status is not 200,
//!   its body is empty, or it does not respond for 60 seconds; `upload_failed` is then set.
//! * **Downloads** of uploaded files, complete or by range, from the signed URLs in
//!   `media_links.original` and [`Sim::download_url`], with `etag`, `last-modified` and conditional
//!   requests. Browsers show the files in a sandbox, so an uploaded page cannot act with the origin of
//!   the simulator.
//! * **File status**: from `created` to `uploaded` to `transcoded`, on the [`Clock`] that drives every
//!   time here and that can be [advanced](Clock::advance).
//! * **Deliveries** to webhooks and custom actions on the loopback interface, with plain `http://`. A
//!   request without a successful response within 5 seconds, or the timeout of the action, is signed and
//!   sent again up to four times, after 15, 30, 60 and 120 seconds plus up to a fifth of random jitter.
//!   Deliveries stop when the webhook is deleted or deactivated. `file.ready` is sent when the file is
//!   `transcoded`.
//! * **Metadata fields** of all ten types, with values validated by type, and some of the built-in
//!   fields of the service: Keywords, Notes, Rating and Status can be set; Comment Count, Date Uploaded,
//!   File Size, Frame Rate and Uploader are derived from the file.
//! * **Collections**, read-only as in the API: two in the demo project, and those that
//!   [`Sim::add_collection`] adds.
//! * **Shares** with their assets, reviewers and activities. [`Sim::visit_share`] acts as a visitor.
//! * **Faults** on demand, by operation, count or chance ([`Sim::inject`], [`Fault`]), and a record of
//!   all requests ([`Sim::requests`]).
//!
//! # What is not simulated
//!
//! * **Media** is not transcoded or inspected. The built-in fields Duration and Resolution have no value
//!   unless a [state](SavedState) provides one. After the transcoding delay, the other media links of
//!   videos, images, audio and PDFs lead to a placeholder of the right content type that is the same for
//!   all files: a PNG of one grey pixel, or an MP4 without tracks. Other files have no such links.
//! * **Replies** to comments are read-only, as in the API. They come from a state or [`Sim::reply`].
//! * **Time codes**: every file has 24 frames a second, and a comment without a timestamp is reported at
//!   frame 0. Timestamps, pages and annotations are not checked against the kind of the file.
//! * **`id_token`s**, whose RS256 signature would need more code than the rest of the sign-in. The user
//!   is available from `/ims/userinfo/v2` and `/v4/me`. The key set is therefore empty; as on the
//!   service, an access token looks like a JWT, but clients cannot verify its signature.
//! * **Connected storages**: an import creates a complete file whose content is its key and storage
//!   location.
//! * **Internal comments**: every comment is public, so `copy_comments=internal` copies none.
//! * **Share pages**: the short URL of a share leads nowhere, and its collection is in no list. No email
//!   is sent, no passphrase is asked for, and the appearance settings have no effect.
//! * **Search engines**: both find the same results. Filters that depend on the media or on fields that
//!   are not simulated (transcription, visual content, format, codec, bit rate, original file name,
//!   fields defined by the account) match nothing.
//! * **Deliveries to other hosts** than the loopback interface are recorded, but not sent.
//! * **Undocumented input**: unknown query parameters are ignored. Values outside an open enum of the
//!   contract are refused, because the values that the service accepts beyond it are unknown.
//!
//! # Decisions where the documentation is silent
//!
//! * **General**: a record created without a name is called `Untitled`; lists without `sort` are in
//!   order of creation; a record of another account is a 404; bulk calls succeed or, with 404, fail as a
//!   whole; the size of upload parts is the simulator's own.
//! * **Folders**: the root folder cannot be deleted or moved (403). A copy without `parent_id` stays in
//!   its folder; a move requires one. A folder cannot be moved into itself (422), but it can be copied
//!   there. A copied folder exists immediately: the status is 200, or 202 for more than 100 items.
//! * **Version stacks** consist of files of one folder, list the newest version first, have the name of
//!   that version, and are deleted with their last version.
//! * **Restoring**: an item inside a deleted folder or version stack cannot be restored by itself (404),
//!   nor can an item that was deleted earlier be restored before its folder (409).
//! * **Metadata**: built-in fields cannot be redefined or deleted (403), and immutable ones accept no
//!   value (422). A text has one line of up to 1,000 characters and a long text up to 40,000, a rating
//!   is 1 or more, and a date is an ISO 8601 date or a time with its zone. An empty text or list clears
//!   the value as null does. In an update of a definition null stands for the default, an option keeps
//!   its id by its name, and removing an option removes it from the values. `include=metadata`, and
//!   metadata without `show_null`, omit fields without a value.
//! * **Shares** allow comments and downloads by default; a secure share without a passphrase gets one. A
//!   share shows everything below its assets, and all versions of a version stack. Assets of another
//!   project are refused (422). Reviewers are identified by email address. A public share has none;
//!   removing an unknown reviewer is a 404.
//! * **Search** matches assets that contain all words in their name, in one comment, in the name of their
//!   project or creator, or in Status, Notes, Assignee or a keyword, also inside a word; by media type;
//!   a number by Rating, Comment Count, File Size, Frame Rate, Duration or one side of the Resolution;
//!   and `2026-01-31` by the UTC day of creation, change or upload.
//! * **Collections** have no root folder.
//! * **Webhooks** for undocumented events and invalid URLs are refused (422). Adding or removing an
//!   attachment is a `comment.updated`; items deleted with their file or folder cause no event of their
//!   own.
//! * **Audit log**: contains the webhook events that have a name there, and changes of webhooks and
//!   custom actions. It keeps the last 10,000 entries, and every address is `127.0.0.1`.
//! * **Roles**: the highest of several roles applies. Viewers cannot download; sharing requires an
//!   editor; every commenter can complete comments of others, and only full access permits editing them;
//!   webhooks, custom actions, groups and field definitions require an admin. The creator of a project
//!   has full access and cannot be removed (409). An Adobe group has its members immediately.
#![cfg_attr(docsrs, feature(doc_cfg))]

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
pub mod samples;
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
