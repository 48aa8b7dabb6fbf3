//! Options and results of copies.

use frameio_core::{FileId, model, open_enum, response_types};

use super::File;

open_enum! {
    /// Comments that are copied with a file.
    pub enum CopyComments {
        /// No comments.
        None = "none",
        /// Internal comments, which only the team sees.
        Internal = "internal",
        /// Public comments, which reviewers see too.
        Public = "public",
        /// Internal and public comments.
        All = "all",
    }
}

model! {
    /// Result of copying one of several files.
    pub struct CopiedFile {
        /// File that was copied.
        pub source_file_id: FileId,
        /// The copy.
        pub file: File,
    }
}
response_types! { CopiedFile: list }
