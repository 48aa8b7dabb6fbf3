//! What copies take along, and what they answer with.

use frameio_core::{FileId, model, open_enum, response_types};

use super::File;

open_enum! {
    /// Which comments are copied with a file.
    pub enum CopyComments {
        /// None.
        None = "none",
        /// Those that only the team sees.
        Internal = "internal",
        /// Those that everybody sees.
        Public = "public",
        /// All.
        All = "all",
    }
}

model! {
    /// A copy of a file.
    pub struct CopiedFile {
        /// The file that was copied.
        pub source_file_id: FileId,
        /// The copy.
        pub file: File,
    }
}
response_types! { CopiedFile: list }
