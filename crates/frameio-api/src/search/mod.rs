//! Search for files, folders, version stacks and projects of an account.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::search::{SearchAccount, SearchEngine};
//!
//! let search = SearchAccount::new("account", "interview", SearchEngine::Lexical);
//! for result in client.send(search.page_size(20)).await?.data {
//!     if let Some(asset) = result.as_asset() {
//!         println!("{} ({} matches)", asset.name(), result.matches().len());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod matches;
mod results;
mod untyped;

use frameio_core::{AccountId, Cursor, Endpoint, Extra, Operation, Page, model, open_enum};

#[cfg(feature = "experimental")]
use crate::experimental::search::SearchScope;

pub use self::matches::{MatchedClip, MatchedProject, MatchedSegment, SearchMatch};
pub use self::results::{AssetResultType, SearchResult};

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[SearchAccount::OPERATION];

/// Searches an account for files, folders, version stacks and projects.
///
/// Returns pages of [`SearchResult`]. The request changes nothing, so it is retried like a read,
/// although it is a `POST`.
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    POST "/v4/accounts/{account_id}/search",
    id = "search.search", response = Page<SearchResult>, quota = "100/min", idempotent,
    envelope = false,
)]
#[non_exhaustive]
pub struct SearchAccount {
    /// Account to search.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
    /// Search text, 1 to 1 000 characters.
    #[endpoint(body, len = 1..=1_000)]
    pub query: String,
    /// How the search text is interpreted.
    #[endpoint(body)]
    pub engine: SearchEngine,
    /// Types of resources to search. Default: all types.
    #[endpoint(body)]
    pub filters: Option<SearchFilters>,
    /// Workspace, project or folder that the search is restricted to. Default: the account. Sends
    /// `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(body, experimental)]
    pub scope: Option<SearchScope>,
}

open_enum! {
    /// How a search text is interpreted.
    pub enum SearchEngine {
        /// As words, which have to occur.
        Lexical = "lexical",
        /// As natural language, by its meaning.
        Nlp = "nlp",
    }
}

model! {
    /// Types of resources to search.
    pub struct SearchFilters {
        /// Whether to search files and version stacks. Default: true.
        pub files_and_version_stacks: Option<bool>,
        /// Whether to search folders. Default: true.
        pub folders: Option<bool>,
        /// Whether to search projects. Default: true.
        pub projects: Option<bool>,
    }
}

impl SearchFilters {
    /// Creates filters that select all types.
    #[allow(clippy::new_without_default, reason = "models are created with `new`")]
    pub fn new() -> Self {
        Self { files_and_version_stacks: None, folders: None, projects: None, extra: Extra::new() }
    }

    /// Sets whether to search files and version stacks.
    #[must_use]
    pub fn files_and_version_stacks(mut self, wanted: bool) -> Self {
        self.files_and_version_stacks = Some(wanted);
        self
    }

    /// Sets whether to search folders.
    #[must_use]
    pub fn folders(mut self, wanted: bool) -> Self {
        self.folders = Some(wanted);
        self
    }

    /// Sets whether to search projects.
    #[must_use]
    pub fn projects(mut self, wanted: bool) -> Self {
        self.projects = Some(wanted);
        self
    }
}
