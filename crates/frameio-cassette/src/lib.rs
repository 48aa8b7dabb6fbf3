//! Records traffic with Frame.io without secrets and personal data, and replays it in tests.
//!
//! [`RecordLayer`] is a tower layer for any place of a stack. It passes requests and responses on
//! unchanged, and its [`Recorder`] keeps a copy in which a [`Scrubber`] has replaced everything that
//! is secret or personal. The result is a [`Cassette`]: a text file with one exchange in each line.
//! [`Replay`] is a transport that responds from a cassette.
//!
//! ```
//! use frameio::{Client, users::ShowCurrentUser};
//! use frameio_cassette::{Cassette, RecordLayer, Recorder, Replay};
//! use frameio_sim::Sim;
//! use tower::Layer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Any transport can be recorded: hyper, or the simulator.
//! let recorder = Recorder::new();
//! let transport = RecordLayer::new(&recorder).layer(Sim::new());
//! let client = Client::builder().token(Sim::TOKEN).transport(transport).build()?;
//! client.send(ShowCurrentUser::new()).await?;
//!
//! let text = recorder.cassette().to_string();
//! assert!(!text.contains("demo@example.com"));
//!
//! let replay = Replay::strict(text.parse::<Cassette>()?);
//! let client = Client::builder().token("any").transport(replay.clone()).build()?;
//! assert_eq!(client.send(ShowCurrentUser::new()).await?.email, "person-1@example.com");
//! replay.finish()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Replacements
//!
//! The same original has the same replacement in the whole cassette, so that a test can follow an id
//! from one response to the next request.
//!
//! | original | replacement |
//! |---|---|
//! | id that is a UUID | `00000000-0000-4000-8000-000000000001` |
//! | any other id | `id-1` |
//! | name, title, search text | `name-1`, with the extension of a media file: `name-2.mp4` |
//! | e-mail address | `person-1@example.com` |
//! | token, passphrase, secret, key | `secret-1` |
//! | URL outside of Frame.io, such as a signed one | `https://example.invalid/url-1` |
//! | link to Frame.io, route of the API | the same with its ids replaced |
//! | cursor of a page | `cursor-1` |
//! | any other text, such as a comment or an error message | `text-1` |
//!
//! Numbers, booleans, times, colours, media types and the words of documented enums are kept. Sizes,
//! durations and dates of files are therefore in a cassette. Only the headers `content-type`,
//! `api-version`, `retry-after` and `x-ratelimit-*` are recorded. Bodies that are neither JSON nor a
//! form are recorded by their size alone.
//!
//! # Features
//!
//! The crate has no features.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cassette;
mod fields;
mod matching;
mod record;
mod recorded_body;
mod replay;
mod scrub;
mod shape;
mod simulator_state;

pub use cassette::{
    Cassette, CassetteError, Exchange, RecordedBody, RecordedRequest, RecordedResponse,
};
pub use record::{Record, RecordLayer, Recorder};
pub use replay::{Replay, ReplayError};
pub use scrub::{Scrubber, is_replacement};
