//! Search in an account.

mod matches;
mod results;
mod untyped;

use frameio_core::{AccountId, Extra, Page, endpoints, model, open_enum};

pub use self::matches::{MatchedClip, MatchedProject, MatchedSegment, SearchMatch};
pub use self::results::{AssetResultType, SearchResult};

endpoints! {
    /// Searches an account for files, folders, version stacks and projects.
    ///
    /// It changes nothing, and is repeated after a failure as reads are.
    pub struct SearchAccount {
        path {
            /// Account to search.
            account_id: AccountId,
        }
        page 1..=100;
        envelope false;
        body {
            /// What to look for. 1 to 1 000 characters.
            query: String in 1..=1_000,
            /// How to understand what to look for.
            engine: SearchEngine,
        }
        optional {
            /// What to look among. Default: everything.
            filters: SearchFilters,
        }
    }
    "search.search" = POST "/v4/accounts/{account_id}/search" -> Page<SearchResult>, 100 per minute, idempotent(true);
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
