//! Search in an account.

mod matches;
mod results;
mod untyped;

use frameio_core::{AccountId, Cursor, Endpoint, Extra, Operation, Page, model, open_enum};

#[cfg(feature = "experimental")]
use crate::experimental::search::SearchScope;

pub use self::matches::{MatchedClip, MatchedProject, MatchedSegment, SearchMatch};
pub use self::results::{AssetResultType, SearchResult};

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[SearchAccount::OPERATION];

/// Searches an account for files, folders, version stacks and projects.
///
/// Returns pages of [`SearchResult`]. The request changes nothing, so it is retried as reads are.
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::search::{SearchAccount, SearchEngine};
///
/// let search = SearchAccount::new("account", "interview", SearchEngine::Lexical);
/// let page = client.send(search.page_size(20)).await?;
/// println!("{} results", page.data.len());
/// # Ok(())
/// # }
/// ```
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
    /// Whether the response counts the items of all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
    /// Search text, 1 to 1 000 characters.
    #[endpoint(body, len = 1..=1_000)]
    pub query: String,
    /// Search engine.
    #[endpoint(body)]
    pub engine: SearchEngine,
    /// Types of results. Default: all.
    #[endpoint(body)]
    pub filters: Option<SearchFilters>,
    /// Workspace, project or folder that the search is restricted to. Default: the account. Sends
    /// `api-version: experimental`.
    #[cfg(feature = "experimental")]
    #[endpoint(body, experimental)]
    pub scope: Option<SearchScope>,
}

open_enum! {
    /// How a search understands what to look for.
    pub enum SearchEngine {
        /// As words.
        Lexical = "lexical",
        /// As a sentence, by its meaning.
        Nlp = "nlp",
    }
}

model! {
    /// What a search looks among.
    pub struct SearchFilters {
        /// Whether files and version stacks are among it. Default: true.
        pub files_and_version_stacks: Option<bool>,
        /// Whether folders are among it. Default: true.
        pub folders: Option<bool>,
        /// Whether projects are among it. Default: true.
        pub projects: Option<bool>,
    }
}

impl SearchFilters {
    /// Looks among everything.
    #[allow(clippy::new_without_default, reason = "models are made with `new`")]
    pub fn new() -> Self {
        Self { files_and_version_stacks: None, folders: None, projects: None, extra: Extra::new() }
    }

    /// Sets whether files and version stacks are among it.
    #[must_use]
    pub fn files_and_version_stacks(mut self, wanted: bool) -> Self {
        self.files_and_version_stacks = Some(wanted);
        self
    }

    /// Sets whether folders are among it.
    #[must_use]
    pub fn folders(mut self, wanted: bool) -> Self {
        self.folders = Some(wanted);
        self
    }

    /// Sets whether projects are among it.
    #[must_use]
    pub fn projects(mut self, wanted: bool) -> Self {
        self.projects = Some(wanted);
        self
    }
}
