//! Media hash lists (MHL): checksums of media files that travel with the files.
//!
//! A [`History`] is the directory `ascmhl` at the root of a card or folder: a list of checksums for each time the
//! files were copied or verified (a *generation*), and a chain file with a checksum of each list. This crate reads
//! and verifies histories, adds generations in ASC MHL 2.0, and reads lists of the legacy MHL 1.1.
//!
//! It has no network access and does not depend on the rest of the SDK. Uploads and downloads of
//! `frameio-transfer` compute checksums in XXH64 for a [`HashedFile`].
//!
//! ```
//! use frameio_mhl::{Action, HashFormat, HashedFile, History, Process, ReadLimits};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let card = tempfile::tempdir()?;
//! # let root = card.path();
//! std::fs::write(root.join("take.mov"), "take")?;
//!
//! let history = History::open(root, &ReadLimits::default())?;
//! let mut generation = history.next_generation(Process::InPlace);
//! let hash = HashFormat::Xxh64.hash_file(&root.join("take.mov"))?;
//! let action = generation.add(HashedFile::new("take.mov", 4, hash))?;
//! assert_eq!(action, Action::Original);
//! let path = generation.write("my tool", "1.0")?;
//! assert!(path.starts_with(root.join("ascmhl")));
//!
//! // Later: what do the lists expect?
//! let history = History::open(root, &ReadLimits::default())?;
//! let expected = history.expected("take.mov").ok_or("not listed")?;
//! assert!(expected.check(&root.join("take.mov"))?.is_match());
//! # Ok(())
//! # }
//! ```
//!
//! # Formats
//!
//! | format | read | verified hashes | written |
//! |---|---|---|---|
//! | ASC MHL 2.0 with chain file | yes | `xxh64`, `xxh3`, `xxh128`, `md5`, `sha1`, `c4` | one format for each file, in the next generation |
//! | MHL 1.1 and 1.0 | yes | `xxhash64be`, `xxhash64`, `md5`, `sha1` | no |
//!
//! Hashes of directories and references between nested histories are optional in ASC MHL. They are neither read nor
//! written; a nested history is a separate history. [`HashLists`] finds the lists of a directory and all directories
//! in it, of both versions, to verify files.
//!
//! # Input from others
//!
//! Readers are bounded by [`ReadLimits`]. They resolve no entity that a document declares, load nothing, and accept
//! only relative paths without `..`. A file that does not follow its format is an [`MhlError`] with line and reason.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod c4;
mod chain;
mod directory_lock;
mod error;
mod expected;
mod hash;
mod history;
mod list;
mod lists;
mod path;
mod read;
mod write;
mod xml;

pub use self::error::{MhlError, MhlErrorKind};
pub use self::expected::{Expected, Verdict};
pub use self::hash::{HashFormat, HashValue, Hasher};
pub use self::history::{Generation, HashedFile, History};
pub use self::list::{Action, FileEntry, HashEntry, HashList, MhlVersion, Process};
pub use self::lists::HashLists;
pub use self::xml::ReadLimits;

/// Name of the directory of a [`History`].
pub const DIRECTORY: &str = "ascmhl";
