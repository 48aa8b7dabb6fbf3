//! The same calls with each client.

mod hyper;
mod octocrab;
mod reqwest;
mod sdk;

use std::future::Future;

use serde::{Deserialize, Serialize};

pub use self::hyper::Hyper;
pub use self::octocrab::Octocrab;
pub use self::reqwest::Reqwest;
pub use self::sdk::Frameio;

pub(crate) const TOKEN: &str = "an-access-token-of-some-length";
pub(crate) const TEXT: &str = "The grade of this shot is too warm";

/// Calls of three operations. Each decodes the whole response, and panics on a failure.
pub trait Calls: Clone + Send + Sync + 'static {
    const NAME: &'static str;

    fn new(url: &str) -> Self;
    fn me(&self) -> impl Future<Output = ()> + Send;
    fn comment(&self) -> impl Future<Output = ()> + Send;
    /// Lists a folder, up to a number of pages of 100 assets.
    fn pages(&self, pages: usize) -> impl Future<Output = ()> + Send;
}

/// Calls to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Me,
    Comment,
    Pages,
}

impl Task {
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Me, "me"), (Self::Comment, "comment"), (Self::Pages, "pages")];

    /// Makes the calls one after the other, this many times.
    pub async fn run<C: Calls>(self, calls: &C, times: usize) {
        match self {
            Self::Me => {
                for _ in 0..times {
                    calls.me().await;
                }
            }
            Self::Comment => {
                for _ in 0..times {
                    calls.comment().await;
                }
            }
            Self::Pages => calls.pages(times).await,
        }
    }
}

// The models of the other clients: serde's derive, with the same fields as the SDK.

#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) data: T,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded for the cost of it")]
pub(crate) struct User {
    id: String,
    name: String,
    email: String,
    avatar_url: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct NewComment {
    pub(crate) data: NewCommentData,
}

#[derive(Serialize)]
pub(crate) struct NewCommentData {
    text: &'static str,
    timestamp: u64,
}

impl NewComment {
    pub(crate) fn new() -> Self {
        Self { data: NewCommentData { text: TEXT, timestamp: 120 } }
    }
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded for the cost of it")]
pub(crate) struct Comment {
    id: String,
    file_id: String,
    text: String,
    timestamp: Option<u64>,
    duration: Option<u64>,
    page: Option<u32>,
    annotation: Option<String>,
    links: Vec<serde_json::Value>,
    mentions: Vec<serde_json::Value>,
    completed_at: Option<jiff::Timestamp>,
    completer_id: Option<String>,
    text_edited_at: Option<jiff::Timestamp>,
    created_at: jiff::Timestamp,
    updated_at: jiff::Timestamp,
}

pub(crate) const COMMENTS: &str = "/v4/accounts/1/files/2/comments";
pub(crate) const CHILDREN: &str = "/v4/accounts/1/folders/1/children";
